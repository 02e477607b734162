//! Days of a person, moved by as much each, or cut down to their years.

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

    /// Changes what is a day in `text`: CCYYMMDD, two of them with a hyphen between, or one with a time behind it. What looks like a
    /// day and is none becomes nines, so that it is none still.
    pub(super) fn change(self, text: &mut [u8], back: i32) {
        if self == Self::Keep {
            return;
        }
        let hyphen = text.iter().position(|byte| *byte == b'-');
        let (first, second) = text.split_at_mut(hyphen.unwrap_or(text.len()));
        self.one(first, back);
        if let Some(second) = second.get_mut(1..) {
            self.one(second, back);
        }
    }

    fn one(self, text: &mut [u8], back: i32) {
        // a year, or a time of the day
        if text.len() < 6 {
            return;
        }
        let day = text.get(..8).map_or(NO_DATE, days);
        let has_time = matches!(text.len(), 8 | 10 | 12 | 14) && text.iter().all(u8::is_ascii_digit);
        if day == NO_DATE || !has_time {
            return text.iter_mut().filter(|byte| byte.is_ascii_digit()).for_each(|byte| *byte = b'9');
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

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(days: Days, text: &str) -> String {
        let mut text = text.as_bytes().to_vec();
        days.change(&mut text, 14);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn days_move_and_what_is_none_stays_none() {
        assert_eq!(changed(Days::Shift, "20260115"), "20260101");
        assert_eq!(changed(Days::Shift, "20260115-20260131"), "20260101-20260117");
        assert_eq!(changed(Days::Shift, "202601151230"), "202601011230");
        assert_eq!(changed(Days::Shift, "1230"), "1230");
        assert_eq!(changed(Days::Shift, "19800231"), "99999999");
        assert_eq!(changed(Days::Shift, "1980021"), "9999999");
        assert_eq!(changed(Days::Year, "20260715"), "20260101");
        assert_eq!(changed(Days::Keep, "19800231"), "19800231");
    }
}
