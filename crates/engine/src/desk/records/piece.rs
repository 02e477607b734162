//! The records of a piece put down, in the order of the file.

use std::sync::Arc;

use x12::claim::Batch;
use x12::position::Span;
use x12::record::{Link, Ssn, string};

use super::{Records, SOURCE_NUMBER};
use crate::desk::line::push_number;
use crate::records::{Line, Pressed};
use crate::rows::Row;

/// The context that says where records come from.
const SOURCE: &str = "source";

impl Records {
    /// Puts down what the item that ends at `end` told with the lines below it, and its lines. `base` is what segments of
    /// the piece count from.
    pub(super) fn put_down(&mut self, pressed: &Pressed, (batch, bytes): (&Batch, &[u8]), end: u32, base: u32) {
        let (mut fragment, mut line) = self.next;
        loop {
            let next_fragment = pressed.fragments.get(fragment).filter(|each| each.offset < end);
            let next_line = pressed.lines.get(line).filter(|each| each.offset < end);
            match (next_fragment, next_line) {
                (Some(first), other) if other.is_none_or(|other| first.offset <= other.offset) => {
                    if let Some(context) = self.contexts.get_mut(first.context) {
                        context.clear();
                        context.extend_from_slice(first.text.of(pressed.text.text()));
                    }
                    let context = self.recording.form.contexts.get(first.context);
                    if let (Some(amounts), Some(context)) = (&self.recording.amounts, context)
                        && context.table == amounts.payments()
                    {
                        self.payment = amounts.payment(batch, first.row);
                    }
                    if context.is_some_and(|context| context.of_set) {
                        self.origin = None;
                    }
                    fragment += 1;
                }
                (_, Some(next)) => {
                    self.sum_up(pressed, batch, next);
                    self.line(pressed, bytes, next, base);
                    line += 1;
                }
                _ => break,
            }
        }
        self.next = (fragment, line);
    }

    /// Adds what a line says of money.
    fn sum_up(&mut self, pressed: &Pressed, batch: &Batch, line: &Line) {
        let Some(amounts) = &self.recording.amounts else { return };
        match self.recording.form.records.get(line.record) {
            Some(_) if line.record == 0 && self.bad => self.paid.hold(amounts.claim(batch, line.row)),
            Some(_) if line.record == 0 => {
                let from = pressed.adjusted.partition_point(|adjusted| adjusted.claim < line.row);
                let adjusted = pressed.adjusted.iter().skip(from).take_while(|adjusted| adjusted.claim == line.row);
                self.paid.claim(amounts.claim(batch, line.row), adjusted);
            }
            Some(record) if record.table == amounts.providers() => {
                let (reason, cents) = amounts.provider(batch, line.row);
                self.paid.provider(reason, cents);
            }
            _ => {}
        }
    }

    fn line(&mut self, pressed: &Pressed, bytes: &[u8], line: &Line, base: u32) {
        let own = line.record == 0;
        let index = self.index;
        if own {
            self.index += 1;
            self.counts.records += 1;
            self.know_family(bytes, line);
            if std::mem::take(&mut self.bad) {
                return;
            }
            self.counts.taken += 1;
        }
        let origin = self.origin();
        if let Some(count) = self.counts.lines.get_mut(line.record) {
            *count += 1;
        }
        if own && self.recording.as_cells.is_some() {
            return self.row(bytes, line, (origin, index, base));
        }
        let Some(mut file) = self.outputs.get_mut(line.record).and_then(Option::take) else { return };
        file.compose(|text| self.compose(pressed, bytes, line, (origin, own.then_some(index), base), text));
        self.outputs[line.record] = Some(file);
    }

    /// A record is taken; where it comes from, its place in the file, and what segments count from.
    fn row(&mut self, bytes: &[u8], line: &Line, (source, index, base): (u64, u64, u32)) {
        let Some(form) = self.recording.form.records.first() else { return };
        let mut said = std::mem::take(&mut self.scratch);
        said.clear();
        for at in &form.contexts {
            if self.recording.form.contexts.get(*at).is_some_and(|context| !context.of_set) {
                self.context(*at, &mut said);
            }
        }
        let hides_link = line.link.is_some_and(|link| self.is_hidden(&link, bytes));
        let cells = line.hidden.filter(|_| hides_link).unwrap_or(line.text);
        let segment_index = line.segment.wrapping_add(base);
        self.rows.push(Row { source, index, segment_index, cells, hides_link, context: Span::default() }, &said);
        self.scratch = said;
    }

    /// Whether the identifier of a family turned out to be a social security number.
    fn is_hidden(&self, link: &Link, bytes: &[u8]) -> bool {
        !link.secret && Ssn::read(link.span.of(bytes)).is_some_and(|ssn| self.families.has(ssn))
    }

    /// Appends a line; where it comes from, its place in the file, and what segments count from.
    fn compose(
        &self,
        pressed: &Pressed,
        bytes: &[u8],
        line: &Line,
        (origin, index, base): (u64, Option<u64>, u32),
        text: &mut Vec<u8>,
    ) {
        text.extend_from_slice(SOURCE_NUMBER);
        push_number(text, origin);
        if let Some(index) = index {
            text.extend_from_slice(br#","index":"#);
            push_number(text, index);
        }
        text.extend_from_slice(br#","segment_index":"#);
        push_number(text, line.segment.wrapping_add(base).into());
        let form = &self.recording.form;
        for at in form.records.get(line.record).into_iter().flat_map(|record| &record.contexts) {
            if form.contexts.get(*at).is_some_and(|context| !context.of_set) {
                self.context(*at, text);
            }
        }
        self.body(pressed, bytes, line, text);
        text.extend_from_slice(b"}\n");
    }

    /// Appends what the context `at` tells.
    fn context(&self, at: usize, out: &mut Vec<u8>) {
        let (Some(context), Some(said)) = (self.recording.form.contexts.get(at), self.contexts.get(at)) else { return };
        if said.is_empty() {
            return;
        }
        out.push(b',');
        if let Some(key) = &context.key {
            string(out, key.as_bytes());
            out.extend_from_slice(b":{");
        }
        out.extend_from_slice(said);
        out.extend_from_slice(if context.key.is_some() { b"}" } else { b"" });
    }

    /// The number of the line that says where records come from, which is written before the first of them: the envelope,
    /// and what the set tells of all of them.
    pub(super) fn origin(&mut self) -> u64 {
        if let Some(number) = self.origin {
            return number;
        }
        let at = self.outputs.len() - 1;
        let number = self.counts.lines.get(at).copied().unwrap_or_default();
        let mut line = std::mem::take(&mut self.scratch);
        line.clear();
        line.extend_from_slice(br#"{"schema_version":2,"id":"#);
        push_number(&mut line, number);
        line.extend_from_slice(&self.source);
        let recording = Arc::clone(&self.recording);
        let of_set = |source: bool| {
            let contexts = recording.form.contexts.iter().enumerate();
            let told = contexts.filter(|(_, context)| context.of_set && context.output.is_none());
            told.filter(move |(_, context)| (context.key.as_deref() == Some(SOURCE)) == source).map(|(at, _)| at)
        };
        for at in of_set(true).filter(|at| self.contexts.get(*at).is_some_and(|said| !said.is_empty())) {
            line.push(b',');
            line.extend_from_slice(&self.contexts[at]);
        }
        line.push(b'}');
        of_set(false).for_each(|at| self.context(at, &mut line));
        line.extend_from_slice(b"}\n");
        self.append(at, &line);
        (self.scratch, self.origin) = (line, Some(number));
        number
    }

    fn know_family(&mut self, bytes: &[u8], line: &Line) {
        if let Some(link) = line.link.filter(|link| link.secret)
            && let Some(ssn) = Ssn::read(link.span.of(bytes))
        {
            self.families.insert(ssn);
        }
    }

    /// What the record itself says: with the identifier of its family hidden, if another of the family has shown what it is.
    fn body(&self, pressed: &Pressed, bytes: &[u8], line: &Line, out: &mut Vec<u8>) {
        let said = line.text.of(pressed.text.text());
        if said.is_empty() {
            return;
        }
        out.push(b',');
        match (line.link.filter(|link| self.is_hidden(link, bytes)), line.hidden) {
            (None, _) => out.extend_from_slice(said),
            (Some(_), Some(hidden)) => out.extend_from_slice(hidden.of(pressed.text.text())),
            (Some(own), None) => {
                out.extend_from_slice(said.get(..own.start).unwrap_or_default());
                self.recording.form.hidden_link(own.span.of(bytes), &*self.recording, out);
                out.extend_from_slice(said.get(own.end..).unwrap_or_default());
            }
        }
    }
}
