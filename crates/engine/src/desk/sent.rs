//! Digests of claims that were sent, written down for the history of later runs.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use x12::scrub::Remembered;

use crate::error::Error;
use crate::rules::Ruled;
use crate::stage::create;

/// Two files. One of digests: for each claim eight bytes of its own, zeros where it has none, and eight of its parties. One of
/// rows of the lists of a history: a byte for the list, eight of the digest, and four each of days and value.
#[derive(Debug)]
pub(crate) struct Sent {
    digests: Written,
    lists: Written,
}

#[derive(Debug)]
struct Written {
    path: PathBuf,
    file: Option<File>,
}

impl Sent {
    /// Written to `path`, and beside it to one that ends in `.lists`; neither may be there.
    pub(crate) fn new(path: PathBuf) -> Self {
        let lists = Written { path: path.with_extension("lists"), file: None };
        Self { digests: Written { path, file: None }, lists }
    }

    /// Writes the claims of a piece down.
    pub(crate) fn add(&mut self, ruled: &Ruled) -> Result<(), Error> {
        let claims = ruled.digests.iter().zip(&ruled.parties);
        let bytes: Vec<u8> = claims
            .flat_map(|(own, parties)| [own.unwrap_or(0).to_be_bytes(), parties.to_be_bytes()])
            .flatten()
            .collect();
        self.digests.add(&bytes)?;
        let row = |row: &Remembered| {
            let tail = row.tail.into_iter().flat_map(i32::to_be_bytes);
            std::iter::once(row.list).chain(row.digest.to_be_bytes()).chain(tail).collect::<Vec<u8>>()
        };
        self.lists.add(&ruled.remembered.iter().flat_map(row).collect::<Vec<u8>>())
    }
}

impl Written {
    fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let file = match self.file.take() {
            Some(file) => Ok(file),
            None => create(&self.path),
        };
        let written = file.and_then(|mut file| file.write_all(bytes).map(|()| file));
        self.file = Some(written.map_err(|error| Error::output(&self.path, &error))?);
        Ok(())
    }
}
