//! Claims handed out: each as a record, with its findings.

use std::collections::VecDeque;
use std::sync::Arc;

use x12::claim::{Batch, Cell, Nesting, Record, Taps, pack, unpack};

/// A claim that was read, with its findings as lines of findings.jsonl.
#[derive(Debug)]
pub struct HandedClaim {
    /// The map that it is read by.
    pub taps: Arc<Taps>,
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
    /// By map.
    nestings: Vec<(Arc<Taps>, Nesting)>,
}

impl Handed {
    /// A new piece: what was known of the batch before is void.
    pub(crate) fn turn(&mut self) {
        self.nestings.clear();
    }

    /// Takes claim `row` of `batch` in.
    pub(crate) fn add(&mut self, batch: &Batch, taps: &Arc<Taps>, row: u32, bytes: &[u8], own: Vec<Vec<u8>>) {
        let known = self.nestings.iter().position(|(known, _)| Arc::ptr_eq(known, taps));
        let known = known.unwrap_or_else(|| {
            self.nestings.push((Arc::clone(taps), Nesting::new(batch, taps)));
            self.nestings.len() - 1
        });
        let Some((_, nesting)) = self.nestings.get(known) else { return };
        let record = owned(batch.claim(taps, nesting, row, bytes));
        let mut findings = std::mem::take(&mut self.above);
        findings.extend(own);
        self.claims.push_back(HandedClaim { taps: Arc::clone(taps), record, findings });
    }
}

fn owned(record: Record<'_>) -> Record<'static> {
    let cells = record.cells.into_iter().map(|(at, cell)| (at, kept(cell))).collect();
    Record { table: record.table, cells, records: record.records.into_iter().map(owned).collect() }
}

/// A cell with its text its own; what is short enough is packed as a code is, which takes no memory of its own.
fn kept(cell: Cell<'_>) -> Cell<'static> {
    let packed = match &cell {
        Cell::Text(text) => pack(text).filter(|code| unpack(*code).1 == text.len()),
        _ => None,
    };
    packed.map_or_else(|| cell.into_owned(), Cell::Code)
}
