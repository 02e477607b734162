//! The claims that somebody asked for by number.

/// Ranges of claim indexes in ascending order, asked for one index after the other.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// First and last index of each, both meant.
    ranges: Vec<(u64, u64)>,
    /// Those before it are passed.
    at: usize,
}

impl Chosen {
    /// Of `ranges` in any order; those that overlap are one.
    pub(crate) fn new(mut ranges: Vec<(u64, u64)>) -> Self {
        ranges.sort_unstable();
        Self { ranges, at: 0 }
    }

    /// True when the claim numbered `index` is asked for. Indexes come in ascending order.
    pub(crate) fn has(&mut self, index: u64) -> bool {
        while self.ranges.get(self.at).is_some_and(|&(_, last)| last < index) {
            self.at += 1;
        }
        self.ranges.get(self.at).is_some_and(|&(first, _)| first <= index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_found_in_ranges_that_overlap() {
        let mut chosen = Chosen::new(vec![(7, 9), (2, 3), (8, 8), (20, 20), (5, 1)]);
        let found: Vec<u64> = (0..30).filter(|&index| chosen.has(index)).collect();
        assert_eq!(found, [2, 3, 7, 8, 9, 20]);
    }
}
