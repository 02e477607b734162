//! Any X12 file as segments in their places, some at a time, for whoever wants to read it.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use x12::guide::{Plan, Route};
use x12::validate::{At, Visitor, Walker};
use x12::wire::{Delimiters, Fault, Scanner, Segment, SegmentId, Tokens};

use crate::batches::Fields;
use crate::error::Error;
use crate::group::Group;
use crate::inspect::plainly;
use crate::job::Job;
use crate::peek;
use crate::scrub::Setup;
use crate::source::Source;
use crate::taken::Taken;

/// Bytes read at a time.
const WINDOW: usize = 64 * 1024;

/// The number of a path: an index into [`Documents::paths`], from the first one on.
pub type PathId = u32;

/// One segment with its place, on its own: it holds its bytes.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The segment's bytes without its terminator; for a run of bytes that is no segment, those.
    pub bytes: Box<[u8]>,
    /// What separates its parts.
    pub delimiters: Delimiters,
    /// Which loops are open, this segment's own being the last.
    pub path: PathId,
    /// The segment opens its loop.
    pub opens: bool,
    /// Its ordinal in its set, `ST` being 1; 0 outside of one.
    pub number: u32,
    /// Where it begins in the file.
    pub offset: u64,
    /// Why these bytes are no segment.
    pub fault: Option<&'static str>,
}

/// A file, or the bytes of one, as placed segments in the order of the file.
pub struct Documents {
    setup: Setup,
    source: Source,
    scanner: Scanner,
    state: State,
    ended: bool,
    interchanges: u64,
}

impl Documents {
    /// Reads the file at `path`, or the standard input for `-`. Of the segments inside sets only those named in
    /// `wanted` are handed out, if any are named, by their id (`CLM`) or by that and their first element (`DTP*472`);
    /// the envelope and what is no segment always are.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, job: &Job, wanted: &[String]) -> Result<Self, Error> {
        Self::new(Source::open(path, job.signals)?, job, wanted)
    }

    /// Reads `content`, as [`Documents::open`] reads a file.
    ///
    /// # Errors
    /// When the job cannot be used.
    pub fn of_bytes(content: Vec<u8>, job: &Job, wanted: &[String]) -> Result<Self, Error> {
        Self::new(Source::of_bytes(content), job, wanted)
    }

    fn new(source: Source, job: &Job, wanted: &[String]) -> Result<Self, Error> {
        let setup = Setup::new(job, &Fields::Read)?;
        let scanner = Scanner::new(setup.setting.limits);
        let wanted = (!wanted.is_empty()).then(|| Wanted::of(wanted));
        let state = State {
            walker: Walker::new(setup.setting.options),
            group: None,
            number: 0,
            wanted,
            paths: Paths::default(),
            steps: Steps::default(),
            findings: Vec::new(),
            ready: Vec::new(),
        };
        Ok(Self { setup, source, scanner, state, ended: false, interchanges: 0 })
    }

    /// The paths so far, by number: the ids of the loops, outermost first. The first is the empty one.
    #[must_use]
    pub fn paths(&self) -> &[Vec<String>] {
        &self.state.paths.names
    }

    /// True where the file is broken into lines of one length, and what was read is without their breaks.
    #[must_use]
    pub fn is_wrapped(&self) -> bool {
        self.source.is_wrapped()
    }

    /// The next segments: a window's worth; none at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read, or held no interchange.
    pub fn read(&mut self) -> Result<Vec<Placed>, Error> {
        while self.state.ready.is_empty() && !self.ended {
            self.window()?;
        }
        Ok(std::mem::take(&mut self.state.ready))
    }

    fn window(&mut self) -> Result<(), Error> {
        self.source.fill(WINDOW)?;
        if self.source.read_bytes() > 0 && self.interchanges == 0 && peek::is_wrapped(self.source.ahead()) {
            self.source.unwrap_lines();
        }
        let last = self.source.ended();
        let mut taken = self.source.take(self.source.ahead().len());
        let mut hearing = Hearing { setup: &self.setup, state: &mut self.state, taken: &taken, interchanges: 0 };
        let used = self.scanner.scan(&taken.bytes, last, &mut hearing);
        self.interchanges += hearing.interchanges;
        if last {
            self.ended = true;
            if self.interchanges == 0 {
                return Err(Error::no_interchange(&self.source.name(), self.source.read_bytes(), 1));
            }
            return Ok(());
        }
        let rest = taken.split_off(used);
        self.source.give_back(rest);
        self.source.recycle(taken.bytes);
        if used == 0 {
            self.source.fill(self.source.ahead().len() + WINDOW)?;
        }
        Ok(())
    }
}

/// What is open, and what waits to be handed out.
struct State {
    walker: Walker,
    group: Option<Group>,
    /// The last segment's ordinal in its set; 0 outside of one.
    number: u32,
    wanted: Option<Wanted>,
    paths: Paths,
    steps: Steps,
    /// What the walk finds is nobody's business here.
    findings: Vec<x12::finding::Finding>,
    ready: Vec<Placed>,
}

/// Which segments are handed out, by id: all of them where no first element is named.
struct Wanted(HashMap<SegmentId, Vec<Vec<u8>>>);

impl Wanted {
    fn of(names: &[String]) -> Self {
        let mut by_id: HashMap<SegmentId, Vec<Vec<u8>>> = HashMap::new();
        let mut whole = Vec::new();
        for name in names {
            let (id, first) = name.split_once('*').map_or((name.as_str(), None), |(id, first)| (id, Some(first)));
            let id = SegmentId::new(id.as_bytes());
            let firsts = by_id.entry(id).or_default();
            match first {
                Some(first) => firsts.push(first.as_bytes().to_vec()),
                None => whole.push(id),
            }
        }
        for id in whole {
            by_id.insert(id, Vec::new());
        }
        Self(by_id)
    }

    fn has(&self, segment: &Segment<'_>) -> bool {
        self.0.get(&segment.id()).is_some_and(|firsts| {
            firsts.is_empty() || firsts.iter().any(|first| first.as_slice() == segment.element(1))
        })
    }
}

/// Paths by what is open in which plan; each is named once.
struct Paths {
    known: HashMap<(u64, Vec<u16>), PathId>,
    names: Vec<Vec<String>>,
}

impl Default for Paths {
    fn default() -> Self {
        Self { known: HashMap::new(), names: vec![Vec::new()] }
    }
}

impl Paths {
    fn of(&mut self, plan: &Plan, open: &[u16]) -> PathId {
        if let Some(&path) = self.known.get(&(plan.fingerprint, open.to_vec())) {
            return path;
        }
        let path = PathId::try_from(self.names.len()).unwrap_or_default();
        self.names.push(open.iter().map(|&index| plan.loop_at(index).id.clone()).collect());
        self.known.insert((plan.fingerprint, open.to_vec()), path);
        path
    }
}

/// Which loops are open, and where the segment at hand went.
#[derive(Default)]
struct Steps {
    open: Vec<u16>,
    /// The path of what is open, while that has not changed.
    path: Option<PathId>,
    opens: bool,
    placed: bool,
}

impl Visitor for Steps {
    fn open(&mut self, index: u16, _segment: &Segment<'_>) {
        self.open.push(index);
        self.path = None;
        self.opens = true;
    }

    fn segment(&mut self, _loop_index: u16, _slot: u32, _segment: &Segment<'_>) {
        self.placed = true;
    }

    fn close(&mut self, _index: u16) {
        self.open.pop();
        self.path = None;
    }
}

/// Hears the segments of a window.
struct Hearing<'h> {
    setup: &'h Setup,
    state: &'h mut State,
    taken: &'h Taken,
    interchanges: u64,
}

impl Hearing<'_> {
    fn hand_out(&mut self, segment: &Segment<'_>, (path, opens): (PathId, bool)) {
        self.state.ready.push(Placed {
            bytes: segment.raw().into(),
            delimiters: segment.delimiters(),
            path,
            opens,
            number: self.state.number,
            offset: self.taken.offset_of(segment.start()),
            fault: None,
        });
    }

    /// Where the walker puts a segment of the open set: in no loop where it has no place, or its guide is not known.
    fn place(&mut self, segment: &Segment<'_>) -> (PathId, bool) {
        let State { walker, steps, findings, paths, .. } = &mut *self.state;
        let Some(plan) = walker.plan().cloned() else { return (0, false) };
        (steps.opens, steps.placed) = (false, false);
        walker.segment(segment, At::default(), steps, findings);
        findings.clear();
        if !steps.placed {
            return (0, false);
        }
        let path = match steps.path {
            Some(path) => path,
            None => *steps.path.insert(paths.of(&plan, &steps.open)),
        };
        (path, steps.opens)
    }

    fn end_set(&mut self) {
        self.state.walker.abandon(&mut ());
        self.state.steps = Steps::default();
        self.state.number = 0;
    }

    fn begin_set(&mut self, st: &Segment<'_>) {
        self.end_set();
        let setting = &self.setup.setting;
        let route = Group::route(self.state.group.as_ref(), st, &setting.guides, setting.aliases);
        if let Route::Plan(plan) | Route::WrongGroup(plan) = route {
            self.state.walker.begin(Arc::clone(&plan));
        }
        self.state.number = 1;
    }

    fn envelope(&mut self, segment: &Segment<'_>) {
        self.end_set();
        self.hand_out(segment, (0, false));
    }
}

impl Tokens for Hearing<'_> {
    fn header(&mut self, segment: &Segment<'_>) {
        self.interchanges += 1;
        self.state.group = None;
        self.envelope(segment);
    }

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        match segment.name() {
            b"GS" => {
                self.state.group = Some(Group::of(segment, None));
                self.envelope(segment);
            }
            b"GE" | b"IEA" => self.envelope(segment),
            b"ST" => {
                self.begin_set(segment);
                let place = self.place(segment);
                self.hand_out(segment, place);
            }
            name => {
                let inside = self.state.number > 0;
                self.state.number += u32::from(inside);
                let place = self.place(segment);
                let ends = name == b"SE";
                let wanted = self.state.wanted.as_ref().is_none_or(|wanted| wanted.has(segment));
                if wanted || ends || !inside {
                    self.hand_out(segment, place);
                }
                if ends {
                    self.end_set();
                }
            }
        }
    }

    fn fault(&mut self, fault: Fault, range: Range<usize>, _first: bool) {
        let delimiters = Delimiters::default();
        self.state.ready.push(Placed {
            bytes: self.taken.bytes.get(range.clone()).unwrap_or_default().into(),
            delimiters,
            path: 0,
            opens: false,
            number: self.state.number,
            offset: self.taken.offset_of(u32::try_from(range.start).unwrap_or(u32::MAX)),
            fault: Some(plainly(fault)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str =
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260101*1200*^*00501*000000001*0*T*:~";

    fn read(text: &str, wanted: &[&str]) -> Vec<(String, String, u32)> {
        let job = Job::parse(r#"{"command": "inspect"}"#).unwrap();
        let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
        let mut documents = Documents::of_bytes(text.as_bytes().to_vec(), &job, &wanted).unwrap();
        let mut told = Vec::new();
        loop {
            let placed = documents.read().unwrap();
            if placed.is_empty() {
                return told;
            }
            for each in placed {
                let path = documents.paths()[each.path as usize].join("/");
                told.push((String::from_utf8_lossy(&each.bytes).into_owned(), path, each.number));
            }
        }
    }

    fn sets() -> String {
        let set = "ST*999*1*005010X231A1~AK1*HC*1~AK2*837*1~IK3*CLM*9**8~IK4*1**1~ZZZ~IK5*R~AK9*R*1*1*0~SE*9*1~";
        format!("{ISA}TA1*1~GS*FA*A*B*20260101*1200*1*X*005010X231A1~{set}{set}GE*2*1~IEA*1*1~ rest")
    }

    #[test]
    fn segments_stand_in_their_loops_and_are_numbered_by_set() {
        let told = read(&sets(), &[]);
        let placed: Vec<_> = told.iter().map(|(text, path, number)| (&text[..3], path.as_str(), *number)).collect();
        assert_eq!(placed[..3], [("ISA", "", 0), ("TA1", "", 0), ("GS*", "", 0)]);
        assert_eq!(
            placed[3..7],
            [("ST*", "ST", 1), ("AK1", "ST", 2), ("AK2", "ST/2000", 3), ("IK3", "ST/2000/2100", 4)]
        );
        assert_eq!(placed[7..9], [("IK4", "ST/2000/2100/2110", 5), ("ZZZ", "", 6)]);
        assert_eq!(placed[9..12], [("IK5", "ST/2000", 7), ("AK9", "ST", 8), ("SE*", "ST", 9)]);
        assert_eq!(placed[3..12], placed[12..21], "the second set is as the first");
        assert_eq!(placed[21..], [("GE*", "", 0), ("IEA", "", 0), ("res", "", 0)]);
    }

    #[test]
    fn what_is_wanted_comes_with_the_envelope_and_what_is_no_segment() {
        let told = read(&sets(), &["IK3*CLM", "AK2*999", "IK4"]);
        let ids: Vec<_> = told.iter().map(|(text, ..)| text.split('*').next().unwrap_or_default().trim()).collect();
        let set = ["ST", "IK3", "IK4", "SE"];
        assert_eq!(ids, [&["ISA", "TA1", "GS"][..], &set, &set, &["GE", "IEA", "rest"]].concat());
    }

    #[test]
    fn a_file_without_an_interchange_is_an_error() {
        let job = Job::parse(r#"{"command": "inspect"}"#).unwrap();
        let mut documents = Documents::of_bytes(b"nothing".to_vec(), &job, &[]).unwrap();
        while let Ok(placed) = documents.read() {
            assert!(!placed.is_empty(), "the end comes with an error");
        }
    }
}
