//! The keys by which claims of a file are found to be the same.

#![allow(clippy::cast_sign_loss, reason = "what is hashed is bits")]

use super::frame::Words;
use super::logic::mask;
use super::program::RuleError;
use super::siphash::SipHash;
use crate::claim::{Batch, Column, LONG, MISSING, NO_DATE, Schema, Table, pack};
use crate::position::Span;

/// Reckons keyed digests of claims; compiled once for a schema.
///
/// Two claims are the same when payer, responsibility, member, patient, billing provider, total, what the claim says of its
/// days, and all lines (in any order) are; each as far as the kind of claim has it. What changes an earlier claim repeats it on purpose and has no key.
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

/// Frequency codes (CLM05-3) of claims that change one that was sent before; `scrubjay.rules.frequencies` says what each means.
const CHANGES: &[u8] = b"678DFGHIJKMPQXY";

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

    /// The fields that it reads, by table and column.
    pub fn reads(&self) -> impl Iterator<Item = (usize, usize)> {
        let above = self.above.iter().chain(&self.below).map(|(_, fields)| fields);
        let all = above.chain([&self.claim, &self.line]);
        let columns = all.flat_map(|fields| fields.columns.iter().map(|&column| (fields.table, column)));
        columns.chain([(self.claim.table, self.frequency)])
    }

    /// The digest of every claim of the batch under `key`, by row; None for what changes an earlier claim, and for
    /// claims without lines.
    #[must_use]
    pub fn digests(&self, batch: &Batch, bytes: &[u8], key: &[u8; 16]) -> Vec<Option<u64>> {
        let Some(claims) = batch.tables.get(self.claim.table) else {
            return Vec::new();
        };
        let hashing = Hashing { start: SipHash::new(key), batch, bytes };
        let mut hashes = hashing.rows(&self.claim);
        self.add_above(&hashing, claims, &mut hashes);
        let frequencies = claims.columns.get(self.frequency);
        let changes: Vec<u64> = CHANGES.iter().filter_map(|&code| pack(&[code])).collect();
        let digest = |((row, mut hash), (sum, count)): ((u32, Hash), (u64, u32))| {
            let frequency = frequencies.map_or(0, |column| column.code(row));
            hash.state.add(sum);
            hash.state.add(u64::from(count));
            (count > 0 && !changes.contains(&frequency)).then(|| hash.state.finish(hash.places))
        };
        (0..).zip(hashes).zip(self.lines(&hashing, claims.rows)).map(digest).collect()
    }

    /// For each claim a digest of whom it is between: payer, responsibility, member, patient and billing provider.
    #[must_use]
    pub fn parties(&self, batch: &Batch, bytes: &[u8], key: &[u8; 16]) -> Vec<u64> {
        let Some(claims) = batch.tables.get(self.claim.table) else {
            return Vec::new();
        };
        let hashing = Hashing { start: SipHash::new(key), batch, bytes };
        let mut hashes = vec![Hash { state: hashing.start, places: 0 }; claims.rows as usize];
        self.add_above(&hashing, claims, &mut hashes);
        hashes.into_iter().map(|hash| hash.state.finish(0)).collect()
    }

    /// Adds to each claim what stands above it.
    fn add_above(&self, hashing: &Hashing<'_>, claims: &Table, hashes: &mut [Hash]) {
        for (parent, fields) in &self.above {
            let (above, none) = (hashing.digests(fields), hashing.start.finish(0));
            for (hash, &row) in hashes.iter_mut().zip(claims.parents.get(*parent).map_or(&[][..], Vec::as_slice)) {
                hash.state.add(above.get(row as usize).copied().unwrap_or(none));
            }
        }
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
            let mut state = hashing.start;
            state.add(digest);
            *sum = sum.wrapping_add(state.finish(1));
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
                    hash(&mut hashes, there, spans, |span| !span.is_empty(), |state, &span| self.text(state, span));
                }
                Some(Column::Code(codes)) => {
                    hash(&mut hashes, there, codes, |&code| code != 0, |state, &code| self.code(state, code, table));
                }
                Some(Column::Amount(amounts)) => {
                    hash(&mut hashes, there, amounts, |&amount| amount != MISSING, |state, &it| state.add(it as u64));
                }
                Some(Column::Date(days)) => {
                    hash(&mut hashes, there, days, |&day| day != NO_DATE, |state, &day| state.add(day as u64));
                }
                None => {}
            }
        }
        hashes
    }

    /// A code as it is packed; before the text of a long one stands what no packed code is.
    fn code(&self, state: &mut SipHash, code: u64, table: &Table) {
        match table.long_codes.get(code as u32 as usize).filter(|_| code >= LONG) {
            Some(&span) => {
                state.add(LONG);
                self.text(state, span);
            }
            None => state.add(code),
        }
    }

    /// The length of a text and its first seven bytes as a word, and the others in words.
    fn text(&self, state: &mut SipHash, span: Span) {
        let text = Words::of(self.batch, self.bytes, span);
        state.add(text.word(0) & mask(56) | (text.len.min(255) as u64) << 56);
        if text.len >= 255 {
            state.add(text.len as u64);
        }
        let mut at = 7;
        while at < text.len {
            state.add(text.word(at));
            at += 8;
        }
    }
}

/// Hashes what is there of a column.
fn hash<T>(
    hashes: &mut [Hash],
    there: u64,
    column: &[T],
    is_there: impl Fn(&T) -> bool,
    add: impl Fn(&mut SipHash, &T),
) {
    for (hash, item) in hashes.iter_mut().zip(column).filter(|(_, item)| is_there(item)) {
        hash.places |= there;
        add(&mut hash.state, item);
    }
}
