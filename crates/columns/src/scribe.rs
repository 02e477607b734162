//! A table's file, written by a thread of its own where there is more than one: what comes next is read meanwhile.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;
use engine::Error;

/// What writes a table.
pub(crate) trait Write: Send + 'static {
    /// What is left when all is written.
    type Written: Send + 'static;

    /// Writes the next rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Error>;

    /// Writes what has to come last.
    fn end(self) -> Result<Self::Written, Error>;
}

/// Hands batches to a writer, here or elsewhere.
pub(crate) enum Scribe<T: Write> {
    Here(T),
    Away(Away<T::Written>),
}

/// A writer in a thread of its own.
pub(crate) struct Away<T> {
    /// None once nothing more comes.
    batches: Option<SyncSender<RecordBatch>>,
    /// None once it was waited for.
    thread: Option<JoinHandle<Result<T, Error>>>,
}

/// How many batches wait to be written.
const AHEAD: usize = 1;

impl<T: Write> Scribe<T> {
    /// Of `writer`, which has a thread of its own if it is to be `away`.
    pub(crate) fn new(writer: T, away: bool) -> Result<Self, Error> {
        if !away {
            return Ok(Self::Here(writer));
        }
        let (send, batches) = sync_channel(AHEAD);
        let thread = thread::Builder::new().name("table".to_owned()).spawn(move || written(writer, &batches));
        let thread = thread.map_err(|error| Error::Internal(format!("no thread could be started: {error}")))?;
        Ok(Self::Away(Away { batches: Some(send), thread: Some(thread) }))
    }

    pub(crate) fn write(&mut self, batch: RecordBatch) -> Result<(), Error> {
        match self {
            Self::Here(writer) => writer.write(&batch),
            Self::Away(away) => match away.batches.as_ref().map(|batches| batches.send(batch)) {
                Some(Ok(())) => Ok(()),
                // it takes nothing more: why, its end tells
                _ => away.end().and_then(|_| Err(Error::Internal("a table ended early".to_owned()))),
            },
        }
    }

    pub(crate) fn end(self) -> Result<T::Written, Error> {
        match self {
            Self::Here(writer) => writer.end(),
            Self::Away(mut away) => away.end(),
        }
    }
}

impl<T> Away<T> {
    fn end(&mut self) -> Result<T, Error> {
        self.batches = None;
        let ended = self.thread.take().map(JoinHandle::join);
        ended.and_then(Result::ok).unwrap_or_else(|| Err(Error::Internal("a table's thread failed".to_owned())))
    }
}

impl<T> Drop for Away<T> {
    /// Its file is in a folder that may go away next.
    fn drop(&mut self) {
        self.batches = None;
        // whoever drops it has an error to tell already
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn written<T: Write>(mut writer: T, batches: &Receiver<RecordBatch>) -> Result<T::Written, Error> {
    for batch in batches {
        writer.write(&batch)?;
    }
    writer.end()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::Schema;

    use super::*;

    /// Counts rows, as far as there is room.
    struct Count(usize, usize);

    impl Write for Count {
        type Written = usize;

        fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
            self.0 += 1 + batch.num_rows();
            if self.0 <= self.1 { Ok(()) } else { Err(Error::Output("full".to_owned())) }
        }

        fn end(self) -> Result<usize, Error> {
            Ok(self.0)
        }
    }

    fn batch() -> RecordBatch {
        RecordBatch::new_empty(Arc::new(Schema::empty()))
    }

    #[test]
    fn batches_are_written_wherever_it_is() {
        for away in [false, true] {
            let mut scribe = Scribe::new(Count(0, 10), away).unwrap();
            (0..10).for_each(|_| scribe.write(batch()).unwrap());
            assert_eq!(scribe.end().unwrap(), 10);
        }
    }

    #[test]
    fn a_failure_is_told_by_the_next_batch_or_the_end() {
        for away in [false, true] {
            let mut scribe = Scribe::new(Count(0, 0), away).unwrap();
            let told = (0..5).find_map(|_| scribe.write(batch()).err());
            let told = told.or_else(|| scribe.end().err());
            assert_eq!(told.unwrap().to_string(), "full");
        }
    }
}
