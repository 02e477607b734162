//! The short way of segments that close loops or open one, a third of all: where they lead is known, and nothing is wrong with
//! them. What they close may still lack something; only then is it asked what.

use super::frame::Children;
use super::glance::{InSlot, is_good};
use super::leads::Leads;
use super::report::{At, Here, Options, Report};
use super::state::{State, Step, digest};
use super::trail::{Recalled, Trail};
use super::visitor::Visitor;
use crate::finding::Finding;
use crate::guide::{LoopFacts, Plan};
use crate::wire::Segment;

/// What a segment does to the loops that are open: it leaves those that are deeper, and takes its place, which may open one.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    depth: usize,
    leads: Leads,
}

/// One such segment on its way into the walk: what judges it, and what hears of it.
pub(super) struct Turning<'s, 'a, V> {
    pub(super) plan: &'s Plan,
    pub(super) segment: &'s Segment<'a>,
    pub(super) visitor: &'s mut V,
    pub(super) trail: &'s mut Trail,
    pub(super) findings: &'s mut Vec<Finding>,
    pub(super) origin: Origin,
}

/// What findings need that are made on the way.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) options: Options,
    pub(super) at: At,
    /// Offset in the file of the buffer that was read last.
    pub(super) buffer: u64,
}

impl Turn {
    /// True when a loop opens that decides what stands before it.
    pub(super) fn seals(&self, plan: &Plan) -> bool {
        self.opened(plan).is_some_and(|facts| facts.seals)
    }

    /// The loop that opens.
    #[inline]
    fn opened<'p>(&self, plan: &'p Plan) -> Option<&'p LoopFacts> {
        plan.index.loops.get(usize::from(self.leads.loop_index)).filter(|_| self.leads.opens)
    }
}

impl<V: Visitor> Turning<'_, '_, V> {
    /// The same as a step that may find something, for segment number `ordinal`.
    #[cold]
    fn step<T>(&mut self, ordinal: u32, act: impl FnOnce(&mut Step<'_, '_, '_, V>) -> T) -> T {
        let Self { plan, segment, visitor, trail, findings, origin } = self;
        let mut report = Report::new(findings, origin.options, origin.at, ordinal, segment);
        report.buffer = origin.buffer;
        act(&mut Step { plan, segment, visitor, trail, report })
    }
}

impl State {
    /// What a segment does that goes this way; `None` when something is unusual about it. Nothing has changed yet.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for a third of all segments, one after the other")]
    pub(super) fn turn(
        &mut self,
        plan: &Plan,
        segment: &Segment<'_>,
        way: Recalled,
        trail: &mut Trail,
    ) -> Option<Turn> {
        let depth = way.depth;
        let (leads, outlines) = trail.leads(way)?;
        let above = self.stack.frames.len().checked_sub(depth + 1)?;
        // what stays where it is and is good went by another way
        let turns = leads.opens || above > 0;
        let may_be_twin = above == 1 && self.stack.frames.last().is_some_and(|top| top.opener != 0);
        if !turns || may_be_twin || self.just_lost.is_some() || !self.stack.has_room(depth, leads) {
            return None;
        }
        if leads.opens && self.denies_level(plan, leads.loop_index, depth) {
            return None;
        }
        let facts = plan.index.slots.get(leads.slot as usize)?;
        let in_slot = InSlot { index: &plan.index, number: leads.slot, facts };
        if !is_good(in_slot, outlines, segment, leads.sure.into()) {
            return None;
        }
        leads.was_good();
        Some(Turn { depth, leads: *leads })
    }

    /// True when loop `index` is a level, which the level above, in a frame up to `depth`, says that it has none of.
    #[inline]
    fn denies_level(&self, plan: &Plan, index: u16, depth: usize) -> bool {
        let is_level = plan.index.loops.get(usize::from(index)).is_some_and(|facts| facts.level);
        is_level && self.stack.level_from(depth).is_some_and(|above| above.children == Children::Denied)
    }

    /// What has to happen before the segment comes to its place.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for a third of all segments, one after the other")]
    pub(super) fn leave<V: Visitor>(&mut self, step: &mut Turning<'_, '_, V>, turn: &Turn) {
        let (plan, next) = (step.plan, self.ordinal.saturating_add(1));
        while let Some(top) = self.stack.frames.last()
            && self.stack.frames.len() > turn.depth + 1
        {
            let (index, judged) = (top.loop_index, top.judged);
            if top.wanted == 0 && (!judged || self.adds_up(plan, index)) {
                step.visitor.close(index);
                self.stack.pop();
            } else {
                step.step(next, |step| self.close(step));
            }
        }
        let Some(facts) = turn.opened(plan).filter(|facts| facts.seals | facts.level) else { return };
        if facts.seals && !self.seal_quietly(plan, turn.depth, turn.leads.position) {
            step.step(next, |step| self.seal(plan, turn.depth, turn.leads.position, &mut step.report));
        }
        if facts.level
            && let Some(above) = self.stack.level_from_mut(turn.depth)
        {
            above.children = Children::Settled;
        }
    }

    /// Ends what adds up in the innermost loop, which is `index`, if nothing is to be told of it; else nothing happens.
    fn adds_up(&mut self, plan: &Plan, index: u16) -> bool {
        let Some(depth) = self.stack.frames.len().checked_sub(1) else { return false };
        let Some(facts) = plan.index.loops.get(usize::from(index)) else { return false };
        let (line, claim) = (self.line_at == Some(depth), self.claim_at == Some(depth));
        let well = (!facts.level || self.stack.level(depth).is_none_or(|level| level.children != Children::Promised))
            && (!line || self.ledger.line_balances(&plan.index))
            && (!claim || !line && self.ledger.claim_balances(&plan.index))
            && (facts.sums.0 >= facts.sums.1 || self.ledger.sums.balance(facts.sums));
        if well && line {
            self.ledger.end_line();
            self.line_at = None;
        }
        if well && claim {
            self.claim_at = None;
        }
        well
    }

    /// As [`State::seal`], as long as nothing can be missing.
    fn seal_quietly(&mut self, plan: &Plan, depth: usize, position: u32) -> bool {
        for at in 0..=depth {
            let Some(frame) = self.stack.frames.get(at) else { return true };
            let limit = if at == depth { position } else { frame.position };
            if limit > frame.sealed {
                if frame.wanted != 0 {
                    return false;
                }
                self.stack.uncount(plan, at, limit);
            }
        }
        true
    }

    /// The segment takes its place.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for a third of all segments, one after the other")]
    pub(super) fn enter<V: Visitor>(&mut self, step: &mut Turning<'_, '_, V>, turn: &Turn) {
        let (Turn { depth, leads }, plan) = (turn, step.plan);
        let (index, base) = (leads.loop_index, step.origin.at.base);
        self.ordinal = self.ordinal.saturating_add(1);
        self.bounds = (step.segment.start(), step.segment.end());
        self.base = base;
        self.stack.stand(*depth, leads);
        let opened = turn.opened(plan);
        if let Some(facts) = opened {
            let mark = if plan.wants_more(index) { digest(step.segment.raw()) } else { 0 };
            self.stack.push((index, facts), false, mark);
            if facts.is_payer || facts.adds_up() {
                self.begin(&plan.index, facts);
            }
            step.visitor.open(index, step.segment);
        }
        step.visitor.segment(index, leads.slot, step.segment);
        self.stack.site = leads.site;
        if let Some(facts) = opened.filter(|facts| facts.is_numbered()) {
            self.count_up(step, facts);
        }
        if leads.acts
            && let Some(facts) = plan.index.slots.get(leads.slot as usize)
        {
            let here = Here { ordinal: self.ordinal, base, segment: step.segment.id(), loop_index: index };
            self.ledger.part(&plan.index, facts, step.segment, &here);
        }
    }

    /// The numbers of the loop on top.
    fn count_up<V: Visitor>(&mut self, step: &mut Turning<'_, '_, V>, facts: &LoopFacts) {
        if !facts.level && self.follows(facts, step.segment) {
            return;
        }
        let Some(first) = step.plan.index.slots.get(facts.first as usize) else { return };
        step.step(self.ordinal, |step| {
            self.locate(first.loop_index, &mut step.report);
            self.number(step.plan, first, step.segment, &mut step.report);
        });
    }
}
