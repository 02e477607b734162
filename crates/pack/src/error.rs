//! What goes wrong here is ours: the files were written by the engine.

use std::fmt;
use std::io;

/// Why there is no plan.
#[derive(Debug)]
pub enum Error {
    /// A file could not be read.
    Io(io::Error),
    /// The engine's files contradict each other, or are not as it writes them.
    Broken(&'static str),
    /// Whoever was asked for a route has failed.
    Stopped,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "the engine's files cannot be read: {}", error.kind()),
            Self::Broken(what) => write!(formatter, "{what}; report it"),
            Self::Stopped => formatter.write_str("stopped"),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
