//! What stands where nothing can be made of it: kept as it is, counted, and answered where there is somebody to answer.

use x12::acknowledge::Isa;
use x12::finding::{Code, Finding, Scope};
use x12::guide::Guides;
use x12::position::{Position, Span};
use x12::validate::plain;
use x12::wire::{Delimiters, Fault, Output, SegmentId};

use super::answers::Answers;
use super::levels::Interchange;
use super::{Desk, Part};
use crate::analyse::Analysed;
use crate::error::Error;
use crate::item::{Item, Kind};

const ST: SegmentId = SegmentId::new(b"ST");
/// The longest identifier of a segment, and what ends it.
const HEAD: usize = 4;

/// Segments outside any interchange, which come in runs of bytes that may begin and end anywhere.
#[derive(Debug, Default)]
pub(super) struct Straying {
    /// Those of the interchange before.
    pub(super) delimiters: Delimiters,
    /// How the segment at hand begins, as far as that was read; full where it is none.
    head: Vec<u8>,
    /// It was said that sets or claims are among them.
    told: bool,
}

/// What a run of bytes outside any interchange has in it.
#[derive(Debug, Default)]
struct Strays {
    segments: u64,
    claims: u64,
    /// Where the first set or claim ends its identifier, if there is one.
    first: Option<usize>,
}

impl Straying {
    /// Begins anew, behind an interchange. What is wrong was told where `told`.
    fn begin(&mut self, told: bool) {
        self.head.clear();
        self.told = told;
    }

    fn read(&mut self, bytes: &[u8], guides: &Guides) -> Strays {
        let mut strays = Strays::default();
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == self.delimiters.terminator {
                self.head.clear();
            } else if self.head.len() < HEAD && !(self.head.is_empty() && byte.is_ascii_whitespace()) {
                self.head.push(byte);
                if let Some(id) = self.segment() {
                    let claim = guides.opens_claim(id);
                    strays.segments += 1;
                    strays.claims += u64::from(claim);
                    strays.first = strays.first.or_else(|| (claim || id == ST).then_some(at));
                    self.head.resize(HEAD, byte);
                }
            }
        }
        strays
    }

    /// The identifier of the segment at hand, when it has just come to its end.
    fn segment(&self) -> Option<SegmentId> {
        let id = self.head.strip_suffix(&[self.delimiters.element])?;
        let named = id.len() >= 2 && id.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        named.then(|| SegmentId::new(id))
    }
}

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
        let code = match fault {
            Fault::HeaderTruncated => Code::INTERCHANGE_TRUNCATED,
            Fault::DelimitersUnusable => Code::DELIMITER_INVALID,
            _ => Code::STRAY_BYTES,
        };
        if first {
            self.straying.begin(code != Code::STRAY_BYTES);
            self.begin_strays(part, code)?;
        }
        self.read_strays(part);
        Ok(())
    }

    /// Says that the file has no interchange at all.
    pub(super) fn no_interchange(&mut self) -> Result<(), Error> {
        let nothing = Analysed::default();
        let item = Item { kind: Kind::Misplaced, start: 0, head_end: 0, segments: 0, map: 0 };
        let sheets = self.sheets(&nothing, &[])?;
        let finding = self.of_strays(Code::NO_INTERCHANGE, 0);
        for sheet in &sheets {
            self.take(&mut Part { sheet, item: &item, end: 0, claim: None }, &finding);
        }
        Ok(())
    }

    /// Counts the segments and claims of an item outside any interchange: they were meant to be in one.
    pub(super) fn read_strays(&mut self, part: &mut Part<'_>) {
        let strays = self.straying.read(part.bytes(), &self.rulings.guides);
        self.totals.unreadable_segments += strays.segments;
        self.totals.unreadable += strays.claims;
        if let Some(first) = strays.first.filter(|_| !self.straying.told) {
            self.straying.told = true;
            let offset = part.sheet.analysed.taken.offset_of(part.item.start) + first as u64;
            let finding = self.of_strays(Code::CONTENT_OUTSIDE_INTERCHANGE, offset);
            self.take(part, &finding);
        }
    }

    fn of_strays(&self, code: Code, offset: u64) -> Finding {
        let position = Position { interchange: self.file.interchanges, offset, ..Position::default() };
        plain(code, Scope::Interchange, position, SegmentId::default(), Span::default())
    }

    /// Says what is wrong with bytes outside any interchange.
    fn begin_strays(&mut self, part: &mut Part<'_>, code: Code) -> Result<(), Error> {
        if code != Code::STRAY_BYTES {
            self.file.interchanges += 1;
        }
        let offset = part.sheet.analysed.taken.offset_of(part.item.start);
        let mut finding = self.of_strays(code, offset);
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
        self.work_without_claim();
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
