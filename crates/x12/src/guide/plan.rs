//! A compiled guide: immutable, shared, cheap to walk.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::words::{Role, TABLE, Type, Usage};
use crate::finding::Scope;
use crate::wire::SegmentId;

/// A compiled guide. Loop 0 is the whole set.
///
/// Threads share it: what counts them is kept off the memory that they read for every segment.
#[derive(Debug)]
#[repr(align(128))]
pub struct Plan {
    /// The kind as users say it: `837P`, `999`, `277CA`.
    pub kind: String,
    /// ST03 and GS08.
    pub version: String,
    /// What the guide is called.
    pub title: String,
    /// ST01.
    pub set_id: String,
    /// GS01.
    pub group_id: String,
    /// Other releases taken for this guide when the option says so.
    pub aliases: Vec<String>,
    /// Digest of the text it was compiled from.
    pub fingerprint: u64,
    /// The partner's overlay that it was compiled with.
    pub overlay: Option<Overlaid>,
    /// The loops; definitions are shared by all places that use them.
    pub loops: Vec<Loop>,
    /// The places of segments and child loops, by loop, in order.
    pub slots: Vec<Slot>,
    /// Element rules, by slot, components behind their composite.
    pub elements: Vec<ElementRule>,
    /// The hierarchy segment, if the set has one.
    pub hierarchy: Option<Hierarchy>,
    /// Segments before which a set may be cut, with the values of their key (none: any).
    pub cuts: Vec<(SegmentId, Vec<String>)>,
    /// How lookups are done; private to the guide and the walker.
    pub(crate) index: super::index::Index,
}

/// The overlay that a plan was compiled with, and the guide below it.
#[derive(Debug)]
pub struct Overlaid {
    /// Its name: `example-health-plan/professional`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The guide alone.
    pub ground: Arc<Plan>,
    /// For each slot the same one of the guide; none for what the overlay adds.
    pub(crate) slots: Vec<Option<u32>>,
    /// The statuses that its lines state.
    pub(super) statuses: Vec<String>,
    /// Which of them holds for a slot, an element of it or a component.
    pub(super) stated: HashMap<Spot, u16>,
}

/// A slot, or an element or component of it: 0 where none is meant.
pub(super) type Spot = (u32, u8, u8);

impl Overlaid {
    /// Name and version, as findings and reports have them.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// The slot of the guide that `slot` was made of.
    #[must_use]
    pub fn ground_slot(&self, slot: u32) -> Option<u32> {
        self.slots.get(slot as usize).copied().flatten()
    }

    /// The number of the status that is stated for a component, else for its element, else for the whole of a segment that
    /// the overlay added; 0 for none.
    pub(crate) fn stated(&self, slot: u32, element: u8, component: u8) -> u16 {
        let added = self.ground_slot(slot).is_none();
        let whole = (added || element == 0).then_some((slot, 0, 0));
        let spots = [Some((slot, element, component)), Some((slot, element, 0)).filter(|_| element > 0), whole];
        spots.into_iter().flatten().find_map(|spot| self.stated.get(&spot)).copied().unwrap_or(0)
    }

    /// The status of that number: `A6:158:IL`.
    #[must_use]
    pub fn status(&self, number: u16) -> Option<&str> {
        self.statuses.get(usize::from(number.checked_sub(1)?)).map(String::as_str)
    }
}

/// A loop as the guide defines it.
#[derive(Debug)]
pub struct Loop {
    /// The guide's name: `2010AA`; `ST` for the whole set.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it is to the engine.
    pub role: Option<Role>,
    /// What a finding inside it reaches.
    pub scope: Scope,
    /// Its slots.
    pub slots: Range<u32>,
    /// True when its opening decides what stands before it: a cut segment opens it, or it is the claim.
    pub seals: bool,
}

/// A place in a loop: of a segment, or of a child loop (by its opening segment).
#[derive(Debug)]
pub struct Slot {
    /// The loop it is a place in.
    pub loop_index: u16,
    /// The segment that comes here (for a child loop: its first).
    pub segment: SegmentId,
    /// Tells siblings with the same id apart: `onset` of `DTP/onset`; empty otherwise.
    pub name: String,
    /// Required by the guide.
    pub required: bool,
    /// Mandatory in the base standard too.
    pub mandatory: bool,
    /// How often; `u32::MAX` for any number.
    pub max: u32,
    /// Order: table and position.
    pub position: u32,
    /// The child loop that comes here.
    pub opens: Option<u16>,
    /// Rules of its elements (of a child loop's slot: empty, see the loop's first slot).
    pub elements: Range<u32>,
    /// The element and component that hold the qualifier, and its values; 0 for none.
    pub key: Key,
    /// Syntax notes in force, as a range of the index's notes.
    pub notes: Range<u32>,
    /// The highest element number of the base segment (more is "too many elements").
    pub base_len: u8,
}

impl Slot {
    /// Its position as the standard has it, within its table.
    #[must_use]
    pub fn standard_position(&self) -> u32 {
        self.position % TABLE
    }
}

/// The element whose value tells a segment from its siblings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// Element, from 1; 0 for no key.
    pub element: u8,
    /// Component, from 1; 0 for the element itself.
    pub component: u8,
    /// The values, each a code.
    pub values: Vec<String>,
}

impl Key {
    /// Element and component.
    #[must_use]
    pub fn place(&self) -> (u8, u8) {
        (self.element, self.component)
    }
}

/// What one element (or component) must be.
#[derive(Clone, Debug)]
pub struct ElementRule {
    /// Element number, from 1.
    pub element: u8,
    /// Component number, from 1; 0 for an element.
    pub component: u8,
    /// Data element number, for the 999; 0 for a composite.
    pub data_element: u16,
    /// Usage in the guide.
    pub usage: Usage,
    /// Mandatory in the base standard.
    pub mandatory: bool,
    /// Type.
    pub kind: Type,
    /// Shortest and longest, the narrower of guide and base.
    pub length: (u32, u32),
    /// The guide's codes, as an index into the index's code sets.
    pub codes: Option<u16>,
    /// The base standard's codes, likewise.
    pub base_codes: Option<u16>,
    /// The element that names the format of this date, time or range; 0 for none.
    pub format_by: u8,
    /// How often it may repeat.
    pub repetitions: u16,
    /// Rules of the components, when it is a composite.
    pub components: Range<u32>,
    /// Name of an external code list, not judged here.
    pub external: Option<String>,
    /// Name of the composite in the base, when it is one.
    pub composite: Option<String>,
}

/// The elements of the hierarchy segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// The segment.
    pub segment: SegmentId,
    /// Element of the level's own id.
    pub id: u8,
    /// Element of the parent's id.
    pub parent: u8,
    /// Element of the level code.
    pub level: u8,
    /// Element that tells whether levels follow below.
    pub child: u8,
    /// A level may say that others follow and have none: that is told, and rejects nothing.
    pub may_stay_alone: bool,
}

impl Plan {
    /// The loop at `index`; the whole set when there is none.
    #[must_use]
    pub fn loop_at(&self, index: u16) -> &Loop {
        self.loops.get(usize::from(index)).unwrap_or(&self.loops[0])
    }

    /// The role of loop `index`, as [`Plan::loop_at`] has it.
    #[inline]
    #[must_use]
    pub fn role_of(&self, index: u16) -> Option<Role> {
        self.index.loops.get(usize::from(index))?.role
    }

    /// The slots of loop `index`.
    #[must_use]
    pub fn slots_of(&self, index: u16) -> &[Slot] {
        let range = &self.loop_at(index).slots;
        &self.slots[range.start as usize..range.end as usize]
    }

    /// The index of the loop named `id`.
    #[must_use]
    pub fn find_loop(&self, id: &str) -> Option<u16> {
        self.loops.iter().position(|candidate| candidate.id == id).and_then(|at| u16::try_from(at).ok())
    }

    /// The segment that opens a claim, where the guide has claims.
    #[must_use]
    pub fn claim_opener(&self) -> Option<SegmentId> {
        let claim = self.loops.iter().find(|known| known.role == Some(Role::Claim))?;
        self.slots.get(claim.slots.start as usize).map(|slot| slot.segment)
    }

    /// True when the sets name their guide: ST03 is required.
    #[must_use]
    pub fn is_named_by_sets(&self) -> bool {
        self.element_rules(0).get(2).is_some_and(|rule| rule.usage == Usage::Required)
    }

    /// The slot numbered `slot`.
    #[must_use]
    pub fn slot(&self, slot: u32) -> Option<&Slot> {
        self.slots.get(slot as usize)
    }

    /// The slot of `segment` in the loop named `loop_id`; `name` tells siblings apart (`onset` of `DTP/onset`),
    /// empty for the first of them. A child loop's slot is not meant: ask for the first slot of that loop.
    #[must_use]
    pub fn find_slot(&self, loop_id: &str, segment: &str, name: &str) -> Option<u32> {
        let id = SegmentId::new(segment.as_bytes());
        let index = self.find_loop(loop_id)?;
        self.loop_at(index).slots.clone().find(|&at| {
            self.slot(at).is_some_and(|slot| {
                slot.segment == id && slot.opens.is_none() && (name.is_empty() || slot.name == name)
            })
        })
    }

    /// The rules of the elements of `slot`, element 1 first; of a child loop's slot, those of the segment that
    /// opens it. Every element of the base segment has one.
    #[must_use]
    pub fn element_rules(&self, slot: u32) -> &[ElementRule] {
        let Some(mut found) = self.slot(slot) else { return &[] };
        if let Some(child) = found.opens {
            found = &self.slots[self.loop_at(child).slots.start as usize];
        }
        self.elements.get(found.elements.start as usize..found.elements.end as usize).unwrap_or_default()
    }

    /// The rules of the components of a composite, component 1 first.
    #[must_use]
    pub fn component_rules(&self, rule: &ElementRule) -> &[ElementRule] {
        self.elements.get(rule.components.start as usize..rule.components.end as usize).unwrap_or_default()
    }

    /// The syntax notes of `slot` as the standard writes them: `P0304`, `R0203`.
    #[must_use]
    pub fn notes(&self, slot: u32) -> Vec<String> {
        let Some(mut found) = self.slot(slot) else { return Vec::new() };
        if let Some(child) = found.opens {
            found = &self.slots[self.loop_at(child).slots.start as usize];
        }
        self.index.notes_of((found.notes.start, found.notes.end)).iter().map(ToString::to_string).collect()
    }

    /// True when `value` is one of the codes that `rule` lists, in the guide or in the base standard.
    #[must_use]
    pub fn lists(&self, rule: &ElementRule, value: &[u8]) -> bool {
        let packed = super::codes::pack(value);
        [rule.codes, rule.base_codes].into_iter().flatten().any(|set| self.index.codes.contains(set, value, packed))
    }

    /// The codes of a set that an element rule names.
    #[must_use]
    pub fn codes(&self, set: u16) -> Vec<String> {
        self.index.codes.list(set)
    }

    /// Whether `slot` must be filled, and how often it may be, as the guide below an overlay has it: where something is
    /// out of its place, that is what its sender went by.
    pub(crate) fn often(&self, slot: u32) -> (bool, u32) {
        let below = self.overlay.as_ref().and_then(|overlay| overlay.ground.slot(overlay.ground_slot(slot)?));
        below.or_else(|| self.slot(slot)).map_or((false, 1), |slot| (slot.required, slot.max))
    }

    /// True when the loop at `index` has required places beside its first segment, in the guide below an overlay.
    pub(crate) fn wants_more(&self, index: u16) -> bool {
        let plan = self.overlay.as_ref().map_or(self, |overlay| &overlay.ground);
        plan.index.loops.get(usize::from(index)).is_some_and(|facts| facts.required.0 < facts.required.1)
    }

    /// Fingerprint of the guide alone: claim maps that are bound to it serve all its overlays.
    #[must_use]
    pub fn ground_fingerprint(&self) -> u64 {
        self.overlay.as_ref().map_or(self.fingerprint, |overlay| overlay.ground.fingerprint)
    }
}
