//! Bytes from a file or a pipe, with what was read ahead.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::extent::Extent;
use crate::job::Signals;
use crate::taken::{Breaks, Taken, strip};
use crate::version::Version;

/// An input: reads ahead on demand and gives its bytes away from the front.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    /// The file that it reads, where it is one, and what that was when it was opened.
    file: Option<(Arc<File>, Version)>,
    path: PathBuf,
    ahead: Vec<u8>,
    /// Buffers given back.
    spare: Vec<Vec<u8>>,
    ended: bool,
    offset: u64,
    total: Option<u64>,
    breaks: Option<Breaks>,
    count: u64,
    /// Of everything read, where somebody wants it.
    digest: Option<sha2::Sha256>,
    signals: Option<Signals>,
}

/// How many buffers are kept.
const SPARE: usize = 16;

impl Source {
    /// Opens `path`; `-` is the standard input.
    pub(crate) fn open(path: &Path, signals: Option<Signals>) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Ok(Self { signals, ..Self::new(Box::new(io::stdin()), PathBuf::from("-"), None) });
        }
        let file = File::open(path).map_err(|error| Error::input(path, &error))?;
        let about = file.metadata().map_err(|error| Error::input(path, &error))?;
        if about.is_dir() {
            return Err(Error::Input(format!("{}: is a folder; name the files in it", path.display())));
        }
        let total = about.is_file().then_some(about.len());
        let file = Arc::new(file);
        let source = Self::new(Box::new(Arc::clone(&file)), path.to_owned(), total);
        Ok(Self { signals, file: total.map(|_| (file, Version::of(&about))), ..source })
    }

    /// The bytes of `content`, as if they were a file named `bytes`.
    pub(crate) fn of_bytes(content: Vec<u8>) -> Self {
        let total = Some(content.len() as u64);
        Self::new(Box::new(io::Cursor::new(content)), PathBuf::from("bytes"), total)
    }

    fn new(reader: Box<dyn Read + Send>, path: PathBuf, total: Option<u64>) -> Self {
        Self {
            reader,
            file: None,
            path,
            ahead: Vec::new(),
            spare: Vec::new(),
            ended: false,
            offset: 0,
            total,
            breaks: None,
            count: 0,
            digest: None,
            signals: None,
        }
    }

    /// The file's name without its folder; `stdin` for a pipe.
    pub(crate) fn name(&self) -> String {
        if self.path.as_os_str() == "-" {
            return "stdin".to_owned();
        }
        self.path.file_name().map_or_else(|| "input".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// True of a file that lies on a disk; a pipe is read once.
    pub(crate) fn can_be_read_again(&self) -> bool {
        self.file.is_some()
    }

    /// The file's length, where it has one.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// How many bytes were read.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.count
    }

    /// From now on a digest is taken of what is read.
    pub(crate) fn take_digest(&mut self) {
        self.digest = Some(sha2::Digest::new());
    }

    /// SHA-256 of everything read, as lower-case hexadecimals; `None` where it was not taken.
    pub(crate) fn digest(&self) -> Option<String> {
        Some(crate::token::hex(&sha2::Digest::finalize(self.digest.clone()?)))
    }

    /// What was read ahead.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// True when nothing can be read any more: what is ahead is all there is.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// From now on line breaks are taken out: the file is wrapped.
    pub(crate) fn unwrap_lines(&mut self) {
        if self.breaks.is_none() {
            let mut breaks = Breaks::default();
            strip(&mut self.ahead, 0, &mut breaks);
            self.breaks = Some(breaks);
        }
    }

    /// True where line breaks are taken out.
    pub(crate) fn is_wrapped(&self) -> bool {
        self.breaks.is_some()
    }

    /// Reads until at least `wanted` bytes are ahead or the input ends.
    pub(crate) fn fill(&mut self, wanted: usize) -> Result<(), Error> {
        while !self.ended && self.ahead.len() < wanted {
            let have = self.ahead.len();
            let room = (wanted - have).max(16 * 1024);
            self.read(room)?;
            let fresh = self.ahead.get(have..).unwrap_or_default();
            self.ended = fresh.len() < room;
            self.count += fresh.len() as u64;
            if let Some(digest) = &mut self.digest {
                sha2::Digest::update(digest, fresh);
            }
            if let Some(breaks) = &mut self.breaks {
                strip(&mut self.ahead, have, breaks);
            }
            if self.ended {
                self.unchanged()?;
            }
        }
        Ok(())
    }

    /// An error where the file is no longer what it was when it was opened, or ended elsewhere. It is looked at when the last byte
    /// was read; who gave [`Source::extent`]s away looks once more when those were read.
    pub(crate) fn unchanged(&self) -> Result<(), Error> {
        self.file.as_ref().map_or(Ok(()), |(file, opened)| opened.held(file, &self.path, self.count, self.ended))
    }

    /// What came of reading; where the file changed meanwhile, that it did, which is why something else may have failed too.
    pub(crate) fn settle<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        match outcome {
            Err(failure @ (Error::Interrupted | Error::Output(_))) => Err(failure),
            outcome => self.unchanged().and(outcome),
        }
    }

    /// Reads `room` bytes behind what is ahead; fewer only where the input ends.
    fn read(&mut self, room: usize) -> Result<(), Error> {
        let wanted = self.ahead.len() + room;
        self.ahead.reserve(room);
        while self.ahead.len() < wanted {
            if self.total.is_none() {
                self.look_at_signals()?; // a pipe may let us wait
            }
            let (before, more) = (self.ahead.len(), (wanted - self.ahead.len()) as u64);
            // into the room behind what is there, which need not be filled with anything before
            let got = match self.total {
                Some(_) => self.reader.by_ref().take(more).read_to_end(&mut self.ahead),
                // a pipe gives what it has, and between two of its gifts a signal may come
                None => read_once(&mut self.reader, &mut self.ahead, more as usize),
            };
            match got {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.look_at_signals()?,
                Err(error) => return Err(Error::input(&self.path, &error)),
                Ok(_) if self.ahead.len() == before => return Ok(()),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    fn look_at_signals(&self) -> Result<(), Error> {
        self.signals.map_or(Ok(()), |look| look())
    }

    /// Gives the first `count` bytes away.
    pub(crate) fn take(&mut self, count: usize) -> Taken {
        let mut rest = self.spare.pop().unwrap_or_default();
        rest.extend_from_slice(&self.ahead[count.min(self.ahead.len())..]);
        let mut bytes = std::mem::replace(&mut self.ahead, rest);
        bytes.truncate(count);
        let offset = self.offset;
        let breaks = self.breaks.as_mut().map(|breaks| {
            // one right at the cut ends a line of these: where they end is where what follows begins
            let cut = breaks.at.partition_point(|&at| at as usize <= count);
            let rest = breaks.at.split_off(cut).iter().map(|at| at - bytes.len() as u32).collect();
            Breaks { at: std::mem::replace(&mut breaks.at, rest) }
        });
        self.offset += bytes.len() as u64 + breaks.as_ref().map_or(0, |breaks| breaks.at.len() as u64);
        Taken { bytes, offset, breaks, shelf: None }
    }

    /// Copies those of the next `len` bytes that are the last into `tail`, as far as it has room; nothing else is read. False where
    /// they are to be read one after the other, because they are not all there, or somebody wants to see each of them here.
    pub(crate) fn look_at_tail(&self, len: usize, tail: &mut [u8]) -> bool {
        let Some((file, _)) = self.file.as_ref().filter(|_| !self.ended) else { return false };
        let Some(before) = len.checked_sub(tail.len()) else { return false };
        let alone = self.breaks.is_none() && self.digest.is_none();
        alone && file.read_exact_at(tail, self.offset + before as u64).is_ok()
    }

    /// Gives the next `len` bytes away unread: those that [`Source::look_at_tail`] was asked for, or fewer of them.
    pub(crate) fn extent(&mut self, len: usize) -> Result<Option<Extent>, Error> {
        let Some((file, _)) = self.file.clone() else { return Ok(None) };
        let extent = Extent { file, path: self.path.clone(), offset: self.offset, len };
        self.ahead.clear();
        self.offset += len as u64;
        self.count = self.offset;
        (&*extent.file).seek(SeekFrom::Start(self.offset)).map_err(|error| Error::input(&self.path, &error))?;
        Ok(Some(extent))
    }

    /// Takes a buffer back that it gave away: its memory is used again.
    pub(crate) fn recycle(&mut self, mut bytes: Vec<u8>) {
        bytes.clear();
        if self.spare.len() < SPARE {
            self.spare.push(bytes);
        }
    }

    /// Puts back the end of the last [`Source::take`].
    pub(crate) fn give_back(&mut self, rest: Taken) {
        let (bytes, breaks) = (std::mem::take(&mut self.ahead), self.breaks.take());
        let taken = Taken { bytes, offset: self.offset, breaks, shelf: None };
        self.offset = rest.offset;
        let Taken { bytes, breaks, .. } = rest.join(taken);
        self.ahead = bytes;
        self.breaks = breaks;
    }
}

/// One call of the system that reads at most `most` bytes behind what `ahead` has.
fn read_once(reader: &mut dyn Read, ahead: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    let have = ahead.len();
    ahead.resize(have + most, 0);
    let got = reader.read(&mut ahead[have..]);
    ahead.truncate(have + *got.as_ref().unwrap_or(&0));
    got
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_at_a_line_break_ends_where_the_rest_begins() {
        let mut source = Source::of_bytes(b"ISA*0~\r\nGS*\nHC~\r\nST*1~".to_vec());
        source.unwrap_lines();
        source.fill(100).unwrap();
        let (first, second, rest) = (source.take(6), source.take(6), source.take(100));
        assert_eq!(
            (&first.bytes[..], &second.bytes[..], &rest.bytes[..]),
            (&b"ISA*0~"[..], &b"GS*HC~"[..], &b"ST*1~"[..])
        );
        assert_eq!([first.offset_of(6), second.offset_of(0)], [8, 8]);
        assert_eq!([second.offset_of(6), rest.offset_of(0)], [17, 17]);
        assert_eq!([second.offset_of(3), rest.offset_of(3)], [12, 20]);
    }
}
