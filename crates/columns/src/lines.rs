//! Lines of enrollments.jsonl, remittances.jsonl and what else such runs leave, as rows.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use arrow_array::RecordBatch;
use engine::{Error, Tokens};
use x12::claim::{NO_DATE, amount, days};

use crate::builders::Values;
use crate::gather::{Gathering, Treating};
use crate::phi::Manner;
use crate::table::{Column, ColumnKind, Table, Value};
use crate::tree::{Finder, Json};

/// The file that has a line for each source of records.
const SOURCES: &str = "sources";

/// Hands the rows of `tables`, which are all of one file in `folder`, to `give`, by the number of their table.
///
/// # Errors
/// When the file cannot be read or holds no records.
pub(crate) fn read(
    folder: &Path,
    gatherings: &mut [Gathering],
    give: &mut impl FnMut(usize, RecordBatch) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(lines) = gatherings.first().and_then(|first| first.table.lines.as_ref()) else { return Ok(()) };
    let path = folder.join(format!("{}.jsonl", lines.file));
    let failed = |error: std::io::Error| Error::input(&path, &error);
    if !path.exists() {
        return Ok(()); // a file that would be empty is not there
    }
    let mut file = BufReader::with_capacity(256 * 1024, File::open(&path).map_err(failed)?);
    let sources = if lines.file == SOURCES { u64::MAX } else { sources_in(folder)? };
    let finders: Vec<Finder> = gatherings.iter().map(|gathering| finder(gathering.table)).collect();
    let (mut line, mut number) = (Vec::new(), 0u64);
    while file.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        number += 1;
        let text = std::str::from_utf8(&line).ok();
        let record: Option<Json<'_>> = text.and_then(|text| serde_json::from_str(text).ok());
        let record =
            record.ok_or_else(|| Error::Input(format!("{} line {number}: no record; run it again", path.display())))?;
        if record.get("source").and_then(Json::index).is_some_and(|source| source >= sources) {
            let (file, of) = (path.display(), SOURCES);
            return Err(Error::Input(format!("{file} line {number}: its source is not in {of}.jsonl; run it again")));
        }
        for (at, (gathering, finder)) in gatherings.iter_mut().zip(&finders).enumerate() {
            gathering.take_record(&record, finder, &mut |batch| give(at, batch))?;
        }
        drop(record);
        line.clear();
    }
    gatherings.iter_mut().enumerate().try_for_each(|(at, gathering)| gathering.end(&mut |batch| give(at, batch)))
}

/// Where the columns of `table` are in the object of a row.
fn finder(table: &Table) -> Finder {
    let mut finder = Finder::default();
    for (number, column) in table.columns.iter().enumerate() {
        if let Value::Said(path) = &column.value {
            finder.add(path, number);
        }
    }
    finder
}

/// How many sources there are to be named: their lines are numbered from 0.
fn sources_in(folder: &Path) -> Result<u64, Error> {
    let path = folder.join(format!("{SOURCES}.jsonl"));
    let failed = |error: std::io::Error| Error::input(&path, &error);
    if !path.exists() {
        return Ok(0);
    }
    let mut file = BufReader::new(File::open(&path).map_err(failed)?);
    let (mut line, mut count) = (Vec::new(), 0);
    while file.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        line.clear();
        count += 1;
    }
    Ok(count)
}

impl Gathering {
    /// Takes the rows of a record.
    fn take_record(
        &mut self,
        record: &Json<'_>,
        finder: &Finder,
        give: &mut impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(lines) = &self.table.lines else { return Ok(()) };
        let mut rows = 0;
        let (manner, tokens, values) = (self.manner, &self.tokens, &mut self.values);
        let mut found = vec![None; self.table.columns.len()];
        for chain in &lines.chains {
            let deepest = chain.len();
            let mut counts = [0u64; DEPTH];
            counts[deepest % DEPTH] = rows as u64;
            walk(record, chain, (0, 0), &mut counts, &mut |item, ordinal, above| {
                rows += 1;
                found.fill(None);
                finder.find(item, &mut found);
                for ((column, found), values) in self.table.columns.iter().zip(&found).zip(values.iter_mut()) {
                    match &column.value {
                        Value::Record(key) => values.index(record.get(key).and_then(Json::index)),
                        Value::Row => values.index(Some(ordinal)),
                        Value::RowAbove => values.index((deepest > 1).then_some(above)),
                        Value::Said(_) => cell(*found, column, (manner, tokens), values),
                        _ => values.missing(1),
                    }
                }
            });
        }
        self.more(rows, give)
    }
}

/// How deep lists stand within each other.
const DEPTH: usize = 8;

/// Visits the items that `chain` leads to, each with its number among those of the record and that of what it is in.
fn walk<'j, 't>(
    item: &'j Json<'t>,
    chain: &[Vec<String>],
    (depth, above): (usize, u64),
    counts: &mut [u64; DEPTH],
    visit: &mut impl FnMut(&'j Json<'t>, u64, u64),
) {
    let Some((step, rest)) = chain.split_first() else { return visit(item, above, above) };
    let list = step.iter().try_fold(item, |item, key| item.get(key));
    for each in list.map_or(&[][..], Json::items) {
        let ordinal = counts[(depth + 1) % DEPTH];
        counts[(depth + 1) % DEPTH] += 1;
        if rest.is_empty() {
            visit(each, ordinal, above);
        } else {
            walk(each, rest, (depth + 1, ordinal), counts, visit);
        }
    }
}

fn cell(found: Option<&Json<'_>>, column: &Column, (manner, tokens): (Manner, &Tokens), values: &mut Values) {
    let mut treating = Treating::new(column, manner, tokens);
    let Some(found) = found.filter(|_| manner.shows(column.phi)) else { return values.missing(1) };
    match (found, column.kind) {
        (Json::Flag(flag), ColumnKind::Flag) => values.flag(*flag),
        (Json::Number(number), ColumnKind::Index) => values.index(number.as_u64()),
        (Json::Number(number), ColumnKind::Text) => values.text(Some(&number.to_string())),
        (Json::Text(text), ColumnKind::Text) => treating.text(text.as_bytes(), values),
        (Json::Text(text), ColumnKind::Money) => values.amount(known(amount(text.as_bytes(), 2))),
        (Json::Text(text), ColumnKind::Number) => values.amount(known(amount(text.as_bytes(), 3))),
        (Json::Text(text), ColumnKind::Date) => {
            let day = day_of(text.as_bytes());
            values.date((day != NO_DATE).then(|| treating.day(day)));
        }
        (Json::List(items), ColumnKind::Text) => {
            let items: Vec<&str> = items.iter().filter_map(Json::text).collect();
            treating.text(items.join(" ").as_bytes(), values);
        }
        _ => values.missing(1),
    }
}

/// A day as records write it, with or without hyphens.
fn day_of(text: &[u8]) -> i32 {
    let (mut digits, mut count) = ([0; 8], 0);
    for byte in text.iter().filter(|byte| **byte != b'-') {
        let Some(place) = digits.get_mut(count) else { return NO_DATE };
        (*place, count) = (*byte, count + 1);
    }
    days(&digits[..count])
}

fn known(amount: i64) -> Option<i64> {
    (amount != x12::claim::MISSING).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_within_their_record() {
        let record: Json<'_> = serde_json::from_str(r#"{"a": [{"b": [1, 2]}, {"b": [3]}]}"#).unwrap();
        let chain = vec![vec!["a".to_owned()], vec!["b".to_owned()]];
        let mut found = Vec::new();
        walk(&record, &chain, (0, 0), &mut [0; DEPTH], &mut |item, row, above| found.push((item.index(), row, above)));
        assert_eq!(found, [(Some(1), 0, 0), (Some(2), 1, 0), (Some(3), 2, 1)]);
    }
}
