//! The faults of a set in a 999: IK3, CTX and IK4, rendered piece by piece.

use crate::wire::{Delimiters, Writer, written_len};

/// What IK303 holds; the standard gives the element four characters, and the names of loops have up to six.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoopIds {
    /// Only names of four characters or fewer (`2300`, `2400`); others are left out.
    #[default]
    Strict,
    /// Every name in full, which is longer than the standard allows.
    Full,
}

/// A fault that a 999 answers.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// IK301: the segment, or the missing one.
    pub segment: &'a [u8],
    /// IK302: its position in the set, `ST` = 1.
    pub position: u32,
    /// IK303: the loop that holds it, in full (`2010AA`); empty for none.
    pub loop_id: &'a str,
    /// What is wrong.
    pub kind: FaultKind<'a>,
    /// The business unit that the fault stands in: a claim, a patient.
    pub unit: Option<Unit<'a>>,
    /// The segment that makes this one required or forbidden, for situational faults.
    pub trigger: Option<Trigger<'a>>,
}

/// A fault of the segment, or of an element in it.
#[derive(Clone, Copy, Debug)]
pub enum FaultKind<'a> {
    /// IK304.
    Segment(&'a str),
    /// One element.
    Element(ElementFault<'a>),
}

/// IK4: a fault of an element.
#[derive(Clone, Copy, Debug, Default)]
pub struct ElementFault<'a> {
    /// IK403.
    pub code: &'a str,
    /// Element, from 1.
    pub element: u8,
    /// Component, from 1; 0 for the whole element.
    pub component: u8,
    /// Repetition, from 1; 0 where the element does not repeat.
    pub repetition: u16,
    /// IK402: data element number; 0 for none.
    pub data_element: u16,
    /// IK404: the value as sent. At most 99 characters are copied, without delimiters and unprintables.
    pub value: &'a [u8],
}

/// `CTX*CLM01:123`: the business unit that a fault belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The kind of unit.
    pub kind: UnitKind,
    /// Its identifier.
    pub value: &'a [u8],
}

/// The kinds of business units that a 999 knows, each by the element that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A claim.
    Claim,
    /// A patient.
    Patient,
    /// A subscriber.
    Subscriber,
    /// A subscriber in an enrolment.
    SubscriberNumber,
    /// Another entity.
    Name,
    /// A trace.
    Trace,
    /// An entity in a payment.
    Entity,
}

impl UnitKind {
    fn name(self) -> &'static str {
        match self {
            Self::Claim => "CLM01",
            Self::Patient => "PATIENT NAME NM109",
            Self::Subscriber => "SUBSCRIBER NAME NM109",
            Self::SubscriberNumber => "SUBSCRIBER NUMBER REF02",
            Self::Name => "NM109",
            Self::Trace => "TRN02",
            Self::Entity => "ENT01",
        }
    }
}

/// `CTX*SITUATIONAL TRIGGER*CLM*43**5:3`: what a situational fault depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trigger<'a> {
    /// The segment.
    pub segment: &'a [u8],
    /// Its position in the set.
    pub position: u32,
    /// The loop that holds it; empty for none.
    pub loop_id: &'a str,
    /// Element, from 1; 0 for the whole segment.
    pub element: u8,
    /// Component, from 1; 0 for the whole element.
    pub component: u8,
}

/// What notes amount to: added up over the pieces of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Segments written.
    pub segments: u64,
    /// There was a fault against the standard (IK502 `5`).
    pub standard: bool,
    /// There was a fault against the guide (IK502 `I5`).
    pub guide: bool,
}

impl Tally {
    /// Adds what another piece wrote.
    pub fn add(&mut self, other: Self) {
        self.segments += other.segments;
        self.standard |= other.standard;
        self.guide |= other.guide;
    }
}

/// Renders the faults of one piece of a set, in the order of the file. Pieces are independent of each other:
/// their bytes are appended in order, their tallies added.
#[derive(Clone, Copy, Debug)]
pub struct Notes {
    delimiters: Delimiters,
    loop_ids: LoopIds,
    tally: Tally,
    open: Option<u32>,
}

impl Notes {
    /// Notes with `delimiters`.
    #[must_use]
    pub fn new(delimiters: Delimiters, loop_ids: LoopIds) -> Self {
        Self { delimiters, loop_ids, tally: Tally::default(), open: None }
    }

    /// What was written so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Appends `fault`; `suffix` follows each terminator.
    ///
    /// Element faults that follow one another in the same segment share its IK3. A segment whose identifier
    /// cannot stand in IK301 is counted in the tally only.
    pub fn add(&mut self, out: &mut Vec<u8>, suffix: &[u8], fault: &Fault<'_>) {
        let code = match fault.kind {
            FaultKind::Segment(code) => code,
            FaultKind::Element(element) => element.code,
        };
        let guide = code.starts_with('I');
        self.tally.guide |= guide;
        self.tally.standard |= !guide;
        if !is_segment_id(fault.segment) || code.is_empty() {
            return;
        }
        let mut writer = Writer::new(out, self.delimiters, suffix);
        match fault.kind {
            FaultKind::Segment(code) => {
                self.open = None;
                self.segment(&mut writer, fault, code);
            }
            FaultKind::Element(element) => {
                if self.open != Some(fault.position) {
                    self.segment(&mut writer, &Fault { trigger: None, ..*fault }, "8");
                    self.open = Some(fault.position);
                }
                note_element(&mut writer, &element);
                self.trigger(&mut writer, fault.trigger);
            }
        }
        self.tally.segments += writer.segments();
    }

    fn segment(self, writer: &mut Writer<'_>, fault: &Fault<'_>, code: &str) {
        writer
            .segment("IK3")
            .text(fault.segment)
            .number(fault.position)
            .text(self.loop_id(fault.loop_id))
            .text(code)
            .end();
        self.trigger(writer, fault.trigger);
        let Some(unit) = fault.unit else { return };
        if written_len(self.delimiters, unit.value, 35) > 0 {
            writer.segment("CTX").text(unit.kind.name()).clip_component(unit.value, 35).end();
        }
    }

    fn trigger(self, writer: &mut Writer<'_>, trigger: Option<Trigger<'_>>) {
        let Some(trigger) = trigger.filter(|trigger| is_segment_id(trigger.segment)) else { return };
        writer.segment("CTX").text("SITUATIONAL TRIGGER").text(trigger.segment).number(trigger.position);
        writer.text(self.loop_id(trigger.loop_id));
        if trigger.element > 0 {
            writer.number(trigger.element).number_component(trigger.component);
        }
        writer.end();
    }

    fn loop_id(self, id: &str) -> &str {
        if self.loop_ids == LoopIds::Full || id.len() <= 4 { id } else { "" }
    }
}

/// Writes an IK4.
fn note_element(writer: &mut Writer<'_>, fault: &ElementFault<'_>) {
    writer.segment("IK4").number(u64::from(fault.element.clamp(1, 99)));
    writer.number_component(fault.component.min(99)).number_component(fault.repetition.min(9999));
    if fault.data_element == 0 {
        writer.skip(1);
    } else {
        writer.number(fault.data_element.min(9999));
    }
    writer.text(fault.code).clip(fault.value, 99).end();
}

/// IK301 holds two or three letters and digits.
fn is_segment_id(id: &[u8]) -> bool {
    (2..=3).contains(&id.len())
        && id[0].is_ascii_uppercase()
        && id.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
