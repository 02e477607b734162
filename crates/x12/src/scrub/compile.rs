//! JSON to typed expressions. Everything a rule may get wrong is found here, before any claim.
//!
//! A program is `{"version": ..., "rules": [...]}`; a rule has `id, table, severity, snip, status, title, fix, since,
//! until, expr, evidence`. An expression is an array: its name, then its parts. Bound rows are numbered: 0 is the
//! row under judgment, 1 the row of the first quantifier inside, and so on.

use serde_json::Value as Json;

use super::expr::{Arithmetic, Bool, Children, Compare, Field, Fold, Kinded, Repeats, Shared, Up, Value};
use super::frame::{Link, pack_code};
use super::kernels::Check;
use super::pattern::Pattern;
use super::program::{EvidenceField, Function, Levels, Program, RULE_FAILED, Rule, RuleError};
use crate::claim::{FieldKind, Schema};
use crate::finding::{Answer, Catalog, Code, Info, Scope, Severity};

/// Most rules of a program.
const MAX_RULES: usize = 10_000;

pub(super) fn compile(json: &str, schema: &Schema, catalog: &mut Catalog) -> Result<Program, RuleError> {
    let whole = |message: String| RuleError { rule: String::new(), message };
    let json: Json = serde_json::from_str(json).map_err(|error| whole(format!("not a rule program: {error}")))?;
    let rules = json["rules"].as_array().ok_or_else(|| whole("a rule program has `rules`".into()))?;
    if rules.len() > MAX_RULES {
        return Err(whole(format!("more than {MAX_RULES} rules")));
    }
    let levels = levels(schema);
    let mut build = Compiler {
        schema,
        links: Vec::new(),
        tables: Vec::new(),
        shared: Vec::new(),
        repeats: Vec::new(),
        asked: Vec::new(),
        used: Vec::new(),
    };
    let mut compiled = Vec::with_capacity(rules.len());
    for rule in rules {
        let id = rule["id"].as_str().unwrap_or_default();
        let fail = |message| RuleError { rule: id.to_owned(), message };
        let rule = build.rule(rule, &levels, catalog).map_err(fail)?;
        compiled.push(rule);
    }
    let functions = functions(&json["functions"], catalog)?;
    let version = json["version"].as_str().unwrap_or_default().to_owned();
    Ok(Program {
        version,
        rules: compiled,
        functions,
        links: build.links,
        tables: build.tables,
        shared: build.shared,
        repeats: build.repeats,
        anchors: anchors(build.asked),
        levels,
    })
}

/// The columns that are asked often enough that it pays to know what they hold at all.
fn anchors(mut asked: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    asked.sort_unstable();
    let mut often: Vec<_> = asked.chunk_by(|left, right| left == right).filter(|same| same.len() > 2).collect();
    often.sort_unstable();
    often.into_iter().filter_map(|same| same.first().copied()).collect()
}

/// The way from each table to `target`, by first parents.
fn ways(schema: &Schema, target: &str) -> Vec<Option<Box<[Up]>>> {
    let mut found: Vec<Option<Box<[Up]>>> = Vec::with_capacity(schema.tables.len());
    for (table, definition) in schema.tables.iter().enumerate() {
        if definition.name == target {
            found.push(Some(Box::default()));
            continue;
        }
        let way = definition.parents.iter().enumerate().find_map(|(parent, &above)| {
            let rest = found.get(above)?.as_ref()?;
            Some(std::iter::once(Up { table, parent }).chain(rest.iter().copied()).collect())
        });
        found.push(way);
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

/// A bound row, as the JSON numbers it.
#[derive(Clone, Copy)]
struct Binding {
    table: usize,
    /// Its number when the rule runs.
    index: usize,
    /// How many steps up were taken before.
    strip: usize,
}

#[derive(Clone)]
struct Env {
    vars: Vec<Binding>,
    next: usize,
}

struct Compiler<'a> {
    schema: &'a Schema,
    links: Vec<Link>,
    tables: Vec<String>,
    shared: Vec<Shared>,
    repeats: Vec<Repeats>,
    /// Columns that were asked whether they hold one of a list, once for each time.
    asked: Vec<(usize, usize)>,
    /// Code tables that the rule in hand looks up.
    used: Vec<usize>,
}

type Try<T> = Result<T, String>;

/// A bound row, the steps up from it, and the bindings there.
type Above = (usize, Box<[Up]>, Env);

impl Compiler<'_> {
    fn rule(&mut self, json: &Json, levels: &Levels, catalog: &mut Catalog) -> Try<Rule> {
        let table = self.table(text(json, "table")?)?;
        let scope = self.scope(table, levels)?;
        let env = Env { vars: vec![Binding { table, index: 0, strip: 0 }], next: 1 };
        self.used.clear();
        let expr = self.bool(&json["expr"], &env)?;
        let evidence = self.evidence(&json["evidence"], &env)?;
        let (id, code, severity) = register(json, catalog)?;
        let bound = |name: &str, open: i32| json[name].as_i64().and_then(|day| i32::try_from(day).ok()).unwrap_or(open);
        Ok(Rule {
            id,
            code,
            severity,
            scope,
            table,
            evidence,
            code_tables: std::mem::take(&mut self.used),
            since: bound("since", i32::MIN),
            until: bound("until", i32::MAX),
            expr,
        })
    }

    fn scope(&self, table: usize, levels: &Levels) -> Try<Scope> {
        let name = self.schema.tables.get(table).map_or("", |table| table.name.as_str());
        Ok(match name {
            "set" => Scope::Set,
            "provider" => Scope::Provider,
            "subscriber" | "payer" => Scope::Subscriber,
            "patient" => Scope::Patient,
            // A row that may be the claim's own or a line's is the claim's.
            _ if levels.to_line[table].is_some() && !self.ambiguous(table) => Scope::Line,
            _ if levels.to_claim[table].is_some() => Scope::Claim,
            _ => return Err(format!("rules are not judged on {name}")),
        })
    }

    fn ambiguous(&self, table: usize) -> bool {
        self.schema.tables.get(table).is_some_and(|table| table.parents.len() > 1 && table.name != "claim")
    }

    fn evidence(&self, json: &Json, env: &Env) -> Try<Vec<EvidenceField>> {
        let fields = json.as_array().ok_or("`evidence` is not there")?;
        fields
            .iter()
            .map(|json| {
                let (field, _) = self.field(&parts(json)?[1..], env)?;
                let table = &self.schema.tables[field.table];
                let definition = &table.fields[field.column];
                Ok(EvidenceField {
                    path: format!("{}.{}", table.name, definition.name),
                    table: field.table,
                    column: field.column,
                    place: definition.place.clone(),
                    field,
                })
            })
            .collect()
    }

    fn table(&self, name: &str) -> Try<usize> {
        self.schema.tables.iter().position(|table| table.name == name).ok_or_else(|| format!("no table {name}"))
    }

    /// The table reached by going up from a bound row, the way there, and the row's number.
    fn reach(&self, var: &Json, ups: &Json, env: &Env) -> Try<(usize, usize, Box<[Up]>)> {
        let binding = var.as_u64().and_then(|var| env.vars.get(var as usize)).ok_or("no such row")?;
        let names = ups.as_array().ok_or("steps up are a list")?;
        let mut table = binding.table;
        let mut steps = Vec::new();
        for name in names.iter().skip(binding.strip) {
            let above = self.table(name.as_str().unwrap_or_default())?;
            let parents = &self.schema.tables[table].parents;
            let parent = parents.iter().position(|&parent| parent == above);
            let parent = parent.ok_or_else(|| format!("{} is not above {}", name, self.schema.tables[table].name))?;
            steps.push(Up { table, parent });
            table = above;
        }
        Ok((table, binding.index, steps.into()))
    }

    /// `var, ups, name`
    fn field(&self, rest: &[Json], env: &Env) -> Try<(Field, FieldKind)> {
        let [var, ups, name] = rest else {
            return Err("a field is its row, the steps up and its name".into());
        };
        let (table, var, ups) = self.reach(var, ups, env)?;
        let definition = &self.schema.tables[table];
        let name = name.as_str().unwrap_or_default();
        let column = definition.fields.iter().position(|field| field.name == name);
        let column = column.ok_or_else(|| format!("no field {}.{name}", definition.name))?;
        Ok((Field { var, ups, table, column }, definition.fields[column].kind))
    }

    fn link(&mut self, child: usize, above: usize) -> Try<usize> {
        let parents = &self.schema.tables[child].parents;
        let parent = parents.iter().position(|&parent| parent == above).ok_or("rows of a table that is not below")?;
        let link = Link { child, parent, above };
        Ok(self.links.iter().position(|known| *known == link).unwrap_or_else(|| {
            self.links.push(link);
            self.links.len() - 1
        }))
    }

    /// `["rows", var, ups, table]`, and the bindings inside.
    fn children(&mut self, json: &Json, inner: &[&Json], env: &Env) -> Try<(Children, Env)> {
        let [_, var, ups, name] = parts(json)? else {
            return Err("rows are their row, the steps up and a table".into());
        };
        let (above, var, ups) = self.reach(var, ups, env)?;
        let child = self.table(name.as_str().unwrap_or_default())?;
        let link = self.link(child, above)?;
        let mut inside = env.clone();
        inside.vars.push(Binding { table: child, index: env.next, strip: 0 });
        inside.next += 1;
        let mut free = Vec::new();
        for json in inner {
            references(json, &mut free);
        }
        let outer = free.iter().any(|&(var, _)| (var as usize) < env.vars.len());
        Ok((Children { var, ups, link, bind: env.next, outer }, inside))
    }

    fn bools(&mut self, parts: &[Json], env: &Env) -> Try<Vec<Bool>> {
        let mut parts = parts.iter().map(|part| self.bool(part, env)).collect::<Try<Vec<_>>>()?;
        parts.sort_by_key(Bool::cost);
        Ok(parts)
    }

    /// A statement; one about rows above only, if it costs something, is judged once for each of those.
    fn bool(&mut self, json: &Json, env: &Env) -> Try<Bool> {
        let Some((var, ups, inside)) = self.lift(json, env)? else {
            return self.plain(json, env);
        };
        Ok(Bool::Lift { var, ups, inner: Box::new(self.plain(json, &inside)?) })
    }

    /// The row above, of which alone an expression speaks, and the bindings there.
    fn lift(&self, json: &Json, env: &Env) -> Try<Option<Above>> {
        let Some((var, shared)) = liftable(json, env) else {
            return Ok(None);
        };
        let binding = env.vars[var];
        let names = Json::Array(shared.iter().map(|name| Json::from(*name)).collect());
        let (table, index, ups) = self.reach(&Json::from(var), &names, env)?;
        let mut inside = env.clone();
        inside.vars[var] = Binding { table, index: 0, strip: binding.strip + ups.len() };
        inside.next = 1;
        Ok(Some((index, ups, inside)))
    }

    fn plain(&mut self, json: &Json, env: &Env) -> Try<Bool> {
        let all = parts(json)?;
        let (name, rest) = all.split_first().ok_or("an expression is a list")?;
        let name = name.as_str().unwrap_or_default();
        match (name, rest) {
            ("true", []) => Ok(Bool::Const(true)),
            ("false", []) => Ok(Bool::Const(false)),
            ("and", parts) => Ok(Bool::And(self.bools(parts, env)?)),
            ("or", parts) => Ok(Bool::Or(self.bools(parts, env)?)),
            ("not", [inner]) => Ok(Bool::Not(Box::new(self.bool(inner, env)?))),
            ("eq" | "ne" | "lt" | "le" | "gt" | "ge", [left, right]) => self.compare(name, left, right, env),
            ("in", [value, list]) => self.contained(value, list, env),
            ("missing", [value]) => Ok(Bool::Missing(self.value(value, env)?.0)),
            ("matches", [value, pattern]) => {
                let pattern = Pattern::new(pattern.as_str().ok_or("a pattern is text")?)?;
                Ok(Bool::Matches(self.bytes(value, env)?, Box::new(pattern)))
            }
            ("starts", [value, list]) => Ok(Bool::Starts(self.bytes(value, env)?, texts(list)?)),
            ("check", [kind, value]) => {
                let kind = kind.as_str().unwrap_or_default();
                let check = Check::find(kind).ok_or_else(|| format!("no check {kind}"))?;
                Ok(Bool::Check(self.bytes(value, env)?, check))
            }
            ("listed", [table, value, day]) => {
                let table = self.code_table(table.as_str().ok_or("a table has a name")?);
                let day = if day.is_null() { None } else { Some(self.of_kind(day, FieldKind::Date, env)?) };
                Ok(Bool::Listed(table, self.bytes(value, env)?, day))
            }
            ("repeats", [var, above, keys]) => self.repeats(var, above, keys, env),
            ("any" | "all", [rows, inner]) => {
                let (children, inside) = self.children(rows, &[inner], env)?;
                let inner = Box::new(self.bool(inner, &inside)?);
                Ok(if name == "any" { Bool::Any(children, inner) } else { Bool::All(children, inner) })
            }
            ("absent", [var, ups]) => {
                let (_, var, ups) = self.reach(var, ups, env)?;
                Ok(Bool::Absent { var, ups })
            }
            ("duplicate", [var, ups]) => {
                let (table, var, ups) = self.reach(var, ups, env)?;
                if self.schema.tables[table].name != "claim" {
                    return Err("only a claim is a duplicate".into());
                }
                Ok(Bool::Duplicate(Field { var, ups, table, column: 0 }))
            }
            _ => Err(format!("no statement {name} of {} parts", rest.len())),
        }
    }

    fn compare(&mut self, name: &str, left: &Json, right: &Json, env: &Env) -> Try<Bool> {
        let how = match name {
            "eq" => Compare::Eq,
            "ne" => Compare::Ne,
            "lt" => Compare::Lt,
            "le" => Compare::Le,
            "gt" => Compare::Gt,
            _ => Compare::Ge,
        };
        let (left, kind) = self.value(left, env)?;
        let (right, other) = self.value(right, env)?;
        if kind != other {
            return Err(format!("{kind:?} is compared with {other:?}"));
        }
        match (kind, how) {
            (FieldKind::Text, Compare::Eq) => Ok(Bool::Same(left, right)),
            (FieldKind::Text, Compare::Ne) => Ok(Bool::Not(Box::new(Bool::Same(left, right)))),
            (FieldKind::Text | FieldKind::Code, Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge) => {
                Err("text and codes have no order".into())
            }
            _ => Ok(Bool::Compare(how, left, right)),
        }
    }

    fn contained(&mut self, value: &Json, list: &Json, env: &Env) -> Try<Bool> {
        let (value, kind) = self.value(value, env)?;
        if kind == FieldKind::Text {
            let mut items = texts(list)?;
            items.sort();
            return Ok(Bool::TextIn(value, items));
        }
        let items = list.as_array().ok_or("`in` takes a list")?;
        let mut lanes = items.iter().map(|item| constant(item, kind)).collect::<Try<Vec<_>>>()?;
        lanes.sort_unstable();
        lanes.dedup();
        if let Value::Field(field) = &value {
            self.asked.push((field.table, field.column));
        }
        Ok(Bool::In(value, lanes.into()))
    }

    fn repeats(&mut self, var: &Json, above: &Json, keys: &Json, env: &Env) -> Try<Bool> {
        let binding = var.as_u64().and_then(|var| env.vars.get(var as usize)).copied().ok_or("no such row")?;
        let above = self.table(above.as_str().unwrap_or_default())?;
        let link = self.link(binding.table, above)?;
        let mut free = Vec::new();
        references(keys, &mut free);
        if binding.strip > 0 || free.iter().any(|(other, _)| Some(*other) != var.as_u64()) {
            return Err("the keys of a repeat are of its own row".into());
        }
        let mut inside = env.clone();
        inside.vars[var.as_u64().unwrap_or_default() as usize].index = 0;
        inside.next = 1;
        let keys = parts(keys)?.iter().map(|key| self.kinded(key, &inside)).collect::<Try<Vec<_>>>()?;
        self.repeats.push(Repeats { link, keys: keys.into() });
        Ok(Bool::Repeats { var: binding.index, slot: self.repeats.len() - 1 })
    }

    fn code_table(&mut self, name: &str) -> usize {
        let at = self.tables.iter().position(|known| known == name).unwrap_or_else(|| {
            self.tables.push(name.to_owned());
            self.tables.len() - 1
        });
        if !self.used.contains(&at) {
            self.used.push(at);
        }
        at
    }

    fn kinded(&mut self, json: &Json, env: &Env) -> Try<Kinded> {
        self.value(json, env).map(|(value, kind)| Kinded { value, kind })
    }

    fn bytes(&mut self, json: &Json, env: &Env) -> Try<Kinded> {
        let value = self.kinded(json, env)?;
        if matches!(value.kind, FieldKind::Text | FieldKind::Code) {
            Ok(value)
        } else {
            Err("this asks for text or a code".into())
        }
    }

    fn of_kind(&mut self, json: &Json, wanted: FieldKind, env: &Env) -> Try<Value> {
        let (value, kind) = self.value(json, env)?;
        if kind == wanted { Ok(value) } else { Err(format!("{wanted:?} is wanted, not {kind:?}")) }
    }

    /// A value; what is reckoned over rows below a single row is shared by all rules that ask for it.
    fn value(&mut self, json: &Json, env: &Env) -> Try<(Value, FieldKind)> {
        let name = json.get(0).and_then(Json::as_str).unwrap_or_default();
        if !matches!(name, "count" | "sum" | "min" | "max") {
            return self.plain_value(json, env);
        }
        let mut free = Vec::new();
        references(json, &mut free);
        free.retain(|(var, _)| (*var as usize) < env.vars.len());
        let Some((var, mut shared)) = free.first().map(|(var, ups)| (*var as usize, ups.clone())) else {
            return self.plain_value(json, env);
        };
        if free.iter().any(|(other, _)| *other as usize != var) {
            return self.plain_value(json, env);
        }
        for (_, ups) in &free {
            shared.truncate(shared.iter().zip(ups).take_while(|(left, right)| left == right).count());
        }
        let binding = env.vars[var];
        let names = Json::Array(shared.iter().map(|name| Json::from(*name)).collect());
        let (table, index, ups) = self.reach(&Json::from(var), &names, env)?;
        let mut inside = env.clone();
        inside.vars[var] = Binding { table, index: 0, strip: binding.strip + ups.len() };
        inside.next = 1;
        let (value, kind) = self.plain_value(json, &inside)?;
        // Bound rows are told apart by number and steps, so the debug form of the typed value is its key.
        let key = format!("{value:?}");
        let slot = self.shared.iter().position(|known| known.table == table && known.key == key).unwrap_or_else(|| {
            self.shared.push(Shared { table, key, value });
            self.shared.len() - 1
        });
        Ok((Value::Shared { var: index, ups, slot }, kind))
    }

    fn plain_value(&mut self, json: &Json, env: &Env) -> Try<(Value, FieldKind)> {
        let all = parts(json)?;
        let (name, rest) = all.split_first().ok_or("an expression is a list")?;
        let name = name.as_str().unwrap_or_default();
        match (name, rest) {
            ("field", rest) => self.field(rest, env).map(|(field, kind)| (Value::Field(field), kind)),
            ("as_of", []) => Ok((Value::AsOf, FieldKind::Date)),
            ("received", []) => Ok((Value::Received, FieldKind::Date)),
            ("code" | "money" | "number" | "date", [item]) => {
                let kind = match name {
                    "code" => FieldKind::Code,
                    "money" => FieldKind::Money,
                    "number" => FieldKind::Number,
                    _ => FieldKind::Date,
                };
                Ok((Value::Const(constant(item, kind)?), kind))
            }
            ("length", [inner]) => Ok((Value::Length(Box::new(self.bytes(inner, env)?)), FieldKind::Number)),
            ("first_of", [first, second]) => {
                let (first, kind) = self.value(first, env)?;
                let second = self.of_kind(second, kind, env)?;
                Ok((Value::FirstOf(Box::new(first), Box::new(second)), kind))
            }
            ("add" | "sub" | "mul" | "years", [left, right]) => self.arithmetic(name, left, right, env),
            ("count", [rows, filter]) => self.fold(Fold::Count, rows, filter, None, env),
            ("sum", [rows, filter, inner]) => self.fold(Fold::Sum, rows, filter, Some(inner), env),
            ("min", [rows, filter, inner]) => self.fold(Fold::Min, rows, filter, Some(inner), env),
            ("max", [rows, filter, inner]) => self.fold(Fold::Max, rows, filter, Some(inner), env),
            _ => Err(format!("no value {name} of {} parts", rest.len())),
        }
    }

    fn arithmetic(&mut self, name: &str, left: &Json, right: &Json, env: &Env) -> Try<(Value, FieldKind)> {
        use FieldKind::{Date, Money, Number};
        let (left, kind) = self.value(left, env)?;
        let (right, other) = self.value(right, env)?;
        let (how, result) = match (name, kind, other) {
            ("add", Money, Money) | ("add", Number, Number) => (Arithmetic::Add, kind),
            ("sub", Money, Money) | ("sub", Number, Number) => (Arithmetic::Sub, kind),
            ("mul", Money | Number, Number) => (Arithmetic::Mul, kind),
            ("sub", Date, Date) => (Arithmetic::Days, Number),
            ("add", Date, Number) => (Arithmetic::Later, Date),
            ("sub", Date, Number) => (Arithmetic::Earlier, Date),
            ("years", Date, Date) => (Arithmetic::Years, Number),
            _ => return Err(format!("{name} of {kind:?} and {other:?}")),
        };
        Ok((Value::Arithmetic(how, Box::new(left), Box::new(right)), result))
    }

    fn fold(
        &mut self,
        how: Fold,
        rows: &Json,
        filter: &Json,
        inner: Option<&Json>,
        env: &Env,
    ) -> Try<(Value, FieldKind)> {
        let asked: Vec<&Json> = std::iter::once(filter).chain(inner).collect();
        let (children, inside) = self.children(rows, &asked, env)?;
        let filter = if filter.is_null() { None } else { Some(Box::new(self.bool(filter, &inside)?)) };
        let (inner, kind) = match inner {
            None => (None, FieldKind::Number),
            Some(inner) => {
                let (inner, kind) = self.value(inner, &inside)?;
                (Some(Box::new(inner)), kind)
            }
        };
        let ordered = matches!(kind, FieldKind::Money | FieldKind::Number | FieldKind::Date);
        if !ordered || (how == Fold::Sum && kind == FieldKind::Date) {
            return Err(format!("{how:?} of {kind:?}"));
        }
        Ok((Value::Fold(how, children, filter, inner), kind))
    }
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
    if catalog.find(&id).is_some() {
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

fn parts(json: &Json) -> Try<&[Json]> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| "an expression is a list".into())
}

fn texts(json: &Json) -> Try<Box<[Box<[u8]>]>> {
    let items = json.as_array().ok_or("a list of texts is wanted")?;
    items
        .iter()
        .map(|item| item.as_str().map(|text| text.as_bytes().into()).ok_or_else(|| "a list of texts is wanted".into()))
        .collect()
}

fn constant(json: &Json, kind: FieldKind) -> Try<i64> {
    match kind {
        FieldKind::Code => {
            let text = json.as_str().ok_or("a code is text")?;
            pack_code(text).ok_or_else(|| format!("{text} is no code of 1 to 8 characters"))
        }
        FieldKind::Text => Err("text is compared by `in`".into()),
        _ => json.as_i64().filter(|number| *number > i64::MIN + 1).ok_or_else(|| "a number is wanted".into()),
    }
}

/// The fields and rows that an expression speaks of: the number of the bound row, and the steps up.
fn references<'j>(json: &'j Json, out: &mut Vec<(u64, Vec<&'j str>)>) {
    let Some(all) = json.as_array() else { return };
    let names = |ups: &'j Json| ups.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    match all.as_slice() {
        [name, var, ups, ..] if matches!(name.as_str(), Some("field" | "rows" | "absent" | "duplicate")) => {
            out.push((var.as_u64().unwrap_or(u64::MAX), names(ups)));
        }
        [name, var, _, keys] if name.as_str() == Some("repeats") => {
            out.push((var.as_u64().unwrap_or(u64::MAX), Vec::new()));
            references(keys, out);
        }
        _ => {
            for part in all {
                references(part, out);
            }
        }
    }
}

/// Whether some part of an expression is worth judging once for many rows.
fn heavy(json: &Json) -> bool {
    const HEAVY: [&str; 12] =
        ["matches", "starts", "check", "any", "all", "count", "sum", "min", "max", "in", "and", "or"];
    json.as_array().is_some_and(|all| {
        all.first().and_then(Json::as_str).is_some_and(|name| HEAVY.contains(&name)) || all.iter().any(heavy)
    })
}

/// The bound row, and the steps up from it that all of an expression shares; None when there are none.
fn liftable<'j>(json: &'j Json, env: &Env) -> Option<(usize, Vec<&'j str>)> {
    if !heavy(json) {
        return None;
    }
    let mut free = Vec::new();
    references(json, &mut free);
    free.retain(|(var, _)| (*var as usize) < env.vars.len());
    let (var, first) = free.first()?;
    let (var, mut shared) = (*var as usize, first.clone());
    for (other, ups) in &free {
        if *other as usize != var {
            return None;
        }
        let common = shared.iter().zip(ups).take_while(|(left, right)| left == right).count();
        shared.truncate(common);
    }
    (shared.len() > env.vars.get(var)?.strip).then_some((var, shared))
}
