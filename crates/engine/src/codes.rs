//! Files of codes: opened, and read where something is looked up.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use x12::scrub::{CodeTables, Held};

use crate::error::Error;

struct CodeFile {
    file: File,
    len: u64,
}

impl Held for CodeFile {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, at: u64, into: &mut [u8]) -> bool {
        self.file.read_exact_at(into, at).is_ok()
    }
}

/// The tables of some files; of two with the same lists the later one counts.
pub(crate) fn tables(files: &[PathBuf]) -> Result<CodeTables, Error> {
    let mut tables = CodeTables::default();
    for path in files {
        let opened = File::open(path).and_then(|file| file.metadata().map(|facts| (file, facts.len())));
        let (file, len) = opened.map_err(|error| Error::input(path, &error))?;
        let held: Arc<dyn Held> = Arc::new(CodeFile { file, len });
        tables.add(&held).map_err(|why| unreadable(path, &why))?;
    }
    Ok(tables)
}

fn unreadable(path: &Path, why: &str) -> Error {
    Error::Usage(format!("{}: {why}; make it again with scrubjay codes add", path.display()))
}
