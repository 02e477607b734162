//! What stands where nothing can be made of it: kept as it is, counted, and answered where there is somebody to answer.

use x12::acknowledge::Isa;
use x12::finding::{Code, Finding, Scope};
use x12::position::{Position, Span};
use x12::validate::plain;
use x12::wire::{Delimiters, Fault, Output, SegmentId};

use super::answers::Answers;
use super::levels::Interchange;
use super::{Desk, Part};
use crate::analyse::Kind;
use crate::error::Error;

impl Desk<'_> {
    /// A trailer without a header, or segments between sets.
    pub(super) fn out_of_place(&mut self, part: &mut Part<'_>) {
        let alone = matches!(part.item.kind, Kind::Alone);
        self.judge_envelope(part, |envelope, segment, place, findings| match segment {
            Some(segment) if alone => envelope.trailer_alone(segment, place, findings),
            Some(segment) => envelope.misplaced(segment, place, findings),
            None => {}
        });
    }

    pub(super) fn stray(&mut self, part: &mut Part<'_>, fault: Fault, first: bool) -> Result<(), Error> {
        self.keep_unreadable(part);
        if !first {
            return Ok(());
        }
        let code = match fault {
            Fault::HeaderTruncated => Code::INTERCHANGE_TRUNCATED,
            Fault::DelimitersUnusable => Code::DELIMITER_INVALID,
            _ => Code::STRAY_BYTES,
        };
        if code != Code::STRAY_BYTES {
            self.file.interchanges += 1;
        }
        let offset = part.sheet.analysed.taken.offset_of(part.item.start);
        let position = Position { interchange: self.file.interchanges, offset, ..Position::default() };
        let mut finding = plain(code, Scope::Interchange, position, SegmentId::default(), Span::default());
        let known = if code == Code::DELIMITER_INVALID { Isa::read_unusable(part.bytes()) } else { None };
        let Some((isa, note)) = known else {
            self.take(part, &finding);
            return Ok(());
        };
        finding.note = note;
        self.refuse(part, isa, &finding)
    }

    /// Answers an interchange of which only the header can be read.
    fn refuse(&mut self, part: &mut Part<'_>, isa: Isa, finding: &Finding) -> Result<(), Error> {
        self.end_levels(0);
        let stem = self.file.stem(&isa.control);
        let (control, manner) = (isa.control.clone(), self.rulings.manner.clone());
        let stage = self.stage.as_ref().filter(|_| self.rulings.chosen.is_none());
        let answers = stage.map(|stage| Answers::new(stage, &stem, isa, Delimiters::default(), b"\n", manner));
        self.interchange = Some(Interchange::refused(control, answers));
        self.take(part, finding);
        self.finish_interchange()
    }

    /// Keeps the segments of an item that is no claim's, and counts them.
    pub(super) fn keep_counted(&mut self, part: &Part<'_>) {
        self.totals.unreadable_segments += u64::from(part.item.segments);
        self.keep_unreadable(part);
    }

    /// Keeps the bytes of an item that is no claim's, as they are.
    pub(super) fn keep_unreadable(&mut self, part: &Part<'_>) {
        if let Some(file) = &mut self.unreadable {
            file.append(part.bytes());
        }
    }
}
