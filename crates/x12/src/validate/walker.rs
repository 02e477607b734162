//! The walker: feed it the segments of a set, it places them and says what is wrong.

use std::sync::Arc;

use super::boundary::Boundary;
use super::frame::Stack;
use super::leads::Site;
use super::place::Found;
use super::report::{At, Options, Report};
use super::state::{State, Step};
use super::sums::Owed;
use super::trail::{Recalled, Sign, Trail};
use super::turn::{Origin, Turn, Turning};
use super::visitor::Visitor;
use crate::finding::Finding;
use crate::guide::{Plan, SlotFacts};
use crate::position::Span;
use crate::wire::Segment;

/// Walks one set after another. Its whole state can be cloned (but for the [`Trail`], which is empty then).
///
/// For each set: [`Walker::begin`], [`Walker::segment`] for every segment from `ST` to `SE`, [`Walker::end`].
/// It counts segments (`ST` is 1) and claims (from 0) itself.
#[derive(Clone, Debug)]
pub struct Walker {
    options: Options,
    plan: Option<Arc<Plan>>,
    state: State,
    trail: Trail,
}

/// The way of a segment, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way(Option<Recalled>);

impl Walker {
    /// A walker at rest.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, plan: None, state: State::default(), trail: Trail::default() }
    }

    /// Gives it the ways that segments went elsewhere; they are lost unless [`Walker::take_trail`] asks for them.
    pub fn lend_trail(&mut self, trail: Trail) {
        self.trail = trail;
        self.state.stack.site = Site::UNKNOWN;
        if let Some(plan) = &self.plan {
            self.trail.follow(plan);
        }
    }

    /// Takes the ways that segments went, for another walker.
    pub fn take_trail(&mut self) -> Trail {
        self.state.stack.site = Site::UNKNOWN;
        std::mem::take(&mut self.trail)
    }

    /// The plan in force.
    #[must_use]
    pub fn plan(&self) -> Option<&Arc<Plan>> {
        self.plan.as_ref()
    }

    /// A set begins: its `ST` is the next segment.
    pub fn begin(&mut self, plan: Arc<Plan>) {
        self.trail.follow(&plan);
        self.plan = Some(plan);
        let claims = self.state.claims;
        self.state.stack.clear();
        let owed = self.state.ledger.sums.take_owed();
        self.state = State { stack: std::mem::take(&mut self.state.stack), claims, ..State::default() };
        self.state.ledger.sums.owe(owed);
    }

    /// One segment of the set.
    pub fn segment(&mut self, segment: &Segment<'_>, at: At, visitor: &mut impl Visitor, findings: &mut Vec<Finding>) {
        let Err(way) = self.pass(segment, at.base, visitor) else { return };
        match self.turn(way, segment) {
            Some(turn) => self.take(&turn, segment, at, visitor, findings),
            None => self.segment_by(way, segment, at, visitor, findings),
        }
    }

    /// One segment of the set, as long as nothing is unusual about it: it opens no loop, ends none, and is good.
    ///
    /// # Errors
    /// When it is not so: then nothing has changed, and the segment is for [`Walker::segment_by`].
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    pub fn pass(&mut self, segment: &Segment<'_>, base: u64, visitor: &mut impl Visitor) -> Result<(), Way> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let way = self.state.recall(plan, segment, &mut self.trail);
        match way {
            Some(way) if self.state.pass(plan, segment, base, (way, &mut self.trail), visitor) => Ok(()),
            _ => Err(Way(way)),
        }
    }

    /// One segment that neither [`Walker::pass`] nor [`Walker::turn`] took; `way` is what the former gave.
    pub fn segment_by(
        &mut self,
        Way(way): Way,
        segment: &Segment<'_>,
        at: At,
        visitor: &mut impl Visitor,
        findings: &mut Vec<Finding>,
    ) {
        let Some(plan) = &self.plan else { return };
        let ordinal = self.state.ordinal.saturating_add(1);
        let report = Report::new(findings, self.options, at, ordinal, segment);
        self.state.segment(&mut Step { plan, segment, visitor, trail: &mut self.trail, report }, way);
    }

    /// What a segment that [`Walker::pass`] did not take, which gave its `way`, does to the loops that are open; `None` when
    /// the segment is for [`Walker::segment_by`], because something is unusual about it.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for a third of all segments, one after the other")]
    pub fn turn(&mut self, Way(way): Way, segment: &Segment<'_>) -> Option<Turn> {
        self.state.turn(self.plan.as_deref()?, segment, way?, &mut self.trail)
    }

    /// The way of a segment for which [`Walker::pass`] gave none: it is looked for.
    pub fn seek(&mut self, way: Way, segment: &Segment<'_>) -> Way {
        let Some(plan) = self.plan.as_ref().filter(|_| way.0.is_none()) else { return way };
        self.state.find(plan, segment, &mut self.trail, |sign| sign);
        Way(self.state.recall_any(plan, segment, &mut self.trail))
    }

    /// Everything that the segment of `turn` ends and decides happens now, if a loop opens with it that seals what stands before.
    /// To be followed by [`Walker::take`].
    pub fn leave(
        &mut self,
        turn: &Turn,
        segment: &Segment<'_>,
        at: At,
        visitor: &mut impl Visitor,
        findings: &mut Vec<Finding>,
    ) {
        let Some(plan) = self.plan.as_ref().filter(|plan| turn.seals(plan)) else { return };
        let buffer = self.state.base;
        let origin = Origin { options: self.options, at, buffer };
        let step = &mut Turning { plan, segment, visitor, trail: &mut self.trail, findings, origin };
        self.state.leave(step, turn);
    }

    /// One segment, of which `turn` tells what it does.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for a third of all segments, one after the other")]
    pub fn take(
        &mut self,
        turn: &Turn,
        segment: &Segment<'_>,
        at: At,
        visitor: &mut impl Visitor,
        findings: &mut Vec<Finding>,
    ) {
        let Some(plan) = &self.plan else { return };
        let origin = Origin { options: self.options, at, buffer: at.base };
        let step = &mut Turning { plan, segment, visitor, trail: &mut self.trail, findings, origin };
        self.state.leave(step, turn);
        self.state.enter(step, turn);
    }

    /// `segment` comes next, in another piece: everything that it ends and decides happens now. To be followed
    /// by [`Walker::boundary`], or by [`Walker::segment`] with the same segment. Gives the loop that the segment will open;
    /// none when nothing is decided, because it opens no such loop where it stands.
    pub fn upcoming(
        &mut self,
        segment: &Segment<'_>,
        at: At,
        visitor: &mut impl Visitor,
        findings: &mut Vec<Finding>,
    ) -> Option<u16> {
        let plan = self.plan.as_ref()?;
        let (Found::Clean(depth, candidate), end) = self.state.find(plan, segment, &mut self.trail, Sign::announced)
        else {
            return None;
        };
        if self.state.swapped(plan, segment) == Some(candidate.slot)
            || self.state.is_twin(plan, depth, candidate, segment)
        {
            return None;
        }
        let opened = plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened)?;
        if !plan.loop_at(opened).seals {
            return None;
        }
        let ordinal = self.state.ordinal.saturating_add(1);
        let mut report = Report::new(findings, self.options, at, ordinal, segment);
        report.buffer = self.state.base;
        self.state.prepare(&mut Step { plan, segment, visitor, trail: &mut self.trail, report }, depth, candidate);
        self.state.stack.site = end;
        (self.state.just_lost, self.state.astray) = (None, None);
        Some(opened)
    }

    /// The set ends, its `SE` having been given: all loops close.
    pub fn end(&mut self, at: At, visitor: &mut impl Visitor, findings: &mut Vec<Finding>) {
        let Some(plan) = &self.plan else { return };
        let bytes: &[u8] = &[];
        let marks = [self.state.bounds.1];
        let last = Segment::new(bytes, self.state.bounds.0, &marks, crate::wire::Delimiters::default());
        // the last segment may be of the piece before
        let at = At { base: self.state.base, ..at };
        let report = Report::new(findings, self.options, at, self.state.ordinal, &last);
        let mut step = Step { plan, segment: &last, visitor, trail: &mut self.trail, report };
        while !self.state.stack.frames.is_empty() {
            self.state.close(&mut step);
        }
        self.plan = None;
    }

    /// The set is cut short (its trailer is missing, or it was no set at all): its loops close without findings.
    pub fn abandon(&mut self, visitor: &mut impl Visitor) {
        while let Some(index) = self.state.stack.pop() {
            visitor.close(index);
        }
        self.state.claim_at = None;
        self.state.line_at = None;
        self.plan = None;
    }

    /// True between the begin and the end of a set.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.plan.is_some()
    }

    /// How many loops are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.state.stack.frames.len()
    }

    /// Number of segments of the set so far.
    #[must_use]
    pub fn segments(&self) -> u32 {
        self.state.ordinal
    }

    /// Number of claims so far, in all sets.
    #[must_use]
    pub fn claims(&self) -> u32 {
        self.state.claims
    }

    /// Ordinal of the open claim.
    #[must_use]
    pub fn claim(&self) -> Option<u32> {
        self.state.claim_at.map(|_| self.state.claims.wrapping_sub(1))
    }

    /// A piece begins in the middle of anything: segments and claims are counted from 0 again. A place that was
    /// remembered from before is counted back from there and wraps: adding the number of the segments before the piece
    /// (wrapping) makes all ordinals right. A claim that goes on from before is [`NO_CLAIM`](crate::finding::NO_CLAIM).
    pub fn new_piece(&mut self) {
        self.state.count_back(self.state.ordinal);
        self.count_from(0, 0);
    }

    /// Counts on from other ordinals: the next segment is `segments + 1`, the next claim is `claims` (an open claim
    /// is `claims - 1`).
    pub fn count_from(&mut self, segments: u32, claims: u32) {
        self.state.ordinal = segments;
        self.state.claims = claims;
    }

    /// What the next piece depends on, in a form that can be compared. At a cut, ask after [`Walker::upcoming`].
    #[must_use]
    pub fn boundary(&self) -> Boundary {
        match &self.plan {
            Some(plan) => Boundary::of(plan, &self.state),
            None => Boundary::default(),
        }
    }

    /// The walker as it would be before the cut segment `cut` if all was well: a function of that segment and, where it stands
    /// two levels deep or more, of the outer `levels` ([`Walker::levels`] of an earlier place). `None` when they do not
    /// say enough.
    #[must_use]
    pub fn assume(
        plan: &Arc<Plan>,
        cut: &Segment<'_>,
        options: Options,
        levels: &[(u16, u64)],
    ) -> Option<(Self, Boundary)> {
        let state = State::before(plan, cut, levels)?;
        let walker = Self { options, plan: Some(Arc::clone(plan)), state, trail: Trail::default() };
        let boundary = walker.boundary();
        Some((walker, boundary))
    }

    /// Findings of the piece that stand, or do not, when it is known what came before it ([`Walker::settle`]).
    pub fn take_owed(&mut self) -> Vec<Owed> {
        self.state.ledger.sums.take_owed()
    }

    /// True when `finding`, for which `owed` was kept, stands, now that `self` is the walker as it was before the piece,
    /// asked after [`Walker::new_piece`]; it gets its place.
    #[must_use]
    pub fn settle(&self, owed: &Owed, finding: &mut Finding) -> bool {
        self.state.ledger.sums.settle(owed, finding)
    }

    /// The sums of what was open before the piece, which `before` has, go on.
    pub fn carry(&mut self, before: &Self) {
        self.state.ledger.sums.carry(&before.state.ledger.sums);
    }

    /// The loops that are open, outermost first.
    pub fn open_loops(&self) -> impl Iterator<Item = u16> + '_ {
        self.state.stack.frames.iter().map(|frame| frame.loop_index)
    }

    /// The levels of the hierarchy that are open, outermost first: the loop and the id of each.
    pub fn levels(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        let Stack { frames, levels, .. } = &self.state.stack;
        let known = levels.iter().filter(|level| level.id != 0);
        known.filter_map(|level| Some((frames.get(level.depth)?.loop_index, level.id)))
    }

    /// The place of the last segment in its buffer.
    #[must_use]
    pub fn last(&self) -> Span {
        Span::new(self.state.bounds.0, self.state.bounds.1)
    }
}
