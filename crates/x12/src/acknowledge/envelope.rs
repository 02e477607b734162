//! ISA to IEA of an answer: sender and receiver change places, the numbers are ours.

use crate::wire::{Delimiters, FIXED_LEN, Segment, Writer, decimal, is_fixed, written_len};

/// When an answer is written. Never a clock: the caller says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// `CCYYMMDD`.
    pub date: [u8; 8],
    /// `HHMM`.
    pub time: [u8; 4],
}

/// What is taken from the interchange that is answered: values of its `ISA`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Isa {
    /// ISA05.
    pub sender_qualifier: Vec<u8>,
    /// ISA06.
    pub sender: Vec<u8>,
    /// ISA07.
    pub receiver_qualifier: Vec<u8>,
    /// ISA08.
    pub receiver: Vec<u8>,
    /// ISA09.
    pub date: Vec<u8>,
    /// ISA10.
    pub time: Vec<u8>,
    /// ISA13.
    pub control: Vec<u8>,
    /// ISA14 is `1`: a TA1 is asked for.
    pub wants_ta1: bool,
    /// ISA15: `P` or `T`; kept in the answer.
    pub usage: u8,
}

impl Isa {
    /// The values of `segment`, an `ISA`; blanks at their ends are dropped.
    #[must_use]
    pub fn read(segment: &Segment<'_>) -> Self {
        let value = |number| segment.element(number).trim_ascii_end().to_vec();
        Self {
            sender_qualifier: value(5),
            sender: value(6),
            receiver_qualifier: value(7),
            receiver: value(8),
            date: value(9),
            time: value(10),
            control: value(13),
            wants_ta1: segment.element(14) == b"1",
            usage: segment.element(15).first().copied().unwrap_or(b'P'),
        }
    }

    /// The values of `header`, an `ISA` of fixed width with delimiters that nothing else can be read by, and the TA105
    /// that says which. `None` when it is not of fixed width.
    #[must_use]
    pub fn read_unusable(header: &[u8]) -> Option<(Self, &'static str)> {
        let head = header.get(..FIXED_LEN).filter(|head| is_fixed(head))?;
        let [element, component, terminator] = [head[3], head[104], head[105]];
        let improper = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ' || byte == 0;
        let note = match () {
            () if improper(element) => "026",
            () if improper(component) || component == element => "027",
            () => "004",
        };
        debug_assert!(note != "004" || improper(terminator) || [element, component].contains(&terminator));
        let value = |from: usize, to: usize| head[from..to].trim_ascii_end().to_vec();
        let isa = Self {
            sender_qualifier: value(32, 34),
            sender: value(35, 50),
            receiver_qualifier: value(51, 53),
            receiver: value(54, 69),
            date: value(70, 76),
            time: value(77, 81),
            control: value(90, 99),
            wants_ta1: head[100] == b'1',
            usage: head[102],
        };
        Some((isa, note))
    }
}

/// What is taken from the functional group that is answered: values of its `GS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gs {
    /// GS01.
    pub kind: Vec<u8>,
    /// GS02.
    pub sender: Vec<u8>,
    /// GS03.
    pub receiver: Vec<u8>,
    /// GS06.
    pub control: Vec<u8>,
    /// GS08.
    pub version: Vec<u8>,
}

impl Gs {
    /// The values of `segment`, a `GS`.
    #[must_use]
    pub fn read(segment: &Segment<'_>) -> Self {
        let value = |number| segment.element(number).to_vec();
        Self { kind: value(1), sender: value(2), receiver: value(3), control: value(6), version: value(8) }
    }
}

/// An interchange that answers another: `ISA`, groups of one kind, `IEA`.
///
/// It opens with its first group; groups that go the same way share one `GS`.
#[derive(Clone, Debug)]
pub struct Envelope {
    isa: Isa,
    delimiters: Delimiters,
    suffix: Vec<u8>,
    stamp: Stamp,
    control: u32,
    open: bool,
    groups: u32,
    way: Option<(Vec<u8>, Vec<u8>)>,
    sets: u32,
}

impl Envelope {
    /// An answer to `isa`, numbered `control` (ISA13; groups count on from there).
    ///
    /// `delimiters` are those of the interchange that is answered, replaced by the usual ones where they are
    /// not usable; `suffix` follows each terminator.
    #[must_use]
    pub fn new(isa: Isa, delimiters: Delimiters, suffix: &[u8], stamp: Stamp, control: u32) -> Self {
        let delimiters = usable(delimiters);
        let suffix = suffix.to_vec();
        let control = control % 1_000_000_000;
        Self { isa, delimiters, suffix, stamp, control, open: false, groups: 0, way: None, sets: 0 }
    }

    /// The delimiters that the answer uses.
    #[must_use]
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// What follows each terminator.
    #[must_use]
    pub fn suffix(&self) -> &[u8] {
        &self.suffix
    }

    /// When the answer is written.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// ISA13 of the answer.
    #[must_use]
    pub fn control(&self) -> u32 {
        self.control
    }

    /// The interchange that is answered.
    #[must_use]
    pub fn answered(&self) -> &Isa {
        &self.isa
    }

    /// True when the `ISA` was written.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Writes the `ISA`, unless it was written.
    pub fn open(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.open, true) {
            self.write_isa(out);
        }
    }

    /// Begins a set in a group of `kind` (GS01) and `version` (GS08) that answers `group`; returns its number in
    /// the group, for ST02. A new `GS` is written only when the way differs from the last one's.
    pub fn set(&mut self, out: &mut Vec<u8>, group: &Gs, kind: &str, version: &str) -> u32 {
        self.open(out);
        let ours = application(&group.receiver, &self.isa.receiver, self.delimiters);
        let theirs = application(&group.sender, &self.isa.sender, self.delimiters);
        let way = (ours, theirs);
        if self.way.as_ref() != Some(&way) {
            self.close_group(out);
            self.groups += 1;
            let number = self.group_number();
            let mut writer = Writer::new(out, self.delimiters, &self.suffix);
            writer.segment("GS").text(kind).text(&way.0).text(&way.1).text(self.stamp.date).text(self.stamp.time);
            writer.number(number).text("X").text(version).end();
            self.way = Some(way);
        }
        self.sets += 1;
        self.sets
    }

    /// Writes `GE` and `IEA`; nothing when the interchange was never opened.
    pub fn close(&mut self, out: &mut Vec<u8>) {
        if !self.open {
            return;
        }
        self.close_group(out);
        let mut digits = [0; 20];
        let control = nine(self.control, &mut digits);
        Writer::new(out, self.delimiters, &self.suffix).segment("IEA").number(self.groups).text(control).end();
        self.open = false;
    }

    fn group_number(&self) -> u64 {
        (u64::from(self.control) + u64::from(self.groups) - 1) % 1_000_000_000
    }

    fn close_group(&mut self, out: &mut Vec<u8>) {
        if self.way.take().is_none() {
            return;
        }
        let mut writer = Writer::new(out, self.delimiters, &self.suffix);
        writer.segment("GE").number(self.sets).number(self.group_number()).end();
        self.sets = 0;
    }

    fn write_isa(&self, out: &mut Vec<u8>) {
        let (isa, mark) = (&self.isa, self.delimiters);
        let mut digits = [0; 20];
        let repetition = [mark.repetition.unwrap_or(b'^')];
        let usage = [if isa.usage == b'T' { b'T' } else { b'P' }];
        let component = [mark.component];
        let elements: [(&[u8], usize); 16] = [
            (b"00", 2),
            (b"", 10),
            (b"00", 2),
            (b"", 10),
            (qualifier(&isa.receiver_qualifier), 2),
            (party(&isa.receiver, mark), 15),
            (qualifier(&isa.sender_qualifier), 2),
            (party(&isa.sender, mark), 15),
            (&self.stamp.date[2..], 6),
            (&self.stamp.time, 4),
            (&repetition, 1),
            (b"00501", 5),
            (nine(self.control, &mut digits), 9),
            (b"0", 1),
            (&usage, 1),
            (&component, 1),
        ];
        out.extend_from_slice(b"ISA");
        for (number, (value, width)) in elements.into_iter().enumerate() {
            out.push(mark.element);
            fixed(out, value, width, mark, number == 10 || number == 15);
        }
        out.push(mark.terminator);
        out.extend_from_slice(&self.suffix);
    }
}

/// `control` in nine digits.
pub(super) fn nine(control: u32, digits: &mut [u8; 20]) -> &[u8] {
    digits.fill(b'0');
    let _ = decimal(u64::from(control), digits);
    digits.get(11..).unwrap_or_default()
}

fn fixed(out: &mut Vec<u8>, value: &[u8], width: usize, delimiters: Delimiters, raw: bool) {
    let start = out.len();
    let kept = value.iter().copied().filter(|&byte| raw || written_len(delimiters, &[byte], 1) > 0 || byte == b' ');
    out.extend(kept.take(width));
    out.resize(start + width, b' ');
}

fn qualifier(value: &[u8]) -> &[u8] {
    let numbered =
        matches!(value, [b'0', b'1'..=b'4' | b'7'..=b'9'] | [b'1' | b'2', b'0'..=b'9'] | [b'3', b'0'..=b'8']);
    if numbered || matches!(value, b"AM" | b"NR" | b"SA" | b"SN") { value } else { b"ZZ" }
}

fn party(id: &[u8], delimiters: Delimiters) -> &[u8] {
    if written_len(delimiters, id, 15) > 0 { id } else { b"UNKNOWN" }
}

/// GS02 and GS03 have two to fifteen characters.
fn application(code: &[u8], interchange: &[u8], delimiters: Delimiters) -> Vec<u8> {
    let clean = |value: &[u8]| -> Vec<u8> {
        let kept = value.iter().copied().filter(|&byte| byte == b' ' || written_len(delimiters, &[byte], 1) > 0);
        kept.take(15).collect::<Vec<u8>>().trim_ascii().to_vec()
    };
    let found = [clean(code), clean(interchange)].into_iter().find(|value| value.len() >= 2);
    found.unwrap_or_else(|| b"UNKNOWN".to_vec())
}

/// The delimiters, or the usual ones where they cannot separate anything; a repetition separator is always there.
fn usable(delimiters: Delimiters) -> Delimiters {
    let Delimiters { element, component, repetition, terminator } = delimiters;
    let free = |byte: &u8| ![element, component, terminator].contains(byte);
    let repetition = repetition.or_else(|| b"^!|".iter().copied().find(free));
    let all = [element, component, terminator, repetition.unwrap_or(b'^')];
    let proper = all.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b" .-".contains(byte));
    let distinct = all.iter().enumerate().all(|(at, byte)| !all[..at].contains(byte));
    if proper && distinct { Delimiters { repetition, ..delimiters } } else { Delimiters::default() }
}
