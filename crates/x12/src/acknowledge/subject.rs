//! What a 277CA names: parties, patients, claims and lines, as the 837 has them.

use super::status::Reason;
use crate::wire::Writer;

/// Stands where the answer needs a value that the claim does not have.
pub(super) const UNKNOWN: &[u8] = b"UNKNOWN";

/// A person or an organisation, as NM1 names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Party<'a> {
    /// NM102 is `1`.
    pub person: bool,
    /// NM103.
    pub name: &'a [u8],
    /// NM104; persons only.
    pub first: &'a [u8],
    /// NM105; persons only.
    pub middle: &'a [u8],
    /// NM107; persons only.
    pub suffix: &'a [u8],
}

/// A billing provider: 2010AA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProviderRef<'a> {
    /// NM1*85.
    pub party: Party<'a>,
    /// NM109 with `XX`; empty when it was not sent.
    pub npi: &'a [u8],
    /// REF*EI or REF*SY, for those without an NPI.
    pub tax_id: &'a [u8],
    /// Faults of the provider itself, which reject all of its claims; empty for none.
    pub reasons: &'a [Reason<'a>],
}

/// A patient: the subscriber, or 2010CA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatientRef<'a> {
    /// NM1*IL or NM1*QC.
    pub party: Party<'a>,
    /// The member's number: that of the subscriber where the patient has none.
    pub id: &'a [u8],
    /// Its qualifier, `MI` or `II`; anything else is sent as `MI`.
    pub qualifier: &'a [u8],
}

/// A claim and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct ClaimStatus<'a> {
    /// CLM01.
    pub claim: &'a [u8],
    /// CLM02 in cents.
    pub charge: i64,
    /// The verdict.
    pub accepted: bool,
    /// Why it was rejected, its own and inherited reasons; the faults of its lines stand there.
    pub reasons: &'a [Reason<'a>],
    /// The number that the payer gave it (REF*1K); empty for none.
    pub payer_number: &'a [u8],
    /// The number that a clearinghouse gave it, as sent (REF*D9); empty for none.
    pub clearinghouse_number: &'a [u8],
    /// The type of bill (REF*BLT), institutional only; empty for none.
    pub bill_type: &'a [u8],
    /// First date of service, in days.
    pub from: i32,
    /// Last date of service, in days; that of `from` when there is no other.
    pub through: i32,
    /// Lines that caused the rejection, in their order.
    pub lines: &'a [LineStatus<'a>],
}

/// A line that caused the rejection of its claim.
#[derive(Clone, Copy, Debug)]
pub struct LineStatus<'a> {
    /// SV101 (or SV202, SV301) as sent.
    pub procedure: &'a [u8],
    /// The component separator in it.
    pub separator: u8,
    /// The line's charge in cents.
    pub charge: i64,
    /// SV201; empty for none.
    pub revenue: &'a [u8],
    /// Units of service as sent; empty for none.
    pub units: &'a [u8],
    /// REF*6R; empty for none: then the line's number is sent.
    pub control: &'a [u8],
    /// LX01.
    pub number: u32,
    /// First date of service, in days.
    pub from: i32,
    /// Last date of service, in days.
    pub through: i32,
    /// Why.
    pub reasons: &'a [Reason<'a>],
}

/// NM102 to NM107, and the place of NM108.
pub(super) fn name(writer: &mut Writer<'_>, party: &Party<'_>) {
    writer.plain(if party.person { "1" } else { "2" });
    if party.person {
        names(writer, party);
    } else {
        writer.clip_or(party.name, 1..=60, UNKNOWN).skip(4);
    }
}

/// NM103 to NM107 of a person.
pub(super) fn names(writer: &mut Writer<'_>, party: &Party<'_>) {
    writer.clip_or(party.name, 1..=60, UNKNOWN);
    writer.clip(party.first, 35).clip(party.middle, 25).skip(1).clip(party.suffix, 10);
}
