//! Fields of a record by the names that they have in its JSON: `member.birth_date`, `coverage.plan`, `member.ids.23`.

use super::Words;
use crate::claim::{Batch, ClaimMap, Column, FieldKind, MapField, MapTable, NONE, Saying, Taps, pack};

/// A field of the record, or of each row of a table below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// The table.
    pub(super) table: usize,
    /// The column.
    pub(super) column: usize,
    /// Of which rows: those whose column has the code.
    pub(super) named: Option<Named>,
}

/// What names a row of a list: a column, and its code there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) column: usize,
    pub(super) code: u64,
}

/// The keys that an item of a list is named by, and those of its value.
const NAMES: [&str; 2] = ["qualifier", "kind_code"];
const VALUES: [&str; 3] = ["value", "amount", "date"];

impl Path {
    /// The field called `name`.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub(super) fn find(map: &ClaimMap, claim: usize, words: &Words, name: &str) -> Result<Self, String> {
        let of_table = |(table, rest)| {
            let below = map.find(table).filter(|at| *at != claim && !map.tables[*at].context)?;
            Some((below, rest))
        };
        let (table, rest) = name.split_once('.').and_then(of_table).unwrap_or((claim, name));
        let found = Self::of_field(map, table, rest).or_else(|| Self::of_list(map, table, words, rest));
        found.ok_or_else(|| format!("{name} is no field of a record"))
    }

    fn of_field(map: &ClaimMap, table: usize, name: &str) -> Option<Self> {
        let fields = &map.tables[table].fields;
        let coded = || fields.iter().position(|field| field.name.strip_suffix("_code") == Some(name));
        let column = fields.iter().position(|field| field.name == name).or_else(coded)?;
        Some(Self { table, column, named: None })
    }

    fn of_list(map: &ClaimMap, base: usize, words: &Words, name: &str) -> Option<Self> {
        map.tables.iter().enumerate().filter(|(_, table)| table.parents.contains(&base)).find_map(|(at, table)| {
            let rest = name.strip_prefix(table.list.as_str())?.strip_prefix('.')?;
            let (item, field) = rest.split_once('.').unwrap_or((rest, ""));
            let column = NAMES.iter().find_map(|name| table.find(name))?;
            let code = words.code(&table.fields[column].saying, item).or_else(|| pack(item.as_bytes()))?;
            let named = Some(Named { column, code });
            let column = if field.is_empty() { value_of(table, item)? } else { table.find(field)? };
            Some(Self { table: at, column, named })
        })
    }

    /// True when the row is one of those meant.
    pub(super) fn means(&self, batch: &Batch, row: u32) -> bool {
        let table = batch.tables.get(self.table);
        self.named.is_none_or(|named| {
            table.and_then(|table| table.columns.get(named.column)).is_some_and(|column| column.code(row) == named.code)
        })
    }

    /// The column, if some row has a value.
    pub(super) fn values<'b>(&self, batch: &'b Batch) -> Option<&'b Column> {
        batch.tables.get(self.table)?.columns.get(self.column).filter(|column| !column.is_empty())
    }

    /// True where `row` has a value.
    pub(super) fn has(&self, batch: &Batch, row: u32) -> bool {
        self.values(batch).is_some_and(|column| column.has(row))
    }
}

/// The column of the value of an item called `item`.
fn value_of(table: &MapTable, item: &str) -> Option<usize> {
    let is_value = |field: &MapField| {
        VALUES.contains(&field.name.as_str())
            || matches!(&field.saying, Saying::TaxId(key) if VALUES.contains(&key.as_str()))
    };
    let holds = |field: &MapField| {
        let mut conditions = field.places.iter().filter_map(|place| place.condition.as_ref()).peekable();
        conditions.peek().is_none() || conditions.any(|each| each.codes.iter().any(|code| code == item))
    };
    let fields = || table.fields.iter().enumerate().filter(|(_, field)| is_value(field));
    fields().find(|(_, field)| holds(field)).or_else(|| fields().next()).map(|(at, _)| at)
}

/// The row of `above` that `row` of `table` belongs to, itself or directly.
pub(super) fn row_above(batch: &Batch, taps: &Taps, (table, row): (usize, u32), above: usize) -> Option<u32> {
    if table == above {
        return Some(row);
    }
    let parent = taps.schema.tables.get(table)?.parents.iter().position(|parent| *parent == above)?;
    let rows = batch.tables.get(table)?.parents.get(parent)?;
    rows.get(row as usize).copied().filter(|row| *row != NONE)
}

/// True for a column of dates.
pub(super) fn is_date(map: &ClaimMap, path: &Path) -> bool {
    map.tables[path.table].fields[path.column].kind == FieldKind::Date
}
