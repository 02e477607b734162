//! A claim map bound to a compiled guide: for each slot, what is taken from its segments and where it goes.

use std::sync::Arc;

use super::layout::lay_out;
use super::map::{ClaimMap, ElementPlace, MapError, MapTable, Opener, SegmentPlace};
use super::packed::pack;
use super::schema::Schema;
use super::tap::{RowTap, SlotTaps, TableTaps, Tap, Test};
use super::work::{Layout, TableSet};
use crate::guide::{Plan, Role, Slot};
use crate::wire::SegmentId;

/// A claim map bound to a plan. Immutable and shared, as the plan is.
#[derive(Debug)]
pub struct Taps {
    /// The tables and fields.
    pub schema: Arc<Schema>,
    /// The map it was made from.
    pub map: ClaimMap,
    /// The table of the claims.
    pub claim: usize,
    /// Fingerprint of the plan it is bound to.
    plan: u64,
    pub(super) tables: Vec<TableTaps>,
    pub(super) loops: Vec<Vec<RowTap>>,
    pub(super) slots: Vec<SlotTaps>,
    /// By loop: what speaks against it, as table and column.
    pub(super) doubts: Vec<Vec<(u16, u16)>>,
    /// By loop: the segment that it begins with, where something speaks against it, and what then is true of that segment.
    pub(super) openers: Vec<Option<(SegmentId, Option<Test>)>>,
    /// Rows and slots again, as the builder follows them.
    pub(super) layout: Layout,
    pub(super) claim_loop: u16,
    /// The ways from the set to the claim: the loops passed, without the set and the claim.
    pub(super) ways: Vec<Vec<u16>>,
}

impl Taps {
    /// Binds `map` to `plan`.
    ///
    /// # Errors
    /// When the map names a loop or segment that the guide does not have, or no one segment in particular.
    pub fn new(map: ClaimMap, plan: &Plan) -> Result<Self, MapError> {
        let role = if map.records { Role::Record } else { Role::Claim };
        let claim_loop = plan.loops.iter().position(|each| each.role == Some(role));
        let claim_loop = claim_loop.ok_or_else(|| fault("the guide has no claim loop".to_owned()))?;
        if map.tables.len() > TableSet::MOST {
            return Err(fault(format!("more than {} tables", TableSet::MOST)));
        }
        let mut taps = Self {
            schema: Arc::new(map.schema()),
            claim: 0,
            plan: plan.fingerprint,
            tables: tables(&map.tables),
            loops: vec![Vec::new(); plan.loops.len()],
            slots: plan.slots.iter().map(|_| SlotTaps::default()).collect(),
            doubts: vec![Vec::new(); plan.loops.len()],
            openers: vec![None; plan.loops.len()],
            layout: Layout::default(),
            claim_loop: claim_loop as u16,
            ways: ways(plan, claim_loop as u16),
            map: ClaimMap::default(),
        };
        for (index, table) in map.tables.iter().enumerate() {
            taps.bind(plan, index as u16, table)?;
        }
        for doubted in &map.doubted {
            let at = SegmentPlace { loop_id: doubted.loop_id.clone(), ..SegmentPlace::default() };
            let index = loop_named(plan, &at)?;
            taps.doubts[index].push((doubted.table as u16, doubted.field as u16));
            let field = map.tables.get(doubted.table).and_then(|table| table.fields.get(doubted.field));
            let against = field.and_then(|field| field.places.first()).and_then(test);
            taps.openers[index] = Some((SegmentId::new(doubted.opener.as_bytes()), against));
        }
        for slot in &mut taps.slots {
            slot.taps.sort_by_key(|tap| (tap.element, tap.component));
        }
        for index in taps.ways.iter().flatten().chain(&[0]) {
            for row in &taps.loops[usize::from(*index)] {
                taps.tables[usize::from(row.table)].aside = false;
            }
        }
        let claim = taps.loops[claim_loop].first().map(|row| usize::from(row.table));
        taps.claim = claim.ok_or_else(|| fault("no table begins a row with the claim loop".to_owned()))?;
        taps.map = map;
        taps.lay_out();
        Ok(taps)
    }

    /// True when it is bound to `plan`, or to the guide below the overlay of `plan`.
    #[must_use]
    pub fn serves(&self, plan: &Plan) -> bool {
        self.plan == plan.ground_fingerprint()
    }

    /// Takes only the fields that `wanted` names, by table and field: the others stay missing, and cost nothing. Rows are
    /// begun all the same.
    pub fn limit(&mut self, wanted: impl Fn(usize, usize) -> bool) {
        let wanted = |tap: &Tap| wanted(usize::from(tap.table), usize::from(tap.column));
        for slot in &mut self.slots {
            // What belongs to a group may be what begins its row.
            slot.taps.retain(|tap| tap.group != 0 || wanted(tap));
            for group in &mut slot.groups {
                group.shared.retain(wanted);
            }
        }
        self.lay_out();
    }

    fn lay_out(&mut self) {
        self.layout = lay_out(&self.schema, (&self.tables, self.claim), &self.loops, &self.slots);
    }

    fn bind(&mut self, plan: &Plan, index: u16, table: &MapTable) -> Result<(), MapError> {
        for opener in &table.openers {
            let shared = Vec::new();
            let row = RowTap { table: index, parent: opener.parent.and_then(|at| u8::try_from(at).ok()), shared };
            if opener.at.segment.is_empty() {
                self.loops[loop_named(plan, &opener.at)?].push(row);
            } else if opener.each.is_empty() {
                self.slots[slot_named(plan, &opener.at)?].rows.push(row);
            } else {
                let slot = slot_named(plan, &opener.at)?;
                self.slots[slot].groups.push(row);
            }
        }
        for (column, field) in table.fields.iter().enumerate() {
            for place in &field.places {
                let slot = slot_named(plan, &place.at)?;
                let tap = Tap {
                    element: place.element,
                    component: place.component,
                    table: index,
                    column: column as u16,
                    kind: field.kind,
                    part: place.part,
                    test: test(place),
                    group: 0,
                    ordinal: 0,
                };
                if let Some(opener) = group_of(plan, table, slot)? {
                    self.grouped(slot, index, opener, place, &tap)?;
                } else {
                    self.slots[slot].taps.push(tap);
                }
            }
        }
        Ok(())
    }

    /// A tap of a row that a group of elements begins: once for each group, or shared by all.
    fn grouped(
        &mut self,
        slot: usize,
        table: u16,
        opener: &Opener,
        place: &ElementPlace,
        tap: &Tap,
    ) -> Result<(), MapError> {
        let slot = &mut self.slots[slot];
        let group = slot.groups.iter().position(|row| row.table == table);
        let group = group.ok_or_else(|| fault("a group has no row".to_owned()))?;
        if !place.relative {
            slot.groups[group].shared.push(tap.clone());
            return Ok(());
        }
        for (ordinal, start) in opener.each.iter().enumerate() {
            slot.taps.push(Tap {
                element: start + place.element,
                group: group as u8 + 1,
                ordinal: ordinal as u8 + 1,
                ..tap.clone()
            });
        }
        Ok(())
    }
}

fn test(place: &ElementPlace) -> Option<Test> {
    let condition = place.condition.as_ref()?;
    Some(Test {
        element: condition.element,
        component: condition.component,
        codes: condition.codes.iter().filter_map(|code| pack(code.as_bytes())).collect(),
        except: condition.except,
    })
}

/// The opener of `table` that makes groups of elements of `slot` its rows.
fn group_of<'m>(plan: &Plan, table: &'m MapTable, slot: usize) -> Result<Option<&'m Opener>, MapError> {
    for opener in table.openers.iter().filter(|opener| !opener.each.is_empty()) {
        if slot_named(plan, &opener.at)? == slot {
            return Ok(Some(opener));
        }
    }
    Ok(None)
}

fn tables(tables: &[MapTable]) -> Vec<TableTaps> {
    let below = |index: usize| {
        let mut found = Vec::new();
        for (at, table) in tables.iter().enumerate().skip(index + 1) {
            if table.parents.iter().any(|parent| *parent == index || found.contains(&(*parent as u16))) {
                found.push(at as u16);
            }
        }
        found
    };
    tables
        .iter()
        .enumerate()
        .map(|(index, table)| TableTaps {
            context: table.context,
            aside: true,
            parents: table.parents.clone(),
            below: below(index),
        })
        .collect()
}

/// The index of the loop that `at` names.
pub(super) fn loop_named(plan: &Plan, at: &SegmentPlace) -> Result<usize, MapError> {
    plan.find_loop(&at.loop_id).map(usize::from).ok_or_else(|| fault(format!("the guide has no loop {}", at.loop_id)))
}

/// The index of the slot that `at` names: the one of that segment, or the one whose key has the codes.
pub(super) fn slot_named(plan: &Plan, at: &SegmentPlace) -> Result<usize, MapError> {
    let range = &plan.loops[loop_named(plan, at)?].slots;
    let id = SegmentId::new(at.segment.as_bytes());
    let fits = |slot: &Slot| {
        let keyed = slot.key.element != 0;
        let named = at.codes.is_empty() || !keyed || at.codes.iter().any(|code| slot.key.values.contains(code));
        slot.opens.is_none() && slot.segment == id && named
    };
    let mut found = (range.start as usize..range.end as usize).filter(|slot| plan.slots.get(*slot).is_some_and(fits));
    match (found.next(), found.next()) {
        (Some(slot), None) => Ok(slot),
        (None, _) => Err(fault(format!("loop {} has no {} {}", at.loop_id, at.segment, at.codes.join("|")))),
        (Some(_), Some(_)) => Err(fault(format!("loop {} has several {}", at.loop_id, at.segment))),
    }
}

pub(super) fn fault(message: String) -> MapError {
    MapError { line: 0, message }
}

/// The ways from the set to the claim loop: the loops passed, without the set and the claim.
fn ways(plan: &Plan, claim_loop: u16) -> Vec<Vec<u16>> {
    fn search(plan: &Plan, at: u16, claim_loop: u16, path: &mut Vec<u16>, found: &mut Vec<Vec<u16>>) {
        if path.len() > 16 {
            return;
        }
        for child in plan.slots_of(at).iter().filter_map(|slot| slot.opens) {
            if child == claim_loop {
                found.push(path.clone());
            } else if !path.contains(&child) {
                path.push(child);
                search(plan, child, claim_loop, path, found);
                path.pop();
            }
        }
    }
    let mut found = Vec::new();
    search(plan, 0, claim_loop, &mut Vec::new(), &mut found);
    found
}
