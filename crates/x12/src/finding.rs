//! What was found wrong, how much it matters, and where it is answered.
//!
//! There is one table of built-in codes, below; each code has exactly one acknowledgment home. The codes of
//! scrub rules are registered behind it when a rule set is loaded ([`Catalog`]).

use crate::position::{Position, Span};
use crate::wire::SegmentId;

/// How much a finding matters. Only `Error` rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// May be refused by some; never rejects here.
    Warning,
    /// Rejects every claim that the finding reaches.
    Error,
}

impl Severity {
    /// The word used in every file: `info`, `warning`, `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The part of the document that a finding speaks of; it reaches every claim below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// ISA to IEA.
    Interchange,
    /// GS to GE.
    Group,
    /// ST to SE.
    Set,
    /// A billing provider and all below.
    Provider,
    /// A subscriber and all below.
    Subscriber,
    /// A patient who is not the subscriber, and all below.
    Patient,
    /// A member of an enrollment.
    Member,
    /// One claim.
    Claim,
    /// One service line; an error rejects its claim.
    Line,
}

impl Scope {
    /// The word used in every file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interchange => "interchange",
            Self::Group => "group",
            Self::Set => "set",
            Self::Provider => "provider",
            Self::Subscriber => "subscriber",
            Self::Patient => "patient",
            Self::Member => "member",
            Self::Claim => "claim",
            Self::Line => "line",
        }
    }
}

/// The one acknowledgment that answers a finding, with its code there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Answered nowhere.
    None,
    /// TA105.
    Ta1(&'static str),
    /// 999 AK905.
    Group(&'static str),
    /// 999 IK502.
    Set(&'static str),
    /// 999 IK304.
    Segment(&'static str),
    /// 999 IK403.
    Element(&'static str),
    /// 277CA STC01, `category:status[:entity]`.
    Status(&'static str),
}

/// A finding's code: an index into the [`Catalog`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl Code {
    /// The severity of a built-in code; of a rule's code, `Error`.
    #[must_use]
    pub fn severity(self) -> Severity {
        BUILT_IN.get(usize::from(self.0)).map_or(Severity::Error, |known| known.2)
    }

    /// True for the codes of the table here.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        usize::from(self.0) < BUILT_IN.len()
    }
}

/// What is known of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The code as users see it, `UPPER_SNAKE`.
    pub name: String,
    /// Severity unless an option or an overlay says otherwise.
    pub severity: Severity,
    /// SNIP type, 1 to 7.
    pub snip: u8,
    /// Where it is answered.
    pub home: Answer,
    /// What is wrong, in plain words.
    pub title: String,
    /// What to do, in plain words.
    pub fix: String,
}

/// As [`Home`], owned: rules bring their own statuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The acknowledgment: `TA1`, `999` or `277CA`; empty for none.
    pub kind: &'static str,
    /// The segment that carries the code: `TA1`, `AK9`, `IK5`, `IK3`, `IK4`, `STC`; empty for none.
    pub segment: &'static str,
    /// The code there.
    pub code: String,
}

impl From<Home> for Answer {
    fn from(home: Home) -> Self {
        let (kind, segment, code) = match home {
            Home::None => ("", "", ""),
            Home::Ta1(code) => ("TA1", "TA1", code),
            Home::Group(code) => ("999", "AK9", code),
            Home::Set(code) => ("999", "IK5", code),
            Home::Segment(code) => ("999", "IK3", code),
            Home::Element(code) => ("999", "IK4", code),
            Home::Status(code) => ("277CA", "STC", code),
        };
        Self { kind, segment, code: code.to_owned() }
    }
}

macro_rules! codes {
    ($($name:ident: $home:expr, $severity:ident, $snip:literal, $title:literal, $fix:literal;)*) => {
        #[allow(non_camel_case_types, reason = "one name serves the constant and its ordinal")]
        #[repr(u16)]
        enum Ordinal { $($name),* }

        impl Code {
            $(#[doc = $title] pub const $name: Code = Code(Ordinal::$name as u16);)*
        }

        /// The built-in codes, in the order of their constants.
        pub const BUILT_IN: &[(&str, Home, Severity, u8, &str, &str)] = &[
            $((stringify!($name), $home, Severity::$severity, $snip, $title, $fix)),*
        ];
    };
}

codes! {
    // interchange
    NO_INTERCHANGE: Home::None, Error, 1, "No interchange was found in the file", "Send X12 that begins with an ISA segment";
    CONTENT_OUTSIDE_INTERCHANGE: Home::None, Error, 1, "A transaction set or claim stands outside any interchange", "Correct the ISA ahead of it, or take out the IEA that ends the interchange too early";
    STRAY_BYTES: Home::None, Warning, 1, "Bytes outside any interchange", "Remove what stands before ISA or after IEA";
    INTERCHANGE_TRUNCATED: Home::Ta1("023"), Error, 1, "The ISA segment is cut short", "Send the whole file again";
    DELIMITER_INVALID: Home::Ta1("022"), Error, 1, "A delimiter is a letter, a digit, a blank or used twice", "Use four distinct delimiters that are not letters, digits or blanks";
    INTERCHANGE_ELEMENT_INVALID: Home::Ta1("024"), Error, 1, "An ISA or IEA element has an invalid value", "Correct the ISA or IEA element";
    INTERCHANGE_VERSION_UNSUPPORTED: Home::Ta1("017"), Error, 1, "The interchange version is not supported", "Send version 00501";
    INTERCHANGE_CONTROL_INVALID: Home::Ta1("018"), Error, 1, "The interchange control number is not nine digits", "Give ISA13 nine digits";
    INTERCHANGE_CONTROL_DUPLICATE: Home::Ta1("025"), Error, 1, "The interchange control number was used before in this file", "Give each interchange a control number of its own";
    INTERCHANGE_CONTROL_MISMATCH: Home::Ta1("001"), Error, 1, "ISA13 and IEA02 differ", "Repeat ISA13 in IEA02";
    INTERCHANGE_GROUP_COUNT: Home::Ta1("021"), Error, 1, "IEA01 is not the number of functional groups", "Count the GS segments in IEA01";
    INTERCHANGE_TRAILER_MISSING: Home::Ta1("023"), Error, 1, "The interchange ends without IEA", "Send the whole file again";
    INTERCHANGE_CONTENT: Home::Ta1("024"), Error, 1, "A segment stands in the interchange outside any group", "Put every set between GS and GE";
    TRAILER_WITHOUT_HEADER: Home::Ta1("022"), Error, 1, "A trailer has no header", "Remove the trailer or send its header";
    // group
    GROUP_NOT_SUPPORTED: Home::Group("1"), Error, 1, "The functional identifier is not supported", "Send GS01 as the guide says";
    GROUP_VERSION_UNSUPPORTED: Home::Group("2"), Error, 1, "The version in GS08 is not supported", "Send a supported guide version in GS08";
    GROUP_TRAILER_MISSING: Home::Group("3"), Error, 1, "The functional group ends without GE", "Send the whole file again";
    GROUP_CONTROL_MISMATCH: Home::Group("4"), Error, 1, "GS06 and GE02 differ", "Repeat GS06 in GE02";
    GROUP_SET_COUNT: Home::Group("5"), Error, 1, "GE01 is not the number of transaction sets", "Count the ST segments in GE01";
    GROUP_CONTROL_INVALID: Home::Group("6"), Error, 1, "The group control number is not valid", "Give GS06 one to nine digits";
    GROUP_ELEMENT_INVALID: Home::Group("1"), Error, 1, "A GS or GE element has an invalid value", "Correct the GS or GE element";
    GROUP_CONTROL_DUPLICATE: Home::Group("19"), Error, 1, "The group control number was used before in this interchange", "Give each group a control number of its own";
    // set
    SET_NOT_SUPPORTED: Home::Set("1"), Error, 1, "The transaction set is not supported", "Send a supported transaction set";
    SET_TRAILER_MISSING: Home::Set("2"), Error, 1, "The transaction set ends without SE", "Send the whole set again";
    SET_CONTROL_MISMATCH: Home::Set("3"), Error, 1, "ST02 and SE02 differ", "Repeat ST02 in SE02";
    SET_SEGMENT_COUNT: Home::Set("4"), Error, 1, "SE01 is not the number of segments", "Count the segments from ST to SE in SE01";
    SET_ID_INVALID: Home::Set("6"), Error, 1, "ST01 is missing or invalid", "Give the transaction set identifier in ST01";
    SET_CONTROL_INVALID: Home::Set("7"), Error, 1, "ST02 is missing or invalid", "Give ST02 four to nine characters";
    SET_NOT_IN_GROUP: Home::Set("18"), Error, 1, "The transaction set does not belong in its group", "Send the set in a group of its kind";
    SET_GUIDE_INVALID: Home::Set("19"), Error, 2, "ST03 is missing or is no guide's version", "Name the guide in ST03";
    SET_CONTROL_DUPLICATE: Home::Set("23"), Error, 1, "ST02 was used before in this group", "Give each set a control number of its own";
    SET_GUIDE_UNSUPPORTED: Home::Set("I6"), Error, 2, "The implementation guide is not supported", "Send a supported guide";
    // segment
    SEGMENT_UNRECOGNISED: Home::Segment("1"), Error, 1, "The segment identifier is not known", "Remove the segment";
    SEGMENT_UNEXPECTED: Home::Segment("2"), Error, 1, "The segment does not belong here", "Move or remove the segment";
    SEGMENT_MISSING: Home::Segment("3"), Error, 1, "A mandatory segment is missing", "Add the segment";
    LOOP_EXCEEDS_MAX: Home::Segment("4"), Error, 1, "The loop occurs too often", "Remove the surplus loops";
    SEGMENT_EXCEEDS_MAX: Home::Segment("5"), Error, 1, "The segment occurs too often", "Remove the surplus segments";
    SEGMENT_NOT_IN_SET: Home::Segment("6"), Error, 1, "The segment is not part of this transaction set", "Remove the segment";
    SEGMENT_OUT_OF_ORDER: Home::Segment("7"), Error, 1, "The segment is not in its place", "Put the segment where the guide has it";
    SEGMENT_EMPTY: Home::Segment("8"), Error, 1, "The segment has no elements", "Fill in or remove the segment";
    SEGMENT_TOO_LONG: Home::Segment("8"), Error, 1, "The segment is longer than the limit", "Terminate the segment";
    TRAILING_SEPARATOR: Home::Segment("8"), Warning, 1, "The segment ends with empty elements", "Drop the separators before the terminator";
    SEGMENT_NOT_USED: Home::Segment("I4"), Error, 2, "The segment is not used by the guide", "Remove the segment";
    SEGMENT_REQUIRED: Home::Segment("I6"), Error, 2, "A segment that the guide requires is missing", "Add the segment";
    LOOP_TOO_FEW: Home::Segment("I7"), Error, 2, "The loop occurs too seldom", "Add the loop";
    // element
    ELEMENT_MISSING: Home::Element("1"), Error, 1, "A mandatory element is missing", "Fill in the element";
    ELEMENT_CONDITION_MISSING: Home::Element("2"), Error, 1, "An element that others require is missing", "Fill in the element, or remove those that require it";
    TOO_MANY_ELEMENTS: Home::Element("3"), Error, 1, "The segment has too many elements", "Remove the surplus elements";
    ELEMENT_TOO_SHORT: Home::Element("4"), Error, 1, "The value is too short", "Give a value of the length the guide says";
    ELEMENT_TOO_LONG: Home::Element("5"), Error, 1, "The value is too long", "Give a value of the length the guide says";
    INVALID_CHARACTER: Home::Element("6"), Error, 1, "The value has characters that are not allowed", "Remove the characters";
    CHARACTER_NOT_ASCII: Home::Element("6"), Warning, 1, "The value has characters outside ASCII", "Write the value in plain letters";
    INVALID_CODE: Home::Element("7"), Error, 1, "The code is not in the standard's list", "Use a code of the list";
    INVALID_DATE: Home::Element("8"), Error, 1, "The date is not valid", "Give a real date in the stated format";
    INVALID_TIME: Home::Element("9"), Error, 1, "The time is not valid", "Give a time as HHMM or HHMMSS";
    ELEMENT_EXCLUDED: Home::Element("10"), Error, 1, "Elements exclude each other", "Remove one of the elements";
    TOO_MANY_REPETITIONS: Home::Element("12"), Error, 1, "The element repeats too often", "Remove the surplus repetitions";
    TOO_MANY_COMPONENTS: Home::Element("13"), Error, 1, "The element has too many components", "Remove the surplus components";
    CODE_NOT_IN_GUIDE: Home::Element("I6"), Error, 2, "The code is not used by the guide", "Use a code of the guide";
    ELEMENT_REQUIRED: Home::Element("I9"), Error, 2, "An element that the guide requires is missing", "Fill in the element";
    ELEMENT_NOT_USED: Home::Element("I10"), Error, 2, "The element is not used by the guide", "Remove the value";
    HIERARCHY_SEQUENCE: Home::Element("7"), Error, 1, "HL01 does not count on by one", "Number the HL segments 1, 2, 3 ... in each set";
    HIERARCHY_PARENT: Home::Element("7"), Error, 1, "HL02 does not name the level above", "Name the HL01 of the parent in HL02";
    HIERARCHY_CHILD: Home::Element("7"), Error, 2, "HL04 does not tell whether levels follow below", "Send 1 where a lower level follows, else 0";
    SEQUENCE_INVALID: Home::Element("7"), Error, 1, "The number does not count on by one", "Number 1, 2, 3 ...";
    // balance
    CLAIM_TOTAL_MISMATCH: Home::Status("A8:400"), Error, 3, "The claim's charge is not the sum of its lines", "Make the total charge the sum of the line charges";
    COB_CLAIM_UNBALANCED: Home::Status("A8:672"), Error, 3, "Another payer's payment and adjustments do not add up to the claim's charge", "Send paid amount and adjustments that add up to the charge";
    COB_LINE_UNBALANCED: Home::Status("A8:672"), Error, 3, "Another payer's payment and adjustments do not add up to the line's charge", "Send paid amount and adjustments that add up to the line charge";
    PAYMENT_LINE_UNBALANCED: Home::None, Error, 3, "A line's charge less its adjustments is not what was paid for it", "Make SVC02 less the line's CAS amounts SVC03";
    PAYMENT_CLAIM_UNBALANCED: Home::None, Error, 3, "A claim's charge less its adjustments is not what was paid for it", "Make CLP03 less the CAS amounts of the claim and its lines CLP04";
    PAYMENT_TOTAL_MISMATCH: Home::None, Error, 3, "The payment is not the sum of the claims less the provider adjustments", "Make BPR02 the sum of CLP04 less the PLB amounts";
    MEMBER_COUNT_MISMATCH: Home::None, Error, 3, "A control total is not the number of members in the set", "Count the INS segments in QTY02";
    CLAIM_TOO_LARGE: Home::Status("A7:481"), Error, 1, "The claim is larger than the limit", "Split the claim";
    // a partner's overlay
    PARTNER_SEGMENT_REQUIRED: Home::Status("A6:481"), Error, 7, "A segment or loop that the partner requires is missing", "Add the segment, as the partner's companion guide says";
    PARTNER_SEGMENT_NOT_USED: Home::Status("A7:481"), Error, 7, "The partner does not take this segment or loop here", "Remove it, or move it where the partner's companion guide has it";
    PARTNER_TOO_MANY: Home::Status("A7:481"), Error, 7, "It occurs more often than the partner takes", "Remove the surplus";
    PARTNER_ELEMENT_REQUIRED: Home::Status("A6:481"), Error, 7, "An element that the partner requires is missing", "Fill in the element, as the partner's companion guide says";
    PARTNER_ELEMENT_NOT_USED: Home::Status("A7:481"), Error, 7, "The partner does not take this element", "Remove the value";
    PARTNER_CODE: Home::Status("A7:481"), Error, 7, "The code is not one that the partner takes", "Use a code of the partner's companion guide";
    PARTNER_LENGTH: Home::Status("A7:481"), Error, 7, "The value has not the length that the partner takes", "Give a value of the length the partner's companion guide says";
    PARTNER_VALUE: Home::Status("A7:481"), Error, 7, "The value is not what the partner takes here", "Give a value as the partner's companion guide says";
}

/// All codes of a run: the built-in ones, then those of the loaded rules.
#[derive(Clone, Debug)]
pub struct Catalog {
    infos: Vec<Info>,
}

impl Default for Catalog {
    fn default() -> Self {
        let infos = BUILT_IN
            .iter()
            .map(|&(name, home, severity, snip, title, fix)| Info {
                name: name.to_owned(),
                severity,
                snip,
                home: home.into(),
                title: title.to_owned(),
                fix: fix.to_owned(),
            })
            .collect();
        Self { infos }
    }
}

impl Catalog {
    /// Adds a rule's code and returns it.
    pub fn register(&mut self, info: Info) -> Code {
        let code = Code(u16::try_from(self.infos.len()).unwrap_or(u16::MAX));
        self.infos.push(info);
        code
    }

    /// What is known of `code`.
    #[must_use]
    pub fn info(&self, code: Code) -> &Info {
        &self.infos[usize::from(code.0).min(self.infos.len() - 1)]
    }

    /// The code named `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Code> {
        self.infos.iter().position(|info| info.name == name).and_then(|at| u16::try_from(at).ok()).map(Code)
    }

    /// All codes in order.
    #[must_use]
    pub fn infos(&self) -> &[Info] {
        &self.infos
    }
}

/// One fault. It holds no values, only where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What it reaches.
    pub scope: Scope,
    /// Where.
    pub position: Position,
    /// The segment it speaks of (the missing one, where one is missing).
    pub segment: SegmentId,
    /// Index of the loop in the plan in force; `u16::MAX` outside any.
    pub loop_index: u16,
    /// Data element number for the 999; 0 for none.
    pub data_element: u16,
    /// The faulty bytes in the piece that was read.
    pub value: Span,
    /// Ordinal of the claim in the piece; `u32::MAX` when it is in none.
    pub claim: u32,
    /// LX01 of the service line; 0 when it is in none.
    pub line: u32,
    /// A code that replaces the home's own where it depends on the place (TA105 by ISA element); empty otherwise.
    pub note: &'static str,
    /// The status that a partner's overlay states for it, as [`Overlaid::status`](crate::guide::Overlaid::status) counts;
    /// 0 where the code's own holds.
    pub status: u16,
    /// Which check of a record found it, from 1; 0 where none did.
    pub check: u16,
}

/// "In no claim", for [`Finding::claim`].
pub const NO_CLAIM: u32 = u32::MAX;
/// "In no loop", for [`Finding::loop_index`].
pub const NO_LOOP: u16 = u16::MAX;
