//! Nested values to an 837: the guide's order, the map's places, the envelope around them.

use std::sync::Arc;

use super::emit::{Pen, Scope};
use super::envelope::Envelope;
use super::form::Forms;
use super::record::{Cell, Record};
use super::taps::fault;
use super::{MapError, Taps};
use crate::guide::Plan;
use crate::wire::Delimiters;

/// Writes claims as one interchange, a batch at a time. What it holds back is at most one subscriber's claims.
#[derive(Debug)]
pub struct Writer {
    kind: Kind,
    /// The kinds of claims that were written before, to turn back to.
    others: Vec<Kind>,
    envelope: Envelope,
    pen: Pen,
    state: State,
}

/// A guide and its map, as claims are written by them.
#[derive(Debug)]
struct Kind {
    plan: Arc<Plan>,
    taps: Arc<Taps>,
    forms: Forms,
    /// The ways from the set to the claim, outermost level first; the longest first.
    ways: Vec<Vec<u16>>,
    default_set: Record<'static>,
}

impl Kind {
    fn new(plan: Arc<Plan>, taps: Arc<Taps>, envelope: &Envelope) -> Result<Self, MapError> {
        let forms = Forms::new(&plan, &taps)?;
        let mut ways = taps.ways.clone();
        ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
        if ways.is_empty() {
            return Err(fault("no way leads to the claim".to_owned()));
        }
        let default_set = envelope.record(&taps)?;
        Ok(Self { plan, taps, forms, ways, default_set })
    }
}

#[derive(Debug, Default)]
struct State {
    opened: bool,
    groups: u64,
    sets: u64,
    /// Sets of the open group.
    sets_in_group: u64,
    group_open: bool,
    /// Claims in the open set.
    claims: u64,
    /// The last HL01 of the open set.
    levels: u64,
    set_open: bool,
    set: Option<Record<'static>>,
    /// How many sets in a row have that record.
    part: u64,
    stack: Vec<Level>,
}

/// An open level of the hierarchy.
#[derive(Debug)]
struct Level {
    loop_index: u16,
    number: u64,
    /// What is written in it besides its claims: to tell whether the next claim goes here too.
    above: Vec<Record<'static>>,
    /// Where its HL04 stands in the buffer, until something below it has opened.
    child: Option<usize>,
}

/// A claim that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteError {
    /// Ordinal of the claim in the batch, from 0.
    pub claim: usize,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a value holds a delimiter (one of * : ^ ~)")
    }
}

impl std::error::Error for WriteError {}

impl Writer {
    /// A writer of the claims of `taps` as the guide `plan` has them.
    ///
    /// # Errors
    /// When map, guide and envelope do not go together.
    pub fn new(plan: Arc<Plan>, taps: Arc<Taps>, envelope: Envelope) -> Result<Self, MapError> {
        let kind = Kind::new(plan, taps, &envelope)?;
        let pen = Pen::new(Delimiters::default(), envelope.newline);
        Ok(Self { kind, others: Vec::new(), envelope, pen, state: State::default() })
    }

    /// What is added from now on are claims of `taps`, in a functional group of their own if those before were not.
    ///
    /// # Errors
    /// As [`Writer::new`].
    pub fn turn(&mut self, plan: &Arc<Plan>, taps: &Arc<Taps>) -> Result<(), MapError> {
        if self.kind.plan.fingerprint == plan.fingerprint {
            return Ok(());
        }
        let known = self.others.iter().position(|kind| kind.plan.fingerprint == plan.fingerprint);
        let next = match known {
            Some(at) => self.others.swap_remove(at),
            None => Kind::new(Arc::clone(plan), Arc::clone(taps), &self.envelope)?,
        };
        self.end_group();
        self.others.push(std::mem::replace(&mut self.kind, next));
        Ok(())
    }

    /// Writes claims, and gives the bytes that are final.
    ///
    /// # Errors
    /// When a value cannot be written. The writer is of no use then.
    pub fn add(&mut self, claims: &[Record<'_>]) -> Result<Vec<u8>, WriteError> {
        if !claims.is_empty() {
            self.begin();
        }
        for (at, claim) in claims.iter().enumerate() {
            self.claim(claim);
            if self.pen.spoilt {
                return Err(WriteError { claim: at });
            }
        }
        Ok(self.take())
    }

    /// Ends the interchange and gives the rest of the bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        if !self.state.opened {
            self.begin();
        }
        self.end_group();
        self.envelope.close(&mut self.pen, self.state.groups);
        self.pen.out
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.state.opened, true) {
            self.envelope.open(&mut self.pen);
        }
        if !std::mem::replace(&mut self.state.group_open, true) {
            let plan = &self.kind.plan;
            self.envelope.open_group(&mut self.pen, self.state.groups, &plan.group_id, &plan.version);
            self.state.groups += 1;
            self.state.sets_in_group = 0;
        }
    }

    fn end_group(&mut self) {
        self.end_set();
        if std::mem::replace(&mut self.state.group_open, false) {
            self.envelope.close_group(&mut self.pen, self.state.groups - 1, self.state.sets_in_group);
        }
    }

    /// The bytes that nothing can change any more: those before the first HL04 that is not decided.
    fn take(&mut self) -> Vec<u8> {
        let open = self.state.stack.iter().filter_map(|level| level.child).min();
        let rest = self.pen.out.split_off(open.unwrap_or(self.pen.out.len()));
        let taken = rest_len_adjust(&mut self.state.stack, self.pen.out.len());
        debug_assert!(taken);
        std::mem::replace(&mut self.pen.out, rest)
    }

    fn claim(&mut self, claim: &Record<'_>) {
        let full = self.envelope.claims_per_set > 0 && self.state.claims >= self.envelope.claims_per_set;
        let set = claim.within(self.kind.default_set.table).next();
        if full || !self.state.set_open || !same(self.state.set.as_ref(), set) {
            self.end_set();
            self.begin_set(set);
        }
        let taps = Arc::clone(&self.kind.taps);
        let mut scope = Scope::new(taps.schema.tables.len());
        for record in &claim.records {
            if taps.map.tables.get(usize::from(record.table)).is_some_and(|table| table.context) {
                scope.enter(record.table, Some(record));
            }
        }
        scope.enter(taps.claim as u16, Some(claim));
        let way = self.way(&scope);
        self.levels(&way, &mut scope);
        self.loop_of(taps.claim_loop, &mut scope, None);
        self.state.claims += 1;
    }

    /// The longest way to the claim for whose levels there are records; the shortest when there is none.
    fn way(&self, scope: &Scope<'_>) -> Vec<u16> {
        let there = |index: &u16| {
            let owner = self.kind.forms.loops.get(usize::from(*index)).copied().flatten();
            owner.is_some_and(|(table, _)| scope.row(table).is_some())
        };
        let found = self.kind.ways.iter().find(|way| way.iter().all(there)).or(self.kind.ways.last());
        found.cloned().unwrap_or_default()
    }

    /// Opens the levels of `way` that are not open with the same rows already.
    fn levels(&mut self, way: &[u16], scope: &mut Scope<'_>) {
        let mut keep = 0;
        while keep < way.len() {
            let Some(level) = self.state.stack.get(keep) else { break };
            if level.loop_index != way[keep] || !self.same_rows(level, scope) {
                break;
            }
            keep += 1;
        }
        self.state.stack.truncate(keep);
        for index in &way[keep..] {
            self.open_level(*index, scope);
        }
    }

    /// The tables whose rows a level writes: its own, and those of loops inside it that are not levels.
    fn tables_of(&self, index: u16) -> Vec<u16> {
        let mut found: Vec<u16> = self.kind.forms.loops[usize::from(index)].iter().map(|owner| owner.0).collect();
        for slot in self.kind.plan.slots_of(index) {
            if let Some(child) = slot.opens.filter(|child| !self.is_level(*child)) {
                found.extend(self.kind.forms.loops[usize::from(child)].iter().map(|owner| owner.0));
            }
        }
        found
    }

    fn same_rows(&self, level: &Level, scope: &Scope<'_>) -> bool {
        let tables = self.tables_of(level.loop_index);
        let mut held = level.above.iter();
        tables.iter().filter_map(|table| scope.row(*table)).all(|row| held.next().is_some_and(|held| held == row))
            && held.next().is_none()
    }

    fn is_level(&self, index: u16) -> bool {
        index == self.kind.taps.claim_loop || self.kind.ways.iter().any(|way| way.contains(&index))
    }

    fn open_level(&mut self, index: u16, scope: &mut Scope<'_>) {
        self.state.levels += 1;
        let number = self.state.levels;
        let parent = self.state.stack.last().map(|level| level.number);
        if let Some(at) = self.state.stack.last_mut().and_then(|level| level.child.take()) {
            self.pen.out[at] = b'1';
        }
        let plan = Arc::clone(&self.kind.plan);
        let key = plan.slots_of(index).first().map(|slot| &slot.key.values);
        let code = key.and_then(|values| values.first()).map(String::as_bytes).unwrap_or_default();
        let parent = parent.map(|parent| parent.to_string()).unwrap_or_default();
        if let Some(hierarchy) = plan.hierarchy {
            let mut elements: [&[u8]; 4] = [b""; 4];
            let own = number.to_string();
            for (element, text) in [
                (hierarchy.id, own.as_bytes()),
                (hierarchy.parent, parent.as_bytes()),
                (hierarchy.level, code),
                (hierarchy.child, b"0"),
            ] {
                if let Some(place) = elements.get_mut(usize::from(element).wrapping_sub(1)) {
                    *place = text;
                }
            }
            self.pen.plain(&hierarchy.segment.text(), &elements);
        }
        let behind = 2 + usize::from(self.pen.newline);
        let child = self.pen.out.len().checked_sub(behind);
        let above = self.tables_of(index).iter().filter_map(|table| scope.row(*table)).map(own).collect();
        let lower = plan
            .slots_of(index)
            .iter()
            .any(|slot| slot.opens.is_some_and(|child| self.kind.ways.iter().any(|way| way.contains(&child))));
        self.state.stack.push(Level { loop_index: index, number, above, child: child.filter(|_| lower) });
        self.slots(index, 1, scope);
    }

    fn begin_set(&mut self, set: Option<&Record<'_>>) {
        let state = &mut self.state;
        state.set_open = true;
        state.part = if set.is_some() && same(state.set.as_ref(), set) { state.part + 1 } else { 1 };
        state.set = set.map(own);
        (state.claims, state.levels) = (0, 0);
        state.sets += 1;
        state.sets_in_group += 1;
        self.pen.segments = 0;
        // claims that bring no set are of one in all groups
        let part = if set.is_some() { state.part } else { state.sets };
        let mut record = state.set.clone().unwrap_or_else(|| self.kind.default_set.clone());
        if part > 1 {
            self.tell_apart(&mut record, part);
        }
        let control = format!("{:04}", self.envelope.set_control + self.state.sets - 1);
        for (element, text) in [(2, control), (3, self.kind.plan.version.clone())] {
            if let Some(column) = self.header_column(element) {
                record.set(column, Cell::Text(text.into_bytes().into()));
            }
        }
        let mut scope = Scope::new(self.kind.taps.schema.tables.len());
        scope.enter(record.table, Some(&record));
        self.slots(0, 0, &mut scope);
    }

    /// One batch in several sets: each has a reference of its own, since answers name it.
    fn tell_apart(&self, set: &mut Record<'_>, part: u64) {
        let table = self.kind.taps.map.tables.get(usize::from(set.table));
        let Some(column) = table.and_then(|table| table.find("reference")).map(|column| column as u16) else { return };
        if let Some(Cell::Text(text)) = set.get(column) {
            let text: &[u8] = text;
            let text = [text, &b"-"[..], part.to_string().as_bytes()].concat();
            set.set(column, Cell::Text(text.into()));
        }
    }

    /// The column of an element of ST: its number and its guide are the writer's to give.
    fn header_column(&self, element: u8) -> Option<u16> {
        let fields = &self.kind.taps.schema.tables.get(usize::from(self.kind.default_set.table))?.fields;
        let found = fields.iter().position(|field| field.place.segment == "ST" && field.place.element == element);
        found.map(|at| at as u16)
    }

    fn end_set(&mut self) {
        if !std::mem::replace(&mut self.state.set_open, false) {
            return;
        }
        self.state.stack.clear();
        let control = format!("{:04}", self.envelope.set_control + self.state.sets - 1);
        let count = (self.pen.segments + 1).to_string();
        self.pen.plain("SE", &[count.as_bytes(), control.as_bytes()]);
    }

    /// The slots of a loop, from number `from` on: its segments and the loops inside it that are not levels.
    fn slots(&mut self, index: u16, from: u32, scope: &mut Scope<'_>) {
        let plan = Arc::clone(&self.kind.plan);
        for slot in plan.loop_at(index).slots.clone().skip(from as usize) {
            match plan.slots.get(slot as usize).and_then(|slot| slot.opens) {
                Some(child) if self.is_level(child) => {}
                Some(child) => self.child(child, scope),
                None => self.segment(slot, scope),
            }
        }
    }

    fn segment(&mut self, slot: u32, scope: &mut Scope<'_>) {
        let Some(form) = self.kind.forms.slots.get(slot as usize) else { return };
        let Some((table, parent)) = form.rows else {
            self.pen.form(form, scope, false, None);
            return;
        };
        let rows = rows_in(&self.kind.taps, table, parent, scope);
        let rows = rows.into_iter().enumerate();
        let own = rows.filter(|(at, row)| self.kind.forms.belongs(slot, table, row, *at == 0));
        let rows: Vec<_> = own.map(|(_, row)| row).collect();
        if !form.each.is_empty() {
            self.pen.groups(form, table, &rows, scope);
            return;
        }
        for row in rows {
            let before = scope.enter(table, Some(row));
            self.pen.form(form, scope, true, None);
            scope.enter(table, before);
        }
    }

    /// A loop inside a level or claim: once a row where it is a table's, else if anything in it has a value.
    fn child(&mut self, index: u16, scope: &mut Scope<'_>) {
        match self.kind.forms.loops.get(usize::from(index)).copied().flatten() {
            Some((table, parent)) => {
                let context = self.kind.taps.map.tables.get(usize::from(table)).is_some_and(|table| table.context);
                let rows = if context {
                    scope.row(table).into_iter().collect()
                } else {
                    rows_in(&self.kind.taps, table, parent, scope)
                };
                for row in rows {
                    let before = scope.enter(table, Some(row));
                    self.loop_of(index, scope, None);
                    scope.enter(table, before);
                }
            }
            None if self.has_value(index, scope) => self.variants(index, scope),
            None => {}
        }
    }

    /// A loop once for each value of its first element that fields ask for: the two referring providers.
    fn variants(&mut self, index: u16, scope: &mut Scope<'_>) {
        let first = self.kind.plan.loop_at(index).slots.start as usize;
        let Some(form) = self.kind.forms.slots.get(first) else { return };
        let variants: Vec<String> = form.variants().into_iter().cloned().collect();
        let mut there: Vec<&String> = variants.iter().filter(|code| form.has_value(scope, Some(code))).collect();
        if there.is_empty() {
            there.extend(variants.first());
        }
        if there.is_empty() {
            return self.loop_of(index, scope, None);
        }
        for (at, code) in there.into_iter().enumerate() {
            if at == 0 {
                self.loop_of(index, scope, Some(code));
            } else if let Some(form) = self.kind.forms.slots.get(first) {
                self.pen.form(form, scope, true, Some(code));
            }
        }
    }

    fn has_value(&self, index: u16, scope: &Scope<'_>) -> bool {
        self.kind.plan.loop_at(index).slots.clone().any(|slot| {
            let child = self.kind.plan.slots.get(slot as usize).and_then(|slot| slot.opens);
            child.is_some_and(|child| self.has_value(child, scope))
                || self.kind.forms.slots.get(slot as usize).is_some_and(|form| form.has_value(scope, None))
        })
    }

    fn loop_of(&mut self, index: u16, scope: &mut Scope<'_>, variant: Option<&String>) {
        let first = self.kind.plan.loop_at(index).slots.start;
        if let Some(form) = self.kind.forms.slots.get(first as usize) {
            self.pen.form(form, scope, true, variant);
        }
        self.slots(index, 1, scope);
    }
}

/// Moves what the open levels remember back by the bytes that were taken.
fn rest_len_adjust(stack: &mut [Level], taken: usize) -> bool {
    stack.iter_mut().filter_map(|level| level.child.as_mut()).all(|at| {
        let fits = *at >= taken;
        *at = at.saturating_sub(taken);
        fits
    })
}

/// The rows of `table` inside the row in force of its parent.
fn rows_in<'r>(taps: &Taps, table: u16, parent: u16, scope: &Scope<'r>) -> Vec<&'r Record<'r>> {
    let parents = taps.schema.tables.get(usize::from(table)).map(|def| def.parents.as_slice()).unwrap_or_default();
    let owner = parents.get(usize::from(parent)).and_then(|owner| scope.row(*owner as u16));
    owner.map(|owner| owner.within(table).collect()).unwrap_or_default()
}

fn same(one: Option<&Record<'_>>, other: Option<&Record<'_>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        (None, None) => true,
        _ => false,
    }
}

/// The record with all its text owned.
fn own(record: &Record<'_>) -> Record<'static> {
    let cells = record.cells.iter().map(|(column, cell)| (*column, cell.clone().into_owned()));
    Record { table: record.table, cells: cells.collect(), records: record.records.iter().map(own).collect() }
}
