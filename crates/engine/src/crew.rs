//! The threads that work on pieces, and what they are given to do.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Scope;

use x12::scrub::Scratch;

use crate::analyse::{Analysed, Analyser, Setting};
use crate::batches::Batches;
use crate::error::Error;
use crate::rules::Rulebook;
use crate::source::Taken;
use crate::standing::Assumption;

/// A piece to read, from an assumption.
pub(crate) struct Reading {
    pub(crate) taken: Taken,
    pub(crate) assumption: Assumption,
    pub(crate) upcoming: Option<Vec<u8>>,
    pub(crate) last: bool,
    /// Filled anew.
    pub(crate) batches: Batches,
}

/// What there is to do for a piece.
enum Work {
    Read(Box<Reading>),
    Judge(Box<Analysed>, Arc<Rulebook>),
}

/// What waits for a thread that has nothing to do. Pieces to be judged go first: they are nearer to their end.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
    /// What rules work with, by claim map: no more of it than pieces were ever judged at once, however many threads there are.
    scratch: Mutex<Vec<Vec<Scratch>>>,
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

    /// Does what there is to do.
    fn work(&self, work: Work, analyser: &mut Analyser) -> Box<Analysed> {
        match work {
            Work::Read(reading) => {
                let Reading { taken, assumption, upcoming, last, batches } = *reading;
                Box::new(analyser.read(taken, assumption.standing(), upcoming.as_deref(), last, batches))
            }
            Work::Judge(mut piece, rules) => {
                let scratches = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
                let mut scratch = scratches().pop().unwrap_or_default();
                rules.judge(&mut piece, &mut scratch);
                scratches().push(scratch);
                piece
            }
        }
    }
}

/// What became of a piece; nothing when the thread failed.
type Done = (u64, Option<Box<Analysed>>);

/// The threads, seen from the one that leads.
pub(crate) struct Crew {
    queue: Arc<Queue>,
    take: Receiver<Done>,
    /// Pieces that were done before they were asked for.
    early: BTreeMap<u64, Option<Box<Analysed>>>,
}

impl Crew {
    /// Starts threads, so that with the one that leads there are `workers`; they end when the crew is dropped.
    pub(crate) fn start<'s>(scope: &'s Scope<'s, '_>, setting: &Arc<Setting>, workers: usize) -> Self {
        let queue = Arc::new(Queue::default());
        let (send, take) = channel();
        for _ in 1..workers {
            let (queue, send, setting) = (Arc::clone(&queue), send.clone(), Arc::clone(setting));
            scope.spawn(move || work(setting, &queue, &send));
        }
        Self { queue, take, early: BTreeMap::new() }
    }

    /// Has the piece `ticket` read.
    pub(crate) fn read(&self, ticket: u64, reading: Reading) {
        self.queue.with(|waiting| waiting.read.push_back((ticket, Work::Read(Box::new(reading)))));
    }

    /// Has the piece `ticket` judged, which was taken back before.
    pub(crate) fn judge(&self, ticket: u64, analysed: Box<Analysed>, rules: &Arc<Rulebook>) {
        self.queue.with(|waiting| waiting.judge.push_back((ticket, Work::Judge(analysed, Arc::clone(rules)))));
    }

    /// Takes the piece `ticket` back, once what was to be done is done. Until then the thread that leads works too, with its
    /// own `analyser`.
    pub(crate) fn take(&mut self, ticket: u64, analyser: &mut Analyser) -> Result<Box<Analysed>, Error> {
        let gone = || Error::Internal("a worker thread failed".to_owned());
        loop {
            if let Some(analysed) = self.early.remove(&ticket) {
                return analysed.ok_or_else(gone);
            }
            let (ticket, done) = match self.take.try_recv() {
                Ok(done) => done,
                Err(_) => match self.queue.try_next() {
                    Some((ticket, work)) => (ticket, Some(self.queue.work(work, analyser))),
                    None => self.take.recv().map_err(|_| gone())?,
                },
            };
            self.early.insert(ticket, done);
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.queue.with(|waiting| waiting.closed = true);
        self.queue.more.notify_all();
    }
}

fn work(setting: Arc<Setting>, queue: &Queue, send: &Sender<Done>) {
    let mut analyser = Analyser::new(setting);
    while let Some((ticket, work)) = queue.next() {
        let act = || queue.work(work, &mut analyser);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).ok();
        let panicked = outcome.is_none();
        if send.send((ticket, outcome)).is_err() || panicked {
            return;
        }
    }
}
