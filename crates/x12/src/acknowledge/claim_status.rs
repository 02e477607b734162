//! The claim acknowledgment: 277CA, 005010X214. One set for each accepted 837 set.
//!
//! Totals stand before the claims they sum up: the details are written apart ([`Details`]), then the head of the
//! set with its totals ([`StatusSet::header`]), the details, and its end ([`StatusSet::trailer`]).

use super::implementation::set_number;
use super::status::{Reason, money};
use super::subject::{UNKNOWN, name};
use super::{Details, Envelope, Gs, Party, Standing};
use crate::wire::{Writer, written_len};

/// The version of the document, in GS08 and ST03.
pub const VERSION: &str = "005010X214";

/// Who answers: 2100A.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// NM103.
    pub name: Vec<u8>,
    /// NM108: `46`, `FI` or `PI`; anything else is sent as `46`.
    pub qualifier: Vec<u8>,
    /// NM109.
    pub id: Vec<u8>,
}

/// Who is answered: 1000A of the 837.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Submitter<'a> {
    /// NM1*41.
    pub party: Party<'a>,
    /// NM109.
    pub id: &'a [u8],
    /// BHT03 of the 837.
    pub batch: &'a [u8],
}

/// The answer to one 837 set.
#[derive(Clone, Copy, Debug)]
pub struct StatusSet<'a> {
    /// Who answers.
    pub source: &'a Source,
    /// Who is answered.
    pub submitter: Submitter<'a>,
    /// How we stand to them.
    pub standing: Standing,
    /// Our own number for this answer (BHT03, and TRN02 of the source).
    pub trace: &'a [u8],
    /// When the 837 was received, `CCYYMMDD`.
    pub received: [u8; 8],
}

impl StatusSet<'_> {
    /// Begins the set: (`ISA`, `GS`,) `ST` to the last total. `details` must have all claims. Returns the number of the
    /// set, for its end.
    pub fn header(&self, out: &mut Vec<u8>, envelope: &mut Envelope, group: &Gs, details: &Details) -> SetNumber {
        let number = envelope.set(out, group, "HN", VERSION);
        let stamp = envelope.stamp();
        let mark = envelope.delimiters();
        let known = |value: &[u8], shortest: usize| written_len(mark, value, 30) >= shortest;
        let mut writer = Writer::new(out, envelope.delimiters(), envelope.suffix());
        writer.segment("ST").text("277").text(set_number(number)).text(VERSION).end();
        let trace = if known(self.trace, 1) { self.trace } else { b"0" };
        writer
            .segment("BHT")
            .text("0085")
            .text("08")
            .clip(trace, 30)
            .text(stamp.date)
            .text(stamp.time)
            .text("TH")
            .end();
        writer.segment("HL").text("1").skip(1).text("20").text("1").end();
        let payer = self.standing == Standing::Payer;
        writer.segment("NM1").text(if payer { "PR" } else { "AY" });
        name(&mut writer, &Party { name: &self.source.name, ..Party::default() });
        let qualifier = self.source.qualifier.as_slice();
        writer.text(if matches!(qualifier, b"FI" | b"PI") { qualifier } else { b"46" });
        writer.clip(if known(&self.source.id, 2) { &self.source.id } else { UNKNOWN }, 80).end();
        writer.segment("TRN").text("1").clip(trace, 50).end();
        writer.segment("DTP").text("050").text("D8").text(self.received).end();
        writer.segment("DTP").text("009").text("D8").text(stamp.date).end();
        let child = if details.totals().accepted + details.totals().rejected > 0 { "1" } else { "0" };
        writer.segment("HL").text("2").text("1").text("21").text(child).end();
        writer.segment("NM1").text("41");
        name(&mut writer, &Party { suffix: b"", ..self.submitter.party });
        writer.text("46").clip(if known(self.submitter.id, 2) { self.submitter.id } else { UNKNOWN }, 80).end();
        writer
            .segment("TRN")
            .text("2")
            .clip(if known(self.submitter.batch, 1) { self.submitter.batch } else { b"0" }, 50)
            .end();
        totals(&mut writer, details, stamp.date);
        SetNumber { number, segments: writer.segments() }
    }

    /// Ends the set: `SE`.
    pub fn trailer(&self, out: &mut Vec<u8>, envelope: &Envelope, set: SetNumber, details: &Details) {
        let mut writer = Writer::new(out, envelope.delimiters(), envelope.suffix());
        writer.segment("SE").number(set.segments + details.segments() + 1).text(set_number(set.number)).end();
    }
}

/// A set that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetNumber {
    number: u32,
    segments: u64,
}

fn totals(writer: &mut Writer<'_>, details: &Details, date: [u8; 8]) {
    let totals = details.totals();
    let all_rejected = totals.accepted == 0 && totals.rejected > 0;
    let told = if all_rejected { Reason::RETURNED } else { Reason::RECEIVED };
    writer.segment("STC").text(told.category).component(told.status).component(told.entity);
    writer.text(date).text(if all_rejected { "U" } else { "WQ" }).text(money(totals.charges())).end();
    for (qualifier, claims) in [("90", totals.accepted), ("AA", totals.rejected)] {
        if claims > 0 {
            writer.segment("QTY").text(qualifier).number(claims).end();
        }
    }
    for (qualifier, claims, charges) in
        [("YU", totals.accepted, totals.accepted_charges), ("YY", totals.rejected, totals.rejected_charges)]
    {
        if claims > 0 {
            writer.segment("AMT").text(qualifier).text(money(charges)).end();
        }
    }
}
