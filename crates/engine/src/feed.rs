//! A file read and digested on a thread of its own, a few blocks ahead of who works on it.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use sha2::Digest as _;

/// How many bytes are read at a time.
const BLOCK: usize = 256 * 1024;
/// How many blocks are under way at most.
const BLOCKS: usize = 3;

/// What comes of a file.
enum Block {
    Bytes(Vec<u8>),
    /// Everything was read; its digest.
    End(String),
    Failed(io::Error),
}

/// Gives the bytes of a file in order.
pub(crate) struct Feed {
    blocks: Receiver<Block>,
    /// Blocks go back there, and are filled again.
    back: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    /// How much of the block was given.
    given: usize,
    digest: Option<String>,
}

impl Feed {
    /// Begins to read `reader` to its end.
    pub(crate) fn new(reader: Box<dyn Read + Send>) -> Self {
        let (send, blocks) = sync_channel(BLOCKS);
        let (back, spare) = sync_channel(BLOCKS);
        thread::spawn(move || read(reader, &send, &spare));
        Self { blocks, back, block: Vec::new(), given: 0, digest: None }
    }

    /// SHA-256 of the file, once all of it was given.
    pub(crate) fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Appends at most `most` bytes to `out`; none where the file ends.
    pub(crate) fn append(&mut self, out: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        if self.given == self.block.len() && !self.turn()? {
            return Ok(0);
        }
        let rest = self.block.get(self.given..).unwrap_or_default();
        let taken = rest.get(..most).unwrap_or(rest);
        out.extend_from_slice(taken);
        self.given += taken.len();
        Ok(taken.len())
    }

    /// Goes on to the next block; false at the end.
    fn turn(&mut self) -> io::Result<bool> {
        if self.digest.is_some() {
            return Ok(false);
        }
        match self.blocks.recv() {
            Ok(Block::Bytes(bytes)) => {
                let done = std::mem::replace(&mut self.block, bytes);
                self.given = 0;
                // whoever reads may have ended already
                let _ = self.back.try_send(done);
                Ok(true)
            }
            Ok(Block::End(digest)) => {
                self.digest = Some(digest);
                Ok(false)
            }
            Ok(Block::Failed(error)) => Err(error),
            Err(_) => Err(io::Error::other("the thread that reads is gone")),
        }
    }
}

/// Reads until the end, or until nobody wants to have it.
fn read(mut reader: Box<dyn Read + Send>, send: &SyncSender<Block>, spare: &Receiver<Vec<u8>>) {
    let mut digest = sha2::Sha256::new();
    loop {
        let mut bytes = spare.try_recv().unwrap_or_default();
        bytes.clear();
        bytes.reserve_exact(BLOCK);
        let block = match reader.by_ref().take(BLOCK as u64).read_to_end(&mut bytes) {
            Ok(0) => Block::End(crate::token::hex(&digest.finalize_reset())),
            Ok(_) => {
                digest.update(&bytes);
                Block::Bytes(bytes)
            }
            Err(error) => Block::Failed(error),
        };
        let last = !matches!(block, Block::Bytes(_));
        if send.send(block).is_err() || last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_come_in_order_and_are_digested() {
        for length in [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 17] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut feed = Feed::new(Box::new(io::Cursor::new(content.clone())));
            let mut out = Vec::new();
            while feed.append(&mut out, 100_000).unwrap() > 0 {}
            assert_eq!(feed.append(&mut out, 1).unwrap(), 0);
            assert!(out == content, "{length}");
            assert_eq!(feed.digest(), Some(crate::digest(&content).as_str()));
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_on_is_told_where_it_breaks() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let some = self.0.min(out.len());
                self.0 -= some;
                if some == 0 { Err(io::Error::other("a bad disk")) } else { Ok(some) }
            }
        }
        let mut feed = Feed::new(Box::new(Broken(2 * BLOCK)));
        let mut out = Vec::new();
        let error = loop {
            match feed.append(&mut out, BLOCK) {
                Ok(more) => assert!(more > 0),
                Err(error) => break error,
            }
        };
        assert_eq!((out.len(), error.to_string().as_str()), (2 * BLOCK, "a bad disk"));
        assert!(feed.digest().is_none());
    }
}
