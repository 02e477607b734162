//! The keys by which claims of a file are found to be the same.

#![allow(clippy::cast_sign_loss, reason = "what is hashed is bits")]

use super::logic::mask;
use super::program::RuleError;
use super::siphash::SipHash;
use crate::claim::{Batch, Column, LONG, MISSING, NO_DATE, Schema, pack};
use crate::position::Span;

/// Reckons keyed digests of claims; compiled once for a schema.
///
/// Two claims are the same when payer, responsibility, member, patient, billing provider, total, what the claim says of its
/// days, and all lines (in any order) are; each as far as the kind of claim has it. A replacement or void repeats its original on purpose and has no key.
#[derive(Debug)]
pub struct DuplicateKey {
    claim: Fields,
    /// Those above: the parent of the claim, and what tells its rows apart.
    above: Vec<(usize, Fields)>,
    line: Fields,
    line_parent: usize,
    /// What stands below lines and tells them apart, and which parent the line is.
    below: Vec<(usize, Fields)>,
    frequency: usize,
}

/// What tells the rows of a table apart: its columns.
#[derive(Debug)]
struct Fields {
    table: usize,
    columns: Vec<usize>,
}

/// What tells claims apart beside their own fields, by table.
const ABOVE: &[(&str, &[&str])] = &[
    ("payer", &["id", "name"]),
    ("subscriber", &["responsibility", "member_id", "last", "first", "birth_date"]),
    ("patient", &["last", "first", "birth_date"]),
    ("provider", &["npi", "tax_id"]),
];
/// What tells claims apart.
const CLAIM: &[&str] = &[
    "charge",
    "rendering_npi",
    "facility_type",
    "statement_from",
    "statement_to",
    "attending_npi",
    "treated_from",
    "treated_to",
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
    "revenue",
    "oral_cavity_1",
    "oral_cavity_2",
    "oral_cavity_3",
    "oral_cavity_4",
    "oral_cavity_5",
];

/// What tells lines apart beside their own fields, by table; not every kind of claim has it.
const BELOW: &[(&str, &[&str])] =
    &[("tooth", &["number", "surface_1", "surface_2", "surface_3", "surface_4", "surface_5"])];

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
        let fields = |name: &str, fields: &[&str]| {
            let table = table(name)?;
            let columns: Vec<usize> = fields.iter().filter_map(|field| column(table, field).ok()).collect();
            if columns.is_empty() {
                return Err(fail(format!("no field of {name} tells claims apart")));
            }
            Ok(Fields { table, columns })
        };
        let (claim, line) = (fields("claim", CLAIM)?, fields("line", LINE)?);
        let parent = |child: &Fields, above: usize| {
            let at = schema.tables[child.table].parents.iter().position(|&parent| parent == above);
            at.ok_or_else(|| {
                fail(format!("no {} above {}", schema.tables[above].name, schema.tables[child.table].name))
            })
        };
        let above = ABOVE.iter().map(|(name, columns)| {
            let fields = fields(name, columns)?;
            Ok((parent(&claim, fields.table)?, fields))
        });
        let above = above.collect::<Result<_, _>>()?;
        let below = BELOW.iter().filter(|(name, _)| table(name).is_ok()).map(|(name, columns)| {
            let fields = fields(name, columns)?;
            Ok((parent(&fields, line.table)?, fields))
        });
        let below = below.collect::<Result<_, _>>()?;
        let (line_parent, frequency) = (parent(&line, claim.table)?, column(claim.table, "frequency")?);
        Ok(Self { claim, above, line, line_parent, below, frequency })
    }

    /// The digest of every claim of the batch under `key`, by row; None for replacements, voids, and claims
    /// without lines.
    #[must_use]
    pub fn digests(&self, batch: &Batch, bytes: &[u8], key: &[u8; 16]) -> Vec<Option<u64>> {
        let Some(claims) = batch.tables.get(self.claim.table) else {
            return Vec::new();
        };
        let hashing = Hashing { start: SipHash::new(key), batch, bytes };
        let mut hashes = hashing.rows(&self.claim);
        for (parent, fields) in &self.above {
            let (above, none) = (hashing.digests(fields), hashing.start.finish(0));
            for (hash, &row) in hashes.iter_mut().zip(claims.parents.get(*parent).map_or(&[][..], Vec::as_slice)) {
                hash.state = hash.state.with(above.get(row as usize).copied().unwrap_or(none));
            }
        }
        let frequencies = claims.columns.get(self.frequency);
        let again = [pack(b"7"), pack(b"8")];
        let digest = |((row, hash), (sum, count)): ((u32, Hash), (u64, u32))| {
            let frequency = frequencies.map_or(0, |column| column.code(row));
            let same = || hash.state.with(sum).with(u64::from(count)).finish(hash.places);
            (count > 0 && !again.contains(&Some(frequency))).then(same)
        };
        (0..).zip(hashes).zip(self.lines(&hashing, claims.rows)).map(digest).collect()
    }

    /// For each claim the sum of the digests of its lines, whose order does not count, and how many they are.
    fn lines(&self, hashing: &Hashing<'_>, claims: u32) -> Vec<(u64, u32)> {
        let mut sums = vec![(0u64, 0u32); claims as usize];
        let lines = hashing.batch.tables.get(self.line.table);
        let parents = lines.and_then(|lines| lines.parents.get(self.line_parent)).map_or(&[][..], Vec::as_slice);
        let mut digests = hashing.digests(&self.line);
        for (parent, fields) in &self.below {
            add_below(hashing, &mut digests, *parent, fields);
        }
        for (digest, &claim) in digests.into_iter().zip(parents) {
            if let Some((sum, count)) = sums.get_mut(claim as usize) {
                *sum = sum.wrapping_add(digest);
                *count = count.saturating_add(1);
            }
        }
        sums
    }
}

/// Adds to the digests of lines what the rows of `fields` say that stand below them, in any order.
fn add_below(hashing: &Hashing<'_>, lines: &mut [u64], parent: usize, fields: &Fields) {
    let table = hashing.batch.tables.get(fields.table);
    let owners = table.and_then(|table| table.parents.get(parent)).map_or(&[][..], Vec::as_slice);
    for (digest, &line) in hashing.digests(fields).into_iter().zip(owners) {
        if let Some(sum) = lines.get_mut(line as usize) {
            *sum = sum.wrapping_add(hashing.start.with(digest).finish(1));
        }
    }
}

/// The hash of a row so far, and a bit for each field that it has: what is missing is not hashed.
#[derive(Clone, Copy)]
struct Hash {
    state: SipHash,
    places: u64,
}

/// Hashes rows of a batch, a column after another.
struct Hashing<'a> {
    start: SipHash,
    batch: &'a Batch,
    bytes: &'a [u8],
}

impl Hashing<'_> {
    fn digests(&self, fields: &Fields) -> Vec<u64> {
        self.rows(fields).into_iter().map(|hash| hash.state.finish(hash.places)).collect()
    }

    fn rows(&self, fields: &Fields) -> Vec<Hash> {
        let Some(table) = self.batch.tables.get(fields.table) else { return Vec::new() };
        let mut hashes = vec![Hash { state: self.start, places: 0 }; table.rows as usize];
        for (at, &column) in fields.columns.iter().enumerate() {
            let there = 1 << at;
            match table.columns.get(column) {
                Some(Column::Text(spans)) => {
                    hash(&mut hashes, there, spans, |state, &span| (!span.is_empty()).then(|| self.text(state, span)));
                }
                Some(Column::Code(codes)) => hash(&mut hashes, there, codes, |state, &code| {
                    // No packed code is LONG itself.
                    let long = || table.long_codes.get(code as u32 as usize).filter(|_| code >= LONG);
                    (code != 0).then(|| long().map_or(state.with(code), |&span| self.text(state.with(LONG), span)))
                }),
                Some(Column::Amount(amounts)) => hash(&mut hashes, there, amounts, |state, &amount| {
                    (amount != MISSING).then(|| state.with(amount as u64))
                }),
                Some(Column::Date(days)) => {
                    hash(&mut hashes, there, days, |state, &day| (day != NO_DATE).then(|| state.with(day as u64)));
                }
                None => {}
            }
        }
        hashes
    }

    /// The length of a text and its first seven bytes as a word, and the others in words.
    fn text(&self, state: SipHash, span: Span) -> SipHash {
        let (buffer, start, len) = self.place(span);
        let mut state = state.with(word(buffer, start, len.min(7)) | (len.min(255) as u64) << 56);
        if len >= 255 {
            state = state.with(len as u64);
        }
        let mut at = 7;
        while at < len {
            state = state.with(word(buffer, start + at, (len - at).min(8)));
            at += 8;
        }
        state
    }

    /// The buffer that has a text, where it begins there, and its length.
    fn place(&self, span: Span) -> (&[u8], usize, usize) {
        let (start, own) = (span.start as usize, self.bytes.len());
        let (buffer, start) = if start < own { (self.bytes, start) } else { (&*self.batch.inherited, start - own) };
        (buffer, start, (span.len as usize).min(buffer.len().saturating_sub(start)))
    }
}

/// Up to eight bytes: all at once where the buffer goes on.
fn word(buffer: &[u8], start: usize, len: usize) -> u64 {
    let rest = buffer.get(start..).unwrap_or_default();
    let short = || rest.iter().take(len).rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    rest.first_chunk().map_or_else(short, |word| u64::from_le_bytes(*word) & mask(8 * len))
}

/// Hashes what is there of a column.
fn hash<T>(hashes: &mut [Hash], there: u64, column: &[T], with: impl Fn(SipHash, &T) -> Option<SipHash>) {
    for (hash, item) in hashes.iter_mut().zip(column) {
        if let Some(state) = with(hash.state, item) {
            *hash = Hash { state, places: hash.places | there };
        }
    }
}
