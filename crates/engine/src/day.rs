//! Days: from text, and from the clock, which is asked here and nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::Error;

/// A day and the minute in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    /// `HHMM`.
    pub(crate) time: [u8; 4],
}

/// Now, in UTC.
pub(crate) fn now() -> Moment {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let minutes = seconds / 60 % 1440;
    let text = format!("{:02}{:02}", minutes / 60, minutes % 60);
    let mut time = *b"0000";
    time.copy_from_slice(text.as_bytes());
    Moment { day: (seconds / 86_400) as i32, time }
}

/// The day written CCYY-MM-DD.
pub(crate) fn parse(text: &str) -> Result<i32, Error> {
    let digits: String = text.chars().filter(|each| *each != '-').collect();
    match x12::claim::days(digits.as_bytes()) {
        x12::claim::NO_DATE => Err(Error::Usage(format!("{text}: is not a day; write it as 2026-01-31"))),
        days => Ok(days),
    }
}

/// `CCYYMMDD` as a number.
pub(crate) fn number(day: i32) -> u32 {
    compact(day).iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// `CCYYMMDD`.
pub(crate) fn compact(day: i32) -> [u8; 8] {
    let mut text = Vec::with_capacity(8);
    x12::claim::write_days(&mut text, day);
    let mut compact = *b"19700101";
    if text.len() == 8 {
        compact.copy_from_slice(&text);
    }
    compact
}
