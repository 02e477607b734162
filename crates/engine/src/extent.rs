//! A run of a file that is read by whoever works on it: its bytes come to the processor that wants them, and pass no other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::taken::Taken;
use crate::version::changed;

/// Bytes of a file that nobody has read yet.
pub(crate) struct Extent {
    pub(crate) file: Arc<File>,
    pub(crate) path: PathBuf,
    pub(crate) offset: u64,
    pub(crate) len: usize,
}

impl Extent {
    /// Reads them into `bytes`, which may have anything in it.
    pub(crate) fn read(&self, mut bytes: Vec<u8>) -> Result<Taken, Error> {
        bytes.resize(self.len, 0);
        match self.file.read_exact_at(&mut bytes, self.offset) {
            Ok(()) => Ok(Taken { bytes, offset: self.offset, breaks: None, shelf: None }),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(changed(&self.path, self.offset)),
            Err(error) => Err(Error::input(&self.path, &error)),
        }
    }
}

/// How many buffers are kept on one shelf.
const MOST: usize = 8;

/// Buffers that were read into, a shelf for each thread: what one thread had in its cache is not written by another.
pub(crate) struct Shelves(Vec<Mutex<Vec<Vec<u8>>>>);

impl Shelves {
    /// So many, all empty.
    pub(crate) fn new(count: usize) -> Self {
        Self((0..count).map(|_| Mutex::default()).collect())
    }

    /// A buffer of shelf `number`.
    pub(crate) fn take(&self, number: usize) -> Vec<u8> {
        let Some(buffers) = self.0.get(number) else { return Vec::new() };
        buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Puts a buffer back on shelf `number`.
    pub(crate) fn put(&self, number: usize, bytes: Vec<u8>) {
        let Some(buffers) = self.0.get(number) else { return };
        let mut buffers = buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.len() < MOST {
            buffers.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_cut_short_is_an_error_with_its_name() {
        let path = std::env::temp_dir().join(format!("scrubjay-extent-{}", std::process::id()));
        std::fs::write(&path, b"ISA*00*").unwrap();
        let file = Arc::new(File::open(&path).unwrap());
        let extent = |offset, len| Extent { file: Arc::clone(&file), path: path.clone(), offset, len };
        let taken = extent(2, 3).read(vec![b'x'; 9]).unwrap();
        assert_eq!((&taken.bytes[..], taken.offset), (&b"A*0"[..], 2));
        let error = extent(5, 3).read(Vec::new()).err().unwrap();
        assert!(error.to_string().contains("it changed while it was read (seen at byte 5)"), "{error}");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_buffer_comes_back_to_the_shelf_that_it_was_put_on() {
        let shelves = Shelves::new(2);
        shelves.put(1, vec![7]);
        shelves.put(2, vec![8]);
        assert_eq!((shelves.take(0), shelves.take(1), shelves.take(1)), (Vec::new(), vec![7], Vec::new()));
        (0..2 * MOST).for_each(|_| shelves.put(0, vec![1]));
        assert_eq!((0..2 * MOST).filter(|_| !shelves.take(0).is_empty()).count(), MOST);
    }
}
