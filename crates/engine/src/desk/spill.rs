//! Digests that memory has no room for: an open table of them in a file.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::stage::create;

/// Bytes of a bucket: what is read and written at once.
const BUCKET: usize = 1024;
/// Digests in it.
const ROOM: u64 = (BUCKET / 8) as u64;
/// Buckets of the first table: their digests come to three times what memory holds.
const FIRST: u64 = 16 * 1024;

/// A set of digests, none of them 0, in a file of the staging folder that only this process can reach. Of the file one
/// bucket is in memory.
#[derive(Debug)]
pub(super) struct Spill {
    path: PathBuf,
    /// Buckets of the first table.
    first: u64,
    table: Option<Table>,
}

impl Spill {
    /// An empty set, with a file in `folder` when there is need of one.
    pub(super) fn new(folder: &Path) -> Self {
        Self { path: folder.join("claims-seen"), first: FIRST, table: None }
    }

    /// An empty set in the same folder: files have no name there for longer than it takes to make one.
    pub(super) fn another(&self) -> Self {
        Self { path: self.path.clone(), first: self.first, table: None }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.table = None;
    }

    /// True when `digest` is in the set.
    pub(super) fn has(&mut self, digest: u64) -> Result<bool, Error> {
        let Some(table) = &mut self.table else { return Ok(false) };
        table.find(digest).map(|place| place == Place::Here).map_err(|error| Error::output(&self.path, &error))
    }

    /// Takes `count` digests in. Sorted, they are the quickest.
    pub(super) fn take(&mut self, digests: impl Iterator<Item = u64>, count: u64) -> Result<(), Error> {
        self.try_take(digests, count).map_err(|error| Error::output(&self.path, &error))
    }

    fn try_take(&mut self, digests: impl Iterator<Item = u64>, count: u64) -> io::Result<()> {
        let mut table = match self.table.take() {
            Some(table) => table,
            None => Table::new(&self.path, self.first)?,
        };
        while table.count + count > table.most() {
            table = table.doubled(&self.path)?;
        }
        for digest in digests {
            table.insert(digest)?;
        }
        self.table = Some(table);
        Ok(())
    }
}

/// A table in a file: a digest stands in the bucket that it points to, or where that was full, in the next one.
#[derive(Debug)]
struct Table {
    file: File,
    buckets: u64,
    count: u64,
    /// The bucket at hand: its number, its bytes, and whether they are not written yet.
    at: Option<u64>,
    page: Box<[u8; BUCKET]>,
    changed: bool,
}

/// Where a digest is, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Here,
    /// It is not there; it belongs into this place of the bucket at hand.
    Free(usize),
}

impl Table {
    /// An empty table. Its file loses its name at once: whatever becomes of the run, nothing of it is left.
    fn new(path: &Path, buckets: u64) -> io::Result<Self> {
        let file = create(path)?;
        fs::remove_file(path)?;
        file.set_len(buckets * BUCKET as u64)?;
        Ok(Self { file, buckets, count: 0, at: None, page: Box::new([0; BUCKET]), changed: false })
    }

    /// How many digests it takes: with a quarter free hardly a bucket is ever full.
    fn most(&self) -> u64 {
        self.buckets * ROOM / 4 * 3
    }

    /// The same digests in a table of twice the size.
    fn doubled(mut self, path: &Path) -> io::Result<Self> {
        let mut wide = Self::new(path, self.buckets * 2)?;
        for bucket in 0..self.buckets {
            self.turn_to(bucket)?;
            for digest in self.digests().take_while(|&digest| digest != 0) {
                wide.insert(digest)?;
            }
        }
        Ok(wide)
    }

    fn insert(&mut self, digest: u64) -> io::Result<()> {
        if let Place::Free(at) = self.find(digest)? {
            if let Some(room) = self.page.as_chunks_mut::<8>().0.get_mut(at) {
                *room = digest.to_ne_bytes();
            }
            self.changed = true;
            self.count += 1;
        }
        Ok(())
    }

    /// Turns to the bucket where `digest` is, or belongs.
    fn find(&mut self, digest: u64) -> io::Result<Place> {
        let mut bucket = ((u128::from(digest) * u128::from(self.buckets)) >> 64) as u64;
        loop {
            self.turn_to(bucket)?;
            // filled from the front, and a free place ends the search: some are always free
            if let Some(at) = self.digests().position(|other| other == digest || other == 0) {
                let free = self.digests().nth(at) == Some(0);
                return Ok(if free { Place::Free(at) } else { Place::Here });
            }
            bucket = (bucket + 1) % self.buckets;
        }
    }

    /// The bucket at hand, free places being 0.
    fn digests(&self) -> impl Iterator<Item = u64> + '_ {
        self.page.as_chunks::<8>().0.iter().map(|bytes| u64::from_ne_bytes(*bytes))
    }

    fn turn_to(&mut self, bucket: u64) -> io::Result<()> {
        if self.at == Some(bucket) {
            return Ok(());
        }
        if let Some(before) = self.at.filter(|_| self.changed) {
            self.file.write_all_at(&*self.page, before * BUCKET as u64)?;
            self.changed = false;
        }
        self.at = None;
        self.file.read_exact_at(&mut *self.page, bucket * BUCKET as u64)?;
        self.at = Some(bucket);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn it_is_a_set_however_large_and_however_crowded() {
        let folder = std::env::temp_dir().join(format!("scrubjay-spill-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut spill = Spill { first: 1, ..Spill::new(&folder) };
        let mut plain = HashSet::new();
        let mut number = 5u64;
        for round in 0..60 {
            let mut some: Vec<u64> = (0..round * 20)
                .map(|_| {
                    number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    // every third round all of them point to the last bucket
                    if round % 3 == 0 { u64::MAX - (number >> 50) } else { number | 1 }
                })
                .collect();
            assert!(some.iter().all(|&digest| spill.has(digest).unwrap() == plain.contains(&digest)), "{round}");
            some.sort_unstable();
            plain.extend(&some);
            spill.take(some.iter().copied(), some.len() as u64).unwrap();
            assert!(plain.iter().all(|&digest| spill.has(digest).unwrap()), "{round}");
            assert!(fs::read_dir(&folder).unwrap().next().is_none(), "its file has no name");
        }
        assert!(spill.table.as_ref().is_some_and(|table| table.count == plain.len() as u64 && table.buckets > 128));
        spill.clear();
        assert!(!spill.has(number).unwrap());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said_so() {
        let mut spill = Spill::new(Path::new("/nowhere/at/all"));
        assert!(!spill.has(1).unwrap(), "no file is asked for before it is needed");
        assert!(matches!(spill.take([1].into_iter(), 1), Err(Error::Output(text)) if text.contains("/nowhere/at/all")));
    }
}
