//! The records of a piece as lines, but for what is only known in the order of the file.

use x12::claim::Batch;
use x12::finding::Finding;
use x12::position::Span;
use x12::record::{Link, Out, Page, Ssn, Told};
use x12::wire::Delimiters;

use super::pressed::{Fragment, Line, Pressed};
use super::{Read, Recording};
use crate::batches::{Batches, Maps};
use crate::item::{Item, Kind};

/// The delimiters of a piece: those at its beginning, then those of each interchange that begins in it.
struct Separators(Vec<(u32, Delimiters)>);

impl Separators {
    fn new(first: Delimiters, items: &[Item]) -> Self {
        let more = items.iter().filter_map(|item| match item.kind {
            Kind::Interchange(delimiters) => Some((item.start, delimiters)),
            _ => None,
        });
        Self(std::iter::once((0, first)).chain(more).collect())
    }

    fn at(&self, offset: u32) -> Delimiters {
        let after = self.0.partition_point(|(start, _)| *start <= offset);
        self.0.get(after.saturating_sub(1)).map_or_else(Delimiters::default, |(_, delimiters)| *delimiters)
    }
}

impl Recording {
    /// Presses the records in `batches`, which were read from a piece, as their carrier means them; what they show by
    /// themselves is found.
    pub(crate) fn record(
        &self,
        maps: &Maps,
        read: &Read<'_>,
        batches: &mut Batches,
        (findings, made_in): (&mut Vec<Finding>, &mut Vec<u32>),
    ) {
        let mut pressed = std::mem::take(&mut batches.pressed);
        if let (Some(taps), Some(batch)) = (maps.get(0), batches.get_mut(0)) {
            let bytes = &read.taken.bytes;
            self.form.adjust(taps, batch, bytes);
            self.excuse(taps, read, findings);
            self.judge(taps, batch, read, (findings, made_in));
            let separators = Separators::new(read.delimiters, read.items);
            let press = Press { recording: self, batch, bytes, separators };
            let page = Page::new(&self.form, taps, batch, bytes, self);
            let page = page.of_tables(self.as_cells.as_deref());
            press.fragments(&page, &mut pressed);
            press.lines(&page, &mut pressed);
            if let Some(amounts) = self.amounts.as_ref().filter(|_| self.as_cells.is_none()) {
                pressed.adjusted = amounts.adjustments(taps, batch);
            }
        }
        batches.pressed = pressed;
    }
}

/// A piece at work.
struct Press<'a> {
    recording: &'a Recording,
    batch: &'a Batch,
    bytes: &'a [u8],
    separators: Separators,
}

impl Press<'_> {
    /// Row 0 of a context is what an earlier piece told.
    fn fragments(&self, page: &Page<'_>, pressed: &mut Pressed) {
        for (context, form) in self.recording.form.contexts.iter().enumerate() {
            let Some(table) = self.batch.tables.get(form.table) else { continue };
            for (row, place) in (0..).zip(&table.places).skip(1) {
                let mut told = Told { delimiters: self.separators.at(place.offset), ..Told::default() };
                let text = said(&mut pressed.text, |out| page.write(form.table, row, &mut told, out));
                pressed.fragments.push(Fragment { context, offset: place.offset, text, row });
            }
        }
        pressed.fragments.sort_by_key(|fragment| fragment.offset);
    }

    fn lines(&self, page: &Page<'_>, pressed: &mut Pressed) {
        let Pressed { text, tape, lines, .. } = pressed;
        for (record, form) in self.recording.form.records.iter().enumerate() {
            if record == 0 && self.recording.as_cells.is_some() {
                self.lines_of(record, form.table, lines, tape, |row, told, out| page.lay(form.table, row, told, out));
            } else {
                self.lines_of(record, form.table, lines, text, |row, told, out| page.write(form.table, row, told, out));
            }
        }
        lines.sort_by_key(|line| line.offset);
    }

    /// The lines of the rows of `table`, which `say` tells `out`.
    fn lines_of<O: Out>(
        &self,
        record: usize,
        table: usize,
        lines: &mut Vec<Line>,
        out: &mut O,
        say: impl Fn(u32, &mut Told, &mut O),
    ) {
        let mut told = Told::default();
        for (row, place) in (0..).zip(self.batch.tables.get(table).map_or(&[][..], |table| &table.places)) {
            told.begin(self.separators.at(place.offset), self.recording.hides_links);
            let text = said(out, |out| say(row, &mut told, out));
            if text.is_empty() && record > 0 {
                continue;
            }
            let link = told.link.map(|link| Link {
                start: link.start - text.start as usize,
                end: link.end - text.start as usize,
                ..link
            });
            let hidden = told.repeats_link.then(|| {
                let secrets = link.and_then(|link| Ssn::read(link.span.of(self.bytes))).into_iter().collect();
                let mut told = Told { hides_link: true, secrets, delimiters: told.delimiters, ..Told::default() };
                said(out, |out| say(row, &mut told, out))
            });
            let (offset, segment) = (place.offset, place.segment);
            lines.push(Line { record, row, offset, segment, text, link, hidden });
        }
    }
}

/// What `say` tells `out`.
fn said<O: Out>(out: &mut O, say: impl FnOnce(&mut O)) -> Span {
    let start = out.length();
    say(out);
    out.ended(start)
}
