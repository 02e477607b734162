//! What the guide below an overlay leaves to what the overlay makes of it.

use super::grammar::GuideText;
use super::plan::{Plan, Slot};

/// For each slot of a changed guide the same one of the guide before; none for what was added.
pub(super) fn origins(guide: &GuideText<'_>) -> Vec<Option<u32>> {
    guide.loops.iter().flat_map(|known| &known.lines).map(|line| line.origin).collect()
}

/// Qualifiers that lead to a segment of the guide go on leading there, but for those that an added sibling has.
pub(super) fn keep_keys(slots: &mut [Slot], text: &GuideText<'_>, ground: &Plan) {
    let origins = origins(text);
    let of_overlay = slots.iter().zip(&origins).filter(|(slot, origin)| origin.is_none() && slot.opens.is_none());
    let added: Vec<_> = of_overlay.map(|(slot, _)| (slot.loop_index, slot.segment, slot.key.clone())).collect();
    for (slot, origin) in slots.iter_mut().zip(&origins) {
        let Some(before) = origin.and_then(|at| ground.slot(at)).filter(|_| slot.opens.is_none()) else { continue };
        let mut key = before.key.clone();
        if key.place() == slot.key.place() {
            let fresh = slot.key.values.iter().filter(|value| !before.key.values.contains(value));
            key.values.extend(fresh.cloned());
        }
        for (home, segment, other) in &added {
            if (*home, *segment, other.place()) == (slot.loop_index, slot.segment, key.place()) {
                key.values.retain(|value| slot.key.values.contains(value) || !other.values.contains(value));
            }
        }
        slot.key = key;
    }
}
