//! What a file was when it was opened: whoever reads it to its end can say whether it was one and the same all the time.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::Error;

/// Length, time of the last change, and which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    len: u64,
    modified: (i64, i64),
    file: (u64, u64),
}

impl Version {
    pub(crate) fn of(about: &Metadata) -> Self {
        let modified = (about.mtime(), about.mtime_nsec());
        Self { len: about.len(), modified, file: (about.dev(), about.ino()) }
    }

    /// An error where `file`, which is at `path`, is another one than when it was opened, or `all` of it came to another number of
    /// bytes. One that was removed meanwhile is whole.
    pub(crate) fn held(self, file: &File, path: &Path, read: u64, all: bool) -> Result<(), Error> {
        let now = Self::of(&file.metadata().map_err(|error| Error::input(path, &error))?);
        let replaced = path.metadata().is_ok_and(|about| Self::of(&about).file != self.file);
        // what the system makes up as it is read says that it is empty
        let short = all && read != self.len && self.len > 0;
        if now == self && !replaced && !short { Ok(()) } else { Err(changed(path, read)) }
    }
}

/// A file that is another one than when it was opened, by where that was seen.
pub(crate) fn changed(path: &Path, at: u64) -> Error {
    let text = format!("it changed while it was read (seen at byte {at})");
    Error::input(path, &io::Error::new(io::ErrorKind::UnexpectedEof, text))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::source::Source;

    /// What is said of a file of 3,000,000 bytes that is changed once the first of them were read.
    fn told(name: &str, change: impl Fn(&Path)) -> Result<(), Error> {
        let path = std::env::temp_dir().join(format!("scrubjay-version-{name}-{}", std::process::id()));
        fs::write(&path, vec![b'~'; 3_000_000]).unwrap();
        let mut source = Source::open(&path, None).unwrap();
        source.fill(1000).unwrap();
        change(&path);
        let told = source.fill(4_000_000).and_then(|()| source.unchanged());
        drop(fs::remove_file(&path));
        told
    }

    #[test]
    fn a_file_that_stays_as_it_is_or_is_removed_is_whole() {
        assert_eq!(told("same", |_| ()), Ok(()));
        assert_eq!(told("removed", |path| fs::remove_file(path).unwrap()), Ok(()));
        assert_eq!(told("read", |path| drop(fs::read(path).unwrap())), Ok(()));
    }

    #[test]
    fn a_file_that_shrinks_grows_is_written_over_or_replaced_is_an_error_with_its_place() {
        let open = |path: &Path| File::options().write(true).open(path).unwrap();
        let len = |len| move |path: &Path| open(path).set_len(len).unwrap();
        let later = SystemTime::now() + Duration::from_secs(9);
        let replace = |path: &Path| {
            let other = path.with_extension("new");
            fs::write(&other, vec![b'~'; 3_000_000]).unwrap();
            fs::rename(other, path).unwrap();
        };
        for (told, at) in [
            (told("shrinks", len(2_000_000)), 2_000_000),
            (told("empty", len(0)), 16_384),
            (told("grows", len(3_000_001)), 3_000_001),
            (told("over", |path| open(path).set_modified(later).unwrap()), 3_000_000),
            (told("replaced", replace), 3_000_000),
        ] {
            let text = told.unwrap_err().to_string();
            assert!(text.contains(&format!("it changed while it was read (seen at byte {at}); ")), "{text}");
        }
    }
}
