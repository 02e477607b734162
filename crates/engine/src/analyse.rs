//! A piece of a file to placed segments, findings and claim columns: all that can be done without knowing what came
//! before, so that pieces are worked on at the same time.

use std::ops::Range;
use std::sync::Arc;

use x12::finding::{Code, Finding, NO_CLAIM, Scope};
use x12::guide::{Guides, Parties, Plan, Role, Route};
use x12::position::{Position, Span};
use x12::validate::{At, Options, Owed, Routed, Trail, Walker, Way, plain};
use x12::wire::{Delimiters, Fault, Limits, Mode, Scanner, Segment, SegmentId, Tokens};

use crate::batches::{Batches, Filling, Maps};
use crate::listener::{Columns, Listener, Opened};
use crate::records::{self, Read, Recording};
use crate::rules::Ruled;
use crate::source::Taken;
use crate::standing::{Group, Inside, Set, Standing, begins_item};

/// A run of segments that is handled as one: it reaches to the start of the next item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    /// Offset in the piece of its first byte.
    pub(crate) start: u32,
    /// Offset behind its first segment's last byte (its terminator).
    pub(crate) head_end: u32,
    /// How many segments it has.
    pub(crate) segments: u32,
    /// The claim map of the set that it is in, or of the last one before it.
    pub(crate) map: u8,
}

/// What an item is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `ISA`.
    Interchange(Delimiters),
    /// `GS`.
    Group,
    /// `ST` and what stands before the first level or claim; of a walked set.
    Set(Arc<Plan>),
    /// A set that is not walked, up to its trailer.
    Opaque(Routed),
    /// A hierarchical level and what stands before the next level or claim.
    Level(Role),
    /// A claim: its row in the batch of its map; [`NONE`] for one of a set that has no map.
    Claim(u32),
    /// A record of a set that holds no claims.
    Record,
    /// More of the item before the piece.
    More(Inside),
    /// `SE`, or the place where it is missing.
    SetEnd,
    /// `GE`, likewise.
    GroupEnd,
    /// `IEA`, likewise.
    InterchangeEnd,
    /// A trailer without a header.
    Alone,
    /// What a guide has between an interchange's header and its first group.
    Notice(Arc<Plan>),
    /// Segments of the envelope that belong nowhere.
    Misplaced,
    /// Bytes outside any interchange, with what is wrong; `true` where the run begins.
    Stray(Fault, bool),
}

/// What came of a piece.
pub(crate) struct Analysed {
    pub(crate) taken: Taken,
    /// Bytes used; fewer than taken only when the piece was not cut at a segment.
    pub(crate) used: usize,
    /// In the order of the piece; offsets and segment numbers relative to it.
    pub(crate) findings: Vec<Finding>,
    pub(crate) items: Vec<Item>,
    /// For each finding, the item that was open when it was made.
    pub(crate) made_in: Vec<u32>,
    pub(crate) batches: Batches,
    /// What the rules found, once they were asked; by claim map.
    pub(crate) ruled: Vec<Ruled>,
    pub(crate) plan: Option<Arc<Plan>>,
    /// Findings that stand or not by what came before the piece.
    pub(crate) owed: Vec<Owed>,
    /// How many segments that begin a claim stand where no claim could be placed.
    pub(crate) lost_claims: u64,
    pub(crate) end: Standing,
    /// The segment that the next piece begins with ends nothing here: what is open goes on.
    pub(crate) torn: bool,
}

/// Works on pieces, one after the other; buffers are kept.
pub(crate) struct Analyser {
    scanner: Scanner,
    setting: Arc<Setting>,
    trail: Trail,
    /// How many items the last piece had.
    items: usize,
}

/// What all pieces share.
pub(crate) struct Setting {
    pub(crate) guides: Arc<Guides>,
    pub(crate) maps: Maps,
    pub(crate) options: Options,
    pub(crate) aliases: bool,
    pub(crate) limits: Limits,
    /// How records are written, where they are wanted.
    pub(crate) recording: Option<Arc<Recording>>,
}

impl Analyser {
    pub(crate) fn new(setting: Arc<Setting>) -> Self {
        Self { scanner: Scanner::new(setting.limits), setting, trail: Trail::default(), items: 0 }
    }

    /// Reads `taken` from `standing` on. `upcoming` is the cut segment that the next piece begins with; `last` says that
    /// nothing follows. `batches` are filled anew.
    pub(crate) fn read(
        &mut self,
        taken: Taken,
        standing: Standing,
        upcoming: Option<&[u8]>,
        last: bool,
        mut batches: Batches,
    ) -> Analysed {
        self.scanner.resume(standing.mode);
        let standing_delimiters = match standing.mode {
            Mode::Inside(delimiters) | Mode::Skipping(delimiters) => delimiters,
            _ => Delimiters::default(),
        };
        let setting = Arc::clone(&self.setting);
        let mut pass = Pass::new(&setting, standing, &taken, &mut batches);
        pass.walker.lend_trail(std::mem::take(&mut self.trail));
        pass.items.reserve(self.items + self.items / 8);
        let used = self.scanner.scan(&taken.bytes, last, &mut pass);
        pass.mode = self.scanner.mode();
        let torn = match upcoming.filter(|_| used == taken.bytes.len()) {
            Some(cut) => !pass.upcoming(cut),
            None => false,
        };
        self.trail = pass.walker.take_trail();
        if last {
            pass.imply(1, used as u32);
        } else if upcoming.is_none() {
            pass.cut_short();
        }
        let owed = pass.walker.take_owed();
        let Pass {
            mode,
            parties,
            group,
            set,
            walker,
            inside,
            empty,
            mut findings,
            mut made_in,
            items,
            plan,
            lost_claims,
            filling,
            ..
        } = pass;
        filling.finish();
        if let (Some(recording), Some(plan)) = (&setting.recording, &plan) {
            let read = Read { taken: &taken, plan, items: &items, delimiters: standing_delimiters };
            recording.record(&setting.maps, &read, &mut batches, (&mut findings, &mut made_in));
        }
        let set = match set {
            Open::None => Set::None,
            Open::Opaque => Set::Opaque,
            Open::Walked => Set::Walked(Box::new(walker)),
        };
        let end = Standing { mode, parties, group, set, inside, empty };
        self.items = items.len();
        let ruled = Vec::new();
        Analysed { taken, used, findings, items, made_in, batches, ruled, plan, owed, lost_claims, end, torn }
    }
}

/// One pass over a piece.
struct Pass<'a> {
    setting: &'a Setting,
    bytes: &'a [u8],
    length: u32,
    base: u64,
    mode: Mode,
    parties: Option<Arc<Parties>>,
    group: Option<Arc<Group>>,
    set: Open,
    walker: Walker,
    plan: Option<Arc<Plan>>,
    /// The plan's claims have a map.
    serves: bool,
    /// The plan's hierarchy segment.
    hierarchy: Option<SegmentId>,
    /// The segment that records begin with, and by loop whether it is of a record; where records are wanted.
    record: Option<(SegmentId, Vec<bool>)>,
    inside: Inside,
    empty: bool,
    items: Vec<Item>,
    findings: Vec<Finding>,
    made_in: Vec<u32>,
    filling: Filling<'a>,
    lost_claims: u64,
    in_interchange: bool,
}

/// The open set, while its walker is at work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    None,
    Opaque,
    Walked,
}

impl<'a> Pass<'a> {
    fn new(setting: &'a Setting, standing: Standing, taken: &'a Taken, batches: &'a mut Batches) -> Self {
        let (set, walker) = match standing.set {
            Set::None => (Open::None, Walker::new(setting.options)),
            Set::Opaque => (Open::Opaque, Walker::new(setting.options)),
            Set::Walked(walker) => (Open::Walked, *walker),
        };
        let mut pass = Self {
            setting,
            bytes: &taken.bytes,
            length: taken.bytes.len() as u32,
            base: taken.offset,
            mode: standing.mode,
            parties: standing.parties,
            group: standing.group,
            set,
            plan: None,
            serves: false,
            hierarchy: None,
            record: None,
            walker,
            inside: standing.inside,
            empty: standing.empty,
            items: Vec::new(),
            findings: Vec::new(),
            made_in: Vec::new(),
            filling: Filling::new(&setting.maps, batches),
            lost_claims: 0,
            in_interchange: matches!(standing.mode, Mode::Inside(_) | Mode::Skipping(_)),
        };
        if let Some(plan) = pass.walker.plan().cloned() {
            pass.follow(plan);
        }
        pass.walker.new_piece();
        if let (Some(builder), Open::Walked) = (&mut pass.filling.builder, set) {
            builder.resume(pass.walker.open_loops());
        }
        if pass.inside != Inside::Nothing {
            pass.push(Kind::More(pass.inside), 0..0, 0);
        }
        pass
    }

    /// From now on `plan` is in force.
    fn follow(&mut self, plan: Arc<Plan>) {
        let map = self.setting.maps.number(&plan);
        self.serves = map.is_some();
        if let Some(map) = map {
            self.filling.turn(map, &plan);
        }
        self.hierarchy = plan.hierarchy.map(|hierarchy| hierarchy.segment);
        self.record = self.setting.recording.as_ref().filter(|_| self.serves).and_then(|_| records::loops(&plan));
        self.plan = Some(plan);
    }

    /// Begins an item with `segment`.
    fn item(&mut self, kind: Kind, segment: &Segment<'_>) {
        let head_end = (segment.end() + 1).min(self.length);
        self.push(kind, segment.start()..head_end, 1);
    }

    /// Begins an item whose first segment, or run of bytes, is `head`.
    fn push(&mut self, kind: Kind, head: Range<u32>, segments: u32) {
        let map = self.filling.map as u8;
        self.items.push(Item { kind, start: head.start, head_end: head.end, segments, map });
    }

    /// Lets the walker work, and notes in which item its findings were made.
    #[inline]
    fn with_walker(&mut self, work: impl FnOnce(&mut Walker, At, &mut Listener<'_, 'a>, &mut Vec<Finding>)) {
        let Some(plan) = self.plan.as_deref() else { return };
        let at = At { base: self.base, ..At::default() };
        let Filling { builder, rows, map, .. } = &mut self.filling;
        let builder = if self.serves { builder.as_mut() } else { None };
        let (items, map, length) = (&mut self.items, *map as u8, self.length);
        let record = self.record.is_some().then_some(false);
        let mut listener = Listener { plan, builder, rows, items, map, opened: None, record, length };
        work(&mut self.walker, at, &mut listener, &mut self.findings);
        match listener.opened {
            Some(Opened::Claim) => self.inside = Inside::Claim,
            Some(Opened::Level) => self.inside = Inside::Level,
            Some(Opened::Record) => self.inside = Inside::Record,
            Some(Opened::Header) => self.inside = Inside::Header,
            Some(Opened::Lost) => self.lost_claims += 1,
            None => {}
        }
        if self.findings.len() > self.made_in.len() {
            self.tag();
        }
    }

    fn tag(&mut self) {
        let last = self.items.len().saturating_sub(1) as u32;
        if let (Some((_, within)), Some(Item { kind: Kind::More(Inside::Header), .. })) =
            (&self.record, self.items.last())
        {
            // what ended a record made this item: what the record left open is told of that
            let fresh = self.findings.get(self.made_in.len()..).unwrap_or_default();
            let of_record = |finding: &Finding| within.get(usize::from(finding.loop_index)) == Some(&true);
            self.made_in.extend(fresh.iter().map(|finding| last.saturating_sub(u32::from(of_record(finding)))));
        }
        self.made_in.resize(self.findings.len(), last);
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    fn walk(&mut self, segment: &Segment<'_>) {
        let builder = if self.serves { self.filling.builder.as_mut() } else { None };
        if let Err(way) = self.walker.pass(segment, self.base, &mut Columns(builder)) {
            self.walk_by(way, segment);
        }
    }

    /// A segment that begins or ends something, or that something is wrong with.
    #[inline(never)]
    fn walk_by(&mut self, mut way: Way, segment: &Segment<'_>) {
        let begins = self.record.as_ref().map(|(opener, _)| *opener).or(self.hierarchy);
        if begins == Some(segment.id()) {
            // what the levels before leave open is theirs, not that of the level which begins
            self.with_walker(|walker, at, listener, findings| {
                walker.upcoming(segment, at, listener, findings);
            });
            way = Way::default();
        }
        self.with_walker(|walker, at, listener, findings| walker.segment_by(way, segment, at, listener, findings));
    }

    /// As [`Pass::walk`], for `ST` and `SE`: what is wrong with their values, the envelope tells.
    fn walk_envelope(&mut self, segment: &Segment<'_>) {
        let before = self.findings.len();
        self.walk(segment);
        let mut fresh = self.findings.split_off(before);
        fresh.retain(|finding| {
            let told = finding.segment == segment.id() && (1..=3).contains(&finding.position.element);
            !told || finding.code == Code::INVALID_CHARACTER && segment.name() == b"ST"
        });
        self.findings.append(&mut fresh);
        self.tag();
    }

    fn end_set(&mut self) {
        if self.set == Open::Walked {
            self.with_walker(|walker, at, listener, findings| walker.end(at, listener, findings));
        }
        self.set = Open::None;
        self.inside = Inside::Envelope;
    }

    /// Closes what is still open down to `depth`: 3 the set, 2 the group, 1 the interchange; all of it for want of trailers.
    fn imply(&mut self, depth: u8, at: u32) {
        if self.set != Open::None {
            self.end_set();
            self.implied(Kind::SetEnd, at);
        }
        if depth <= 2 && self.group.take().is_some() {
            self.implied(Kind::GroupEnd, at);
        }
        if depth <= 1 && std::mem::take(&mut self.in_interchange) {
            self.implied(Kind::InterchangeEnd, at);
        }
    }

    /// An item for what is missing, at `at`.
    fn implied(&mut self, kind: Kind, at: u32) {
        self.push(kind, at..at, 0);
    }

    /// The next piece begins with `cut`. False when that ends nothing: what is open goes on with it.
    fn upcoming(&mut self, cut: &[u8]) -> bool {
        let (Mode::Inside(delimiters), Open::Walked) = (self.mode, self.set) else { return true };
        let marks = x12::wire::marks(cut, 0, cut.len() as u32, delimiters);
        let segment = Segment::new(cut, 0, &marks, delimiters);
        if segment.name() == b"ST" {
            self.imply(3, self.length);
            return true;
        }
        let end = self.base + u64::from(self.length);
        let mut opened = None;
        self.with_walker(|walker, at, listener, findings| {
            opened = walker.upcoming(&segment, At { base: end, ..at }, listener, findings);
        });
        if opened.zip(self.plan.as_ref()).is_some_and(|(index, plan)| begins_item(plan, index)) {
            self.inside = Inside::Nothing;
        }
        opened.is_some()
    }

    /// The piece ends where nothing does: a claim that is open was too large for it.
    fn cut_short(&mut self) {
        let counts = self.inside == Inside::Claim || self.inside == Inside::Record && self.record.is_some();
        if counts && self.set == Open::Walked {
            let position = Position { segment: self.walker.segments(), offset: self.base, ..Position::default() };
            let mut finding =
                plain(Code::CLAIM_TOO_LARGE, Scope::Claim, position, SegmentId::default(), Span::default());
            finding.claim = self.walker.claims().checked_sub(1).unwrap_or(NO_CLAIM);
            self.findings.push(finding);
            self.tag();
        }
    }

    fn open_set(&mut self, segment: &Segment<'_>) {
        self.imply(3, segment.start());
        let setting = self.setting;
        let routed = match Group::route(self.group.as_deref(), segment, &setting.guides, setting.aliases) {
            Route::Plan(plan) | Route::WrongGroup(plan) if self.group.is_some() && !setting.maps.misses(&plan) => {
                self.follow(Arc::clone(&plan));
                self.item(Kind::Set(Arc::clone(&plan)), segment);
                self.walker.begin(plan);
                self.set = Open::Walked;
                self.inside = Inside::Header;
                self.walk_envelope(segment);
                return;
            }
            Route::UnsupportedSet => Routed::UnknownSet,
            Route::Plan(_) | Route::WrongGroup(_) if self.group.is_none() => Routed::WrongGroup,
            Route::Plan(_)
            | Route::WrongGroup(_)
            | Route::MissingGuide
            | Route::UnsupportedGuide
            | Route::Broken(_) => Routed::UnknownGuide,
        };
        self.item(Kind::Opaque(routed), segment);
        self.set = Open::Opaque;
        self.inside = Inside::Opaque;
    }

    /// A segment over a limit, or an empty one: it counts towards its claim, else its set.
    fn faulty_segment(&mut self, fault: Fault, at: u32) {
        if std::mem::replace(&mut self.empty, fault == Fault::Empty) && fault == Fault::Empty {
            return;
        }
        let code = if fault == Fault::Empty { Code::SEGMENT_EMPTY } else { Code::SEGMENT_TOO_LONG };
        let walked = self.set == Open::Walked;
        if fault == Fault::TooLong {
            self.count();
            if walked {
                self.walker.count_from(self.walker.segments() + 1, self.walker.claims());
                if let Some(builder) = self.filling.builder.as_mut().filter(|_| self.serves) {
                    builder.pass_over();
                }
            }
        }
        let scope = match (self.set, self.inside, &self.group) {
            (Open::Walked, Inside::Claim, _) => Scope::Claim,
            (Open::Walked | Open::Opaque, ..) => Scope::Set,
            (Open::None, _, Some(_)) => Scope::Group,
            _ => Scope::Interchange,
        };
        let segment = if walked { self.walker.segments() } else { 0 };
        let position = Position { segment, offset: self.base + u64::from(at), ..Position::default() };
        let mut finding = plain(code, scope, position, SegmentId::default(), Span::default());
        if scope == Scope::Claim {
            finding.claim = self.walker.claims().checked_sub(1).unwrap_or(NO_CLAIM);
        }
        self.findings.push(finding);
        self.tag();
    }

    /// Whether the segment at `at`, of which no more is known, is one that a claim begins with.
    fn began_claim(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        rest.get(..name).is_some_and(|name| self.setting.guides.opens_claim(SegmentId::new(name)))
    }

    /// Counts a segment towards the item it belongs to.
    fn count(&mut self) {
        if let Some(item) = self.items.last_mut() {
            item.segments += 1;
        }
    }

    /// A segment in no set: one that a guide has at the head of an interchange is judged there, others belong nowhere.
    fn outside(&mut self, segment: &Segment<'_>) {
        let setting = self.setting;
        match setting.guides.in_envelope(segment.id()).filter(|_| self.inside == Inside::Preface) {
            Some(plan) => self.notice(segment, plan),
            None => self.misplaced(segment),
        }
        self.lost_claims += u64::from(setting.guides.opens_claim(segment.id()));
    }

    fn notice(&mut self, segment: &Segment<'_>, plan: &Arc<Plan>) {
        self.item(Kind::Notice(Arc::clone(plan)), segment);
        self.follow(Arc::clone(plan));
        let before = self.findings.len();
        self.walker.begin(Arc::clone(plan));
        self.with_walker(|walker, at, listener, findings| {
            walker.segment(segment, at, listener, findings);
            walker.end(at, listener, findings);
        });
        for finding in self.findings.iter_mut().skip(before) {
            finding.position.segment = 0; // it has no number where there is no set
        }
    }

    fn misplaced(&mut self, segment: &Segment<'_>) {
        match self.items.last_mut() {
            Some(Item { kind: Kind::Misplaced | Kind::More(Inside::Misplaced), segments, .. }) => *segments += 1,
            _ => self.item(Kind::Misplaced, segment),
        }
        self.inside = Inside::Misplaced;
    }
}

const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const GS: SegmentId = SegmentId::new(b"GS");
const GE: SegmentId = SegmentId::new(b"GE");
const IEA: SegmentId = SegmentId::new(b"IEA");

impl Tokens for Pass<'_> {
    fn header(&mut self, segment: &Segment<'_>) {
        self.empty = false;
        self.imply(1, segment.start());
        self.in_interchange = true;
        self.parties = self.setting.guides.parties(segment).map(Arc::new);
        self.item(Kind::Interchange(segment.delimiters()), segment);
        self.inside = Inside::Preface;
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment, from one place")]
    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        self.empty = false;
        match segment.id() {
            ST => self.open_set(segment),
            SE => self.close_set(segment),
            GS => {
                self.imply(2, segment.start());
                self.group = Some(Arc::new(Group::of(segment, self.parties.as_ref())));
                self.item(Kind::Group, segment);
                self.inside = Inside::Envelope;
            }
            GE => self.close_envelope(segment, 3),
            IEA => self.close_envelope(segment, 2),
            _ => match self.set {
                Open::Walked => {
                    self.walk(segment);
                    self.count();
                }
                Open::Opaque => {
                    self.count();
                    self.lost_claims += u64::from(self.setting.guides.opens_claim(segment.id()));
                }
                Open::None => self.outside(segment),
            },
        }
    }

    fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool) {
        if !matches!(fault, Fault::TooLong | Fault::Empty) {
            // a header that is none has ended what was open before it
            self.imply(1, range.start as u32);
        }
        if self.in_interchange {
            if first {
                self.faulty_segment(fault, range.start as u32);
                // where a set is walked, what is left of the claim opens it
                self.lost_claims += u64::from(self.set != Open::Walked && self.began_claim(range.start));
            }
            return;
        }
        self.push(Kind::Stray(fault, first), range.start as u32..range.end as u32, 0);
        self.inside = Inside::Stray;
    }
}

impl Pass<'_> {
    fn close_set(&mut self, segment: &Segment<'_>) {
        match self.set {
            Open::None => {
                self.item(Kind::Alone, segment);
                self.inside = Inside::Envelope;
                return;
            }
            Open::Opaque => {}
            Open::Walked => self.walk_envelope(segment),
        }
        self.end_set();
        self.item(Kind::SetEnd, segment);
    }

    /// `GE` (what is open inside: depth 3) or `IEA` (depth 2).
    fn close_envelope(&mut self, segment: &Segment<'_>, depth: u8) {
        self.imply(depth, segment.start());
        let open = if depth == 3 { self.group.take().is_some() } else { std::mem::take(&mut self.in_interchange) };
        let kind = match (open, depth) {
            (false, _) => Kind::Alone,
            (true, 3) => Kind::GroupEnd,
            (true, _) => Kind::InterchangeEnd,
        };
        self.item(kind, segment);
        self.inside = if depth == 3 { Inside::Envelope } else { Inside::Nothing };
    }
}
