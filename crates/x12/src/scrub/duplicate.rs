//! The keys by which claims of a file are found to be the same.

use siphasher::sip::SipHasher13;
use std::hash::Hasher;

use super::program::RuleError;
use crate::claim::{Batch, Column, LONG, MISSING, NO_DATE, NONE, Schema};
use crate::position::Span;

/// Reckons keyed digests of claims; compiled once for a schema.
///
/// Two claims are the same when payer, responsibility, member, patient, billing provider, total and all lines (in any
/// order) are. A replacement or void repeats its original on purpose and has no key.
#[derive(Debug)]
pub struct DuplicateKey {
    claim: usize,
    line: usize,
    line_parent: usize,
    frequency: usize,
    /// The way up (as a parent index of claim, or the claim itself) and the column of what tells claims apart.
    header: Vec<(Option<usize>, usize, usize)>,
    lines: Vec<usize>,
}

/// What tells claims apart, by table.
const HEADER: &[(&str, &[&str])] = &[
    ("payer", &["id", "name"]),
    ("subscriber", &["responsibility", "member_id", "last", "first", "birth_date"]),
    ("patient", &["last", "first", "birth_date"]),
    ("provider", &["npi", "tax_id"]),
    ("claim", &["charge", "rendering_npi"]),
];
/// What tells lines apart.
const LINE: &[&str] = &[
    "procedure",
    "modifier_1",
    "modifier_2",
    "modifier_3",
    "modifier_4",
    "service_from",
    "service_to",
    "charge",
    "units",
    "place_of_service",
];

impl DuplicateKey {
    /// Finds the fields in `schema`.
    pub fn compile(schema: &Schema) -> Result<Self, RuleError> {
        let fail = |message: String| RuleError { rule: "DUPLICATE_CLAIM".to_owned(), message };
        let table = |name: &str| {
            let at = schema.tables.iter().position(|table| table.name == name);
            at.ok_or_else(|| fail(format!("no table {name}")))
        };
        let column = |table: usize, name: &str| {
            let at = schema.tables[table].fields.iter().position(|field| field.name == name);
            at.ok_or_else(|| fail(format!("no field {}.{name}", schema.tables[table].name)))
        };
        let (claim, line) = (table("claim")?, table("line")?);
        let mut header = Vec::new();
        for (name, fields) in HEADER {
            let at = table(name)?;
            let parent = schema.tables[claim].parents.iter().position(|&parent| parent == at);
            for field in *fields {
                header.push((parent, at, column(at, field)?));
            }
        }
        let lines = LINE.iter().map(|field| column(line, field)).collect::<Result<_, _>>()?;
        let line_parent = schema.tables[line].parents.iter().position(|&parent| parent == claim);
        let line_parent = line_parent.ok_or_else(|| fail("lines are not of claims".to_owned()))?;
        Ok(Self { claim, line, line_parent, frequency: column(claim, "frequency")?, header, lines })
    }

    /// The digest of every claim of the batch under `key`, by row; None for replacements, voids, and claims
    /// without lines.
    #[must_use]
    pub fn digests(&self, batch: &Batch, bytes: &[u8], key: &[u8; 16]) -> Vec<Option<u64>> {
        let Some(claims) = batch.tables.get(self.claim) else {
            return Vec::new();
        };
        let mut lines = vec![(0u64, 0u32); claims.rows as usize];
        self.add_lines(batch, bytes, key, &mut lines);
        let frequencies = claims.columns.get(self.frequency);
        let digest = |(row, (sum, count)): (u32, (u64, u32))| {
            let frequency = frequencies.map_or(0, |column| column.code(row));
            if count == 0 || [crate::claim::pack(b"7"), crate::claim::pack(b"8")].contains(&Some(frequency)) {
                return None;
            }
            let mut hasher = SipHasher13::new_with_key(key);
            for &(parent, table, column) in &self.header {
                let row = match parent {
                    None => row,
                    Some(parent) => {
                        claims.parents.get(parent).and_then(|rows| rows.get(row as usize)).copied().unwrap_or(NONE)
                    }
                };
                write(&mut hasher, batch, bytes, table, column, row);
            }
            hasher.write_u64(sum);
            hasher.write_u32(count);
            Some(hasher.finish())
        };
        (0..claims.rows).zip(lines).map(digest).collect()
    }

    /// Sums the digests of the lines of each claim: their order does not count.
    fn add_lines(&self, batch: &Batch, bytes: &[u8], key: &[u8; 16], sums: &mut [(u64, u32)]) {
        let Some(lines) = batch.tables.get(self.line) else {
            return;
        };
        let Some(parents) = lines.parents.get(self.line_parent) else {
            return;
        };
        for (row, &claim) in (0..lines.rows).zip(parents) {
            let Some(place) = sums.get_mut(claim as usize) else {
                continue;
            };
            let mut hasher = SipHasher13::new_with_key(key);
            for &column in &self.lines {
                write(&mut hasher, batch, bytes, self.line, column, row);
            }
            *place = (place.0.wrapping_add(hasher.finish()), place.1.saturating_add(1));
        }
    }
}

fn write(hasher: &mut SipHasher13, batch: &Batch, bytes: &[u8], table: usize, column: usize, row: u32) {
    match batch.tables.get(table).and_then(|table| table.columns.get(column)) {
        Some(Column::Text(spans)) => {
            let span = spans.get(row as usize).copied().unwrap_or(Span::default());
            let text = super::frame::text_of(batch, bytes, span);
            hasher.write_u32(text.len() as u32);
            hasher.write(text);
        }
        Some(Column::Code(codes)) => {
            let code = codes.get(row as usize).copied().unwrap_or(0);
            let long = &batch.tables[table].long_codes;
            match long.get(code as u32 as usize).filter(|_| code >= LONG) {
                Some(&span) => hasher.write(super::frame::text_of(batch, bytes, span)),
                None => hasher.write_u64(code),
            }
        }
        Some(Column::Amount(amounts)) => hasher.write_i64(amounts.get(row as usize).copied().unwrap_or(MISSING)),
        Some(Column::Date(days)) => hasher.write_i32(days.get(row as usize).copied().unwrap_or(NO_DATE)),
        None => hasher.write_u8(0),
    }
}
