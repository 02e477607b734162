//! What a record shows by itself: conditions over its fields, as the `check` lines of the record map say.
//!
//! `check CODE at FIELD : CONDITION, ...` speaks of each row of the table that FIELD is of. A condition is `FIELD=A|B`,
//! `FIELD!=A|B` (there, and none of these), `no FIELD` (or `no TABLE`: no row of it), `lacks TABLE.FIELD` (no row, or one
//! without), `FIELD < FIELD`, `twice FIELD FIELD ...` (an earlier row of the same parent says the same),
//! `FIELD is impossible` or `is taxpayer` (of a social security number).

use super::path::Path;
use super::{Ssn, Words};
use crate::claim::{Batch, ClaimMap, Column, NONE, Taps, pack};
use crate::position::Span;

/// How many rows before one are looked at for another like it: more than a guide has.
const MOST_BEFORE: u32 = 128;

/// A check, every field found.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) code: String,
    at: Path,
    /// The table and the column that it speaks of; of an item of a list they are not those of `at`.
    of: (usize, usize),
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    Is(Path, Vec<u64>),
    IsNot(Path, Vec<u64>),
    Missing(Path),
    NoRow(usize),
    Lacks(Path),
    Before(Path, Path),
    Twice(Vec<Path>),
    Impossible(Path),
    Taxpayer(Path),
    /// The field is there, or is not; of a list, in the row that is meant.
    Stands(Path, bool),
}

/// What a check found: the place that it speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Which of the form's checks.
    pub check: usize,
    /// The table and the row.
    pub table: usize,
    /// The row.
    pub row: u32,
    /// The column.
    pub column: usize,
    /// The value there, where it is text.
    pub value: Span,
}

impl Check {
    /// Reads a `check` line, without that word.
    pub(super) fn parse(map: &ClaimMap, claim: usize, words: &Words, text: &str) -> Result<Self, String> {
        let find = |name: &str| Path::find(map, claim, words, name);
        let (head, rest) = text.split_once(" : ").ok_or("`CODE at FIELD : conditions` expected")?;
        let (code, at) = head.split_once(" at ").ok_or("`CODE at FIELD` expected")?;
        let conditions = rest.split(',').map(|text| condition(map, &find, text.trim())).collect::<Result<_, _>>()?;
        let at = find(at.trim())?;
        Ok(Self { code: code.trim().to_owned(), at, of: (at.table, at.column), conditions })
    }

    /// Asks that the field called `name` is there (`wanted`), or is not: `code` is told where it is otherwise.
    pub(super) fn stands(
        (map, claim): (&ClaimMap, usize),
        words: &Words,
        (code, name): (&str, &str),
        wanted: bool,
    ) -> Result<Self, String> {
        let path = Path::find(map, claim, words, name)?;
        let at = if path.named.is_some() { Path { table: claim, column: 0, named: None } } else { path };
        let of = (path.table, path.column);
        Ok(Self { code: code.to_owned(), at, of, conditions: vec![Condition::Stands(path, !wanted)] })
    }

    /// The table and the column that it speaks of.
    pub(super) fn speaks_of(&self) -> (usize, usize) {
        self.of
    }

    /// Finds the rows of `batch` that all conditions hold for.
    pub(super) fn run(
        &self,
        number: usize,
        claim: usize,
        taps: &Taps,
        (batch, bytes): (&Batch, &[u8]),
        hits: &mut Vec<Hit>,
    ) {
        let table = self.at.table;
        let Some(rows) = batch.tables.get(table) else { return };
        let asked = Asked { claim, taps, batch, bytes };
        if self.conditions.iter().any(|each| asked.never(each)) {
            return;
        }
        let above = asked.records_of(table);
        for row in 0..rows.rows {
            let own = if table == claim { Some(&row) } else { above.get(row as usize) };
            let holds = |each: &Condition| asked.holds(each, (table, row), own.copied().unwrap_or(NONE));
            if self.conditions.iter().all(holds) {
                let column = self.at.column;
                let value = rows.columns.get(column).map_or(Span::default(), |column| column.text(row));
                hits.push(Hit { check: number, table, row, column, value });
            }
        }
    }
}

fn condition(map: &ClaimMap, find: &impl Fn(&str) -> Result<Path, String>, text: &str) -> Result<Condition, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let codes = |text: &str| text.split('|').filter_map(|code| pack(code.as_bytes())).collect();
    match words.as_slice() {
        ["no", name] => match map.find(name) {
            Some(table) => Ok(Condition::NoRow(table)),
            None => Ok(Condition::Missing(find(name)?)),
        },
        ["lacks", name] => Ok(Condition::Lacks(find(name)?)),
        ["twice", names @ ..] => Ok(Condition::Twice(names.iter().map(|name| find(name)).collect::<Result<_, _>>()?)),
        [first, "<", second] => Ok(Condition::Before(find(first)?, find(second)?)),
        [name, "is", "impossible"] => Ok(Condition::Impossible(find(name)?)),
        [name, "is", "taxpayer"] => Ok(Condition::Taxpayer(find(name)?)),
        [equation] => match (equation.split_once("!="), equation.split_once('=')) {
            (Some((name, values)), _) => Ok(Condition::IsNot(find(name)?, codes(values))),
            (None, Some((name, values))) => Ok(Condition::Is(find(name)?, codes(values))),
            (None, None) => Err(format!("no condition: {text}")),
        },
        _ => Err(format!("no condition: {text}")),
    }
}

/// A batch that is asked.
struct Asked<'a> {
    claim: usize,
    taps: &'a Taps,
    batch: &'a Batch,
    bytes: &'a [u8],
}

impl Asked<'_> {
    /// True when the condition holds for no row, because nobody says what it asks for.
    fn never(&self, condition: &Condition) -> bool {
        let silent = |path: &Path| path.values(self.batch).is_none();
        match condition {
            Condition::Is(path, _)
            | Condition::IsNot(path, _)
            | Condition::Impossible(path)
            | Condition::Taxpayer(path)
            | Condition::Stands(path, true) => silent(path),
            Condition::Before(first, second) => silent(first) || silent(second),
            Condition::Stands(_, false)
            | Condition::Missing(_)
            | Condition::NoRow(_)
            | Condition::Lacks(_)
            | Condition::Twice(_) => false,
        }
    }

    /// Whether it holds for `row`, which is of the record `own`.
    fn holds(&self, condition: &Condition, row: (usize, u32), own: u32) -> bool {
        let value = |path: &Path| self.value(path, row, own);
        let code = |path: &Path| value(path).map_or(0, |(column, row)| column.code(row));
        let text = |path: &Path| value(path).and_then(|(column, row)| Ssn::read(column.text(row).of(self.bytes)));
        match condition {
            Condition::Is(path, codes) => codes.contains(&code(path)),
            Condition::IsNot(path, codes) => code(path) != 0 && !codes.contains(&code(path)),
            Condition::Missing(path) => value(path).is_none(),
            Condition::Stands(path, wanted) if path.named.is_none() => value(path).is_some() == *wanted,
            Condition::Stands(path, wanted) => {
                let meant = |row: &u32| path.means(self.batch, *row) && path.has(self.batch, *row);
                self.rows(path.table, own).any(|row| meant(&row)) == *wanted
            }
            Condition::NoRow(table) => !self.rows(*table, own).any(|_| true),
            Condition::Lacks(path) => {
                let mut rows = self.rows(path.table, own).peekable();
                rows.peek().is_none() || rows.any(|row| !path.has(self.batch, row))
            }
            Condition::Before(first, second) => match (value(first), value(second)) {
                (Some((first, at)), Some((second, by))) => first.date(at) < second.date(by),
                _ => false,
            },
            Condition::Twice(paths) => {
                let parents = self.batch.tables.get(row.0).and_then(|table| table.parents.first());
                let (before, rest) =
                    parents.map_or(&[][..], Vec::as_slice).split_at_checked(row.1 as usize).unwrap_or_default();
                let earlier = (0..row.1).rev().zip(before.iter().rev()).take(MOST_BEFORE as usize);
                let mut earlier = earlier.take_while(|(_, of)| rest.first() == Some(of));
                earlier.any(|(other, _)| paths.iter().all(|path| self.same(path, other, row.1)))
            }
            Condition::Impossible(path) => {
                value(path).is_some_and(|(column, row)| !column.text(row).is_empty())
                    && text(path).is_none_or(|ssn| !ssn.is_possible())
            }
            Condition::Taxpayer(path) => text(path).is_some_and(|ssn| ssn.is_taxpayer()),
        }
    }

    /// The column and the row that hold what `path` names, seen from `row` of the record `own`; nothing where it is missing.
    fn value(&self, path: &Path, (table, row): (usize, u32), own: u32) -> Option<(&Column, u32)> {
        let row = if path.table == table { row } else { own };
        if path.table != table && path.table != self.claim {
            return None;
        }
        let column = path.values(self.batch)?;
        column.has(row).then_some((column, row))
    }

    /// The record that each row of `table` belongs to.
    fn records_of(&self, table: usize) -> &[u32] {
        let parent =
            self.taps.schema.tables.get(table).and_then(|def| def.parents.iter().position(|at| *at == self.claim));
        parent.and_then(|parent| self.batch.tables.get(table)?.parents.get(parent)).map_or(&[][..], Vec::as_slice)
    }

    /// The rows of `table` that belong to the record `own`.
    fn rows(&self, table: usize, own: u32) -> std::ops::Range<u32> {
        let rows = self.records_of(table);
        // rows of a piece stand in the order of the records
        let from = rows.partition_point(|row| *row < own);
        let to = rows.partition_point(|row| *row <= own);
        from as u32..to as u32
    }

    fn same(&self, path: &Path, first: u32, second: u32) -> bool {
        let Some(column) = path.values(self.batch) else { return true };
        match column {
            Column::Text(_) => column.text(first).of(self.bytes) == column.text(second).of(self.bytes),
            Column::Code(_) => column.code(first) == column.code(second),
            Column::Amount(_) => column.amount(first) == column.amount(second),
            Column::Date(_) => column.date(first) == column.date(second),
        }
    }
}
