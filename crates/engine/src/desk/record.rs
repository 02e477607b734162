//! Claims handed out: each as a record, with its findings.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use x12::claim::{Batch, Cell, Nesting, Record, Taps, pack, unpack};

use super::results::LEVELS;

/// Most findings of one level that go along with the claims below it. Beyond them an error is taken only where there was none,
/// so that no claim goes without; findings.jsonl of a scrub has them all.
const MOST_ABOVE: usize = 100;

/// Most findings that wait for whoever asks what came late. The last one takes in the claims of those beyond.
const MOST_LATE: usize = 10_000;

/// A line of findings.jsonl; claims below one level share those of it.
pub type FindingLine = Arc<[u8]>;

/// A claim that was read, with its findings as lines of findings.jsonl.
#[derive(Debug)]
pub struct HandedClaim {
    /// The map that it is read by.
    pub taps: Arc<Taps>,
    /// The claim by the tables and fields of its map.
    pub record: Record<'static>,
    /// What is known above it, from the interchange down, and then its own; behind them what became known while it waited.
    pub findings: Vec<FindingLine>,
    /// Its number in the file, from 0.
    index: u64,
}

/// A finding above claims that was found when claims which it reaches were handed out, or of which there was none.
#[derive(Debug)]
pub struct LateFinding {
    /// What was found.
    pub line: FindingLine,
    /// The claims that went without it, by their numbers in the file; empty where it reaches none that could be read.
    pub claims: Range<u64>,
}

/// Claims that wait to be taken.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    pub(crate) claims: VecDeque<HandedClaim>,
    pub(crate) late: Vec<LateFinding>,
    /// What stands above the claims to come, by level.
    above: [Vec<Above>; LEVELS],
    /// Findings of the next claim that were there before it.
    ahead: Vec<FindingLine>,
    /// By map.
    nestings: Vec<(Arc<Taps>, Nesting)>,
}

/// A finding of an open level.
#[derive(Debug)]
struct Above {
    line: FindingLine,
    error: bool,
    /// It went along with a claim.
    told: bool,
}

impl Handed {
    /// A new piece: what was known of the batch before is void.
    pub(crate) fn turn(&mut self) {
        self.nestings.clear();
    }

    /// Takes claim `row` of `batch` in, which is number `index` of the file.
    pub(crate) fn add(
        &mut self,
        (batch, taps, row): (&Batch, &Arc<Taps>, u32),
        bytes: &[u8],
        index: u64,
        own: Vec<FindingLine>,
    ) {
        let known = self.nestings.iter().position(|(known, _)| Arc::ptr_eq(known, taps));
        let known = known.unwrap_or_else(|| {
            self.nestings.push((Arc::clone(taps), Nesting::new(batch, taps)));
            self.nestings.len() - 1
        });
        let Some((_, nesting)) = self.nestings.get(known) else { return };
        let record = owned(batch.claim(taps, nesting, row, bytes));
        let mut findings = Vec::new();
        for above in self.above.iter_mut().flatten() {
            above.told = true;
            findings.push(Arc::clone(&above.line));
        }
        findings.append(&mut self.ahead);
        findings.extend(own);
        self.claims.push_back(HandedClaim { taps: Arc::clone(taps), record, findings, index });
    }

    /// Something was found at `level`: claims `below` are there already, others will come.
    pub(crate) fn above(&mut self, level: usize, line: &FindingLine, error: bool, below: Range<u64>) {
        let Some(known) = self.above.get(level) else { return };
        if known.len() >= MOST_ABOVE && (!error || known.iter().any(|above| above.error)) {
            return;
        }
        let told = !below.is_empty();
        self.reach(line, below);
        self.above[level].push(Above { line: Arc::clone(line), error, told });
    }

    /// Something was found in claims `reached`, which are there already: those that wait have it, of others it comes late.
    pub(crate) fn reach(&mut self, line: &FindingLine, reached: Range<u64>) {
        let waiting = self.claims.iter_mut().rev().take_while(|claim| claim.index >= reached.start);
        waiting.for_each(|claim| claim.findings.push(Arc::clone(line)));
        let given = self.claims.front().map_or(reached.end, |claim| claim.index.min(reached.end));
        if given > reached.start {
            self.tell_late(line, reached.start..given);
        }
    }

    /// Something was found in a claim of which more than that is not there yet.
    pub(crate) fn ahead(&mut self, line: FindingLine) {
        if self.ahead.len() < MOST_ABOVE {
            self.ahead.push(line);
        }
    }

    /// Levels from `from` on are over.
    pub(crate) fn end_levels(&mut self, from: usize) {
        for level in from..LEVELS {
            for above in std::mem::take(&mut self.above[level]) {
                if !above.told {
                    self.tell_late(&above.line, 0..0);
                }
            }
        }
    }

    fn tell_late(&mut self, line: &FindingLine, claims: Range<u64>) {
        let full = self.late.len() >= MOST_LATE;
        match self.late.last_mut().filter(|_| full) {
            None => self.late.push(LateFinding { line: Arc::clone(line), claims }),
            Some(last) if last.claims.is_empty() => last.claims = claims,
            Some(last) if !claims.is_empty() => {
                last.claims = last.claims.start.min(claims.start)..last.claims.end.max(claims.end);
            }
            Some(_) => {}
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> FindingLine {
        text.as_bytes().into()
    }

    fn late(handed: &Handed) -> Vec<(String, Range<u64>)> {
        let told = handed.late.iter();
        told.map(|late| (String::from_utf8_lossy(&late.line).into_owned(), late.claims.clone())).collect()
    }

    #[test]
    fn what_is_found_behind_claims_that_were_taken_comes_late() {
        let mut handed = Handed::default();
        handed.above(2, &line("SE"), true, 3..7);
        handed.end_levels(2);
        assert_eq!(late(&handed), [("SE".to_owned(), 3..7)]);
    }

    #[test]
    fn what_no_claim_was_read_below_is_told_all_the_same() {
        let mut handed = Handed::default();
        handed.above(1, &line("GS"), true, 4..4);
        assert!(handed.late.is_empty(), "a claim may come");
        handed.end_levels(0);
        assert_eq!(late(&handed), [("GS".to_owned(), 0..0)]);
    }

    #[test]
    fn a_level_keeps_so_much_and_an_error_in_any_case() {
        let mut handed = Handed::default();
        for _ in 0..=MOST_ABOVE {
            handed.above(2, &line("warning"), false, 0..0);
        }
        handed.above(2, &line("error"), true, 0..0);
        handed.above(2, &line("another"), true, 0..0);
        assert_eq!(handed.above[2].len(), MOST_ABOVE + 1);
        assert!(handed.above[2].last().unwrap().error);
    }

    #[test]
    fn claims_beyond_what_is_kept_are_taken_for_reached() {
        let mut handed = Handed::default();
        for at in 0..MOST_LATE as u64 + 5 {
            handed.reach(&line("SE"), 2 * at..2 * at + 1);
        }
        assert_eq!(handed.late.len(), MOST_LATE);
        let last = MOST_LATE as u64 - 1;
        assert_eq!(handed.late.last().unwrap().claims, 2 * last..2 * last + 11);
    }
}
