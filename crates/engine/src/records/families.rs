//! Families whose identifier is a social security number: what one member shows, holds for the others.

use std::collections::{HashSet, VecDeque};

use x12::record::Ssn;

/// How many are remembered.
pub(crate) const MOST: usize = 200_000;

/// The last families that were seen to be called by a social security number; four bytes each, and their order.
#[derive(Debug, Default)]
pub(crate) struct Families {
    known: HashSet<u32>,
    order: VecDeque<u32>,
    forgot: bool,
    last: Option<u32>,
}

impl Families {
    /// Remembers a family.
    pub(crate) fn insert(&mut self, ssn: Ssn) {
        let number = number(ssn);
        if self.last == Some(number) || !self.known.insert(number) {
            return;
        }
        self.last = Some(number);
        self.order.push_back(number);
        if self.order.len() > MOST {
            self.forgot = true;
            self.last = None;
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    /// True for a family that is remembered.
    pub(crate) fn has(&self, ssn: Ssn) -> bool {
        let number = number(ssn);
        self.last == Some(number) || self.known.contains(&number)
    }

    /// Another file begins.
    pub(crate) fn clear(&mut self) {
        let forgot = self.forgot;
        *self = Self { forgot, ..Self::default() };
    }

    /// True when there were more of them than are remembered.
    pub(crate) fn forgot(&self) -> bool {
        self.forgot
    }
}

fn number(ssn: Ssn) -> u32 {
    ssn.digits().iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_families_are_remembered() {
        let ssn = |number: usize| Ssn::read(format!("{number:09}").as_bytes()).unwrap();
        let mut families = Families::default();
        (0..=MOST).for_each(|number| families.insert(ssn(number)));
        assert!(!families.has(ssn(0)) && families.has(ssn(1)) && families.has(ssn(MOST)) && families.forgot());
        families.clear();
        assert!(!families.has(ssn(MOST)));
    }
}
