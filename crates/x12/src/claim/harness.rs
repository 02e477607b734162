//! A walk over well-formed segments, for the tests of this room.

use std::sync::Arc;

use super::{Batch, Builder, ClaimMap, Envelope, Nesting, Record, Taps, Writer};
use crate::guide::{Guides, Plan, Slot};
use crate::validate::Visitor;
use crate::wire::{Delimiters, Segment};

/// The professional claim's plan and taps.
pub(super) fn professional_taps() -> (Arc<Plan>, Arc<Taps>) {
    taps("005010X222A1")
}

/// Plan and taps of the guide of `version`.
pub(super) fn taps(version: &str) -> (Arc<Plan>, Arc<Taps>) {
    let plan = Guides::embedded().plan(version).unwrap();
    let taps = Taps::new(ClaimMap::of(version).unwrap().unwrap(), &plan).unwrap();
    (plan, Arc::new(taps))
}

/// Walks the segments of `text` from ST to SE, and what stands around them not at all.
pub(super) fn walk(plan: &Plan, text: &[u8], visitor: &mut impl Visitor) {
    walk_from(plan, &[], text, visitor);
}

/// The same, from inside these loops.
pub(super) fn walk_from(plan: &Plan, open: &[u16], text: &[u8], visitor: &mut impl Visitor) {
    let delimiters = Delimiters::default();
    let mut stack: Vec<u16> = open.to_vec();
    let mut start = 0usize;
    while let Some(end) = text[start..].iter().position(|&byte| byte == b'~').map(|at| start + at) {
        let marks: Vec<u32> = (start..=end).filter(|&at| b"*:^~".contains(&text[at])).map(|at| at as u32).collect();
        let segment = Segment::new(text, start as u32, &marks, delimiters);
        match segment.name() {
            b"ISA" | b"GS" | b"GE" | b"IEA" => {}
            _ => place(plan, &mut stack, &segment, visitor),
        }
        start = end + 1;
        while text.get(start).is_some_and(|&byte| byte == b'\n') {
            start += 1;
        }
    }
    while let Some(index) = stack.pop() {
        visitor.close(index);
    }
}

fn place(plan: &Plan, stack: &mut Vec<u16>, segment: &Segment<'_>, visitor: &mut impl Visitor) {
    if segment.name() == b"ST" {
        while let Some(index) = stack.pop() {
            visitor.close(index);
        }
        stack.push(0);
        visitor.open(0, segment);
        visitor.segment(0, plan.loops[0].slots.start, segment);
        return;
    }
    let fits = |slot: &Slot| {
        let value = segment.component(usize::from(slot.key.element), usize::from(slot.key.component.max(1)));
        let lone = plan.slots_of(slot.loop_index).iter().filter(|other| other.segment == slot.segment).count() == 1;
        slot.segment == segment.id()
            && (lone || slot.key.element == 0 || slot.key.values.iter().any(|code| code.as_bytes() == value))
    };
    for depth in (0..stack.len()).rev() {
        let index = stack[depth];
        let range = plan.loops[usize::from(index)].slots.clone();
        // What opens a loop does not come again inside it.
        let found = range.skip(1).find(|&slot| fits(&plan.slots[slot as usize]));
        let Some(slot) = found else { continue };
        while stack.len() > depth + 1 {
            visitor.close(stack.pop().unwrap());
        }
        match plan.slots[slot as usize].opens {
            Some(child) => {
                stack.push(child);
                visitor.open(child, segment);
                visitor.segment(child, plan.loops[usize::from(child)].slots.start, segment);
            }
            None => visitor.segment(index, slot, segment),
        }
        return;
    }
    visitor.unplaced(segment);
}

/// The claims of `text`.
pub(super) fn read<'a>(plan: &Plan, taps: &Taps, text: &'a [u8], batch: &'a mut Batch) -> Vec<Record<'a>> {
    let mut builder = Builder::new(taps, batch);
    walk(plan, text, &mut builder);
    builder.finish();
    let batch = &*batch;
    let nesting = Nesting::new(batch, taps);
    (0..batch.tables[taps.claim].rows).map(|row| batch.claim(taps, &nesting, row, text)).collect()
}

/// The claims as an 837, all at once.
pub(super) fn write(plan: &Arc<Plan>, taps: &Arc<Taps>, claims: &[Record<'_>]) -> Vec<u8> {
    let mut writer = Writer::new(Arc::clone(plan), Arc::clone(taps), Envelope::default()).unwrap();
    let mut out = writer.add(claims).unwrap();
    out.extend(writer.finish());
    out
}
