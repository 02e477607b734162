//! What a pass makes of the envelope: sets that open and close, and segments that stand in none.

use std::sync::Arc;

use x12::finding::{Code, NO_CLAIM, Scope};
use x12::guide::{Plan, Route};
use x12::position::{Position, Span};
use x12::validate::{Routed, plain};
use x12::wire::{Fault, Segment, SegmentId};

use super::pass::{Open, Pass};
use crate::group::Group;
use crate::item::{Item, Kind};
use crate::standing::Inside;

impl Pass<'_> {
    pub(super) fn open_set(&mut self, segment: &Segment<'_>) {
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
    pub(super) fn faulty_segment(&mut self, fault: Fault, at: u32) {
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

    /// A segment in no set: one that a guide has at the head of an interchange is judged there, others belong nowhere.
    pub(super) fn outside(&mut self, segment: &Segment<'_>) {
        let setting = self.setting;
        match setting.guides.in_envelope(segment.id()).filter(|_| self.inside == Inside::Preface) {
            Some(plan) => self.notice(segment, plan),
            None => self.misplaced(segment),
        }
        if setting.guides.opens_claim(segment.id()) {
            self.lose_claim();
        }
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

    pub(super) fn close_set(&mut self, segment: &Segment<'_>) {
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
    pub(super) fn close_envelope(&mut self, segment: &Segment<'_>, depth: u8) {
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
