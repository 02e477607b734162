//! What is asked of single values.

use super::asked::Asked;
use super::expr::{BoolAt, Test, Value, ValueAt};
use super::lane::{UNCHECKED, lane_of, unpack_code};
use super::logic::{FALSE, NODATA, States, UNKNOWN, Word, bits, mask, passing, state, word_of};
use super::run::Evaluator;
use crate::claim::{Column, FieldKind, MISSING};
use crate::position::Span;

impl Evaluator<'_, '_> {
    /// Asks the value of each row. `at` is the statement in hand.
    pub(super) fn test(&mut self, at: BoolAt, value: ValueAt, test: &Test, asked: Asked<'_>, states: &mut States) {
        let term = self.program.terms.value(value);
        if matches!(test, Test::Listed(table) if self.table(*table).is_none()) {
            return states.fill(asked.len(), NODATA);
        }
        if let (Value::Column(column), Some(table)) = (&term.what, term.nature.table) {
            match self.frame.column(table, *column) {
                None => return states.fill(asked.len(), self.tested(test, term.kind, MISSING)),
                Some(Column::Code(codes)) => return self.test_codes(at, value, test, codes, states),
                Some(Column::Text(spans)) => return self.test_texts(at, test, spans, states),
                Some(_) => {}
            }
        }
        self.reckon(value, asked);
        self.test_lanes(value, test, asked.len(), states);
    }

    fn test_lanes(&self, value: ValueAt, test: &Test, len: usize, states: &mut States) {
        let (lanes, term) = (self.scratch.lanes(value), self.program.terms.value(value));
        if let Some(lane) = lanes.constant() {
            return states.fill(len, self.tested(test, term.kind, lane));
        }
        if *test == Test::Missing && lanes.range().is_some() {
            return states.fill(len, FALSE);
        }
        states.set(len, |at| {
            let lanes = lanes.word(at);
            let having = |wanted: i64| bits(lanes, |&lane| lane == wanted);
            let (missing, unchecked) = (having(MISSING), if term.nature.doubtful { having(UNCHECKED) } else { 0 });
            let known = mask(lanes.len()) & !missing & !unchecked;
            if *test == Test::Missing {
                return Word { yes: missing, no: known, unchecked };
            }
            let holds = passing(known, |row| self.passes(test, term.kind, lanes[row]));
            Word { unchecked, ..Word::known(holds, known) }
        });
    }

    /// Few codes are different: each is asked once.
    fn test_codes(&mut self, at: BoolAt, value: ValueAt, test: &Test, codes: &[u64], states: &mut States) {
        if self.is_numbered(value, codes) {
            return self.test_numbered(at, value, test, codes.len(), states);
        }
        let mut rows = std::mem::take(&mut self.scratch.rows);
        let mut memory = std::mem::take(&mut self.scratch.memories[at.0]);
        let Some(index) = &self.scratch.indexes[value.0].of else { return };
        let mut passes = |lane| memory.code(lane, || self.passes(test, FieldKind::Code, lane));
        let found = match test {
            Test::Missing => index.missing(&mut rows),
            Test::In(list) => index.listed(&mut rows, list),
            _ => index.passing(&mut rows, &mut passes),
        };
        let known = |at| if *test == Test::Missing { u64::MAX } else { index.present(at) };
        if found {
            states.set(codes.len(), |at| Word::known(rows[at], known(at)));
        } else {
            let mut holds = |at| passing(index.present(at), |row| passes(lane_of(codes[64 * at + row])));
            states.set(codes.len(), |at| Word::known(holds(at), known(at)));
        }
        self.scratch.memories[at.0] = memory;
        self.scratch.rows = rows;
    }

    /// Reads a column of codes: whether what is asked of it is kept by the numbers of its codes, since they are many, and
    /// not by the rows of each.
    pub(super) fn is_numbered(&mut self, value: ValueAt, codes: &[u64]) -> bool {
        let turn = self.scratch.turn;
        let (index, numbered) = (&mut self.scratch.indexes[value.0], &mut self.scratch.numbered[value.0]);
        if numbered.of.is_none() {
            if index.begin(turn, None) {
                index.of.get_or_insert_default().read(codes);
            }
            if !index.of.as_ref().is_some_and(|index| index.is_full()) {
                return false;
            }
        }
        if numbered.begin(turn, None) {
            numbered.of.get_or_insert_default().read(codes, turn);
        }
        true
    }

    fn test_numbered(&mut self, at: BoolAt, value: ValueAt, test: &Test, len: usize, states: &mut States) {
        let mut answers = std::mem::take(&mut self.scratch.answers[at.0]);
        let Some(column) = &self.scratch.numbered[value.0].of else { return };
        if *test == Test::Missing {
            states.set(len, |at| Word::known(!column.present(at), u64::MAX));
        } else {
            let holds = answers.of(column, |code| self.passes(test, FieldKind::Code, lane_of(code)));
            let passes = |number: usize| holds.get(number).copied().unwrap_or_default();
            states.set(len, |at| Word::known(column.passing(at, passes), column.present(at)));
        }
        self.scratch.answers[at.0] = answers;
    }

    /// Texts often come again.
    fn test_texts(&mut self, at: BoolAt, test: &Test, spans: &[Span], states: &mut States) {
        let there = |at| bits(word_of(spans, at), |span| !span.is_empty());
        if *test == Test::Missing {
            return states.set(spans.len(), |at| Word::known(!there(at), u64::MAX));
        }
        let mut memory = std::mem::take(&mut self.scratch.memories[at.0]);
        states.set(spans.len(), |at| {
            let known = there(at);
            let holds = passing(known, |row| {
                memory.answer(self.frame.span(spans[64 * at + row]), |text| self.suits(test, text))
            });
            Word::known(holds, known)
        });
        self.scratch.memories[at.0] = memory;
    }

    /// The state of a test of one value.
    pub(super) fn tested(&self, test: &Test, kind: FieldKind, lane: i64) -> u8 {
        match lane {
            UNCHECKED => NODATA,
            _ if *test == Test::Missing => state(lane == MISSING),
            MISSING => UNKNOWN,
            _ => state(self.passes(test, kind, lane)),
        }
    }

    fn passes(&self, test: &Test, kind: FieldKind, lane: i64) -> bool {
        match (test, kind) {
            (Test::In(list), _) if list.len() <= 8 => list.contains(&lane),
            (Test::In(list), _) => list.binary_search(&lane).is_ok(),
            (_, FieldKind::Code) => {
                let (bytes, len) = unpack_code(lane);
                self.suits(test, &bytes[..len])
            }
            _ => self.suits(test, self.frame.text(lane)),
        }
    }

    fn suits(&self, test: &Test, bytes: &[u8]) -> bool {
        match test {
            Test::Missing | Test::In(_) => false,
            Test::TextIn(list) => list.binary_search_by(|item| (**item).cmp(bytes)).is_ok(),
            Test::Matches(pattern) => self.program.terms.patterns[*pattern].matches(bytes),
            Test::Starts(prefixes) => prefixes.iter().any(|prefix| bytes.starts_with(prefix)),
            Test::Check(check) => check.passes(bytes),
            Test::Listed(table) => self.table(*table).is_some_and(|table| table.holds(&[bytes], None)),
        }
    }
}
