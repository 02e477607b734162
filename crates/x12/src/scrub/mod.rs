//! Rule programs over claim batches.
//!
//! `scrubjay.rules` traces rules written in Python to JSON; [`Program::compile`] makes of it typed expressions over the
//! columns of a [`Schema`](crate::claim::Schema), once; [`Program::run`] judges a [`Batch`](crate::claim::Batch) column
//! by column, narrowing to the rows that are still open after each part of a rule.
//!
//! Logic has four values. A comparison with a missing value is *unknown*, and so is what depends on it; a look-up in a
//! table that is not there is *unchecked*. Only *true* is a hit.

mod compile;
mod duplicate;
mod expr;
mod frame;
mod kernels;
mod pattern;
mod program;
mod run;
mod tables;

pub use duplicate::DuplicateKey;
pub use pattern::pattern_fault;
pub use program::{Context, Counts, Evidence, EvidenceField, Function, Hit, Program, RULE_FAILED, Rule, RuleError};
pub use tables::{CodeTable, CodeTables};

#[cfg(test)]
mod rulebook_tests;
#[cfg(test)]
mod testing;
