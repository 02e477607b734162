//! Code tables that the user supplies: sorted codes with the days on which they hold, as they lie in their file.
//!
//! A file is a line `scrubjay codes 1`, a line of JSON that says where it comes from and which lists follow, and the rows
//! of each list. A row is a key of the list's width, padded with zeros, its first and last day (days since 1970-01-01),
//! and a value, each four bytes, the greatest first. Rows ascend. The JSON may say from when until when the release speaks:
//! what is asked of other days is not known.
//!
//! Of a list nothing is read before it is asked for. A short one is then read whole; of a long one, such as all providers
//! of the country, every 64th key, and for a look-up the few rows between two of them.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use super::partners::Partners;

/// A file of codes, wherever it is.
pub trait Held: Send + Sync {
    /// How many bytes it has.
    fn len(&self) -> u64;

    /// Reads the bytes from `at`, as many as `into` takes; false when they cannot be read.
    fn read(&self, at: u64, into: &mut [u8]) -> bool;

    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Held for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read(&self, at: u64, into: &mut [u8]) -> bool {
        let from = usize::try_from(at).ok().and_then(|at| self.get(at..at.checked_add(into.len())?));
        from.is_some_and(|bytes| {
            into.copy_from_slice(bytes);
            true
        })
    }
}

const MAGIC: &[u8] = b"scrubjay codes 1\n";
/// Bytes of the days and the value behind a key.
const TAIL: usize = 12;
/// The longest header that is looked for.
const MAX_HEADER: u64 = 1 << 16;
/// The longest key.
const MAX_WIDTH: usize = 64;
/// Lists up to so many bytes are read whole.
const WHOLE: usize = 4 << 20;
/// Rows that are read at once of such a list.
const ROWS: usize = 4_096;
/// Rows between two keys that are remembered of a longer list.
const BLOCK: usize = 64;

/// Lists of codes by name: `icd10cm`, and `icd10cm.manifestation` for a further list of the same table.
#[derive(Debug, Default)]
pub struct CodeTables {
    lists: HashMap<String, CodeTable>,
    headers: Vec<Json>,
    secret: [u8; 16],
}

/// One list of codes.
pub struct CodeTable {
    held: Arc<dyn Held>,
    /// Where its first row is.
    at: u64,
    pub(super) count: usize,
    pub(super) width: usize,
    /// The days that the release speaks of: of others nothing is known.
    known: (i32, i32),
    read: OnceLock<Option<Rows>>,
    partners: OnceLock<Option<Partners>>,
}

/// What was read of a list.
enum Rows {
    /// All keys, and for each which of the tails it has: a release knows many codes, but few days.
    Whole { keys: Vec<u8>, kinds: Vec<u16>, tails: Vec<[u8; TAIL]> },
    /// The key of every [`BLOCK`]th row.
    Keys(Vec<u8>),
}

impl fmt::Debug for CodeTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CodeTable({} rows)", self.count)
    }
}

/// The days on which a code holds, and what stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    from: i32,
    to: i32,
    value: i32,
}

impl CodeTables {
    /// Adds the lists of a file; one that is there already is replaced.
    ///
    /// # Errors
    /// When it is no such file, or has been cut short.
    pub fn add(&mut self, held: &Arc<dyn Held>) -> Result<(), String> {
        let no_file = || "this is no file of codes".to_owned();
        let mut begin = vec![0; held.len().min(MAX_HEADER) as usize];
        let read = held.read(0, &mut begin);
        let rest = begin.strip_prefix(MAGIC).filter(|_| read).ok_or_else(no_file)?;
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or_else(no_file)?;
        let header: Json = rest.get(..end).and_then(|line| serde_json::from_slice(line).ok()).ok_or_else(no_file)?;
        let table = header["table"].as_str().ok_or_else(no_file)?.to_owned();
        let day = |name: &str, open| header[name].as_i64().and_then(|day| i32::try_from(day).ok()).unwrap_or(open);
        let known = (day("from", i32::MIN), day("until", i32::MAX));
        let mut at = (MAGIC.len() + end + 1) as u64;
        for list in header["lists"].as_array().ok_or_else(no_file)? {
            let number = |name: &str| list[name].as_u64().and_then(|number| usize::try_from(number).ok());
            let (width, count) = number("width").zip(number("rows")).ok_or_else(no_file)?;
            let len = (width + TAIL).checked_mul(count).ok_or_else(no_file)? as u64;
            let end = at.checked_add(len).ok_or_else(no_file)?;
            if !(1..=MAX_WIDTH).contains(&width) || end > held.len() {
                return Err("this file of codes is cut short".to_owned());
            }
            let name = match list["name"].as_str() {
                None | Some("") => table.clone(),
                Some(name) => format!("{table}.{name}"),
            };
            let list = CodeTable {
                held: Arc::clone(held),
                at,
                count,
                width,
                known,
                read: OnceLock::new(),
                partners: OnceLock::new(),
            };
            self.lists.insert(name, list);
            at = end;
        }
        self.headers.retain(|other| other["table"] != table.as_str());
        self.headers.push(header);
        Ok(())
    }

    /// The list named `name`, if it was supplied and can be read.
    pub fn find(&self, name: &str) -> Option<&CodeTable> {
        self.named(name).filter(|list| list.is_read())
    }

    /// As [`Self::find`], whether or not it can be read.
    pub(super) fn named(&self, name: &str) -> Option<&CodeTable> {
        self.lists.get(name)
    }

    /// With the key of the digests that the lists of a history have.
    #[must_use]
    pub fn keyed(self, secret: [u8; 16]) -> Self {
        Self { secret, ..self }
    }

    pub(super) fn secret(&self) -> &[u8; 16] {
        &self.secret
    }

    /// What each file says of itself: its table, release and source.
    pub fn headers(&self) -> &[Json] {
        &self.headers
    }
}

impl CodeTable {
    /// Whether it can be read, which is done when it is first asked.
    pub(super) fn is_read(&self) -> bool {
        self.rows().is_some()
    }

    /// Whether the release speaks of a day; where none is asked for, it does.
    pub(super) fn knows(&self, day: Option<i32>) -> bool {
        day.is_none_or(|day| (self.known.0..=self.known.1).contains(&day))
    }

    /// Whether a code stands in the list, on any day.
    #[must_use]
    pub fn has(&self, code: &[u8]) -> bool {
        self.holds(&[code], None)
    }

    /// Whether the key stands in the list, on `day` if one is given. A key of several parts is one of pairs.
    pub(super) fn holds(&self, key: &[&[u8]], day: Option<i32>) -> bool {
        self.any(key, |interval| interval.holds_on(day)).is_some()
    }

    /// The value beside the key, on `day` if one is given.
    pub(super) fn value(&self, key: &[&[u8]], day: Option<i32>) -> Option<i32> {
        self.any(key, |interval| interval.holds_on(day)).map(|interval| interval.value)
    }

    /// Whether the key stands in the list on a day, and the days around it on which that is so.
    pub(super) fn standing(&self, key: &[&[u8]], day: i32) -> (bool, (i32, i32)) {
        let (mut around, mut between) = (None, (i32::MIN, i32::MAX));
        self.any(key, |Interval { from, to, .. }| {
            if (from..=to).contains(&day) {
                let (first, last) = around.unwrap_or((from, to));
                around = Some((from.min(first), to.max(last)));
            } else if to < day {
                between.0 = between.0.max(to + 1);
            } else {
                between.1 = between.1.min(from - 1);
            }
            false
        });
        around.map_or((false, between), |days| (true, days))
    }

    /// Shows the days and the value of each interval of the key, until one is `wanted`; whether one was.
    pub(super) fn some(&self, key: &[u8], mut wanted: impl FnMut([i32; 2], i32) -> bool) -> bool {
        self.any(&[key], |Interval { from, to, value }| wanted([from, to], value)).is_some()
    }

    /// The first interval of the key that is wanted.
    fn any(&self, key: &[&[u8]], mut wanted: impl FnMut(Interval) -> bool) -> Option<Interval> {
        let share = self.width / key.len().max(1);
        let mut own = [0; MAX_WIDTH];
        for (place, part) in own.chunks_exact_mut(share.max(1)).zip(key) {
            place.get_mut(..part.len())?.copy_from_slice(part);
        }
        let own = own.get(..self.width)?;
        match self.rows()? {
            Rows::Whole { keys, kinds, tails } => {
                let at = first(keys, self.width, |key| key < own);
                let same = keys.chunks_exact(self.width).zip(kinds).skip(at).take_while(|(key, _)| *key == own);
                let mut found = same.filter_map(|(_, kind)| Interval::read(tails.get(usize::from(*kind))?));
                found.find(|interval| wanted(*interval))
            }
            Rows::Keys(keys) => {
                // from the last remembered key before it to the first one behind it
                let begin = first(keys, self.width, |key| key < own).saturating_sub(1) * BLOCK;
                let rows = begin..self.count.min(first(keys, self.width, |key| key <= own) * BLOCK);
                self.among(&self.block(rows)?, own, &mut wanted)
            }
        }
    }

    /// As [`Self::any`], among some rows.
    fn among(&self, rows: &[u8], own: &[u8], wanted: &mut impl FnMut(Interval) -> bool) -> Option<Interval> {
        let row = self.width + TAIL;
        let same = rows
            .chunks_exact(row)
            .skip(first(rows, row, |begin| begin.get(..self.width).is_some_and(|key| key < own)))
            .map_while(|row| row.split_at_checked(self.width));
        let mut same = same.take_while(|(key, _)| *key == own).filter_map(|(_, tail)| Interval::read(tail));
        same.find(|interval| wanted(*interval))
    }

    fn rows(&self) -> Option<&Rows> {
        self.read.get_or_init(|| self.open()).as_ref()
    }

    fn open(&self) -> Option<Rows> {
        if self.count * (self.width + TAIL) <= WHOLE
            && let Some(rows) = self.whole()
        {
            return Some(rows);
        }
        let mut keys = Vec::with_capacity(self.count.div_ceil(BLOCK) * self.width);
        for row in (0..self.count).step_by(BLOCK) {
            keys.extend_from_slice(self.block(row..row + 1)?.get(..self.width)?);
        }
        Some(Rows::Keys(keys))
    }

    /// The list in memory, in half of its room in the file; none where its days are too many.
    fn whole(&self) -> Option<Rows> {
        let (mut keys, mut kinds) = (Vec::with_capacity(self.count * self.width), Vec::with_capacity(self.count));
        let (mut tails, mut known, mut last) = (Vec::new(), HashMap::new(), None);
        for begin in (0..self.count).step_by(ROWS) {
            for row in self.block(begin..self.count.min(begin + ROWS))?.chunks_exact(self.width + TAIL) {
                let (key, tail) = row.split_at_checked(self.width)?;
                let tail: [u8; TAIL] = tail.try_into().ok()?;
                let kind = match last {
                    // most rows have the days of the one before
                    Some((before, kind)) if before == tail => kind,
                    _ => *known.entry(tail).or_insert_with(|| {
                        tails.push(tail);
                        tails.len() - 1
                    }),
                };
                last = Some((tail, kind));
                keys.extend_from_slice(key);
                kinds.push(u16::try_from(kind).ok()?);
            }
        }
        Some(Rows::Whole { keys, kinds, tails })
    }

    /// The list as one of pairs; none where it is no such list.
    pub(super) fn partners(&self) -> Option<&Partners> {
        let blocks = (0..self.count).step_by(ROWS).map(|begin| self.block(begin..self.count.min(begin + ROWS)));
        self.partners.get_or_init(|| Partners::read(blocks, self.width + TAIL, self.width / 2)).as_ref()
    }

    /// Rows as they lie in the file.
    pub(super) fn block(&self, rows: Range<usize>) -> Option<Vec<u8>> {
        let mut bytes = vec![0; rows.len() * (self.width + TAIL)];
        let at = self.at + (rows.start * (self.width + TAIL)) as u64;
        self.held.read(at, &mut bytes).then_some(bytes)
    }
}

/// The number of the first of some rows, each of `row` bytes, that is not before.
fn first(rows: &[u8], row: usize, before: impl Fn(&[u8]) -> bool) -> usize {
    let (mut low, mut high) = (0, rows.len() / row);
    while low < high {
        let middle = usize::midpoint(low, high);
        let own = rows.get(middle * row..).and_then(|rest| rest.get(..row));
        if own.is_some_and(&before) { low = middle + 1 } else { high = middle }
    }
    low
}

impl Interval {
    fn read(tail: &[u8]) -> Option<Self> {
        let number =
            |at: usize| tail.get(at..).and_then(|rest| rest.first_chunk()).map(|four| i32::from_be_bytes(*four));
        Some(Self { from: number(0)?, to: number(4)?, value: number(8)? })
    }

    fn holds_on(self, day: Option<i32>) -> bool {
        day.is_none_or(|day| (self.from..=self.to).contains(&day))
    }
}

/// Days since 1970-01-01 of a day of the Gregorian calendar.
#[cfg(test)]
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
pub(super) mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::{CodeTables, Held, MAGIC, civil, days};

    /// Key, first and last day, value.
    type Row<'r> = (&'r [&'r str], i32, i32, i32);

    /// A file of one list.
    pub(crate) fn file(name: &str, list: &str, width: usize, rows: &[Row<'_>]) -> Arc<dyn Held> {
        let header = json!({"table": name, "lists": [{"name": list, "width": width, "rows": rows.len()}]});
        let mut bytes = [MAGIC, header.to_string().as_bytes(), b"\n"].concat();
        let mut packed: Vec<Vec<u8>> = rows
            .iter()
            .map(|(key, from, to, value)| {
                let mut row = Vec::new();
                for part in *key {
                    row.extend_from_slice(part.as_bytes());
                    row.resize(row.len().div_ceil(width / key.len()) * (width / key.len()), 0);
                }
                row.extend([from, to, value].iter().flat_map(|number| number.to_be_bytes()));
                row
            })
            .collect();
        packed.sort();
        bytes.extend(packed.concat());
        Arc::new(bytes)
    }

    #[test]
    fn codes_hold_on_their_days() {
        let mut tables = CodeTables::default();
        let (begin, end) = (days(2015, 10, 1), days(2020, 9, 30));
        let rows: [Row<'_>; 3] =
            [(&["E119"], begin, i32::MAX, 0), (&["A00"], begin, end, 7), (&["A00"], days(2021, 10, 1), i32::MAX, 8)];
        tables.add(&file("dx", "", 8, &rows)).unwrap();
        let dx = tables.find("dx").unwrap();
        let holds = |code: &str, day| dx.holds(&[code.as_bytes()], day);
        assert!(holds("E119", None) && holds("E119", Some(days(2024, 2, 29))));
        assert!(!holds("E119", Some(days(2015, 9, 30))) && !holds("E11", None) && !holds("E11900000", None));
        assert!(
            holds("A00", Some(end)) && !holds("A00", Some(days(2021, 1, 1))) && holds("A00", Some(days(2030, 1, 1)))
        );
        assert_eq!(dx.value(&[b"A00"], Some(days(2022, 1, 1))), Some(8));
        let again = days(2021, 10, 1);
        assert_eq!(dx.standing(&[b"A00"], begin - 1), (false, (i32::MIN, begin - 1)));
        assert_eq!(dx.standing(&[b"A00"], end), (true, (begin, end)));
        assert_eq!(dx.standing(&[b"A00"], end + 1), (false, (end + 1, again - 1)));
        assert_eq!(dx.standing(&[b"A00"], again), (true, (again, i32::MAX)));
        assert_eq!(dx.standing(&[b"A01"], 0), (false, (i32::MIN, i32::MAX)));
    }

    #[test]
    fn pairs_are_told_by_both_of_their_parts() {
        let mut tables = CodeTables::default();
        tables.add(&file("ptp", "0", 16, &[(&["11102", "99213"], 0, 10, 0), (&["11102", "9921"], 0, 10, 0)])).unwrap();
        let pairs = tables.find("ptp.0").unwrap();
        assert!(pairs.holds(&[b"11102", b"99213"], Some(5)) && pairs.holds(&[b"11102", b"9921"], None));
        assert!(!pairs.holds(&[b"99213", b"11102"], None) && !pairs.holds(&[b"11102", b"99214"], None));
    }

    #[test]
    fn what_is_no_file_of_codes_is_told() {
        let whole = file("dx", "", 8, &[(&["A"], 0, 1, 0)]);
        for len in 0..whole.len() {
            let mut bytes = vec![0; len as usize];
            assert!(whole.read(0, &mut bytes));
            let cut: Arc<dyn Held> = Arc::new(bytes);
            assert!(CodeTables::default().add(&cut).is_err(), "{len}");
        }
    }

    #[test]
    fn a_long_list_is_read_where_it_is_asked() {
        let codes: Vec<String> = (0..300_000).map(|number| format!("{:06}", 3 * number)).collect();
        let keys: Vec<[&str; 1]> = codes.iter().map(|code| [code.as_str()]).collect();
        let mut rows: Vec<Row<'_>> = keys.iter().map(|key| (&key[..], 0, 10, 1)).collect();
        // the same code on both sides of a border of blocks
        rows.extend((0..100).map(|day| (&keys[6400][..], 20 + day, 20 + day, 2)));
        let mut tables = CodeTables::default();
        tables.add(&file("long", "", 10, &rows)).unwrap();
        let list = tables.find("long").unwrap();
        for number in (0..900_000).step_by(997) {
            assert_eq!(list.holds(&[format!("{number:06}").as_bytes()], Some(5)), number % 3 == 0, "{number}");
        }
        let twice = codes[6400].as_bytes();
        assert!(list.holds(&[twice], Some(119)) && list.holds(&[twice], Some(5)) && !list.holds(&[twice], Some(120)));
        assert!(list.holds(&[codes[0].as_bytes()], None) && list.holds(&[codes[299_999].as_bytes()], None));
        assert!(!list.holds(&[b"999999"], None) && !list.holds(&[b""], None) && !list.holds(&[b"00000000000"], None));
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
