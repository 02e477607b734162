//! What the loops of a plan are to the engine: their roles, what a finding in them reaches, and which of them count.

use super::grammar::GuideText;
use super::plan::Plan;
use super::text::{GuideError, fault};
use super::words::Role;
use crate::finding::Scope;
use crate::wire::SegmentId;

/// Binds the `role` lines, and what follows from them.
pub(super) fn bind_roles(plan: &mut Plan, text: &GuideText<'_>) -> Result<(), GuideError> {
    for &(line, role, id) in &text.roles {
        let Some(index) = plan.find_loop(id) else { return fault(line, format!("there is no loop {id}")) };
        plan.loops[usize::from(index)].role = Some(role);
    }
    spread_scope(plan, 0, Scope::Set, &mut Vec::new())?;
    for at in 0..plan.loops.len() {
        let opener = &plan.slots[plan.loops[at].slots.start as usize];
        let cut = plan.cuts.iter().any(|(id, values)| {
            *id == opener.segment && (values.is_empty() || opener.key.values.iter().any(|value| values.contains(value)))
        });
        plan.loops[at].seals = cut || plan.loops[at].role == Some(Role::Claim);
    }
    Ok(())
}

/// The scope of a loop is that of the nearest role around it.
fn spread_scope(plan: &mut Plan, index: u16, around: Scope, way: &mut Vec<u16>) -> Result<(), GuideError> {
    if way.contains(&index) {
        return fault(0, format!("loop {} is used within itself", plan.loop_at(index).id));
    }
    let scope = match plan.loop_at(index).role {
        Some(Role::Provider) => Scope::Provider,
        Some(Role::Subscriber) => Scope::Subscriber,
        Some(Role::Patient) => Scope::Patient,
        Some(Role::Claim) => Scope::Claim,
        Some(Role::Line) => Scope::Line,
        Some(Role::Record) | None => around,
    };
    plan.loops[usize::from(index)].scope = scope;
    let children: Vec<u16> = plan.slots_of(index).iter().filter_map(|slot| slot.opens).collect();
    way.push(index);
    children.into_iter().try_for_each(|child| spread_scope(plan, child, scope, way))?;
    way.pop();
    Ok(())
}

/// Binds the `sequence` lines.
pub(super) fn bind_sequences(plan: &mut Plan, text: &GuideText<'_>) -> Result<(), GuideError> {
    for &(line, id, segment, element) in &text.sequences {
        let Some(index) = plan.find_loop(id) else { return fault(line, format!("there is no loop {id}")) };
        if plan.slots_of(index)[0].segment != SegmentId::new(segment.as_bytes()) || element == 0 {
            return fault(line, format!("{segment} does not open loop {id}"));
        }
        plan.index.loops[usize::from(index)].sequence = element;
    }
    Ok(())
}
