//! Codes that were seen, each with a number: what is found of a code is kept under its number from batch to batch.

use std::collections::HashMap;

use super::logic::{bits, word_of};

/// The number of what is no code.
pub(super) const NONE: u32 = 0;
/// Codes beyond which all are forgotten before the next batch, and beyond which a batch has too many.
const MOST: usize = 4_096;
/// Codes that are found without being hashed at length; a further one takes the place of an earlier one.
const SLOTS: usize = 512;

/// A code, 0 where there is none, and its number.
type Slot = (u64, u32);

/// The numbers of codes, from 1.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    near: Option<Box<[Slot; SLOTS]>>,
    all: HashMap<u64, u32>,
    /// By number; the first stands for none.
    codes: Vec<u64>,
}

impl Numbers {
    /// Begins a batch; true where all numbers before are void.
    pub(super) fn begin(&mut self) -> bool {
        let full = self.codes.len() > MOST;
        if full || self.codes.is_empty() {
            *self = Self { codes: vec![0], ..Self::default() };
        }
        full
    }

    /// The number of a code, given to it when it is new.
    pub(super) fn number(&mut self, code: u64) -> u32 {
        let near = self.near.get_or_insert_with(|| Box::new([(0, NONE); SLOTS]));
        let slot = &mut near[(code.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize % SLOTS];
        if slot.0 != code {
            let next = self.codes.len() as u32;
            let number = *self.all.entry(code).or_insert(next);
            if number == next {
                self.codes.push(code);
            }
            *slot = (code, number);
        }
        slot.1
    }

    /// The codes by number; the first stands for none.
    pub(super) fn codes(&self) -> &[u64] {
        &self.codes
    }
}

/// A column of many codes by their numbers.
#[derive(Debug, Default)]
pub(super) struct Numbered {
    numbers: Numbers,
    /// Changes when the numbers do.
    age: u64,
    /// By row of the batch.
    rows: Vec<u32>,
    /// A bit a row: it has a code.
    present: Vec<u64>,
    /// The numbers of the batch, each once.
    own: Vec<u32>,
    /// By number: the last batch that had it.
    last: Vec<u64>,
    /// By code table: what was found of each code there.
    standings: Vec<Vec<Standing>>,
}

/// Whether a code stands in a table on all of some days, or on none of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    days: (i32, i32),
    pub(super) stands: bool,
}

impl Default for Standing {
    /// Of no day is anything known.
    fn default() -> Self {
        Self { days: (i32::MAX, i32::MIN), stands: false }
    }
}

impl Numbered {
    /// Reads the column of the batch of this number.
    pub(super) fn read(&mut self, codes: &[u64], turn: u64) {
        if self.numbers.begin() {
            self.age += 1;
            self.last.clear();
            self.standings.clear();
        }
        let Self { numbers, rows, present, own, last, .. } = self;
        rows.clear();
        own.clear();
        rows.extend(codes.iter().map(|&code| if code == 0 { NONE } else { numbers.number(code) }));
        last.resize(numbers.codes().len(), 0);
        for &number in &*rows {
            if let Some(last) = last.get_mut(number as usize).filter(|last| **last != turn) {
                *last = turn;
                own.extend((number != NONE).then_some(number));
            }
        }
        present.clear();
        present.extend(rows.chunks(64).map(|rows| bits(rows, |&number| number != NONE)));
    }

    /// The codes by number.
    pub(super) fn codes(&self) -> &[u64] {
        self.numbers.codes()
    }

    /// Looks the codes of the batch up in a code table; whether each stands there on all days from the first to the last,
    /// or on none. `find` tells it of a code on a day, with the days around on which it is the same.
    pub(super) fn look_up(
        &mut self,
        table: usize,
        (first, last): (i32, i32),
        mut find: impl FnMut(u64, i32) -> (bool, (i32, i32)),
    ) -> bool {
        self.standings.resize_with(self.standings.len().max(table + 1), Vec::new);
        let Some(standings) = self.standings.get_mut(table) else { return false };
        let codes = self.numbers.codes();
        standings.resize_with(codes.len(), Standing::default);
        let mut whole = true;
        for &number in &self.own {
            let of = standings.get_mut(number as usize).zip(codes.get(number as usize));
            let Some((known, &code)) = of else { continue };
            if first < known.days.0 || first > known.days.1 {
                let (stands, days) = find(code, first);
                *known = Standing { days, stands };
            }
            whole &= last <= known.days.1;
        }
        whole
    }

    /// What was found in a code table, by number.
    pub(super) fn standing(&self, table: usize) -> &[Standing] {
        self.standings.get(table).map_or(&[], Vec::as_slice)
    }

    /// The rows from `64 * word` that have a code.
    pub(super) fn present(&self, word: usize) -> u64 {
        self.present.get(word).copied().unwrap_or_default()
    }

    /// The rows from `64 * word` whose number passes.
    pub(super) fn passing(&self, word: usize, passes: impl Fn(usize) -> bool) -> u64 {
        bits(word_of(&self.rows, word), |&number| passes(number as usize))
    }
}

/// What was found of the codes of a column under one question, by number.
#[derive(Debug, Default)]
pub(super) struct Answers {
    age: u64,
    holds: Vec<bool>,
}

impl Answers {
    /// The answers about all codes of a column; those that are new are asked for.
    pub(super) fn of(&mut self, column: &Numbered, mut ask: impl FnMut(u64) -> bool) -> &[bool] {
        if self.age != column.age {
            self.age = column.age;
            self.holds.clear();
        }
        for &code in column.codes().get(self.holds.len()..).unwrap_or_default() {
            self.holds.push(code != 0 && ask(code));
        }
        &self.holds
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, MOST, Numbered};

    /// The rows on which the answer is yes.
    fn rows(column: &Numbered, answers: &mut Answers, asked: &mut Vec<u64>, len: usize) -> Vec<usize> {
        let holds = answers.of(column, |code| {
            asked.push(code);
            code % 2 == 0
        });
        let found = |row: usize| column.passing(row / 64, |number| holds[number]) >> (row % 64) & 1 == 1;
        (0..len).filter(|&row| found(row)).collect()
    }

    #[test]
    fn a_code_is_asked_about_once_whatever_the_batch() {
        let (mut column, mut answers, mut asked) = (Numbered::default(), Answers::default(), Vec::new());
        column.read(&[8, 0, 7, 8], 1);
        assert_eq!(rows(&column, &mut answers, &mut asked, 4), [0, 3]);
        column.read(&[7, 6, 0], 2);
        assert_eq!(rows(&column, &mut answers, &mut asked, 3), [1]);
        assert_eq!((asked, column.own.len(), column.present(0)), (vec![8, 7, 6], 2, 0b011));
    }

    #[test]
    fn codes_without_end_are_forgotten_again() {
        let (mut column, mut answers, mut asked) = (Numbered::default(), Answers::default(), Vec::new());
        let many: Vec<u64> = (1..).take(MOST + 100).collect();
        column.read(&many, 1);
        assert_eq!(rows(&column, &mut answers, &mut asked, many.len()).len(), many.len() / 2);
        column.read(&[3, 4], 2);
        assert_eq!(rows(&column, &mut answers, &mut asked, 2), [1]);
        assert_eq!((column.codes().len(), asked.len()), (3, many.len() + 2));
    }
}
