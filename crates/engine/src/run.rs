//! Pieces through the analysers, in parallel, and onto the desk, in order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;

use x12::claim::Context;
use x12::scrub::Scratch;
use x12::wire::Mode;

use crate::analyse::{Analysed, Analyser};
use crate::batches::Batches;
use crate::crew::{Bytes, Crew, Reading};
use crate::cut::{Footing, last_cut};
use crate::error::Error;
use crate::extent::Extent;
use crate::peek::{self, Known};
use crate::rules::Rulebook;
use crate::setting::Setting;
use crate::source::Source;
use crate::standing::{Assumption, Set, Standing};
use crate::taken::Taken;

/// What a piece that no cut was found in may have beyond the longest segment: then it is cut where it is.
const BEYOND: usize = 256 * 1024;

/// How much of the end of a piece is looked at for a cut, where the rest is read by whoever works on it.
const TAIL: usize = 8 * 1024;

/// How many pieces are cut off ahead of the one that is settled next, at least: so that nobody waits while one is on the desk.
const READ_AHEAD: usize = 3;

/// How many pieces are out to be judged while one is on the desk.
const JUDGED_AHEAD: usize = 1;

/// Takes what was analysed, in the order of the file.
pub(crate) trait Sink {
    /// A piece of `source`, whole and right.
    fn piece(&mut self, analysed: &mut Analysed, source: &Source) -> Result<(), Error>;
}

/// Reads `source` to its end with `workers` threads and hands every piece to `sink`, judged by `rules`.
pub(crate) fn read(
    source: &mut Source,
    setting: &Arc<Setting>,
    rules: Option<&Arc<Rulebook>>,
    (window, workers): (usize, usize),
    sink: &mut impl Sink,
) -> Result<(), Error> {
    let mut line = Line::new(setting, rules, window);
    if workers <= 1 {
        return line.drive(source, sink);
    }
    thread::scope(|scope| {
        line.engage(Crew::start(scope, setting, workers), workers);
        let outcome = line.drive(source, sink);
        // the threads end with the crew, and are waited for
        line.crew = None;
        outcome
    })
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

/// The order of the file: cuts pieces off, sends them out to be read, settles them in turn, has them judged, and
/// hands them on.
pub(crate) struct Line {
    analyser: Analyser,
    setting: Arc<Setting>,
    rules: Option<Arc<Rulebook>>,
    /// What rules work with, where no crew does; by claim map.
    scratch: Vec<Scratch>,
    crew: Option<Crew>,
    window: usize,
    longest: usize,
    /// How many pieces may wait to be settled, and to be judged.
    ahead: (usize, usize),
    standing: Standing,
    /// The rows above the claim that are in force, by claim map.
    contexts: Vec<Context>,
    known: Option<Known>,
    /// The cut that the next piece begins with.
    cut: Option<Vec<u8>>,
    next_ticket: u64,
    waiting: VecDeque<Waiting>,
    /// What a piece left over that turned out not to end with a segment: it belongs to the next one.
    carried: Option<Taken>,
    /// Pieces that are settled, with those that are being judged by their tickets.
    settled: VecDeque<Settled>,
    /// Batches that were done with: their memory is used again.
    batches: Vec<Batches>,
    /// Room for the end of a piece.
    tail: Vec<u8>,
}

/// A piece that is right, and judged when it is its turn.
enum Settled {
    Here(Box<Analysed>),
    Away(u64),
}

impl Line {
    pub(crate) fn new(setting: &Arc<Setting>, rules: Option<&Arc<Rulebook>>, window: usize) -> Self {
        let longest = setting.limits.segment as usize + BEYOND;
        Self {
            analyser: Analyser::new(Arc::clone(setting)),
            setting: Arc::clone(setting),
            rules: rules.cloned(),
            scratch: Vec::new(),
            crew: None,
            window: window.clamp(4 * 1024, longest),
            longest,
            ahead: (0, 0),
            standing: Standing::outside(),
            contexts: Vec::new(),
            known: None,
            cut: None,
            next_ticket: 0,
            waiting: VecDeque::new(),
            carried: None,
            settled: VecDeque::new(),
            batches: Vec::new(),
            tail: Vec::new(),
        }
    }

    /// From now on `crew`, of so many `workers`, reads and judges.
    fn engage(&mut self, crew: Crew, workers: usize) {
        let judged = if self.rules.is_some() { JUDGED_AHEAD } else { 0 };
        self.ahead = (READ_AHEAD.max(workers - 1), judged);
        self.crew = Some(crew);
    }

    fn drive(&mut self, source: &mut Source, sink: &mut impl Sink) -> Result<(), Error> {
        while let Some(mut analysed) = self.next(source)? {
            sink.piece(&mut analysed, source)?;
            self.recycle(*analysed, source);
        }
        Ok(())
    }

    /// The next piece, in the order of the file; `None` at its end.
    pub(crate) fn next(&mut self, source: &mut Source) -> Result<Option<Box<Analysed>>, Error> {
        while self.settled.len() <= self.ahead.1 {
            let Some(analysed) = self.settle_next(source)? else { break };
            let settled = self.judge(analysed);
            self.settled.push_back(settled);
        }
        match (self.settled.pop_front(), &mut self.crew) {
            (Some(Settled::Here(analysed)), _) => Ok(Some(analysed)),
            (Some(Settled::Away(ticket)), Some(crew)) => crew.take(ticket, &mut self.analyser).map(Some),
            (Some(Settled::Away(_)), None) => Err(Error::Internal("a piece is lost".to_owned())),
            (None, _) => Ok(None),
        }
    }

    /// Judges a piece, or has it judged.
    fn judge(&mut self, mut analysed: Box<Analysed>) -> Settled {
        let ticket = self.ticket();
        match (&self.rules, &self.crew) {
            (None, _) => Settled::Here(analysed),
            (Some(rules), None) => {
                analysed.judge(rules, &mut self.scratch);
                Settled::Here(analysed)
            }
            (Some(rules), Some(crew)) => {
                crew.judge(ticket, analysed, rules);
                Settled::Away(ticket)
            }
        }
    }

    /// Settles the next piece; `None` at the end of the file.
    fn settle_next(&mut self, source: &mut Source) -> Result<Option<Box<Analysed>>, Error> {
        loop {
            let finished = source.ended() && source.ahead().is_empty() && self.next_ticket > 0;
            let alone = self.waiting.back().is_some_and(|piece| piece.kept.is_some());
            if !finished && !alone && self.waiting.len() <= self.ahead.0 {
                self.cut_off(source)?;
                if self.waiting.back().is_some_and(|piece| piece.kept.is_none()) {
                    continue;
                }
            }
            match self.waiting.pop_front() {
                Some(piece) => {
                    if let Some(analysed) = self.settle(piece, source)? {
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
        match (analysed.taken.shelf, &self.crew) {
            (Some(number), Some(crew)) => crew.recycle(number, analysed.taken.bytes),
            _ => source.recycle(analysed.taken.bytes),
        }
        self.batches.push(analysed.batches);
    }

    /// A number that no piece had before.
    fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket - 1
    }

    /// Takes the next piece off the source and sends it out, if it can be worked on before its turn.
    fn cut_off(&mut self, source: &mut Source) -> Result<(), Error> {
        let begins = self.crew.as_ref().and(self.cut.take());
        let assumption = begins.and_then(|cut| Assumption::before(&cut, self.known.as_ref()?, self.setting.options));
        if let Some(assumption) = &assumption
            && let Some((extent, upcoming)) = self.leave_unread(source)?
        {
            self.send(Bytes::There(extent), assumption, (Some(upcoming), false));
            return Ok(());
        }
        let (size, upcoming) = self.find_cut(source)?;
        let last = source.ended() && size == source.ahead().len();
        let taken = source.take(size);
        if let Some(assumption) = &assumption {
            self.send(Bytes::Here(taken), assumption, (upcoming, last));
            return Ok(());
        }
        self.cut.clone_from(&upcoming);
        let ticket = self.ticket();
        self.waiting.push_back(Waiting { ticket, assumption, kept: Some(taken), upcoming, last });
        Ok(())
    }

    /// Has a piece read from `assumption` on; `upcoming` is the cut behind it.
    fn send(&mut self, bytes: Bytes, assumption: &Assumption, (upcoming, last): (Option<Vec<u8>>, bool)) {
        self.cut.clone_from(&upcoming);
        let (ticket, batches) = (self.ticket(), self.batches.pop().unwrap_or_default());
        if let Some(crew) = &self.crew {
            let (assumption, upcoming) = (assumption.clone(), upcoming.clone());
            crew.read(ticket, Reading { bytes, assumption, upcoming, last, batches });
        }
        let assumption = Some(assumption.clone());
        self.waiting.push_back(Waiting { ticket, assumption, kept: None, upcoming, last });
    }

    /// The next piece, of which no more is looked at here than its end, and the segment behind it; `None` when all of it must be.
    fn leave_unread(&mut self, source: &mut Source) -> Result<Option<(Extent, Vec<u8>)>, Error> {
        let Some(known) = &self.known else { return Ok(None) };
        self.tail.resize(TAIL.min(self.window), 0);
        if !source.look_at_tail(self.window, &mut self.tail) {
            return Ok(None);
        }
        let how = (self.setting.options, self.setting.limits);
        let cut = last_cut(&self.tail, known, how).filter(|cut| cut.footing > Footing::Nothing);
        let Some(cut) = cut else { return Ok(None) };
        let upcoming = self.tail[cut.at..cut.at + cut.upcoming].to_vec();
        let extent = source.extent(self.window - self.tail.len() + cut.at)?;
        Ok(extent.map(|extent| (extent, upcoming)))
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
                let how = (self.setting.options, self.setting.limits);
                if let Some(cut) = last_cut(bytes, known, how) {
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
    fn settle(&mut self, mut piece: Waiting, source: &mut Source) -> Result<Option<Box<Analysed>>, Error> {
        let begin = self.standing.clone();
        let done = match (piece.kept.take(), &mut self.crew) {
            (Some(taken), _) => Err(taken),
            (None, Some(crew)) => {
                let mut analysed = crew.take(piece.ticket, &mut self.analyser)?;
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
                let batches = self.batches.pop().unwrap_or_default();
                Box::new(self.analyser.read(taken, begin, piece.upcoming.as_deref(), piece.last, batches))
            }
        };
        // a header that has no end yet is read again with what follows it
        let unended = analysed.used < analysed.taken.bytes.len()
            && !piece.last
            && (analysed.used == 0 || piece.upcoming.is_some());
        if (analysed.torn || unended) && analysed.taken.bytes.len() < self.longest {
            self.batches.push(analysed.batches);
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
        self.inherit(&mut analysed);
        self.standing = analysed.end.clone();
        if let (Mode::Inside(delimiters), plan) = (self.standing.mode, &analysed.plan) {
            let same = self.known.as_ref().is_some_and(|known| known.delimiters == delimiters);
            let mut levels = Vec::new();
            let plan = match (&self.standing.set, plan) {
                (Set::Walked(walker), _) => {
                    levels.extend(walker.levels());
                    walker.plan().cloned()
                }
                (_, Some(plan)) => Some(Arc::clone(plan)),
                _ if same => self.known.as_ref().and_then(|known| known.plan.clone()),
                _ => None,
            };
            let Standing { parties, group, .. } = &self.standing;
            self.known = Some(Known { delimiters, parties: parties.clone(), group: group.clone(), plan, levels });
        }
        Ok(Some(analysed))
    }

    /// Hands the rows above the claim that are in force to a piece, and takes those that are in force behind it.
    fn inherit(&mut self, analysed: &mut Analysed) {
        let bytes = &analysed.taken.bytes;
        for map in analysed.batches.maps() {
            let (Some(taps), Some(batch)) = (self.setting.maps.get(map), analysed.batches.get_mut(map)) else {
                continue;
            };
            self.contexts.resize_with(self.contexts.len().max(map + 1), Context::default);
            if let Some(context) = self.contexts.get_mut(map) {
                batch.inherit(context, bytes.len() as u32);
                *context = batch.context(taps, bytes, context);
            }
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
