//! The listener that turns the walk into columns.

use super::batch::pack_at;
use super::convert::{amount, days};
use super::map::Part;
use super::taps::{NO_TEST, RowTap, SlotTaps, Tap, Test};
use super::{Batch, Column, Extent, FieldKind, LONG, MISSING, NO_DATE, NONE, RowPlace, Table, Taps, pack};
use crate::position::Span;
use crate::validate::Visitor;
use crate::wire::{Delimiters, Segment};

/// Fills a [`Batch`] from the walk of a piece.
///
/// The batch is emptied first. A piece that begins inside a set tells with [`Builder::resume`] which loops are open.
#[derive(Debug)]
pub struct Builder<'b> {
    taps: &'b Taps,
    batch: &'b mut Batch,
    /// Number of the last segment.
    number: u32,
    /// A claim is open.
    in_claim: bool,
}

impl<'b> Builder<'b> {
    /// Begins to fill `batch`.
    #[must_use]
    pub fn new(taps: &'b Taps, batch: &'b mut Batch) -> Self {
        batch.clear(taps);
        Self { taps, batch, number: 0, in_claim: false }
    }

    /// Says that the piece begins inside these loops, so that what they hold is in force: row 0 of their tables.
    pub fn resume(&mut self, open: impl IntoIterator<Item = u16>) {
        for table in &mut self.batch.tables {
            table.current = NONE;
        }
        for index in open {
            for row in self.taps.loops.get(usize::from(index)).into_iter().flatten() {
                let context = self.taps.tables.get(usize::from(row.table)).is_some_and(|table| table.context);
                if context {
                    self.set_current(usize::from(row.table), 0);
                }
            }
        }
        for (index, table) in self.taps.tables.iter().enumerate().filter(|(_, table)| table.context && table.aside) {
            if table.parents.iter().all(|parent| self.current(*parent) == 0) {
                self.set_current(index, 0);
            }
        }
    }

    /// The number of the last segment: the next one gets `number + 1`.
    pub fn renumber(&mut self, number: u32) {
        self.number = number;
    }

    /// Ends the piece: every column that has a value is as long as its table.
    pub fn finish(self) {
        for table in &mut self.batch.tables {
            let rows = table.rows as usize;
            for column in &mut table.columns {
                if !column.is_empty() {
                    column.fill(rows);
                }
            }
        }
    }

    fn begin_row(&mut self, row: &RowTap, segment: &Segment<'_>) {
        let index = usize::from(row.table);
        let (Some(rules), Some(def)) = (self.taps.tables.get(index), self.taps.schema.tables.get(index)) else {
            return;
        };
        let owner = row.parent.and_then(|at| def.parents.get(usize::from(at)));
        let orphan = match owner {
            Some(owner) => self.current(*owner) == NONE,
            None => {
                !rules.context && index != self.taps.claim && def.parents.iter().all(|at| self.current(*at) == NONE)
            }
        };
        if orphan {
            // Its parent was lost (the finding says so): a row of nobody would be judged as if it were somebody's.
            self.set_current(index, NONE);
            return;
        }
        for (at, parent) in def.parents.iter().enumerate() {
            let mine = row.parent.is_none_or(|owner| usize::from(owner) == at);
            let number = if mine { self.current(*parent) } else { NONE };
            if let Some(list) = self.batch.tables.get_mut(index).and_then(|table| table.parents.get_mut(at)) {
                list.push(number);
            }
        }
        if let Some(table) = self.batch.tables.get_mut(index) {
            table.places.push(RowPlace { offset: segment.start(), segment: self.number });
            table.current = table.rows;
            table.rows += 1;
        }
        for below in &rules.below {
            self.set_current(usize::from(*below), NONE);
        }
    }

    fn current(&self, table: usize) -> u32 {
        self.batch.tables.get(table).map_or(NONE, |table| table.current)
    }

    fn set_current(&mut self, table: usize, row: u32) {
        if let Some(table) = self.batch.tables.get_mut(table) {
            table.current = row;
        }
    }

    fn take(&mut self, slot: &SlotTaps, segment: &Segment<'_>) {
        let mut reader = Reader::new(segment);
        let mut begun = (0u8, 0u8);
        for tap in &slot.taps {
            if !reader.seek(tap.element) {
                return;
            }
            let span = reader.part(tap.component);
            if span.is_empty() || (tap.condition != NO_TEST && !self.holds(tap, segment)) {
                continue;
            }
            if tap.group != 0 && begun != (tap.group, tap.ordinal) {
                begun = (tap.group, tap.ordinal);
                self.begin_group(slot, tap.group, segment);
            }
            self.put(tap, span, segment.buffer());
        }
    }

    fn begin_group(&mut self, slot: &SlotTaps, group: u8, segment: &Segment<'_>) {
        let Some(row) = slot.groups.get(usize::from(group) - 1) else { return };
        self.begin_row(row, segment);
        for tap in &row.shared {
            let span = value_of(segment, tap.element, tap.component);
            if !span.is_empty() && self.holds(tap, segment) {
                self.put(tap, span, segment.buffer());
            }
        }
    }

    fn holds(&self, tap: &Tap, segment: &Segment<'_>) -> bool {
        tap.condition == NO_TEST
            || self.taps.conditions.get(usize::from(tap.condition)).is_some_and(|test| test.passes(segment))
    }

    fn put(&mut self, tap: &Tap, span: Span, bytes: &[u8]) {
        let Some(table) = self.batch.tables.get_mut(usize::from(tap.table)) else { return };
        let span = if tap.part == Part::Whole { span } else { part_of(span, tap.part, bytes) };
        if table.current != NONE && !span.is_empty() {
            table.put(tap.column, table.current, tap.kind, span, bytes);
        }
    }
}

impl Visitor for Builder<'_> {
    fn open(&mut self, index: u16, segment: &Segment<'_>) {
        if index == 0 {
            self.number = 0;
        }
        if index == self.taps.claim_loop {
            self.in_claim = true;
            let start = segment.start();
            self.batch.extents.push(Extent { start, end: start, segments: 0 });
        }
        // The segment is counted when it is placed, just after.
        self.number += 1;
        let taps = self.taps;
        for row in taps.loops.get(usize::from(index)).into_iter().flatten() {
            self.begin_row(row, segment);
        }
        self.number -= 1;
    }

    fn segment(&mut self, _loop_index: u16, slot: u32, segment: &Segment<'_>) {
        self.count(segment);
        let taps = self.taps;
        let Some(slot) = taps.slots.get(slot as usize) else { return };
        for row in &slot.rows {
            self.begin_row(row, segment);
        }
        if !slot.taps.is_empty() {
            self.take(slot, segment);
        }
    }

    fn unplaced(&mut self, segment: &Segment<'_>) {
        self.count(segment);
    }

    fn close(&mut self, index: u16) {
        if index == self.taps.claim_loop {
            self.in_claim = false;
        }
    }
}

impl Builder<'_> {
    #[inline]
    fn count(&mut self, segment: &Segment<'_>) {
        self.number += 1;
        if let (true, Some(extent)) = (self.in_claim, self.batch.extents.last_mut()) {
            extent.segments += 1;
            extent.end = segment.end() + 1;
        }
    }
}

impl Batch {
    /// Empties the batch and gives it the tables of `taps`; memory is kept.
    pub fn clear(&mut self, taps: &Taps) {
        self.inherited.clear();
        self.extents.clear();
        let fits = self.tables.len() == taps.tables.len();
        if !fits {
            self.tables = taps.schema.tables.iter().map(Table::new).collect();
        }
        for (table, rules) in self.tables.iter_mut().zip(&taps.tables) {
            table.clear();
            if rules.context {
                table.rows = 1;
                table.places.push(RowPlace::default());
                for parents in &mut table.parents {
                    parents.push(0);
                }
            }
            table.current = if rules.context { 0 } else { NONE };
        }
    }
}

impl Table {
    fn new(def: &super::TableDef) -> Self {
        Self {
            parents: vec![Vec::new(); def.parents.len()],
            columns: def.fields.iter().map(|field| Column::new(field.kind)).collect(),
            ..Self::default()
        }
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.places.clear();
        self.long_codes.clear();
        for parents in &mut self.parents {
            parents.clear();
        }
        for column in &mut self.columns {
            match column {
                Column::Text(values) => values.clear(),
                Column::Code(values) => values.clear(),
                Column::Amount(values) => values.clear(),
                Column::Date(values) => values.clear(),
            }
        }
    }

    /// Puts a value where there is none yet.
    #[inline]
    pub(super) fn put(&mut self, column: u16, row: u32, kind: FieldKind, span: Span, bytes: &[u8]) {
        let Some(values) = self.columns.get_mut(usize::from(column)) else { return };
        let at = row as usize;
        match values {
            Column::Text(values) => set(values, at, Span::default(), || span),
            Column::Code(values) => set(values, at, 0, || {
                pack_at(bytes, span).unwrap_or_else(|| {
                    self.long_codes.push(span);
                    LONG | (self.long_codes.len() as u64 - 1)
                })
            }),
            Column::Amount(values) => {
                let places = if kind == FieldKind::Money { 2 } else { 3 };
                set(values, at, MISSING, || amount(span.of(bytes), places));
            }
            Column::Date(values) => set(values, at, NO_DATE, || days(span.of(bytes))),
        }
    }
}

impl Column {
    /// Makes the column `rows` long; new rows are missing.
    pub(super) fn fill(&mut self, rows: usize) {
        match self {
            Self::Text(values) => values.resize(rows, Span::default()),
            Self::Code(values) => values.resize(rows, 0),
            Self::Amount(values) => values.resize(rows, MISSING),
            Self::Date(values) => values.resize(rows, NO_DATE),
        }
    }
}

/// Sets the value of row `at` where it has none.
#[inline]
fn set<T: Copy + PartialEq>(values: &mut Vec<T>, at: usize, missing: T, value: impl FnOnce() -> T) {
    if let Some(held) = values.get_mut(at) {
        if *held == missing {
            *held = value();
        }
        return;
    }
    let value = value();
    if value != missing {
        if values.len() < at {
            values.resize(at, missing);
        }
        values.push(value);
    }
}

impl Test {
    fn passes(&self, segment: &Segment<'_>) -> bool {
        let value = value_of(segment, self.element, self.component).of(segment.buffer());
        if self.codes.is_empty() {
            !value.is_empty()
        } else {
            pack(value).is_some_and(|code| self.codes.contains(&code))
        }
    }
}

fn value_of(segment: &Segment<'_>, element: u8, component: u8) -> Span {
    if component == 0 {
        segment.span(usize::from(element))
    } else {
        segment.component_span(usize::from(element), usize::from(component))
    }
}

/// One end of a date range CCYYMMDD-CCYYMMDD; a single value is its beginning.
fn part_of(span: Span, part: Part, bytes: &[u8]) -> Span {
    match (span.of(bytes).iter().position(|&byte| byte == b'-'), part) {
        (Some(dash), Part::From) => Span { len: dash as u32, ..span },
        (Some(dash), _) => Span::new(span.start + dash as u32 + 1, span.start + span.len),
        (None, Part::From) => span,
        (None, _) => Span::default(),
    }
}

/// Reads elements of a segment from first to last, by their separators.
struct Reader<'a> {
    bytes: &'a [u8],
    marks: &'a [u32],
    delimiters: Delimiters,
    /// Every mark ends an element.
    plain: bool,
    /// Number of the element, 0 before the first.
    number: u8,
    /// The separators in front of the element and behind it, as indices of `marks`.
    edges: (usize, usize),
}

impl<'a> Reader<'a> {
    #[inline]
    fn new(segment: &Segment<'a>) -> Self {
        let (bytes, marks, delimiters) = (segment.buffer(), segment.marks(), segment.delimiters());
        Self { bytes, marks, delimiters, plain: segment.is_plain(), number: 0, edges: (0, 0) }
    }

    /// Goes on to element `number`; false when the segment ends before it.
    #[inline]
    fn seek(&mut self, number: u8) -> bool {
        if self.plain {
            let number = usize::from(number);
            self.edges = (number.saturating_sub(1), number);
            return number < self.marks.len();
        }
        while self.number < number {
            let front = self.edges.1;
            let mut behind = front + 1;
            if behind >= self.marks.len() {
                return false;
            }
            while behind + 1 < self.marks.len() && !self.is(behind, self.delimiters.element) {
                behind += 1;
            }
            self.edges = (front, behind);
            self.number += 1;
        }
        true
    }

    /// Component `number` of the element's first repetition; the whole element for 0.
    #[inline]
    fn part(&self, number: u8) -> Span {
        let (front, behind) = self.edges;
        let (mut from, mut to) = (front, behind);
        if number != 0 {
            if self.plain {
                return if number == 1 { self.part(0) } else { Span::default() };
            }
            if let Some(repetition) = self.delimiters.repetition.filter(|_| behind > front + 1) {
                to = (front + 1..behind).find(|at| self.is(*at, repetition)).unwrap_or(behind);
            }
            from = front + usize::from(number) - 1;
            if from >= to {
                return Span::default();
            }
            to = from + 1;
        }
        match (self.marks.get(from), self.marks.get(to)) {
            (Some(from), Some(to)) => Span::new(from + 1, *to),
            _ => Span::default(),
        }
    }

    #[inline]
    fn is(&self, mark: usize, separator: u8) -> bool {
        self.marks.get(mark).and_then(|at| self.bytes.get(*at as usize)) == Some(&separator)
    }
}
