//! Claims seen so far, to find duplicates, in memory that is bounded.

use std::collections::VecDeque;

/// How many claims are remembered.
pub(crate) const WINDOW: usize = 500_000;
const SMALLEST: usize = 16 * 1024;
/// Slots at most: three quarters of them are used when the window is full.
const LARGEST: usize = SMALLEST * 41;

/// The last [`WINDOW`] claims, as keyed digests; all of them when `exact`.
///
/// An open table of the digests themselves, eight bytes a claim, and their order: half of what a hash set takes.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Digests at or behind the slot that they point to; 0 is free.
    slots: Vec<u64>,
    order: VecDeque<u64>,
    count: usize,
    forgot: bool,
    exact: bool,
}

impl Seen {
    /// Remembers everything when `exact`, else the window.
    pub(crate) fn new(exact: bool) -> Self {
        Self { exact, ..Self::default() }
    }

    /// True when claims were forgotten: duplicates farther apart than the window may go unseen.
    pub(crate) fn forgot(&self) -> bool {
        self.forgot
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.exact);
    }

    /// For each of `digests`, whether it was seen before; they are from now on. No digest was never seen.
    pub(crate) fn all_again(&mut self, digests: &[Option<u64>]) -> Vec<bool> {
        // one look at all slots first: memory answers to many questions at a time, but to each of them slowly
        let slots = digests.iter().flatten().filter_map(|&digest| self.slots.get(self.home(digest)));
        std::hint::black_box(slots.fold(0, |all, slot| all ^ slot));
        digests.iter().map(|digest| digest.is_some_and(|digest| self.again(digest))).collect()
    }

    /// True when `digest` was seen before; it is from now on.
    fn again(&mut self, digest: u64) -> bool {
        let digest = digest.max(1);
        if self.count * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let at = self.find(digest);
        if self.slots[at] == digest {
            return true;
        }
        self.slots[at] = digest;
        self.count += 1;
        if !self.exact {
            self.order.push_back(digest);
            if self.order.len() > WINDOW {
                self.forgot = true;
                if let Some(oldest) = self.order.pop_front() {
                    self.remove(oldest);
                }
            }
        }
        false
    }

    /// The slot that `digest` points to.
    fn home(&self, digest: u64) -> usize {
        ((u128::from(digest) * self.slots.len() as u128) >> 64) as usize
    }

    /// The slot that holds `digest`, or the free one where it belongs.
    fn find(&self, digest: u64) -> usize {
        let mut at = self.home(digest);
        while self.slots[at] != 0 && self.slots[at] != digest {
            at = self.next(at);
        }
        at
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    fn grow(&mut self) {
        let wanted = (self.slots.len() * 2).max(SMALLEST);
        let len = if self.exact { wanted } else { wanted.min(LARGEST) };
        let old = std::mem::replace(&mut self.slots, vec![0; len]);
        for digest in old.into_iter().filter(|&digest| digest != 0) {
            let at = self.find(digest);
            self.slots[at] = digest;
        }
    }

    /// Takes `digest` out and closes the gap, so that what was pushed past it is still found.
    fn remove(&mut self, digest: u64) {
        let mut gap = self.find(digest);
        if self.slots[gap] != digest {
            return;
        }
        self.count -= 1;
        let len = self.slots.len();
        let mut at = self.next(gap);
        while self.slots[at] != 0 {
            let home = self.home(self.slots[at]);
            let from_home = (at + len - home) % len;
            let from_gap = (at + len - gap) % len;
            if from_home >= from_gap {
                self.slots[gap] = self.slots[at];
                gap = at;
            }
            at = self.next(at);
        }
        self.slots[gap] = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(n: u64) -> u64 {
        (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn the_window_is_remembered_and_no_more() {
        let mut seen = Seen::new(false);
        let many = WINDOW as u64 + 1000;
        assert!((0..many).all(|n| !seen.again(digest(n))));
        assert!(seen.forgot());
        assert!((many - WINDOW as u64..many).rev().all(|n| seen.again(digest(n))), "the window is whole");
        assert!((0..1000).all(|n| !seen.again(digest(n))), "what came before is forgotten");
        assert_eq!(seen.slots.len(), LARGEST);
    }

    #[test]
    fn exact_remembers_everything() {
        let mut seen = Seen::new(true);
        let many = WINDOW as u64 * 2;
        assert!((0..many).all(|n| !seen.again(digest(n))));
        assert!((0..many).all(|n| seen.again(digest(n))));
        assert!(!seen.forgot());
    }

    #[test]
    fn colliding_digests_are_told_apart() {
        let mut seen = Seen::new(false);
        assert!((0..50).all(|n| !seen.again(u64::MAX - n)), "all point to the last slot");
        for n in (0..50).step_by(3) {
            seen.remove(u64::MAX - n);
        }
        assert!((0..50).all(|n| seen.again(u64::MAX - n) == (n % 3 != 0)));
    }
}
