//! Claims for tests: nested JSON to a batch, as the claim map has them.

use serde_json::Value as Json;

use crate::claim::{Batch, ClaimMap, Column, FieldKind, MISSING, NO_DATE, NONE, RowPlace, Schema, Table, pack};
use crate::position::Span;

/// The tables of a professional claim.
pub(super) fn schema() -> (ClaimMap, Schema) {
    schema_of("005010X222A1")
}

/// The tables of the claims of a guide.
pub(super) fn schema_of(version: &str) -> (ClaimMap, Schema) {
    let map = ClaimMap::of(version).unwrap().unwrap();
    let schema = map.schema();
    (map, schema)
}

/// Builds a batch from nested claims; rows above are shared by neighbours that have the same.
pub(super) struct Builder<'a> {
    map: &'a ClaimMap,
    pub(super) batch: Batch,
    pub(super) bytes: Vec<u8>,
    last: Vec<Option<(String, u32)>>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(map: &'a ClaimMap) -> Self {
        let table = |table: &crate::claim::MapTable| Table {
            parents: vec![Vec::new(); table.parents.len()],
            columns: table.fields.iter().map(|field| Column::new(field.kind)).collect(),
            ..Table::default()
        };
        let batch = Batch { tables: map.tables.iter().map(table).collect(), ..Batch::default() };
        let mut builder = Self { map, batch, bytes: Vec::new(), last: vec![None; map.tables.len()] };
        for (at, table) in map.tables.iter().enumerate().filter(|(_, table)| table.context) {
            builder.push(at, &Json::Null, &vec![NONE; table.parents.len()]);
        }
        builder
    }

    pub(super) fn claim(&mut self, claim: &Json) {
        let table = self.map.find("claim").unwrap();
        let parents: Vec<u32> =
            self.map.tables[table].parents.iter().map(|&above| self.context(above, claim)).collect();
        self.row(table, claim, &parents);
    }

    fn context(&mut self, table: usize, claim: &Json) -> u32 {
        let definition = &self.map.tables[table];
        let row = if definition.name == "set" { &claim["provider"]["set"] } else { &claim[definition.name.as_str()] };
        if row.is_null() && definition.name == "patient" {
            return NONE;
        }
        let parents: Vec<u32> = definition.parents.iter().map(|&above| self.context(above, claim)).collect();
        let key = format!("{row}{parents:?}");
        if let Some((known, row)) = &self.last[table]
            && *known == key
        {
            return *row;
        }
        let at = self.push(table, row, &parents);
        self.last[table] = Some((key, at));
        at
    }

    fn row(&mut self, table: usize, json: &Json, parents: &[u32]) {
        let row = self.push(table, json, parents);
        let map = self.map;
        for (child, definition) in map.tables.iter().enumerate() {
            let Some(parent) = definition.parents.iter().position(|&above| above == table) else {
                continue;
            };
            for item in json[definition.list.as_str()].as_array().into_iter().flatten() {
                let mut parents = vec![NONE; definition.parents.len()];
                parents[parent] = row;
                self.row(child, item, &parents);
            }
        }
    }

    fn push(&mut self, table: usize, json: &Json, parents: &[u32]) -> u32 {
        let definition = &self.map.tables[table];
        let target = &mut self.batch.tables[table];
        for (list, &parent) in target.parents.iter_mut().zip(parents) {
            list.push(parent);
        }
        for (column, field) in target.columns.iter_mut().zip(&definition.fields) {
            let value = &json[field.name.as_str()];
            match column {
                Column::Text(spans) => {
                    let text = value.as_str().unwrap_or_default();
                    let start = self.bytes.len() as u32;
                    self.bytes.extend_from_slice(text.as_bytes());
                    spans.push(if text.is_empty() {
                        Span::default()
                    } else {
                        Span::new(start, self.bytes.len() as u32)
                    });
                }
                Column::Code(codes) => codes.push(value.as_str().map_or(0, |text| pack(text.as_bytes()).unwrap())),
                Column::Amount(amounts) => amounts.push(value.as_i64().unwrap_or(MISSING)),
                Column::Date(days) => days.push(value.as_i64().map_or(NO_DATE, |day| day as i32)),
            }
            debug_assert!(matches!(
                (field.kind, value.is_string()),
                (FieldKind::Text | FieldKind::Code, true) | (_, false)
            ));
        }
        target.places.push(RowPlace::default());
        target.rows += 1;
        target.rows - 1
    }
}

/// A column without a value is as good as one that is not there.
pub(super) fn thin(batch: &mut Batch) {
    for table in &mut batch.tables {
        for column in &mut table.columns {
            if !(0..table.rows).any(|row| column.has(row)) {
                *column = match column {
                    Column::Text(_) => Column::Text(Vec::new()),
                    Column::Code(_) => Column::Code(Vec::new()),
                    Column::Amount(_) => Column::Amount(Vec::new()),
                    Column::Date(_) => Column::Date(Vec::new()),
                };
            }
        }
    }
}
