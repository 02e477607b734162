//! What is written down of claims that were sent, for who asks what was sent before.

use super::expr::{BoolAt, ValueAt};

/// What is written down of claims that were sent: a list of a history, filled row by row.
#[derive(Debug)]
pub(super) struct Record {
    /// Its number among the lists of the rules.
    pub(super) list: u8,
    pub(super) table: usize,
    /// Of other rows nothing is written down.
    pub(super) when: Option<BoolAt>,
    pub(super) keys: Box<[ValueAt]>,
    /// The first and the last day; always, where there are none.
    pub(super) days: Option<[ValueAt; 2]>,
    pub(super) value: Option<ValueAt>,
}

/// A row of a list of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The number of the list among those of the rules.
    pub list: u8,
    /// What it is found by.
    pub digest: u64,
    /// The first day, the last day and the value, shifted and masked.
    pub tail: [i32; 3],
}
