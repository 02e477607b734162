//! A stretch of bytes whose segments are looked at one by one.

use std::ops::Range;

use x12::claim::FieldPlace;
use x12::position::Span;
use x12::wire::{Delimiters, Segment};

/// Segments that a place is looked for in.
const MOST: u32 = 2_000;

/// Bytes that begin with a segment.
pub(crate) struct Stretch<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) range: Range<u32>,
    pub(crate) delimiters: Delimiters,
}

impl Stretch<'_> {
    /// Where each segment begins and ends, its terminator not counted. Empty ones have no number: they are left out.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Range<u32>> {
        let mut start = self.range.start;
        std::iter::from_fn(move || {
            while self.bytes.get(start as usize).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)) {
                start += 1;
            }
            let rest = self.bytes.get(start as usize..self.range.end as usize).filter(|rest| !rest.is_empty())?;
            let len = memchr::memchr(self.delimiters.terminator, rest).unwrap_or(rest.len());
            let segment = start..start + len as u32;
            start = segment.end + 1;
            Some(segment)
        })
        .filter(|segment| !segment.is_empty())
    }

    /// True when the segment at `raw` has the identifier `name`.
    pub(crate) fn is_named(&self, raw: &Range<u32>, name: &str) -> bool {
        let Delimiters { element, component, repetition, .. } = self.delimiters;
        let separates = |byte: u8| byte == element || byte == component || Some(byte) == repetition;
        let raw = self.bytes.get(raw.start as usize..raw.end as usize).unwrap_or_default();
        let rest = raw.strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.first().is_none_or(|&byte| separates(byte)))
    }

    /// The segment at `raw`, taken apart.
    pub(crate) fn with<R>(&self, raw: &Range<u32>, act: impl FnOnce(&Segment<'_>) -> R) -> R {
        let marks = x12::wire::marks(self.bytes, raw.start, raw.end, self.delimiters);
        act(&Segment::new(self.bytes, raw.start, &marks, self.delimiters))
    }

    /// The segment that holds `value` at `place`, else the first with that identifier: how many segments it lies behind
    /// the first, and the offset of the element.
    pub(crate) fn locate(&self, place: &FieldPlace, value: &[u8]) -> Option<(u32, u32)> {
        self.locate_where(place, value, |_| true).map(|(behind, offset, _)| (behind, offset))
    }

    /// The same of the segments that are `meant`, and the value that stands there.
    pub(crate) fn locate_where(
        &self,
        place: &FieldPlace,
        value: &[u8],
        meant: impl Fn(&Segment<'_>) -> bool,
    ) -> Option<(u32, u32, Span)> {
        let mut best = None;
        for (behind, raw) in (0..MOST).zip(self.segments()) {
            if !self.is_named(&raw, &place.segment) || !self.with(&raw, &meant) {
                continue;
            }
            let (element, component) = (usize::from(place.element), usize::from(place.component));
            let span = self.with(&raw, |segment| match component {
                0 => segment.span(element),
                _ => segment.component_span(element, component),
            });
            let offset = if span.start > 0 { span.start } else { raw.start };
            let exact = !value.is_empty() && span.of(self.bytes).starts_with(value);
            if exact || best.is_none() {
                best = Some((behind, offset, span));
            }
            if exact || value.is_empty() {
                break;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segment_with_the_value_is_found_else_the_first_of_its_name() {
        let bytes = b"CLM*1~\nHI*ABK:E119~HI*ABF:I10*ABF:E785~HIX*9~";
        let stretch = Stretch { bytes, range: 0..bytes.len() as u32, delimiters: Delimiters::default() };
        let place = |element, component| FieldPlace {
            loop_id: "2300".to_owned(),
            segment: "HI".to_owned(),
            element,
            component,
        };
        assert_eq!(stretch.segments().count(), 4);
        assert_eq!(stretch.locate(&place(1, 2), b"I10"), Some((2, 26)));
        assert_eq!(stretch.locate(&place(1, 2), b"Z23"), Some((1, 14)));
        assert_eq!(stretch.locate(&place(9, 0), b""), Some((1, 7)));
        assert_eq!(stretch.locate(&FieldPlace { segment: "NM1".to_owned(), ..place(1, 0) }, b""), None);
    }
}
