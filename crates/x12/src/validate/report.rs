//! Findings as they are made: what is known of the place, and the code.

use crate::finding::{Code, Finding, NO_CLAIM, NO_LOOP, Scope};
use crate::position::{Position, Span};
use crate::wire::{Segment, SegmentId};

/// What may be judged in more than one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What the guide requires and the base standard does not: when it is missing, say so as if the standard
    /// required it (IK403 1, IK304 3), not as a fault against the guide (I9, I6).
    pub strict_dependent: bool,
}

/// Where the walker reads: the ordinals that it does not count itself, and where its buffer stands in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// Ordinal of the interchange in the file.
    pub interchange: u32,
    /// Ordinal of the group in the interchange.
    pub group: u32,
    /// Ordinal of the set in the group.
    pub set: u32,
    /// Offset in the file of the buffer's first byte.
    pub base: u64,
}

/// A segment that a finding may speak of when it is long past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub ordinal: u32,
    /// Offset in the file of the buffer that `span` is of.
    pub base: u64,
    pub span: Span,
    pub segment: SegmentId,
    pub loop_index: u16,
    pub element: u8,
    pub data_element: u16,
}

impl Spot {
    /// Makes `finding` one of this place.
    pub(super) fn place(&self, finding: &mut Finding) {
        finding.position.segment = self.ordinal;
        finding.position.offset = self.base + u64::from(self.span.start);
        (finding.position.element, finding.data_element) = (self.element, self.data_element);
        (finding.segment, finding.loop_index) = (self.segment, self.loop_index);
    }
}

/// Where a segment stands, as far as a [`Spot`] remembers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub ordinal: u32,
    pub base: u64,
    pub segment: SegmentId,
    pub loop_index: u16,
}

impl Here {
    /// Remembers element `element` of the segment.
    pub(super) fn spot(&self, element: u8, data_element: u16, span: Span) -> Spot {
        Spot {
            ordinal: self.ordinal,
            base: self.base,
            span,
            segment: self.segment,
            loop_index: self.loop_index,
            element,
            data_element,
        }
    }
}

/// Where one segment stands, and the findings that it gives.
pub(super) struct Report<'f> {
    pub findings: &'f mut Vec<Finding>,
    pub options: Options,
    pub at: At,
    /// Offset in the file of the buffer that was read last.
    pub buffer: u64,
    /// Ordinal of the segment in the set.
    pub ordinal: u32,
    /// Where the segment begins and ends in the buffer.
    pub bounds: (u32, u32),
    pub segment: SegmentId,
    pub loop_index: u16,
    pub scope: Scope,
    pub claim: u32,
    pub line: u32,
}

/// An element, or a component or repetition of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub element: u8,
    pub component: u8,
    pub repetition: u16,
    pub data_element: u16,
}

impl<'f> Report<'f> {
    /// Findings of `segment`, number `ordinal` of its set; place and scope are not known yet.
    pub(super) fn new(
        findings: &'f mut Vec<Finding>,
        options: Options,
        at: At,
        ordinal: u32,
        segment: &Segment<'_>,
    ) -> Self {
        Self {
            findings,
            options,
            at,
            buffer: at.base,
            ordinal,
            bounds: (segment.start(), segment.end()),
            segment: segment.id(),
            loop_index: NO_LOOP,
            scope: Scope::Set,
            claim: NO_CLAIM,
            line: 0,
        }
    }

    /// The same place, for findings that are kept apart.
    pub(super) fn over<'o>(&self, findings: &'o mut Vec<Finding>) -> Report<'o> {
        let &Self { options, at, buffer, ordinal, bounds, segment, loop_index, scope, claim, line, .. } = self;
        Report { findings, options, at, buffer, ordinal, bounds, segment, loop_index, scope, claim, line }
    }

    /// A fault of the segment itself.
    #[cold]
    pub(super) fn segment(&mut self, code: Code) {
        let finding = self.finding(code, Place::default(), Span::new(self.bounds.0, self.bounds.0));
        self.findings.push(finding);
    }

    /// A fault of an element; `span` is empty where it is missing.
    #[cold]
    pub(super) fn element(&mut self, code: Code, place: Place, span: Span) {
        let finding = self.finding(code, place, span);
        self.findings.push(finding);
    }

    /// As [`Report::element`], for a fault that reaches the whole set.
    #[cold]
    pub(super) fn element_of_set(&mut self, code: Code, place: Place, span: Span) {
        let finding = self.finding(code, place, span);
        self.findings.push(Finding { scope: Scope::Set, ..finding });
    }

    /// Segment `segment` of loop `loop_index` was not there when this one came.
    #[cold]
    pub(super) fn missing(&mut self, code: Code, segment: SegmentId, loop_index: u16, scope: Scope) {
        let finding = self.finding(code, Place::default(), Span::new(self.bounds.0, self.bounds.0));
        self.findings.push(Finding { scope, segment, loop_index, ..finding });
    }

    /// A fault of a segment that was read before.
    #[cold]
    pub(super) fn earlier(&mut self, code: Code, spot: &Spot, scope: Scope) {
        let mut finding = Finding { scope, ..self.finding(code, Place::default(), Span::default()) };
        spot.place(&mut finding);
        // a span is of the buffer that was read: of an earlier one only the place in the file is left
        finding.value = if spot.base == self.buffer { spot.span } else { Span::default() };
        self.findings.push(finding);
    }

    /// Where the segment stands.
    pub(super) fn here(&self) -> Here {
        Here { ordinal: self.ordinal, base: self.at.base, segment: self.segment, loop_index: self.loop_index }
    }

    fn finding(&self, code: Code, place: Place, span: Span) -> Finding {
        Finding {
            code,
            severity: code.severity(),
            scope: self.scope,
            position: Position {
                interchange: self.at.interchange,
                group: self.at.group,
                set: self.at.set,
                segment: self.ordinal,
                offset: self.at.base + u64::from(span.start),
                element: place.element,
                component: place.component,
                repetition: place.repetition,
            },
            segment: self.segment,
            loop_index: self.loop_index,
            data_element: place.data_element,
            value: if span.is_empty() { Span::default() } else { span },
            claim: self.claim,
            line: self.line,
            note: "",
            status: 0,
            check: 0,
        }
    }
}
