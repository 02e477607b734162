//! Where we failed, as opposed to what we found.

use std::fmt;
use std::io;
use std::path::Path;

/// A failure of the run. It names files and places, never values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The call or its options cannot be used (exit 2).
    Usage(String),
    /// An input cannot be read, or is no X12 at all (exit 2).
    Input(String),
    /// An output cannot be written (exit 3).
    Output(String),
    /// Our own fault (exit 3).
    Internal(String),
    /// The user asked to stop (exit 130).
    Interrupted,
}

impl Error {
    /// An input that could not be read.
    pub(crate) fn input(path: &Path, error: &io::Error) -> Self {
        Self::Input(format!("{}: {}", path.display(), plain(error)))
    }

    /// An output that could not be written.
    pub(crate) fn output(path: &Path, error: &io::Error) -> Self {
        Self::Output(format!("{}: {}", path.display(), plain(error)))
    }
}

/// An I/O error in plain words.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        _ => error.to_string(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Input(text) | Self::Output(text) | Self::Internal(text) => out.write_str(text),
            Self::Interrupted => out.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Error {}
