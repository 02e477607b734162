//! The balances of a guide, bound to the slots whose amounts take part.

use super::grammar::GuideText;
use super::index::Action;
use super::plan::Plan;
use super::sums::Sums;
use super::text::{GuideError, fault};
use crate::wire::SegmentId;

/// Binds the `balance` lines.
pub(super) fn bind_balances(plan: &mut Plan, text: &GuideText<'_>) -> Result<(), GuideError> {
    let mut sums = Sums::default();
    for (line, words) in &text.balances {
        let line = *line;
        match words[..] {
            [claim, "CLAIM_TOTAL", charge, "=", lines, part] => {
                let charge = Place::parse(plan, claim, charge, line)?;
                let part = Place::parse(plan, lines, part, line)?;
                charge.bind(plan, Action::Charge(charge.element), line)?;
                part.bind(plan, Action::LineCharge(part.element), line)?;
                plan.index.balance.claim_total = true;
            }
            [payer, "COB_CLAIM", ref terms @ ..] => bind_other_payers(plan, payer, terms, line)?,
            [home, code, total, "=", ref terms @ ..] => sums.add(plan, (home, code), (total, terms), line)?,
            _ => return fault(line, format!("no such balance: {}", words.join(" "))),
        }
    }
    sums.bind(plan)
}

fn bind_other_payers(plan: &mut Plan, home: &str, terms: &[&str], line: u32) -> Result<(), GuideError> {
    let Some(index) = plan.find_loop(home) else { return fault(line, format!("there is no loop {home}")) };
    let mut line_paid: (Option<Place>, Option<Place>) = (None, None);
    for term in terms {
        let Some((name, place)) = term.split_once('=') else { return fault(line, format!("no term: {term}")) };
        let (at, place) = place.split_once(':').unwrap_or((home, place));
        let place = Place::parse(plan, at, place, line)?;
        let action = match name {
            "payer" => Action::Payer(place.element),
            "paid" => Action::Paid(place.element),
            "charge" => Action::Charge(place.element),
            "adjustment" => Action::Adjustment,
            "line_adjustment" => Action::LineAdjustment,
            "line_charge" => Action::LineCharge(place.element),
            "line_payer" => {
                line_paid.0 = Some(place);
                continue;
            }
            "line_paid" => {
                line_paid.1 = Some(place);
                continue;
            }
            _ => return fault(line, format!("no such term: {name}")),
        };
        place.bind(plan, action, line)?;
    }
    let (Some(payer), Some(paid)) = line_paid else { return fault(line, "line_payer or line_paid is not given") };
    if payer.slots != paid.slots {
        return fault(line, "line_payer and line_paid stand in different segments");
    }
    paid.bind(plan, Action::LinePaid(payer.element, paid.element), line)?;
    plan.index.loops[usize::from(index)].is_payer = true;
    plan.index.balance.other_payers = true;
    Ok(())
}

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
