//! The bytes of a file once through, with other identities in them.

use std::ops::Range;

use super::cipher::Cipher;
use super::days::{Days, clear};
use super::form::reads_as_day;
use super::invent::{blur, instead, mask};
use super::kind::Kind;
use super::table::{NOTHING, Part, Place, Table};
use crate::guide::GuideError;
use crate::wire::{Delimiters, Fault, Limits, Scanner, Segment, Tokens};

/// Most days that wait for whose they are, and most bytes that are held back for them.
const WAITING: usize = 10_000;
const HELD: usize = 1 << 20;

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
    /// Somebody's who is not known yet, or nobody's: they are treated alike, so that none is left where a level is missing.
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
            whose: Whose::Unknown,
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
        let at = |place| value_at(segment, place);
        if told.begins(at) {
            if self.whose == Whose::Unknown {
                self.settle(None);
            }
            self.whose = Whose::Unknown;
        }
        if self.whose == Whose::Unknown
            && let Some(key) = told.key(at).map(at).filter(|key| !key.is_empty())
        {
            self.settle(Some(key));
        }
    }

    /// Whose days wait is not waited for any longer where too many do, or too much stands behind the first.
    fn bound(&mut self) {
        let held = self.waiting.first().map_or(0, |first| self.out.len() - first.start);
        if self.waiting.len() >= WAITING || held >= HELD {
            self.settle(None);
        }
    }

    /// Appends what `value` becomes, which does not stay where `part` is to be.
    fn put(&mut self, part: Part, value: &[u8], delimiters: Delimiters) {
        let kind = taken_for(part.kind, value);
        self.value.clear();
        self.value.extend_from_slice(value);
        if kind == Kind::Date {
            clear(&mut self.value);
            blur(&mut self.value);
        } else {
            instead(&self.cipher, kind, &mut self.value);
        }
        // what was none of its form is none still
        if kind == Kind::Id && self.table.stays(part, &self.value) {
            self.cipher.other_than(&mut self.value, |value| self.table.stays(part, value));
        }
        self.write(value, delimiters);
        if kind == Kind::Date && self.days != Days::Keep {
            let range = self.out.len() - self.value.len()..self.out.len();
            match self.whose {
                Whose::Unknown => self.waiting.push(range),
                Whose::Person(back) => self.days.change(&mut self.out[range], back),
            }
        }
    }

    /// Appends the value at hand, which `before` became; delimiters, which may be any bytes, do not come into it. A header that is
    /// broken by lines has some already.
    fn write(&mut self, before: &[u8], delimiters: Delimiters) {
        self.changed += u64::from(self.value != before);
        let odd = |byte: u8| {
            (byte == delimiters.element
                || byte == delimiters.component
                || byte == delimiters.terminator
                || Some(byte) == delimiters.repetition)
                && !before.contains(&byte)
        };
        self.out.extend(self.value.iter().map(|byte| if odd(*byte) { b'A' } else { *byte }));
    }

    /// Appends the identifier of a segment, or what stands in its place.
    fn identifier(&mut self, identifier: &[u8], delimiters: Delimiters) {
        self.value.clear();
        self.value.extend_from_slice(identifier);
        if !self.table.has(identifier) {
            self.cipher.other_than(&mut self.value, |value| self.table.has(value));
            blur(&mut self.value);
        }
        self.write(identifier, delimiters);
    }
}

/// What a value is taken for that has another form than belongs in its place.
fn taken_for(kind: Kind, value: &[u8]) -> Kind {
    match kind {
        Kind::Keep => Kind::Org,
        Kind::Day | Kind::Hour => Kind::Date,
        Kind::Code | Kind::Number | Kind::Time if reads_as_day(value) => Kind::Date,
        Kind::Code
        | Kind::Number
        | Kind::Time
        | Kind::Control
        | Kind::Version
        | Kind::Payer
        | Kind::Taxonomy
        | Kind::Drug
        | Kind::Mark => Kind::Id,
        kind => kind,
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
            if number > 0 {
                self.state.out.push(delimiters.element);
            }
            self.element(segment, number, element);
        }
        self.at = segment.end() as usize;
        self.state.bound();
    }

    /// Element 0 is the identifier of the segment.
    fn element(&mut self, segment: &Segment<'_>, number: usize, element: &[u8]) {
        let delimiters = segment.delimiters();
        // ISA11 and ISA16 are the delimiters themselves
        if segment.name() == b"ISA" && self.state.table.stays(part_of(self.state.table, segment, (number, 1)), element)
        {
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
                self.component(segment, (number, component + 1), value, value.len() == element.len());
            }
        }
    }

    fn component(&mut self, segment: &Segment<'_>, place: Place, value: &[u8], alone: bool) {
        if value.is_empty() {
            return;
        }
        if place.0 == 0 {
            return self.state.identifier(value, segment.delimiters());
        }
        let mut part = part_of(self.state.table, segment, place);
        // of the envelope and headers nothing has parts
        if !alone && matches!(part.kind, Kind::Control | Kind::Day) {
            part = NOTHING;
        }
        if self.state.table.stays(part, value) {
            self.state.out.extend_from_slice(value);
        } else {
            self.state.put(part, value, segment.delimiters());
        }
    }
}

/// What stands at a place; what the standard does not have there is an identity.
fn part_of(table: &Table, segment: &Segment<'_>, place: Place) -> Part {
    let told = table.of(segment.id());
    told.map_or(NOTHING, |told| told.part(place, |place| value_at(segment, place)))
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

    /// What is no segment keeps its form: how long it is, and what begins it where that is a header or a segment of the standard.
    fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool) {
        self.upto(range.start);
        let Some(run) = self.bytes.get(range.clone()) else { return };
        let identifier = run.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(run.len());
        let kept = match fault {
            Fault::Empty => run.len(),
            Fault::HeaderTruncated | Fault::DelimitersUnusable if first => 3,
            Fault::TooLong if first && self.state.table.has(&run[..identifier]) => identifier,
            _ => 0,
        };
        let start = self.state.out.len();
        self.state.out.extend_from_slice(run);
        if let Some(rest) = self.state.out.get_mut(start + kept.min(run.len())..) {
            mask(rest);
            // a run may be cut within a character
            rest.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'X');
        }
        self.at = range.end;
        self.state.bound();
    }
}
