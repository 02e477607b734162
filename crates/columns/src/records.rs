//! Tables of records: lines of enrollments.jsonl, remittances.jsonl and what else such runs leave, as rows.
//!
//! The columns are those of the record maps ([`ClaimMap::of_records`]), called as the records call them. What went back with its set
//! is in no such file, so that a table has what was taken, and nothing else.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use arrow_array::RecordBatch;
use engine::{Error, Tokens};
use x12::claim::{ClaimMap, MapField, MapTable, NO_DATE, RowManner, Saying, amount, days};

use crate::gather::{Gathering, Treating};
use crate::phi::{self, Manner, Phi};
use crate::tables::{Column, ColumnKind, Table, Value};
use crate::tree::{Finder, Json};

/// Where the rows of a table of records are.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The file of the records, without its ending.
    pub(crate) file: String,
    /// Lists within lists, each by its keys from the object that it is in; none where a row is a line.
    chains: Vec<Vec<Vec<String>>>,
}

/// What records are of: the kind, and what its tables are called beyond their own names.
const KINDS: [(&str, &str); 2] = [("834", ""), ("835", "payment_")];

/// Tables that have a name of their own: the kind, the table of the record map, and the name.
const NAMES: [(&str, &str, &str); 9] = [
    ("834", "member", "enrollments"),
    ("834", "coverage", "coverages"),
    ("835", "payment", "payments"),
    ("835", "claim", "payment_claims"),
    ("835", "line", "payment_lines"),
    ("835", "adjustment", "payment_adjustments"),
    ("835", "summary", "provider_summaries"),
    ("835", "provider_adjustment", "provider_adjustments"),
    ("835", "remark", "payment_line_remarks"),
];

/// What says where the records of a set come from, and the table of it by kind.
const SOURCES: (&str, [(&str, &str); 2]) = ("sources", [("834", "enrollment_sources"), ("835", "payment_sources")]);

/// What a source says of the file and the envelope.
const ORIGIN: [(&str, ColumnKind, Phi); 13] = [
    ("kind", ColumnKind::Text, Phi::Open),
    ("file", ColumnKind::Text, Phi::Open),
    ("sha256", ColumnKind::Text, Phi::Open),
    ("profile", ColumnKind::Text, Phi::Open),
    ("profile_version", ColumnKind::Text, Phi::Open),
    ("interchange_index", ColumnKind::Index, Phi::Open),
    ("group_index", ColumnKind::Index, Phi::Open),
    ("set_index", ColumnKind::Index, Phi::Open),
    ("interchange", ColumnKind::Text, Phi::Open),
    ("group", ColumnKind::Text, Phi::Open),
    ("set", ColumnKind::Text, Phi::Open),
    ("sender", ColumnKind::Text, Phi::Open),
    ("receiver", ColumnKind::Text, Phi::Open),
];

/// All tables of records, those of enrollments first.
pub(crate) fn tables() -> Vec<Table> {
    let mut all = Vec::new();
    for (kind, prefix) in KINDS {
        let Some((_, Ok(map))) = ClaimMap::of_records(kind) else { continue };
        let laying = Laying { kind, prefix, map: &map };
        all.push(laying.sources());
        for (at, table) in map.tables.iter().enumerate() {
            let of_its_own = table.output.is_some() || (!table.context && table.rows != RowManner::Spread);
            // what a spread row holds is told in its list
            let spread = table.parents.iter().any(|parent| map.tables[*parent].rows == RowManner::Spread);
            if (of_its_own && !spread) || table.rows == RowManner::Spread {
                all.push(laying.table(at, table));
            }
        }
    }
    all
}

/// A record map whose tables are laid out.
struct Laying<'m> {
    kind: &'static str,
    prefix: &'static str,
    map: &'m ClaimMap,
}

impl Laying<'_> {
    fn name(&self, at: usize, table: &MapTable) -> String {
        let own = NAMES.iter().find(|(kind, name, _)| *kind == self.kind && *name == table.name);
        if let Some((_, _, name)) = own {
            return (*name).to_owned();
        }
        let above =
            table.parents.first().filter(|parent| **parent < at).and_then(|parent| self.map.tables.get(*parent));
        let above = above.map_or("", |above| above.name.as_str());
        let list = table.list.strip_prefix(above).and_then(|rest| rest.strip_prefix('.')).unwrap_or(&table.list);
        // a payment's own lists need not say so twice
        let above = if above == "payment" { String::new() } else { format!("{above}_") };
        format!("{}{above}{}", self.prefix, list.replace('.', "_"))
    }

    /// Where the rows of `table` are, seen from the lines of its file.
    fn lines(&self, table: &MapTable) -> Lines {
        if let Some(file) = &table.output {
            return Lines { file: file.clone(), chains: vec![Vec::new()] };
        }
        let mut lines = Lines { file: String::new(), chains: Vec::new() };
        for above in table.parents.iter().filter_map(|parent| self.map.tables.get(*parent)) {
            let step: Vec<String> = table.list.split('.').map(str::to_owned).collect();
            let of_set = above.context && above.output.is_none();
            let over = if of_set { Self::of_set(above) } else { self.lines(above) };
            lines.file.clone_from(&over.file);
            for mut chain in over.chains {
                if of_set && let Some(first) = chain.first_mut() {
                    first.extend(step.clone());
                } else {
                    chain.push(step.clone());
                }
                lines.chains.push(chain);
            }
        }
        lines
    }

    /// Where lists of a context are that is told once a set: beside what else a source says.
    fn of_set(context: &MapTable) -> Lines {
        let within = if context.many { vec![context.list.clone()] } else { Vec::new() };
        Lines { file: SOURCES.0.to_owned(), chains: vec![vec![within]] }
    }

    /// What every row begins with: which record it is of.
    fn keys(lines: &Lines, table: &MapTable) -> Vec<Column> {
        let said = |name: &str, kind| column(name, kind, Phi::Open, Value::Record(name.to_owned()));
        if lines.file == SOURCES.0 {
            return vec![column("source", ColumnKind::Index, Phi::Open, Value::Record("id".to_owned()))];
        }
        let mut keys = vec![said("source", ColumnKind::Index)];
        if !table.context {
            keys.extend([said("index", ColumnKind::Index), said("segment_index", ColumnKind::Index)]);
        }
        keys
    }

    fn table(&self, at: usize, table: &MapTable) -> Table {
        let name = self.name(at, table);
        let lines = self.lines(table);
        let mut columns = Self::keys(&lines, table);
        let depth = lines.chains.iter().map(Vec::len).max().unwrap_or_default();
        if depth > 0 {
            columns.push(column("row", ColumnKind::Index, Phi::Open, Value::Row));
        }
        if depth > 1 {
            let inner = table.parents.last().and_then(|parent| self.map.tables.get(*parent));
            let name = inner.map_or_else(String::new, |inner| format!("{}_row", inner.name));
            columns.push(column(&name, ColumnKind::Index, Phi::Open, Value::RowAbove));
        }
        if table.rows == RowManner::Plain {
            columns.push(column("code", ColumnKind::Text, Phi::Open, Value::Said(Vec::new())));
        } else {
            fields(&mut columns, &[], table);
        }
        if table.rows == RowManner::Spread {
            let below = self.map.tables.iter().filter(|below| below.parents.contains(&at));
            below.for_each(|below| fields(&mut columns, &[], below));
        }
        if self.kind == "835" && table.name == "claim" {
            columns.push(column("group", ColumnKind::Text, Phi::Open, Value::Said(vec!["group".to_owned()])));
        }
        Table::of_records(&name, columns, lines)
    }

    /// Where records come from, a row a source.
    fn sources(&self) -> Table {
        let lines = Lines { file: SOURCES.0.to_owned(), chains: vec![Vec::new()] };
        let mut columns = vec![column("source", ColumnKind::Index, Phi::Open, Value::Record("id".to_owned()))];
        for (name, kind, phi) in ORIGIN {
            columns.push(column(name, kind, phi, Value::Said(vec!["source".to_owned(), name.to_owned()])));
        }
        for context in self.map.tables.iter().filter(|table| table.context && table.output.is_none()) {
            // what is told of groups stands in the lines
            if context.openers.iter().all(|opener| opener.at.loop_id == "ST") {
                let within: Vec<&str> = if context.many { vec![context.list.as_str()] } else { Vec::new() };
                fields(&mut columns, &within, context);
            }
        }
        let name = SOURCES.1.iter().find(|(kind, _)| *kind == self.kind).map_or("sources", |(_, name)| *name);
        Table::of_records(name, columns, lines)
    }
}

fn column(name: &str, kind: ColumnKind, phi: Phi, value: Value) -> Column {
    Column { name: name.to_owned(), kind, phi, value }
}

/// Adds the columns of a table's fields, which are `within` an object.
fn fields(columns: &mut Vec<Column>, within: &[&str], table: &MapTable) {
    for field in &table.fields {
        let mut path: Vec<String> = within.iter().map(|key| (*key).to_owned()).collect();
        path.extend(field.name.split('.').map(str::to_owned));
        for (key, kind, phi) in said(field, table) {
            if let Some(last) = path.last_mut() {
                last.clone_from(&key);
            }
            let whole = path.iter().skip(usize::from(within.first() == Some(&"source")));
            // what every member says of the member need not be called so
            let whole: Vec<&str> = whole.map(String::as_str).skip_while(|key| *key == "member").collect();
            let name = whole.join("_");
            if !columns.iter().any(|column| column.name == name) {
                columns.push(column(&name, kind, phi, Value::Said(path.clone())));
            }
        }
    }
}

/// What a field says: keys, their types, and what they may tell.
fn said(field: &MapField, table: &MapTable) -> Vec<(String, ColumnKind, Phi)> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let own = last(&field.name);
    let phi = phi::of(&table.name, &field.name.replace('.', "_"), field.kind);
    let mut found = Vec::new();
    let hidden = |prefix: &str| {
        let four = (format!("{prefix}_last4"), ColumnKind::Text, Phi::Person);
        [four, (format!("{prefix}_token"), ColumnKind::Text, Phi::Sealed)]
    };
    match &field.saying {
        Saying::Plain => found.push((own, ColumnKind::of(field.kind), phi)),
        Saying::Word { key, .. } => {
            found.push((last(key), ColumnKind::Text, Phi::Open));
            found.push((own, ColumnKind::Text, Phi::Open));
        }
        Saying::Flag(_) => found.push((own, ColumnKind::Flag, Phi::Open)),
        Saying::Count => found.push((own, ColumnKind::Index, Phi::Open)),
        Saying::Unsaid => {}
        Saying::Listed => found.push((own, ColumnKind::Text, Phi::Open)),
        Saying::Ssn(prefix) => found.extend(hidden(prefix)),
        Saying::Id => {
            found.push((own, ColumnKind::of(field.kind), phi));
            found.extend(hidden("ssn"));
        }
        Saying::TaxId(key) => {
            found.push((key.clone(), ColumnKind::of(field.kind), phi));
            found.extend(hidden("ssn"));
        }
        Saying::Link(prefix) => {
            found.push((own, ColumnKind::of(field.kind), phi));
            found.extend(hidden(prefix));
        }
    }
    found
}

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
    let sources = if lines.file == SOURCES.0 { u64::MAX } else { sources_in(folder)? };
    let finders: Vec<Finder> = gatherings.iter().map(|gathering| finder(gathering.table)).collect();
    let (mut line, mut number) = (Vec::new(), 0u64);
    while file.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        number += 1;
        let text = std::str::from_utf8(&line).ok();
        let record: Option<Json<'_>> = text.and_then(|text| serde_json::from_str(text).ok());
        let record =
            record.ok_or_else(|| Error::Input(format!("{} line {number}: no record; run it again", path.display())))?;
        if record.get("source").and_then(Json::index).is_some_and(|source| source >= sources) {
            let (file, of) = (path.display(), SOURCES.0);
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
    let path = folder.join(format!("{}.jsonl", SOURCES.0));
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
        let mut counts = [0u64; DEPTH];
        let mut found = vec![None; self.table.columns.len()];
        for chain in &lines.chains {
            let deepest = chain.len();
            let before = counts[deepest % DEPTH];
            counts = [0; DEPTH];
            counts[deepest % DEPTH] = before;
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

fn cell(
    found: Option<&Json<'_>>,
    column: &Column,
    (manner, tokens): (Manner, &Tokens),
    values: &mut crate::builders::Values,
) {
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
    fn tables_of_records_have_names_and_columns_of_their_own() {
        let tables = tables();
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        for name in ["enrollments", "coverages", "payments", "payment_claims", "payment_lines", "payment_adjustments"] {
            assert!(names.contains(&name), "{name} of {names:?}");
        }
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        for table in &tables {
            let columns: std::collections::HashSet<_> = table.columns.iter().map(|column| &column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
        }
    }

    #[test]
    fn rows_are_numbered_within_their_record() {
        let record: Json<'_> = serde_json::from_str(r#"{"a": [{"b": [1, 2]}, {"b": [3]}]}"#).unwrap();
        let chain = vec![vec!["a".to_owned()], vec!["b".to_owned()]];
        let mut found = Vec::new();
        walk(&record, &chain, (0, 0), &mut [0; DEPTH], &mut |item, row, above| found.push((item.index(), row, above)));
        assert_eq!(found, [(Some(1), 0, 0), (Some(2), 1, 0), (Some(3), 2, 1)]);
    }
}
