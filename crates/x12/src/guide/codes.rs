//! Code sets: sorted integers, since nearly every code has at most eight characters.

use std::collections::HashMap;
use std::ops::Range;

use crate::position::Span;

/// "No code set".
pub(crate) const NO_CODES: u16 = u16::MAX;

/// What no value is packed to: eight bytes of `0xff`.
pub(crate) const NO_VALUE: u64 = u64::MAX;

/// `value` as one integer; `None` when it has more than eight bytes.
#[inline]
pub(crate) fn pack(value: &[u8]) -> Option<u64> {
    if value.len() > 8 {
        return None;
    }
    Some(value.iter().fold(0, |packed, &byte| packed << 8 | u64::from(byte)))
}

/// The value at `span` of `buffer` as [`pack`] has it, eight bytes at once where the buffer goes on.
#[inline]
pub(crate) fn pack_at(buffer: &[u8], span: Span) -> Option<u64> {
    let start = span.start as usize;
    match buffer.get(start..).and_then(<[u8]>::first_chunk::<8>) {
        Some(word) if matches!(span.len, 1..=8) => Some(u64::from_be_bytes(*word) >> (64 - 8 * span.len)),
        _ => pack(span.of(buffer)),
    }
}

/// All code sets of a plan.
#[derive(Debug, Default)]
pub(crate) struct CodeSets {
    packed: Vec<u64>,
    long: Vec<Box<[u8]>>,
    sets: Vec<CodeSet>,
    /// Where each short code is found at once: a table of places for each set, 0 where there is none.
    places: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct CodeSet {
    packed: (u32, u32),
    long: (u32, u32),
    /// The set's first place, and how far a hash is shifted to number one of them: 64 less the bits of their count.
    places: (u32, u8),
}

/// Where a code is looked for first.
#[inline]
fn home(packed: u64, shift: u8) -> u32 {
    (packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as u32
}

impl CodeSets {
    /// True when `value` is in set `id`; `packed` is what [`pack`] says of it.
    #[inline]
    pub(crate) fn contains(&self, id: u16, value: &[u8], packed: Option<u64>) -> bool {
        let Some(set) = self.sets.get(usize::from(id)) else { return false };
        let Some(packed) = packed else {
            return slice(&self.long, set.long).iter().any(|code| **code == *value);
        };
        let codes = slice(&self.packed, set.packed);
        if codes.len() <= 12 { codes.contains(&packed) } else { codes.binary_search(&packed).is_ok() }
    }

    /// One code of the set, so that most values need no look at the set; [`NO_VALUE`] where it has no short code.
    pub(crate) fn one_of(&self, id: u16) -> u64 {
        self.sets
            .get(usize::from(id))
            .and_then(|set| slice(&self.packed, set.packed).first())
            .copied()
            .unwrap_or(NO_VALUE)
    }

    /// As [`CodeSets::one_of`], and whether the set has no other.
    pub(crate) fn first_of(&self, id: u16) -> (u64, bool) {
        let alone = self
            .sets
            .get(usize::from(id))
            .is_some_and(|set| slice(&self.packed, set.packed).len() + slice(&self.long, set.long).len() == 1);
        (self.one_of(id), alone)
    }

    /// True when the code that is packed to `packed` stands in the places that begin at `from`.
    #[inline]
    pub(crate) fn has(&self, from: u32, shift: u8, packed: u64) -> bool {
        let mut at = home(packed, shift);
        // at most half of the places are taken, so an empty one ends the search
        loop {
            match self.places.get((from + at) as usize) {
                Some(&code) if code == packed => return packed != 0,
                Some(0) | None => return false,
                Some(_) => at = (at + 1) & ((1 << (64 - shift)) - 1),
            }
        }
    }

    /// Where the short codes of set `id` have their places, and how far a hash is shifted to number one of them.
    pub(crate) fn places_of(&self, id: u16) -> Option<(u32, u8)> {
        self.sets.get(usize::from(id)).map(|set| set.places)
    }

    /// Gives each of `codes` a place; returns the first of the set's places, and the shift.
    fn place(&mut self, codes: Range<usize>) -> Option<(u32, u8)> {
        let bits = (codes.len() * 2).next_power_of_two().trailing_zeros().max(1) as u8;
        let (from, shift) = (self.places.len(), 64 - bits);
        self.places.resize(from + (1 << bits), 0);
        for code in self.packed.get(codes).unwrap_or_default().iter().filter(|&&code| code != 0) {
            let mut at = home(*code, shift);
            while let Some(place) = self.places.get_mut(from + at as usize) {
                if *place == 0 || place == code {
                    *place = *code;
                    break;
                }
                at = (at + 1) & ((1 << bits) - 1);
            }
        }
        Some((u32::try_from(from).ok()?, shift))
    }

    /// The codes of set `id`, as text.
    pub(crate) fn list(&self, id: u16) -> Vec<String> {
        let Some(set) = self.sets.get(usize::from(id)) else { return Vec::new() };
        let short = slice(&self.packed, set.packed)
            .iter()
            .map(|code| code.to_be_bytes().iter().skip_while(|&&byte| byte == 0).map(|&byte| byte as char).collect());
        let long = slice(&self.long, set.long).iter().map(|code| String::from_utf8_lossy(code).into_owned());
        short.chain(long).collect()
    }

    /// True when the sets share a code.
    pub(crate) fn overlap(&self, one: u16, other: u16) -> bool {
        self.list(one).iter().any(|code| self.contains(other, code.as_bytes(), pack(code.as_bytes())))
    }

    pub(crate) fn add(&mut self, codes: &[String]) -> Option<u16> {
        let id = u16::try_from(self.sets.len()).ok().filter(|&id| id != NO_CODES)?;
        let from = (self.packed.len(), self.long.len());
        for code in codes {
            match pack(code.as_bytes()) {
                Some(packed) => self.packed.push(packed),
                None => self.long.push(code.as_bytes().into()),
            }
        }
        self.packed[from.0..].sort_unstable();
        let places = self.place(from.0..self.packed.len())?;
        let range = |from: usize, to: usize| Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?));
        let (packed, long) = (range(from.0, self.packed.len())?, range(from.1, self.long.len())?);
        self.sets.push(CodeSet { packed, long, places });
        Some(id)
    }
}

#[inline]
fn slice<T>(all: &[T], range: (u32, u32)) -> &[T] {
    all.get(range.0 as usize..range.1 as usize).unwrap_or_default()
}

/// Builds code sets, each list once.
#[derive(Debug, Default)]
pub(super) struct CodeBuilder {
    pub sets: CodeSets,
    known: HashMap<Vec<String>, u16>,
}

impl CodeBuilder {
    /// The set of `codes`; `None` when there are too many sets.
    pub(super) fn intern(&mut self, codes: Vec<String>) -> Option<u16> {
        if let Some(&id) = self.known.get(&codes) {
            return Some(id);
        }
        let id = self.sets.add(&codes)?;
        self.known.insert(codes, id);
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_short_and_long() {
        let mut builder = CodeBuilder::default();
        let codes = ["AB", "A", "LONG CODE HERE", "ZZ"].map(String::from).to_vec();
        let id = builder.intern(codes.clone()).unwrap();
        assert_eq!(builder.intern(codes), Some(id));
        let sets = &builder.sets;
        for (value, there) in
            [("A", true), ("AB", true), ("B", false), ("LONG CODE HERE", true), ("LONG CODE", false), ("", false)]
        {
            let packed = pack(value.as_bytes());
            assert_eq!(sets.contains(id, value.as_bytes(), packed), there, "{value}");
            let (from, shift) = sets.places_of(id).unwrap();
            let short = packed.is_some_and(|packed| sets.has(from, shift, packed));
            assert_eq!(short, there && packed.is_some(), "{value}");
        }
        assert!(!sets.contains(NO_CODES, b"A", pack(b"A")));
        assert_eq!(sets.list(id).len(), 4);
        assert_eq!((Some(sets.one_of(id)), sets.one_of(NO_CODES)), (pack(b"A"), NO_VALUE));
        let text = b"ABCDEFGHIJ";
        for (start, end) in [(0, 1), (0, 8), (0, 9), (2, 10), (3, 5), (8, 10), (10, 10)] {
            assert_eq!(
                pack_at(text, Span::new(start, end)),
                pack(&text[start as usize..end as usize]),
                "{start}..{end}"
            );
        }
    }
}
