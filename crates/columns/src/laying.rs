//! Tables of records, laid out: members and payments, and what they are made of.
//!
//! The columns are those of the record maps ([`ClaimMap::of_records`]), called as the records call them. What went back with its set
//! is in no such file, so that a table has what was taken, and nothing else.

use x12::claim::{ClaimMap, MapField, MapTable, RowManner, Saying};

use crate::phi::{self, Phi};
use crate::table::{Column, ColumnKind, Lines, Table, Value};

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
    fn lines(&self, at: usize) -> Lines {
        let Some(table) = self.map.tables.get(at) else { return Lines::default() };
        if let Some(file) = &table.output {
            return Lines { file: file.clone(), table: Some(at), chains: vec![Vec::new()] };
        }
        let mut lines = Lines { file: String::new(), table: Some(at), chains: Vec::new() };
        for (parent, above) in table.parents.iter().filter_map(|parent| Some((parent, self.map.tables.get(*parent)?))) {
            let step: Vec<String> = table.list.split('.').map(str::to_owned).collect();
            let of_set = above.context && above.output.is_none();
            let over = if of_set { Self::of_set(above) } else { self.lines(*parent) };
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
        Lines { file: SOURCES.0.to_owned(), table: None, chains: vec![vec![within]] }
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
        let lines = self.lines(at);
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
        let lines = Lines { file: SOURCES.0.to_owned(), table: None, chains: vec![Vec::new()] };
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
        for (_, key, kind, phi) in said(field, table) {
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

/// Which of the things that a field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The value itself.
    Own,
    /// The word for it.
    Word,
    /// Of a social security number the last four digits.
    LastFour,
    /// And the token of all of them.
    Token,
}

/// What a field says: keys, their types, and what they may tell.
fn said(field: &MapField, table: &MapTable) -> Vec<(Part, String, ColumnKind, Phi)> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let own = last(&field.name);
    let phi = phi::of(&table.name, &field.name.replace('.', "_"), field.kind);
    let mut found = Vec::new();
    let mut add = |part, key: String, kind, phi| found.push((part, key, kind, phi));
    match &field.saying {
        Saying::Plain | Saying::Id | Saying::Link(_) => add(Part::Own, own, ColumnKind::of(field.kind), phi),
        Saying::Word { key, .. } => {
            add(Part::Word, last(key), ColumnKind::Text, Phi::Open);
            add(Part::Own, own, ColumnKind::Text, Phi::Open);
        }
        Saying::Flag(_) => add(Part::Own, own, ColumnKind::Flag, Phi::Open),
        Saying::Count => add(Part::Own, own, ColumnKind::Index, Phi::Open),
        Saying::Unsaid | Saying::Ssn(_) => {}
        Saying::Listed => add(Part::Own, own, ColumnKind::Text, Phi::Open),
        Saying::TaxId(key) => add(Part::Own, key.clone(), ColumnKind::of(field.kind), phi),
    }
    let hidden = match &field.saying {
        Saying::Ssn(prefix) | Saying::Link(prefix) => Some(prefix.as_str()),
        Saying::Id | Saying::TaxId(_) => Some("ssn"),
        _ => None,
    };
    if let Some(prefix) = hidden {
        add(Part::LastFour, format!("{prefix}_last4"), ColumnKind::Text, Phi::Person);
        add(Part::Token, format!("{prefix}_token"), ColumnKind::Text, Phi::Sealed);
    }
    found
}

/// Where a row's object has what a field says.
pub(crate) fn paths(field: &MapField, table: &MapTable) -> Vec<(Part, Vec<String>)> {
    let plain = table.rows == RowManner::Plain;
    let path = |key: String| {
        let mut path: Vec<String> = field.name.split('.').map(str::to_owned).collect();
        if let Some(last) = path.last_mut() {
            *last = key;
        }
        if plain { Vec::new() } else { path }
    };
    said(field, table).into_iter().map(|(part, key, ..)| (part, path(key))).collect()
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
}
