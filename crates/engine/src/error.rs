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
    #[must_use]
    pub fn input(path: &Path, error: &io::Error) -> Self {
        let next = match error.kind() {
            io::ErrorKind::NotFound => "check the path",
            io::ErrorKind::PermissionDenied => "ask for the right to read it",
            io::ErrorKind::IsADirectory => "name the files in it",
            io::ErrorKind::UnexpectedEof => "see that nobody writes to it, and run it again",
            _ => "copy it to a disk that can be read, and run it again",
        };
        Self::Input(format!("{}: {}; {next}", named(path), plain(error)))
    }

    /// An input without a single interchange, by its name and length; or `inputs` of them, of which it is the last.
    pub(crate) fn no_interchange(name: &str, bytes: u64, inputs: usize) -> Self {
        Self::Input(match (inputs, bytes) {
            (2.., _) => format!(
                "none of the {inputs} files is X12: no interchange (ISA) was found; name X12 files, unpacked and decrypted"
            ),
            (_, 0) => format!("{name}: is empty; ask its sender for the file again"),
            _ => format!(
                "{name}: is not X12: no interchange (ISA) was found in it; name an X12 file, unpacked and decrypted"
            ),
        })
    }

    /// An output that could not be written.
    pub(crate) fn output(path: &Path, error: &io::Error) -> Self {
        let next = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                "make room, or name a folder on another disk, and run it again"
            }
            _ => "name a folder that can be written, and run it again",
        };
        Self::Output(format!("{}: {}; {next}", path.display(), plain(error)))
    }
}

/// An input's path as a person reads it.
fn named(path: &Path) -> String {
    if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() }
}

/// An I/O error in plain words.
fn plain(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::IsADirectory => "is a folder",
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::QuotaExceeded => "the disk quota is used up",
        io::ErrorKind::FileTooLarge => "the file grew larger than is allowed here",
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        _ => return error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    };
    known.to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_of_the_disk_says_what_comes_next() {
        use io::ErrorKind as Kind;
        for kind in [Kind::NotFound, Kind::PermissionDenied, Kind::IsADirectory, Kind::StorageFull, Kind::Other] {
            let error = io::Error::from(kind);
            for made in [Error::input(Path::new("a.837"), &error), Error::output(Path::new("out"), &error)] {
                let text = made.to_string();
                assert!(text.contains(": ") && text.contains("; "), "{text}");
                assert!(!text.contains('\n') && !text.contains("os error"), "{text}");
            }
        }
    }

    #[test]
    fn a_system_error_without_a_name_of_ours_keeps_its_words() {
        let text = Error::input(Path::new("-"), &io::Error::from_raw_os_error(5)).to_string();
        assert_eq!(text, "stdin: input/output error; copy it to a disk that can be read, and run it again");
    }

    #[test]
    fn a_file_without_x12_is_told_from_an_empty_one() {
        assert!(Error::no_interchange("a", 0, 1).to_string().contains("is empty; "));
        assert!(
            Error::no_interchange("a", 6, 1).to_string().contains("is not X12: no interchange (ISA) was found in it; ")
        );
    }
}
