//! A rule program run over batches.

use super::context::Context;
use super::frame::{Frame, Up, text_of};
use super::logic::{FALSE, NODATA, States, TRUE};
use super::program::{EvidenceField, Hit, Program, Rule};
use super::record::Remembered;
use super::run::Evaluator;
use super::scratch::Scratch;
use super::tables::CodeTable;
use crate::claim::{Batch, Column, NONE, RowPlace};
use crate::position::Span;

/// Which rules are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Those that need nothing but the batch: in any order of the batches.
    Alone,
    /// The others, which depend on the claims of the file before the batch ([`Context::duplicates`]).
    Late,
}

/// How often a rule came to which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows on which it holds.
    pub pass: u64,
    /// Rows on which it does not.
    pub fail: u64,
    /// Rows on which a value it needs is missing.
    pub bypassed: u64,
    /// Rows on which it could not be judged because a code table is not there.
    pub no_data: u64,
}

impl Counts {
    /// Adds those of another batch.
    pub fn add(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.bypassed += other.bypassed;
        self.no_data += other.no_data;
    }

    /// Takes a row out again.
    fn forget(&mut self, state: Option<u8>) {
        match state {
            Some(TRUE) => self.fail -= 1,
            Some(FALSE) => self.pass -= 1,
            Some(NODATA) => self.no_data -= 1,
            Some(_) => self.bypassed -= 1,
            None => {}
        }
    }
}

/// A field that a hit points at, found in its batch.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The field.
    pub field: &'a EvidenceField,
    /// Its row; `NONE` when there is none.
    pub row: u32,
    /// Where the row was read.
    pub place: Option<RowPlace>,
    /// Its bytes in the piece, when the column keeps them and they are of this piece; empty otherwise.
    pub span: Span,
    /// Its text, when the column keeps it.
    pub text: &'a [u8],
}

impl Program {
    /// Judges every row of `batch`, whose text lies in `bytes`, by the rules of `share`; `counts` has one entry a rule or
    /// is empty.
    ///
    /// Row 0 of a table above the claim was handed down: its hits are marked and it is not counted.
    /// Hits come rule by rule, rows ascending. They depend on nothing but the rows: a claim judged alone gets the
    /// same hits as in a batch.
    pub fn run<'s>(
        &self,
        share: Share,
        (batch, bytes): (&Batch, &[u8]),
        context: &Context<'_>,
        scratch: &'s mut Scratch,
        counts: &mut Vec<Counts>,
    ) -> &'s [Hit] {
        counts.resize(self.rules.len(), Counts::default());
        scratch.turn(self.digest, &self.terms);
        let mut hits = std::mem::take(&mut scratch.hits);
        let frame = Frame { batch, bytes, context };
        let mut evaluator = Evaluator { frame, program: self, tables: self.supplied(context), scratch };
        for ((index, rule), counts) in self.rules.iter().enumerate().zip(counts) {
            let other = self.terms.bool(rule.expr).nature.late != (share == Share::Late);
            if other || context.received < rule.since || context.received > rule.until {
                continue;
            }
            let inherited = usize::from(self.levels.context.get(rule.table).copied().unwrap_or(false));
            let states = evaluator.whole(rule.expr, rule.table);
            let found = count(states);
            if let Some(judged) = context.judged {
                judged(index);
            }
            counts.add(found);
            (0..inherited).for_each(|row| counts.forget(states.get(row)));
            if found.fail == 0 {
                continue;
            }
            states.each(|word| word.yes, |row| hits.push(self.hit(index, rule, batch, row, row < inherited)));
        }
        if share == Share::Alone {
            let claim = self.levels.to_claim.iter().position(|ways| ways.iter().any(|way| way.is_empty()));
            let claims = claim.map_or(0, |table| evaluator.frame.rows(table));
            let comings = self.terms.again.iter().map(|again| evaluator.comings(again, claims)).collect();
            evaluator.scratch.comings = comings;
        }
        scratch.hits = hits;
        &scratch.hits
    }

    /// What is to be remembered of the claims of `batch` when they were sent.
    pub fn remember(
        &self,
        (batch, bytes): (&Batch, &[u8]),
        context: &Context<'_>,
        scratch: &mut Scratch,
    ) -> Vec<Remembered> {
        let mut rows = Vec::new();
        scratch.turn(self.digest, &self.terms);
        let frame = Frame { batch, bytes, context };
        let mut evaluator = Evaluator { frame, program: self, tables: self.supplied(context), scratch };
        for record in &self.records {
            let handed_down = self.levels.context.get(record.table).copied().unwrap_or(false);
            evaluator.remember(record, usize::from(handed_down), &mut rows);
        }
        rows
    }

    /// The code tables that it looks up, as far as they were supplied.
    fn supplied<'a>(&self, context: &Context<'a>) -> Box<[Option<&'a CodeTable>]> {
        self.terms.tables.iter().map(|name| context.tables?.named(name)).collect()
    }

    fn hit(&self, index: usize, rule: &Rule, batch: &Batch, row: usize, inherited: bool) -> Hit {
        let row = row as u32;
        let way = |ways: &[Box<[Box<[Up]>]>]| {
            let ways = ways.get(rule.table).into_iter().flatten();
            ways.map(|ups| Up::climb(ups, batch, row)).find(|&row| row != NONE).unwrap_or(NONE)
        };
        Hit { rule: index as u16, row, claim: way(&self.levels.to_claim), line: way(&self.levels.to_line), inherited }
    }

    /// The fields that `hit` points at, the faulty one first.
    pub fn evidence<'a>(&'a self, hit: &Hit, batch: &'a Batch, bytes: &'a [u8]) -> impl Iterator<Item = Evidence<'a>> {
        let row = hit.row;
        let fields = self.rules.get(usize::from(hit.rule)).map_or(&[][..], |rule| &rule.evidence);
        fields.iter().map(move |field| resolve(field, row, batch, bytes))
    }
}

#[cfg(test)]
impl Program {
    /// The state of every row under one rule: T, F, U, N.
    pub(super) fn states(&self, rule: usize, batch: &Batch, bytes: &[u8], context: &Context<'_>) -> String {
        let (mut scratch, rule) = (Scratch::default(), &self.rules[rule]);
        scratch.turn(self.digest, &self.terms);
        let frame = Frame { batch, bytes, context };
        let mut evaluator = Evaluator { frame, program: self, tables: self.supplied(context), scratch: &mut scratch };
        let states = evaluator.whole(rule.expr, rule.table);
        let letter = |state: u8| match state {
            TRUE => 'T',
            NODATA => 'N',
            FALSE => 'F',
            _ => 'U',
        };
        (0..states.len()).filter_map(|row| states.get(row)).map(letter).collect()
    }
}

fn resolve<'a>(field: &'a EvidenceField, row: u32, batch: &'a Batch, bytes: &'a [u8]) -> Evidence<'a> {
    let row = Up::climb(&field.ups, batch, row);
    let table = batch.tables.get(field.table);
    let span = match table.and_then(|table| table.columns.get(field.column)) {
        Some(Column::Text(spans)) => spans.get(row as usize).copied().unwrap_or_default(),
        _ => Span::default(),
    };
    let own = (span.start as usize) < bytes.len() && !span.is_empty();
    Evidence {
        field,
        row,
        place: table.and_then(|table| table.places.get(row as usize)).copied(),
        span: if own { span } else { Span::default() },
        text: text_of(batch, bytes, span),
    }
}

fn count(states: &States) -> Counts {
    let rows = states.len() as u64;
    match states.all() {
        Some(TRUE) => Counts { fail: rows, ..Counts::default() },
        Some(FALSE) => Counts { pass: rows, ..Counts::default() },
        Some(NODATA) => Counts { no_data: rows, ..Counts::default() },
        Some(_) => Counts { bypassed: rows, ..Counts::default() },
        None => {
            let (fail, pass) = (states.count(|word| word.yes), states.count(|word| word.no));
            let no_data = states.count(|word| word.unchecked);
            Counts { pass, fail, no_data, bypassed: rows - fail - pass - no_data }
        }
    }
}
