//! The lookup tables of a plan: which slot a segment may come to, in which loop.

use super::base::Base;
use super::codes::{NO_CODES, NO_VALUE, pack_at};
use super::grammar::GuideText;
use super::index::{Candidate, Ids, KeyPlace, Known};
use super::plan::{Key, Plan, Slot};
use super::text::{GuideError, fault};
use crate::position::Span;
use crate::wire::{Segment, SegmentId};

/// Fills the index of `plan`.
pub(super) fn link(plan: &mut Plan, text: &GuideText<'_>, base: &Base<'_>) -> Result<(), GuideError> {
    number_ids(plan, text, base);
    let keys = key_sets(plan)?;
    for index in 0..plan.loops.len() {
        link_loop(plan, index, &keys)?;
    }
    require(plan);
    plan.index.chains = chains(plan);
    Ok(())
}

fn number_ids(plan: &mut Plan, text: &GuideText<'_>, base: &Base<'_>) {
    let mut ids: Vec<(SegmentId, Known, KeyPlace)> = Vec::new();
    let mut add = |id: SegmentId, known: Known, key: KeyPlace| {
        if ids.iter().all(|&(other, ..)| other != id) {
            ids.push((id, known, key));
        }
        ids.len()
    };
    for slot in &plan.slots {
        plan.index.guide_ids = add(slot.segment, Known::Guide, key_place(plan, slot.segment));
    }
    for (id, _) in base.sets.get(text.set_id).into_iter().flatten() {
        add(SegmentId::new(id.as_bytes()), Known::Set, KeyPlace::None);
    }
    for id in base.sets.values().flatten().map(|(id, _)| id).chain(base.segments.keys()) {
        add(SegmentId::new(id.as_bytes()), Known::Base, KeyPlace::None);
    }
    plan.index.ids = Ids::new(&ids);
}

/// Where the qualifier of segment `id` stands, in all slots that ask for it.
fn key_place(plan: &Plan, id: SegmentId) -> KeyPlace {
    let keys = plan.slots.iter().filter(|slot| slot.segment == id && slot.key != Key::default());
    keys.fold(KeyPlace::None, |place, slot| match (place, KeyPlace::new(slot.key.element, slot.key.component)) {
        (KeyPlace::None, here) => here,
        (before, here) if before == here => here,
        _ => KeyPlace::Varies,
    })
}

/// The code set of each slot's key.
fn key_sets(plan: &mut Plan) -> Result<Vec<u16>, GuideError> {
    let mut known: Vec<(Vec<String>, u16)> = Vec::new();
    let mut sets = Vec::new();
    for slot in &plan.slots {
        if slot.key == Key::default() {
            sets.push(NO_CODES);
            continue;
        }
        if let Some((_, id)) = known.iter().find(|(values, _)| *values == slot.key.values) {
            sets.push(*id);
            continue;
        }
        let Some(id) = plan.index.codes.add(&slot.key.values) else { return fault(0, "there are too many code sets") };
        known.push((slot.key.values.clone(), id));
        sets.push(id);
    }
    Ok(sets)
}

fn link_loop(plan: &mut Plan, index: usize, keys: &[u16]) -> Result<(), GuideError> {
    let slots = plan.loops[index].slots.clone();
    for id in 0..plan.index.guide_ids {
        let from = plan.index.candidates.len();
        for at in slots.start + 1..slots.end {
            let slot = &plan.slots[at as usize];
            if plan.index.ids.find(slot.segment).is_some_and(|facts| usize::from(facts.number) == id) {
                let mut candidate = candidate(slot, at, at - slots.start, keys[at as usize]);
                let (value, alone) = plan.index.codes.first_of(candidate.keys);
                (candidate.value, candidate.several) = (value, !alone || value == NO_VALUE);
                plan.index.candidates.push(candidate);
            }
        }
        // what has a key is asked first
        plan.index.candidates[from..].sort_by_key(|candidate| (!candidate.is_keyed(), candidate.slot));
        let (Ok(start), Ok(end)) = (u16::try_from(from), u16::try_from(plan.index.candidates.len())) else {
            return fault(0, "the guide is too large");
        };
        plan.index.cells.push((start, end));
        tell_apart(plan, from)?;
    }
    Ok(())
}

fn candidate(slot: &Slot, at: u32, rel: u32, keys: u16) -> Candidate {
    Candidate {
        slot: at,
        position: slot.position,
        rel: u16::try_from(rel).unwrap_or(u16::MAX),
        keys,
        several: true,
        element: slot.key.element,
        component: slot.key.component,
        value: 0,
    }
}

/// Siblings with one segment id must differ in the values of one key.
fn tell_apart(plan: &Plan, from: usize) -> Result<(), GuideError> {
    let siblings = &plan.index.candidates[from..];
    for (at, one) in siblings.iter().enumerate() {
        for other in &siblings[at + 1..] {
            let alike = match (one.is_keyed(), other.is_keyed()) {
                (true, true) => {
                    (one.element, one.component) != (other.element, other.component)
                        || plan.index.codes.overlap(one.keys, other.keys)
                }
                (false, false) => true,
                _ => false,
            };
            if alike {
                let slot = &plan.slots[one.slot as usize];
                let (id, known) = (slot.segment.text(), &plan.loop_at(slot.loop_index).id);
                return fault(0, format!("two {id} in loop {known} cannot be told apart"));
            }
        }
    }
    Ok(())
}

fn require(plan: &mut Plan) {
    for index in 0..plan.loops.len() {
        let from = u32::try_from(plan.index.required.len()).unwrap_or(u32::MAX);
        let slots = plan.loops[index].slots.clone();
        let required = (slots.start + 1..slots.end).filter(|&at| plan.slots[at as usize].required);
        plan.index.required.extend(required.map(|at| (at, u16::try_from(at - slots.start).unwrap_or(u16::MAX))));
        let required = (from, u32::try_from(plan.index.required.len()).unwrap_or(u32::MAX));
        let numbers = 0u32..required.1 - required.0;
        for (number, &(slot, _)) in numbers.clone().zip(&plan.index.required[from as usize..]).take(63) {
            plan.index.slots[slot as usize].wanted = 1 << number;
        }
        plan.index.loops[index].wanted = numbers.fold(0, |wanted, number| wanted | 1 << number.min(63));
        plan.index.loops[index].required = required;
    }
}

/// The ways from the root to each loop that a cut segment opens, where there is but one.
fn chains(plan: &Plan) -> Vec<Vec<u32>> {
    let mut found: Vec<Vec<u32>> = Vec::new();
    descend(plan, 0, &mut Vec::new(), &mut found);
    let end = |way: &Vec<u32>| way.last().and_then(|&slot| plan.slots[slot as usize].opens);
    let ends: Vec<_> = found.iter().map(end).collect();
    let once = |one: Option<u16>| ends.iter().filter(|&&other| other == one).count() == 1;
    found.into_iter().filter(|way| once(end(way))).collect()
}

fn descend(plan: &Plan, index: u16, way: &mut Vec<u32>, found: &mut Vec<Vec<u32>>) {
    for at in plan.loop_at(index).slots.clone() {
        let Some(child) = plan.slots[at as usize].opens else { continue };
        way.push(at);
        let opener = &plan.slots_of(child)[0];
        if plan.cuts.iter().any(|(id, _)| *id == opener.segment) && plan.loop_at(child).seals {
            found.push(way.clone());
        }
        descend(plan, child, way, found);
        way.pop();
    }
}

impl Plan {
    /// True when the set may be cut before `segment`.
    #[must_use]
    pub fn cuts_before(&self, segment: &Segment<'_>) -> bool {
        let id = segment.id();
        self.cuts.iter().any(|&(cut, _)| cut == id) && self.chain_to(segment).is_some()
    }

    /// The loop that the cut segment `segment` opens.
    #[must_use]
    pub fn opened_by_cut(&self, segment: &Segment<'_>) -> Option<u16> {
        let &slot = self.chain_to(segment)?.last()?;
        self.slots.get(slot as usize)?.opens
    }

    /// The way from the root to the loop that the cut segment `segment` opens.
    pub(crate) fn chain_to(&self, segment: &Segment<'_>) -> Option<&[u32]> {
        let id = segment.id();
        self.index.chains.iter().map(Vec::as_slice).find(|way| {
            way.last().and_then(|&slot| self.slots.get(slot as usize)).is_some_and(|slot| {
                slot.segment == id && {
                    let key = key_span(segment, slot.key.element, slot.key.component).of(segment.buffer());
                    slot.key.element == 0 || slot.key.values.iter().any(|value| value.as_bytes() == key)
                }
            })
        })
    }
}

/// Where that stands what a key speaks of: in the first repetition of its element.
fn key_span(segment: &Segment<'_>, element: u8, component: u8) -> Span {
    match component {
        0 if segment.is_plain() => segment.span(usize::from(element)),
        0 => {
            let element = segment.elements().nth(usize::from(element).wrapping_sub(1));
            element.and_then(|element| element.repetitions().next()).map_or(Span::default(), |first| first.span())
        }
        _ => segment.component_span(usize::from(element), usize::from(component)),
    }
}

/// The value of a key, and what `pack` says of it.
#[inline]
pub(crate) fn packed_key<'a>(segment: &Segment<'a>, element: u8, component: u8) -> (&'a [u8], Option<u64>) {
    let span = key_span(segment, element, component);
    (span.of(segment.buffer()), pack_at(segment.buffer(), span))
}

/// As [`packed_key`], of the first element, where that has at most eight bytes and nothing else in it.
#[inline]
pub(crate) fn first_key(segment: &Segment<'_>) -> Option<u64> {
    let (&[start, end, ..], buffer) = (segment.marks(), segment.buffer()) else { return None };
    let simple = segment.is_plain() || buffer.get(end as usize) == Some(&segment.delimiters().element);
    let len = end.wrapping_sub(start + 1);
    let word = buffer.get(start as usize + 1..)?.first_chunk::<8>()?;
    (simple && matches!(len, 1..=8)).then(|| u64::from_be_bytes(*word) >> (64 - 8 * len))
}
