//! What the desk says of a piece to whoever takes its claims as columns.

use std::ops::Range;

/// Most ranges of claims that are kept; beyond them the last one takes in all up to its end.
const MOST_LATE: usize = 100_000;

/// Gathered while a piece is on the desk, and taken away with it.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// For each claim in the order of the file: nothing that was read so far speaks against it.
    pub(crate) accepted: Vec<bool>,
    /// Lines of findings.jsonl.
    pub(crate) findings: Vec<u8>,
    /// Claims before the one at hand that are rejected by what was found behind them, by number; in order.
    pub(crate) late: Vec<Range<u64>>,
}

impl Gathered {
    /// What there was of the piece is taken.
    pub(crate) fn turn(&mut self) {
        self.accepted.clear();
        self.findings.clear();
    }

    /// Claims `reached` are there already, and rejected after all.
    pub(crate) fn reject(&mut self, mut reached: Range<u64>) {
        let mut full = self.late.len() >= MOST_LATE;
        while let Some(before) = self.late.pop_if(|before| full || before.end >= reached.start) {
            reached = before.start.min(reached.start)..before.end.max(reached.end);
            full = false;
        }
        self.late.push(reached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_that_are_rejected_twice_are_one_range() {
        let mut gathered = Gathered::default();
        for range in [0..3, 5..6, 6..9, 4..9, 12..13] {
            gathered.reject(range);
        }
        assert_eq!(gathered.late, [0..3, 4..9, 12..13]);
    }
}
