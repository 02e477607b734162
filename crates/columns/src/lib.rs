//! Claims, their parts and their findings as Arrow tables: streamed to whoever takes Arrow, or written as Parquet. No Python.
//!
//! The tables are those of the claim maps ([`x12::claim::ClaimMap`]), laid over each other: one schema, whatever kinds of
//! claims a file has. Beside them stand those of records, whose lines earlier runs left ([`export_records`]). Who may see what of a patient is decided here, a column at a time ([`Phi`]).

mod builders;
mod csv;
mod findings;
mod gather;
mod laying;
mod lines;
mod parquet;
mod phi;
mod reels;
mod scribe;
mod stream;
mod table;
mod tables;
mod tree;

pub use parquet::{Form, export, export_recorded, export_records};
pub use phi::{Manner, Phi};
pub use stream::{Stream, stream, stream_records};
pub use table::{SCHEMA_VERSION, Table};
pub use tables::{table, tables};
