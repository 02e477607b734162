//! Digests of claims that were sent, written down for the history of later runs.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use crate::error::Error;
use crate::rules::Ruled;
use crate::stage::create;

/// A file of digests: for each claim eight bytes of its own, zeros where it has none, and eight of its parties.
#[derive(Debug)]
pub(crate) struct Sent {
    path: PathBuf,
    file: Option<File>,
}

impl Sent {
    /// Written to `path`, which must not be there.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Writes the claims of a piece down.
    pub(crate) fn add(&mut self, ruled: &Ruled) -> Result<(), Error> {
        let claims = ruled.digests.iter().zip(&ruled.parties);
        let bytes: Vec<u8> = claims
            .flat_map(|(own, parties)| [own.unwrap_or(0).to_be_bytes(), parties.to_be_bytes()])
            .flatten()
            .collect();
        let file = match self.file.take() {
            Some(file) => Ok(file),
            None => create(&self.path),
        };
        let written = file.and_then(|mut file| file.write_all(&bytes).map(|()| file));
        self.file = Some(written.map_err(|error| Error::output(&self.path, &error))?);
        Ok(())
    }
}
