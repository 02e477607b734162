//! Placed loops to claim columns, in batches.

mod batch;

pub use batch::{
    Batch, Column, FieldDef, FieldKind, FieldPlace, MISSING, NONE, NO_DATE, RowPlace, Schema, Table, TableDef,
};
