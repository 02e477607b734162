//! Claims handed out: each as a record, with its findings.

use std::collections::VecDeque;

use x12::claim::{Batch, Cell, Nesting, Record, Taps};

/// A claim that was read, with its findings as lines of findings.jsonl.
#[derive(Debug)]
pub struct HandedClaim {
    /// The claim by the tables and fields of its map.
    pub record: Record<'static>,
    /// Its own findings; those above it come with the first claim below them.
    pub findings: Vec<Vec<u8>>,
}

/// Claims that wait to be taken.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    pub(crate) claims: VecDeque<HandedClaim>,
    /// Findings above claims that no claim has taken yet.
    pub(crate) above: Vec<Vec<u8>>,
    nesting: Option<Nesting>,
}

impl Handed {
    /// A new piece: what was known of the batch before is void.
    pub(crate) fn turn(&mut self) {
        self.nesting = None;
    }

    /// Takes claim `row` of `batch` in.
    pub(crate) fn add(&mut self, batch: &Batch, taps: &Taps, row: u32, bytes: &[u8], own: Vec<Vec<u8>>) {
        let nesting = self.nesting.get_or_insert_with(|| Nesting::new(batch, taps));
        let record = owned(batch.claim(taps, nesting, row, bytes));
        let mut findings = std::mem::take(&mut self.above);
        findings.extend(own);
        self.claims.push_back(HandedClaim { record, findings });
    }
}

fn owned(record: Record<'_>) -> Record<'static> {
    let cells = record
        .cells
        .into_iter()
        .map(|(at, cell)| {
            let cell = match cell {
                Cell::Text(text) => Cell::Text(text.into_owned().into()),
                Cell::Money(cents) => Cell::Money(cents),
                Cell::Number(thousandths) => Cell::Number(thousandths),
                Cell::Date(days) => Cell::Date(days),
            };
            (at, cell)
        })
        .collect();
    Record { table: record.table, cells, records: record.records.into_iter().map(owned).collect() }
}
