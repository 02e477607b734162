//! What stands for a code, found in one look.

/// Values by packed code.
#[derive(Debug)]
pub(crate) struct CodeMap<T> {
    entries: Box<[(u64, T)]>,
    /// By the hash of a code: from 1 its place among the entries; 0 ends the search. There are four for each entry.
    places: Box<[u16]>,
    shift: u32,
}

impl<T> CodeMap<T> {
    /// Of these, each with a code of its own.
    pub(crate) fn new(entries: Box<[(u64, T)]>) -> Self {
        let size = (4 * entries.len()).next_power_of_two().max(4);
        let mut map = Self { entries, places: vec![0; size].into(), shift: 64 - size.trailing_zeros() };
        for (number, (code, _)) in (1..).zip(&map.entries) {
            let mut at = map.first(*code);
            while map.places[at % size] != 0 {
                at += 1;
            }
            map.places[at % size] = number;
        }
        map
    }

    #[inline]
    fn first(&self, code: u64) -> usize {
        (code.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// What stands for `code`.
    #[inline]
    pub(crate) fn get(&self, code: u64) -> Option<&T> {
        let mut at = self.first(code);
        loop {
            let number = usize::from(*self.places.get(at & (self.places.len() - 1))?);
            let (known, value) = self.entries.get(number.checked_sub(1)?)?;
            if *known == code {
                return Some(value);
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_and_others_have_none() {
        for count in [0, 1, 5, 100] {
            let map = CodeMap::new((0..count).map(|code| (code * code, code)).collect());
            for code in 0..count {
                assert_eq!(map.get(code * code), Some(&code));
                assert_eq!(map.get(code * code + count * count), None);
            }
        }
    }
}
