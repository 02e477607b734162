//! What a column of codes holds: each of its values once, with the rows that have it.

#![allow(clippy::cast_sign_loss, reason = "codes are laid into lanes bit for bit")]

use super::lane::lane_of;
use super::logic::mask;

/// Numbers of values: those that are told apart, [`NONE`] and [`OTHER`].
const NUMBERS: usize = 64;
/// The number of what is no value: 0, which alone hashes to slot 0.
const NONE: usize = 0;
/// The number of all values beyond those that are told apart.
const OTHER: usize = NUMBERS - 1;
const SLOTS: usize = 128;

/// Where each value of a column is. What is asked of a code is asked once for each of them, not for each row.
#[derive(Debug)]
pub(super) struct Index {
    /// By number; the first stands for none.
    values: Vec<u64>,
    /// For every 64 rows, a bit a row by number.
    rows: Vec<[u64; NUMBERS]>,
    /// Codes by their hash and what stands in their way, 0 where there is none; and the number of each.
    codes: [u64; SLOTS],
    numbers: [u8; SLOTS],
    len: usize,
    /// There are [`OTHER`] ones.
    full: bool,
}

impl Default for Index {
    fn default() -> Self {
        let (values, rows) = (Vec::new(), Vec::new());
        Self { values, rows, codes: [0; SLOTS], numbers: [0; SLOTS], len: 0, full: false }
    }
}

impl Index {
    /// Reads a column.
    pub(super) fn read(&mut self, codes: &[u64]) {
        self.values.clear();
        self.values.push(0);
        self.rows.clear();
        self.codes.fill(0);
        self.len = codes.len();
        self.full = false;
        for codes in codes.chunks(64) {
            let mut rows = [0; NUMBERS];
            if codes.iter().all(|code| *code == codes[0]) {
                rows[self.number(codes[0])] = mask(codes.len());
            } else {
                let mut bit = 1u64;
                for &code in codes {
                    rows[self.number(code)] |= bit;
                    bit = bit.rotate_left(1);
                }
            }
            self.rows.push(rows);
        }
    }

    /// The number of a code, given to it when it is new.
    fn number(&mut self, code: u64) -> usize {
        let slot = hash(code);
        let number = if self.codes[slot] == code { self.numbers[slot] } else { self.place(code, slot) };
        usize::from(number) % NUMBERS
    }

    /// The slot where a code is or would be, at or behind its own.
    fn find(&self, code: u64, mut slot: usize) -> usize {
        while self.codes[slot] != code && (self.codes[slot] != 0 || slot == NONE) {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }

    /// As [`Self::number`], when its own slot does not have it.
    fn place(&mut self, code: u64, slot: usize) -> u8 {
        let slot = self.find(code, slot);
        if self.codes[slot] == 0 {
            if self.values.len() == OTHER {
                self.full = true;
                return OTHER as u8;
            }
            (self.codes[slot], self.numbers[slot]) = (code, self.values.len() as u8);
            self.values.push(code);
        }
        self.numbers[slot]
    }

    /// Whether there are more values than are told apart.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The rows from `64 * word` that have a value.
    pub(super) fn present(&self, word: usize) -> u64 {
        self.rows.get(word).map_or(0, |rows| !rows[NONE] & mask(self.len - 64 * word))
    }

    /// Writes to `rows`, a bit a row, which have no value.
    pub(super) fn missing(&self, rows: &mut Vec<u64>) -> bool {
        rows.clear();
        rows.extend(self.rows.iter().map(|rows| rows[NONE]));
        true
    }

    /// Writes to `rows`, a bit a row, whose value passes; false when there are too many values.
    pub(super) fn passing(&self, rows: &mut Vec<u64>, mut passes: impl FnMut(i64) -> bool) -> bool {
        let values = self.values.iter().enumerate().skip(NONE + 1);
        self.having(values.filter(|&(_, &code)| passes(lane_of(code))).map(|(number, _)| number), rows)
    }

    /// As [`Self::passing`], whose value is one of a list.
    pub(super) fn listed(&self, rows: &mut Vec<u64>, list: &[i64]) -> bool {
        let slots = list.iter().map(|&lane| self.find(lane as u64, hash(lane as u64)));
        self.having(slots.filter(|&slot| self.codes[slot] != 0).map(|slot| usize::from(self.numbers[slot])), rows)
    }

    fn having(&self, numbers: impl Iterator<Item = usize>, rows: &mut Vec<u64>) -> bool {
        rows.clear();
        rows.resize(self.rows.len(), 0);
        for number in numbers {
            rows.iter_mut().zip(&self.rows).for_each(|(row, values)| *row |= values[number % NUMBERS]);
        }
        !self.full
    }
}

fn hash(code: u64) -> usize {
    (code.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::Index;

    fn rows(index: &Index, found: bool, rows: &[u64]) -> Option<Vec<usize>> {
        let all = (0..index.len).filter(|row| rows[row / 64] >> (row % 64) & 1 == 1);
        found.then(|| all.collect())
    }

    #[test]
    fn values_are_found_where_they_are() {
        let codes: Vec<u64> = (0..200).map(|row| [0, 7, 0, 9, 7, 1 << 60][row % 6]).collect();
        let (mut index, mut bits) = (Index::default(), Vec::new());
        for _ in 0..2 {
            index.read(&codes);
            let of = |wanted: &[u64]| Some((0..200).filter(|&row| wanted.contains(&codes[row])).collect());
            let found = index.listed(&mut bits, &[5, 7, 9]);
            assert_eq!(rows(&index, found, &bits), of(&[7, 9]));
            let found = index.passing(&mut bits, |lane| lane > 8);
            assert_eq!(rows(&index, found, &bits), of(&[9, 1 << 60]));
            index.missing(&mut bits);
            assert_eq!(rows(&index, true, &bits), of(&[0]));
            assert_eq!((0..4).map(|word| index.present(word).count_ones()).sum::<u32>(), 133);
        }
    }

    #[test]
    fn of_too_many_values_it_is_known_where_they_are_missing() {
        let codes: Vec<u64> = (0..150).collect();
        let (mut index, mut bits) = (Index::default(), Vec::new());
        index.read(&codes);
        assert!(!index.listed(&mut bits, &[5]) && !index.passing(&mut bits, |_| true));
        index.missing(&mut bits);
        assert_eq!(rows(&index, true, &bits), Some(vec![0]));
        assert_eq!((0..3).map(|word| index.present(word).count_ones()).sum::<u32>(), 149);
        index.read(&codes[..62]);
        assert!(index.listed(&mut bits, &[5]));
        assert_eq!(rows(&index, true, &bits), Some(vec![5]));
    }
}
