//! Control segments: every header has its trailer, every count is right, every number is used once.
//!
//! Envelope segments are the one thing that no guide describes: they are judged here, in the order of the file.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;

use crate::finding::{Code, Finding, NO_CLAIM, NO_LOOP, Scope, Severity};
use crate::guide::{Plan, is_group};
use crate::position::{Position, Span};
use crate::wire::{Segment, SegmentId};

/// How many control numbers are remembered per level; beyond, the oldest window is forgotten and [`Envelope::forgot`] says so.
const WINDOW: usize = 500_000;
/// Identifier qualifiers that ISA05 and ISA07 may have.
const QUALIFIERS: &[&[u8]] = &[
    b"01", b"02", b"03", b"04", b"07", b"08", b"09", b"10", b"11", b"12", b"13", b"14", b"15", b"16", b"17", b"18",
    b"19", b"20", b"21", b"22", b"23", b"24", b"25", b"26", b"27", b"28", b"29", b"30", b"31", b"32", b"33", b"34",
    b"35", b"36", b"37", b"38", b"AM", b"NR", b"SA", b"SN", b"ZZ",
];

/// Why a set cannot be walked, or that it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routed {
    /// A guide was found.
    Known,
    /// A guide was found whose sets do not name it: their group does.
    KnownByGroup,
    /// No guide of that transaction set is known.
    UnknownSet,
    /// The transaction set is known, its version is not.
    UnknownGuide,
    /// The set does not belong in its group (GS01).
    WrongGroup,
}

impl Routed {
    /// Of a set that `plan` is the guide of.
    #[must_use]
    pub fn to(plan: &Plan) -> Self {
        if plan.is_named_by_sets() { Self::Known } else { Self::KnownByGroup }
    }

    /// Of a set that `plan` is the guide of, in a group of `kind` (GS01).
    #[must_use]
    pub fn within(plan: &Plan, kind: &[u8]) -> Self {
        if plan.group_id.as_bytes() == kind { Self::to(plan) } else { Self::WrongGroup }
    }

    /// True when a guide was found, so that the set can be walked.
    #[must_use]
    pub fn is_walked(self) -> bool {
        !matches!(self, Self::UnknownSet | Self::UnknownGuide)
    }
}

/// The open interchange, group and set, and what was seen of them.
#[derive(Debug, Default)]
pub struct Envelope {
    interchange: Option<Open>,
    group: Option<Open>,
    set: Option<Open>,
    interchanges: u32,
    seen: Seen,
    group_version: Vec<u8>,
    /// GS01 is no code of the standard: what belongs in such a group cannot be said.
    group_unknown: bool,
}

/// A header whose trailer has not come.
#[derive(Clone, Debug, Default)]
struct Open {
    control: Vec<u8>,
    children: u32,
    ordinal: u32,
}

/// Control numbers used so far, as keyed digests.
#[derive(Debug, Default)]
struct Seen {
    hasher: RandomState,
    interchanges: HashSet<u64>,
    groups: HashSet<u64>,
    sets: HashSet<u64>,
    forgot: bool,
}

impl Seen {
    fn first_time(numbers: &mut HashSet<u64>, forgot: &mut bool, digest: u64) -> bool {
        if numbers.len() >= WINDOW {
            numbers.clear();
            *forgot = true;
        }
        numbers.insert(digest)
    }
}

/// Where a control segment stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Byte offset of the segment in the file.
    pub offset: u64,
    /// Its ordinal in the set, `ST` = 1; 0 outside.
    pub segment: u32,
}

impl Envelope {
    /// True when more control numbers came than are remembered: duplicates far apart may go unseen.
    #[must_use]
    pub fn forgot(&self) -> bool {
        self.seen.forgot
    }

    /// The ordinals of what is open, for the position of a finding.
    #[must_use]
    pub fn position(&self, place: Place) -> Position {
        let ordinal = |open: &Option<Open>| open.as_ref().map_or(0, |open| open.ordinal);
        Position {
            interchange: ordinal(&self.interchange),
            group: ordinal(&self.group),
            set: ordinal(&self.set),
            segment: place.segment,
            offset: place.offset,
            ..Position::default()
        }
    }

    /// An `ISA`.
    pub fn open_interchange(&mut self, segment: &Segment<'_>, place: Place, findings: &mut Vec<Finding>) {
        let control = segment.element(13).to_vec();
        self.interchange = Some(Open { control, children: 0, ordinal: self.interchanges });
        self.interchanges += 1;
        self.seen.groups.clear();
        for (element, note, severity) in faulty_header_elements(segment) {
            let code = match note {
                "017" => Code::INTERCHANGE_VERSION_UNSUPPORTED,
                "018" => Code::INTERCHANGE_CONTROL_INVALID,
                _ => Code::INTERCHANGE_ELEMENT_INVALID,
            };
            let mut finding = self.finding(code, Scope::Interchange, segment, place, element);
            finding.severity = severity;
            finding.note = note;
            findings.push(finding);
        }
        let key = (segment.element(6), segment.element(8), segment.element(13));
        let digest = self.seen.hasher.hash_one(key);
        if !Seen::first_time(&mut self.seen.interchanges, &mut self.seen.forgot, digest) {
            findings.push(self.finding(Code::INTERCHANGE_CONTROL_DUPLICATE, Scope::Interchange, segment, place, 13));
        }
    }

    /// An `IEA`, or the place where it is missing (`segment` is none).
    pub fn close_interchange(&mut self, segment: Option<&Segment<'_>>, place: Place, findings: &mut Vec<Finding>) {
        if let Some(open) = self.interchange.clone() {
            match segment {
                None => {
                    findings.push(self.missing(Code::INTERCHANGE_TRAILER_MISSING, Scope::Interchange, b"IEA", place));
                }
                Some(segment) => {
                    let mut fault =
                        |code, element| findings.push(self.finding(code, Scope::Interchange, segment, place, element));
                    if !counts(segment.element(1), 5, open.children) {
                        fault(Code::INTERCHANGE_GROUP_COUNT, 1);
                    }
                    if !same_number(segment.element(2), &open.control, 9..=9) {
                        fault(Code::INTERCHANGE_CONTROL_MISMATCH, 2);
                    }
                    if let Some(element) = beyond(segment, 2) {
                        let code = Code::INTERCHANGE_ELEMENT_INVALID;
                        let mut finding = self.finding(code, Scope::Interchange, segment, place, element);
                        finding.note = "022";
                        findings.push(finding);
                    }
                }
            }
        }
        self.interchange = None;
    }

    /// A `GS`.
    pub fn open_group(&mut self, segment: &Segment<'_>, place: Place, findings: &mut Vec<Finding>) {
        let ordinal = self.interchange.as_mut().map_or(0, |open| {
            open.children += 1;
            open.children - 1
        });
        let control = segment.element(6).to_vec();
        let valid = (1..=9).contains(&control.len()) && control.iter().all(u8::is_ascii_digit);
        let digest = self.seen.hasher.hash_one(&control);
        self.group = Some(Open { control, children: 0, ordinal });
        self.group_version = segment.element(8).to_vec();
        self.group_unknown = !is_group(segment.element(1));
        self.seen.sets.clear();
        let mut fault = |code, element| findings.push(self.finding(code, Scope::Group, segment, place, element));
        if !valid {
            fault(Code::GROUP_CONTROL_INVALID, 6);
        }
        if self.group_unknown {
            fault(Code::GROUP_NOT_SUPPORTED, 1);
        }
        for element in [2, 3] {
            let party = segment.element(element);
            if party.trim_ascii().is_empty() || !(2..=15).contains(&party.len()) {
                fault(Code::GROUP_ELEMENT_INVALID, element as u8);
            }
        }
        if segment.element(4).len() != 8 || !is_date(segment.element(4)) {
            fault(Code::GROUP_ELEMENT_INVALID, 4);
        }
        if !is_time(segment.element(5)) {
            fault(Code::GROUP_ELEMENT_INVALID, 5);
        }
        if segment.element(7) != b"X" {
            fault(Code::GROUP_ELEMENT_INVALID, 7);
        }
        if segment.element(8).is_empty() {
            fault(Code::GROUP_VERSION_UNSUPPORTED, 8);
        }
        if let Some(element) = beyond(segment, 8) {
            fault(Code::GROUP_ELEMENT_INVALID, element);
        }
        if valid && !Seen::first_time(&mut self.seen.groups, &mut self.seen.forgot, digest) {
            findings.push(self.finding(Code::GROUP_CONTROL_DUPLICATE, Scope::Group, segment, place, 6));
        }
    }

    /// A `GE`, or the place where it is missing.
    pub fn close_group(&mut self, segment: Option<&Segment<'_>>, place: Place, findings: &mut Vec<Finding>) {
        if let Some(open) = self.group.clone() {
            match segment {
                None => findings.push(self.missing(Code::GROUP_TRAILER_MISSING, Scope::Group, b"GE", place)),
                Some(segment) => {
                    let mut fault =
                        |code, element| findings.push(self.finding(code, Scope::Group, segment, place, element));
                    if !counts(segment.element(1), 6, open.children) {
                        fault(Code::GROUP_SET_COUNT, 1);
                    }
                    if !same_number(segment.element(2), &open.control, 1..=9) {
                        fault(Code::GROUP_CONTROL_MISMATCH, 2);
                    }
                    if let Some(element) = beyond(segment, 2) {
                        fault(Code::GROUP_ELEMENT_INVALID, element);
                    }
                }
            }
        }
        self.group = None;
    }

    /// An `ST`, with what the guides say of it.
    pub fn open_set(&mut self, segment: &Segment<'_>, routed: Routed, place: Place, findings: &mut Vec<Finding>) {
        let ordinal = self.group.as_mut().map_or(0, |open| {
            open.children += 1;
            open.children - 1
        });
        let control = segment.element(2).to_vec();
        let valid = (4..=9).contains(&control.len());
        let digest = self.seen.hasher.hash_one(&control);
        self.set = Some(Open { control, children: 0, ordinal });
        let mut fault = |code, element| findings.push(self.finding(code, Scope::Set, segment, place, element));
        if segment.element(1).len() == 3 {
            match routed {
                Routed::Known | Routed::KnownByGroup => {}
                Routed::UnknownSet => fault(Code::SET_NOT_SUPPORTED, 1),
                Routed::UnknownGuide if self.group_version.is_empty() && segment.element(3).is_empty() => {
                    fault(Code::SET_GUIDE_INVALID, 3);
                }
                Routed::UnknownGuide => fault(Code::SET_GUIDE_UNSUPPORTED, 3),
                Routed::WrongGroup if self.group_unknown => {}
                Routed::WrongGroup => fault(Code::SET_NOT_IN_GROUP, 1),
            }
        } else {
            fault(Code::SET_ID_INVALID, 1);
        }
        if !valid {
            fault(Code::SET_CONTROL_INVALID, 2);
        } else if !Seen::first_time(&mut self.seen.sets, &mut self.seen.forgot, digest) {
            findings.push(self.finding(Code::SET_CONTROL_DUPLICATE, Scope::Set, segment, place, 2));
        }
        let version = segment.element(3);
        let silent = routed == Routed::KnownByGroup && version.is_empty();
        // an empty GS08 is the group's fault, and told there
        let named = matches!(routed, Routed::Known | Routed::KnownByGroup);
        if named && !silent && version != self.group_version && !self.group_version.is_empty() {
            let mut finding = self.finding(Code::SET_GUIDE_INVALID, Scope::Set, segment, place, 3);
            if !version.is_empty() {
                finding.severity = Severity::Warning;
            }
            findings.push(finding);
        }
    }

    /// An `SE`, the `segments`-th of its set, or the place where it is missing.
    pub fn close_set(&mut self, segment: Option<&Segment<'_>>, place: Place, findings: &mut Vec<Finding>) {
        if let Some(open) = self.set.clone() {
            match segment {
                None => findings.push(self.missing(Code::SET_TRAILER_MISSING, Scope::Set, b"SE", place)),
                Some(segment) => {
                    let mut fault =
                        |code, element| findings.push(self.finding(code, Scope::Set, segment, place, element));
                    if !counts(segment.element(1), 10, place.segment) {
                        fault(Code::SET_SEGMENT_COUNT, 1);
                    }
                    if segment.element(2) != open.control {
                        fault(Code::SET_CONTROL_MISMATCH, 2);
                    }
                    if let Some(element) = beyond(segment, 2) {
                        fault(Code::TOO_MANY_ELEMENTS, element);
                    }
                }
            }
        }
        self.set = None;
    }

    /// A trailer without its header.
    pub fn trailer_alone(&self, segment: &Segment<'_>, place: Place, findings: &mut Vec<Finding>) {
        let scope = if self.group.is_some() { Scope::Group } else { Scope::Interchange };
        findings.push(self.finding(Code::TRAILER_WITHOUT_HEADER, scope, segment, place, 0));
    }

    /// A segment between sets, groups or interchanges.
    pub fn misplaced(&self, segment: &Segment<'_>, place: Place, findings: &mut Vec<Finding>) {
        let scope = if self.group.is_some() { Scope::Group } else { Scope::Interchange };
        findings.push(self.finding(Code::INTERCHANGE_CONTENT, scope, segment, place, 0));
    }

    fn finding(&self, code: Code, scope: Scope, segment: &Segment<'_>, place: Place, element: u8) -> Finding {
        let value = segment.span(usize::from(element));
        let ahead = if element == 0 { 0 } else { u64::from(value.start.saturating_sub(segment.start())) };
        let mut position = self.position(place);
        position.element = element;
        position.offset += ahead;
        plain(code, scope, position, segment.id(), value)
    }

    fn missing(&self, code: Code, scope: Scope, trailer: &[u8], place: Place) -> Finding {
        plain(code, scope, self.position(place), SegmentId::new(trailer), Span::default())
    }
}

/// A finding of a built-in code with the severity of the table.
#[must_use]
pub fn plain(code: Code, scope: Scope, position: Position, segment: SegmentId, value: Span) -> Finding {
    Finding {
        code,
        severity: crate::finding::BUILT_IN.get(usize::from(code.0)).map_or(Severity::Error, |row| row.2),
        scope,
        position,
        segment,
        loop_index: NO_LOOP,
        data_element: 0,
        value,
        claim: NO_CLAIM,
        line: 0,
        note: "",
        status: 0,
        check: 0,
    }
}

/// The ISA elements that are wrong: element, TA105 code, severity.
fn faulty_header_elements(isa: &Segment<'_>) -> Vec<(u8, &'static str, Severity)> {
    let digits = |value: &[u8]| !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let mut faults = Vec::new();
    let mut check = |element: u8, note: &'static str, right: bool| {
        if !right {
            faults.push((element, note, Severity::Error));
        }
    };
    check(1, "010", matches!(isa.element(1), [b'0', b'0'..=b'8']));
    check(3, "012", matches!(isa.element(3), b"00" | b"01"));
    check(5, "005", QUALIFIERS.contains(&isa.element(5)));
    check(6, "006", !isa.element(6).trim_ascii().is_empty());
    check(7, "007", QUALIFIERS.contains(&isa.element(7)));
    check(8, "008", !isa.element(8).trim_ascii().is_empty());
    check(9, "014", isa.element(9).len() == 6 && is_date(isa.element(9)));
    check(10, "015", isa.element(10).len() == 4 && is_time(isa.element(10)));
    check(12, "017", isa.element(12) == b"00501");
    check(13, "018", isa.element(13).len() == 9 && digits(isa.element(13)));
    check(14, "019", matches!(isa.element(14), b"0" | b"1"));
    check(15, "020", matches!(isa.element(15), b"T" | b"P" | b"I"));
    let repeats = isa.delimiters().repetition.is_some_and(|byte| isa.element(11).first() == Some(&byte));
    if isa.element(12) == b"00501" && !repeats {
        // a letter (the U of earlier versions) is no separator; another delimiter is read as that
        let letter = isa.element(11).iter().all(u8::is_ascii_alphanumeric);
        faults.push((11, "022", if letter { Severity::Warning } else { Severity::Error }));
    }
    if isa.raw().len() != 105 {
        faults.push((0, "024", Severity::Warning));
    }
    faults
}

fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 10 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// True when `text`, of at most `longest` digits, says `count`.
fn counts(text: &[u8], longest: usize, count: u32) -> bool {
    text.len() <= longest && number(text) == Some(count)
}

/// Control numbers are compared as numbers where they are some: leading zeros mean nothing, in a trailer that is as long
/// as it may be.
fn same_number(trailer: &[u8], header: &[u8], lengths: RangeInclusive<usize>) -> bool {
    let same = || matches!((number(trailer), number(header)), (Some(left), Some(right)) if left == right);
    trailer == header || lengths.contains(&trailer.len()) && same()
}

/// The first element with a value behind the `last` that a control segment has.
fn beyond(segment: &Segment<'_>, last: usize) -> Option<u8> {
    let more = segment.elements().skip(last).position(|element| !element.span().is_empty())?;
    u8::try_from(last + 1 + more).ok()
}

/// YYMMDD or CCYYMMDD, a day of the calendar.
fn is_date(text: &[u8]) -> bool {
    let (Some(value), 6 | 8) = (number(text), text.len()) else { return false };
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0 || text.len() == 6);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// HHMM, HHMMSS or with one or two decimals.
fn is_time(text: &[u8]) -> bool {
    let pair = |at: usize| number(text.get(at..at + 2).unwrap_or_default()).unwrap_or(99);
    matches!(text.len(), 4 | 6 | 7 | 8)
        && text.iter().all(u8::is_ascii_digit)
        && pair(0) < 24
        && pair(2) < 60
        && (text.len() == 4 || pair(4) < 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Delimiters, marks};

    const ISA: &str =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*T*:";

    fn codes(steps: &[&str]) -> Vec<(String, u8)> {
        codes_of(Routed::Known, steps)
    }

    fn codes_of(routed: Routed, steps: &[&str]) -> Vec<(String, u8)> {
        let mut envelope = Envelope::default();
        let mut findings = Vec::new();
        for (ordinal, text) in steps.iter().enumerate() {
            let bytes = text.as_bytes();
            let marks = marks(bytes, 0, bytes.len() as u32, Delimiters::default());
            let segment = Segment::new(bytes, 0, &marks, Delimiters::default());
            let place = Place { offset: 0, segment: ordinal as u32 };
            match segment.name() {
                b"ISA" => envelope.open_interchange(&segment, place, &mut findings),
                b"IEA" => envelope.close_interchange(Some(&segment), place, &mut findings),
                b"GS" => envelope.open_group(&segment, place, &mut findings),
                b"GE" => envelope.close_group(Some(&segment), place, &mut findings),
                b"ST" => envelope.open_set(&segment, routed, Place { segment: 1, ..place }, &mut findings),
                b"SE" => envelope.close_set(Some(&segment), Place { segment: 2, ..place }, &mut findings),
                b"noSE" => envelope.close_set(None, place, &mut findings),
                _ => envelope.misplaced(&segment, place, &mut findings),
            }
        }
        let catalog = crate::finding::Catalog::default();
        findings.iter().map(|f| (catalog.info(f.code).name.clone(), f.position.element)).collect()
    }

    const GS: &str = "GS*HC*SENDER*RECEIVER*20260101*1200*7*X*005010X222A1";

    #[test]
    fn a_right_envelope_has_no_findings() {
        let steps = [ISA, GS, "ST*837*0001*005010X222A1", "SE*2*0001", "GE*1*7", "IEA*1*000000001"];
        assert_eq!(codes(&steps), []);
    }

    #[test]
    fn a_set_names_its_guide_where_its_guide_says_so() {
        let payment = GS.replace("*HC*", "*HP*").replace("222A1", "221A1");
        let told = |routed, st| codes_of(routed, &[ISA, &payment, st]);
        assert_eq!(told(Routed::KnownByGroup, "ST*835*0001"), []);
        assert_eq!(told(Routed::KnownByGroup, "ST*835*0001*005010X221A1"), []);
        assert_eq!(told(Routed::KnownByGroup, "ST*835*0001*005010X221")[0].0, "SET_GUIDE_INVALID");
        assert_eq!(told(Routed::Known, "ST*835*0001")[0].0, "SET_GUIDE_INVALID");
    }

    #[test]
    fn counts_and_control_numbers_must_agree() {
        let steps = [ISA, GS, "ST*837*0001*005010X222A1", "SE*9*0002", "GE*2*8", "IEA*3*000000002"];
        let expected = [
            ("SET_SEGMENT_COUNT", 1),
            ("SET_CONTROL_MISMATCH", 2),
            ("GROUP_SET_COUNT", 1),
            ("GROUP_CONTROL_MISMATCH", 2),
            ("INTERCHANGE_GROUP_COUNT", 1),
            ("INTERCHANGE_CONTROL_MISMATCH", 2),
        ];
        assert_eq!(codes(&steps), expected.map(|(name, element)| (name.to_owned(), element)));
    }

    #[test]
    fn control_segments_have_values_of_their_length_and_no_more_of_them() {
        let set = ["ST*837*0001*005010X222A1", "SE*2*0001*1"];
        assert_eq!(codes(&[ISA, GS, set[0], set[1]]), [("TOO_MANY_ELEMENTS".to_owned(), 3)]);
        let group = [("*SENDER", "*S", 2), ("*RECEIVER", "*RECEIVER01234567", 3), ("*20260101", "*260101", 4)];
        for (right, wrong, element) in [("*X*", "*T*", 7), ("X222A1", "X222A1*1", 9)].into_iter().chain(group) {
            let told = codes(&[ISA, &GS.replace(right, wrong)]);
            assert_eq!(told, [("GROUP_ELEMENT_INVALID".to_owned(), element)], "{wrong}");
        }
        for (trailer, code, element) in [
            ("GE*0000000*7", "GROUP_SET_COUNT", 1),
            ("GE*0*0000000007", "GROUP_CONTROL_MISMATCH", 2),
            ("GE*0*7*1", "GROUP_ELEMENT_INVALID", 3),
        ] {
            assert_eq!(codes(&[ISA, GS, trailer]), [(code.to_owned(), element)], "{trailer}");
        }
        for (trailer, code, element) in [
            ("IEA*000000*000000001", "INTERCHANGE_GROUP_COUNT", 1),
            ("IEA*0*1", "INTERCHANGE_CONTROL_MISMATCH", 2),
            ("IEA*0*000000001**1", "INTERCHANGE_ELEMENT_INVALID", 4),
        ] {
            assert_eq!(codes(&[ISA, trailer]), [(code.to_owned(), element)], "{trailer}");
        }
        assert_eq!(codes(&[ISA, GS, "GE*000*000000007**", "IEA*00001*000000001*"]), []);
    }

    #[test]
    fn numbers_are_used_once_in_their_parent() {
        let set = "ST*837*0001*005010X222A1";
        assert_eq!(codes(&[ISA, GS, set, "SE*2*0001", set])[0].0, "SET_CONTROL_DUPLICATE");
        assert_eq!(codes(&[ISA, GS, "GE*0*7", GS])[0].0, "GROUP_CONTROL_DUPLICATE");
        assert_eq!(codes(&[ISA, "IEA*0*000000001", ISA])[0].0, "INTERCHANGE_CONTROL_DUPLICATE");
    }

    #[test]
    fn header_elements_are_judged_one_by_one() {
        let wrong = ISA.replace("*260101*", "*260231*").replace("*00501*", "*00401*").replace("*T*", "*X*");
        let found = codes(&[&wrong]);
        assert_eq!(found.iter().map(|(_, element)| *element).collect::<Vec<_>>(), [9, 12, 15]);
    }
}
