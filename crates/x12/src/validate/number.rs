//! What counts: levels of the hierarchy, and loops that are numbered 1, 2, 3 ...

use super::frame::{Children, Frame, Stack, UNKNOWN};
use super::report::{Place, Report};
use super::state::State;
use super::value::counting;
use crate::finding::Code;
use crate::guide::{LoopFacts, Plan, SlotFacts};
use crate::wire::Segment;

impl State {
    /// The loop on top was opened by `segment`, which stands in the slot of `facts`: its numbers.
    pub(super) fn number(&mut self, plan: &Plan, facts: &SlotFacts, segment: &Segment<'_>, report: &mut Report<'_>) {
        let Some(known) = plan.index.loops.get(usize::from(facts.loop_index)) else { return };
        if known.level {
            self.level(plan, facts, segment, report);
        }
        if known.sequence != 0 {
            let given = self.in_sequence(known.sequence, plan, facts, segment, report);
            if known.is_line {
                self.line = u32::try_from(given).unwrap_or(u32::MAX);
                report.line = self.line;
            }
        }
    }

    /// Counts the loop on top, which `segment` opened, if it is the next that counts; else nothing happens.
    #[inline]
    pub(super) fn follows(&mut self, known: &LoopFacts, segment: &Segment<'_>) -> bool {
        let Some(parent) = self.parent() else { return false };
        let given = counting(segment.element(usize::from(known.sequence)));
        let Some(given) = given.filter(|_| due(given, parent.sequence, parent.sequence_due) == 0) else { return false };
        (parent.sequence, parent.sequence_due) = (given, 0);
        if known.is_line {
            self.line = u32::try_from(given).unwrap_or(u32::MAX);
        }
        true
    }

    fn in_sequence(
        &mut self,
        element: u8,
        plan: &Plan,
        facts: &SlotFacts,
        segment: &Segment<'_>,
        report: &mut Report<'_>,
    ) -> u64 {
        let span = segment.span(usize::from(element));
        let given = counting(span.of(segment.buffer()));
        let Some(parent) = self.parent() else { return given.unwrap_or(0) };
        let due = due(given, parent.sequence, parent.sequence_due);
        let number = given.unwrap_or(parent.sequence.saturating_add(1));
        (parent.sequence, parent.sequence_due) = (number, due);
        // a sign makes it another number, and nothing else of it is wrong
        let signed = matches!(span.of(segment.buffer()), [b'-', digits @ ..] if counting(digits).is_some());
        if due != 0 || signed {
            report.element(Code::SEQUENCE_INVALID, place(plan, facts, element), span);
        }
        number
    }

    /// The loop that the one on top is in.
    fn parent(&mut self) -> Option<&mut Frame> {
        let parent = self.stack.frames.len().checked_sub(2)?;
        self.stack.frames.get_mut(parent)
    }

    fn level(&mut self, plan: &Plan, facts: &SlotFacts, segment: &Segment<'_>, report: &mut Report<'_>) {
        let Some(hierarchy) = plan.hierarchy else { return };
        let id_span = segment.span(usize::from(hierarchy.id));
        let given = counting(id_span.of(segment.buffer()));
        let due = due(given, self.last_level, self.level_due);
        if due != 0 || given.is_none() && !id_span.is_empty() {
            report.element_of_set(Code::HIERARCHY_SEQUENCE, place(plan, facts, hierarchy.id), id_span);
        }
        self.last_level = given.unwrap_or(self.last_level.saturating_add(1));
        self.level_due = due;
        let parent_span = segment.span(usize::from(hierarchy.parent));
        if let Some((parent, due)) = self.level_above() {
            let named = counting(parent_span.of(segment.buffer()));
            let right = named == Some(parent) || due != 0 && named == Some(due);
            if !parent_span.is_empty() && parent != UNKNOWN && !right {
                report.element_of_set(Code::HIERARCHY_PARENT, place(plan, facts, hierarchy.parent), parent_span);
            }
        }
        let span = segment.span(usize::from(hierarchy.child));
        let value = span.of(segment.buffer());
        let rule = plan.index.rules_of(facts.elements).get(usize::from(hierarchy.child).wrapping_sub(1));
        let children = match value {
            // a code that the guide does not allow has its finding already
            _ if rule.is_some_and(|rule| !allowed(plan, rule.codes, value)) => Children::Settled,
            b"1" => Children::Promised,
            b"0" => Children::Denied,
            _ => Children::Settled,
        };
        let says = report.here().spot(hierarchy.child, rule.map_or(0, |rule| rule.data_element), span);
        let last = self.last_level;
        if let Some(top) = self.stack.top_level() {
            top.id = if given.is_some() { last } else { UNKNOWN };
            (top.due, top.children, top.says) = (due, children, says);
        }
    }

    /// The id of the nearest level around the loop on top, and what it should have been where that is another.
    fn level_above(&self) -> Option<(u64, u64)> {
        let around = self.stack.frames.len().checked_sub(2)?;
        self.stack.level_from(around).map(|level| (level.id, level.due))
    }

    /// A level whose opener is lost comes into the frame at `depth`: what the level there says of that is not held against it.
    pub(super) fn excuse(&mut self, depth: usize) {
        if let Some(above) = self.stack.levels.iter_mut().rev().find(|level| level.depth <= depth && level.id != 0) {
            above.children = Children::Settled;
        }
    }

    /// A level comes into the frame at `depth`: the level there has children.
    pub(super) fn settle(&mut self, depth: usize, report: &mut Report<'_>) {
        let Stack { frames, levels, .. } = &mut self.stack;
        let above = levels.iter_mut().rev().find(|level| level.depth <= depth && level.id != 0);
        if let Some(above) = above {
            if above.children == Children::Denied {
                let scope = frames.get(above.depth).map_or(report.scope, |frame| frame.scope);
                report.earlier(Code::HIERARCHY_CHILD, &above.says, scope);
            }
            above.children = Children::Settled;
        }
    }

    /// The opener of the loop on top did not come: it is taken to have had the next number.
    pub(super) fn number_lost(&mut self, plan: &Plan) {
        let Some(index) = self.stack.frames.last().map(|top| top.loop_index) else { return };
        let Some(known) = plan.index.loops.get(usize::from(index)) else { return };
        if known.level {
            self.last_level = self.last_level.saturating_add(1);
            let last = self.last_level;
            if let Some(top) = self.stack.top_level() {
                top.id = last;
            }
        }
        if known.sequence != 0 {
            let next = self.parent().map_or(0, |parent| {
                parent.sequence = parent.sequence.saturating_add(1);
                parent.sequence
            });
            if known.is_line {
                self.line = u32::try_from(next).unwrap_or(u32::MAX);
            }
        }
    }

    /// True when `segment`, behind a loop in `slot` whose opener did not come, has the number of the loop that follows it.
    pub(super) fn is_next(&self, plan: &Plan, slot: u32, segment: &Segment<'_>) -> bool {
        let Some(child) = plan.index.slots.get(slot as usize).and_then(SlotFacts::opened) else { return false };
        let Some(known) = plan.index.loops.get(usize::from(child)) else { return false };
        let numbered =
            |element: u8, last: u64| counting(segment.element(usize::from(element))) == Some(last.saturating_add(1));
        let sequence = |depth: usize| self.stack.frames.get(depth).map_or(0, |frame| frame.sequence);
        match plan.hierarchy {
            Some(hierarchy) if known.level => numbered(hierarchy.id, self.last_level),
            _ if known.sequence != 0 => {
                let at = self.stack.frames.iter().rposition(|frame| frame.loop_index == child);
                at.and_then(|at| at.checked_sub(1)).is_some_and(|around| numbered(known.sequence, sequence(around)))
            }
            _ => false,
        }
    }

    /// The opener of the loop on top came after all: it takes the number that was given for it.
    pub(super) fn unnumber_lost(&mut self, plan: &Plan, child: u16) {
        let Some(known) = plan.index.loops.get(usize::from(child)) else { return };
        if known.level {
            self.last_level = self.last_level.saturating_sub(1);
        }
        if known.sequence != 0
            && let Some(parent) = self.parent()
        {
            parent.sequence = parent.sequence.saturating_sub(1);
        }
    }
}

/// What `given` should have been after `last`, which should have been `last_due`; 0 where it is right. One wrong number is
/// one fault: those behind it may count on from it, or from what it should have been.
fn due(given: Option<u64>, last: u64, last_due: u64) -> u64 {
    let expected = if last_due == 0 { last } else { last_due }.saturating_add(1);
    let right = given.is_none_or(|given| given == expected || given == last.saturating_add(1));
    if right { 0 } else { expected }
}

fn allowed(plan: &Plan, codes: u16, value: &[u8]) -> bool {
    codes == crate::guide::NO_CODES || plan.index.codes.contains(codes, value, crate::guide::pack(value))
}

fn place(plan: &Plan, facts: &SlotFacts, element: u8) -> Place {
    let rule = plan.index.rules_of(facts.elements).get(usize::from(element).wrapping_sub(1));
    Place { element, data_element: rule.map_or(0, |rule| rule.data_element), ..Place::default() }
}
