//! One of the two documents: what of the interchange stands in it by now.

use super::control::{ControlKind, Numbers, Renumbered};
use super::desk::Desk;
use super::pen::{Pen, Place};
use super::source::{Head, OnSide, Source};
use super::trailer::{Trailer, differing, write_trailer};
use crate::position::Span;
use crate::wire::Output;

/// What ISA12 has to be.
const VERSION: &[u8] = b"00501";

/// A header as it stands on a side.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    /// It stands there, its trailer does not yet.
    pub(super) open: bool,
    /// Something of the input is missing below it, so it has a number of its own.
    pub(super) changed: bool,
    /// Its first byte.
    pub(super) start: Place,
    /// The first byte behind it.
    pub(super) body: Place,
    control: Place,
    new: Option<Vec<u8>>,
    /// Groups in an interchange, sets in a group, claims in a set.
    pub(super) children: u32,
}

impl Written {
    fn places(&mut self) -> [&mut Place; 3] {
        [&mut self.start, &mut self.body, &mut self.control]
    }

    /// The same header moved from `from` to `to`.
    pub(super) fn moved(&self, from: u64, to: u64) -> Self {
        let mut moved = self.clone();
        for place in moved.places() {
            place.at = place.at - from.min(place.at) + to;
        }
        moved
    }
}

/// What of the open set stands on a side.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenSet {
    pub(super) head: Written,
    /// Where the first set that came of the open set begins.
    pub(super) mark: Option<Place>,
    /// How many sets came of it.
    pub(super) count: u32,
    batch: Place,
    new_batch: Option<Vec<u8>>,
    segments: u64,
    levels: u64,
}

/// One of the two documents.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    /// 0 or 1: its place in [`super::source::Level::on`].
    pub(super) index: usize,
    pub(super) interchange: Written,
    pub(super) group: Written,
    pub(super) set: WrittenSet,
    /// Whether interchange and group were changed when the open set began.
    pub(super) before_set: (bool, bool),
    /// Whether the interchange was changed when the open group began.
    pub(super) before_group: bool,
}

impl Side {
    /// Writes a claim, after the headers and levels that it needs.
    pub(super) fn claim<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>, raw: Span, segments: u32) {
        if desk.claims_per_set > 0 && self.set.head.open && self.set.head.children >= desk.claims_per_set {
            self.break_set(desk, pen);
        }
        self.ensure_levels(desk, pen);
        pen.copy(raw);
        self.set.head.children += 1;
        self.set.segments += u64::from(segments);
    }

    /// Writes more of what was written last, after the headers and levels that it needs.
    pub(super) fn more<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>, raw: Span, segments: u32) {
        self.ensure_set(desk, pen);
        self.ensure_levels(desk, pen);
        pen.copy(raw);
        self.set.segments += u64::from(segments);
    }

    /// Writes all open levels that are not there yet.
    pub(super) fn ensure_levels<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        let side = self.index;
        if desk.source.levels().last().is_some_and(|level| level.on[side].written) {
            return;
        }
        self.ensure_set(desk, pen);
        let mut above = None;
        for at in 0..desk.source.levels().len() {
            if !desk.source.levels()[at].on[side].written {
                self.write_level(desk.source, pen, at, above);
            }
            above = desk.source.levels().get(at).map(|level| level.on[side].number);
        }
    }

    fn write_level<O: Output>(&mut self, source: &mut Source, pen: &mut Pen<'_, O>, at: usize, above: Option<u64>) {
        self.set.levels += 1;
        let number = self.set.levels;
        let (mut digits, mut parents) = ([0; 20], [0; 20]);
        if let Some(parent) = at.checked_sub(1).and_then(|at| source.levels_mut().get_mut(at)) {
            parent.on[self.index].has_child = true;
        }
        let Some(level) = source.levels_mut().get_mut(at) else { return };
        let bytes = level.kept.bytes(pen.piece);
        let id = differing(level.id.of(bytes), number, &mut digits);
        let parent = above.and_then(|above| differing(level.parent.of(bytes), above, &mut parents));
        let [_, _, child] = pen.write(&level.kept, [(level.id, id), (level.parent, parent), (level.child, None)]);
        level.on[self.index] = OnSide { written: true, ever: true, number, child, has_child: false };
        self.set.segments += u64::from(level.segments);
    }

    /// Ends the last open level: HL04 must tell what is there, where the set is no longer that of the input.
    pub(super) fn end_level<O: Output>(&mut self, source: &mut Source, pen: &mut Pen<'_, O>, at: usize) {
        let changed = self.set.head.changed;
        let Some(level) = source.levels_mut().get_mut(at).filter(|level| level.on[self.index].written) else { return };
        let on = std::mem::replace(&mut level.on[self.index], OnSide { ever: true, ..OnSide::default() });
        if !changed || on.child.len != 1 {
            return;
        }
        let is = level.child.of(level.kept.bytes(pen.piece));
        let should: &[u8] = if on.has_child { b"1" } else { b"0" };
        if is != should && matches!(is, b"0" | b"1") {
            pen.replace(on.child, should);
        }
    }

    /// Writes the header of the interchange, unless it stands there.
    pub(super) fn ensure_interchange<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        let (head, written) = (&desk.source.interchange, &mut self.interchange);
        if !written.open && head.active {
            written.write(head, pen, ControlKind::Interchange, desk.numbers);
        }
    }

    /// Writes the headers of interchange and group, unless they stand there.
    pub(super) fn ensure_group<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        if self.group.open || !desk.source.group.active {
            return;
        }
        if desk.numbers.is_given(ControlKind::Group, desk.source.group.control(pen.piece)) {
            self.change_group(desk, pen);
        }
        self.ensure_interchange(desk, pen);
        let head = &desk.source.group;
        self.group.write(head, pen, ControlKind::Group, desk.numbers);
        self.interchange.children += 1;
    }

    /// Writes the headers of interchange, group and set, unless they stand there.
    pub(super) fn ensure_set<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        if self.set.head.open || !desk.source.set.active {
            return;
        }
        if desk.numbers.is_given(ControlKind::Set, desk.source.set.control(pen.piece)) {
            self.change_set(desk, pen);
        }
        self.ensure_group(desk, pen);
        let head = &desk.source.set;
        let set = &mut self.set;
        if set.head.changed {
            set.renew(head, pen.piece, desk.numbers);
        }
        let start = Place { at: pen.position(), len: 0 };
        let fields = [(head.control, set.head.new.as_deref()), (head.batch, set.new_batch.as_deref())];
        let [control, batch] = pen.write(&head.kept, fields);
        set.head.open = true;
        set.head.start = start;
        set.head.control = control;
        set.batch = batch;
        set.mark.get_or_insert(start);
        set.segments = u64::from(head.segments);
        set.count += 1;
        self.group.children += 1;
    }

    /// Something of the open set is missing on this side: it and all above it need numbers of their own.
    pub(super) fn change_set<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        if self.set.head.changed {
            return;
        }
        self.change_group(desk, pen);
        self.set.head.changed = true;
        if !self.set.head.open {
            return;
        }
        self.set.renew(&desk.source.set, pen.piece, desk.numbers);
        let control = self.set.head.new.clone().unwrap_or_default();
        let by = pen.replace(self.set.head.control, &control);
        self.shift(desk.source, self.set.head.control.at, by);
        self.set.head.control.len = control.len() as u64;
        let batch = self.set.new_batch.clone().unwrap_or_default();
        if self.set.batch.len > 0 {
            let by = pen.replace(self.set.batch, &batch);
            self.shift(desk.source, self.set.batch.at, by);
            self.set.batch.len = batch.len() as u64;
        }
    }

    /// Something of the open group is missing on this side.
    pub(super) fn change_group<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        if self.group.changed {
            return;
        }
        self.change_interchange(desk, pen);
        self.group.changed = true;
        if self.group.open {
            let old = desk.source.group.control(pen.piece);
            let given = desk.numbers.give(ControlKind::Group, old);
            let place = self.group.control;
            let by = pen.replace(place, &given);
            self.group.control.len = given.len() as u64;
            self.group.new = Some(given);
            self.shift(desk.source, place.at, by);
        }
    }

    /// Something of the interchange is missing on this side.
    pub(super) fn change_interchange<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        if std::mem::replace(&mut self.interchange.changed, true) || !self.interchange.open {
            return;
        }
        let old = desk.source.interchange.control(pen.piece);
        let given = desk.numbers.give(ControlKind::Interchange, old);
        let place = self.interchange.control;
        let by = pen.replace(place, &given);
        self.interchange.control.len = given.len() as u64;
        self.interchange.new = Some(given);
        self.shift(desk.source, place.at, by);
    }

    /// Nothing of the open group is missing on this side after all: it has its own number again.
    pub(super) fn restore_group<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        if !std::mem::replace(&mut self.group.changed, false) || self.group.new.take().is_none() || !self.group.open {
            return;
        }
        let place = self.group.control;
        let old = desk.source.group.control(pen.piece).to_vec();
        let by = pen.replace(place, &old);
        self.group.control.len = old.len() as u64;
        self.shift(desk.source, place.at, by);
    }

    /// Nothing of the interchange is missing on this side after all.
    pub(super) fn restore_interchange<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        let given = std::mem::replace(&mut self.interchange.changed, false) && self.interchange.new.take().is_some();
        if !given || !self.interchange.open {
            return;
        }
        let place = self.interchange.control;
        let old = desk.source.interchange.control(pen.piece).to_vec();
        let by = pen.replace(place, &old);
        self.interchange.control.len = old.len() as u64;
        self.shift(desk.source, place.at, by);
    }

    /// All places behind `at` have moved.
    fn shift(&mut self, source: &mut Source, at: u64, by: i64) {
        if by == 0 {
            return;
        }
        let heads = [&mut self.interchange, &mut self.group, &mut self.set.head];
        for place in heads.into_iter().flat_map(Written::places) {
            place.shift(at, by);
        }
        self.set.batch.shift(at, by);
        if let Some(mark) = &mut self.set.mark {
            mark.shift(at, by);
        }
        for level in source.levels_mut() {
            level.on[self.index].child.shift(at, by);
        }
    }

    /// The set is full: it ends here, and what follows goes to another with the same header.
    fn break_set<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>) {
        self.change_set(desk, pen);
        for at in (0..desk.source.levels().len()).rev() {
            self.end_level(desk.source, pen, at);
        }
        self.close_set(desk, pen, None);
    }

    /// Writes `SE`.
    pub(super) fn close_set<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>, trailer: Option<Trailer>) {
        if !std::mem::replace(&mut self.set.head.open, false) {
            return;
        }
        let head = &desk.source.set;
        let old = head.control(pen.piece);
        let set = &mut self.set;
        let control = set.head.new.take();
        let text = control.as_deref().unwrap_or(old);
        write_trailer(pen, desk, "SE", trailer, set.segments + 1, text);
        note(desk.numbers, ControlKind::Set, old, control);
        note(desk.numbers, ControlKind::Batch, head.batch(pen.piece), set.new_batch.take());
        set.head.children = 0;
        set.segments = 0;
        set.levels = 0;
    }

    /// Writes `GE`.
    pub(super) fn close_group<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>, trailer: Trailer) {
        if !std::mem::replace(&mut self.group.open, false) {
            return;
        }
        let old = desk.source.group.control(pen.piece);
        let control = self.group.new.take();
        let text = control.as_deref().unwrap_or(old);
        write_trailer(pen, desk, "GE", Some(trailer), u64::from(self.group.children), text);
        note(desk.numbers, ControlKind::Group, old, control);
    }

    /// Writes `IEA`.
    pub(super) fn close_interchange<O: Output>(&mut self, desk: &mut Desk<'_>, pen: &mut Pen<'_, O>, trailer: Trailer) {
        if !std::mem::replace(&mut self.interchange.open, false) {
            return;
        }
        let old = desk.source.interchange.control(pen.piece);
        let control = self.interchange.new.take();
        let text = control.as_deref().unwrap_or(old);
        write_trailer(pen, desk, "IEA", Some(trailer), u64::from(self.interchange.children), text);
        note(desk.numbers, ControlKind::Interchange, old, control);
    }

    /// Takes back a group header below which nothing is left, and that of the interchange likewise.
    pub(super) fn prune<O: Output>(&mut self, pen: &mut Pen<'_, O>) {
        if self.group.open && self.group.children == 0 {
            pen.truncate(self.group.start.at);
            self.group.open = false;
            self.interchange.children = self.interchange.children.saturating_sub(1);
        }
        if self.interchange.open && self.interchange.children == 0 {
            pen.truncate(self.interchange.start.at);
            self.interchange.open = false;
        }
    }
}

impl Written {
    /// Writes the header, with a new number when it is changed.
    fn write<O: Output>(&mut self, head: &Head, pen: &mut Pen<'_, O>, kind: ControlKind, numbers: &mut Numbers) {
        if self.changed && self.new.is_none() {
            self.new = Some(numbers.give(kind, head.control(pen.piece)));
        }
        self.start = Place { at: pen.position(), len: 0 };
        let fields = [(head.version, Some(VERSION)), (head.control, self.new.as_deref())];
        [_, self.control] = pen.write(&head.kept, fields);
        self.body = Place { at: pen.position(), len: 0 };
        self.open = true;
        self.children = 0;
    }
}

impl WrittenSet {
    fn renew(&mut self, head: &Head, piece: &[u8], numbers: &mut Numbers) {
        self.head.new = Some(numbers.give(ControlKind::Set, head.control(piece)));
        if !head.batch.is_empty() {
            self.new_batch = Some(numbers.give(ControlKind::Batch, head.batch(piece)));
        }
    }
}

fn note(numbers: &mut Numbers, kind: ControlKind, old: &[u8], new: Option<Vec<u8>>) {
    if let Some(new) = new {
        numbers.renumbered.push(Renumbered { kind, old: old.to_vec(), new });
    }
}
