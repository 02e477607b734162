//! The columns as a plain reading gives them: every tap in turn, each value looked for from the segment's beginning.

use std::collections::BTreeMap;

use super::convert::{amount, days};
use super::map::Part;
use super::tap::{RowTap, Tap};
use super::{Batch, Column, FieldKind, MISSING, NO_DATE, NONE, Taps, pack};
use crate::position::Span;
use crate::validate::Visitor;
use crate::wire::Segment;

/// A row: its parents, its values by column, and the segment that began it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlainRow {
    parents: Vec<u32>,
    values: BTreeMap<u16, Value>,
    place: (u32, u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Bytes(Vec<u8>),
    Code(u64),
    Number(i64),
}

/// Listens as a [`super::Builder`] does.
pub(super) struct Plain<'t> {
    taps: &'t Taps,
    pub(super) tables: Vec<Vec<PlainRow>>,
    current: Vec<Option<u32>>,
    number: u32,
}

impl<'t> Plain<'t> {
    pub(super) fn new(taps: &'t Taps) -> Self {
        let first = |table: &super::tap::TableTaps| {
            let row = PlainRow { parents: vec![0; table.parents.len()], ..PlainRow::default() };
            if table.context { vec![row] } else { Vec::new() }
        };
        let tables: Vec<Vec<PlainRow>> = taps.tables.iter().map(first).collect();
        let current = tables.iter().map(|rows| rows.first().map(|_| 0)).collect();
        Self { taps, tables, current, number: 0 }
    }

    fn begin(&mut self, row: &RowTap, segment: &Segment<'_>, number: u32) {
        let table = usize::from(row.table);
        let rules = &self.taps.tables[table];
        let own = |at: usize| row.parent.is_none_or(|owner| usize::from(owner) == at);
        let above = |(at, parent): (usize, &usize)| if own(at) { self.current[*parent] } else { None };
        let parents: Vec<Option<u32>> = rules.parents.iter().enumerate().map(above).collect();
        let free = row.parent.is_none() && (rules.context || table == self.taps.claim);
        self.current[table] = None;
        if !free && parents.iter().all(Option::is_none) {
            return;
        }
        let parents = parents.into_iter().map(|parent| parent.unwrap_or(NONE)).collect();
        self.current[table] = Some(self.tables[table].len() as u32);
        self.tables[table].push(PlainRow { parents, place: (segment.start(), number), ..PlainRow::default() });
        for below in &rules.below {
            self.current[usize::from(*below)] = None;
        }
    }

    fn put(&mut self, tap: &Tap, segment: &Segment<'_>) {
        let (Some(row), Some(value)) = (self.current[usize::from(tap.table)], value(tap, segment)) else { return };
        self.tables[usize::from(tap.table)][row as usize].values.entry(tap.column).or_insert(value);
    }
}

/// The bytes that `tap` asks for, if the segment has them and says what else it asks for.
fn bytes<'s>(tap: &Tap, segment: &Segment<'s>) -> Option<&'s [u8]> {
    let at = |element: u8, component: u8| match component {
        0 => segment.element(usize::from(element)),
        component => segment.component(usize::from(element), usize::from(component)),
    };
    let told = tap.test.as_ref().is_none_or(|test| {
        let code = at(test.element, test.component);
        let is_one = test.codes.is_empty() || pack(code).is_some_and(|code| test.codes.contains(&code));
        !code.is_empty() && is_one
    });
    Some(at(tap.element, tap.component)).filter(|value| told && !value.is_empty())
}

fn value(tap: &Tap, segment: &Segment<'_>) -> Option<Value> {
    let whole = bytes(tap, segment)?;
    let mut ends = whole.splitn(2, |byte| *byte == b'-');
    let (from, to) = (ends.next(), ends.next());
    let part = match tap.part {
        Part::Whole => Some(whole),
        Part::From => from,
        Part::To => to,
        Part::Date => whole.get(..8).or(Some(whole)),
        Part::Time => whole.get(8..),
    };
    let text = part.filter(|part| !part.is_empty())?;
    let number = match tap.kind {
        FieldKind::Code if pack(text).is_some() => return pack(text).map(Value::Code),
        FieldKind::Text | FieldKind::Code => return Some(Value::Bytes(text.to_vec())),
        FieldKind::Money => Some(amount(text, 2)),
        FieldKind::Number => Some(amount(text, 3)),
        FieldKind::Date => Some(days(text)).filter(|days| *days != NO_DATE).map(i64::from),
    };
    number.filter(|number| *number != MISSING).map(Value::Number)
}

impl Visitor for Plain<'_> {
    fn open(&mut self, index: u16, segment: &Segment<'_>) {
        if index == 0 {
            self.number = 0;
        }
        let taps = self.taps;
        for row in &taps.loops[usize::from(index)] {
            self.begin(row, segment, self.number + 1);
        }
    }

    fn segment(&mut self, _loop_index: u16, slot: u32, segment: &Segment<'_>) {
        self.number += 1;
        let slot = &self.taps.slots[slot as usize];
        for row in &slot.rows {
            self.begin(row, segment, self.number);
        }
        let mut begun = (0, 0);
        for tap in slot.taps.iter().filter(|tap| bytes(tap, segment).is_some()) {
            if tap.group != 0 && begun != (tap.group, tap.ordinal) {
                begun = (tap.group, tap.ordinal);
                let row = &slot.groups[usize::from(tap.group) - 1];
                self.begin(row, segment, self.number);
                row.shared.iter().for_each(|tap| self.put(tap, segment));
            }
            self.put(tap, segment);
        }
    }

    fn unplaced(&mut self, _segment: &Segment<'_>) {
        self.number += 1;
    }
}

/// The rows of a batch, as plain ones.
pub(super) fn plain(batch: &Batch, text: &[u8]) -> Vec<Vec<PlainRow>> {
    let bytes = |span: Span| Value::Bytes(span.of(text).to_vec());
    let rows = batch.tables.iter().map(|table| {
        let value = |column: &Column, row: u32| match column {
            Column::Text(_) => bytes(column.text(row)),
            Column::Code(_) if column.code(row) >= super::LONG => bytes(table.long_code(column.code(row))),
            Column::Code(_) => Value::Code(column.code(row)),
            Column::Amount(_) => Value::Number(column.amount(row)),
            Column::Date(_) => Value::Number(i64::from(column.date(row))),
        };
        let row = |row: u32| PlainRow {
            parents: table.parents.iter().map(|parents| parents[row as usize]).collect(),
            values: (0..)
                .zip(&table.columns)
                .filter(|(_, column)| column.has(row))
                .map(|(at, column)| (at, value(column, row)))
                .collect(),
            place: (table.places[row as usize].offset, table.places[row as usize].segment),
        };
        (0..table.rows).map(row).collect()
    });
    rows.collect()
}
