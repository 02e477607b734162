//! A table as a stream of record batches, made while it is read.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use engine::{Error, Harvest, Job, StagedFile, Take, Tokens, Wish};
use serde_json::Value;

use crate::gather::Gathering;
use crate::lines;
use crate::phi::Manner;
use crate::table::Table;

/// How many batches wait to be taken.
const AHEAD: usize = 2;

/// Record batches of one table. Whoever stops taking them stops the reading.
pub struct Stream {
    schema: SchemaRef,
    batches: Receiver<Result<RecordBatch, Error>>,
    done: bool,
}

/// Reads `table` of the job's inputs in a thread of its own, at most two batches ahead of who takes them.
///
/// # Errors
/// When the job cannot be used.
pub fn stream(job: Job, table: &'static Table, manner: Manner) -> Result<Stream, Error> {
    // signals are looked at by the thread that takes the batches
    let job = Job { signals: None, ..job };
    let (tokens, wish) = (job.tokens()?, table.wish(manner));
    let read = move |send: SyncSender<_>| {
        let full = Cell::new(false);
        let giving = |most| {
            let (tokens, send, full) = (&tokens, &send, &full);
            move |_: &dyn Fn(&str) -> _| Giving {
                gathering: Gathering::new(table, manner, tokens.clone()),
                send: send.clone(),
                held: Vec::new(),
                most,
                full,
            }
        };
        // what a file says at its end of claims before, is known in time where these can wait for it
        if wish.verdicts && job.inputs.iter().all(|path| path.is_file()) {
            let again = Arc::new(Wish { again: true, ..wish.clone() });
            let done = engine::harvest(&job, None, &again, giving(HELD));
            if !full.get() {
                return done.map(drop);
            }
        }
        engine::harvest(&job, None, &Arc::new(wish), giving(0)).map(drop)
    };
    begun(table, read)
}

/// Most batches of a file that wait for its end.
const HELD: usize = 4;

/// As [`stream`], of the records that a run left in `folder`.
///
/// # Errors
/// When no thread can be started.
pub fn stream_records(folder: &Path, table: &'static Table, manner: Manner, tokens: Tokens) -> Result<Stream, Error> {
    let (folder, mut gatherings) = (folder.to_owned(), vec![Gathering::new(table, manner, tokens)]);
    let read = move |send: SyncSender<_>| {
        lines::read(&folder, &mut gatherings, &mut |_, batch| send.send(Ok(batch)).map_err(|_| Error::Interrupted))
    };
    begun(table, read)
}

/// A thread that hands on what `read` gives.
fn begun(
    table: &'static Table,
    read: impl FnOnce(SyncSender<Result<RecordBatch, Error>>) -> Result<(), Error> + Send + 'static,
) -> Result<Stream, Error> {
    let (send, batches) = sync_channel(AHEAD);
    let schema = Arc::clone(&table.schema);
    let read = move || {
        let sender = send.clone();
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(sender)));
        let failure = match done {
            Ok(Ok(()) | Err(Error::Interrupted)) => return,
            Ok(Err(error)) => error,
            Err(_) => Error::Internal(
                "the engine stopped at a fault of its own; please report it with the version".to_owned(),
            ),
        };
        // nobody left to tell
        let _ = send.send(Err(failure));
    };
    thread::Builder::new()
        .name("columns".to_owned())
        .spawn(read)
        .map_err(|error| Error::Internal(format!("no thread could be started: {error}")))?;
    Ok(Stream { schema, batches, done: false })
}

struct Giving<'a> {
    gathering: Gathering,
    send: SyncSender<Result<RecordBatch, Error>>,
    /// Batches that wait for the end, and how many of them may.
    held: Vec<RecordBatch>,
    most: usize,
    /// Set when that were too few: nothing was given then, and nothing more is taken.
    full: &'a Cell<bool>,
}

impl Giving<'_> {
    fn give(&mut self, made: impl FnOnce(&mut Gathering, &mut Give<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let Self { gathering, send, held, most, full } = self;
        made(gathering, &mut |batch| {
            if *most == 0 {
                return send.send(Ok(batch)).map_err(|_| Error::Interrupted);
            }
            held.push(batch);
            full.set(held.len() > *most);
            if full.get() { Err(Error::Interrupted) } else { Ok(()) }
        })
    }
}

/// Takes a batch.
type Give<'a> = dyn FnMut(RecordBatch) -> Result<(), Error> + 'a;

impl Take for Giving<'_> {
    fn take(&mut self, harvest: &Harvest<'_>) -> Result<(), Error> {
        self.give(|gathering, mut give| gathering.take(harvest, &mut give))
    }

    fn end(&mut self) -> Result<(Vec<StagedFile>, Value), Error> {
        self.give(|gathering, mut give| gathering.end(&mut give))?;
        let sent = self.held.drain(..).try_for_each(|batch| self.send.send(Ok(batch)));
        sent.map_err(|_| Error::Interrupted)?;
        Ok((Vec::new(), Value::Null))
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.batches.recv() {
            Ok(Ok(batch)) => Some(Ok(batch)),
            Ok(Err(error)) => {
                self.done = true;
                Some(Err(ArrowError::ExternalError(Box::new(error))))
            }
            Err(_) => None,
        }
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
