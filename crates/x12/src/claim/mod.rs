//! Placed loops to claim columns, in batches.
//!
//! What a claim is made of is data: the [`ClaimMap`] of its guide.

mod batch;
mod map;
mod parse;

pub use batch::{
    Batch, Column, Extent, FieldDef, FieldKind, FieldPlace, LONG, MISSING, NONE, NO_DATE, RowPlace, Schema, Table,
    TableDef, pack, unpack,
};
pub use map::{ClaimMap, Condition, ElementPlace, MapError, MapField, MapTable, Opener, Part, SegmentPlace};

/// The text of the claim map of the professional claim, 837P 005010X222A1.
#[must_use]
pub fn professional() -> &'static str {
    include_str!("../../guides/837P-005010X222A1.claim")
}
