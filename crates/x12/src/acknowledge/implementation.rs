//! The implementation acknowledgment: 999, 005010X231A1. One set for each functional group that is answered.

use super::notes::Tally;
use super::{Envelope, Gs};
use crate::wire::Writer;

/// The version of the document, in GS08 and ST03.
pub const VERSION: &str = "005010X231A1";

/// True when a group of `kind` (GS01) is answered by a 999: acknowledgments never are.
#[must_use]
pub fn is_due(kind: &[u8]) -> bool {
    kind != b"FA"
}

/// IK501: what became of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetStatus {
    /// `A`: without fault.
    Accepted,
    /// `E`: with faults that do not cost the set.
    Errors,
    /// `R`: rejected.
    Rejected,
}

impl SetStatus {
    fn code(self) -> &'static str {
        match self {
            Self::Accepted => "A",
            Self::Errors => "E",
            Self::Rejected => "R",
        }
    }
}

/// What is known of a group when it ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupEnd<'a> {
    /// GE01, as far as it is a number; `None` repeats the number of sets received.
    pub included: Option<u64>,
    /// True when the group itself is at fault: AK901 is `R` whatever its sets say, and none counts as accepted.
    pub rejected: bool,
    /// AK905 to AK909; at most five are written, each once.
    pub codes: &'a [&'a str],
}

/// The 999 interchange that answers one interchange, written as its groups go by.
#[derive(Clone, Debug)]
pub struct Implementation {
    envelope: Envelope,
    number: u32,
    segments: u64,
    sets: Sets,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sets {
    received: u64,
    accepted: u64,
    errors: u64,
}

impl Implementation {
    /// The answer that goes out in `envelope`.
    #[must_use]
    pub fn new(envelope: Envelope) -> Self {
        Self { envelope, number: 0, segments: 0, sets: Sets::default(), tally: Tally::default() }
    }

    /// The envelope, for its delimiters and suffix.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Begins the answer to `group`: (`ISA`, `GS`,) `ST`, `AK1`.
    pub fn open_group(&mut self, out: &mut Vec<u8>, group: &Gs) {
        self.number = self.envelope.set(out, group, "FA", VERSION);
        self.sets = Sets::default();
        let mut writer = Writer::new(out, self.envelope.delimiters(), self.envelope.suffix());
        writer.segment("ST").text("999").text(set_number(self.number)).text(VERSION).end();
        let kind = if group.kind.len() == 2 { group.kind.as_slice() } else { b"HC" };
        writer.segment("AK1").text(kind).text(group_number(&group.control));
        writer.clip(if group.version.is_empty() { b"UNKNOWN" } else { group.version.as_slice() }, 12).end();
        self.segments = writer.segments();
    }

    /// Begins the answer to a set, with its ST01, ST02 and ST03: `AK2`.
    ///
    /// What is missing or too short is filled up with zeros, since both numbers are required in the answer.
    pub fn open_set(&mut self, out: &mut Vec<u8>, id: &[u8], control: &[u8], version: &[u8]) {
        self.sets.received += 1;
        self.tally = Tally::default();
        let mut writer = Writer::new(out, self.envelope.delimiters(), self.envelope.suffix());
        writer.segment("AK2").text(filled(id, 3, 3)).text(filled(control, 4, 9)).clip(version, 35).end();
        self.segments += writer.segments();
    }

    /// Appends what a [`Notes`](super::Notes) wrote for the open set.
    pub fn append(&mut self, out: &mut Vec<u8>, notes: &[u8], tally: Tally) {
        out.extend_from_slice(notes);
        self.add(tally);
    }

    /// Counts what a [`Notes`](super::Notes) wrote for the open set, when its bytes went to the file already.
    pub fn add(&mut self, tally: Tally) {
        self.segments += tally.segments;
        self.tally.add(tally);
    }

    /// Ends the answer to a set: `IK5` with at most five of `codes` (the set's own faults), to which "segments
    /// in error" is added when there were notes.
    pub fn close_set(&mut self, out: &mut Vec<u8>, status: SetStatus, codes: &[&str]) {
        match status {
            SetStatus::Accepted => self.sets.accepted += 1,
            SetStatus::Errors => self.sets.errors += 1,
            SetStatus::Rejected => {}
        }
        let mut writer = Writer::new(out, self.envelope.delimiters(), self.envelope.suffix());
        writer.segment("IK5").text(status.code());
        if status != SetStatus::Accepted {
            let noted = [("5", self.tally.standard), ("I5", self.tally.guide)];
            let noted = noted.into_iter().filter(|(_, any)| *any).map(|(code, _)| code);
            five(&mut writer, codes.iter().copied().chain(noted));
        }
        writer.end();
        self.segments += writer.segments();
    }

    /// Ends the answer to a group: `AK9`, `SE`.
    pub fn close_group(&mut self, out: &mut Vec<u8>, end: GroupEnd<'_>) {
        let Sets { received, accepted, errors } = self.sets;
        let passed = if end.rejected { 0 } else { accepted + errors };
        let status = match () {
            () if end.rejected || (passed == 0 && received > 0) => "R",
            () if passed < received => "P",
            () if errors > 0 || !end.codes.is_empty() => "E",
            () => "A",
        };
        let mut writer = Writer::new(out, self.envelope.delimiters(), self.envelope.suffix());
        let included = end.included.unwrap_or(received).min(999_999);
        writer.segment("AK9").text(status).number(included).number(received.min(999_999)).number(passed.min(999_999));
        five(&mut writer, end.codes.iter().copied());
        writer.end();
        let segments = self.segments + writer.segments() + 1;
        writer.segment("SE").number(segments).text(set_number(self.number)).end();
    }

    /// Ends the interchange: `GE`, `IEA`; nothing when no group was answered.
    pub fn close(&mut self, out: &mut Vec<u8>) {
        self.envelope.close(out);
    }
}

/// Writes the first five different codes.
fn five<'a>(writer: &mut Writer<'_>, codes: impl Iterator<Item = &'a str>) {
    let mut written = [""; 5];
    let mut count = 0;
    for code in codes {
        if count < written.len() && !code.is_empty() && !written.contains(&code) {
            written[count] = code;
            count += 1;
            writer.text(code);
        }
    }
}

/// ST02 of the answer: at least four digits.
pub(super) fn set_number(number: u32) -> String {
    format!("{number:04}")
}

/// The leading zeros that make a number of a set's control long enough, and no more than it may have.
fn filled(value: &[u8], shortest: usize, longest: usize) -> Vec<u8> {
    let clean: Vec<u8> = value.iter().copied().filter(u8::is_ascii_graphic).take(longest).collect();
    let mut filled = vec![b'0'; shortest.saturating_sub(clean.len())];
    filled.extend(clean);
    filled
}

/// AK102 is a number of one to nine digits.
fn group_number(control: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = control.iter().copied().filter(u8::is_ascii_digit).take(9).collect();
    if digits.is_empty() { b"0".to_vec() } else { digits }
}
