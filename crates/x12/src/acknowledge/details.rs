//! Providers, patients and claims of a 277CA: everything below the submitter.

use super::Stamp;
use super::status::{Amount, Reason, Totals, date, money};
use super::subject::{ClaimStatus, LineStatus, PatientRef, ProviderRef, UNKNOWN, name, names};
use crate::wire::{Delimiters, Output, Phrase, Writer, written_len};

/// Entities that 2200C lists for STC01-3.
const PROVIDER_ENTITIES: &[&str] = &["36", "40", "41", "77", "82", "85", "87", "AY", "PR"];
/// Entities that 2200D and 2220D list for STC01-3.
const CLAIM_ENTITIES: &[&str] = &[
    "03", "1P", "1Z", "40", "41", "71", "72", "73", "77", "82", "85", "87", "DK", "DN", "DQ", "FA", "GB", "HK", "IL",
    "LI", "MSC", "PR", "PRP", "QB", "QC", "QD", "SEP", "TL", "TTP", "TU",
];
/// Qualifiers that 2220D lists for SVC01-1.
const PROCEDURES: &[&[u8]] = &[b"AD", b"ER", b"HC", b"HP", b"IV", b"NU", b"WK"];
/// At most so many statuses for one claim, provider or line.
const MOST_STATUSES: usize = 20;

/// How we stand to the submitter, which decides what an accepted claim is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// A clearinghouse or scrubber: `A1:19:PR`, information source `AY`.
    #[default]
    Clearinghouse,
    /// A payer: `A2:20:PR`, information source `PR`.
    Payer,
}

/// The details of one set, or of one piece of it.
///
/// The caller may empty its buffer whenever it likes, as long as all bytes end in one output, in order. The charges
/// of a provider are known only after its last claim: a provider's own statuses are written with a charge of 0,
/// and [`Details::finish`] puts the charges in their places (sixteen bytes are kept for each such status).
#[derive(Clone, Debug)]
pub struct Details {
    delimiters: Delimiters,
    suffix: Vec<u8>,
    today: [u8; 8],
    phrases: Phrases,
    number: u64,
    provider: u64,
    segments: u64,
    totals: Totals,
    written: u64,
    /// Charges before the first provider: they are of one that an earlier piece opened.
    leading: i64,
    opened: bool,
    /// Charges of the open provider so far, and where its places begin.
    charges: i64,
    open_from: usize,
    /// Where a charge stands as a `0`, and what it is.
    places: Vec<(u64, i64)>,
}

impl Details {
    /// The details of a set from its start: two levels, source and submitter, come before. `suffix` follows each
    /// terminator.
    #[must_use]
    pub fn new(delimiters: Delimiters, suffix: &[u8], standing: Standing, stamp: Stamp) -> Self {
        Self {
            delimiters,
            suffix: suffix.to_vec(),
            today: stamp.date,
            phrases: Phrases::new(delimiters, suffix, standing, stamp.date),
            number: 2,
            provider: 0,
            segments: 0,
            totals: Totals::default(),
            written: 0,
            leading: 0,
            opened: false,
            charges: 0,
            open_from: 0,
            places: Vec::new(),
        }
    }

    /// The details of a piece in the middle of a set that was begun as this one. `number` is the last HL01 before it and
    /// `provider` the HL01 of the open provider: each provider and each claim take one number, so both can be counted
    /// ahead.
    #[must_use]
    pub fn resume(self, number: u64, provider: u64) -> Self {
        let phrases = Phrases { patient: patient(self.delimiters, &self.suffix, provider), ..self.phrases };
        Self { phrases, number, provider, ..self }
    }

    /// The HL01 written last.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The HL01 of the open provider; 0 before the first.
    #[must_use]
    pub fn provider_number(&self) -> u64 {
        self.provider
    }

    /// Counts and charges so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Segments so far.
    #[must_use]
    pub fn segments(&self) -> u64 {
        self.segments
    }

    /// Begins a provider. Call it only when a claim of the provider follows.
    pub fn open_provider(&mut self, out: &mut Vec<u8>, provider: &ProviderRef<'_>) {
        self.close_provider();
        self.opened = true;
        let start = out.len();
        self.number += 1;
        self.provider = self.number;
        self.phrases.patient = patient(self.delimiters, &self.suffix, self.provider);
        let (delimiters, number) = (self.delimiters, self.number);
        let mut writer = Writer::new(out, delimiters, &self.suffix);
        writer.segment("HL").number(number).number(2u64).text("19").text("1").end();
        writer.segment("NM1").text("85");
        name(&mut writer, &provider.party);
        let npi = written_len(delimiters, provider.npi, 80) >= 2;
        let tax = written_len(delimiters, provider.tax_id, 80) >= 2;
        match (npi, tax) {
            (true, _) => writer.text("XX").clip(provider.npi, 80).end(),
            (false, true) => writer.text("FI").clip(provider.tax_id, 80).end(),
            (false, false) => writer.text("FI").text(UNKNOWN).end(),
        }
        if !provider.reasons.is_empty() {
            writer.segment("TRN").text("1").text("0").end();
            for (reason, entity) in distinct(provider.reasons, PROVIDER_ENTITIES) {
                writer.segment("STC").text(reason.rejecting()).component(reason.status).component(entity);
                writer.skip(1).text("U").text("0");
                let place = writer.position() - start - 1;
                self.places.push((self.written + place as u64, 0));
                writer.end();
            }
        }
        self.segments += writer.segments();
        self.written += (out.len() - start) as u64;
    }

    /// Writes a claim of the open provider.
    pub fn claim(&mut self, out: &mut Vec<u8>, patient: &PatientRef<'_>, claim: &ClaimStatus<'_>) {
        self.count(claim);
        self.number += 1;
        let start = out.len();
        let phrases = &self.phrases;
        let mut writer = Writer::new(out, self.delimiters, &self.suffix);
        writer.phrase(&phrases.level).number(self.number).phrase(&phrases.patient);
        names(&mut writer, &patient.party);
        writer.plain(if patient.qualifier == b"II" { "II" } else { "MI" }).clip_or(patient.id, 2..=80, UNKNOWN);
        writer.phrase(&phrases.trace).clip_or(claim.claim, 1..=50, b"0");
        if claim.accepted {
            writer.phrase(&phrases.accepted).plain(money(claim.charge)).end();
        } else {
            writer.end();
            self.reasons(&mut writer, claim);
        }
        self.reference(&mut writer, "1K", claim.payer_number);
        self.reference(&mut writer, "D9", claim.clearinghouse_number);
        self.reference(&mut writer, "BLT", claim.bill_type);
        self.service_date(&mut writer, claim.from, claim.through, Some(self.today));
        if !claim.accepted {
            for line in claim.lines.iter().filter(|line| self.is_expressible(line)) {
                self.line(&mut writer, line);
            }
        }
        self.segments += writer.segments();
        self.written += (out.len() - start) as u64;
    }

    /// Adds the details of the next piece, and its bytes to `out`.
    pub fn append(&mut self, out: &mut impl Output, piece: &[u8], other: Self) {
        self.charge(other.leading);
        if other.opened {
            self.close_provider();
            self.opened = true;
            self.charges = other.charges;
            self.open_from += other.open_from;
            let base = self.written;
            self.places.extend(other.places.into_iter().map(|(place, charges)| (place + base, charges)));
        }
        out.append(piece);
        self.written += other.written;
        self.number = other.number;
        self.provider = other.provider;
        self.phrases.patient = other.phrases.patient;
        self.segments += other.segments;
        self.totals.add(other.totals);
    }

    /// Ends the details: their bytes, all that `draft` has, go to the end of `out`, with the charges of providers in their
    /// places.
    pub fn finish(&mut self, draft: &mut impl Output, out: &mut impl Output) {
        self.close_provider();
        let edits: Vec<(u64, Amount)> = self.places.iter().map(|&(place, charges)| (place, money(charges))).collect();
        crate::wire::move_replaced(draft, &edits, out);
        self.places.clear();
        self.open_from = 0;
    }

    /// The open provider has no more claims.
    fn close_provider(&mut self) {
        for (_, charges) in self.places.iter_mut().skip(self.open_from) {
            *charges = self.charges;
        }
        self.open_from = self.places.len();
        self.charges = 0;
    }

    fn charge(&mut self, charges: i64) {
        let sum = if self.opened { &mut self.charges } else { &mut self.leading };
        *sum = sum.saturating_add(charges);
    }

    fn count(&mut self, claim: &ClaimStatus<'_>) {
        let mut one = Totals::default();
        one.claim(claim.accepted, claim.charge);
        self.totals.add(one);
        self.charge(one.charges());
    }

    /// Why a claim is rejected.
    fn reasons(&self, writer: &mut Writer<'_>, claim: &ClaimStatus<'_>) {
        let charge = money(claim.charge);
        let lifted = claim.lines.iter().filter(|line| !self.is_expressible(line)).flat_map(|line| line.reasons);
        let mut reasons: Vec<Reason<'_>> = claim.reasons.iter().chain(lifted).copied().collect();
        if reasons.is_empty() {
            reasons.push(if claim.lines.is_empty() { Reason::SYNTAX } else { Reason::LINES });
        }
        for (reason, entity) in distinct(&reasons, CLAIM_ENTITIES) {
            writer.segment("STC").text(reason.rejecting()).component(reason.status).component(entity);
            writer.plain(self.today).plain("U").plain(charge).end();
        }
    }

    fn is_expressible(&self, line: &LineStatus<'_>) -> bool {
        let mut parts = line.procedure.split(|&byte| byte == line.separator);
        let listed = parts.next().is_some_and(|qualifier| PROCEDURES.contains(&qualifier));
        listed && parts.next().is_some_and(|code| written_len(self.delimiters, code, 48) > 0)
    }

    fn line(&self, writer: &mut Writer<'_>, line: &LineStatus<'_>) {
        writer.segment("SVC");
        for (number, part) in line.procedure.split(|&byte| byte == line.separator).take(6).enumerate() {
            match number {
                0 => writer.text(part),
                1 => writer.clip_component(part, 48),
                _ => writer.component(if part.len() == 2 { part } else { b"" }),
            };
        }
        writer.text(money(line.charge)).skip(1).clip(line.revenue, 48).skip(2);
        writer.text(if is_number(line.units) { line.units } else { b"" }).end();
        let reasons: &[Reason<'_>] = if line.reasons.is_empty() { &[Reason::SYNTAX] } else { line.reasons };
        for (reason, entity) in distinct(reasons, CLAIM_ENTITIES) {
            writer.segment("STC").text(reason.rejecting()).component(reason.status).component(entity);
            writer.skip(1).text("U").end();
        }
        writer.segment("REF").text("FJ");
        if written_len(self.delimiters, line.control, 50) > 0 {
            writer.clip(line.control, 50).end();
        } else {
            writer.number(line.number).end();
        }
        self.service_date(writer, line.from, line.through, None);
    }

    fn reference(&self, writer: &mut Writer<'_>, qualifier: &str, value: &[u8]) {
        if !value.is_empty() && written_len(self.delimiters, value, 50) > 0 {
            writer.segment("REF").text(qualifier).clip(value, 50).end();
        }
    }

    /// `DTP*472`: one day, or a range where there is more than one; nothing where there is none, and none `otherwise`.
    fn service_date(&self, writer: &mut Writer<'_>, from: i32, through: i32, otherwise: Option<[u8; 8]>) {
        let first = date(from);
        let last = if through == from { first } else { date(through) };
        let Some(first) = first.or(last).or(otherwise) else { return };
        let last = last.unwrap_or(first);
        if last <= first {
            writer.phrase(&self.phrases.day).plain(first).end();
            return;
        }
        let mut range = [b'-'; 17];
        range[..8].copy_from_slice(&first);
        range[9..].copy_from_slice(&last);
        writer.phrase(&self.phrases.days).plain(range).end();
    }
}

/// What every claim of a document is told in the same words, or at least every claim of a provider.
#[derive(Clone, Debug)]
struct Phrases {
    level: Phrase,
    patient: Phrase,
    trace: Phrase,
    accepted: Phrase,
    day: Phrase,
    days: Phrase,
}

impl Phrases {
    fn new(delimiters: Delimiters, suffix: &[u8], standing: Standing, today: [u8; 8]) -> Self {
        let phrase = |text: &str| Phrase::new(text, delimiters, suffix);
        let Reason { category, status, entity } =
            if standing == Standing::Payer { Reason::ADJUDICATED } else { Reason::RECEIVED };
        let today = String::from_utf8_lossy(&today);
        Self {
            level: phrase("HL"),
            patient: patient(delimiters, suffix, 0),
            trace: phrase("~TRN*2"),
            accepted: phrase(&format!("~STC*{category}:{status}:{entity}*{today}*WQ")),
            day: phrase("DTP*472*D8"),
            days: phrase("DTP*472*RD8"),
        }
    }
}

/// What follows HL01 of a claim, up to the patient's name.
fn patient(delimiters: Delimiters, suffix: &[u8], provider: u64) -> Phrase {
    Phrase::new(&format!("*{provider}*PT~NM1*QC*1"), delimiters, suffix)
}

/// The different reasons, each with its entity where `entities` lists it.
fn distinct<'a>(reasons: &[Reason<'a>], entities: &[&str]) -> Vec<(Reason<'a>, &'a str)> {
    let mut kept: Vec<(Reason<'a>, &'a str)> = Vec::new();
    for reason in reasons {
        let entity = if entities.contains(&reason.entity) { reason.entity } else { "" };
        let known = kept.iter().any(|(other, its)| {
            other.rejecting() == reason.rejecting() && other.status == reason.status && *its == entity
        });
        if !known && kept.len() < MOST_STATUSES {
            kept.push((*reason, entity));
        }
    }
    kept
}

/// A decimal number without a sign, of up to fifteen digits.
fn is_number(value: &[u8]) -> bool {
    let mut parts = value.split(|&byte| byte == b'.');
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let whole = parts.next().is_some_and(digits) && parts.next().is_none_or(digits) && parts.next().is_none();
    whole && value.len() <= 15 && value.iter().any(u8::is_ascii_digit)
}
