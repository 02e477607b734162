//! The listener that turns the walk into columns.

use std::sync::Arc;

use super::fill::Columns;
use super::rows::Rows;
use super::shape::{Shapes, value_of};
use super::work::{Group, More, Pass, SlotWork};
use super::{Batch, Extent, NONE, RowPlace, Table, Taps};
use crate::guide::Plan;
use crate::position::Span;
use crate::validate::Visitor;
use crate::wire::Segment;

/// Fills a [`Batch`] from the walk of a piece.
///
/// The batch is emptied first. A piece that begins inside a set tells with [`Builder::resume`] which loops are open.
#[derive(Debug)]
pub struct Builder<'b> {
    taps: &'b Taps,
    /// The plan in force, where it is a guide under an overlay: its slots are not those that the taps are bound to.
    overlaid: Option<Arc<Plan>>,
    /// The map has what speaks against loops.
    doubting: bool,
    /// A segment without a place, such as loops begin with, or that a loop wrongly begins with: it speaks against
    /// what follows, as long as no other loop begins.
    stray: Option<Span>,
    /// Neither is there.
    plain: bool,
    rows: Rows<'b>,
    columns: Columns<'b>,
    extents: &'b mut Vec<Extent>,
    shapes: &'b mut Shapes,
    /// Segments so far, and how many of them are not of the set.
    counted: u32,
    uncounted: u32,
    /// Offset behind the last segment.
    end: u32,
    /// The segments that stood before the open claim.
    claim: Option<u32>,
}

impl<'b> Builder<'b> {
    /// Begins to fill `batch`.
    #[must_use]
    pub fn new(taps: &'b Taps, batch: &'b mut Batch) -> Self {
        batch.clear(taps);
        let (mut rows, mut columns) = (Rows::default(), Columns::default());
        for table in &mut batch.tables {
            rows.add((&mut table.rows, &mut table.current), &mut table.places, &mut table.parents);
            columns.add(&mut table.columns, &mut table.long_codes);
        }
        let (extents, shapes) = (&mut batch.extents, &mut batch.shapes);
        shapes.serve(&taps.schema);
        let (overlaid, doubting, stray, plain) = (None, !taps.map.doubted.is_empty(), None, true);
        Self {
            taps,
            overlaid,
            doubting,
            stray,
            plain,
            rows,
            columns,
            extents,
            shapes,
            counted: 0,
            uncounted: 0,
            end: 0,
            claim: None,
        }
    }

    /// From now on `plan`, which the taps serve, is in force.
    pub fn follow(&mut self, plan: &Arc<Plan>) {
        self.overlaid = plan.overlay.is_some().then(|| Arc::clone(plan));
        self.set_stray(self.stray);
    }

    fn set_stray(&mut self, stray: Option<Span>) {
        self.stray = stray;
        self.plain = self.overlaid.is_none() && stray.is_none();
    }

    /// A loop begins: with its own segment, or with another, or with one of somebody else.
    fn begin_doubted(&mut self, index: u16, segment: &Segment<'_>) {
        let known = self.taps.openers.get(usize::from(index)).and_then(Option::as_ref);
        let wrong = known.is_some_and(|(opener, against)| {
            *opener != segment.id() || against.as_ref().is_some_and(|test| test.passes(segment))
        });
        self.set_stray(wrong.then(|| first_byte(segment)));
    }

    /// The slot of the guide that a segment of the loop is taken by, where a plan is overlaid or something strayed in.
    #[cold]
    fn ground_slot(&mut self, index: u16, slot: u32) -> u32 {
        if let Some(span) = self.stray {
            for doubt in self.taps.doubts.get(usize::from(index)).into_iter().flatten() {
                if let Some(row) = self.rows.current(doubt.0) {
                    self.columns.put_text(*doubt, row, span);
                }
            }
        }
        match &self.overlaid {
            None => slot,
            // what an overlay adds, no table has a field for
            Some(plan) => plan.overlay.as_ref().and_then(|overlay| overlay.ground_slot(slot)).unwrap_or(u32::MAX),
        }
    }

    /// Says that the piece begins inside these loops, so that what they hold is in force: row 0 of their tables.
    pub fn resume(&mut self, open: impl IntoIterator<Item = u16>) {
        self.rows.forget();
        for index in open {
            for row in self.taps.loops.get(usize::from(index)).into_iter().flatten() {
                let context = self.taps.tables.get(usize::from(row.table)).is_some_and(|table| table.context);
                if context {
                    self.rows.set_current(row.table, 0);
                }
            }
        }
        for (index, table) in self.taps.tables.iter().enumerate().filter(|(_, table)| table.context && table.aside) {
            if table.parents.iter().all(|parent| self.rows.current(*parent as u16) == Some(0)) {
                self.rows.set_current(index as u16, 0);
            }
        }
    }

    /// The number of the last segment: the next one gets `number + 1`.
    pub fn renumber(&mut self, number: u32) {
        self.uncounted = self.counted.wrapping_sub(number);
    }

    /// A segment that is not read stands here: it has a number all the same.
    pub fn pass_over(&mut self) {
        self.counted += 1;
    }

    /// Ends the piece: every column that has a value is as long as its table.
    pub fn finish(mut self) {
        self.end_claim();
        let rows = self.rows.finish();
        self.columns.finish(&rows);
    }

    #[inline]
    fn count(&mut self, segment: &Segment<'_>) {
        self.counted += 1;
        self.end = segment.end() + 1;
    }

    fn begin_claim(&mut self, start: u32) {
        self.end_claim();
        self.claim = Some(self.counted);
        self.extents.push(Extent { start, end: start, segments: 0 });
    }

    fn end_claim(&mut self) {
        let (Some(before), Some(extent)) = (self.claim.take(), self.extents.last_mut()) else { return };
        if self.counted > before {
            extent.segments = self.counted - before;
            extent.end = self.end;
        }
    }

    /// Where the segment at hand stands.
    fn place(&self, segment: &Segment<'_>) -> RowPlace {
        RowPlace { offset: segment.start(), segment: self.counted.wrapping_sub(self.uncounted) }
    }

    /// Takes what one table wants of a segment.
    fn take(&mut self, pass: &Pass, segment: &Segment<'_>) {
        let Some(row) = self.rows.current(pass.table) else { return };
        let pass = pass.of(segment);
        let Self { taps, columns, shapes, .. } = self;
        let (reaches, marks) =
            if segment.is_plain() { (&pass.plain[..], segment.marks()) } else { shapes.reach(pass, segment) };
        let mut at = 0;
        while let Some(reach) = reaches.get(at) {
            let Some(span) = reach.span(marks) else { return };
            at += 1;
            if !span.is_empty() && !columns.put(&reach.draw, row, span, segment.buffer()) {
                columns.put_guarded(&taps.layout.guards, &reach.draw, row, span, segment);
            }
        }
    }

    /// As [`Builder::take`], where groups of elements begin rows.
    fn take_groups(&mut self, pass: &Pass, group: &Group, segment: &Segment<'_>) {
        let place = self.place(segment);
        let Self { taps, columns, rows, shapes, .. } = self;
        let guards = &taps.layout.guards[..];
        let (reaches, marks) = shapes.reach(pass, segment);
        let (mut begun, mut row) = (0, None);
        for reach in reaches {
            let (draw, Some(span)) = (&reach.draw, reach.span(marks)) else { return };
            if span.is_empty() || draw.is_held_back(guards, span, segment) {
                continue;
            }
            if begun != draw.ordinal {
                begun = draw.ordinal;
                row = rows.begin(&group.begin, place);
                for (row, shared) in row.into_iter().zip(&group.shared) {
                    columns.put_any(guards, shared, row, value_of(segment, shared), segment);
                }
            }
            let Some(row) = row else { continue };
            if !columns.put(draw, row, span, segment.buffer()) {
                columns.put_guarded(guards, draw, row, span, segment);
            }
        }
    }

    /// What only few slots ask for: rows that the segment begins, groups, several tables.
    fn take_more(&mut self, more: &More, segment: &Segment<'_>) {
        let place = self.place(segment);
        for begin in &more.begins {
            self.rows.begin(begin, place);
        }
        for pass in &more.passes {
            match &pass.group {
                Some(group) => self.take_groups(pass, group, segment),
                None => self.take(pass, segment),
            }
        }
    }
}

/// What stands for a segment where only its being there counts.
fn first_byte(segment: &Segment<'_>) -> Span {
    Span { start: segment.start(), len: 1 }
}

impl Visitor for Builder<'_> {
    #[inline]
    fn open(&mut self, index: u16, segment: &Segment<'_>) {
        if index == 0 {
            self.uncounted = self.counted;
        }
        if index == self.taps.claim_loop {
            self.begin_claim(segment.start());
        }
        if self.doubting {
            self.begin_doubted(index, segment);
        }
        let begins = self.taps.layout.loops.get(usize::from(index)).map_or(&[][..], |begins| begins);
        if !begins.is_empty() {
            // The segment is counted when it is placed, just after.
            let place = self.place(segment);
            let place = RowPlace { segment: place.segment + 1, ..place };
            for begin in begins {
                self.rows.begin(begin, place);
            }
        }
    }

    #[inline]
    fn segment(&mut self, loop_index: u16, slot: u32, segment: &Segment<'_>) {
        self.count(segment);
        let slot = if self.plain { slot } else { self.ground_slot(loop_index, slot) };
        match self.taps.layout.slots.get(slot as usize) {
            Some(SlotWork::Pass(pass)) => self.take(pass, segment),
            Some(SlotWork::More(more)) => self.take_more(more, segment),
            Some(SlotWork::Nothing) | None => {}
        }
    }

    #[inline]
    fn unplaced(&mut self, segment: &Segment<'_>) {
        self.count(segment);
        if self.doubting && self.taps.openers.iter().flatten().any(|(opener, _)| *opener == segment.id()) {
            self.set_stray(Some(first_byte(segment)));
        }
    }

    #[inline]
    fn close(&mut self, index: u16) {
        if index == self.taps.claim_loop {
            self.end_claim();
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
