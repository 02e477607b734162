//! Rows behind an earlier one with which they make a pair of a list; a pair is of codes, or of how codes begin.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::expr::{BoolAt, Follows};
use super::frame::{UNCHECKED, lane_of, unpack_code, void};
use super::logic::{NODATA, States, UNKNOWN, state};
use super::numbers::{NONE, Numbers};
use super::pairs::Asked;
use super::run::Evaluator;
use super::tables::CodeTable;

/// The longest code, and so the longest beginning of one.
const LONGEST: usize = 8;
/// Rows of a list that are read at once.
const ROWS: usize = 4_096;

type Stem = [u8; LONGEST];

/// A list of pairs, turned round: what stands in it, and beside what.
#[derive(Debug, Default)]
pub(super) struct Partners {
    numbers: HashMap<u64, u32, BuildHasherDefault<Mixed>>,
    stems: Vec<Stem>,
    /// By number: those that stand behind it, ascending.
    behind: Vec<Vec<u32>>,
}

/// Hashes a beginning by one multiplication: they are of a table, which no sender of claims has chosen.
#[derive(Debug, Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(self.0 ^ u64::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// Which beginnings of a code stand in the list.
#[derive(Debug, Default)]
pub(super) struct Standing {
    stems: Vec<u32>,
    marks: Marks,
}

/// A bit for what a code is, and for what stands behind it: where they do not meet, no pair is made.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    is: u128,
    wants: u128,
}

/// Where the codes that were seen stand.
#[derive(Debug, Default)]
pub(super) struct Stands {
    numbers: Numbers,
    /// By number.
    known: Vec<Standing>,
    marks: Vec<Marks>,
    /// By row of the batch: the number of its code.
    rows: Vec<u32>,
    /// By row above: what its rows so far are.
    above: Vec<u128>,
}

impl Partners {
    /// Reads a list; none where its keys are no pairs of codes, or it cannot be read.
    pub(super) fn read(table: &CodeTable) -> Option<Self> {
        let share = table.width / 2;
        let mut partners = Self::default();
        for begin in (0..table.count).step_by(ROWS) {
            let rows = table.block(begin..table.count.min(begin + ROWS))?;
            for row in rows.chunks_exact(table.row()) {
                let (first, second) = row.get(..2 * share)?.split_at_checked(share)?;
                let (first, second) = (partners.number(first)?, partners.number(second)?);
                let behind = partners.behind.get_mut(first as usize)?;
                if behind.last() != Some(&second) {
                    behind.push(second);
                }
            }
        }
        partners.behind.iter_mut().for_each(|behind| behind.sort_unstable());
        Some(partners)
    }

    fn number(&mut self, key: &[u8]) -> Option<u32> {
        let mut stem = Stem::default();
        let len = key.iter().position(|&byte| byte == 0).unwrap_or(key.len());
        stem.get_mut(..len)?.copy_from_slice(key.get(..len)?);
        let next = u32::try_from(self.stems.len()).ok()?;
        let number = *self.numbers.entry(u64::from_be_bytes(stem)).or_insert(next);
        if number == next {
            self.stems.push(stem);
            self.behind.push(Vec::new());
        }
        Some(number)
    }

    fn standing(&self, code: &[u8]) -> Standing {
        let mut standing = Standing::default();
        for len in 1..=code.len().min(LONGEST) {
            let mut stem = Stem::default();
            stem.iter_mut().zip(code).take(len).for_each(|(place, &byte)| *place = byte);
            let Some(&number) = self.numbers.get(&u64::from_be_bytes(stem)) else { continue };
            standing.stems.push(number);
            standing.marks.is |= bit(number);
            standing.marks.wants |= self.behind(number).iter().fold(0, |bits, &second| bits | bit(second));
        }
        standing
    }

    fn behind(&self, number: u32) -> &[u32] {
        self.behind.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether a pair is made, on `day` if one is given.
    fn pair(&self, table: &CodeTable, first: &Standing, second: &Standing, day: Option<i32>) -> bool {
        let stem = |number: u32| self.stems.get(number as usize).map_or(&[][..], |stem| without_zeros(stem));
        first.marks.wants & second.marks.is != 0
            && first.stems.iter().any(|&one| {
                let listed = |other: &&u32| self.behind(one).binary_search(other).is_ok();
                second.stems.iter().filter(listed).any(|&other| table.holds(&[stem(one), stem(other)], day))
            })
    }
}

fn bit(number: u32) -> u128 {
    1 << (number % 128)
}

fn without_zeros(stem: &Stem) -> &[u8] {
    let len = stem.iter().position(|&byte| byte == 0).unwrap_or(LONGEST);
    stem.get(..len).unwrap_or_default()
}

impl Stands {
    /// Begins a batch of rows below so many others.
    fn begin(&mut self, above: usize) {
        if self.numbers.begin() {
            self.known.clear();
            self.marks.clear();
        }
        self.rows.clear();
        self.above.clear();
        self.above.resize(above, 0);
    }

    /// The marks of the next row, whose code is `lane`.
    fn add(&mut self, lane: i64, partners: &Partners) -> Marks {
        let number = if void(lane) { NONE } else { self.numbers.number(lane.cast_unsigned()) };
        self.rows.push(number);
        while let Some(&code) = self.numbers.codes().get(self.known.len()) {
            let (code, len) = unpack_code(lane_of(code));
            let standing = partners.standing(code.get(..len).unwrap_or_default());
            self.marks.push(standing.marks);
            self.known.push(standing);
        }
        self.marks.get(number as usize).copied().unwrap_or_default()
    }

    /// Tells the row above of one of its rows; whether a pair may be made with an earlier one.
    fn meets(&mut self, above: u32, marks: Marks) -> bool {
        let Some(so_far) = self.above.get_mut(above as usize) else { return false };
        let meets = *so_far & marks.wants != 0;
        *so_far |= marks.is;
        meets
    }

    fn of(&self, row: usize) -> Option<&Standing> {
        self.rows.get(row).and_then(|&number| self.known.get(number as usize))
    }
}

impl Evaluator<'_, '_> {
    /// Whether an earlier row of the same parent has a code that stands behind this row's own.
    pub(super) fn follows(&mut self, at: BoolAt, follows: &Follows, asked: Asked<'_>, states: &mut States) {
        let listed = self.table(follows.table).and_then(|table| Some((table, table.partners()?)));
        let Some((table, partners)) = listed else { return states.fill(asked.len(), NODATA) };
        follows.values().for_each(|value| self.reckon(value, asked));
        self.find_groups(follows.link);
        let link = self.program.terms.links[follows.link];
        let mut stands = self.scratch.stands[at.0].take().unwrap_or_default();
        stands.begin(self.frame.rows(link.above));
        let parents = link.up.rows(self.frame.batch);
        let (keys, days) = (self.scratch.lanes(follows.key), follows.day.map(|day| self.scratch.lanes(day)));
        states.set_rows(asked.len(), |row| {
            let (lane, day) = (keys.get(row), days.map(|days| days.get(row)));
            let above = parents.get(row).copied().unwrap_or(u32::MAX);
            let marks = stands.add(lane, partners);
            let meets = stands.meets(above, marks);
            let lanes = || std::iter::once(lane).chain(day);
            let day = day.map(|day| i32::try_from(day).unwrap_or(i32::MAX));
            if !asked.is_open(row) || lanes().any(void) {
                return if lanes().any(|lane| lane == UNCHECKED) { NODATA } else { UNKNOWN };
            }
            if !table.knows(day) {
                return NODATA;
            }
            let group = if meets { self.scratch.groups[follows.link].of.of(above) } else { &[] };
            let mut earlier = group.iter().map(|&other| other as usize).take_while(|&other| other < row);
            state(earlier.any(|other| {
                let both = stands.of(row).zip(stands.of(other));
                both.is_some_and(|(own, other)| partners.pair(table, own, other, day))
            }))
        });
        self.scratch.stands[at.0] = Some(stands);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::CodeTables;
    use super::super::tables::tests::file;

    #[test]
    fn a_pair_is_of_codes_or_of_how_they_begin() {
        let mut tables = CodeTables::default();
        let rows = [(&["I10", "O1"][..], 0, 10, 0), (&["O10", "I10"], 0, 10, 0), (&["B2", "B20"], 5, 7, 0)];
        tables.add(&file("notes", "apart", 14, &rows)).unwrap();
        let table = tables.find("notes.apart").unwrap();
        let partners = table.partners().unwrap();
        let pair = |first: &str, second: &str, day| {
            let (first, second) = (partners.standing(first.as_bytes()), partners.standing(second.as_bytes()));
            partners.pair(table, &first, &second, day)
        };
        assert!(pair("I10", "O100", None) && pair("I109", "O1", Some(3)) && pair("O109", "I10", None));
        assert!(!pair("I1", "O100", None) && !pair("O100", "I1", None) && !pair("I10", "O2", None));
        assert!(pair("B21", "B20", Some(5)) && !pair("B21", "B20", Some(8)) && !pair("", "B20", None));
    }
}
