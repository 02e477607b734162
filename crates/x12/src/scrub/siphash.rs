//! `SipHash`-1-3 of words: a keyed hash, so that nobody who does not know the key can make things hash alike.

#![allow(clippy::many_single_char_names, reason = "as in its specification")]

/// The state after some words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SipHash([u64; 4]);

impl SipHash {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        let [low, high] =
            [0, 8].map(|at| key.iter().skip(at).take(8).rev().fold(0, |word, &byte| word << 8 | u64::from(byte)));
        let initial = [0x736f_6d65_7073_6575, 0x646f_7261_6e64_6f6d, 0x6c79_6765_6e65_7261, 0x7465_6462_7974_6573];
        let [a, b, c, d] = initial;
        Self([a ^ low, b ^ high, c ^ low, d ^ high])
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }

    /// Takes a word in.
    pub(crate) fn add(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    /// The hash, after a last word.
    pub(crate) fn finish(mut self, last: u64) -> u64 {
        self.add(last);
        self.0[2] ^= 0xFF;
        (0..3).for_each(|_| self.round());
        let [a, b, c, d] = self.0;
        a ^ b ^ c ^ d
    }
}

#[cfg(test)]
mod tests {
    use siphasher::sip::SipHasher13;

    use super::SipHash;

    #[test]
    fn it_is_the_siphash_of_others() {
        let key: [u8; 16] = std::array::from_fn(|at| 7 * at as u8);
        let bytes: Vec<u8> = (0..80).collect();
        for words in 0..=10 {
            let message = &bytes[..8 * words];
            let chunks = message.chunks_exact(8).map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap()));
            // The last word holds the length in its highest byte.
            let mut hash = SipHash::new(&key);
            chunks.for_each(|word| hash.add(word));
            let ours = hash.finish((message.len() as u64) << 56);
            assert_eq!(ours, SipHasher13::new_with_key(&key).hash(message));
        }
    }
}
