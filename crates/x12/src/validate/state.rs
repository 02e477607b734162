//! The walk itself: loops open and close, segments take their places.

use super::element::check_elements;
use super::frame::{Children, Stack};
use super::ledger::Ledger;
use super::place::{Found, find};
use super::report::Report;
use super::visitor::Visitor;
use crate::finding::{Code, NO_CLAIM, Scope};
use crate::guide::{Action, Candidate, Plan, SlotFacts};
use crate::wire::{Segment, SegmentId};

/// Everything that a walk remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub stack: Stack,
    pub ledger: Ledger,
    /// Ordinal of the last segment.
    pub ordinal: u32,
    /// Where it stood, in its buffer.
    pub bounds: (u32, u32),
    /// Offset in the file of that buffer.
    pub base: u64,
    /// Claims so far.
    pub claims: u32,
    /// Number of the current line.
    pub line: u32,
    /// Depth of the claim and of the line that are open.
    pub claim_at: Option<usize>,
    pub line_at: Option<usize>,
    /// Id of the last level.
    pub last_level: u64,
    /// The slot of a loop that was opened without its opener by the segment before.
    pub just_lost: Option<u32>,
}

impl State {
    /// One segment.
    pub(super) fn segment(&mut self, plan: &Plan, segment: &Segment<'_>, visitor: &mut impl Visitor, report: &mut Report<'_>) {
        self.ordinal = self.ordinal.saturating_add(1);
        self.bounds = report.bounds;
        self.base = report.at.base;
        if self.stack.frames.is_empty() {
            self.open(plan, 0, false, segment, visitor);
            self.opener(plan, 0, segment, visitor, report);
            return;
        }
        let lost = self.just_lost.take();
        match find(plan, &self.stack, segment) {
            Found::Clean(depth, candidate) if lost == Some(candidate.slot) => {
                self.find_opener(plan, depth, &candidate, segment, visitor, report);
            }
            Found::Clean(depth, candidate) if self.is_twin(plan, depth, &candidate, segment) => {
                visitor.unplaced(segment);
                self.locate(self.top(), report);
                report.segment(Code::SEGMENT_EXCEEDS_MAX);
            }
            Found::Clean(depth, candidate) => {
                self.prepare(plan, depth, &candidate, visitor, report);
                self.fill(plan, depth, &candidate, segment, visitor, report);
            }
            Found::Late(depth, candidate) => {
                self.aside(plan, depth, &candidate, Some(Code::SEGMENT_OUT_OF_ORDER), segment, visitor, report);
            }
            Found::Misfit(depth, candidate) => self.misfit(plan, depth, &candidate, segment, visitor, report),
            Found::Lost(depth, slot, candidate) => self.lost(plan, depth, slot, &candidate, segment, visitor, report),
            Found::Nowhere(code) => {
                visitor.unplaced(segment);
                self.locate(self.top(), report);
                report.segment(code);
            }
        }
    }

    fn top(&self) -> u16 {
        self.stack.frames.last().map_or(0, |top| top.loop_index)
    }

    /// True when `segment` opened the loop on top a moment ago and comes once more, though that loop wants others.
    pub(super) fn is_twin(&self, plan: &Plan, depth: usize, candidate: &Candidate, segment: &Segment<'_>) -> bool {
        let Some(top) = self.stack.frames.last().filter(|top| top.opener != 0) else { return false };
        self.stack.frames.len() == depth + 2
            && plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened) == Some(top.loop_index)
            && plan.index.loops.get(usize::from(top.loop_index)).is_some_and(|facts| facts.required.0 < facts.required.1)
            && top.opener == digest(segment.raw())
    }

    /// What has to happen before a segment comes to `candidate` of the frame at `depth`: loops close, what stands
    /// before is decided.
    pub(super) fn prepare(
        &mut self,
        plan: &Plan,
        depth: usize,
        candidate: &Candidate,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        while self.stack.frames.len() > depth + 1 {
            self.close(plan, visitor, report);
        }
        let opened = plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened);
        if let Some(facts) = opened.and_then(|child| plan.index.loops.get(usize::from(child))) {
            if facts.seals {
                self.seal(plan, depth, candidate.position, report);
            }
            if facts.level {
                self.settle(depth, report);
            }
        }
        if let Some(frame) = self.stack.frames.get_mut(depth) {
            frame.position = candidate.position;
            frame.opener = 0;
        }
    }

    fn fill(
        &mut self,
        plan: &Plan,
        depth: usize,
        candidate: &Candidate,
        segment: &Segment<'_>,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        let Some(facts) = plan.index.slots.get(candidate.slot as usize) else { return };
        let count = self.stack.count_mut(depth, candidate.rel).map_or(0, |count| {
            *count = count.saturating_add(1);
            *count
        });
        let surplus = count > facts.max && facts.max != u32::MAX;
        if let Some(child) = facts.opened() {
            self.open(plan, child, false, segment, visitor);
            if surplus {
                self.locate(child, report);
                report.segment(Code::LOOP_EXCEEDS_MAX);
            }
            self.opener(plan, child, segment, visitor, report);
        } else {
            self.locate(facts.loop_index, report);
            if surplus {
                report.segment(Code::SEGMENT_EXCEEDS_MAX);
            }
            visitor.segment(facts.loop_index, candidate.slot, segment);
            self.contents(plan, facts, segment, report);
        }
    }

    /// The elements and amounts of a segment in its slot.
    #[inline]
    fn contents(&mut self, plan: &Plan, facts: &SlotFacts, segment: &Segment<'_>, report: &mut Report<'_>) {
        if facts.action != Action::None {
            self.ledger.part(&plan.index, facts, segment, report);
        }
        check_elements(&plan.index, facts, segment, report);
    }

    /// Opens a loop on top.
    fn open(&mut self, plan: &Plan, child: u16, foreign: bool, segment: &Segment<'_>, visitor: &mut impl Visitor) {
        let depth = self.stack.frames.len();
        self.stack.push(plan, child, foreign).opener = digest(segment.raw());
        if let Some(facts) = plan.index.loops.get(usize::from(child)) {
            if facts.is_claim {
                self.claims = self.claims.saturating_add(1);
                self.claim_at = Some(depth);
                self.ledger.open_claim();
            }
            if facts.is_line {
                self.line_at = Some(depth);
                self.line = 0;
                self.ledger.open_line();
            }
            if facts.is_payer {
                self.ledger.open_payer();
            }
        }
        visitor.open(child, segment);
    }

    /// The segment that opened the loop on top: its numbers and contents.
    fn opener(
        &mut self,
        plan: &Plan,
        child: u16,
        segment: &Segment<'_>,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        let Some(first) = plan.index.loops.get(usize::from(child)).map(|facts| facts.first) else { return };
        let Some(facts) = plan.index.slots.get(first as usize) else { return };
        self.locate(child, report);
        visitor.segment(child, first, segment);
        self.number(plan, facts, segment, report);
        self.contents(plan, facts, segment, report);
    }

    /// The opener of a loop comes right behind the segment that its lack was noticed by: they were swapped.
    fn find_opener(
        &mut self,
        plan: &Plan,
        depth: usize,
        candidate: &Candidate,
        segment: &Segment<'_>,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        while self.stack.frames.len() > depth + 2 {
            self.close(plan, visitor, report);
        }
        let Some(child) = plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened) else { return };
        // it has the number that it was given when it was thought lost
        self.unnumber_lost(plan, child);
        self.opener(plan, child, segment, visitor, report);
    }

    /// A segment that came too late, or fits no slot: it changes no position. What it opens lies on top.
    #[allow(clippy::too_many_arguments)]
    #[cold]
    fn aside(
        &mut self,
        plan: &Plan,
        depth: usize,
        candidate: &Candidate,
        code: Option<Code>,
        segment: &Segment<'_>,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        let Some(facts) = plan.index.slots.get(candidate.slot as usize) else { return };
        self.stack.frames.iter_mut().for_each(|frame| frame.opener = 0);
        if self.stack.frames.get(depth).is_some_and(|frame| candidate.position >= frame.sealed)
            && let Some(count) = self.stack.count_mut(depth, candidate.rel)
        {
            *count = count.saturating_add(1);
        }
        if let Some(child) = facts.opened() {
            self.leave_foreign(plan, depth, visitor, report);
            self.open(plan, child, true, segment, visitor);
            self.locate(child, report);
            code.into_iter().for_each(|code| report.segment(code));
            self.opener(plan, child, segment, visitor, report);
        } else {
            self.locate(facts.loop_index, report);
            code.into_iter().for_each(|code| report.segment(code));
            visitor.segment(facts.loop_index, candidate.slot, segment);
            self.contents(plan, facts, segment, report);
        }
    }

    /// Closes what lies out of place above `depth`, so that misplaced loops do not pile up.
    fn leave_foreign(&mut self, plan: &Plan, depth: usize, visitor: &mut impl Visitor, report: &mut Report<'_>) {
        let above = self.stack.frames.iter().skip(depth + 1).position(|frame| frame.foreign);
        if let Some(at) = above {
            while self.stack.frames.len() > depth + 1 + at {
                self.close(plan, visitor, report);
            }
        }
    }

    /// A qualifier that no slot has: the segment is attached to the nearest one, and its qualifier is blamed.
    #[cold]
    fn misfit(
        &mut self,
        plan: &Plan,
        depth: usize,
        candidate: &Candidate,
        segment: &Segment<'_>,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        let ahead = self.stack.frames.get(depth).is_some_and(|frame| candidate.position >= frame.position);
        let max = plan.index.slots.get(candidate.slot as usize).map_or(0, |facts| facts.max);
        let place = ahead && self.stack.count(depth, candidate.rel) < max;
        if place {
            self.prepare(plan, depth, candidate, visitor, report);
        }
        let before = report.findings.len();
        if place {
            self.fill(plan, depth, candidate, segment, visitor, report);
        } else {
            self.aside(plan, depth, candidate, None, segment, visitor, report);
        }
        if segment.marks().len() < 2 {
            return;
        }
        // which of the siblings was meant is not known, so only the qualifier can be judged
        let index = self.stack.frames.get(depth).map_or(0, |frame| frame.loop_index);
        let id = plan.index.ids.find(segment.id()).map_or(0, |(id, _)| id);
        let element = candidate.element;
        let mut kept = before;
        for at in before..report.findings.len() {
            let finding = report.findings[at];
            let blamed = finding.position.element == element && finding.position.segment == report.ordinal;
            if blamed || plan.index.candidates(index, id).len() < 2 {
                report.findings[kept] = finding;
                kept += 1;
            }
        }
        report.findings.truncate(kept);
        let blamed = report.findings.iter().skip(before).any(|finding| finding.position.element == element);
        if !blamed {
            let span = match candidate.component {
                0 => segment.span(usize::from(element)),
                component => segment.component_span(usize::from(element), usize::from(component)),
            };
            let place = super::report::Place { element, component: candidate.component, ..Default::default() };
            report.element(Code::CODE_NOT_IN_GUIDE, place, span);
        }
    }

    /// A loop whose opener did not come is opened all the same.
    #[allow(clippy::too_many_arguments)]
    #[cold]
    fn lost(
        &mut self,
        plan: &Plan,
        depth: usize,
        slot: u32,
        candidate: &Candidate,
        segment: &Segment<'_>,
        visitor: &mut impl Visitor,
        report: &mut Report<'_>,
    ) {
        let Some(facts) = plan.index.slots.get(slot as usize) else { return };
        let Some(child) = facts.opened() else { return };
        let opener = Candidate { slot, position: facts.position, rel: facts.rel, ..*candidate };
        self.prepare(plan, depth, &opener, visitor, report);
        if let Some(count) = self.stack.count_mut(depth, facts.rel) {
            *count = count.saturating_add(1);
        }
        self.open(plan, child, false, segment, visitor);
        self.ledger.doubt();
        self.number_lost(plan);
        self.locate(child, report);
        let known = plan.index.loops.get(usize::from(child));
        let scope = match known {
            Some(known) if known.is_claim || known.level => Scope::Set,
            _ => report.scope,
        };
        report.missing(missing_code(facts, report), facts.segment, child, scope);
        self.prepare(plan, depth + 1, candidate, visitor, report);
        self.fill(plan, depth + 1, candidate, segment, visitor, report);
        self.just_lost = Some(slot);
    }

    /// Decides what stands before `position` in the frame at `depth`, and before the open loops in those around it.
    fn seal(&mut self, plan: &Plan, depth: usize, position: u32, report: &mut Report<'_>) {
        for at in 0..=depth {
            let Some(frame) = self.stack.frames.get(at) else { return };
            let limit = if at == depth { position } else { frame.position };
            if limit <= frame.sealed {
                continue;
            }
            let (index, scope, sealed) = (frame.loop_index, frame.scope, frame.sealed);
            self.locate(index, report);
            self.minima(plan, at, sealed..limit, scope, report);
            if let Some(frame) = self.stack.frames.get_mut(at) {
                frame.sealed = limit;
            }
            let slots = plan.loop_at(index).slots.clone();
            for (rel, slot) in (0u16..).zip(slots) {
                if plan.index.slots.get(slot as usize).is_some_and(|facts| facts.position < limit)
                    && let Some(count) = self.stack.count_mut(at, rel)
                {
                    *count = 0;
                }
            }
        }
    }

    /// Required slots between the positions that were not filled.
    fn minima(&self, plan: &Plan, depth: usize, range: std::ops::Range<u32>, scope: Scope, report: &mut Report<'_>) {
        let Some(frame) = self.stack.frames.get(depth) else { return };
        let Some(known) = plan.index.loops.get(usize::from(frame.loop_index)) else { return };
        let required = plan.index.required.get(known.required.0 as usize..known.required.1 as usize);
        for &slot in required.unwrap_or_default() {
            let Some(facts) = plan.index.slots.get(slot as usize) else { continue };
            // the trailer of the set is the envelope's matter
            if self.stack.count(depth, facts.rel) == 0
                && range.contains(&facts.position)
                && facts.segment != SegmentId::new(b"SE")
            {
                let home = facts.opened().unwrap_or(frame.loop_index);
                report.missing(missing_code(facts, report), facts.segment, home, scope);
            }
        }
    }

    /// Closes the innermost loop.
    pub(super) fn close(&mut self, plan: &Plan, visitor: &mut impl Visitor, report: &mut Report<'_>) {
        let Some(depth) = self.stack.frames.len().checked_sub(1) else { return };
        let Some(frame) = self.stack.frames.get(depth) else { return };
        let (index, scope, sealed) = (frame.loop_index, frame.scope, frame.sealed);
        self.locate(index, report);
        self.minima(plan, depth, sealed..u32::MAX, scope, report);
        let Some(frame) = self.stack.frames.get(depth) else { return };
        if frame.children == Children::Promised {
            report.earlier(Code::HIERARCHY_CHILD, &frame.says, scope);
        }
        if self.line_at == Some(depth) {
            self.ledger.close_line(&plan.index, report);
            self.line_at = None;
        }
        if self.claim_at == Some(depth) {
            self.ledger.close_claim(&plan.index, report);
            self.claim_at = None;
        }
        visitor.close(index);
        self.stack.pop();
    }

    /// Findings from here on are of loop `index`, and reach what the innermost loop reaches.
    #[inline]
    pub(super) fn locate(&self, index: u16, report: &mut Report<'_>) {
        report.loop_index = index;
        report.scope = self.stack.frames.last().map_or(Scope::Set, |top| top.scope);
        report.claim = if self.claim_at.is_some() { self.claims.wrapping_sub(1) } else { NO_CLAIM };
        report.line = if self.line_at.is_some() { self.line } else { 0 };
    }
}

fn missing_code(facts: &SlotFacts, report: &Report<'_>) -> Code {
    if facts.mandatory || report.options.strict_dependent { Code::SEGMENT_MISSING } else { Code::SEGMENT_REQUIRED }
}

/// Tells segments apart that follow each other: eight bytes at a time.
fn digest(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let tail = rest.iter().fold(bytes.len() as u64, |tail, &byte| tail << 8 | u64::from(byte));
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // 0 stands for no digest
    mix(words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word))), tail) | 1
}
