//! The tables: those of all claim maps laid over each other, so that there is one schema for all kinds of claims.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arrow_schema::{DataType, Field, Schema};
use engine::Wish;
use x12::claim::{ClaimMap, FieldKind};

use crate::phi::{self, Manner, Phi};
use crate::records::{self, Lines};

/// Rises when a column changes its meaning or goes; new columns come at the end of their group without it.
pub const SCHEMA_VERSION: u32 = 1;

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name: `claims`, `lines`, `diagnoses` ... `findings`.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// As Arrow has it.
    pub schema: Arc<Schema>,
    /// By claim map: the number of its table there, for all but findings.
    pub(crate) numbers: Vec<Option<usize>>,
    /// Where its rows are, of a table of records.
    pub(crate) lines: Option<Lines>,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// What it may tell of a patient.
    pub phi: Phi,
    pub(crate) value: Value,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// UTF-8.
    Text,
    /// Unsigned, 64 bits.
    Index,
    /// True or false.
    Flag,
    /// Dollars: a decimal of 18 digits, two of them behind the point.
    Money,
    /// A decimal of 18 digits, three of them behind the point.
    Number,
    /// A day.
    Date,
}

/// Where the values of a column come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The file's name.
    File,
    /// The kind of the claim.
    Kind,
    /// The number of the claim in the file.
    Claim,
    /// Nothing that was read so far speaks against the claim.
    Accepted,
    /// The number of the row among those of its claim.
    Row,
    /// The same of the row of another table that it belongs to; by claim map, which of its parents that is.
    Parent(Vec<Option<usize>>),
    /// By claim map: a table, and a column of it.
    Cells(Vec<Option<(usize, usize)>>),
    /// A field of findings.jsonl.
    Finding(&'static str),
    /// A key of a record as a whole.
    Record(String),
    /// The number of the row, among those of its record, that the row is in.
    RowAbove,
    /// What stands in a row's object under these keys, one within the other; none: the row itself.
    Said(Vec<String>),
}

impl ColumnKind {
    pub(crate) fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Index => DataType::UInt64,
            Self::Flag => DataType::Boolean,
            Self::Money => DataType::Decimal128(18, 2),
            Self::Number => DataType::Decimal128(18, 3),
            Self::Date => DataType::Date32,
        }
    }

    pub(crate) fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text | FieldKind::Code => Self::Text,
            FieldKind::Money => Self::Money,
            FieldKind::Number => Self::Number,
            FieldKind::Date => Self::Date,
        }
    }
}

impl Table {
    /// What it wants of claims, whose columns may tell what `manner` lets them.
    pub(crate) fn wish(&self, manner: Manner) -> Wish {
        let mut wish = Wish { findings: self.numbers.is_empty(), ..Wish::default() };
        for column in self.columns.iter().filter(|column| manner.shows(column.phi)) {
            match &column.value {
                Value::Accepted => wish.verdicts = true,
                Value::Cells(cells) => {
                    let place =
                        |(map, cell): (usize, &Option<(usize, usize)>)| cell.map(|(table, at)| (map, table, at));
                    wish.fields.extend(cells.iter().enumerate().filter_map(place));
                }
                _ => {}
            }
        }
        wish
    }

    fn new(name: &str, columns: Vec<Column>, numbers: Vec<Option<usize>>) -> Self {
        let nullable =
            |column: &Column| !matches!(column.value, Value::File | Value::Kind | Value::Accepted | Value::Row);
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(&column.name, column.kind.arrow(), nullable(column))).collect();
        let version: HashMap<String, String> =
            [("scrubjay.schema".to_owned(), SCHEMA_VERSION.to_string())].into_iter().collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, version));
        Self { name: name.to_owned(), columns, schema, numbers, lines: None }
    }

    /// A table of records.
    pub(crate) fn of_records(name: &str, columns: Vec<Column>, lines: Lines) -> Self {
        Self { lines: Some(lines), ..Self::new(name, columns, Vec::new()) }
    }

    /// The file, without its ending, whose lines it has the rows of; none of a table of claims or findings.
    #[must_use]
    pub fn record_file(&self) -> Option<&str> {
        self.lines.as_ref().map(|lines| lines.file.as_str())
    }

    /// The table of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        tables().iter().find(|table| table.name == name)
    }
}

/// All tables: `claims`, then what claims are made of, in the order of the maps, then `findings`, then those of records.
pub fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let maps: Vec<ClaimMap> = ClaimMap::embedded().filter_map(|(_, version)| ClaimMap::of(version)?.ok()).collect();
        let mut all = vec![claims(&maps)];
        for name in parts(&maps) {
            all.push(part(&maps, &name));
        }
        all.push(findings());
        all.extend(records::tables());
        all
    })
}

fn key(name: &str, kind: ColumnKind, value: Value) -> Column {
    Column { name: name.to_owned(), kind, phi: Phi::Open, value }
}

/// What every table of claims begins with.
fn keys() -> Vec<Column> {
    vec![
        key("file", ColumnKind::Text, Value::File),
        key("claim_index", ColumnKind::Index, Value::Claim),
        key("kind", ColumnKind::Text, Value::Kind),
    ]
}

/// The number of the claim's own table.
fn claim_table(map: &ClaimMap) -> Option<usize> {
    map.find("claim")
}

/// A row a claim: its own fields, behind those of the levels above it, by their names: `provider_npi`.
fn claims(maps: &[ClaimMap]) -> Table {
    let mut columns = keys();
    columns.push(key("accepted", ColumnKind::Flag, Value::Accepted));
    let mut own = Vec::new();
    for (number, map) in maps.iter().enumerate() {
        let Some(claim) = claim_table(map) else { continue };
        for (index, table) in map.tables.iter().enumerate().take(claim) {
            lay(&mut columns, &format!("{}_", table.name), (maps.len(), number), (index, map));
        }
        lay(&mut own, "", (maps.len(), number), (claim, map));
    }
    columns.append(&mut own);
    Table::new("claims", columns, maps.iter().map(claim_table).collect())
}

/// Lays the fields of a table over `columns`; `number` of `of` is that of its map.
fn lay(columns: &mut Vec<Column>, prefix: &str, (of, number): (usize, usize), (index, map): (usize, &ClaimMap)) {
    let Some(table) = map.tables.get(index) else { return };
    for (at, field) in table.fields.iter().enumerate() {
        let name = format!("{prefix}{}", field.name);
        let kind = ColumnKind::of(field.kind);
        let known = columns.iter().position(|column| column.name == name);
        let place = known.unwrap_or_else(|| {
            let phi = phi::of(&table.name, &field.name, field.kind);
            columns.push(Column { name, kind, phi, value: Value::Cells(vec![None; of]) });
            columns.len() - 1
        });
        if let Some(Column { value: Value::Cells(cells), .. }) = columns.get_mut(place) {
            cells[number] = Some((index, at));
        }
    }
}

/// The names of the tables below claims, in the order of the maps.
fn parts(maps: &[ClaimMap]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for map in maps {
        let below = claim_table(map).map_or(usize::MAX, |claim| claim + 1);
        for table in map.tables.iter().skip(below) {
            if !names.contains(&table.list) {
                names.push(table.list.clone());
            }
        }
    }
    names
}

/// A row for each of a claim's parts of one sort.
fn part(maps: &[ClaimMap], name: &str) -> Table {
    let find = |map: &ClaimMap| map.tables.iter().position(|table| table.list == name);
    let numbers: Vec<Option<usize>> = maps.iter().map(find).collect();
    let mut columns = keys();
    columns.push(key("row", ColumnKind::Index, Value::Row));
    for (number, (map, index)) in maps.iter().zip(&numbers).enumerate() {
        let Some(table) = index.and_then(|index| map.tables.get(index)) else { continue };
        for (place, parent) in table.parents.iter().enumerate() {
            let Some(above) = map.tables.get(*parent).filter(|_| Some(*parent) != claim_table(map)) else { continue };
            belongs(&mut columns, &format!("{}_row", above.name), (maps.len(), number), place);
        }
    }
    for (number, (map, index)) in maps.iter().zip(&numbers).enumerate() {
        if let Some(index) = *index {
            lay(&mut columns, "", (maps.len(), number), (index, map));
        }
    }
    Table::new(name, columns, numbers)
}

fn belongs(columns: &mut Vec<Column>, name: &str, (of, number): (usize, usize), place: usize) {
    let known = columns.iter().position(|column| column.name == name);
    let at = known.unwrap_or_else(|| {
        columns.push(key(name, ColumnKind::Index, Value::Parent(vec![None; of])));
        columns.len() - 1
    });
    if let Some(Column { value: Value::Parent(places), .. }) = columns.get_mut(at) {
        places[number] = Some(place);
    }
}

/// What findings.jsonl says; its evidence is masked there already, and left out here.
fn findings() -> Table {
    let text = ["code", "severity", "scope", "message", "fix", "doc", "file"];
    let index = ["snip", "interchange_index", "group_index", "set_index"];
    let more = ["interchange", "group", "set"];
    let place = ["claim_index", "claims_affected"];
    let rest = ["segment_index", "byte_offset"];
    let last = ["element", "component", "repetition", "line"];
    let mut columns = Vec::new();
    let mut add = |names: &[&'static str], kind| {
        columns.extend(names.iter().map(|name| key(name, kind, Value::Finding(name))));
    };
    add(&text[..2], ColumnKind::Text);
    add(&index[..1], ColumnKind::Index);
    add(&text[2..], ColumnKind::Text);
    add(&index[1..], ColumnKind::Index);
    add(&more, ColumnKind::Text);
    add(&place, ColumnKind::Index);
    add(&["claim"], ColumnKind::Text);
    add(&rest, ColumnKind::Index);
    add(&["loop", "segment"], ColumnKind::Text);
    add(&last, ColumnKind::Index);
    add(&["rule_version", "overlay"], ColumnKind::Text);
    Table::new("findings", columns, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_of_claims_share_a_table() {
        let claims = Table::named("claims").unwrap();
        let names: Vec<&str> = claims.columns.iter().map(|column| column.name.as_str()).collect();
        for name in ["claim_index", "accepted", "provider_npi", "subscriber_member_id", "statement_from", "charge"] {
            assert!(names.contains(&name), "{name}");
        }
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn parts_name_the_rows_that_they_belong_to() {
        let adjustments = Table::named("adjustments").unwrap();
        let names: Vec<&str> = adjustments.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(&names[..6], ["file", "claim_index", "kind", "row", "other_payer_row", "adjudication_row"]);
    }

    #[test]
    fn a_column_has_one_type_in_all_kinds() {
        let maps: Vec<_> = ClaimMap::embedded().map(|(_, version)| ClaimMap::of(version).unwrap().unwrap()).collect();
        for table in tables() {
            for column in &table.columns {
                let Value::Cells(cells) = &column.value else { continue };
                for (map, (at, field)) in maps.iter().zip(cells).filter_map(|(map, cell)| Some((map, (*cell)?))) {
                    assert_eq!(ColumnKind::of(map.tables[at].fields[field].kind), column.kind, "{}", column.name);
                }
            }
        }
    }
}
