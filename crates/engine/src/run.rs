//! Pieces through the analysers, in parallel, and onto the desk, in order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use x12::claim::Batch;
use x12::wire::Mode;

use crate::analyse::{Analysed, Analyser, Setting};
use crate::cut::last_cut;
use crate::error::Error;
use crate::peek::{self, Known};
use crate::source::{Source, Taken};
use crate::standing::{Assumption, Set, Standing};

/// What a piece that no cut was found in may have beyond the longest segment: then it is cut where it is.
const BEYOND: usize = 256 * 1024;

/// Takes what was analysed, in the order of the file.
pub(crate) trait Sink {
    /// A piece of `source`, whole and right.
    fn piece(&mut self, analysed: &mut Analysed, source: &Source) -> Result<(), Error>;
}

/// Reads `source` to its end with `workers` threads and hands every piece to `sink`.
pub(crate) fn read(
    source: &mut Source,
    setting: &Arc<Setting>,
    window: usize,
    workers: usize,
    sink: &mut impl Sink,
) -> Result<(), Error> {
    if workers <= 1 {
        return drive(&mut Line::new(setting, window, 0), source, None, sink);
    }
    let (send_work, take_work) = sync_channel::<Work>(workers * 2);
    let (send_done, take_done) = sync_channel::<Done>(workers * 4);
    let take_work = Arc::new(Mutex::new(take_work));
    thread::scope(|scope| {
        for _ in 0..workers {
            let (take_work, send_done) = (Arc::clone(&take_work), send_done.clone());
            let setting = Arc::clone(setting);
            scope.spawn(move || work(&setting, &take_work, &send_done));
        }
        drop(send_done);
        let crew = Crew { send: send_work, take: take_done };
        drive(&mut Line::new(setting, window, workers + 1), source, Some(&crew), sink)
    })
}

fn drive(line: &mut Line, source: &mut Source, crew: Option<&Crew>, sink: &mut impl Sink) -> Result<(), Error> {
    while let Some(mut analysed) = line.next(source, crew)? {
        sink.piece(&mut analysed, source)?;
        line.recycle(analysed, source);
    }
    Ok(())
}

/// A piece to analyse from an assumption.
struct Work {
    ticket: u64,
    taken: Taken,
    assumption: Assumption,
    upcoming: Option<Vec<u8>>,
    last: bool,
    batch: Batch,
}

struct Done {
    ticket: u64,
    analysed: Option<Analysed>,
}

/// The threads, seen from the one that leads.
pub(crate) struct Crew {
    send: SyncSender<Work>,
    take: Receiver<Done>,
}

fn work(setting: &Arc<Setting>, take: &Mutex<Receiver<Work>>, send: &SyncSender<Done>) {
    let mut analyser = Analyser::new(Arc::clone(setting));
    loop {
        let next = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Work { ticket, taken, assumption, upcoming, last, batch }) = next else { return };
        let standing = assumption.standing();
        let read = || analyser.read(taken, standing, upcoming.as_deref(), last, batch);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok();
        let panicked = outcome.is_none();
        if send.send(Done { ticket, analysed: outcome }).is_err() || panicked {
            return;
        }
    }
}

/// A piece that was cut off and waits for its turn.
struct Waiting {
    ticket: u64,
    /// What it was analysed from; `None` when it is to be analysed in order.
    assumption: Option<Assumption>,
    /// The piece, when it was not sent away.
    kept: Option<Taken>,
    upcoming: Option<Vec<u8>>,
    last: bool,
}

/// The order of the file: cuts pieces off, sends them out, takes them back in turn.
pub(crate) struct Line {
    analyser: Analyser,
    setting: Arc<Setting>,
    window: usize,
    longest: usize,
    ahead: usize,
    standing: Standing,
    known: Option<Known>,
    /// The cut that the next piece begins with.
    cut: Option<Vec<u8>>,
    next_ticket: u64,
    waiting: VecDeque<Waiting>,
    /// What a piece left over that turned out not to end with a segment: it belongs to the next one.
    carried: Option<Taken>,
    /// Batches that were done with: their memory is used again.
    batches: Vec<Batch>,
    early: BTreeMap<u64, Option<Analysed>>,
}

impl Line {
    pub(crate) fn new(setting: &Arc<Setting>, window: usize, ahead: usize) -> Self {
        let longest = setting.limits.segment as usize + BEYOND;
        Self {
            analyser: Analyser::new(Arc::clone(setting)),
            setting: Arc::clone(setting),
            window: window.clamp(4 * 1024, longest),
            longest,
            ahead,
            standing: Standing::outside(),
            known: None,
            cut: None,
            next_ticket: 0,
            waiting: VecDeque::new(),
            carried: None,
            batches: Vec::new(),
            early: BTreeMap::new(),
        }
    }

    /// The next piece, in the order of the file; `None` at its end.
    pub(crate) fn next(&mut self, source: &mut Source, crew: Option<&Crew>) -> Result<Option<Analysed>, Error> {
        loop {
            let finished = source.ended() && source.ahead().is_empty() && self.next_ticket > 0;
            let alone = self.waiting.back().is_some_and(|piece| piece.kept.is_some());
            if !finished && !alone && self.waiting.len() <= self.ahead {
                self.cut_off(source, crew)?;
                if self.waiting.back().is_some_and(|piece| piece.kept.is_none()) {
                    continue;
                }
            }
            match self.waiting.pop_front() {
                Some(piece) => {
                    if let Some(analysed) = self.settle(piece, source, crew)? {
                        return Ok(Some(analysed));
                    }
                }
                None if finished => return Ok(None),
                None => {}
            }
        }
    }

    /// Takes back what a piece was made of, once it is done with.
    pub(crate) fn recycle(&mut self, analysed: Analysed, source: &mut Source) {
        source.recycle(analysed.taken.bytes);
        self.batches.extend(analysed.batch);
    }

    /// Takes the next piece off the source and sends it out, if it can be worked on before its turn.
    fn cut_off(&mut self, source: &mut Source, crew: Option<&Crew>) -> Result<(), Error> {
        let (size, upcoming) = self.find_cut(source)?;
        let last = source.ended() && size == source.ahead().len();
        let taken = source.take(size);
        let begins = std::mem::replace(&mut self.cut, upcoming.clone());
        let assumption =
            crew.and(begins).and_then(|cut| Assumption::before(&cut, self.known.as_ref()?, self.setting.options));
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let mut piece = Waiting { ticket, assumption, kept: None, upcoming, last };
        match (crew, &piece.assumption) {
            (Some(crew), Some(assumption)) => {
                let (assumption, upcoming) = (assumption.clone(), piece.upcoming.clone());
                let batch = self.batches.pop().unwrap_or_default();
                let work = Work { ticket, taken, assumption, upcoming, last, batch };
                crew.send.send(work).map_err(|_| Error::Internal("a worker thread is gone".to_owned()))?;
            }
            _ => piece.kept = Some(taken),
        }
        self.waiting.push_back(piece);
        Ok(())
    }

    /// How many bytes the next piece has, and the segment that follows it when it ends before a cut.
    fn find_cut(&mut self, source: &mut Source) -> Result<(usize, Option<Vec<u8>>), Error> {
        let mut wanted = self.window;
        loop {
            source.fill(wanted)?;
            if self.next_ticket == 0 && peek::is_wrapped(source.ahead()) {
                source.unwrap_lines();
            }
            let bytes = source.ahead();
            let bytes = &bytes[..bytes.len().min(wanted)];
            if source.ended() && bytes.len() == source.ahead().len() && bytes.len() <= self.window {
                return Ok((bytes.len(), None));
            }
            for fresh in [false, true] {
                if fresh || self.known.is_none() {
                    match peek::look(bytes, self.known.as_ref(), &self.setting.guides, self.setting.aliases) {
                        Some(known) => self.known = Some(known),
                        None => break,
                    }
                }
                let Some(known) = &self.known else { break };
                if let Some(cut) = last_cut(bytes, known.delimiters, known.plan.as_ref(), self.setting.options) {
                    let upcoming = bytes[cut.at..cut.at + cut.upcoming].to_vec();
                    return Ok((cut.at, Some(upcoming)));
                }
            }
            if bytes.len() < wanted || wanted >= self.longest {
                return Ok((bytes.len(), None));
            }
            wanted = (wanted * 2).min(self.longest);
        }
    }

    /// The piece whose turn it is: takes it back, works on it again if it began from a wrong assumption, hands it on.
    ///
    /// `None` when it ends in the middle of something: then it belongs to the next one.
    fn settle(
        &mut self,
        mut piece: Waiting,
        source: &mut Source,
        crew: Option<&Crew>,
    ) -> Result<Option<Analysed>, Error> {
        let begin = self.standing.clone();
        let done = match (piece.kept.take(), crew) {
            (Some(taken), _) => Err(taken),
            (None, Some(crew)) => {
                let mut analysed = self.wait_for(piece.ticket, crew)?;
                let right = piece.assumption.as_ref().is_some_and(|assumption| begin.matches(assumption));
                if right && self.carried.is_none() {
                    follow(&mut analysed, &begin);
                    Ok(analysed)
                } else {
                    Err(analysed.taken)
                }
            }
            (None, None) => return Err(Error::Internal("a piece is lost".to_owned())),
        };
        let mut analysed = match done {
            Ok(analysed) => analysed,
            Err(taken) => {
                let taken = match self.carried.take() {
                    Some(carried) => carried.join(taken),
                    None => taken,
                };
                let batch = self.batches.pop().unwrap_or_default();
                self.analyser.read(taken, begin, piece.upcoming.as_deref(), piece.last, batch)
            }
        };
        if analysed.torn && analysed.taken.bytes.len() < self.longest {
            self.batches.extend(analysed.batch);
            self.carried = Some(analysed.taken);
            return Ok(None);
        }
        if analysed.used < analysed.taken.bytes.len() {
            let rest = analysed.taken.split_off(analysed.used);
            if self.waiting.is_empty() {
                source.give_back(rest);
                self.cut = None;
            } else {
                self.carried = Some(rest);
            }
        }
        self.standing = analysed.end.clone();
        if let (Mode::Inside(delimiters), plan) = (self.standing.mode, &analysed.plan) {
            let same = self.known.as_ref().is_some_and(|known| known.delimiters == delimiters);
            let plan = match (&self.standing.set, plan) {
                (Set::Walked(walker), _) => walker.plan().cloned(),
                (_, Some(plan)) => Some(Arc::clone(plan)),
                _ if same => self.known.as_ref().and_then(|known| known.plan.clone()),
                _ => None,
            };
            let Standing { parties, group, .. } = &self.standing;
            self.known = Some(Known { delimiters, parties: parties.clone(), group: group.clone(), plan });
        }
        Ok(Some(analysed))
    }

    fn wait_for(&mut self, ticket: u64, crew: &Crew) -> Result<Analysed, Error> {
        let gone = || Error::Internal("a worker thread failed".to_owned());
        loop {
            if let Some(analysed) = self.early.remove(&ticket) {
                return analysed.ok_or_else(gone);
            }
            let done = crew.take.recv().map_err(|_| gone())?;
            self.early.insert(done.ticket, done.analysed);
        }
    }
}

/// The piece was worked on before its turn, and rightly so: what it owes to what stood `before` is settled.
fn follow(analysed: &mut Analysed, before: &Standing) {
    let Set::Walked(before) = &before.set else { return };
    let mut before = before.clone();
    before.new_piece();
    for owed in std::mem::take(&mut analysed.owed).iter().rev() {
        let stands = analysed.findings.get_mut(owed.at).is_none_or(|finding| before.settle(owed, finding));
        if !stands {
            analysed.findings.remove(owed.at);
            analysed.made_in.remove(owed.at);
        }
    }
    if let Set::Walked(walker) = &mut analysed.end.set {
        walker.carry(&before);
    }
}
