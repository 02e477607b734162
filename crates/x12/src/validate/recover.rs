//! Segments that are not where they should be: one finding each, and on with the walk.

use super::leads::Site;
use super::place::Lost;
use super::report::{Place, Report};
use super::state::{Astray, State, Step, digest, missing_code};
use super::visitor::Visitor;
use crate::finding::{Code, Scope};
use crate::guide::{Candidate, Plan, SlotFacts};
use crate::wire::Segment;

impl State {
    /// A segment that has no place: nothing changes.
    #[cold]
    pub(super) fn nowhere<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, code: Code) {
        step.visitor.unplaced(step.segment);
        let top = self.stack.frames.last().map_or(0, |top| top.loop_index);
        self.locate(top, &mut step.report);
        self.stray(&mut step.report, code);
    }

    /// Tells that the segment is out of its place, unless the one before it was so in the same way.
    fn stray(&mut self, report: &mut Report<'_>, code: Code) {
        let (ordinal, scope) = (self.ordinal, report.scope);
        let is_place = code == Code::SEGMENT_UNEXPECTED || code == Code::SEGMENT_OUT_OF_ORDER;
        let before = Astray { code, ordinal: ordinal.wrapping_sub(1), scope };
        if !is_place || self.astray != Some(before) {
            report.segment(code);
        }
        self.astray = is_place.then_some(Astray { ordinal, ..before });
    }

    /// The slot of a loop whose opener was thought lost, unless `segment` has the number of the one behind it.
    pub(super) fn swapped(&self, plan: &Plan, segment: &Segment<'_>) -> Option<u32> {
        self.just_lost.filter(|&slot| !self.is_next(plan, slot, segment))
    }

    /// True when `segment` opened the loop on top a moment ago and comes once more, though that loop wants others.
    #[inline]
    pub(super) fn is_twin(&self, plan: &Plan, depth: usize, candidate: &Candidate, segment: &Segment<'_>) -> bool {
        if self.stack.frames.len() != depth + 2 {
            return false;
        }
        let Some(top) = self.stack.frames.last().filter(|top| top.opener != 0) else { return false };
        plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened) == Some(top.loop_index)
            && top.opener == digest(segment.raw())
            && plan.wants_more(top.loop_index)
    }

    /// The opener of a loop comes right behind the segment that its lack was noticed by: they were swapped.
    #[cold]
    pub(super) fn find_opener<V: Visitor>(
        &mut self,
        step: &mut Step<'_, '_, '_, V>,
        depth: usize,
        candidate: &Candidate,
    ) {
        let Some(child) = step.plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened) else {
            return;
        };
        // a loop that was opened within stays open
        let within = self.stack.frames.split_off(self.stack.frames.len().min(depth + 2));
        // it has the number that it was given when it was thought lost
        self.unnumber_lost(step.plan, child);
        self.opener(step, child);
        self.stack.frames.extend(within);
        self.stack.site = Site::UNKNOWN;
    }

    /// A segment that came too late, or fits no slot: it changes no position. What it opens lies on top.
    #[cold]
    pub(super) fn aside<V: Visitor>(
        &mut self,
        step: &mut Step<'_, '_, '_, V>,
        depth: usize,
        candidate: &Candidate,
        code: Option<Code>,
    ) {
        let Some(facts) = step.plan.index.slots.get(candidate.slot as usize) else { return };
        for frame in &mut self.stack.frames {
            frame.opener = 0;
        }
        if self.stack.frames.get(depth).is_some_and(|frame| candidate.position >= frame.sealed)
            && let Some(count) = self.stack.count_mut(depth, candidate.rel)
        {
            *count = count.saturating_add(1);
        }
        let index = facts.opened().unwrap_or(facts.loop_index);
        if facts.opened().is_some() {
            self.leave_foreign(step, depth);
            self.open(step, index, true);
        }
        self.locate(index, &mut step.report);
        match code {
            // a claim that begins here has to have a fault of its own
            Some(code) if facts.opened().is_some() => step.report.segment(code),
            Some(code) => self.stray(&mut step.report, code),
            None => {}
        }
        if facts.opened().is_some() {
            self.opener(step, index);
        } else {
            step.visitor.segment(index, candidate.slot, step.segment);
            self.contents(step, candidate.slot, facts);
        }
    }

    /// Closes what lies out of place above `depth`, so that misplaced loops do not pile up.
    fn leave_foreign<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, depth: usize) {
        let above = self.stack.frames.iter().skip(depth + 1).position(|frame| frame.foreign);
        if let Some(at) = above {
            while self.stack.frames.len() > depth + 1 + at {
                self.close(step);
            }
        }
    }

    /// A qualifier that no slot has: the segment is attached to the nearest one, and its qualifier is blamed.
    #[cold]
    pub(super) fn misfit<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, depth: usize, candidate: &Candidate) {
        let Some(frame) = self.stack.frames.get(depth) else { return };
        let id = step.plan.index.ids.find(step.segment.id()).map_or(0, |facts| facts.number);
        let is_alone = step.plan.index.candidates(frame.loop_index, id).len() < 2;
        let (_, max) = step.plan.often(candidate.slot);
        let before = if candidate.position >= frame.position && self.stack.count(depth, candidate.rel) < max {
            self.prepare(step, depth, candidate);
            let before = step.report.findings.len();
            self.fill(step, depth, candidate);
            before
        } else {
            let before = step.report.findings.len();
            self.aside(step, depth, candidate, None);
            before
        };
        if step.segment.marks().len() > 1 {
            blame_qualifier(step, candidate, before, is_alone);
        }
    }

    /// Loops whose openers did not come are opened all the same.
    #[cold]
    pub(super) fn lost<V: Visitor>(
        &mut self,
        step: &mut Step<'_, '_, '_, V>,
        depth: usize,
        Lost { outer, inner }: Lost,
        candidate: &Candidate,
    ) {
        self.open_lost(step, depth, outer, candidate);
        let depth = match inner {
            Some(inner) => {
                self.open_lost(step, depth + 1, inner, candidate);
                depth + 2
            }
            None => depth + 1,
        };
        self.prepare(step, depth, candidate);
        self.fill(step, depth, candidate);
        self.just_lost = inner.is_none().then_some(outer);
    }

    /// The loop in `slot` of the frame at `depth` is opened without its opener, for the sake of the `candidate` in it.
    fn open_lost<V: Visitor>(
        &mut self,
        step: &mut Step<'_, '_, '_, V>,
        depth: usize,
        slot: u32,
        candidate: &Candidate,
    ) {
        let Some(facts) = step.plan.index.slots.get(slot as usize) else { return };
        let Some(child) = facts.opened() else { return };
        let opener = Candidate { slot, position: facts.position, rel: facts.rel, ..*candidate };
        if step.plan.index.loops.get(usize::from(child)).is_some_and(|known| known.level) {
            self.excuse(depth);
        }
        self.prepare(step, depth, &opener);
        if let Some(count) = self.stack.count_mut(depth, facts.rel) {
            *count = count.saturating_add(1);
        }
        self.open(step, child, false);
        self.ledger.doubt();
        self.number_lost(step.plan);
        self.locate(child, &mut step.report);
        // where a claim or a level begins is not certain, so nothing in the set is
        let scope = match step.plan.index.loops.get(usize::from(child)) {
            Some(known) if known.is_claim || known.level => Scope::Set,
            _ => step.report.scope,
        };
        step.report.missing(missing_code(facts, &step.report), facts.segment, child, scope);
    }
}

/// Of the findings from `before` on only those of the qualifier stand: which of the siblings was meant is not known,
/// unless there is but one.
fn blame_qualifier<V>(step: &mut Step<'_, '_, '_, V>, candidate: &Candidate, before: usize, is_alone: bool) {
    let (element, component, ordinal) = (candidate.element, candidate.component, step.report.ordinal);
    let findings = &mut *step.report.findings;
    let mut blamed = false;
    let mut kept = before;
    for at in before..findings.len() {
        let Some(finding) = findings.get(at).copied() else { break };
        let of_qualifier = finding.position.element == element && finding.position.segment == ordinal;
        blamed |= of_qualifier;
        if (of_qualifier || is_alone)
            && let Some(place) = findings.get_mut(kept)
        {
            *place = finding;
            kept += 1;
        }
    }
    findings.truncate(kept);
    if !blamed {
        let span = match component {
            0 => step.segment.span(usize::from(element)),
            _ => step.segment.component_span(usize::from(element), usize::from(component)),
        };
        step.report.element(Code::CODE_NOT_IN_GUIDE, Place { element, component, ..Place::default() }, span);
    }
}
