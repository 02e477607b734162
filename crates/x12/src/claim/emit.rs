//! One segment from the values of its fields.

use super::form::{Columns, Form, FormField, FormPlace, When};
use super::map::Condition;
use super::record::{Cell, Record};
use super::{FieldKind, MISSING, Part, amount, unpack, write_amount, write_days};
use crate::position::Span;
use crate::wire::Delimiters;

/// The rows in force while a claim is written, by table.
#[derive(Debug)]
pub(super) struct Scope<'r> {
    rows: Vec<Option<&'r Record<'r>>>,
    /// By table: which columns the row in force has values in.
    columns: Vec<Columns>,
}

impl<'r> Scope<'r> {
    pub(super) fn new(tables: usize) -> Self {
        Self { rows: vec![None; tables], columns: vec![Columns::default(); tables] }
    }

    /// Puts a row in force, and gives the one it takes the place of.
    pub(super) fn enter(&mut self, table: u16, row: Option<&'r Record<'r>>) -> Option<&'r Record<'r>> {
        if let Some(columns) = self.columns.get_mut(usize::from(table)) {
            *columns = Columns::default();
            row.into_iter().flat_map(|row| &row.cells).for_each(|cell| columns.add(cell.0));
        }
        self.rows.get_mut(usize::from(table)).and_then(|place| std::mem::replace(place, row))
    }

    /// True when a row in force may have a value that `form` writes.
    fn meets(&self, form: &Form) -> bool {
        form.tables
            .iter()
            .any(|(table, columns)| self.columns.get(usize::from(*table)).is_some_and(|there| there.meets(columns)))
    }

    pub(super) fn row(&self, table: u16) -> Option<&'r Record<'r>> {
        self.rows.get(usize::from(table)).copied().flatten()
    }

    fn value(&self, field: &FormField) -> Option<&'r Cell<'r>> {
        self.row(field.table)?.get(field.column).filter(|cell| !matches!(cell, Cell::Text(text) if text.is_empty()))
    }
}

/// Writes segments into a buffer; keeps what it needs between them.
#[derive(Debug)]
pub(super) struct Pen {
    pub(super) out: Vec<u8>,
    pub(super) delimiters: Delimiters,
    pub(super) newline: bool,
    /// Segments written since it was last set to 0.
    pub(super) segments: u64,
    /// A value held a delimiter.
    pub(super) spoilt: bool,
    cells: Vec<(u8, u8, Span)>,
    text: Vec<u8>,
    done: Vec<bool>,
}

/// Codes that an element has to be one of, from the conditions of what stands beside it.
type Wants<'f> = Vec<(u8, u8, &'f [String])>;

impl Pen {
    pub(super) fn new(delimiters: Delimiters, newline: bool) -> Self {
        Self {
            out: Vec::new(),
            delimiters,
            newline,
            segments: 0,
            spoilt: false,
            cells: Vec::new(),
            text: Vec::new(),
            done: Vec::new(),
        }
    }

    /// A segment of plain elements.
    pub(super) fn plain(&mut self, id: &str, elements: &[&[u8]]) {
        self.begin();
        for (number, element) in (1u8..).zip(elements) {
            if !element.is_empty() {
                self.put(number, 0, element);
            }
        }
        self.end(id);
    }

    /// The segments of a form, as many as its values need and at least one if `always`. `variant` is what element 01
    /// must say. True when there was one.
    pub(super) fn form(&mut self, form: &Form, scope: &Scope<'_>, always: bool, variant: Option<&String>) -> bool {
        if !always && !scope.meets(form) {
            return false;
        }
        let mut done = std::mem::take(&mut self.done);
        done.clear();
        done.resize(form.fields.len(), false);
        let mut written = false;
        loop {
            self.begin();
            let mut wants: Wants<'_> = Vec::new();
            if let Some(code) = variant {
                wants.push((1, 0, std::slice::from_ref(code)));
            }
            let mut placed = false;
            for (at, field) in form.fields.iter().enumerate() {
                if !done[at] && self.field(form, field, 0, scope, &mut wants) {
                    done[at] = true;
                    placed = true;
                }
            }
            if !placed && (written || !always) {
                break;
            }
            self.complete(form, scope, &wants);
            written = true;
            if !placed {
                break;
            }
        }
        self.done = done;
        written
    }

    /// The segments of a form whose rows are groups of elements. True when there was one.
    pub(super) fn groups<'r>(
        &mut self,
        form: &Form,
        table: u16,
        rows: &[&'r Record<'r>],
        scope: &mut Scope<'r>,
    ) -> bool {
        let mut rows = rows.iter().copied().peekable();
        let mut written = false;
        while rows.peek().is_some() {
            self.begin();
            let mut wants: Wants<'_> = Vec::new();
            let mut last = None;
            for (ordinal, start) in form.each.iter().enumerate() {
                // A row goes into this segment when what all rows of a segment share is the same.
                let Some(row) = rows.next_if(|row| last.is_none_or(|last| shares(form, table, last, row))) else {
                    break;
                };
                let before = scope.enter(table, Some(row));
                for field in &form.fields {
                    self.field(form, field, *start, scope, &mut wants);
                    self.group_default(field, *start, ordinal);
                }
                scope.enter(table, before);
                last = Some(row);
            }
            let before = scope.enter(table, last);
            self.complete(form, scope, &wants);
            scope.enter(table, before);
            written = true;
        }
        written
    }

    fn begin(&mut self) {
        self.cells.clear();
        self.text.clear();
    }

    fn has(&self, element: u8, component: u8) -> bool {
        self.find(element, component).is_some()
    }

    fn find(&self, element: u8, component: u8) -> Option<&[u8]> {
        let cell = self.cells.iter().find(|cell| (cell.0, cell.1) == (element, component));
        cell.map(|cell| cell.2.of(&self.text))
    }

    fn put(&mut self, element: u8, component: u8, text: &[u8]) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(text);
        self.cells.push((element, component, Span { start, len: text.len() as u32 }));
    }

    /// Puts a field's value into the first of its places that is free.
    fn field<'f>(
        &mut self,
        form: &Form,
        field: &'f FormField,
        start: u8,
        scope: &Scope<'_>,
        wants: &mut Wants<'f>,
    ) -> bool {
        let Some(cell) = scope.value(field) else { return false };
        for place in &field.places {
            let element = if place.relative { start + place.element } else { place.element };
            let goes_on = matches!(place.part, Part::To | Part::Time);
            if self.has(element, place.component) {
                if goes_on && self.agree(form, place, wants) && self.join((element, place.component), place.part, cell)
                {
                    return true;
                }
                if !place.relative && start != 0 {
                    return true; // shared by all groups of the segment
                }
                continue;
            }
            // The end of a range needs its beginning, which the map has before it; so does a time its date.
            if goes_on || !self.agree(form, place, wants) {
                continue;
            }
            let before = self.text.len() as u32;
            write_cell(&mut self.text, field.kind, cell);
            let span = Span::new(before, self.text.len() as u32);
            self.cells.push((element, place.component, span));
            return true;
        }
        false
    }

    /// Makes the date at `place` a range that ends with `cell`, or a date with that time.
    fn join(&mut self, place: (u8, u8), part: Part, cell: &Cell<'_>) -> bool {
        let Some(at) = self.cells.iter().position(|held| (held.0, held.1) == place) else { return false };
        let from = self.cells[at].2;
        if from.of(&self.text).contains(&b'-') {
            return false;
        }
        let start = self.text.len() as u32;
        self.text.extend_from_within(from.start as usize..(from.start + from.len) as usize);
        if part == Part::Time {
            write_cell(&mut self.text, FieldKind::Text, cell);
        } else {
            self.text.push(b'-');
            write_cell(&mut self.text, FieldKind::Date, cell);
        }
        self.cells[at].2 = Span::new(start, self.text.len() as u32);
        true
    }

    /// True when the place's condition can hold beside what is there; if so it is wanted from now on.
    fn agree<'f>(&self, form: &Form, place: &'f FormPlace, wants: &mut Wants<'f>) -> bool {
        let Some(Condition { element, component, codes, .. }) = &place.condition else {
            return place.element != 1
                || place.component != 0
                || place.relative
                || !wants.iter().any(|want| want.0 == 1);
        };
        if codes.is_empty() {
            return true;
        }
        if let Some(text) = self.find(*element, *component) {
            return codes.iter().any(|code| code.as_bytes() == text);
        }
        let key = form.key.as_ref().filter(|key| (key.0, key.1) == (*element, *component));
        if key.is_some_and(|key| !codes.iter().any(|code| key.2.contains(code))) {
            return false;
        }
        match wants.iter_mut().find(|want| (want.0, want.1) == (*element, *component)) {
            Some(want) if codes.iter().all(|code| want.2.contains(code)) => want.2 = codes,
            Some(want) => return want.2.iter().all(|code| codes.contains(code)),
            None => wants.push((*element, *component, codes)),
        }
        true
    }

    /// Adds what the guide and the map say must stand beside the values, and ends the segment.
    fn complete(&mut self, form: &Form, scope: &Scope<'_>, wants: &Wants<'_>) {
        for (element, component, codes) in wants {
            if let (false, Some(code)) = (self.has(*element, *component), codes.first()) {
                self.put(*element, *component, code.as_bytes());
            }
        }
        self.defaults(form, scope);
        if let Some((element, component, values)) = &form.key
            && (!form.siblings.is_empty() || values.len() == 1)
            && let (false, Some(code)) = (self.has(*element, *component), values.first())
        {
            self.put(*element, *component, code.as_bytes());
        }
        for (element, by) in &form.formats {
            if let (Some(text), false) = (self.find(*element, 0), self.has(*by, 0)) {
                let format = format_of(text);
                self.put(*by, 0, format);
            }
        }
        let there = self.cells.iter().fold(0u64, |bits, cell| bits | 1u64 << (cell.0 & 63));
        for fill in &form.fills {
            let due = match fill.when {
                When::Always => true,
                When::Composite => there & 1u64 << (fill.element & 63) != 0,
                When::With(others) => there & others != 0,
            };
            if due && !self.has(fill.element, fill.component) {
                self.put(fill.element, fill.component, fill.code.as_bytes());
            }
        }
        self.end(&form.id);
    }

    /// The default of a field of a group: its first code in the first group, its last in those behind.
    fn group_default(&mut self, field: &FormField, start: u8, ordinal: usize) {
        let (Some(default), Some(place)) = (&field.default, field.places.first().filter(|place| place.relative)) else {
            return;
        };
        if !self.has(start + place.element, place.component) {
            let code = default.split('|').take(ordinal + 1).last().unwrap_or_default();
            self.put(start + place.element, place.component, code.as_bytes());
        }
    }

    fn defaults(&mut self, form: &Form, scope: &Scope<'_>) {
        for field in &form.fields {
            let (Some(default), Some(place)) = (&field.default, field.places.first()) else { continue };
            if place.relative || self.has(place.element, place.component) || scope.value(field).is_some() {
                continue;
            }
            let due = place.condition.as_ref().is_none_or(|condition| {
                match self.find(condition.element, condition.component) {
                    Some(text) => {
                        condition.codes.is_empty() || condition.codes.iter().any(|code| code.as_bytes() == text)
                    }
                    None => false,
                }
            });
            // Nor is a pair: an id's qualifier says nothing without the id.
            let pair = form.pairs.iter().find(|pair| pair.0 == place.element);
            let due = due && pair.is_none_or(|pair| self.cells.iter().any(|cell| pair.1 & 1u64 << (cell.0 & 63) != 0));
            // A composite is not begun by a default.
            let composite = place.component == 0 || self.cells.iter().any(|cell| cell.0 == place.element);
            if due && composite {
                self.put(place.element, place.component, default.as_bytes());
            }
        }
    }

    fn end(&mut self, id: &str) {
        let Delimiters { element: separator, component: inner, repetition, terminator } = self.delimiters;
        let held = |byte: &u8| [separator, inner, terminator].contains(byte) || Some(*byte) == repetition;
        self.spoilt |= self.text.iter().any(held);
        self.cells.sort_unstable_by_key(|cell| (cell.0, cell.1));
        self.out.extend_from_slice(id.as_bytes());
        let (mut element, mut component) = (0u8, 1u8);
        for (at_element, at_component, span) in &self.cells {
            while element < *at_element {
                self.out.push(separator);
                element += 1;
                component = 1;
            }
            while component < *at_component {
                self.out.push(inner);
                component += 1;
            }
            self.out.extend_from_slice(span.of(&self.text));
        }
        self.out.push(terminator);
        if self.newline {
            self.out.push(b'\n');
        }
        self.segments += 1;
    }
}

/// True when two rows agree in all that the groups of a segment share.
fn shares(form: &Form, table: u16, one: &Record<'_>, other: &Record<'_>) -> bool {
    form.fields
        .iter()
        .filter(|field| field.table == table && field.places.iter().any(|place| !place.relative))
        .all(|field| one.get(field.column) == other.get(field.column))
}

/// The qualifier of a date, a time, or a range of dates, by its looks.
fn format_of(text: &[u8]) -> &'static [u8] {
    match text.len() {
        _ if text.contains(&b'-') => b"RD8",
        4..=7 => b"TM",
        12 => b"DT",
        _ => b"D8",
    }
}

fn write_cell(out: &mut Vec<u8>, kind: FieldKind, cell: &Cell<'_>) {
    match cell {
        Cell::Money(cents) => write_amount(out, *cents, 2),
        Cell::Number(thousandths) => write_amount(out, *thousandths, 3),
        Cell::Date(days) => write_days(out, *days),
        Cell::Code(code) => {
            let (text, length) = unpack(*code);
            out.extend_from_slice(text.get(..length).unwrap_or_default());
        }
        Cell::Text(text) => match kind {
            FieldKind::Money | FieldKind::Number => {
                let places = if kind == FieldKind::Money { 2 } else { 3 };
                match amount(text, places) {
                    MISSING => out.extend_from_slice(text),
                    value => write_amount(out, value, places),
                }
            }
            FieldKind::Date if text.len() == 10 && text.get(4) == Some(&b'-') && text.get(7) == Some(&b'-') => {
                out.extend(text.iter().filter(|byte| **byte != b'-'));
            }
            _ => out.extend_from_slice(text),
        },
    }
}

impl Form {
    /// True when the rows in force have a value that this form writes (beside element 01 being `variant`).
    pub(super) fn has_value(&self, scope: &Scope<'_>, variant: Option<&String>) -> bool {
        scope.meets(self)
            && self.fields.iter().any(|field| {
                scope.value(field).is_some()
                    && variant.is_none_or(|code| {
                        field.places.iter().any(|place| {
                            place
                                .condition
                                .as_ref()
                                .is_some_and(|condition| condition.element == 1 && condition.codes.contains(code))
                        })
                    })
            })
    }

    /// The values of element 01 that fields of this form ask for.
    pub(super) fn variants(&self) -> Vec<&String> {
        let mut found = Vec::new();
        for condition in self.fields.iter().flat_map(|field| &field.places).filter_map(|place| place.condition.as_ref())
        {
            if (condition.element, condition.component) == (1, 0) {
                found.extend(condition.codes.iter());
            }
        }
        found.dedup();
        found
    }
}
