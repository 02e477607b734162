//! A list of pairs turned round: which codes stand behind which. A pair is of codes, or of how codes begin.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::lane::{lane_of, unpack_code, void};
use super::numbers::{NONE, Numbers};

/// The longest code, and so the longest beginning of one.
const LONGEST: usize = 8;

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
pub(super) struct Marks {
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
    /// Reads a list, of rows of `row` bytes that each begin with a code in `share` bytes, and another one; none where its keys
    /// are no pairs of codes, or some of it cannot be read.
    pub(super) fn read(blocks: impl Iterator<Item = Option<Vec<u8>>>, row: usize, share: usize) -> Option<Self> {
        let mut partners = Self::default();
        for rows in blocks {
            for row in rows?.chunks_exact(row) {
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

    pub(super) fn standing(&self, code: &[u8]) -> Standing {
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

    /// Whether a pair is made that `holds`.
    pub(super) fn pair(&self, first: &Standing, second: &Standing, holds: impl Fn([&[u8]; 2]) -> bool) -> bool {
        let stem = |number: u32| self.stems.get(number as usize).map_or(&[][..], |stem| without_zeros(stem));
        first.marks.wants & second.marks.is != 0
            && first.stems.iter().any(|&one| {
                let listed = |other: &&u32| self.behind(one).binary_search(other).is_ok();
                second.stems.iter().filter(listed).any(|&other| holds([stem(one), stem(other)]))
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
    pub(super) fn begin(&mut self, above: usize) {
        if self.numbers.begin() {
            self.known.clear();
            self.marks.clear();
        }
        self.rows.clear();
        self.above.clear();
        self.above.resize(above, 0);
    }

    /// The marks of the next row, whose code is `lane`.
    pub(super) fn add(&mut self, lane: i64, partners: &Partners) -> Marks {
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
    pub(super) fn meets(&mut self, above: u32, marks: Marks) -> bool {
        let Some(so_far) = self.above.get_mut(above as usize) else { return false };
        let meets = *so_far & marks.wants != 0;
        *so_far |= marks.is;
        meets
    }

    pub(super) fn of(&self, row: usize) -> Option<&Standing> {
        self.rows.get(row).and_then(|&number| self.known.get(number as usize))
    }
}
