//! One pass over a piece: its segments to the walker, and to the items that they belong to.

use std::ops::Range;
use std::sync::Arc;

use x12::finding::{Code, Finding, NO_CLAIM, Scope};
use x12::guide::{Parties, Plan};
use x12::position::{Position, Span};
use x12::validate::{At, Walker, Way, plain};
use x12::wire::{Fault, Mode, Segment, SegmentId, Tokens};

use crate::batches::{Batches, Filling};
use crate::group::Group;
use crate::item::{Item, Kind};
use crate::listener::{Columns, Listener, Opened};
use crate::records;
use crate::setting::Setting;
use crate::standing::{Inside, Set, Standing, begins_item};
use crate::taken::Taken;

/// One pass over a piece.
pub(super) struct Pass<'a> {
    pub(super) setting: &'a Setting,
    pub(super) bytes: &'a [u8],
    pub(super) length: u32,
    pub(super) base: u64,
    pub(super) mode: Mode,
    pub(super) parties: Option<Arc<Parties>>,
    pub(super) group: Option<Arc<Group>>,
    pub(super) set: Open,
    pub(super) walker: Walker,
    pub(super) plan: Option<Arc<Plan>>,
    /// The plan's claims have a map.
    pub(super) serves: bool,
    /// The plan's hierarchy segment.
    pub(super) hierarchy: Option<SegmentId>,
    /// The segment that records begin with, and by loop whether it is of a record; where records are wanted.
    pub(super) record: Option<(SegmentId, Vec<bool>)>,
    pub(super) inside: Inside,
    pub(super) empty: bool,
    pub(super) items: Vec<Item>,
    pub(super) findings: Vec<Finding>,
    pub(super) made_in: Vec<u32>,
    pub(super) filling: Filling<'a>,
    pub(super) lost_claims: Vec<u32>,
    pub(super) in_interchange: bool,
}

/// The open set, while its walker is at work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    None,
    Opaque,
    Walked,
}

impl<'a> Pass<'a> {
    pub(super) fn new(setting: &'a Setting, standing: Standing, taken: &'a Taken, batches: &'a mut Batches) -> Self {
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
            lost_claims: Vec::new(),
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
    pub(super) fn follow(&mut self, plan: Arc<Plan>) {
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
    pub(super) fn item(&mut self, kind: Kind, segment: &Segment<'_>) {
        let head_end = (segment.end() + 1).min(self.length);
        self.push(kind, segment.start()..head_end, 1);
    }

    /// Begins an item whose first segment, or run of bytes, is `head`.
    pub(super) fn push(&mut self, kind: Kind, head: Range<u32>, segments: u32) {
        let map = self.filling.map as u8;
        self.items.push(Item { kind, start: head.start, head_end: head.end, segments, map });
    }

    /// Lets the walker work, and notes in which item its findings were made.
    #[inline]
    pub(super) fn with_walker(&mut self, work: impl FnOnce(&mut Walker, At, &mut Listener<'_, 'a>, &mut Vec<Finding>)) {
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
            Some(Opened::Lost) => self.lose_claim(),
            None => {}
        }
        if self.findings.len() > self.made_in.len() {
            self.tag();
        }
    }

    pub(super) fn tag(&mut self) {
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
    fn walk_by(&mut self, way: Way, segment: &Segment<'_>) {
        let begins = self.record.as_ref().map(|(opener, _)| *opener).or(self.hierarchy) == Some(segment.id());
        if begins {
            return self.begin(way, segment);
        }
        self.with_walker(|walker, at, listener, findings| match walker.turn(way, segment) {
            Some(turn) => walker.take(&turn, segment, at, listener, findings),
            None => walker.segment_by(way, segment, at, listener, findings),
        });
    }

    /// A segment that a level begins with, or a record: what those before leave open is theirs, not that of the one which begins.
    #[inline(never)]
    fn begin(&mut self, way: Way, segment: &Segment<'_>) {
        let way = self.walker.seek(way, segment);
        if let Some(turn) = self.walker.turn(way, segment) {
            self.with_walker(|walker, at, listener, findings| walker.leave(&turn, segment, at, listener, findings));
            self.with_walker(|walker, at, listener, findings| walker.take(&turn, segment, at, listener, findings));
            return;
        }
        self.with_walker(|walker, at, listener, findings| {
            walker.upcoming(segment, at, listener, findings);
        });
        self.with_walker(|walker, at, listener, findings| {
            walker.segment_by(Way::default(), segment, at, listener, findings);
        });
    }

    /// As [`Pass::walk`], for `ST` and `SE`: what is wrong with their values, the envelope tells.
    pub(super) fn walk_envelope(&mut self, segment: &Segment<'_>) {
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

    pub(super) fn end_set(&mut self) {
        if self.set == Open::Walked {
            self.with_walker(|walker, at, listener, findings| walker.end(at, listener, findings));
        }
        self.set = Open::None;
        self.inside = Inside::Envelope;
    }

    /// Closes what is still open down to `depth`: 3 the set, 2 the group, 1 the interchange; all of it for want of trailers.
    pub(super) fn imply(&mut self, depth: u8, at: u32) {
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
    pub(super) fn upcoming(&mut self, cut: &[u8]) -> bool {
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
    pub(super) fn cut_short(&mut self) {
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

    /// Whether the segment at `at`, of which no more is known, is one that a claim begins with.
    fn began_claim(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        rest.get(..name).is_some_and(|name| self.setting.guides.opens_claim(SegmentId::new(name)))
    }

    /// A claim begins that cannot be placed.
    pub(super) fn lose_claim(&mut self) {
        self.lost_claims.push(self.items.len().saturating_sub(1) as u32);
    }

    /// Counts a segment towards the item it belongs to.
    pub(super) fn count(&mut self) {
        if let Some(item) = self.items.last_mut() {
            item.segments += 1;
        }
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
                    if self.setting.guides.opens_claim(segment.id()) {
                        self.lose_claim();
                    }
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
                if self.set != Open::Walked && self.began_claim(range.start) {
                    self.lose_claim();
                }
            }
            return;
        }
        self.push(Kind::Stray(fault, first), range.start as u32..range.end as u32, 0);
        self.inside = Inside::Stray;
    }
}
