//! Claims, their parts and their findings as Arrow tables: streamed to whoever takes Arrow, or written as Parquet. No Python.
//!
//! The tables are those of the claim maps ([`x12::claim::ClaimMap`]), laid over each other: one schema, whatever kinds of
//! claims a file has. Who may see what of a patient is decided here, a column at a time ([`Phi`]).

mod builders;
mod findings;
mod gather;
mod parquet;
mod phi;
mod stream;
mod tables;

pub use parquet::export;
pub use phi::{Manner, Phi};
pub use stream::{Stream, stream};
pub use tables::{SCHEMA_VERSION, Table, tables};
