//! Our documents, read as anyone else's: no finding at all, whatever went into them.

use super::*;
use crate::finding::{BUILT_IN, Finding};
use crate::guide::{Guides, Route};
use crate::validate::{self, At, Options, Place, Routed, Walker};
use crate::wire::{Header, Segment, header, marks};

/// The findings of a document, by name and place.
pub(super) fn findings(text: &[u8]) -> Vec<String> {
    let guides = Guides::embedded();
    let Header::Found { delimiters, .. } = header(text, true) else { return vec!["no header".to_owned()] };
    let mut envelope = validate::Envelope::default();
    let mut walker = Walker::new(Options::default());
    let mut findings = Vec::new();
    let (mut kind, mut version) = (Vec::new(), Vec::new());
    let mut start = 0;
    while let Some(len) = text[start..].iter().position(|&byte| byte == delimiters.terminator) {
        let all = marks(text, start as u32, (start + len) as u32, delimiters);
        let segment = Segment::new(text, start as u32, &all, delimiters);
        let place = Place { offset: start as u64, segment: walker.segments() + 1 };
        match segment.name() {
            b"ISA" => envelope.open_interchange(&segment, place, &mut findings),
            b"TA1" => {}
            b"GS" => {
                (kind, version) = (segment.element(1).to_vec(), segment.element(8).to_vec());
                envelope.open_group(&segment, place, &mut findings);
            }
            b"GE" => envelope.close_group(Some(&segment), place, &mut findings),
            b"IEA" => envelope.close_interchange(Some(&segment), place, &mut findings),
            name => {
                if name == b"ST" {
                    let Route::Plan(plan) =
                        guides.route(segment.element(1), segment.element(3), &version, &kind, false)
                    else {
                        return vec!["no guide".to_owned()];
                    };
                    envelope.open_set(&segment, Routed::Known, Place { segment: 1, ..place }, &mut findings);
                    walker.begin(plan);
                }
                walker.segment(&segment, At::default(), &mut (), &mut findings);
                if name == b"SE" {
                    let place = Place { segment: walker.segments(), ..place };
                    walker.end(At::default(), &mut (), &mut findings);
                    envelope.close_set(Some(&segment), place, &mut findings);
                }
            }
        }
        start += len + 1;
        while text.get(start) == Some(&b'\n') {
            start += 1;
        }
    }
    assert!(!walker.is_open() && start == text.len(), "the document is not whole");
    findings.iter().map(described).collect()
}

fn described(finding: &Finding) -> String {
    let name = BUILT_IN[usize::from(finding.code.0)].0;
    format!("{name} {}{:02} segment {}", finding.segment.text(), finding.position.element, finding.position.segment)
}

#[track_caller]
fn assert_clean(text: &[u8]) {
    let found = findings(text);
    assert!(found.is_empty(), "{found:?}\n{}", String::from_utf8_lossy(text).replace('~', "~\n"));
}

/// Makes up values, most of them bad.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn value(&mut self) -> Vec<u8> {
        match self.roll(5) {
            0 => Vec::new(),
            1 => b"  *~ ".to_vec(),
            2 => (0..self.roll(150)).map(|_| self.roll(256) as u8).collect(),
            3 => (0..self.roll(30)).map(|_| b"AZ09 -.:*~^"[self.roll(11) as usize]).collect(),
            _ => (0..=self.roll(9)).map(|_| b'0' + self.roll(10) as u8).collect(),
        }
    }

    fn flag(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn isa(&mut self) -> Isa {
        Isa {
            sender_qualifier: self.value(),
            sender: self.value(),
            receiver_qualifier: self.value(),
            receiver: self.value(),
            date: self.value(),
            time: self.value(),
            control: self.value(),
            wants_ta1: self.flag(),
            usage: self.roll(256) as u8,
        }
    }

    fn gs(&mut self) -> Gs {
        Gs {
            kind: match self.roll(4) {
                0 => b"HC".to_vec(),
                1 => [b"XX", b"ZZ", b"hc", b"H1"][self.roll(4) as usize].to_vec(),
                2 => [b"HP", b"RA", b"PI"][self.roll(3) as usize].to_vec(),
                _ => self.value(),
            },
            sender: self.value(),
            receiver: self.value(),
            control: self.value(),
            version: self.value(),
        }
    }

    fn envelope(&mut self) -> Envelope {
        let delimiters = match self.roll(3) {
            0 => Delimiters::default(),
            1 => Delimiters { element: b'|', component: b'>', repetition: None, terminator: b'\n' },
            _ => Delimiters {
                element: self.roll(256) as u8,
                component: self.roll(256) as u8,
                repetition: Some(self.roll(256) as u8),
                terminator: self.roll(256) as u8,
            },
        };
        let isa = self.isa();
        Envelope::new(
            isa,
            delimiters,
            if self.flag() { b"\n" } else { b"" },
            STAMP,
            1 + self.roll(1 << 31) as u32 % 999_999_990,
        )
    }
}

#[test]
fn a_ta1_is_clean() {
    for seed in 0..500 {
        let mut dice = Dice(seed);
        let receipt = [Receipt::Accepted, Receipt::Errors, Receipt::Rejected][dice.roll(3) as usize];
        let mut out = Vec::new();
        ta1::write(&mut out, dice.envelope(), receipt, "024");
        assert_clean(&out);
    }
}

const SEGMENT_CODES: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "I4", "I6", "I7", "I9"];
const ELEMENT_CODES: [&str; 15] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "13", "I6", "I9", "I10"];

fn noted(dice: &mut Dice, notes: &mut Notes, out: &mut Vec<u8>) {
    let ids: [&[u8]; 6] = [b"CLM", b"N3", b"SV1", b"REF", b"Z", b"ZZZZ"];
    let (value, unit, trigger) = (dice.value(), dice.value(), dice.flag());
    let kinds = [UnitKind::Claim, UnitKind::Patient, UnitKind::Subscriber];
    let kind = if dice.flag() {
        FaultKind::Segment(SEGMENT_CODES[dice.roll(12) as usize])
    } else {
        FaultKind::Element(ElementFault {
            code: ELEMENT_CODES[dice.roll(15) as usize],
            element: dice.roll(255) as u8,
            component: dice.roll(4) as u8,
            repetition: dice.roll(3) as u16,
            data_element: dice.roll(2000) as u16,
            value: &value,
        })
    };
    let fault = Fault {
        segment: ids[dice.roll(6) as usize],
        position: 1 + dice.roll(5) as u32,
        loop_id: ["", "2300", "2010AA"][dice.roll(3) as usize],
        kind,
        unit: dice.flag().then_some(Unit { kind: kinds[dice.roll(3) as usize], value: &unit }),
        trigger: trigger.then_some(Trigger { segment: b"CLM", position: 5, loop_id: "2300", element: 5, component: 3 }),
    };
    notes.add(out, b"", &fault);
}

#[test]
fn a_999_is_clean() {
    for seed in 0..1000 {
        let mut dice = Dice(seed);
        let mut out = Vec::new();
        let mut answer = Implementation::new(dice.envelope());
        for _ in 0..=dice.roll(2) {
            let group = dice.gs();
            answer.open_group(&mut out, &group);
            for _ in 0..dice.roll(4) {
                let (id, control, version) = (dice.value(), dice.value(), dice.value());
                answer.open_set(&mut out, &id, &control, &version);
                let mut notes = Notes::new(answer.envelope().delimiters(), LoopIds::Strict);
                let mut piece = Vec::new();
                for _ in 0..dice.roll(6) {
                    noted(&mut dice, &mut notes, &mut piece);
                }
                answer.append(&mut out, &piece, notes.tally());
                let status = [SetStatus::Accepted, SetStatus::Errors, SetStatus::Rejected][dice.roll(3) as usize];
                answer.close_set(&mut out, status, &["2", "7", "18", "2", "23", "4"][..dice.roll(7) as usize]);
            }
            let included = dice.flag().then(|| dice.roll(1 << 31));
            answer.close_group(&mut out, GroupEnd { included, rejected: dice.flag(), codes: &["5", "4"] });
        }
        answer.close(&mut out);
        assert_clean(&out);
    }
}

fn party<'a>(dice: &mut Dice, values: &'a [Vec<u8>]) -> Party<'a> {
    let [name, first, middle, suffix, ..] = values else { return Party::default() };
    Party { person: dice.flag(), name, first, middle, suffix }
}

fn days(dice: &mut Dice) -> i32 {
    if dice.flag() { NO_DATE } else { 20_000 + dice.roll(400) as i32 }
}

fn told(dice: &mut Dice, own: &mut Details, piece: &mut Vec<u8>) {
    let reasons = [
        Reason { category: "A7", status: "562", entity: "85" },
        Reason { category: "A3", status: "21", entity: "XX" },
        Reason { category: "E4", status: "500", entity: "" },
    ];
    let some = |dice: &mut Dice| dice.roll(4) as usize;
    let values: Vec<Vec<u8>> = (0..20).map(|_| dice.value()).collect();
    if own.provider_number() == 0 || dice.roll(3) == 0 {
        let party = party(dice, &values);
        let (npi, tax_id) = (&values[4], &values[5]);
        own.open_provider(piece, &ProviderRef { party, npi, tax_id, reasons: &reasons[..some(dice)] });
    }
    let procedure: Vec<u8> =
        [b"HC:99213:25:AA".to_vec(), b"HC:9>9".to_vec(), values[6].clone()][dice.roll(3) as usize].clone();
    let lines: Vec<LineStatus<'_>> = (0..some(dice))
        .map(|number| LineStatus {
            procedure: &procedure,
            separator: b':',
            charge: dice.roll(1_000_000).cast_signed() - 1000,
            revenue: b"",
            units: &values[7],
            control: &values[8],
            number: number as u32 + 1,
            from: days(dice),
            through: days(dice),
            reasons: &reasons[..some(dice)],
        })
        .collect();
    let patient = PatientRef { party: party(dice, &values[9..]), id: &values[13], qualifier: &values[14] };
    let claim = ClaimStatus {
        claim: &values[15],
        charge: if dice.flag() { MISSING } else { dice.roll(100_000_000).cast_signed() },
        accepted: dice.flag(),
        reasons: &reasons[..some(dice)],
        payer_number: &values[16],
        clearinghouse_number: &values[17],
        bill_type: b"",
        from: days(dice),
        through: days(dice),
        lines: &lines,
    };
    own.claim(piece, &patient, &claim);
}

#[test]
fn a_277ca_is_clean() {
    for seed in 0..1000 {
        let mut dice = Dice(seed);
        let mut out = Vec::new();
        let mut envelope = dice.envelope();
        let standing = if dice.flag() { Standing::Payer } else { Standing::Clearinghouse };
        let source = Source { name: dice.value(), qualifier: dice.value(), id: dice.value() };
        for _ in 0..=dice.roll(2) {
            let values: Vec<Vec<u8>> = (0..8).map(|_| dice.value()).collect();
            let submitter = Submitter { party: party(&mut dice, &values), id: &values[5], batch: &values[6] };
            let set = StatusSet { source: &source, submitter, standing, trace: &values[7], received: STAMP.date };
            let mut whole = Details::new(envelope.delimiters(), b"", standing, STAMP);
            let mut part = MemoryOutput::default();
            for _ in 0..=dice.roll(3) {
                let (number, provider) = (whole.number(), whole.provider_number());
                let own = Details::new(envelope.delimiters(), b"", standing, STAMP);
                let mut own = own.resume(number, provider);
                let mut piece = Vec::new();
                for _ in 0..dice.roll(4) {
                    told(&mut dice, &mut own, &mut piece);
                }
                whole.append(&mut part, &piece, own);
            }
            let group = dice.gs();
            let number = set.header(&mut out, &mut envelope, &group, &whole);
            let mut file = MemoryOutput { bytes: out };
            whole.finish(&mut part, &mut file);
            out = file.bytes;
            set.trailer(&mut out, &envelope, number, &whole);
        }
        envelope.close(&mut out);
        assert_clean(&out);
    }
}
