//! The last claims seen, as keyed digests, and which of them came first.

use std::hint::black_box;

/// A digest is known by where it stands in the ring, counted from 1, and by some bits of its own: a word.
const INDEX_BITS: u32 = 19;
const INDEX: u32 = (1 << INDEX_BITS) - 1;
/// Words of a bucket, which is a line of the processor's memory.
const WORDS: usize = 16;
/// Where a bucket counts the digests that had no room in it and stand further on.
const PASSED: usize = WORDS - 1;
/// How many digests there are for a bucket at most, on the average.
const FULL: usize = 11;
const SMALLEST: usize = 1024;

/// Up to `most` digests. What points to them takes half of what a table of digests would, and one look for nearly all.
#[derive(Debug)]
pub(crate) struct Window {
    buckets: Vec<[u32; WORDS]>,
    /// In the order in which they came, around the end.
    ring: Vec<u64>,
    oldest: usize,
    most: usize,
    forgot: bool,
}

impl Window {
    /// Remembers `most`, which a word can tell apart.
    pub(super) fn new(most: usize) -> Self {
        Self { buckets: Vec::new(), ring: Vec::new(), oldest: 0, most: most.clamp(1, INDEX as usize), forgot: false }
    }

    /// Forgets everything, also that some were forgotten.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.most);
    }

    /// True when some were forgotten.
    pub(super) fn forgot(&self) -> bool {
        self.forgot
    }

    /// Has the buckets of `digests` at hand: memory answers to many questions at a time, but to each of them slowly.
    pub(super) fn look_ahead(&self, digests: impl Iterator<Item = u64>) {
        let words = digests.filter_map(|digest| self.buckets.get(self.home(digest)));
        black_box(words.fold(0, |all, bucket| all ^ bucket[0]));
    }

    /// True when `digest` is remembered; it is from now on, and the oldest goes where there are too many.
    pub(super) fn again(&mut self, digest: u64) -> bool {
        if self.has(digest) {
            return true;
        }
        let index = if self.ring.len() < self.most {
            self.ring.push(digest);
            self.ring.len() - 1
        } else {
            let index = self.oldest;
            self.forgot = true;
            self.remove(index);
            self.ring[index] = digest;
            self.oldest = (index + 1) % self.most;
            index
        };
        if self.ring.len() > self.buckets.len() * FULL {
            self.grow();
        } else {
            self.put(index);
        }
        false
    }

    /// True when `digest` is remembered.
    pub(super) fn has(&self, digest: u64) -> bool {
        let mut at = self.home(digest);
        for _ in 0..self.buckets.len() {
            let (words, passed) = self.buckets[at].split_at(PASSED);
            // all at once, since hardly any is like it
            let is_like = |word: u32| word >> INDEX_BITS == tag(digest);
            if words.iter().fold(false, |any, &word| any | is_like(word)) {
                // the word of none has index 0
                let like = words.iter().filter(|&&word| is_like(word) && word & INDEX != 0);
                if like.map(|word| (word & INDEX) as usize - 1).any(|index| self.ring[index] == digest) {
                    return true;
                }
            }
            if passed == [0] {
                return false;
            }
            at = self.next(at);
        }
        false
    }

    /// The bucket where `digest` belongs.
    fn home(&self, digest: u64) -> usize {
        ((u128::from(digest) * self.buckets.len() as u128) >> 64) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.buckets.len() { 0 } else { at + 1 }
    }

    /// Points to the digest at `index` of the ring, in the first bucket with room for it.
    fn put(&mut self, index: usize) {
        let mut at = self.home(self.ring[index]);
        let word = tag(self.ring[index]) << INDEX_BITS | (index as u32 + 1);
        loop {
            match self.buckets[at][..PASSED].iter_mut().find(|word| **word == 0) {
                Some(free) => return *free = word,
                None => self.buckets[at][PASSED] += 1,
            }
            at = self.next(at);
        }
    }

    /// Forgets where the digest at `index` of the ring is.
    fn remove(&mut self, index: usize) {
        let mut at = self.home(self.ring[index]);
        let own = index as u32 + 1;
        loop {
            match self.buckets[at][..PASSED].iter_mut().find(|word| **word & INDEX == own) {
                Some(word) => return *word = 0,
                None => self.buckets[at][PASSED] -= 1,
            }
            at = self.next(at);
        }
    }

    /// Makes room for twice as many, or for all that there will be.
    fn grow(&mut self) {
        let buckets = (self.buckets.len() * 2).max(SMALLEST).min(self.most / FULL + 1);
        // the old ones go first: all that they say can be told from the ring
        self.buckets = Vec::new();
        self.buckets.resize(buckets, [0; WORDS]);
        (0..self.ring.len()).for_each(|index| self.put(index));
    }
}

/// The bits of a digest that a word has; those that tell its bucket are others.
fn tag(digest: u64) -> u32 {
    digest as u32 >> INDEX_BITS
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A digest that looks like chance.
    fn digest(n: u64) -> u64 {
        (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn a_window_remembers_what_a_plain_list_of_the_last_ones_does() {
        let mut number = 1u64;
        for most in [1, 2, 7, 100, 12_000] {
            let (mut window, mut plain) = (Window::new(most), VecDeque::new());
            for n in 0..2_000 + 3 * most as u64 {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // some near, some that fall into one bucket, some exactly a window away
                let digest = match number >> 61 {
                    0 => digest(number >> 33 & 0xff),
                    1 => u64::MAX - (number >> 33 & 0xff),
                    2 => digest(n.saturating_sub(most as u64)),
                    _ => digest(n),
                };
                if most <= 100 || n % 16 == 0 {
                    assert_eq!(window.has(digest), plain.contains(&digest), "{n} of {most}");
                }
                if !window.again(digest) {
                    plain.push_back(digest);
                    if plain.len() > most {
                        plain.pop_front();
                    }
                }
            }
            assert!(window.forgot() && window.buckets.len() <= most / FULL + 1);
        }
    }

    #[test]
    fn what_falls_into_full_buckets_is_found_behind_them_and_leaves_no_trace() {
        let mut window = Window::new(1000);
        assert!((0..100).all(|n| !window.again(u64::MAX - n)), "all belong to the last bucket");
        assert!((0..100).all(|n| window.again(u64::MAX - n)));
        assert!((0..1000).all(|n| !window.again(digest(n))));
        assert!((0..100).all(|n| !window.has(u64::MAX - n)));
        assert!((0..1000).all(|n| window.has(digest(n))));
    }

    #[test]
    fn digests_that_differ_in_bits_that_no_word_has_are_told_apart() {
        let mut window = Window::new(10);
        assert!(!window.again(0) && !window.again(1) && !window.again(2) && window.again(1) && window.again(0));
    }
}
