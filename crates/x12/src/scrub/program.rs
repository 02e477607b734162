//! A rule program: what it is made of.

use super::expr::{BoolAt, Terms};
use super::frame::Up;
use super::record::Record;
use crate::claim::FieldPlace;
use crate::finding::{Code, Scope, Severity};

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
    pub(super) terms: Terms,
    /// The digest of the terms.
    pub(super) digest: u64,
    pub(super) levels: Levels,
    /// What is written down of claims that were sent.
    pub(super) records: Vec<Record>,
}

/// Where the claim and the line are among the tables of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    /// By table: the ways to its claim; of a row that may be the claim's own or a line's, one leads there.
    pub(super) to_claim: Vec<Box<[Box<[Up]>]>>,
    /// By table: the ways to its line.
    pub(super) to_line: Vec<Box<[Box<[Up]>]>>,
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
    pub(super) expr: BoolAt,
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
    /// The way there from the row that is judged.
    pub(super) ups: Box<[Up]>,
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

impl Program {
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
        &self.terms.tables
    }

    /// The fields that it reads, by table and column.
    pub fn reads(&self) -> impl Iterator<Item = (usize, usize)> {
        let shown = self.rules.iter().flat_map(|rule| &rule.evidence).map(|field| (field.table, field.column));
        self.terms.columns().chain(shown)
    }
}
