//! Places of amounts, as the lines that bind them name them.

use super::index::Action;
use super::plan::Plan;
use super::text::{GuideError, fault};
use crate::wire::SegmentId;

/// The slots of a segment in a loop, and an element in them (0 where the whole segment is meant).
pub(super) struct Place {
    pub slots: Vec<u32>,
    pub element: u8,
}

impl Place {
    /// `SV102`, `CAS`, `AMT02[01=D]`.
    pub(super) fn parse(plan: &Plan, loop_id: &str, word: &str, line: u32) -> Result<Self, GuideError> {
        let Some(index) = plan.find_loop(loop_id) else { return fault(line, format!("there is no loop {loop_id}")) };
        let (word, condition) = match word.strip_suffix(']').and_then(|word| word.split_once('[')) {
            Some((word, condition)) => (word, Some(condition)),
            None => (word, None),
        };
        let (segment, element) = split(plan, index, word, line)?;
        let slots = plan.loop_at(index).slots.clone();
        let mut found: Vec<u32> = slots.filter(|&at| plan.slots[at as usize].segment == segment).collect();
        if let Some(condition) = condition {
            found = narrow(plan, &found, condition, line)?;
        }
        if found.is_empty() {
            fault(line, format!("loop {loop_id} has no such segment: {word}"))
        } else {
            Ok(Self { slots: found, element })
        }
    }

    pub(super) fn bind(&self, plan: &mut Plan, action: Action, line: u32) -> Result<(), GuideError> {
        for &at in &self.slots {
            let bound = &mut plan.index.slots[at as usize].action;
            if *bound != Action::None && *bound != action {
                return fault(line, "a segment takes part in balances in two ways");
            }
            *bound = action;
        }
        Ok(())
    }
}

/// `SV102` is element 02 of `SV1`; `CAS` is the segment alone.
fn split(plan: &Plan, index: u16, word: &str, line: u32) -> Result<(SegmentId, u8), GuideError> {
    let is_here = |id: SegmentId| plan.slots_of(index).iter().any(|slot| slot.segment == id);
    let whole = SegmentId::new(word.as_bytes());
    if is_here(whole) {
        return Ok((whole, 0));
    }
    let cut = word.len().checked_sub(2).and_then(|at| word.split_at_checked(at));
    if let Some((id, element)) = cut {
        let id = SegmentId::new(id.as_bytes());
        if let (true, Ok(element)) = (is_here(id), element.parse()) {
            return Ok((id, element));
        }
    }
    fault(line, format!("loop {} has no {word}", plan.loop_at(index).id))
}

/// The slots whose element may have one value only, the one of the condition `01=D`.
fn narrow(plan: &Plan, slots: &[u32], condition: &str, line: u32) -> Result<Vec<u32>, GuideError> {
    let parts = condition.split_once('=').and_then(|(element, value)| Some((element.parse::<usize>().ok()?, value)));
    let Some((element, value)) = parts else { return fault(line, format!("no condition: {condition}")) };
    let only = |at: &u32| {
        let rule = plan.element_rules(*at).get(element.wrapping_sub(1));
        rule.and_then(|rule| rule.codes).is_some_and(|codes| plan.index.codes.list(codes) == [value])
    };
    Ok(slots.iter().copied().filter(only).collect())
}
