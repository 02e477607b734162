//! The implementation acknowledgment: 999, 005010X231A1. One set for each functional group that is answered.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::notes::Tally;
use super::{Envelope, Gs};
use crate::guide::{base_codes, is_group};
use crate::wire::{Delimiters, Writer, written_len};

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
    kind: [u8; 2],
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
        Self { envelope, number: 0, kind: *b"HC", segments: 0, sets: Sets::default(), tally: Tally::default() }
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
        let kind = if is_group(&group.kind) { group.kind.as_slice() } else { b"HC" };
        self.kind = [kind[0], kind[1]];
        writer.segment("AK1").text(kind).text(group_number(&group.control));
        let version = group.version.as_slice();
        let known = written_len(self.envelope.delimiters(), version, 12) > 0;
        writer.clip(if known { version } else { b"UNKNOWN" }, 12).end();
        self.segments = writer.segments();
    }

    /// Begins the answer to a set, with its ST01, ST02 and ST03: `AK2`.
    ///
    /// Both are required in the answer: where ST01 is no code of the standard, the set that belongs in the group stands
    /// for it, and ST02 is filled up with zeros where it is too short.
    pub fn open_set(&mut self, out: &mut Vec<u8>, id: &[u8], control: &[u8], version: &[u8]) {
        self.sets.received += 1;
        self.tally = Tally::default();
        let mut writer = Writer::new(out, self.envelope.delimiters(), self.envelope.suffix());
        let id = if is_set(id) { id } else { set_of(self.kind) };
        writer.segment("AK2").text(id).text(filled(control, self.envelope.delimiters())).clip(version, 35).end();
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

/// AK202 has four to nine characters.
fn filled(control: &[u8], delimiters: Delimiters) -> Vec<u8> {
    let writable = |byte: &u8| written_len(delimiters, &[*byte], 1) > 0;
    let kept: Vec<u8> = control.iter().copied().filter(writable).take(9).collect();
    let mut filled = vec![b'0'; 4usize.saturating_sub(kept.len())];
    filled.extend(kept);
    filled
}

/// Data element 143, as AK201 has it.
static SETS: LazyLock<HashSet<&[u8]>> = LazyLock::new(|| base_codes("143").map(str::as_bytes).collect());

/// True for the code of a set that the standard has.
fn is_set(id: &[u8]) -> bool {
    id.len() == 3 && SETS.contains(id)
}

/// The set that belongs in groups of `kind` (GS01).
fn set_of(kind: [u8; 2]) -> &'static [u8] {
    match &kind {
        b"BE" => b"834",
        b"HB" => b"271",
        b"HI" => b"278",
        b"HN" => b"277",
        b"HP" => b"835",
        b"HR" => b"276",
        b"HS" => b"270",
        b"RA" => b"820",
        _ => b"837",
    }
}

/// AK102 is a number of one to nine digits.
fn group_number(control: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = control.iter().copied().filter(u8::is_ascii_digit).take(9).collect();
    if digits.is_empty() { b"0".to_vec() } else { digits }
}
