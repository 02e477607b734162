//! Answers about texts that come again and again, as identifiers of providers do.

#![allow(clippy::cast_sign_loss, reason = "codes are laid into lanes bit for bit")]

/// Texts that are remembered; a further one takes the place of an earlier one.
const SLOTS: usize = 128;

/// A text of 8 to 16 bytes by its two ends (or a code, of no length), and the answer.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    ends: [u64; 2],
    len: usize,
    answer: bool,
}

/// The answers to one question.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: Option<Box<[Known; SLOTS]>>,
}

impl Memory {
    /// The answer, asked for only when it is not remembered.
    pub(super) fn answer(&mut self, text: &[u8], ask: impl FnOnce(&[u8]) -> bool) -> bool {
        let ends = text.first_chunk::<8>().zip(text.last_chunk::<8>()).filter(|_| text.len() <= 16);
        let Some((first, last)) = ends else { return ask(text) };
        self.recall([u64::from_le_bytes(*first), u64::from_le_bytes(*last)], text.len(), || ask(text))
    }

    /// The answer about a code.
    pub(super) fn code(&mut self, lane: i64, ask: impl FnOnce() -> bool) -> bool {
        self.recall([lane as u64, 0], 0, ask)
    }

    fn recall(&mut self, ends: [u64; 2], len: usize, ask: impl FnOnce() -> bool) -> bool {
        let slot = (ends[0] ^ ends[1].rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57;
        let known = self.known.get_or_insert_with(|| Box::new([Known::default(); SLOTS]));
        let known = &mut known[slot as usize % SLOTS];
        if known.ends[0] != ends[0] || known.ends[1] != ends[1] || known.len != len {
            *known = Known { ends, len, answer: ask() };
        }
        known.answer
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn only_the_same_text_has_a_remembered_answer() {
        let mut memory = Memory::default();
        for (text, answer) in [(&b"1234567893"[..], true), (b"1234567890", false), (b"12345678", false), (b"", true)] {
            assert_eq!(memory.answer(text, |_| answer), answer);
        }
        assert!(memory.answer(b"1234567893", |_| false), "remembered");
        assert!(!memory.answer(b"12345678934567893", |_| false), "longer, with the same ends");
        assert!(!memory.answer(b"123456781234567893", |_| false), "too long");
    }
}
