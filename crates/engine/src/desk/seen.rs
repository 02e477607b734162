//! Claims seen so far, to find duplicates, in memory that is bounded.

use std::path::Path;

use super::spill::Spill;
use super::window::Window;
use crate::error::Error;

/// How many claims are remembered.
pub(crate) const WINDOW: usize = 500_000;
/// How many of the numbers that each rule knows claims by.
pub(crate) const NUMBERS: usize = 100_000;
const SMALLEST: usize = 16 * 1024;
/// Slots at most: three quarters of them are used when the window is full.
const LARGEST: usize = SMALLEST * 41;

/// The last claims, as keyed digests; or all of them.
#[derive(Debug)]
pub(crate) enum Seen {
    /// What is beyond the window is forgotten.
    Last(Window),
    All(Box<All>),
}

/// All claims: as many as fit into the window in memory, the others in a file.
///
/// An open table of the digests themselves: half of what a hash set takes.
#[derive(Debug)]
pub(crate) struct All {
    /// Digests at or behind the slot that they point to; 0 is free.
    slots: Vec<u64>,
    count: usize,
    /// How many are remembered here.
    most: usize,
    /// Where the others are; without it, all of them are here.
    spill: Option<Spill>,
}

impl Seen {
    /// Remembers the last `most`.
    pub(crate) fn window(most: usize) -> Self {
        Self::Last(Window::new(most))
    }

    /// Remembers everything: beyond the window in a file in `folder`; without one in memory.
    pub(crate) fn exact(folder: Option<&Path>) -> Self {
        let most = if folder.is_some() { WINDOW } else { usize::MAX };
        Self::All(Box::new(All::new(most, folder.map(Spill::new))))
    }

    /// One for the last `most` of something else, or for all of it as this one is; it remembers nothing yet.
    pub(crate) fn another(&self, most: usize) -> Self {
        match self {
            Self::Last(_) => Self::window(most),
            Self::All(all) => Self::All(Box::new(All::new(all.most, all.spill.as_ref().map(Spill::another)))),
        }
    }

    /// True when claims were forgotten: duplicates farther apart than the window may go unseen.
    pub(crate) fn forgot(&self) -> bool {
        matches!(self, Self::Last(window) if window.forgot())
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Last(window) => window.clear(),
            Self::All(all) => all.clear(),
        }
    }

    /// For each of `digests`, whether it was seen before; they are from now on. No digest was never seen.
    ///
    /// # Errors
    /// When what is beyond the window cannot be written or read.
    pub(crate) fn all_again(&mut self, digests: &[Option<u64>]) -> Result<Vec<bool>, Error> {
        match self {
            Self::Last(window) => {
                window.look_ahead(digests.iter().copied().flatten());
                let again = |digest: &Option<u64>| digest.is_some_and(|digest| window.again(digest));
                Ok(digests.iter().map(again).collect())
            }
            Self::All(all) => {
                digests.iter().map(|digest| digest.map_or(Ok(false), |digest| all.again(digest))).collect()
            }
        }
    }
}

impl All {
    fn new(most: usize, spill: Option<Spill>) -> Self {
        Self { slots: Vec::new(), count: 0, most, spill }
    }

    fn clear(&mut self) {
        (self.slots, self.count) = (Vec::new(), 0);
        if let Some(spill) = &mut self.spill {
            spill.clear();
        }
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
        if let Some(spill) = &mut self.spill
            && spill.has(digest)?
        {
            return Ok(true);
        }
        self.slots[at] = digest;
        self.count += 1;
        if let Some(spill) = self.spill.as_mut().filter(|_| self.count >= self.most) {
            // by slot is nearly sorted
            spill.take(self.slots.iter().copied().filter(|&digest| digest != 0), self.count as u64)?;
            self.slots.fill(0);
            self.count = 0;
        }
        Ok(false)
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
        let len = if self.spill.is_none() { wanted } else { wanted.min(LARGEST) };
        let old = std::mem::replace(&mut self.slots, vec![0; len]);
        for digest in old.into_iter().filter(|&digest| digest != 0) {
            let at = self.find(digest);
            self.slots[at] = digest;
        }
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

    impl Seen {
        fn again(&mut self, digest: u64) -> Result<bool, Error> {
            Ok(self.all_again(&[Some(digest)])?[0])
        }
    }

    #[test]
    fn the_window_is_remembered_and_no_more() {
        let mut seen = Seen::window(WINDOW);
        let mut again = |n| seen.again(digest(n)).unwrap();
        let many = WINDOW as u64 + 1000;
        assert!(!(0..many).any(&mut again));
        assert!((many - WINDOW as u64..many).rev().all(&mut again), "the window is whole");
        assert!(!(0..1000).any(&mut again), "what came before is forgotten");
        assert!(seen.forgot());
    }

    #[test]
    fn exact_remembers_everything_in_memory_that_is_bounded() {
        let folder = folder("many");
        let mut seen = Seen::exact(Some(&folder));
        let many = WINDOW as u64 * 4 + 3;
        assert!(!(0..many).any(|n| seen.again(digest(n)).unwrap()));
        assert!((0..many).all(|n| seen.again(digest(n)).unwrap()));
        assert!(!seen.forgot());
        assert!(matches!(&seen, Seen::All(all) if all.slots.len() == LARGEST), "the rest of it is one bucket");
        seen.clear();
        assert!(!seen.again(digest(3)).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn exact_finds_what_a_plain_set_finds_wherever_its_window_ends() {
        let folder = folder("plain");
        let mut number = 1u64;
        for most in [1, 2, 3, 7, 100] {
            let spilled = All::new(most, Some(Spill::new(&folder)));
            for mut seen in [Seen::All(Box::new(spilled)), Seen::exact(Some(&folder)), Seen::exact(None)] {
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
}
