//! One segment, as a view into the bytes it was read from.

use super::Delimiters;
use super::tape::{End, MEASURED, Seen};
use crate::position::Span;

/// A segment identifier of two or three characters, packed so that it compares as an integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(u32);

impl SegmentId {
    /// Packs `text`; identifiers longer than four bytes keep their first four, so they match nothing known.
    #[must_use]
    #[inline]
    pub const fn new(text: &[u8]) -> Self {
        // nearly all identifiers have two or three characters
        match *text {
            [] => Self(0),
            [first] => Self(first as u32),
            [first, second] => Self(u32::from_be_bytes([0, 0, first, second])),
            [first, second, third] => Self(u32::from_be_bytes([0, first, second, third])),
            [first, second, third, fourth, ..] => Self(u32::from_be_bytes([first, second, third, fourth])),
        }
    }

    /// The identifier `start..end` of `bytes`, which begin there with the four bytes of `word`.
    #[inline]
    fn at(bytes: &[u8], start: u32, end: u32, word: Option<u32>) -> Self {
        let len = end.saturating_sub(start);
        match word {
            Some(word) if matches!(len, 2 | 3) => Self(word >> (32 - 8 * len)),
            _ => Self::new(Span::new(start, end).of(bytes)),
        }
    }

    /// The packed form.
    #[inline]
    #[must_use]
    pub const fn packed(self) -> u32 {
        self.0
    }

    /// The identifier as text; bytes outside printable ASCII are shown as `?`.
    #[must_use]
    pub fn text(self) -> String {
        let bytes = self.0.to_be_bytes();
        bytes
            .iter()
            .skip_while(|&&byte| byte == 0)
            .map(|&byte| if byte.is_ascii_graphic() { byte as char } else { '?' })
            .collect()
    }
}

/// One segment of an interchange: a view, nothing is copied.
///
/// `marks` are the offsets in `bytes` of every separator of the segment, ascending; the last is its terminator
/// (or the end of the bytes when the data stops without one).
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    bytes: &'a [u8],
    marks: &'a [u32],
    start: u32,
    delimiters: Delimiters,
    id: SegmentId,
    seen: Seen,
    /// Bit n: mark n is a component or repetition separator, of the first 64; where it is known how long the values behind the marks
    /// are.
    inner: u64,
    lengths: Option<&'a [u8; MEASURED]>,
}

/// Which of a segment's first 64 marks are component separators (bit n is mark n), and how long its first values are,
/// components or elements: 255 for more. What stands beyond its last mark means nothing.
pub(crate) type Measures<'a> = (u64, &'a [u8; MEASURED]);

/// Four bytes of `bytes` from `start` on, the first highest.
#[inline]
pub(super) fn word_at(bytes: &[u8], start: usize) -> Option<u32> {
    bytes.get(start..).and_then(<[u8]>::first_chunk).map(|word| u32::from_be_bytes(*word))
}

impl<'a> Segment<'a> {
    /// A segment of `bytes` that begins at `start` and whose separators are `marks` (never empty).
    #[inline]
    #[must_use]
    pub fn new(bytes: &'a [u8], start: u32, marks: &'a [u32], delimiters: Delimiters) -> Self {
        debug_assert!(!marks.is_empty());
        let id = SegmentId::at(bytes, start, marks.first().copied().unwrap_or(start), word_at(bytes, start as usize));
        Self { bytes, marks, start, delimiters, id, seen: Seen::ANYTHING, inner: 0, lengths: None }
    }

    /// None of the segments of `bytes` yet.
    pub(super) fn none(bytes: &'a [u8], delimiters: Delimiters) -> Self {
        let id = SegmentId::default();
        Self { bytes, marks: &[], start: 0, delimiters, id, seen: Seen::ANYTHING, inner: 0, lengths: None }
    }

    /// The next segment of the same bytes: where it begins and its first four bytes, and what the tape tells.
    #[inline]
    pub(super) fn next(
        &mut self,
        (start, word): (u32, Option<u32>),
        marks: &'a [u32],
        (end, lengths): (&End, Option<&'a [u8; MEASURED]>),
    ) {
        self.id = SegmentId::at(self.bytes, start, marks.first().copied().unwrap_or(start), word);
        (self.start, self.marks) = (start, marks);
        (self.seen, self.inner, self.lengths) = (end.seen, end.inner, lengths);
    }

    /// The delimiters in force.
    #[inline]
    #[must_use]
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// The buffer that all spans and offsets of this segment refer to.
    #[inline]
    #[must_use]
    pub fn buffer(&self) -> &'a [u8] {
        self.bytes
    }

    /// Offset in the buffer of the segment's first byte.
    #[inline]
    #[must_use]
    pub fn start(&self) -> u32 {
        self.start
    }

    /// Offset in the buffer of the terminator.
    #[inline]
    #[must_use]
    pub fn end(&self) -> u32 {
        self.marks.last().copied().unwrap_or(self.start)
    }

    /// Offsets of all separators, the terminator last.
    #[inline]
    #[must_use]
    pub fn marks(&self) -> &'a [u32] {
        self.marks
    }

    /// The bytes from the identifier up to the terminator, without it.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.slice(self.start, self.end())
    }

    /// The identifier's bytes.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        self.slice(self.start, self.marks.first().copied().unwrap_or(self.start))
    }

    /// The identifier.
    #[inline]
    #[must_use]
    pub fn id(&self) -> SegmentId {
        self.id
    }

    /// True when the segment is known to have neither component nor repetition separators.
    #[inline]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.seen.inner()
    }

    /// False when the segment is known to have no control character, no byte outside ASCII, and no value that begins with
    /// a blank.
    #[inline]
    #[must_use]
    pub fn may_be_odd(&self) -> bool {
        self.seen.odd()
    }

    /// Its measures, where they are known: unless it has a repetition separator, or more than 64 marks.
    #[inline]
    pub(crate) fn measures(&self) -> Option<Measures<'a>> {
        let known = !self.seen.repeats() && self.marks.len() <= 64;
        self.lengths.filter(|_| known).map(|lengths| (self.inner, lengths))
    }

    /// The elements in order, from element 1.
    #[inline]
    #[must_use]
    pub fn elements(&self) -> Elements<'a> {
        Elements { segment: *self, at: 0 }
    }

    /// Element `number` (from 1) with its components and repetitions; empty when it is not there.
    #[inline]
    #[must_use]
    pub fn element(&self, number: usize) -> &'a [u8] {
        self.span(number).of(self.bytes)
    }

    /// Where element `number` (from 1) lies; an empty span when it is not there.
    #[inline]
    #[must_use]
    pub fn span(&self, number: usize) -> Span {
        if !self.is_plain() {
            return self.nested_span(number);
        }
        let ends = number.checked_sub(1).and_then(|before| self.marks.get(before..=number));
        match ends {
            Some(&[before, end]) => Span::new(before + 1, end),
            _ => Span::default(),
        }
    }

    /// As [`Segment::span`], where some marks end no element.
    fn nested_span(&self, number: usize) -> Span {
        if let Some((inner, _)) = self.measures() {
            return self.measured_span(number, inner).unwrap_or_default();
        }
        let mut ends = 0;
        let mut start = self.start;
        let mut marks = self.marks.iter();
        while let Some(&mark) = marks.next() {
            let ended = marks.as_slice().is_empty() || self.bytes.get(mark as usize) == Some(&self.delimiters.element);
            // the first mark ends the identifier
            if !ended && ends > 0 {
                continue;
            }
            if ends == number && number > 0 {
                return Span::new(start, mark);
            }
            (start, ends) = (mark + 1, ends + 1);
        }
        Span::default()
    }

    /// As [`Segment::span`], where bit n of `inner` says that mark n separates components.
    #[inline]
    fn measured_span(&self, number: usize, inner: u64) -> Option<Span> {
        let (before, end) = marks_around(number, inner)?;
        Some(Span::new(self.marks.get(before)? + 1, *self.marks.get(end)?))
    }

    /// As [`Segment::component_span`], likewise.
    #[inline]
    fn measured_component_span(&self, number: usize, component: usize, inner: u64) -> Option<Span> {
        let (before, last) = marks_around(number, inner)?;
        // an element that is not there has no first component either
        let end = (component > 0 && last < self.marks.len()).then_some(before + component)?;
        (end <= last).then_some(Span::new(self.marks.get(end - 1)? + 1, *self.marks.get(end)?))
    }

    /// Component `component` of the first repetition of element `number`, both from 1; empty when it is not there.
    #[must_use]
    pub fn component(&self, number: usize, component: usize) -> &'a [u8] {
        self.component_span(number, component).of(self.bytes)
    }

    /// Where component `component` of the first repetition of element `number` lies, both from 1.
    #[must_use]
    pub fn component_span(&self, number: usize, component: usize) -> Span {
        if let Some((inner, _)) = self.measures() {
            return self.measured_component_span(number, component, inner).unwrap_or_default();
        }
        let Some(element) = self.elements().nth(number.wrapping_sub(1)) else { return Span::default() };
        let Some(first) = element.repetitions().next() else { return Span::default() };
        first.components().nth(component.wrapping_sub(1)).unwrap_or_default()
    }

    fn slice(&self, start: u32, end: u32) -> &'a [u8] {
        self.bytes.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The numbers of the marks before and behind element `number`, where bit n of `inner` says that mark n separates components.
#[inline]
fn marks_around(number: usize, inner: u64) -> Option<(usize, usize)> {
    // the first mark ends the identifier, whatever it is
    let mut ends = !inner | 1;
    for _ in 1..number {
        ends &= ends.wrapping_sub(1);
    }
    let (before, end) = (ends.trailing_zeros(), (ends & ends.wrapping_sub(1)).trailing_zeros());
    (number > 0).then_some((before as usize, end as usize))
}

/// The elements of a segment, from element 1.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    segment: Segment<'a>,
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        let marks = self.segment.marks;
        if self.at + 1 >= marks.len() {
            return None;
        }
        let bytes = self.segment.bytes;
        let separator = self.segment.delimiters.element;
        let start = marks[self.at] + 1;
        let first = self.at + 1;
        let mut last = first;
        if !self.segment.is_plain() {
            while last + 1 < marks.len() && bytes[marks[last] as usize] != separator {
                last += 1;
            }
        }
        self.at = last;
        Some(Element {
            bytes,
            inner: &marks[first..last],
            start,
            end: marks[last],
            delimiters: self.segment.delimiters,
        })
    }
}

/// One element: its bytes, and the component and repetition separators inside it.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    bytes: &'a [u8],
    inner: &'a [u32],
    start: u32,
    end: u32,
    delimiters: Delimiters,
}

impl<'a> Element<'a> {
    /// Where the element lies in the segment's buffer.
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// The element's bytes, separators included.
    #[inline]
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// True when nothing stands between the separators.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// True when neither component nor repetition separators are inside: the usual case.
    #[inline]
    #[must_use]
    pub fn is_simple(&self) -> bool {
        self.inner.is_empty()
    }

    /// The repetitions in order; one when the element does not repeat.
    #[must_use]
    pub fn repetitions(&self) -> Repetitions<'a> {
        Repetitions { rest: Some(*self) }
    }

    /// The components of a repetition in order; one when it is simple.
    #[must_use]
    pub fn components(&self) -> Components<'a> {
        Components { element: *self, at: 0, start: self.start, done: false }
    }
}

/// The repetitions of an element.
#[derive(Clone, Debug)]
pub struct Repetitions<'a> {
    rest: Option<Element<'a>>,
}

impl<'a> Iterator for Repetitions<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let element = self.rest.take()?;
        let cut = element
            .delimiters
            .repetition
            .and_then(|separator| element.inner.iter().position(|&mark| element.bytes[mark as usize] == separator));
        let Some(cut) = cut else { return Some(element) };
        let mark = element.inner[cut];
        self.rest = Some(Element { inner: &element.inner[cut + 1..], start: mark + 1, ..element });
        Some(Element { inner: &element.inner[..cut], end: mark, ..element })
    }
}

/// The components of one repetition, as spans of the segment's buffer.
#[derive(Clone, Debug)]
pub struct Components<'a> {
    element: Element<'a>,
    at: usize,
    start: u32,
    done: bool,
}

impl Iterator for Components<'_> {
    type Item = Span;

    #[inline]
    fn next(&mut self) -> Option<Span> {
        if self.done {
            return None;
        }
        let end = if let Some(&mark) = self.element.inner.get(self.at) {
            self.at += 1;
            mark
        } else {
            self.done = true;
            self.element.end
        };
        let span = Span::new(self.start, end);
        self.start = end + 1;
        Some(span)
    }
}

/// The offsets of all separators in `start..end` of `bytes`, and `end`: what a [`Segment`] is made of when it is read
/// on its own.
#[must_use]
pub fn marks(bytes: &[u8], start: u32, end: u32, delimiters: Delimiters) -> Vec<u32> {
    let separates =
        |byte: u8| byte == delimiters.element || byte == delimiters.component || Some(byte) == delimiters.repetition;
    let mut marks: Vec<u32> =
        (start..end).filter(|&at| bytes.get(at as usize).is_some_and(|&byte| separates(byte))).collect();
    marks.push(end);
    marks
}

#[cfg(test)]
mod tests {
    use super::super::scanner::{Fault, Limits, Mode, Scanner, Tokens};
    use super::*;

    /// Holds what is known of a segment by its measures against what is found in its bytes.
    struct Places(usize);

    impl Tokens for Places {
        fn header(&mut self, _segment: &Segment<'_>) {}

        fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
            let plain = Segment::new(segment.buffer(), segment.start(), segment.marks(), segment.delimiters());
            self.0 += usize::from(segment.measures().is_some());
            for number in 0..6 {
                assert_eq!(segment.span(number), plain.span(number));
                for component in 0..5 {
                    assert_eq!(
                        segment.component_span(number, component),
                        plain.component_span(number, component),
                        "{number}-{component} of {}",
                        String::from_utf8_lossy(segment.raw())
                    );
                }
            }
        }

        fn fault(&mut self, _fault: Fault, _range: std::ops::Range<usize>, _first: bool) {}
    }

    #[test]
    fn measures_tell_where_elements_and_components_lie() {
        let (mut scanner, mut places) = (Scanner::new(Limits::default()), Places(0));
        scanner.resume(Mode::Inside(Delimiters::default()));
        let text = "HI*ABK:J209*ABF:I10:::X~CLM*1**::*:*11:B:1~A~AB*~AB*:~AB:C*D~SV1*HC:99213^A:B*1~AB*1*2:3:4~\n";
        scanner.scan(text.repeat(3).as_bytes(), true, &mut places);
        assert_eq!(places.0, 21, "all of them but those that repeat");
    }
}
