//! Where bytes go that may have to be changed or taken back before they are final.

use std::ops::Range;

/// A growing document. The engine writes it to a staged file, tests hold it in memory.
///
/// Nothing here fails: an output that cannot go on remembers why, ignores the rest, and is asked at the end.
pub trait Output {
    /// Number of bytes so far.
    fn len(&self) -> u64;

    /// Adds `bytes` at the end.
    fn append(&mut self, bytes: &[u8]);

    /// Overwrites the bytes from `at` on; never beyond the end.
    fn patch(&mut self, at: u64, bytes: &[u8]);

    /// Reads bytes from `at` on into `buffer` and returns how many; fewer than fit do not mean the end, none do.
    fn read(&mut self, at: u64, buffer: &mut [u8]) -> usize;

    /// Drops everything from `len` on.
    fn truncate(&mut self, len: u64);

    /// True when nothing is there.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes from `at` on, as far as they can be had without reading them: perhaps none.
    fn at_hand(&self, at: u64) -> &[u8] {
        let _ = at;
        &[]
    }

    /// Replaces the `old_len` bytes at `at` by `new`; what follows is shifted when the lengths differ.
    fn splice(&mut self, at: u64, old_len: u64, new: &[u8]) {
        let new_len = new.len() as u64;
        if new_len > old_len {
            widen(self, at + old_len, new_len - old_len);
        } else if new_len < old_len {
            narrow(self, at + new_len, old_len - new_len);
        }
        self.patch(at, new);
    }
}

const CHUNK: usize = 64 * 1024;

/// Moves everything of `from` that lies at or behind `at` to the end of `to`.
pub fn move_tail(from: &mut impl Output, at: u64, to: &mut impl Output) {
    copy(from, at..from.len(), to);
    from.truncate(at);
}

/// Moves everything of `from` to the end of `to`; each edit replaces one byte at a place (ascending).
pub fn move_replaced<T: AsRef<[u8]>>(from: &mut impl Output, edits: &[(u64, T)], to: &mut impl Output) {
    let mut next = 0;
    for (at, new) in edits {
        copy(from, next..*at, to);
        to.append(new.as_ref());
        next = at + 1;
    }
    copy(from, next..from.len(), to);
    from.truncate(0);
}

fn copy(from: &mut impl Output, mut range: Range<u64>, to: &mut impl Output) {
    let most = |range: &Range<u64>| usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let mut buffer = Vec::new();
    while range.start < range.end {
        let here = from.at_hand(range.start);
        let mut count = here.len().min(most(&range));
        if count > 0 {
            to.append(here.get(..count).unwrap_or_default());
        } else {
            buffer.resize(most(&range).min(CHUNK), 0);
            count = from.read(range.start, &mut buffer);
            if count == 0 {
                return;
            }
            to.append(buffer.get(..count).unwrap_or_default());
        }
        range.start += count as u64;
    }
}

fn widen<O: Output + ?Sized>(output: &mut O, at: u64, by: u64) {
    let end = output.len();
    extend(output, by);
    lift(output, at, end, by);
}

/// Adds `by` bytes of no meaning.
fn extend<O: Output + ?Sized>(output: &mut O, by: u64) {
    let filler = [0; 4096];
    let mut missing = by;
    while missing > 0 {
        let count = usize::try_from(missing).unwrap_or(filler.len()).min(filler.len());
        output.append(filler.get(..count).unwrap_or_default());
        missing -= count as u64;
    }
}

/// Moves the bytes of `from..end` by `by` towards the end, the last ones first.
fn lift<O: Output + ?Sized>(output: &mut O, from: u64, mut end: u64, by: u64) {
    if by == 0 {
        return;
    }
    let mut buffer = vec![0; CHUNK.min(usize::try_from(end.saturating_sub(from)).unwrap_or(CHUNK))];
    while end > from {
        let count = usize::try_from(end - from).unwrap_or(CHUNK).min(CHUNK);
        end -= count as u64;
        let Some(part) = buffer.get_mut(..count) else { return };
        if !read_whole(output, end, part) {
            return;
        }
        output.patch(end + by, part);
    }
}

/// Fills `buffer` from `at` on, in as many reads as it takes; false when there is not enough.
fn read_whole<O: Output + ?Sized>(output: &mut O, at: u64, buffer: &mut [u8]) -> bool {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        let count = output.read(at + done as u64, rest);
        if count == 0 {
            return false;
        }
        done += count;
    }
    true
}

fn narrow<O: Output + ?Sized>(output: &mut O, at: u64, by: u64) {
    let end = output.len();
    let mut next = at + by;
    let mut buffer = vec![0; CHUNK];
    while next < end {
        let count = output.read(next, &mut buffer);
        if count == 0 {
            return;
        }
        output.patch(next - by, buffer.get(..count).unwrap_or_default());
        next += count as u64;
    }
    output.truncate(end.saturating_sub(by));
}

/// An output in memory: the twin of the engine's staged file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryOutput {
    /// What was written.
    pub bytes: Vec<u8>,
}

impl Output for MemoryOutput {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn patch(&mut self, at: u64, bytes: &[u8]) {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(room) = self.bytes.get_mut(at..) else { return };
        for (old, new) in room.iter_mut().zip(bytes) {
            *old = *new;
        }
    }

    fn read(&mut self, at: u64, buffer: &mut [u8]) -> usize {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let rest = self.bytes.get(at..).unwrap_or_default();
        for (into, from) in buffer.iter_mut().zip(rest) {
            *into = *from;
        }
        buffer.len().min(rest.len())
    }

    fn truncate(&mut self, len: u64) {
        self.bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An output that reads a few bytes at a time, as a file with a write buffer may.
    #[derive(Default)]
    struct Halting(MemoryOutput);

    impl Output for Halting {
        fn len(&self) -> u64 {
            self.0.len()
        }

        fn append(&mut self, bytes: &[u8]) {
            self.0.append(bytes);
        }

        fn patch(&mut self, at: u64, bytes: &[u8]) {
            self.0.patch(at, bytes);
        }

        fn read(&mut self, at: u64, buffer: &mut [u8]) -> usize {
            let some = buffer.len().min(1 + usize::try_from(at).unwrap_or(0) % 1000);
            self.0.read(at, &mut buffer[..some])
        }

        fn truncate(&mut self, len: u64) {
            self.0.truncate(len);
        }
    }

    fn long() -> MemoryOutput {
        let mut output = MemoryOutput::default();
        output.bytes.extend((0..200_000u32).map(|n| (n % 251) as u8));
        output
    }

    fn spliced(at: usize, old_len: usize, new: &[u8]) {
        let mut output = Halting(long());
        let mut expected = output.0.bytes.clone();
        expected.splice(at..at + old_len, new.iter().copied());
        output.splice(at as u64, old_len as u64, new);
        assert!(output.0.bytes == expected, "splice at {at}");
    }

    #[test]
    fn splice_shifts_the_tail_both_ways() {
        spliced(10, 3, b"ABCDE");
        spliced(10, 5, b"AB");
        spliced(10, 5, b"12345");
        spliced(0, 0, b"front");
        spliced(199_990, 10, b"");
        spliced(200_000, 0, b"end");
        spliced(5, 2, &vec![b'x'; 100_000]);
        spliced(5, 150_000, b"y");
    }

    #[test]
    fn bytes_are_replaced_on_the_way() {
        let (mut from, mut to) = (Halting(long()), MemoryOutput::default());
        let mut expected = from.0.bytes.clone();
        let edits = [(0, "AB".to_owned()), (7, "C".to_owned()), (8, "D".repeat(70_000)), (199_999, "END".to_owned())];
        for (at, new) in edits.iter().rev() {
            let at = usize::try_from(*at).expect("small");
            expected.splice(at..=at, new.bytes());
        }
        to.append(b"head");
        move_replaced(&mut from, &edits, &mut to);
        assert!(to.bytes[4..] == expected && from.is_empty());
    }

    #[test]
    fn a_tail_moves_whole() {
        let (mut from, mut to) = (Halting(long()), MemoryOutput::default());
        let all = from.0.bytes.clone();
        to.append(b"head");
        move_tail(&mut from, 1000, &mut to);
        assert_eq!(from.0.bytes[..], all[..1000]);
        assert_eq!(to.bytes[4..], all[1000..]);
    }
}
