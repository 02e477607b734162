//! A claim map turned round: for each slot of the guide, how its segments are made from records.

use super::map::{Condition, ElementPlace, Opener};
use super::taps::{fault, loop_named, slot_named};
use super::{Cell, FieldKind, MapError, Part, Record, Taps, pack};
use crate::guide::{ElementRule, NoteKind, Plan, Slot, Usage};

/// A set of columns; those from 255 on share a bit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns([u64; 4]);

impl Columns {
    pub(super) fn add(&mut self, column: u16) {
        let bit = column.min(255);
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
    }
}

/// How all segments of a guide are made.
#[derive(Debug)]
pub(super) struct Forms {
    /// By slot of the plan.
    pub(super) slots: Vec<Form>,
    /// By loop: the table whose rows it is.
    pub(super) loops: Vec<Option<(u16, u16)>>,
}

/// How the segments of a slot are made.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The segment's identifier.
    pub(super) id: String,
    /// The element and component of the key, and its values.
    pub(super) key: Option<(u8, u8, Vec<String>)>,
    pub(super) fields: Vec<FormField>,
    /// The columns of those fields, by table.
    pub(super) tables: Vec<(u16, Columns)>,
    /// The table whose rows the segments, or groups of their elements, are; and the parent that holds them.
    pub(super) rows: Option<(u16, u16)>,
    /// Where each group begins, when groups of elements are rows.
    pub(super) each: Vec<u8>,
    /// Other slots of the loop with the same identifier: without its key, a segment would not be known for this one's.
    pub(super) siblings: Vec<u32>,
    /// What stands there whenever its neighbours do.
    pub(super) fills: Vec<Fill>,
    /// Elements that a syntax note pairs with others (bit n is element n).
    pub(super) pairs: Vec<(u8, u64)>,
    /// Elements whose format another one names.
    pub(super) formats: Vec<(u8, u8)>,
}

/// A field that a slot's segments hold.
#[derive(Debug)]
pub(super) struct FormField {
    pub(super) table: u16,
    pub(super) column: u16,
    pub(super) kind: FieldKind,
    pub(super) default: Option<String>,
    pub(super) places: Vec<FormPlace>,
}

/// Where it may stand.
#[derive(Debug)]
pub(super) struct FormPlace {
    pub(super) element: u8,
    pub(super) component: u8,
    pub(super) relative: bool,
    pub(super) part: Part,
    pub(super) condition: Option<Condition>,
}

/// A code that can be nothing else.
#[derive(Debug)]
pub(super) struct Fill {
    pub(super) element: u8,
    pub(super) component: u8,
    pub(super) code: String,
    pub(super) when: When,
}

/// When a fill stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Whenever the segment does.
    Always,
    /// When something else of its composite does.
    Composite,
    /// When one of these elements (bit n is element n) does.
    With(u64),
}

impl Forms {
    pub(super) fn new(plan: &Plan, taps: &Taps) -> Result<Self, MapError> {
        let mut forms = Self { slots: Vec::new(), loops: vec![None; plan.loops.len()] };
        for (index, slot) in plan.slots.iter().enumerate() {
            let key = (slot.key.element != 0)
                .then(|| (slot.key.element, slot.key.component, slot.key.values.clone()))
                .filter(|(_, _, values)| !values.is_empty());
            let twin = |at: &u32| {
                *at as usize != index && plan.slots.get(*at as usize).is_some_and(|other| other.segment == slot.segment)
            };
            let siblings = plan.loop_at(slot.loop_index).slots.clone().filter(twin).collect();
            forms.slots.push(Form { id: slot.segment.text(), key, siblings, ..Form::default() });
            if slot.opens.is_none() {
                forms.fill(plan, index);
            }
        }
        for (table, map) in taps.map.tables.iter().enumerate() {
            for opener in &map.openers {
                forms.open(plan, table as u16, opener)?;
            }
            for (column, field) in map.fields.iter().enumerate() {
                for place in &field.places {
                    let slot = slot_named(plan, &place.at)?;
                    let Some(form) = forms.slots.get_mut(slot) else { return Err(fault("no such slot".to_owned())) };
                    let default = place.default.as_ref().or(field.default.as_ref());
                    form.place(table as u16, column as u16, field.kind, default, place);
                }
            }
        }
        Ok(forms)
    }

    /// True when a row of `table` goes into the segments of `slot` and not into those of a sibling: its key says so, or
    /// no sibling's does and this is the first of them. Of rows that say nothing, the `first` of their parent goes into the
    /// first of several forms for groups of elements, the others into the second: the principal diagnosis leads.
    pub(super) fn belongs(&self, slot: u32, table: u16, row: &Record<'_>, first: bool) -> bool {
        let form =
            |slot: u32| self.slots.get(slot as usize).filter(|form| form.rows.is_some_and(|rows| rows.0 == table));
        let Some(own) = form(slot) else { return false };
        let others = || own.siblings.iter().filter_map(|at| form(*at).map(|form| (*at, form.claims(table, row))));
        let before = others().filter(|(at, _)| *at < slot).count();
        match own.claims(table, row) {
            Some(true) => !others().any(|(at, claims)| claims == Some(true) && at < slot),
            Some(false) => before == 0 && !others().any(|other| other.1 == Some(true)),
            None if own.each.is_empty() => before == 0,
            None => before == usize::from(!first && others().next().is_some()),
        }
    }

    fn open(&mut self, plan: &Plan, table: u16, opener: &Opener) -> Result<(), MapError> {
        let owner = (table, opener.parent.unwrap_or(0) as u16);
        if opener.at.segment.is_empty() {
            self.loops[loop_named(plan, &opener.at)?] = Some(owner);
        } else {
            let form = &mut self.slots[slot_named(plan, &opener.at)?];
            form.rows = Some(owner);
            form.each.clone_from(&opener.each);
        }
        Ok(())
    }

    /// The codes that can be nothing else, and the formats.
    fn fill(&mut self, plan: &Plan, index: usize) {
        let (Some(slot), Some(form)) = (plan.slots.get(index), self.slots.get_mut(index)) else { return };
        for rule in plan.element_rules(index as u32) {
            if rule.format_by != 0 {
                form.formats.push((rule.element, rule.format_by));
            }
            let partners = paired(plan, slot, rule.element);
            if partners != 0 {
                form.pairs.push((rule.element, partners));
            }
            let when = match rule.usage {
                Usage::Required => When::Always,
                Usage::Situational => When::With(partners),
                Usage::NotUsed => continue,
            };
            if let Some(code) = sole_code(plan, rule).filter(|_| when != When::With(0)) {
                form.fills.push(Fill { element: rule.element, component: 0, code, when });
            }
            for part in plan.component_rules(rule).iter().filter(|part| part.usage == Usage::Required) {
                if let Some(code) = sole_code(plan, part) {
                    let (element, component) = (rule.element, part.component);
                    form.fills.push(Fill { element, component, code, when: When::Composite });
                }
            }
        }
    }
}

/// The code of an element that has but one.
fn sole_code(plan: &Plan, rule: &ElementRule) -> Option<String> {
    let mut codes = plan.codes(rule.codes?);
    if codes.len() == 1 { codes.pop() } else { None }
}

/// The elements that a syntax note of the slot pairs `element` with, as bits.
fn paired(plan: &Plan, slot: &Slot, element: u8) -> u64 {
    let bit = 1u64 << element;
    let notes = plan.index.notes_of((slot.notes.start, slot.notes.end)).iter();
    let pairs = notes.filter(|note| note.kind == NoteKind::Paired && note.members & bit != 0);
    pairs.fold(0, |found, note| found | note.members) & !bit
}

impl Form {
    /// Whether a row of `table` says the code of this form's key, or another; `None` when it says none at all, or the form
    /// has none to ask for.
    pub(super) fn claims(&self, table: u16, row: &Record<'_>) -> Option<bool> {
        let (element, component, values) = self.key.as_ref()?;
        let start = self.each.first().copied();
        let at_key = |place: &FormPlace| {
            let number = if place.relative { start? + place.element } else { place.element };
            (number == *element && place.component == *component).then_some(())
        };
        let field = self
            .fields
            .iter()
            .find(|field| field.table == table && field.places.iter().any(|place| at_key(place).is_some()))?;
        match row.get(field.column)? {
            Cell::Text(text) => Some(values.iter().any(|value| value.as_bytes() == text.as_ref())),
            Cell::Code(code) => Some(values.iter().any(|value| pack(value.as_bytes()) == Some(*code))),
            _ => None,
        }
    }

    fn place(&mut self, table: u16, column: u16, kind: FieldKind, default: Option<&String>, place: &ElementPlace) {
        let place = FormPlace {
            element: place.element,
            component: place.component,
            relative: place.relative,
            part: place.part,
            condition: place.condition.clone(),
        };
        if self.tables.last().is_none_or(|last| last.0 != table) {
            self.tables.push((table, Columns::default()));
        }
        if let Some((_, columns)) = self.tables.last_mut() {
            columns.add(column);
        }
        match self.fields.iter_mut().find(|field| (field.table, field.column) == (table, column)) {
            Some(field) => {
                field.places.push(place);
                field.default = field.default.take().or_else(|| default.cloned());
            }
            None => self.fields.push(FormField { table, column, kind, default: default.cloned(), places: vec![place] }),
        }
    }
}
