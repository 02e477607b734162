//! A rule program: compiled once, run over any number of batches.

use super::expr::{Bool, Field, Repeats, Shared, Up};
use super::frame::{Frame, Link, pack_span, text_of};
use super::run::{Evaluator, FALSE, NODATA, Rows, TRUE};
use super::tables::CodeTables;
use crate::claim::{Batch, Column, FieldPlace, NONE, RowPlace, Schema};
use crate::finding::{Catalog, Code, Scope, Severity};
use crate::position::Span;

/// Why a program was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The rule, where one is at fault.
    pub rule: String,
    /// What is wrong with it.
    pub message: String,
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.rule.is_empty() {
            out.write_str(&self.message)
        } else {
            write!(out, "rule {}: {}", self.rule, self.message)
        }
    }
}

impl std::error::Error for RuleError {}

/// Compiled rules. Immutable, shared by all threads.
#[derive(Debug)]
pub struct Program {
    pub(super) version: String,
    pub(super) rules: Vec<Rule>,
    pub(super) functions: Vec<Function>,
    pub(super) links: Vec<Link>,
    pub(super) tables: Vec<String>,
    pub(super) shared: Vec<Shared>,
    pub(super) repeats: Vec<Repeats>,
    /// Columns (table, column) whose content is worth knowing at all, sorted.
    pub(super) anchors: Vec<(usize, usize)>,
    pub(super) levels: Levels,
}

/// Where the claim and the line are among the tables of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    /// By table: the way to its claim, if it has one.
    pub(super) to_claim: Vec<Option<Box<[Up]>>>,
    /// By table: the way to its line, if it has one.
    pub(super) to_line: Vec<Option<Box<[Up]>>>,
    /// By table: it stands above the claim, so that its row 0 was handed down from an earlier piece.
    pub(super) context: Vec<bool>,
}

/// One compiled rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, as users see it.
    pub id: String,
    /// Its code in the catalog of the run.
    pub code: Code,
    /// How much a hit matters.
    pub severity: Severity,
    /// What a hit reaches.
    pub scope: Scope,
    /// The table whose rows it judges.
    pub table: usize,
    /// The fields it points at, the faulty one first.
    pub evidence: Vec<EvidenceField>,
    /// Indices into [`Program::code_tables`] of what it looks up.
    pub code_tables: Vec<usize>,
    pub(super) since: i32,
    pub(super) until: i32,
    pub(super) expr: Bool,
}

/// A rule that is a plain function, called back with claims.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its id: the `code` that the callback gives.
    pub id: String,
    /// Its code in the catalog of the run.
    pub code: Code,
    /// How much what it finds matters.
    pub severity: Severity,
}

/// The id under which a callback tells that one of its rules failed.
pub const RULE_FAILED: &str = "RULE_FAILED";

/// A field that a rule points at.
#[derive(Clone, Debug)]
pub struct EvidenceField {
    /// As the rule names it: `claim.charge`.
    pub path: String,
    /// The table that holds it.
    pub table: usize,
    /// The column there.
    pub column: usize,
    /// Where the guide has it.
    pub place: FieldPlace,
    pub(super) field: Field,
}

/// What the engine tells a run beside the batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The day that "today" means, in days since 1970-01-01.
    pub as_of: i32,
    /// The day on which the file was received, likewise.
    pub received: i32,
    /// By claim row: the claim was seen before in the file. Empty when that was not looked for.
    pub duplicates: &'a [bool],
    /// The code tables that the user supplied.
    pub tables: Option<&'a CodeTables>,
}

/// A rule that failed on a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Index into [`Program::rules`].
    pub rule: u16,
    /// The row of the rule's table.
    pub row: u32,
    /// The row of the claim; `NONE` when the rule judges a level above claims.
    pub claim: u32,
    /// The row of the line; `NONE` when it is in none.
    pub line: u32,
    /// True when the row was handed down: it decides claims of this batch but was reported before.
    pub inherited: bool,
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

    fn take(&mut self, other: Self) {
        self.pass -= other.pass;
        self.fail -= other.fail;
        self.bypassed -= other.bypassed;
        self.no_data -= other.no_data;
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
    /// Compiles the JSON that `scrubjay.rules` writes, and registers every rule's code in `catalog`.
    pub fn compile(json: &str, schema: &Schema, catalog: &mut Catalog) -> Result<Self, RuleError> {
        super::compile::compile(json, schema, catalog)
    }

    /// The digest that names this rule set.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules that are called back, and [`RULE_FAILED`]; empty when there are none.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The names of the code tables that the rules look up.
    pub fn code_tables(&self) -> &[String] {
        &self.tables
    }

    /// Judges every row of `batch`, whose text lies in `bytes`; `counts` has one entry a rule or is empty.
    ///
    /// Row 0 of a table above the claim was handed down: its hits are marked and it is not counted.
    /// Hits come rule by rule, rows ascending. They depend on nothing but the rows: a claim judged alone gets the
    /// same hits as in a batch.
    pub fn run(
        &self,
        batch: &Batch,
        bytes: &[u8],
        context: &Context<'_>,
        hits: &mut Vec<Hit>,
        counts: &mut Vec<Counts>,
    ) {
        counts.resize(self.rules.len(), Counts::default());
        let frame = Frame::new(batch, bytes, context, &self.links);
        let mut evaluator = Evaluator::new(&frame, self);
        let mut rows = Rows::default();
        let mut states = Vec::new();
        for ((index, rule), counts) in self.rules.iter().enumerate().zip(counts) {
            if context.received < rule.since || context.received > rule.until {
                continue;
            }
            rows.all(frame.rows(rule.table));
            evaluator.judge(&rule.expr, &rows, &mut states);
            let inherited = u32::from(self.levels.context.get(rule.table).copied().unwrap_or(false));
            let found = count(&states);
            if found.fail > 0 {
                self.collect(index as u16, rule, &frame, &states, inherited, hits);
            }
            counts.add(found);
            counts.take(count(states.get(..inherited as usize).unwrap_or_default()));
        }
    }

    fn collect(&self, index: u16, rule: &Rule, frame: &Frame<'_>, states: &[u8], inherited: u32, hits: &mut Vec<Hit>) {
        let way = |ways: &[Option<Box<[Up]>>], row| match ways.get(rule.table) {
            Some(Some(ups)) => frame.up(ups, row),
            _ => NONE,
        };
        for (row, _) in states.iter().enumerate().filter(|&(_, &state)| state == TRUE) {
            let row = row as u32;
            let (claim, line) = (way(&self.levels.to_claim, row), way(&self.levels.to_line, row));
            hits.push(Hit { rule: index, row, claim, line, inherited: row < inherited });
        }
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
        let frame = Frame::new(batch, bytes, context, &self.links);
        let (mut rows, mut states) = (Rows::default(), Vec::new());
        let rule = &self.rules[rule];
        rows.all(frame.rows(rule.table));
        Evaluator::new(&frame, self).judge(&rule.expr, &rows, &mut states);
        let letter = |state: &u8| match *state {
            TRUE => 'T',
            NODATA => 'N',
            super::run::FALSE => 'F',
            _ => 'U',
        };
        states.iter().map(letter).collect()
    }
}

fn resolve<'a>(field: &'a EvidenceField, row: u32, batch: &'a Batch, bytes: &'a [u8]) -> Evidence<'a> {
    let context = Context::default();
    let row = Frame::new(batch, bytes, &context, &[]).up(&field.field.ups, row);
    let table = batch.tables.get(field.table);
    let span = match table.and_then(|table| table.columns.get(field.column)) {
        Some(Column::Text(spans)) => spans.get(row as usize).copied().unwrap_or_default(),
        _ => Span::default(),
    };
    let own = (span.start as usize) < bytes.len() && pack_span(span) != crate::claim::MISSING;
    Evidence {
        field,
        row,
        place: table.and_then(|table| table.places.get(row as usize)).copied(),
        span: if own { span } else { Span::default() },
        text: text_of(batch, bytes, span),
    }
}

fn count(states: &[u8]) -> Counts {
    let of = |wanted: u8| states.iter().map(|&state| u64::from(state == wanted)).sum::<u64>();
    let (fail, pass, no_data) = (of(TRUE), of(FALSE), of(NODATA));
    Counts { pass, fail, no_data, bypassed: states.len() as u64 - fail - pass - no_data }
}
