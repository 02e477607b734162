//! The walk itself: loops open and close, segments take their places.

use std::ops::Range;

use super::element::check_elements;
use super::frame::{Children, Stack};
use super::glance::{InSlot, is_good};
use super::leads::Site;
use super::ledger::Ledger;
use super::partner;
use super::place::{Found, find};
use super::report::{Here, Report};
use super::trail::{Recalled, Sign, Trail};
use super::visitor::Visitor;
use crate::finding::{Code, NO_CLAIM, Scope, Severity};
use crate::guide::{Action, Candidate, Index, LoopFacts, Plan, SlotFacts};
use crate::wire::{Segment, SegmentId};

/// Everything that a walk remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) stack: Stack,
    pub(super) ledger: Ledger,
    /// Ordinal of the last segment.
    pub(super) ordinal: u32,
    /// Where it stood, in its buffer.
    pub(super) bounds: (u32, u32),
    /// Offset in the file of that buffer.
    pub(super) base: u64,
    /// Claims so far.
    pub(super) claims: u32,
    /// Number of the current line.
    pub(super) line: u32,
    /// Depth of the claim and of the line that are open.
    pub(super) claim_at: Option<usize>,
    pub(super) line_at: Option<usize>,
    /// Id of the last level.
    pub(super) last_level: u64,
    /// What that id should have been; 0 where it is right.
    pub(super) level_due: u64,
    /// The slot of a loop that was opened without its opener by the segment before.
    pub(super) just_lost: Option<u32>,
    /// The last segment that was out of its place.
    pub(super) astray: Option<Astray>,
}

/// A segment out of its place: those right behind it that are so in the same way are of one fault with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Astray {
    pub code: Code,
    pub ordinal: u32,
    pub scope: Scope,
}

/// One segment on its way into the walk: what judges it, and what hears of it.
pub(super) struct Step<'s, 'a, 'f, V> {
    pub(super) plan: &'s Plan,
    pub(super) segment: &'s Segment<'a>,
    pub(super) visitor: &'s mut V,
    pub(super) trail: &'s mut Trail,
    pub(super) report: Report<'f>,
}

impl State {
    /// One segment, whose `way` is known, as long as nothing is unusual about it: it opens no loop, ends none, and is
    /// good. False when it is for [`State::segment`] to take; then nothing has changed.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    pub(super) fn pass<V: Visitor>(
        &mut self,
        plan: &Plan,
        segment: &Segment<'_>,
        base: u64,
        (way, trail): (Recalled, &mut Trail),
        visitor: &mut V,
    ) -> bool {
        let depth = way.depth;
        let Some((leads, outlines)) = trail.leads(way) else { return false };
        let stays = !leads.opens && depth + 1 == self.stack.frames.len() && self.just_lost.is_none();
        let Some(facts) = plan.index.slots.get(leads.slot as usize).filter(|_| stays) else { return false };
        let in_slot = InSlot { index: &plan.index, number: leads.slot, facts };
        let Some((frame, count)) = self.stack.top(leads.rel) else { return false };
        if *count >= leads.max || !is_good(in_slot, outlines, segment, leads.sure.into()) {
            return false;
        }
        leads.was_good();
        frame.stand(leads);
        *count += 1;
        self.stack.site = leads.site;
        self.ordinal = self.ordinal.saturating_add(1);
        self.bounds = (segment.start(), segment.end());
        self.base = base;
        visitor.segment(leads.loop_index, leads.slot, segment);
        if leads.acts {
            let (ordinal, loop_index) = (self.ordinal, leads.loop_index);
            let here = Here { ordinal, base, segment: segment.id(), loop_index };
            self.ledger.part(&plan.index, facts, segment, &here);
        }
        true
    }

    /// Where one like `segment` went from here.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    pub(super) fn recall(&mut self, plan: &Plan, segment: &Segment<'_>, trail: &mut Trail) -> Option<Recalled> {
        trail.expected(&self.stack, segment).or_else(|| self.recall_any(plan, segment, trail))
    }

    #[inline(never)]
    pub(super) fn recall_any(&mut self, plan: &Plan, segment: &Segment<'_>, trail: &mut Trail) -> Option<Recalled> {
        let facts = plan.index.ids.find(segment.id())?;
        let sign = trail.sign(&mut self.stack, segment, facts)?;
        trail.recall(&self.stack, &sign)
    }

    /// Where `segment` belongs, and where that leads; `marked` makes its sign one of its own kind.
    pub(super) fn find<'p>(
        &mut self,
        plan: &'p Plan,
        segment: &Segment<'_>,
        trail: &mut Trail,
        marked: impl FnOnce(Sign) -> Sign,
    ) -> (Found<'p>, Site) {
        let facts = plan.index.ids.find(segment.id());
        let sign = facts.and_then(|facts| trail.sign(&mut self.stack, segment, facts)).map(marked);
        let way = sign.and_then(|sign| trail.recall(&self.stack, &sign));
        match way.and_then(|way| trail.candidate(way, plan)) {
            Some((depth, candidate, end)) => (Found::Clean(depth, candidate), end),
            None => (find(plan, &self.stack, segment, (trail, sign)), Site::UNKNOWN),
        }
    }

    /// One segment, and the way that one like it went.
    pub(super) fn segment<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, way: Option<Recalled>) {
        self.ordinal = self.ordinal.saturating_add(1);
        self.bounds = step.report.bounds;
        self.base = step.report.at.base;
        if self.stack.frames.is_empty() {
            self.open(step, 0, false);
            self.opener(step, 0);
            return;
        }
        let lost = self.swapped(step.plan, step.segment);
        self.just_lost = None;
        let (found, end) = match way.and_then(|way| step.trail.candidate(way, step.plan)) {
            Some((depth, candidate, end)) => (Found::Clean(depth, candidate), end),
            None => self.find(step.plan, step.segment, step.trail, |sign| sign),
        };
        if let Found::Clean(depth, candidate) = found
            && lost != Some(candidate.slot)
            && !self.is_twin(step.plan, depth, candidate, step.segment)
        {
            self.prepare(step, depth, candidate);
            self.fill(step, depth, candidate);
            self.stack.site = end;
            return;
        }
        step.trail.forget();
        match found {
            Found::Clean(depth, candidate) if lost == Some(candidate.slot) => self.find_opener(step, depth, candidate),
            Found::Clean(..) => self.nowhere(step, Code::SEGMENT_EXCEEDS_MAX),
            Found::Late(depth, candidate) => self.aside(step, depth, candidate, Some(Code::SEGMENT_OUT_OF_ORDER)),
            Found::Misfit(depth, candidate) => self.misfit(step, depth, candidate),
            Found::Lost(depth, lost, candidate) => self.lost(step, depth, lost, candidate),
            Found::Nowhere(code) => self.nowhere(step, code),
        }
    }

    /// What has to happen before a segment comes to `candidate` of the frame at `depth`: loops close, what stands
    /// before is decided.
    #[inline]
    pub(super) fn prepare<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, depth: usize, candidate: &Candidate) {
        while self.stack.frames.len() > depth + 1 {
            self.close(step);
        }
        let opened = step.plan.index.slots.get(candidate.slot as usize).and_then(SlotFacts::opened);
        if let Some(facts) = opened.and_then(|child| step.plan.index.loops.get(usize::from(child))) {
            if facts.seals {
                self.seal(step.plan, depth, candidate.position, &mut step.report);
            }
            if facts.level {
                self.settle(depth, &mut step.report);
            }
        }
        self.stack.move_to(depth, candidate.position);
    }

    /// The segment takes its place.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "done for a third of all segments, from one place; the others are rare")]
    pub(super) fn fill<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, depth: usize, candidate: &Candidate) {
        let Some(facts) = step.plan.index.slots.get(candidate.slot as usize) else { return };
        let count = self.stack.count_mut(depth, candidate.rel).map_or(0, |count| {
            *count = count.saturating_add(1);
            *count
        });
        if let Some(frame) = self.stack.frames.get_mut(depth) {
            frame.wanted &= !facts.wanted;
        }
        let surplus = count > facts.max && facts.max != u32::MAX;
        if let Some(child) = facts.opened() {
            self.open(step, child, false);
            if surplus {
                self.locate(child, &mut step.report);
                step.report.segment(partner::surplus(step.plan, candidate.slot, count, Code::LOOP_EXCEEDS_MAX));
                partner::answer(step.plan, candidate.slot, &mut step.report);
            }
            self.opener(step, child);
        } else {
            self.locate(facts.loop_index, &mut step.report);
            if surplus {
                step.report.segment(partner::surplus(step.plan, candidate.slot, count, Code::SEGMENT_EXCEEDS_MAX));
                partner::answer(step.plan, candidate.slot, &mut step.report);
            }
            step.visitor.segment(facts.loop_index, candidate.slot, step.segment);
            self.contents(step, candidate.slot, facts);
        }
    }

    /// The elements and amounts of a segment in its slot.
    #[inline]
    pub(super) fn contents<V>(&mut self, step: &mut Step<'_, '_, '_, V>, slot: u32, facts: &SlotFacts) {
        if facts.action != Action::None {
            self.ledger.part(&step.plan.index, facts, step.segment, &step.report.here());
        }
        let slot = InSlot { index: &step.plan.index, number: slot, facts };
        if !is_good(slot, &mut step.trail.outlines, step.segment, 0) {
            let before = step.report.findings.len();
            check_elements(&step.plan.index, facts, step.segment, &mut step.report);
            partner::attribute(step.plan, facts, step.segment, &mut step.report, before);
        }
    }

    /// Opens a loop on top.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "done for a third of all segments; the other places are rare")]
    pub(super) fn open<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, child: u16, foreign: bool) {
        let Some(facts) = step.plan.index.loops.get(usize::from(child)) else { return };
        let opener = if step.plan.wants_more(child) { digest(step.segment.raw()) } else { 0 };
        self.stack.push((child, facts), foreign, opener);
        if facts.is_payer || facts.adds_up() {
            self.begin(&step.plan.index, facts);
        }
        step.visitor.open(child, step.segment);
    }

    /// A loop opened in which something adds up.
    pub(super) fn begin(&mut self, index: &Index, facts: &LoopFacts) {
        let depth = self.stack.frames.len() - 1;
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
        if facts.sums.0 < facts.sums.1 {
            self.ledger.sums.open(index, facts.sums);
        }
    }

    /// The segment that opened the loop on top: its numbers and contents.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "done for a third of all segments, from one place; the others are rare")]
    pub(super) fn opener<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>, child: u16) {
        let Some(first) = step.plan.index.loops.get(usize::from(child)).map(|facts| facts.first) else { return };
        let Some(facts) = step.plan.index.slots.get(first as usize) else { return };
        self.locate(child, &mut step.report);
        step.visitor.segment(child, first, step.segment);
        if step.plan.index.loops.get(usize::from(child)).is_some_and(LoopFacts::is_numbered) {
            self.number(step.plan, facts, step.segment, &mut step.report);
        }
        self.contents(step, first, facts);
    }

    /// Decides what stands before `position` in the frame at `depth`, and before the open loops in those around it.
    pub(super) fn seal(&mut self, plan: &Plan, depth: usize, position: u32, report: &mut Report<'_>) {
        for at in 0..=depth {
            let Some(frame) = self.stack.frames.get(at) else { return };
            let limit = if at == depth { position } else { frame.position };
            if limit <= frame.sealed {
                continue;
            }
            let (index, scope, sealed) = (frame.loop_index, frame.scope, frame.sealed);
            self.locate(index, report);
            self.minima(plan, at, sealed..limit, scope, report);
            self.stack.uncount(plan, at, limit);
        }
    }

    /// Required slots between the positions that were not filled.
    fn minima(&self, plan: &Plan, depth: usize, range: Range<u32>, scope: Scope, report: &mut Report<'_>) {
        let Some(frame) = self.stack.frames.get(depth) else { return };
        if frame.wanted == 0 {
            return;
        }
        let Some(known) = plan.index.loops.get(usize::from(frame.loop_index)) else { return };
        let required = plan.index.required.get(known.required.0 as usize..known.required.1 as usize);
        let counts = self.stack.counts_of(depth);
        for &(slot, rel) in required.unwrap_or_default() {
            if counts.get(usize::from(rel)) != Some(&0) {
                continue;
            }
            let Some(facts) = plan.index.slots.get(slot as usize) else { continue };
            // the trailer of the set is the envelope's matter
            if range.contains(&facts.position) && facts.segment != SegmentId::new(b"SE") {
                let home = facts.opened().unwrap_or(frame.loop_index);
                let code = partner::missing(plan, slot, missing_code(facts, report));
                report.missing(code, facts.segment, home, scope);
                partner::answer(plan, slot, report);
            }
        }
    }

    /// Moves all remembered places `segments` back.
    pub(super) fn count_back(&mut self, segments: u32) {
        if let Some(astray) = &mut self.astray {
            astray.ordinal = astray.ordinal.wrapping_sub(segments);
        }
        for level in &mut self.stack.levels {
            level.says.ordinal = level.says.ordinal.wrapping_sub(segments);
        }
        for spot in self.ledger.spots() {
            spot.ordinal = spot.ordinal.wrapping_sub(segments);
        }
    }

    /// Closes the innermost loop.
    pub(super) fn close<V: Visitor>(&mut self, step: &mut Step<'_, '_, '_, V>) {
        let Some(frame) = self.stack.frames.last() else { return };
        let index = frame.loop_index;
        if frame.wanted != 0 || frame.judged {
            self.decide(step.plan, &mut step.report);
        }
        step.visitor.close(index);
        self.stack.pop();
    }

    /// Decides what is wrong with the innermost loop, which closes.
    #[inline(never)]
    fn decide(&mut self, plan: &Plan, report: &mut Report<'_>) {
        let Some(depth) = self.stack.frames.len().checked_sub(1) else { return };
        let Some(frame) = self.stack.frames.get(depth) else { return };
        let (index, scope) = (frame.loop_index, frame.scope);
        let sums = plan.index.loops.get(usize::from(index)).map(|facts| facts.sums).filter(|(from, to)| from < to);
        let promised = self.stack.level(depth).filter(|level| level.children == Children::Promised);
        let lacks = frame.wanted != 0 || promised.is_some();
        if !lacks && sums.is_none() && self.line_at != Some(depth) && self.claim_at != Some(depth) {
            return;
        }
        self.locate(index, report);
        self.minima(plan, depth, frame.sealed..u32::MAX, scope, report);
        if let Some(level) = promised {
            report.earlier(Code::HIERARCHY_CHILD, &level.says, scope);
            if plan.hierarchy.is_some_and(|hierarchy| hierarchy.may_stay_alone)
                && let Some(told) = report.findings.last_mut()
            {
                told.severity = Severity::Warning;
            }
        }
        if self.line_at == Some(depth) {
            self.ledger.close_line(&plan.index, report);
            self.line_at = None;
        }
        if self.claim_at == Some(depth) {
            self.ledger.close_claim(&plan.index, report);
            self.claim_at = None;
        }
        if let Some(sums) = sums {
            self.ledger.sums.close(&plan.index, sums, scope, report);
        }
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

/// The code for a required segment that did not come.
pub(super) fn missing_code(facts: &SlotFacts, report: &Report<'_>) -> Code {
    if facts.mandatory || report.options.strict_dependent { Code::SEGMENT_MISSING } else { Code::SEGMENT_REQUIRED }
}

/// Tells segments apart that follow each other: eight bytes at a time.
#[inline]
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    // some of the last eight bytes are taken twice
    let tail = bytes.last_chunk().map(|word| u64::from_le_bytes(*word));
    let tail = tail.unwrap_or_else(|| rest.iter().fold(0, |tail, &byte| tail << 8 | u64::from(byte)));
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // 0 stands for no digest
    mix(words.iter().fold(bytes.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word))), tail) | 1
}
