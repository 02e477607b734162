//! Days of a person, moved by as much each, or cut down to their years.

use super::form::is_time;
use super::invent::mask;
use crate::claim::{NO_DATE, days, write_days};

/// What becomes of a person's days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Days {
    /// They are moved back by whole weeks, one year at most, all of one person by as many.
    #[default]
    Shift,
    /// The first day of their year.
    Year,
    /// They stay.
    Keep,
}

impl Days {
    /// The manner of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "shift" => Some(Self::Shift),
            "year" => Some(Self::Year),
            "keep" => Some(Self::Keep),
            _ => None,
        }
    }

    /// How far the days of somebody with this `hash` are moved.
    pub(super) fn back(hash: u64) -> i32 {
        7 * (1 + (hash % 52) as i32)
    }

    /// Changes the days in `text`, which [`clear`] has seen.
    pub(super) fn change(self, text: &mut [u8], back: i32) {
        if self != Self::Keep {
            let [first, second] = halves(text);
            self.one(first, back);
            self.one(second, back);
        }
    }

    fn one(self, text: &mut [u8], back: i32) {
        let day = text.get(..8).map_or(NO_DATE, days);
        if day == NO_DATE {
            return;
        }
        let mut made = Vec::with_capacity(8);
        if self == Self::Year {
            made.extend_from_slice(&text[..4]);
            made.extend_from_slice(b"0101");
        } else {
            write_days(&mut made, day.saturating_sub(back));
        }
        text[..8].copy_from_slice(&made);
    }
}

/// Leaves of `text` what is a day (CCYYMMDD, two of them with a hyphen between, or one with a time behind it). What looks like one and
/// is none becomes nines, so that it is none still, hours too, which may be years; seconds of the day, which may be days in other
/// words, become none.
pub(super) fn clear(text: &mut [u8]) {
    for half in halves(text) {
        let (day, time) = half.split_at(half.len().min(8));
        let timed = matches!(time.len(), 0 | 2) && time.iter().all(u8::is_ascii_digit) || is_time(time);
        match half.len() {
            8.. if days(day) != NO_DATE && timed => {}
            5.. if is_time(half) => half.fill(b'0'),
            _ => mask(half),
        }
    }
}

/// What stands before the first hyphen, and behind it.
fn halves(text: &mut [u8]) -> [&mut [u8]; 2] {
    let hyphen = text.iter().position(|byte| *byte == b'-').unwrap_or(text.len());
    let (first, second) = text.split_at_mut(hyphen);
    [first, second.get_mut(1..).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(days: Days, text: &str) -> String {
        let mut text = text.as_bytes().to_vec();
        clear(&mut text);
        days.change(&mut text, 14);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn days_move_and_what_is_none_stays_none() {
        assert_eq!(changed(Days::Shift, "20260115"), "20260101");
        assert_eq!(changed(Days::Shift, "20260115-20260131"), "20260101-20260117");
        assert_eq!(changed(Days::Shift, "202601151230"), "202601011230");
        assert_eq!(changed(Days::Shift, "19800231"), "99999999");
        assert_eq!(changed(Days::Shift, "1980021"), "9999999");
        assert_eq!(changed(Days::Year, "20260715"), "20260101");
        for days in [Days::Shift, Days::Year, Days::Keep] {
            for (text, made) in [
                ("19800231", "99999999"),
                ("1980-02-29", "9999-99-99"),
                ("29 FEB 1980", "99 XXX 9999"),
                ("19800229JANE", "99999999XXXX"),
                ("1980", "9999"),
                ("1947", "9999"),
                ("1947-2015", "9999-9999"),
                ("123456789", "999999999"),
                ("800229", "999999"),
                ("010203", "000000"),
                ("-", "-"),
            ] {
                assert_eq!(changed(days, text), made);
            }
        }
        assert_eq!(changed(Days::Keep, "19800229"), "19800229");
    }
}
