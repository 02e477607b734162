//! A rule program, as JSON, to a [`Program`]. Everything a rule may get wrong is found before any claim.
//!
//! A program is `{"version": ..., "rules": [...]}`; a rule has `id, table, severity, snip, status, title, fix, since,
//! until, expr, evidence`. An expression is an array: its name, then its parts. Bound rows are numbered: 0 is the
//! row under judgment, 1 the row of the first quantifier inside, and so on.

use std::collections::HashMap;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::fit::{fitted, has_choice};
use super::frame::Up;
use super::lower::{Env, Lowering, Try, parts};
use super::program::{EvidenceField, Function, Levels, Program, RULE_FAILED, Rule, RuleError};
use super::record::Record;
use crate::claim::Schema;
use crate::finding::{Answer, Catalog, Code, Info, Scope, Severity};

/// Most rules of a program.
const MAX_RULES: usize = 10_000;

impl Program {
    /// Compiles the JSON that `scrubjay.rules` writes, and registers every rule's code in `catalog`.
    pub fn compile(json: &str, schema: &Schema, catalog: &mut Catalog) -> Result<Self, RuleError> {
        Rules::read(json, catalog)?.those(schema, |_| true)
    }
}

/// True when one of the letters of the rule's `transactions` is the last of `kind`: `PI` is for the 837P and the 837I.
fn is_for(rule: &Json, kind: &str) -> bool {
    let letters = rule["transactions"].as_str().unwrap_or_default();
    kind.chars().next_back().is_some_and(|letter| letters.contains(letter))
}

/// Rules that were read, with what of them is the same for all kinds of claims: from them the program of each is made.
#[derive(Debug)]
pub struct Rules {
    version: String,
    /// As they were written: as trees they would take six times the room for as long as the run lasts.
    written: Vec<Box<RawValue>>,
    history: Vec<Box<RawValue>>,
    /// By rule: its id, code and severity.
    known: Vec<(String, Code, Severity)>,
    functions: Vec<Function>,
}

impl Rules {
    /// Reads the JSON that `scrubjay.rules` writes, and registers every rule's code in `catalog`.
    ///
    /// # Errors
    /// When it is no rule program.
    pub fn read(json: &str, catalog: &mut Catalog) -> Result<Self, RuleError> {
        let whole = |message: &str| RuleError { rule: String::new(), message: message.to_owned() };
        let members: HashMap<String, &RawValue> = serde_json::from_str(json).map_err(|error| no_program(&error))?;
        let list = |name: &str| members.get(name).map(|list| serde_json::from_str(list.get())).transpose();
        let written: Option<Vec<Box<RawValue>>> = list("rules").map_err(|error| no_program(&error))?;
        let written = written.ok_or_else(|| whole("a rule program has `rules`"))?;
        if written.len() > MAX_RULES {
            return Err(whole(&format!("more than {MAX_RULES} rules")));
        }
        let known = written.iter().map(|rule| {
            let rule = tree(rule)?;
            register(&rule, catalog).map_err(|message| fault(&rule, message))
        });
        let known = known.collect::<Result<_, _>>()?;
        let member = |name: &str| members.get(name).map_or(Ok(Json::Null), |member| tree(member));
        let functions = functions(&member("functions")?, catalog)?;
        let version = member("version")?.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            version,
            written,
            history: list("history").map_err(|error| no_program(&error))?.unwrap_or_default(),
            known,
            functions,
        })
    }

    /// Keeps the rules whose hits matter as much as `severity`, for who asks for no others.
    pub fn limit(&mut self, severity: Severity) {
        let known = std::mem::take(&mut self.known);
        let written = std::mem::take(&mut self.written);
        let kept = known.into_iter().zip(written).filter(|((.., own), _)| *own == severity);
        (self.known, self.written) = kept.unzip();
    }

    /// The digest that names these rules.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The program of the rules for claims of `kind` (`837P`), whose tables are those of `schema`.
    ///
    /// # Errors
    /// When a rule asks for what such claims do not have.
    pub fn program(&self, kind: &str, schema: &Schema) -> Result<Program, RuleError> {
        self.those(schema, |rule| is_for(rule, kind))
    }

    /// The rules that are `wanted`, against `schema`.
    fn those(&self, schema: &Schema, wanted: impl Fn(&Json) -> bool) -> Result<Program, RuleError> {
        let levels = levels(schema);
        let mut lowering = Lowering::new(schema);
        let mut rules = Vec::with_capacity(self.known.len());
        for (written, known) in self.written.iter().zip(&self.known) {
            let rule = tree(written)?;
            if !wanted(&rule) {
                continue;
            }
            let made = compile_rule(&mut lowering, &rule, &levels, known.clone());
            rules.push(made.map_err(|message| fault(&rule, message))?);
        }
        let records = self.records(&mut lowering, &wanted)?;
        let version = self.version().to_owned();
        let digest = lowering.terms.digest();
        let functions = self.functions.clone();
        Ok(Program { version, rules, functions, terms: lowering.terms, digest, levels, records })
    }

    /// What is written down of claims that were sent.
    fn records(&self, lowering: &mut Lowering<'_>, wanted: impl Fn(&Json) -> bool) -> Result<Vec<Record>, RuleError> {
        let record = |(number, list): (u8, Json)| {
            let table = lowering.table(list["table"].as_str().unwrap_or_default());
            let mut bound = vec![table.map_err(|message| fault(&list, message))?];
            // what this kind of claim does not have gives way to what stands in for it
            let parts = ["keys", "from", "to", "value", "when"].map(|part| {
                let fit = fitted(&list[part], lowering.schema, &mut bound);
                (part.to_owned(), fit.unwrap_or_else(|| list[part].clone()))
            });
            let mut whole: serde_json::Map<String, Json> = parts.into_iter().collect();
            whole.insert("table".to_owned(), list["table"].clone());
            lowering.record(number, &whole.into()).map_err(|message| fault(&list, message))
        };
        let lists: Vec<Json> = self.history.iter().map(|list| tree(list)).collect::<Result<_, _>>()?;
        (0u8..).zip(lists).filter(|(_, list)| wanted(list)).map(record).collect()
    }
}

/// What was written, as a tree.
fn tree(written: &RawValue) -> Result<Json, RuleError> {
    serde_json::from_str(written.get()).map_err(|error| no_program(&error))
}

fn no_program(error: &serde_json::Error) -> RuleError {
    RuleError { rule: String::new(), message: format!("not a rule program: {error}") }
}

fn fault(rule: &Json, message: String) -> RuleError {
    RuleError { rule: rule["id"].as_str().unwrap_or_default().to_owned(), message }
}

/// The ways from each table to `target`: several where a row may stand below one of several.
fn ways(schema: &Schema, target: &str) -> Vec<Box<[Box<[Up]>]>> {
    let mut found: Vec<Box<[Box<[Up]>]>> = Vec::with_capacity(schema.tables.len());
    for (table, definition) in schema.tables.iter().enumerate() {
        if definition.name == target {
            found.push([Box::default()].into());
            continue;
        }
        let above = definition.parents.iter().enumerate().filter_map(|(parent, &above)| {
            let step = Up { table, parent };
            let ways = found.get(above)?.iter();
            Some(ways.map(|rest| std::iter::once(step).chain(rest.iter().copied()).collect()).collect::<Vec<_>>())
        });
        let own = above.flatten().collect();
        found.push(own);
    }
    found
}

fn levels(schema: &Schema) -> Levels {
    let mut context = vec![false; schema.tables.len()];
    let mut open: Vec<usize> =
        schema.tables.iter().filter(|table| table.name == "claim").flat_map(|table| &table.parents).copied().collect();
    while let Some(table) = open.pop() {
        if let Some(mark) = context.get_mut(table).filter(|mark| !**mark) {
            *mark = true;
            open.extend(&schema.tables[table].parents);
        }
    }
    Levels { to_claim: ways(schema, "claim"), to_line: ways(schema, "line"), context }
}

/// Compiles a rule whose id, code and severity are `known`.
fn compile_rule(
    lowering: &mut Lowering<'_>,
    json: &Json,
    levels: &Levels,
    known: (String, Code, Severity),
) -> Try<Rule> {
    let table = lowering.table(text(json, "table")?)?;
    let scope = scope(lowering.schema, table, levels)?;
    let env = Env::new(table);
    lowering.used.clear();
    // what does not fit is told by lowering it as it is
    let fit = has_choice(&json["expr"]).then(|| fitted(&json["expr"], lowering.schema, &mut vec![table])).flatten();
    let expr = lowering.bool(fit.as_ref().unwrap_or(&json["expr"]), &env)?;
    let evidence = evidence(lowering, &json["evidence"], table, &env)?;
    let (id, code, severity) = known;
    let bound = |name: &str, open: i32| json[name].as_i64().and_then(|day| i32::try_from(day).ok()).unwrap_or(open);
    Ok(Rule {
        id,
        code,
        severity,
        scope,
        table,
        evidence,
        code_tables: std::mem::take(&mut lowering.used),
        since: bound("since", i32::MIN),
        until: bound("until", i32::MAX),
        expr,
    })
}

fn scope(schema: &Schema, table: usize, levels: &Levels) -> Try<Scope> {
    let definition = &schema.tables[table];
    // A row that may be the claim's own or a line's is the claim's.
    let ambiguous = definition.parents.len() > 1 && definition.name != "claim";
    Ok(match definition.name.as_str() {
        "set" => Scope::Set,
        "provider" => Scope::Provider,
        "subscriber" | "payer" => Scope::Subscriber,
        "patient" => Scope::Patient,
        _ if !levels.to_line[table].is_empty() && !ambiguous => Scope::Line,
        _ if !levels.to_claim[table].is_empty() => Scope::Claim,
        name => return Err(format!("rules are not judged on {name}")),
    })
}

/// The fields that a rule points at, as far as claims of this kind have them.
fn evidence(lowering: &Lowering<'_>, json: &Json, table: usize, env: &Env) -> Try<Vec<EvidenceField>> {
    let fields = json.as_array().ok_or("`evidence` is not there")?;
    let field = |json| {
        let (table, column, ups) = lowering.field(&parts(json)?[1..], env)?;
        let definition = &lowering.schema.tables[table];
        let field = &definition.fields[column];
        let path = format!("{}.{}", definition.name, field.name);
        Ok(EvidenceField { path, table, column, place: field.place.clone(), ups })
    };
    let there = |json: &&Json| fitted(json, lowering.schema, &mut vec![table]).is_some();
    fields.iter().filter(there).map(field).collect()
}

fn text<'j>(json: &'j Json, name: &str) -> Try<&'j str> {
    json[name].as_str().ok_or_else(|| format!("`{name}` is not there"))
}

/// Registers the code of a rule.
fn register(json: &Json, catalog: &mut Catalog) -> Try<(String, Code, Severity)> {
    let id = text(json, "id")?.to_owned();
    let severity = match text(json, "severity")? {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        other => return Err(format!("no severity {other}")),
    };
    let snip = json["snip"].as_u64().filter(|snip| (1..=7).contains(snip)).ok_or("snip is 1 to 7")?;
    // a variant says the same of other claims, in other words or with another severity
    if json["variant"] != true && catalog.find(&id).is_some() {
        return Err("the id is taken".into());
    }
    let home = match json["status"].as_str() {
        None | Some("") => Answer { kind: "", segment: "", code: String::new() },
        Some(status) => Answer { kind: "277CA", segment: "STC", code: status.to_owned() },
    };
    let (title, fix) = (text(json, "title")?.to_owned(), text(json, "fix")?.to_owned());
    let code = catalog.register(Info { name: id.clone(), severity, snip: snip as u8, home, title, fix });
    Ok((id, code, severity))
}

/// Registers the codes of the rules that are called back, and the one that tells of a rule that failed.
fn functions(json: &Json, catalog: &mut Catalog) -> Result<Vec<Function>, RuleError> {
    let mut found = Vec::new();
    for rule in json.as_array().into_iter().flatten() {
        let id = rule["id"].as_str().unwrap_or_default();
        let fail = |message| RuleError { rule: id.to_owned(), message };
        let (id, code, severity) = register(rule, catalog).map_err(fail)?;
        found.push(Function { id, code, severity });
    }
    if !found.is_empty() {
        let (id, severity) = (RULE_FAILED.to_owned(), Severity::Warning);
        let code = catalog.register(Info {
            name: id.clone(),
            severity,
            snip: 7,
            home: Answer { kind: "", segment: "", code: String::new() },
            title: "A rule of yours failed on this claim".to_owned(),
            fix: "Correct the rule; the claim was judged by all others".to_owned(),
        });
        found.push(Function { id, code, severity });
    }
    Ok(found)
}
