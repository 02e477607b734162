//! The tables: those of all claim maps laid over each other, so that there is one schema for all kinds of claims.

use std::sync::OnceLock;

use x12::claim::ClaimMap;

use crate::laying;
use crate::phi::{self, Phi};
use crate::table::{Column, ColumnKind, Table, Value};

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
        all.extend(laying::tables());
        all
    })
}

/// The table of that name.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    tables().iter().find(|table| table.name == name)
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
        let claims = table("claims").unwrap();
        let names: Vec<&str> = claims.columns.iter().map(|column| column.name.as_str()).collect();
        for name in ["claim_index", "accepted", "provider_npi", "subscriber_member_id", "statement_from", "charge"] {
            assert!(names.contains(&name), "{name}");
        }
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn parts_name_the_rows_that_they_belong_to() {
        let adjustments = table("adjustments").unwrap();
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
