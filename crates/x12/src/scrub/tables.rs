//! Code tables that the user supplies, as sorted codes with the days on which they hold.

use std::collections::HashMap;

/// Tables by name.
#[derive(Debug, Default)]
pub struct CodeTables {
    tables: HashMap<String, CodeTable>,
}

/// Codes and the days from and to which each is valid.
#[derive(Debug, Default)]
pub struct CodeTable {
    entries: Vec<(Box<[u8]>, i32, i32)>,
}

impl CodeTables {
    /// Adds a table: one code a line, optionally followed by its first and last day (`CCYYMMDD`, either may be
    /// empty), separated by tabs; `#` begins a comment line. Errors with the number of a line that is not so.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), usize> {
        let mut entries = Vec::new();
        for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let mut cells = line.split(|&byte| byte == b'\t').map(<[u8]>::trim_ascii);
            let code = cells.next().filter(|code| !code.is_empty()).ok_or(number + 1)?;
            let from = day(cells.next().unwrap_or_default(), i32::MIN).ok_or(number + 1)?;
            let to = day(cells.next().unwrap_or_default(), i32::MAX).ok_or(number + 1)?;
            entries.push((code.into(), from, to));
        }
        entries.sort_unstable();
        self.tables.insert(name.to_owned(), CodeTable { entries });
        Ok(())
    }

    /// The table named `name`, if it was supplied.
    pub fn find(&self, name: &str) -> Option<&CodeTable> {
        self.tables.get(name)
    }
}

impl CodeTable {
    /// Whether `code` stands in the table, on `day` if one is given.
    pub fn holds(&self, code: &[u8], day: Option<i32>) -> bool {
        let first = self.entries.partition_point(|entry| &*entry.0 < code);
        let same = self.entries.get(first..).unwrap_or_default().iter().take_while(|entry| &*entry.0 == code);
        same.into_iter().any(|&(_, from, to)| day.is_none_or(|day| (from..=to).contains(&day)))
    }
}

/// Days since 1970-01-01 of `CCYYMMDD`; `open` for nothing.
fn day(text: &[u8], open: i32) -> Option<i32> {
    if text.is_empty() {
        return Some(open);
    }
    if text.len() != 8 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |part: &[u8]| part.iter().fold(0i32, |value, digit| value * 10 + i32::from(digit - b'0'));
    Some(days(number(&text[..4]), number(&text[4..6]), number(&text[6..])))
}

/// Days since 1970-01-01 of a day of the Gregorian calendar.
pub(crate) fn days(year: i32, month: i32, day: i32) -> i32 {
    // A year that begins in March has its leap day last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of days since 1970-01-01.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{CodeTables, civil, days};

    #[test]
    fn codes_hold_on_their_days() {
        let mut tables = CodeTables::default();
        tables.add("dx", b"# release\nE119\t20151001\t\nA00\t20151001\t20200930\nA00\t20211001\n").unwrap();
        let dx = tables.find("dx").unwrap();
        assert!(dx.holds(b"E119", None) && dx.holds(b"E119", Some(days(2024, 2, 29))));
        assert!(!dx.holds(b"E119", Some(days(2015, 9, 30))) && !dx.holds(b"E11", None));
        assert!(dx.holds(b"A00", Some(days(2020, 9, 30))) && !dx.holds(b"A00", Some(days(2021, 1, 1))));
        assert!(dx.holds(b"A00", Some(days(2030, 1, 1))));
        assert_eq!(tables.add("bad", b"A\nB\tyesterday\n"), Err(2));
    }

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 3, 1), 11_017);
        for day in (-800_000..800_000).step_by(37) {
            let (year, month, of_month) = civil(day);
            assert_eq!(i64::from(days(year as i32, month as i32, of_month as i32)), day);
        }
    }
}
