//! Comparing two values.

use super::asked::Asked;
use super::expr::{BoolAt, Compare, ValueAt};
use super::lanes::Lanes;
use super::logic::{States, TRUE, UNKNOWN, Word, bits, bits_of_pairs, mask, passing, state};
use super::run::Evaluator;

/// Below so many rows of 64 each is looked at by itself.
const FEW: u32 = 20;

impl Evaluator<'_, '_> {
    /// Compares the values of each row, where both are there.
    pub(super) fn compare(
        &mut self,
        how: Compare,
        sides: [ValueAt; 2],
        missing: [BoolAt; 2],
        asked: Asked<'_>,
        states: &mut States,
    ) {
        let doubtful = sides.iter().any(|&side| self.program.terms.value(side).nature.doubtful);
        let mut ranges = [None; 2];
        for ((range, &side), &missing) in ranges.iter_mut().zip(&sides).zip(&missing) {
            *range = if how == Compare::Same { None } else { self.range(side, asked) };
            if range.is_some() {
                continue;
            }
            self.judge(missing, asked);
            if !doubtful && self.scratch.states(missing).all() == Some(TRUE) {
                return states.fill(asked.len(), UNKNOWN);
            }
        }
        if let Some(holds) = decided(how, ranges) {
            return states.fill(asked.len(), state(holds));
        }
        for (&side, &missing) in sides.iter().zip(&missing) {
            self.reckon(side, asked);
            self.judge(missing, asked);
        }
        self.compare_lanes(how, sides, missing, asked.len(), states);
    }

    fn compare_lanes(&self, how: Compare, sides: [ValueAt; 2], missing: [BoolAt; 2], len: usize, states: &mut States) {
        let [left, right] = sides.map(|side| self.scratch.lanes(side));
        let [no_left, no_right] = missing.map(|side| self.scratch.states(side));
        let text = |lane| self.frame.text(lane);
        states.set(len, |at| {
            let (no_left, no_right) = (no_left.word(at), no_right.word(at));
            let known = no_left.no & no_right.no & mask(len - 64 * at);
            let holds = match how {
                Compare::Equal => holding(left, right, at, known, |left, right| left == right),
                Compare::Less => holding(left, right, at, known, |left, right| left < right),
                Compare::Same => holding(left, right, at, known, |left, right| text(left) == text(right)),
            };
            Word { unchecked: no_left.unchecked | no_right.unchecked, ..Word::known(holds, known) }
        });
    }
}

/// What a comparison comes to on all rows, where the least and the greatest values tell.
fn decided(how: Compare, ranges: [Option<(i64, i64)>; 2]) -> Option<bool> {
    let [Some(left), Some(right)] = ranges else { return None };
    match how {
        Compare::Less if left.1 < right.0 => Some(true),
        Compare::Less => (left.0 >= right.1).then_some(false),
        _ => (left.1 < right.0 || right.1 < left.0).then_some(false),
    }
}

/// Which of up to 64 rows compare, as far as they are known.
fn holding(left: &Lanes, right: &Lanes, at: usize, known: u64, holds: impl Fn(i64, i64) -> bool) -> u64 {
    if known.count_ones() < FEW {
        return passing(known, |row| holds(left.get(64 * at + row), right.get(64 * at + row)));
    }
    match (left.constant(), right.constant()) {
        (None, None) => bits_of_pairs(left.word(at), right.word(at), |&left, &right| holds(left, right)),
        (None, Some(right)) => bits(left.word(at), |&left| holds(left, right)),
        (Some(left), None) => bits(right.word(at), |&right| holds(left, right)),
        (Some(left), Some(right)) => {
            if holds(left, right) {
                u64::MAX
            } else {
                0
            }
        }
    }
}
