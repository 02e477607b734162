//! What a carrier says differently, put where everybody else says it: before the rows of a batch are written.

use super::Words;
use super::path::{Named, Path, is_date, row_above};
use crate::claim::{Batch, ClaimMap, Column, FieldKind, NO_DATE, RowPlace, Saying, Taps, amount, civil, days, pack};
use crate::position::Span;

/// A carrier's differences, every field by its name.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// Where the identifier of the family is; the first that is there.
    pub subscriber: Vec<String>,
    /// Which date a coverage begins with, and ends with: `FIELD` or `FIELD end_of_month`, the first that is there.
    pub begin: Vec<String>,
    /// As `begin`, where somebody says that it ends.
    pub end: Vec<String>,
    /// By list of words: the carrier's code, and what it means.
    pub aliases: Vec<(String, String, String)>,
    /// Values that several are packed into: the field, what cuts them, and where each goes.
    pub splits: Vec<(String, String, Vec<Option<String>>)>,
    /// Fields that must be there, and the code of what is told where one is not.
    pub required: (String, Vec<String>),
    /// Fields that must not be there, likewise.
    pub forbidden: (String, Vec<String>),
}

/// As [`Differences`], every field found.
#[derive(Debug, Default)]
pub struct Adjustment {
    splits: Vec<Split>,
    /// Columns of codes, with what the carrier's mean.
    pub aliases: Vec<Aliases>,
    link: Option<(Path, Vec<Path>)>,
    begin: Option<Dated>,
    end: Option<Dated>,
    /// Who says that a coverage ends: codes of its own action and of the record's.
    ends: Vec<Path>,
}

#[derive(Debug)]
struct Split {
    from: Path,
    by: Vec<u8>,
    into: Vec<Option<(Path, FieldKind)>>,
}

/// Codes of one column that mean others.
#[derive(Debug)]
pub struct Aliases {
    pub(super) column: Path,
    /// The carrier's, and what they mean; packed.
    pub(super) codes: Vec<(u64, u64)>,
}

/// A date of each coverage, and where it is looked for.
#[derive(Debug)]
struct Dated {
    target: Path,
    sources: Vec<(Path, bool)>,
}

/// What a date may be rounded to.
const MONTH_END: &str = "end_of_month";

impl Adjustment {
    /// Finds the fields that `differences` names.
    ///
    /// # Errors
    /// A name that is none.
    pub fn new(differences: &Differences, map: &ClaimMap, claim: usize, words: &Words) -> Result<Self, String> {
        let find = |name: &str| Path::find(map, claim, words, name);
        let finds = |names: &[String]| names.iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>();
        let is_link = |saying: &Saying| matches!(saying, Saying::Link(_));
        let link = map.tables[claim].fields.iter().position(|field| is_link(&field.saying));
        let link = link.map(|column| Path { table: claim, column, named: None });
        let splits = differences.splits.iter().map(|(from, by, into)| {
            let into = into.iter().map(|name| name.as_deref().map(&find).transpose()).collect::<Result<Vec<_>, _>>()?;
            let kind = |path: Path| (path, map.tables[path.table].fields[path.column].kind);
            let into = into.into_iter().map(|path| path.map(kind)).collect();
            Ok::<_, String>(Split { from: find(from)?, by: by.clone().into_bytes(), into })
        });
        Ok(Self {
            splits: splits.collect::<Result<_, _>>()?,
            aliases: aliases(&differences.aliases, map)?,
            link: link.filter(|_| !differences.subscriber.is_empty()).zip(Some(finds(&differences.subscriber)?)),
            begin: dated(map, &find, COVERAGE_BEGIN, &differences.begin)?,
            end: dated(map, &find, COVERAGE_END, &differences.end)?,
            ends: ENDERS.iter().filter_map(|name| find(name).ok()).collect(),
        })
    }

    /// Puts the values of `batch` where they belong.
    pub(super) fn apply(&self, claim: usize, taps: &Taps, batch: &mut Batch, bytes: &[u8]) {
        self.splits.iter().for_each(|split| split.apply(claim, taps, batch, bytes));
        self.aliases.iter().for_each(|aliases| aliases.apply(batch));
        if let Some((target, sources)) = &self.link {
            link(target, sources, taps, batch);
        }
        for (dated, always) in [(&self.begin, true), (&self.end, false)] {
            if let Some(dated) = dated {
                dated.apply(claim, taps, batch, |batch, row, own| always || self.ends(claim, batch, row, own));
            }
        }
    }

    fn ends(&self, claim: usize, batch: &Batch, row: u32, own: u32) -> bool {
        self.ends.iter().any(|path| {
            let row = if path.table == claim { own } else { row };
            path.values(batch).is_some_and(|column| column.code(row) == ENDS)
        })
    }
}

/// The dates that a profile may look for elsewhere, and who says that something ends, with the code that says so.
const COVERAGE_BEGIN: &str = "coverage.begin";
const COVERAGE_END: &str = "coverage.end";
const ENDERS: [&str; 2] = ["coverage.action", "event.action"];
const ENDS: u64 = (b'0' as u64) << 56 | (b'2' as u64) << 48 | (b'4' as u64) << 40;

fn dated(
    map: &ClaimMap,
    find: &impl Fn(&str) -> Result<Path, String>,
    target: &str,
    names: &[String],
) -> Result<Option<Dated>, String> {
    if names.is_empty() {
        return Ok(None);
    }
    let source = |text: &String| {
        let (name, rounded) = match text.split_once(' ') {
            Some((name, MONTH_END)) => (name, true),
            Some((_, other)) => return Err(format!("{other}: a date may be {MONTH_END}")),
            None => (text.as_str(), false),
        };
        let path = find(name)?;
        if is_date(map, &path) { Ok((path, rounded)) } else { Err(format!("{name} is no date")) }
    };
    Ok(Some(Dated { target: find(target)?, sources: names.iter().map(source).collect::<Result<_, _>>()? }))
}

fn aliases(said: &[(String, String, String)], map: &ClaimMap) -> Result<Vec<Aliases>, String> {
    let mut found: Vec<Aliases> = Vec::new();
    let packed = |code: &String| pack(code.as_bytes()).ok_or_else(|| format!("{code} is too long for a code"));
    for (list, code, meant) in said {
        let (code, meant) = (packed(code)?, packed(meant)?);
        let mut any = false;
        for (table, each) in map.tables.iter().enumerate() {
            for (column, field) in each.fields.iter().enumerate() {
                if !matches!(&field.saying, Saying::Word { list: of, .. } if of == list) {
                    continue;
                }
                any = true;
                let path = Path { table, column, named: None };
                match found.iter_mut().find(|aliases| aliases.column == path) {
                    Some(aliases) => aliases.codes.push((code, meant)),
                    None => found.push(Aliases { column: path, codes: vec![(code, meant)] }),
                }
            }
        }
        if !any {
            return Err(format!("{list} is no list of codes in a record"));
        }
    }
    Ok(found)
}

impl Aliases {
    fn apply(&self, batch: &mut Batch) {
        let column =
            batch.tables.get_mut(self.column.table).and_then(|table| table.columns.get_mut(self.column.column));
        if let Some(Column::Code(values)) = column {
            for value in values {
                if let Some((_, meant)) = self.codes.iter().find(|(code, _)| code == value) {
                    *value = *meant;
                }
            }
        }
    }
}

/// The first source that a record has gives the identifier of its family.
fn link(target: &Path, sources: &[Path], taps: &Taps, batch: &mut Batch) {
    for source in sources.iter().rev() {
        let Some(Column::Text(values)) = source.values(batch) else { continue };
        let found: Vec<(u32, Span)> = (0u32..)
            .zip(values)
            .filter(|(row, span)| !span.is_empty() && source.means(batch, *row))
            .filter_map(|(row, span)| Some((row_above(batch, taps, (source.table, row), target.table)?, *span)))
            .collect();
        // of several rows the first
        for (row, span) in found.into_iter().rev() {
            put(batch, *target, row, |column, row| {
                if let Column::Text(values) = column {
                    values[row] = span;
                }
            });
        }
    }
}

impl Dated {
    fn apply(&self, claim: usize, taps: &Taps, batch: &mut Batch, wanted: impl Fn(&Batch, u32, u32) -> bool) {
        let rows = batch.tables.get(self.target.table).map_or(0, |table| table.rows);
        for row in 0..rows {
            let Some(own) = row_above(batch, taps, (self.target.table, row), claim) else { continue };
            if !wanted(batch, row, own) {
                continue;
            }
            let found = self.sources.iter().find_map(|(source, rounded)| {
                let from = if source.table == claim { own } else { row };
                let date = source.values(batch).map_or(NO_DATE, |column| column.date(from));
                (date != NO_DATE).then(|| if *rounded { month_end(date) } else { date })
            });
            if let Some(date) = found {
                put(batch, self.target, row, |column, row| {
                    if let Column::Date(values) = column {
                        values[row] = date;
                    }
                });
            }
        }
    }
}

impl Split {
    fn apply(&self, claim: usize, taps: &Taps, batch: &mut Batch, bytes: &[u8]) {
        let Some(Column::Text(values)) = self.from.values(batch) else { return };
        let packed: Vec<(u32, Span)> = (0u32..)
            .zip(values)
            .filter(|(row, span)| find(span.of(bytes), &self.by).is_some() && self.from.means(batch, *row))
            .map(|(row, span)| (row, *span))
            .collect();
        for (row, span) in packed {
            put(batch, self.from, row, clear);
            let mut rest = span;
            for target in &self.into {
                let len = find(rest.of(bytes), &self.by).unwrap_or(rest.len as usize) as u32;
                let part = Span { start: rest.start, len };
                let behind = (len + self.by.len() as u32).min(rest.len);
                rest = Span { start: rest.start + behind, len: rest.len - behind };
                if let Some((target, kind)) = target
                    && !part.is_empty()
                {
                    self.place((row, *target, *kind), part, (claim, taps), batch, bytes);
                }
            }
        }
    }

    /// Puts `part` of what stood in `row` where `target` says: in the same row, in the row above, or in a row of a list, which
    /// is made where it is not there.
    fn place(
        &self,
        (row, target, kind): (u32, Path, FieldKind),
        part: Span,
        (claim, taps): (usize, &Taps),
        batch: &mut Batch,
        bytes: &[u8],
    ) {
        let own = |table| row_above(batch, taps, (self.from.table, row), table);
        let at = if target.table == self.from.table && target.named == self.from.named {
            Some(row)
        } else if let Some(named) = target.named {
            let parents = taps.schema.tables.get(target.table).map_or(&[][..], |def| &def.parents);
            let parent = parents.iter().find_map(|parent| Some((*parent, own(*parent)?)));
            parent.and_then(|(parent, row)| item(batch, taps, target, named, (parent, row)))
        } else {
            own(target.table).or_else(|| own(claim).filter(|_| target.table == claim))
        };
        let Some(at) = at else { return };
        put(batch, target, at, |column, row| fill(column, row, kind, part, bytes));
    }
}

/// The row of a list that `named` names below a row of its parent; made where it is not there.
fn item(batch: &mut Batch, taps: &Taps, target: Path, named: Named, (parent, row): (usize, u32)) -> Option<u32> {
    let number = taps.schema.tables.get(target.table)?.parents.iter().position(|at| *at == parent)?;
    let table = batch.tables.get(target.table)?;
    let rows = (0u32..).zip(table.parents.get(number)?);
    let found = rows.filter(|(_, above)| **above == row).map(|(at, _)| at).find(|at| target.means(batch, *at));
    if found.is_some() {
        return found;
    }
    let place = batch.tables.get(parent)?.places.get(row as usize).copied().unwrap_or_default();
    let table = batch.tables.get_mut(target.table)?;
    let fresh = table.rows;
    table.rows += 1;
    table.places.push(RowPlace { ..place });
    for (at, parents) in table.parents.iter_mut().enumerate() {
        parents.push(if at == number { row } else { crate::claim::NONE });
    }
    for column in table.columns.iter_mut().filter(|column| !column.is_empty()) {
        column.fill(fresh as usize + 1);
    }
    put(batch, Path { column: named.column, ..target }, fresh, |column, row| {
        if let Column::Code(values) = column {
            values[row] = named.code;
        }
    });
    Some(fresh)
}

/// Changes the value in `row` of a column, which is made as long as its table.
fn put(batch: &mut Batch, path: Path, row: u32, change: impl FnOnce(&mut Column, usize)) {
    let Some(table) = batch.tables.get_mut(path.table).filter(|table| row < table.rows) else { return };
    let rows = table.rows as usize;
    if let Some(column) = table.columns.get_mut(path.column) {
        column.fill(rows);
        change(column, row as usize);
    }
}

fn clear(column: &mut Column, row: usize) {
    if let Column::Text(values) = column {
        values[row] = Span::default();
    }
}

/// Reads `part` as the kind of the column that it goes to.
fn fill(column: &mut Column, row: usize, kind: FieldKind, part: Span, bytes: &[u8]) {
    let text = part.of(bytes);
    match column {
        Column::Text(values) => values[row] = part,
        Column::Code(values) => values[row] = pack(text).unwrap_or_default(),
        Column::Date(values) => values[row] = days(text),
        Column::Amount(values) => values[row] = amount(text, if kind == FieldKind::Money { 2 } else { 3 }),
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    if what.is_empty() {
        return None;
    }
    text.windows(what.len()).position(|window| window == what)
}

/// The last day of the month of `date`.
fn month_end(date: i32) -> i32 {
    let (year, month, _) = civil(date);
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days(format!("{year:04}{month:02}01").as_bytes()).saturating_sub(1)
}
