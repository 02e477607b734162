//! Placed loops to claim columns, in batches; columns to nested values, and those back to an 837.
//!
//! What a claim is made of is data: the [`ClaimMap`] of its guide. Bound to the compiled guide it is [`Taps`]; a [`Builder`]
//! listens to the walk and fills a [`Batch`], a table a level, a column a field. [`Batch::claim`] gives one claim as a
//! nested [`Record`]; a [`Writer`] turns records into an interchange.

mod batch;
mod build;
mod code_map;
mod context;
mod convert;
mod doubt;
mod embedded;
mod emit;
mod envelope;
mod fill;
mod form;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod kinds_tests;
mod layout;
mod map;
mod packed;
mod parse;
#[cfg(test)]
mod plain;
mod record;
mod rows;
mod schema;
mod shape;
mod switch;
mod tap;
mod taps;
#[cfg(test)]
mod tests;
mod work;
mod write;

pub use batch::{Batch, Column, Extent, MISSING, NO_DATE, NONE, RowPlace, Table};
pub use build::Builder;
pub(crate) use code_map::CodeMap;
pub use context::Context;
pub use convert::{amount, civil, days, write_amount, write_days};
pub use envelope::Envelope;
pub use map::{
    ClaimMap, Condition, DoubtedLoop, ElementPlace, MapError, MapField, MapTable, Opener, Part, RowManner, Saying,
    SegmentPlace,
};
pub use packed::{LONG, pack, unpack};
pub use record::{Cell, Nesting, Record};
pub use schema::{FieldDef, FieldKind, FieldPlace, Schema, TableDef};
pub use taps::Taps;
pub use write::{WriteError, Writer};
