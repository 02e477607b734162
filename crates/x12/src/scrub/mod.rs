//! Rule programs over claim batches.
//!
//! `scrubjay.rules` traces rules written in Python to JSON; [`Program::compile`] makes of it typed terms over the columns
//! of a [`Schema`](crate::claim::Schema), once, each there once for all rules that ask it; [`Program::run`] judges a
//! [`Batch`](crate::claim::Batch) term by term, 64 rows to a word. Codes are few: a column of them is turned into the
//! rows of each value, and what is asked of a code is asked of those. Where the least and the greatest value of a column
//! tell, or no row has one, rows are not looked at. Whatever is said of one row alone is worked out at its own table and
//! carried to the rows below; only what depends on two rows is asked pair by pair, of rows that are still open.
//!
//! Logic has four values. A comparison with a missing value is *unknown*, and so is what depends on it; a look-up in a
//! table that is not there is *unchecked*. Only *true* is a hit.

mod absent;
mod arithmetic;
mod ask;
mod asked;
mod column;
mod compare;
mod compile;
mod context;
mod duplicate;
mod expr;
mod fit;
mod follows;
mod foretold;
mod frame;
mod judge;
mod kernels;
mod lane;
mod lanes;
mod logic;
mod look_up;
mod lower;
mod memory;
mod numbers;
mod pairs;
mod partners;
mod past;
mod pattern;
mod program;
mod record;
mod repeats;
mod run;
mod scratch;
mod siphash;
mod standings;
mod tables;
mod value;

pub use compile::Rules;
pub use context::Context;
pub use duplicate::DuplicateKey;
pub use judge::{Counts, Evidence, Share};
pub use pattern::pattern_fault;
pub use program::{EvidenceField, Function, Hit, Program, RULE_FAILED, Rule, RuleError};
pub use record::Remembered;
pub use scratch::Scratch;
pub use tables::{CodeTable, CodeTables, Held};

pub(crate) use siphash::SipHash;

#[cfg(test)]
mod rulebook_tests;
#[cfg(test)]
mod testing;
