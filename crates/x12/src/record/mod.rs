//! Record columns to canonical JSON lines: a member of an 834, a claim payment of an 835.
//!
//! What a record is made of is data: the record map beside the guide ([`crate::claim::ClaimMap::of_records`]). Bound to the
//! words for codes it is a [`Form`]; a [`Page`] writes the rows of a batch by it. Social security numbers are never
//! written: [`Ssn`] says what is left of them.

mod adjust;
mod check;
mod fields;
mod form;
mod out;
mod page;
mod path;
mod pen;
mod sheet;
mod ssn;
mod tape;
#[cfg(test)]
mod tests;
mod value;
mod words;

pub use adjust::{Adjustment, Aliases, Differences};
pub use check::Hit;
pub use fields::{Asked, FieldName, Secrecy};
pub use form::{ContextForm, Form, RecordForm};
pub use out::Out;
pub use page::{Link, Page, Told};
pub use pen::Pen;
pub use ssn::{Seal, Ssn};
pub use tape::{Cell, Said, Tape};
pub use value::string;
pub use words::Words;
