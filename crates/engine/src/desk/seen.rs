//! Claims seen so far, to find duplicates, in memory that is bounded.

use std::collections::VecDeque;
use std::path::Path;

use super::spill::Spill;
use crate::error::Error;

/// How many claims are remembered.
pub(crate) const WINDOW: usize = 500_000;
const SMALLEST: usize = 16 * 1024;
/// Slots at most: three quarters of them are used when the window is full.
const LARGEST: usize = SMALLEST * 41;

/// The last [`WINDOW`] claims, as keyed digests; or all of them, those that are beyond it in a file.
///
/// An open table of the digests themselves, eight bytes a claim, and their order: half of what a hash set takes.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Digests at or behind the slot that they point to; 0 is free.
    slots: Vec<u64>,
    order: VecDeque<u64>,
    count: usize,
    /// How many are remembered here.
    most: usize,
    forgot: bool,
    beyond: Beyond,
}

/// What becomes of claims beyond the window.
#[derive(Debug)]
enum Beyond {
    Forgotten,
    Spilled(Spill),
    /// There is no window: nothing is written that they could be spilled to.
    Remembered,
}

impl Seen {
    /// Remembers the window.
    pub(crate) fn window() -> Self {
        Self::new(WINDOW, Beyond::Forgotten)
    }

    /// Remembers everything: beyond the window in a file in `folder`; without one in memory.
    pub(crate) fn exact(folder: Option<&Path>) -> Self {
        match folder {
            Some(folder) => Self::new(WINDOW, Beyond::Spilled(Spill::new(folder))),
            None => Self::new(usize::MAX, Beyond::Remembered),
        }
    }

    fn new(most: usize, beyond: Beyond) -> Self {
        Self { slots: Vec::new(), order: VecDeque::new(), count: 0, most, forgot: false, beyond }
    }

    /// True when claims were forgotten: duplicates farther apart than the window may go unseen.
    pub(crate) fn forgot(&self) -> bool {
        self.forgot
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        (self.slots, self.order, self.count, self.forgot) = (Vec::new(), VecDeque::new(), 0, false);
        if let Beyond::Spilled(spill) = &mut self.beyond {
            spill.clear();
        }
    }

    /// For each of `digests`, whether it was seen before; they are from now on. No digest was never seen.
    ///
    /// # Errors
    /// When what is beyond the window cannot be written or read.
    pub(crate) fn all_again(&mut self, digests: &[Option<u64>]) -> Result<Vec<bool>, Error> {
        // one look at all slots first: memory answers to many questions at a time, but to each of them slowly
        let slots = digests.iter().flatten().filter_map(|&digest| self.slots.get(self.home(digest)));
        std::hint::black_box(slots.fold(0, |all, slot| all ^ slot));
        digests.iter().map(|digest| digest.map_or(Ok(false), |digest| self.again(digest))).collect()
    }

    /// True when `digest` was seen before; it is from now on.
    fn again(&mut self, digest: u64) -> Result<bool, Error> {
        let digest = digest.max(1);
        if self.count * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let at = self.find(digest);
        if self.slots[at] == digest {
            return Ok(true);
        }
        if let Beyond::Spilled(spill) = &mut self.beyond
            && spill.has(digest)?
        {
            return Ok(true);
        }
        self.slots[at] = digest;
        self.count += 1;
        match &mut self.beyond {
            Beyond::Spilled(spill) if self.count >= self.most => {
                // by slot is nearly sorted
                spill.take(self.slots.iter().copied().filter(|&digest| digest != 0), self.count as u64)?;
                self.slots.fill(0);
                self.count = 0;
            }
            Beyond::Spilled(_) | Beyond::Remembered => {}
            Beyond::Forgotten => self.forget_one_for(digest),
        }
        Ok(false)
    }

    /// `digest` is new; when the window is full, the oldest goes.
    fn forget_one_for(&mut self, digest: u64) {
        self.order.push_back(digest);
        if self.order.len() > self.most {
            self.forgot = true;
            if let Some(oldest) = self.order.pop_front() {
                self.remove(oldest);
            }
        }
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
        let len = if matches!(self.beyond, Beyond::Remembered) { wanted } else { wanted.min(LARGEST) };
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
    use std::collections::HashSet;
    use std::path::PathBuf;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("scrubjay-seen-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn digest(n: u64) -> u64 {
        (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn the_window_is_remembered_and_no_more() {
        let mut seen = Seen::window();
        let mut again = |n| seen.again(digest(n)).unwrap();
        let many = WINDOW as u64 + 1000;
        assert!(!(0..many).any(&mut again));
        assert!((many - WINDOW as u64..many).rev().all(&mut again), "the window is whole");
        assert!(!(0..1000).any(&mut again), "what came before is forgotten");
        assert!(seen.forgot());
        assert_eq!(seen.slots.len(), LARGEST);
    }

    #[test]
    fn exact_remembers_everything_in_memory_that_is_bounded() {
        let folder = folder("many");
        let mut seen = Seen::exact(Some(&folder));
        let many = WINDOW as u64 * 4 + 3;
        assert!(!(0..many).any(|n| seen.again(digest(n)).unwrap()));
        assert!((0..many).all(|n| seen.again(digest(n)).unwrap()));
        assert!(!seen.forgot());
        assert_eq!((seen.slots.len(), seen.order.len()), (LARGEST, 0), "the rest of it is one bucket");
        seen.clear();
        assert!(!seen.again(digest(3)).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn exact_finds_what_a_plain_set_finds_wherever_its_window_ends() {
        let folder = folder("plain");
        let mut number = 1u64;
        for most in [1, 2, 3, 7, 100] {
            let spilled = Seen::new(most, Beyond::Spilled(Spill::new(&folder)));
            for mut seen in [spilled, Seen::exact(Some(&folder)), Seen::exact(None)] {
                let mut plain = HashSet::new();
                for n in 0..4000u64 {
                    number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    // some near, some far, some exactly a window away
                    let digest = match number >> 62 {
                        0 => digest(number >> 33 & 0xff),
                        1 => digest(n.saturating_sub(most as u64)),
                        _ => digest(n),
                    };
                    assert_eq!(seen.again(digest).unwrap(), !plain.insert(digest), "{n} of {most}");
                }
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn colliding_digests_are_told_apart() {
        let mut seen = Seen::window();
        assert!((0..50).all(|n| !seen.again(u64::MAX - n).unwrap()), "all point to the last slot");
        for n in (0..50).step_by(3) {
            seen.remove(u64::MAX - n);
        }
        assert!((0..50).all(|n| seen.again(u64::MAX - n).unwrap() == (n % 3 != 0)));
    }
}
