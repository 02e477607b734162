//! The threads that work on pieces, and what they are given to do.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Scope;

use x12::scrub::Scratch;

use crate::analyse::{Analysed, Analyser};
use crate::batches::Batches;
use crate::error::Error;
use crate::extent::{Extent, Shelves};
use crate::rules::Rulebook;
use crate::setting::Setting;
use crate::standing::Assumption;
use crate::taken::Taken;

/// A piece to read, from an assumption.
pub(crate) struct Reading {
    pub(crate) bytes: Bytes,
    pub(crate) assumption: Assumption,
    pub(crate) upcoming: Option<Vec<u8>>,
    pub(crate) last: bool,
    /// Filled anew.
    pub(crate) batches: Batches,
}

/// The bytes of a piece.
pub(crate) enum Bytes {
    Here(Taken),
    /// Whoever works on them reads them.
    There(Extent),
}

/// What there is to do for a piece.
enum Work {
    Read(Box<Reading>),
    Judge(Box<Analysed>, Arc<Rulebook>),
}

/// What waits for a thread that has nothing to do. Pieces to be judged go first: they are nearer to their end.
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
    /// What rules work with, by claim map: no more of it than pieces were ever judged at once, however many threads there are.
    scratch: Mutex<Vec<Vec<Scratch>>>,
    /// What pieces are read into, by thread; the one that leads has the first.
    shelves: Shelves,
}

#[derive(Default)]
struct Waiting {
    judge: VecDeque<(u64, Work)>,
    read: VecDeque<(u64, Work)>,
    /// Nothing comes any more.
    closed: bool,
}

impl Waiting {
    fn next(&mut self) -> Option<(u64, Work)> {
        self.judge.pop_front().or_else(|| self.read.pop_front())
    }
}

impl Queue {
    fn new(threads: usize) -> Self {
        let (waiting, more, scratch) = (Mutex::default(), Condvar::new(), Mutex::default());
        Self { waiting, more, scratch, shelves: Shelves::new(threads) }
    }

    fn with(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.more.notify_one();
    }

    /// The next work, if any waits.
    fn try_next(&self) -> Option<(u64, Work)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// The next work; none when there will be none.
    fn next(&self) -> Option<(u64, Work)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let next = waiting.next();
            if next.is_some() || waiting.closed {
                return next;
            }
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Does what there is to do; `number` is that of the thread.
    fn work(&self, work: Work, number: usize, analyser: &mut Analyser) -> Result<Box<Analysed>, Error> {
        Ok(match work {
            Work::Read(reading) => {
                let Reading { bytes, assumption, upcoming, last, batches } = *reading;
                let taken = match bytes {
                    Bytes::Here(taken) => taken,
                    Bytes::There(extent) => Taken { shelf: Some(number), ..extent.read(self.shelves.take(number))? },
                };
                Box::new(analyser.read(taken, assumption.standing(), upcoming.as_deref(), last, batches))
            }
            Work::Judge(mut piece, rules) => {
                let scratches = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
                let mut scratch = scratches().pop().unwrap_or_default();
                piece.judge(&rules, &mut scratch);
                scratches().push(scratch);
                piece
            }
        })
    }
}

/// What became of a piece.
type Outcome = Result<Box<Analysed>, Error>;

/// A piece that is done.
type Done = (u64, Outcome);

/// The threads, seen from the one that leads.
pub(crate) struct Crew {
    queue: Arc<Queue>,
    take: Receiver<Done>,
    /// Pieces that were done before they were asked for.
    early: BTreeMap<u64, Outcome>,
}

impl Crew {
    /// Starts threads, so that with the one that leads there are `workers`; they end when the crew is dropped.
    pub(crate) fn start<'s>(scope: &'s Scope<'s, '_>, setting: &Arc<Setting>, workers: usize) -> Self {
        let queue = Arc::new(Queue::new(workers));
        let (send, take) = channel();
        for number in 1..workers {
            let (queue, send, setting) = (Arc::clone(&queue), send.clone(), Arc::clone(setting));
            scope.spawn(move || work(setting, &queue, number, &send));
        }
        Self { queue, take, early: BTreeMap::new() }
    }

    /// Has the piece `ticket` read.
    pub(crate) fn read(&self, ticket: u64, reading: Reading) {
        self.queue.with(|waiting| waiting.read.push_back((ticket, Work::Read(Box::new(reading)))));
    }

    /// Takes a buffer back that is from the shelf `number`: its memory is used again.
    pub(crate) fn recycle(&self, number: usize, bytes: Vec<u8>) {
        self.queue.shelves.put(number, bytes);
    }

    /// Has the piece `ticket` judged, which was taken back before.
    pub(crate) fn judge(&self, ticket: u64, analysed: Box<Analysed>, rules: &Arc<Rulebook>) {
        self.queue.with(|waiting| waiting.judge.push_back((ticket, Work::Judge(analysed, Arc::clone(rules)))));
    }

    /// Takes the piece `ticket` back, once what was to be done is done. Until then the thread that leads works too, with its
    /// own `analyser`.
    pub(crate) fn take(&mut self, ticket: u64, analyser: &mut Analyser) -> Result<Box<Analysed>, Error> {
        loop {
            if let Some(outcome) = self.early.remove(&ticket) {
                return outcome;
            }
            let (ticket, done) = match self.take.try_recv() {
                Ok(done) => done,
                Err(_) => match self.queue.try_next() {
                    Some((ticket, work)) => (ticket, self.queue.work(work, LEADER, analyser)),
                    None => self.take.recv().map_err(|_| failed())?,
                },
            };
            self.early.insert(ticket, done);
        }
    }
}

/// Number of the thread that leads.
const LEADER: usize = 0;

fn failed() -> Error {
    Error::Internal("a worker thread failed".to_owned())
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.queue.with(|waiting| waiting.closed = true);
        self.queue.more.notify_all();
    }
}

fn work(setting: Arc<Setting>, queue: &Queue, number: usize, send: &Sender<Done>) {
    let mut analyser = Analyser::new(setting);
    while let Some((ticket, work)) = queue.next() {
        let act = || queue.work(work, number, &mut analyser);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
        let panicked = outcome.is_err();
        if send.send((ticket, outcome.unwrap_or_else(|_| Err(failed())))).is_err() || panicked {
            return;
        }
    }
}
