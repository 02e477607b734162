//! What a partner's overlay makes of the findings: those that the guide alone would not have are the partner's.

use super::element::check_elements;
use super::report::Report;
use crate::finding::{Code, Finding};
use crate::guide::{Overlaid, Plan, SlotFacts};
use crate::wire::Segment;

/// The code for a required slot that was not filled; `code` is what the guide would say.
pub(super) fn missing(plan: &Plan, slot: u32, code: Code) -> Code {
    match ground(plan, slot) {
        Some((_, Some(slot))) if slot.required => code,
        Some(_) => Code::PARTNER_SEGMENT_REQUIRED,
        None => code,
    }
}

/// The code for a slot that was filled once too often, for the `count`-th time.
pub(super) fn surplus(plan: &Plan, slot: u32, count: u32, code: Code) -> Code {
    let Some((_, before)) = ground(plan, slot) else { return code };
    match before {
        Some(before) if count > before.max => code,
        _ if plan.slot(slot).is_some_and(|slot| slot.max == 0) => Code::PARTNER_SEGMENT_NOT_USED,
        _ => Code::PARTNER_TOO_MANY,
    }
}

/// Of the findings from `before` on, which are of the elements of `segment` in the slot of `facts`, those that the guide
/// alone does not have become the partner's.
#[cold]
pub(super) fn attribute(plan: &Plan, facts: &SlotFacts, segment: &Segment<'_>, report: &mut Report<'_>, before: usize) {
    let Some(overlay) = &plan.overlay else { return };
    let slot = plan.loop_at(facts.loop_index).slots.start + u32::from(facts.rel);
    let below = overlay.ground_slot(slot);
    let known = below.map(|slot| of_ground(overlay, slot, segment, report)).unwrap_or_default();
    for finding in report.findings.iter_mut().skip(before) {
        if let Some(other) = known.iter().find(|other| covers(other, finding)) {
            *finding = *other;
        } else {
            finding.code = code_of_partner(finding.code, below.is_some());
            state(overlay, slot, finding);
        }
    }
}

/// Gives the last finding, which is of `slot` itself, the status that the overlay states there.
#[cold]
pub(super) fn answer(plan: &Plan, slot: u32, report: &mut Report<'_>) {
    if let (Some(overlay), Some(last)) = (&plan.overlay, report.findings.last_mut()) {
        state(overlay, slot, last);
    }
}

fn state(overlay: &Overlaid, slot: u32, finding: &mut Finding) {
    if finding.code.is_partner() {
        finding.status = overlay.stated(slot, finding.position.element, finding.position.component);
    }
}

/// True when `guide`, a finding of the guide alone, is of the same fault as `found`: that something is missing has several
/// names, and what is wrong inside an element is so whether or not the partner takes it.
fn covers(guide: &Finding, found: &Finding) -> bool {
    let missing = [Code::ELEMENT_MISSING, Code::ELEMENT_REQUIRED, Code::ELEMENT_CONDITION_MISSING];
    let place = |of: &Finding| (of.position.element, of.position.component, of.position.repetition);
    if found.code == Code::ELEMENT_NOT_USED && found.position.component == 0 {
        return guide.position.element == found.position.element;
    }
    place(guide) == place(found)
        && (guide.code == found.code || missing.contains(&guide.code) && missing.contains(&found.code))
}

/// What the guide alone finds in the segment.
fn of_ground(overlay: &Overlaid, slot: u32, segment: &Segment<'_>, report: &Report<'_>) -> Vec<Finding> {
    let (mut findings, index) = (Vec::new(), &overlay.ground.index);
    if let Some(facts) = index.slots.get(slot as usize) {
        check_elements(index, facts, segment, &mut report.over(&mut findings));
    }
    findings
}

/// The overlay in force, and the slot of the guide that `slot` was made of.
fn ground(plan: &Plan, slot: u32) -> Option<(&Overlaid, Option<&crate::guide::Slot>)> {
    let overlay = plan.overlay.as_ref()?;
    Some((overlay, overlay.ground_slot(slot).and_then(|slot| overlay.ground.slot(slot))))
}

/// The partner's code for a fault. What an added segment (`in_guide` is false) does against the standard itself stays the
/// standard's.
fn code_of_partner(code: Code, in_guide: bool) -> Code {
    match code {
        Code::ELEMENT_REQUIRED => Code::PARTNER_ELEMENT_REQUIRED,
        Code::ELEMENT_NOT_USED => Code::PARTNER_ELEMENT_NOT_USED,
        Code::CODE_NOT_IN_GUIDE => Code::PARTNER_CODE,
        Code::ELEMENT_TOO_SHORT | Code::ELEMENT_TOO_LONG => Code::PARTNER_LENGTH,
        Code::TOO_MANY_REPETITIONS => Code::PARTNER_TOO_MANY,
        Code::ELEMENT_MISSING | Code::ELEMENT_CONDITION_MISSING if in_guide => Code::PARTNER_ELEMENT_REQUIRED,
        Code::INVALID_CODE if in_guide => Code::PARTNER_CODE,
        _ if in_guide => Code::PARTNER_VALUE,
        _ => code,
    }
}

impl Code {
    /// True for what is wrong by a partner's overlay only.
    #[must_use]
    pub fn is_partner(self) -> bool {
        (Self::PARTNER_SEGMENT_REQUIRED..=Self::PARTNER_VALUE).contains(&self)
    }
}
