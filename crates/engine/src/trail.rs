//! The digest of a file that is in the making: mostly it grows, now and then something behind is changed.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use sha2::{Digest, Sha256};

/// How far apart the states are that are kept, to go back to.
const STEP: u64 = 1024 * 1024;
/// How many are kept.
const MOST: usize = 16;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;
/// What is behind by more than this is left for the end.
const CLOSE: u64 = 4 * 1024 * 1024;

/// SHA-256 of a file's first bytes.
#[derive(Clone, Default)]
pub(crate) struct Trail {
    state: Sha256,
    /// How many bytes were taken.
    taken: u64,
    /// Earlier states, each with how many bytes it has taken.
    marks: VecDeque<(u64, Sha256)>,
}

impl Trail {
    /// `bytes` were written to `file` at `at`, its end until now. What was changed behind is read again, unless it is too
    /// much.
    pub(crate) fn add(&mut self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        if self.taken < at && at - self.taken <= CLOSE {
            self.catch_up(file, at)?;
        }
        if self.taken == at {
            self.take(bytes);
        }
        Ok(())
    }

    /// Everything from `at` on is void.
    pub(crate) fn forget(&mut self, at: u64) {
        if at >= self.taken {
            return;
        }
        while self.marks.back().is_some_and(|(taken, _)| *taken > at) {
            self.marks.pop_back();
        }
        let (taken, state) = self.marks.back().cloned().unwrap_or_default();
        (self.taken, self.state) = (taken, state);
    }

    /// The digest of a file of `len` bytes, when all of them were taken.
    pub(crate) fn whole(&self, len: u64) -> Option<[u8; 32]> {
        (self.taken == len).then(|| self.state.clone().finalize().into())
    }

    /// The digest of `file`, which has `len` bytes.
    pub(crate) fn finish(mut self, file: &File, len: u64) -> io::Result<[u8; 32]> {
        self.catch_up(file, len)?;
        Ok(self.state.finalize().into())
    }

    fn take(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.taken += bytes.len() as u64;
        if self.taken >= self.marks.back().map_or(0, |(taken, _)| *taken) + STEP {
            if self.marks.len() == MOST {
                self.marks.pop_front();
            }
            self.marks.push_back((self.taken, self.state.clone()));
        }
    }

    fn catch_up(&mut self, file: &File, to: u64) -> io::Result<()> {
        let mut buffer = Vec::new();
        while self.taken < to {
            buffer.resize(CHUNK.min(usize::try_from(to - self.taken).unwrap_or(CHUNK)), 0);
            file.read_exact_at(&mut buffer, self.taken)?;
            self.take(&buffer);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::*;

    #[test]
    fn what_is_changed_behind_is_taken_again() {
        let path = std::env::temp_dir().join(format!("scrubjay-trail-{}", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let mut content = Vec::new();
        let mut trail = Trail::default();
        let places: [u64; 8] = [5, 100, 40_000, 1_000_000, 2_100_000, 9_000_000, 17_000_000, 29_000_000];
        for round in 0..30u64 {
            let bytes: Vec<u8> = (0..1_000_000u64).map(|at| (at * 31 + round) as u8).collect();
            file.write_all_at(&bytes, content.len() as u64).unwrap();
            trail.add(&file, content.len() as u64, &bytes).unwrap();
            content.extend(bytes);
            let len = content.len() as u64;
            for place in places.into_iter().filter(|place| *place < len && place % 7 == round % 7) {
                content[place as usize] = round as u8;
                file.write_all_at(&[round as u8], place).unwrap();
                trail.forget(place);
            }
            let whole = trail.clone().finish(&file, content.len() as u64).unwrap();
            assert_eq!(crate::token::hex(&whole), crate::digest(&content), "round {round}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
