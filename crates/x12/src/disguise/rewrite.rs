//! The bytes of a file once through, with other identities in them.

use std::ops::Range;

use super::cipher::Cipher;
use super::days::Days;
use super::invent::{instead, mask};
use super::table::{Kind, Place, Table, Told, When};
use crate::guide::GuideError;
use crate::wire::{Delimiters, Fault, Limits, Scanner, Segment, Tokens};

/// Most days that wait for whose they are.
const WAITING: usize = 10_000;

/// What hashes of persons are for, beside those of kinds.
const PERSON: u8 = 200;

/// Rewrites a file piece by piece.
pub struct Disguise {
    scanner: Scanner,
    state: State,
}

/// What is known so far, and what is written.
struct State {
    table: &'static Table,
    cipher: Cipher,
    days: Days,
    whose: Whose,
    /// Days of the person at hand that wait, by where they stand in `out`.
    waiting: Vec<Range<usize>>,
    out: Vec<u8>,
    value: Vec<u8>,
    changed: u64,
    interchanges: u64,
}

/// Whose days are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Nobody's.
    Nobody,
    /// Somebody's who is not known yet.
    Unknown,
    /// A person's, whose days are moved back by so many.
    Person(i32),
}

impl Disguise {
    /// With `key`, under which the same values become the same.
    ///
    /// # Errors
    /// When the table of identities cannot be read.
    pub fn new(key: &[u8; 16], days: Days) -> Result<Self, GuideError> {
        let state = State {
            table: Table::embedded()?,
            cipher: Cipher::new(key),
            days,
            whose: Whose::Nobody,
            waiting: Vec::new(),
            out: Vec::new(),
            value: Vec::new(),
            changed: 0,
            interchanges: 0,
        };
        Ok(Self { scanner: Scanner::new(Limits::default()), state })
    }

    /// Reads `bytes`, appends what they become to `out` as far as it is known, and returns how many were used up: the rest is to be
    /// given again with what follows it. `last` says that nothing follows.
    pub fn feed(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut pass = Pass { state: &mut self.state, bytes, at: 0 };
        let used = self.scanner.scan(bytes, last, &mut pass);
        pass.upto(used);
        if last {
            self.state.settle(None);
        }
        // what waits is held back, with all behind it
        let ready = self.state.waiting.first().map_or(self.state.out.len(), |first| first.start);
        out.extend(self.state.out.drain(..ready));
        for range in &mut self.state.waiting {
            *range = range.start - ready..range.end - ready;
        }
        used
    }

    /// How many values were replaced so far.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.state.changed
    }

    /// How many interchanges began so far.
    #[must_use]
    pub fn interchanges(&self) -> u64 {
        self.state.interchanges
    }
}

impl State {
    /// It is known whose days wait: the person's with this number, or somebody's who has none.
    fn settle(&mut self, person: Option<&[u8]>) {
        let person = person.unwrap_or_default().to_ascii_uppercase();
        let back = Days::back(self.cipher.hash(PERSON, &person));
        for range in self.waiting.drain(..) {
            if let Some(text) = self.out.get_mut(range) {
                self.days.change(text, back);
            }
        }
        self.whose = Whose::Person(back);
    }

    /// What a segment says of whose days follow.
    fn follow(&mut self, segment: &Segment<'_>) {
        let Some(told) = self.table.of(segment.id()) else { return };
        let holds = |when: &Option<When>| when.as_ref().is_none_or(|when| when.holds(value_at(segment, when.place)));
        let (begins, outside) = (told.begins.iter().any(holds), told.outside.iter().any(holds));
        let key = told.keys.iter().find(|(_, when)| holds(when)).map(|(place, _)| value_at(segment, *place));
        if begins || outside {
            if self.whose == Whose::Unknown {
                self.settle(None);
            }
            self.whose = if begins { Whose::Unknown } else { Whose::Nobody };
        }
        if let Some(key) = key.filter(|key| !key.is_empty() && self.whose == Whose::Unknown) {
            self.settle(Some(key));
        }
    }

    /// Appends what `value`, which is of `kind`, becomes.
    fn put(&mut self, kind: Kind, value: &[u8], delimiters: Delimiters) {
        let start = self.out.len();
        if kind == Kind::Date {
            self.out.extend_from_slice(value);
            match self.whose {
                Whose::Nobody => {}
                Whose::Unknown => {
                    self.waiting.push(start..self.out.len());
                    if self.waiting.len() >= WAITING {
                        self.settle(None);
                    }
                }
                Whose::Person(back) => self.days.change(&mut self.out[start..], back),
            }
            return;
        }
        self.value.clear();
        self.value.extend_from_slice(value);
        instead(&self.cipher, kind, &mut self.value);
        self.changed += u64::from(self.value != value);
        // delimiters may be any bytes
        let odd = |byte: u8| {
            byte == delimiters.element
                || byte == delimiters.component
                || byte == delimiters.terminator
                || Some(byte) == delimiters.repetition
        };
        let harmless = (b'A'..=b'Z').chain(b'0'..=b'9').find(|byte| !odd(*byte)).unwrap_or(b' ');
        self.out.extend(self.value.iter().map(|byte| if odd(*byte) { harmless } else { *byte }));
    }
}

/// A run of bytes at work: those before `at` are done.
struct Pass<'a> {
    state: &'a mut State,
    bytes: &'a [u8],
    at: usize,
}

impl Pass<'_> {
    /// Copies what stands before `end` and is nobody's.
    fn upto(&mut self, end: usize) {
        let end = end.min(self.bytes.len());
        if let Some(gap) = self.bytes.get(self.at..end) {
            self.state.out.extend_from_slice(gap);
            self.at = end;
        }
    }

    fn rewrite(&mut self, segment: &Segment<'_>) {
        self.upto(segment.start() as usize);
        self.state.follow(segment);
        let delimiters = segment.delimiters();
        for (number, element) in segment.raw().split(|byte| *byte == delimiters.element).enumerate() {
            if number == 0 {
                self.state.out.extend_from_slice(element);
                continue;
            }
            self.state.out.push(delimiters.element);
            self.element(segment, number, element);
        }
        self.at = segment.end() as usize;
    }

    fn element(&mut self, segment: &Segment<'_>, number: usize, element: &[u8]) {
        let delimiters = segment.delimiters();
        // ISA11 and ISA16 are the delimiters themselves
        if segment.name() == b"ISA" && kind_of(self.state.table, segment, (number, 1), element) == Kind::Keep {
            return self.state.out.extend_from_slice(element);
        }
        for (at, repetition) in element.split(|byte| Some(*byte) == delimiters.repetition).enumerate() {
            if at > 0 {
                self.state.out.extend(delimiters.repetition);
            }
            for (component, value) in repetition.split(|byte| *byte == delimiters.component).enumerate() {
                if component > 0 {
                    self.state.out.push(delimiters.component);
                }
                let kind = kind_of(self.state.table, segment, (number, component + 1), value);
                match kind {
                    Kind::Keep => self.state.out.extend_from_slice(value),
                    _ if value.is_empty() => {}
                    kind => self.state.put(kind, value, delimiters),
                }
            }
        }
    }
}

/// What the value of a component is. What the standard does not have there is an identity, and so is what is longer than it may be.
fn kind_of(table: &Table, segment: &Segment<'_>, (element, component): Place, value: &[u8]) -> Kind {
    let Some(told) = table.of(segment.id()) else { return Kind::Id };
    if let Some(kind) = exception(told, segment, (element, component)) {
        return kind;
    }
    let Some(parts) = told.elements.get(element - 1) else { return Kind::Id };
    match parts.get(component - 1) {
        None => Kind::Id,
        Some((Kind::Keep, longest)) if value.len() > *longest => Kind::Id,
        Some((kind, _)) => *kind,
    }
}

fn exception(told: &Told, segment: &Segment<'_>, (element, component): Place) -> Option<Kind> {
    let meant = |place: &Place| place.0 == element && (place.1 == 0 || place.1 == component);
    let holds = |when: &Option<When>| when.as_ref().is_none_or(|when| when.holds(value_at(segment, when.place)));
    told.exceptions.iter().find(|(place, when, _)| meant(place) && holds(when)).map(|(.., kind)| *kind)
}

/// The value at a place of a segment.
fn value_at<'s>(segment: &Segment<'s>, (element, component): Place) -> &'s [u8] {
    if component == 0 { segment.element(element) } else { segment.component(element, component) }
}

impl Tokens for Pass<'_> {
    fn header(&mut self, segment: &Segment<'_>) {
        self.state.interchanges += 1;
        self.rewrite(segment);
    }

    fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
        self.rewrite(segment);
    }

    /// What is no segment keeps its form: how long it is, and what begins it where that is a header.
    fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool) {
        self.upto(range.start);
        let Some(run) = self.bytes.get(range.clone()) else { return };
        let kept = match fault {
            Fault::Empty => run.len(),
            Fault::HeaderTruncated | Fault::DelimitersUnusable if first => 3,
            Fault::TooLong if first => run.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(3).min(3),
            _ => 0,
        };
        let start = self.state.out.len();
        self.state.out.extend_from_slice(run);
        if let Some(rest) = self.state.out.get_mut(start + kept.min(run.len())..) {
            mask(rest);
        }
        self.at = range.end;
    }
}
