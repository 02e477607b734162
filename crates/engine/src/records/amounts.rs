//! The amounts of payments, where the record map has them: what a run's sums are made of.

use x12::claim::{Batch, Column, LONG, MISSING, NONE, Schema, Taps};

/// Where the amounts are, by table and column.
#[derive(Debug)]
pub(crate) struct Amounts {
    claim: [At; 4],
    line: usize,
    adjustment: [At; 3],
    payment: At,
    provider: [At; 2],
}

/// A table and a column of it.
type At = (usize, usize);

/// What a claim of a payment says: its status, and cents.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Claimed {
    pub(crate) status: u64,
    pub(crate) charge: i64,
    pub(crate) paid: i64,
    pub(crate) patient: i64,
}

/// An adjustment of a claim or of one of its lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adjusted {
    /// The row of the claim.
    pub(crate) claim: u32,
    /// Its group and its reason.
    pub(crate) why: (u64, u64),
    pub(crate) cents: i64,
}

impl Amounts {
    /// Those of payments; none where `schema` is of other records.
    pub(crate) fn new(schema: &Schema) -> Option<Self> {
        let find = |table: &str, field: &str| {
            let at = schema.tables.iter().position(|known| known.name == table)?;
            Some((at, schema.tables.get(at)?.fields.iter().position(|known| known.name == field)?))
        };
        let claim = |field| find("claim", field);
        let adjustment = |field| find("adjustment", field);
        let provider = |field| find("provider_adjustment", field);
        Some(Self {
            claim: [claim("status_code")?, claim("charge")?, claim("paid")?, claim("patient_responsibility")?],
            line: schema.tables.iter().position(|known| known.name == "line")?,
            adjustment: [adjustment("group_code")?, adjustment("reason_code")?, adjustment("amount")?],
            payment: find("payment", "amount")?,
            provider: [provider("reason_code")?, provider("amount")?],
        })
    }

    /// The table that payments as a whole are in.
    pub(crate) fn payments(&self) -> usize {
        self.payment.0
    }

    /// The table that adjustments of no claim are in.
    pub(crate) fn providers(&self) -> usize {
        self.provider[0].0
    }

    /// What the payment at `row` comes to, in cents.
    pub(crate) fn payment(&self, batch: &Batch, row: u32) -> i64 {
        cents(batch, self.payment, row)
    }

    /// What the claim at `row` says.
    pub(crate) fn claim(&self, batch: &Batch, row: u32) -> Claimed {
        let [status, charge, paid, patient] = self.claim;
        Claimed {
            status: code(batch, status, row),
            charge: cents(batch, charge, row),
            paid: cents(batch, paid, row),
            patient: cents(batch, patient, row),
        }
    }

    /// The reason and the cents of the provider adjustment at `row`.
    pub(crate) fn provider(&self, batch: &Batch, row: u32) -> (u64, i64) {
        (code(batch, self.provider[0], row), cents(batch, self.provider[1], row))
    }

    /// All adjustments of `batch`, in the order of their claims.
    pub(crate) fn adjustments(&self, taps: &Taps, batch: &Batch) -> Vec<Adjusted> {
        let [group, reason, amount] = self.adjustment;
        let parent = |table: usize, parent: usize, row: u32| {
            let place = taps.schema.tables.get(table)?.parents.iter().position(|known| *known == parent)?;
            let above = *batch.tables.get(table)?.parents.get(place)?.get(row as usize)?;
            (above != NONE).then_some(above)
        };
        let (table, claims) = (group.0, self.claim[0].0);
        let rows = batch.tables.get(table).map_or(0, |table| table.rows);
        let each = (0..rows).filter_map(|row| {
            let of_line = || parent(self.line, claims, parent(table, self.line, row)?);
            let claim = parent(table, claims, row).or_else(of_line)?;
            let why = (code(batch, group, row), code(batch, reason, row));
            Some(Adjusted { claim, why, cents: cents(batch, amount, row) })
        });
        let mut found: Vec<Adjusted> = each.collect();
        found.sort_by_key(|adjusted| adjusted.claim);
        found
    }
}

fn column(batch: &Batch, (table, column): At) -> Option<&Column> {
    batch.tables.get(table)?.columns.get(column)
}

/// The packed code at `row`; 0 where there is none, or one too long to be any.
fn code(batch: &Batch, at: At, row: u32) -> u64 {
    column(batch, at).map(|column| column.code(row)).filter(|code| *code < LONG).unwrap_or_default()
}

/// The cents at `row`; 0 where there are none.
fn cents(batch: &Batch, at: At, row: u32) -> i64 {
    column(batch, at).map(|column| column.amount(row)).filter(|cents| *cents != MISSING).unwrap_or_default()
}
