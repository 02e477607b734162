//! What a 277CA says of a claim: category, status, entity; and the sums of what it said.

use crate::claim::{MISSING, NO_DATE};
use crate::wire::{decimal, eight_digits};

/// STC01: `A7:562:85`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason<'a> {
    /// Category (code source 507); only `A0` to `A8` may be sent for a batch.
    pub category: &'a str,
    /// Status (code source 508).
    pub status: &'a str,
    /// Entity; empty for none. It is left out where the guide does not list it.
    pub entity: &'a str,
}

impl<'a> Reason<'a> {
    /// Rejected for a fault that the 999 tells.
    pub const SYNTAX: Reason<'static> = Reason { category: "A3", status: "684", entity: "" };
    /// Rejected for a fault of its lines.
    pub const LINES: Reason<'static> = Reason { category: "A3", status: "247", entity: "" };
    /// Received by a clearinghouse or scrubber.
    pub const RECEIVED: Reason<'static> = Reason { category: "A1", status: "19", entity: "PR" };
    /// Accepted by the payer into adjudication.
    pub const ADJUDICATED: Reason<'static> = Reason { category: "A2", status: "20", entity: "PR" };
    /// All of a set returned to its submitter.
    pub const RETURNED: Reason<'static> = Reason { category: "A3", status: "23", entity: "41" };

    /// The reason written `category:status[:entity]`; `None` when it is not.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let reason = Self { category: parts.next()?, status: parts.next()?, entity: parts.next().unwrap_or("") };
        let whole = !reason.category.is_empty() && !reason.status.is_empty() && parts.next().is_none();
        whole.then_some(reason)
    }

    /// The category, replaced by `A3` where a batch may not send it or it does not reject.
    pub(super) fn rejecting(self) -> &'a str {
        if matches!(self.category, "A3" | "A6" | "A7" | "A8") { self.category } else { "A3" }
    }
}

/// Counts and charges of the claims reported, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Claims accepted.
    pub accepted: u64,
    /// Claims rejected.
    pub rejected: u64,
    /// Charges of the accepted claims.
    pub accepted_charges: i64,
    /// Charges of the rejected claims.
    pub rejected_charges: i64,
}

impl Totals {
    /// Adds one claim.
    pub fn claim(&mut self, accepted: bool, charge: i64) {
        let charge = if charge == MISSING { 0 } else { charge };
        if accepted {
            self.accepted += 1;
            self.accepted_charges = self.accepted_charges.saturating_add(charge);
        } else {
            self.rejected += 1;
            self.rejected_charges = self.rejected_charges.saturating_add(charge);
        }
    }

    /// Adds other totals.
    pub fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.accepted_charges = self.accepted_charges.saturating_add(other.accepted_charges);
        self.rejected_charges = self.rejected_charges.saturating_add(other.rejected_charges);
    }

    /// All charges.
    #[must_use]
    pub fn charges(&self) -> i64 {
        self.accepted_charges.saturating_add(self.rejected_charges)
    }
}

/// An amount in text, without allocation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    bytes: [u8; 24],
    start: usize,
    end: usize,
}

impl AsRef<[u8]> for Amount {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }
}

/// Where the digits of whole units end.
const POINT: usize = 20;

/// Cents as X12 writes money: no blanks, no superfluous zeros or point. A missing amount is 0.
pub(super) fn money(cents: i64) -> Amount {
    let cents = if cents == MISSING { 0 } else { cents };
    let (whole, rest) = (cents.unsigned_abs() / 100, (cents.unsigned_abs() % 100) as u8);
    let mut digits = [b'0'; POINT];
    let mut start = POINT - decimal(whole, &mut digits).len();
    let mut bytes = [0; 24];
    bytes[..POINT].copy_from_slice(&digits);
    bytes[POINT..].copy_from_slice(&[b'.', b'0' + rest / 10, b'0' + rest % 10, 0]);
    if cents < 0 {
        start -= 1;
        bytes[start] = b'-';
    }
    let end = POINT
        + if rest == 0 {
            0
        } else if rest % 10 == 0 {
            2
        } else {
            3
        };
    Amount { bytes, start, end }
}

/// Days since 1970-01-01 as `CCYYMMDD`; `None` when there is no date, or none of four-digit years.
pub(super) fn date(days: i32) -> Option<[u8; 8]> {
    if days == NO_DATE {
        return None;
    }
    // Days are counted from 0000-03-01, so that the leap day ends a year and 400 years are 146,097 days.
    let shifted = u32::try_from(i64::from(days) + 719_468).ok()?;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u32::from(month <= 2);
    if !(1..=9999).contains(&year) {
        return None;
    }
    Some(eight_digits(year, month * 100 + day_of_month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cents: i64) -> String {
        String::from_utf8(money(cents).as_ref().to_vec()).expect("ASCII")
    }

    #[test]
    fn money_has_no_superfluous_zeros() {
        assert_eq!(text(0), "0");
        assert_eq!(text(36550), "365.5");
        assert_eq!(text(36505), "365.05");
        assert_eq!(text(100_000), "1000");
        assert_eq!(text(-1), "-0.01");
        assert_eq!(text(MISSING), "0");
        assert_eq!(text(i64::MAX), "92233720368547758.07");
    }

    #[test]
    fn dates_are_of_the_calendar() {
        assert_eq!(date(0), Some(*b"19700101"));
        assert_eq!(date(-1), Some(*b"19691231"));
        assert_eq!(date(11_016), Some(*b"20000229"));
        assert_eq!(date(20_454), Some(*b"20260101"));
        assert_eq!(date(NO_DATE), None);
        assert_eq!(date(i32::MAX), None);
    }

    #[test]
    fn reasons_are_read() {
        assert_eq!(Reason::parse("A7:562:85"), Some(Reason { category: "A7", status: "562", entity: "85" }));
        assert_eq!(Reason::parse("A8:400"), Some(Reason { category: "A8", status: "400", entity: "" }));
        assert_eq!(Reason::parse("A8"), None);
        assert_eq!(Reason::parse("A8:1:2:3"), None);
    }
}
