//! Expressions of a rule, as JSON, to terms. What a rule may get wrong in them is found here, before any claim.
//!
//! Whatever is said of one row alone, be it the row under judgment, one above it or one of a pair, becomes a term of
//! that row's table: it is worked out once for all its rows, and every rule that asks it shares it.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::expr::{
    Above, Arithmetic, Bool, BoolAt, Children, Compare, Fold, Folded, Follows, Lookup, Terms, Test, Value, ValueAt,
};
use super::frame::{Link, Up};
use super::kernels::Check;
use super::lane::pack_code;
use super::pattern::Pattern;
use crate::claim::{FieldKind, Schema};

pub(super) type Try<T> = Result<T, String>;

/// A bound row, as the JSON numbers it.
#[derive(Clone, Copy)]
struct Binding {
    table: usize,
    /// Its number when the rule runs.
    index: usize,
    /// How many steps up were taken before.
    strip: usize,
}

/// The rows in scope.
#[derive(Clone)]
pub(super) struct Env {
    vars: Vec<Binding>,
    /// The number of the next row that is bound.
    next: usize,
    /// The table, where only a row of its own is spoken of.
    table: Option<usize>,
    /// Quantifiers around, of rows that ask for themselves.
    depth: usize,
}

impl Env {
    /// The row under judgment alone.
    pub(super) fn new(table: usize) -> Self {
        Self { vars: vec![Binding { table, index: 0, strip: 0 }], next: 1, table: Some(table), depth: 0 }
    }

    /// The table, where only a row of its own is spoken of.
    pub(super) fn table(&self) -> Option<usize> {
        self.table
    }
}

/// Collects the terms of all rules.
pub(super) struct Lowering<'a> {
    pub(super) schema: &'a Schema,
    pub(super) terms: Terms,
    /// Code tables that the rule in hand looks up.
    pub(super) used: Vec<usize>,
    bools: HashMap<(usize, Bool), BoolAt>,
    /// By table and kind, since numbers of several kinds are alike.
    values: HashMap<(usize, u8, Value), ValueAt>,
    patterns: HashMap<String, usize>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        let (bools, values, patterns) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { schema, terms: Terms::default(), used: Vec::new(), bools, values, patterns }
    }

    pub(super) fn table(&self, name: &str) -> Try<usize> {
        self.schema.tables.iter().position(|table| table.name == name).ok_or_else(|| format!("no table {name}"))
    }

    /// The term, which may be known from another rule. Those of pairs of rows are not shared: pairs come and go.
    fn add(&mut self, what: Bool, env: &Env) -> BoolAt {
        let Some(table) = env.table else { return self.terms.add_bool(what, None) };
        *self.bools.entry((table, what)).or_insert_with_key(|(_, what)| self.terms.add_bool(what.clone(), Some(table)))
    }

    fn add_value(&mut self, what: Value, kind: FieldKind, env: &Env) -> ValueAt {
        let Some(table) = env.table else { return self.terms.add_value(what, kind, None) };
        let new = |(.., what): &(usize, u8, Value)| self.terms.add_value(what.clone(), kind, Some(table));
        *self.values.entry((table, kind as u8, what)).or_insert_with_key(new)
    }

    /// The row reached by going up from a bound row: its table, the row's number, and the way.
    pub(super) fn reach(&self, var: &Json, ups: &Json, env: &Env) -> Try<(usize, usize, Box<[Up]>)> {
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

    /// `var, ups, name`: the table and the column of a field, and the way there.
    pub(super) fn field(&self, rest: &[Json], env: &Env) -> Try<(usize, usize, Box<[Up]>)> {
        let [var, ups, name] = rest else {
            return Err("a field is its row, the steps up and its name".into());
        };
        let (table, _, ups) = self.reach(var, ups, env)?;
        let definition = &self.schema.tables[table];
        let name = name.as_str().unwrap_or_default();
        let column = definition.fields.iter().position(|field| field.name == name);
        Ok((table, column.ok_or_else(|| format!("no field {}.{name}", definition.name))?, ups))
    }

    fn link(&mut self, child: usize, above: usize) -> Try<usize> {
        let parents = &self.schema.tables[child].parents;
        let parent = parents.iter().position(|&parent| parent == above).ok_or("rows of a table that is not below")?;
        Ok(place(&mut self.terms.links, Link { up: Up { table: child, parent }, above }))
    }

    /// The one row that all of an expression speaks of, when that is not just the row in hand: which, and the scope
    /// there.
    fn row(&mut self, json: &Json, env: &Env) -> Try<Option<(Above, Env)>> {
        let Some((var, ups)) = shared_row(json, env) else { return Ok(None) };
        let strip = env.vars[var].strip.max(ups.len());
        let steps = strip - env.vars[var].strip;
        if steps == 0 && env.table.is_some() {
            return Ok(None);
        }
        let names = Json::Array(ups.into_iter().map(Json::from).collect());
        let (table, index, ups) = self.reach(&Json::from(var), &names, env)?;
        let depth = if steps > 0 { 0 } else { env.depth };
        let mut inside = Env { vars: env.vars.clone(), next: 1, table: Some(table), depth };
        inside.vars[var] = Binding { table, index: 0, strip };
        Ok(Some((Above { var: index, way: place(&mut self.terms.ways, ups) }, inside)))
    }

    /// `["rows", var, ups, table]`, and the scope inside.
    fn children(&mut self, json: &Json, inner: &[&Json], env: &Env) -> Try<(Children, Env)> {
        let [_, var, ups, name] = parts(json)? else {
            return Err("rows are their row, the steps up and a table".into());
        };
        let (above, var, ups) = self.reach(var, ups, env)?;
        let child = self.table(name.as_str().unwrap_or_default())?;
        let link = self.link(child, above)?;
        let mut free = Vec::new();
        for json in inner {
            references(json, &mut free);
        }
        let outer = free.iter().any(|&(var, _)| (var as usize) < env.vars.len());
        let limited = outer || env.depth > 0;
        let mut inside = Env { vars: env.vars.clone(), next: 1, table: Some(child), depth: env.depth + 1 };
        if !outer {
            inside.vars.push(Binding { table: child, index: 0, strip: 0 });
            return Ok((Children { link, paired: None, limited }, inside));
        }
        inside.vars.push(Binding { table: child, index: env.next, strip: 0 });
        (inside.next, inside.table) = (env.next + 1, None);
        let paired = Some(Above { var, way: place(&mut self.terms.ways, ups) });
        Ok((Children { link, paired, limited }, inside))
    }

    /// A statement.
    pub(super) fn bool(&mut self, json: &Json, env: &Env) -> Try<BoolAt> {
        let Some((above, inside)) = self.row(json, env)? else {
            return self.statement(json, env);
        };
        let inner = self.statement(json, &inside)?;
        Ok(self.add(Bool::Above(above, inner), env))
    }

    fn not(&mut self, inner: BoolAt, env: &Env) -> BoolAt {
        match self.terms.bool(inner).what {
            Bool::Not(inner) => inner,
            _ => self.add(Bool::Not(inner), env),
        }
    }

    fn bools(&mut self, parts: &[Json], env: &Env) -> Try<Box<[BoolAt]>> {
        let mut parts = parts.iter().map(|part| self.bool(part, env)).collect::<Try<Vec<_>>>()?;
        parts.sort_by_key(|&part| self.terms.bool(part).nature.cost);
        Ok(parts.into())
    }

    fn statement(&mut self, json: &Json, env: &Env) -> Try<BoolAt> {
        let all = parts(json)?;
        let (name, rest) = all.split_first().ok_or("an expression is a list")?;
        let name = name.as_str().unwrap_or_default();
        let what = match (name, rest) {
            ("true", []) => Bool::Const(true),
            ("false", []) => Bool::Const(false),
            ("and", parts) => Bool::And(self.bools(parts, env)?),
            ("or", parts) => Bool::Or(self.bools(parts, env)?),
            ("not", [inner]) => {
                let inner = self.bool(inner, env)?;
                return Ok(self.not(inner, env));
            }
            ("eq" | "ne" | "lt" | "le" | "gt" | "ge", [left, right]) => return self.compare(name, left, right, env),
            ("in" | "missing" | "matches" | "starts" | "check" | "listed", _) => return self.test(name, rest, env),
            ("repeats", [var, above, keys]) => self.repeats(var, above, keys, env)?,
            ("follows", [table, var, above, key, day]) => self.follows(table, [var, above], key, day, env)?,
            ("paired", [table, left, right, day]) => self.lookup(table, &[left, right], day, None, env)?,
            ("over", [table, over, code, day]) => self.lookup(table, &[code], day, Some(over), env)?,
            ("any", [rows, inner]) => {
                let (children, inside) = self.children(rows, &[inner], env)?;
                Bool::Any(children, self.bool(inner, &inside)?)
            }
            // All are, when there is none that is not.
            ("all", [rows, inner]) => {
                let (children, inside) = self.children(rows, &[inner], env)?;
                let inner = self.bool(inner, &inside)?;
                let other = self.not(inner, &inside);
                let any = self.add(Bool::Any(children, other), env);
                return Ok(self.not(any, env));
            }
            ("past", rest) => self.past(rest, env)?,
            ("again", [keys, when]) => self.again(keys, when, env)?,
            ("absent", [var, ups]) => {
                self.reach(var, ups, env)?;
                Bool::Absent
            }
            ("duplicate" | "orphan", [var, ups]) => {
                let (table, ..) = self.reach(var, ups, env)?;
                if self.schema.tables[table].name != "claim" {
                    return Err(format!("only a claim is a {name}"));
                }
                if name == "orphan" { Bool::Orphan } else { Bool::Duplicate }
            }
            _ => return Err(format!("no statement {name} of {} parts", rest.len())),
        };
        Ok(self.add(what, env))
    }

    /// What is asked of a single value.
    fn test(&mut self, name: &str, rest: &[Json], env: &Env) -> Try<BoolAt> {
        let (value, test) = match (name, rest) {
            ("in", [value, list]) => {
                let value = self.value(value, env)?;
                (value, contained(list, self.terms.value(value).kind)?)
            }
            ("missing", [value]) => (self.value(value, env)?, Test::Missing),
            ("matches", [value, pattern]) => {
                let pattern = self.pattern(pattern.as_str().ok_or("a pattern is text")?)?;
                (self.bytes(value, env)?, Test::Matches(pattern))
            }
            ("starts", [value, list]) => (self.bytes(value, env)?, Test::Starts(texts(list)?)),
            ("check", [kind, value]) => {
                let kind = kind.as_str().unwrap_or_default();
                let check = Check::find(kind).ok_or_else(|| format!("no check {kind}"))?;
                (self.bytes(value, env)?, Test::Check(check))
            }
            ("listed", [table, code, day]) => {
                let table = self.code_table(table.as_str().ok_or("a table has a name")?);
                let code = self.bytes(code, env)?;
                if !day.is_null() {
                    let day = Some(self.of_kind(day, FieldKind::Date, env)?);
                    return Ok(self.add(Bool::LookedUp(Lookup { table, keys: [code].into(), day, over: None }), env));
                }
                (code, Test::Listed(table))
            }
            _ => return Err(format!("no statement {name} of {} parts", rest.len())),
        };
        Ok(self.asked(value, test, env))
    }

    /// A look-up of one code or of two, on a day if one is given, or of the most that a quantity may be.
    fn lookup(&mut self, table: &Json, keys: &[&Json], day: &Json, over: Option<&Json>, env: &Env) -> Try<Bool> {
        let table = self.code_table(table.as_str().ok_or("a table has a name")?);
        let keys = keys.iter().map(|key| self.bytes(key, env)).collect::<Try<_>>()?;
        let day = if day.is_null() { None } else { Some(self.of_kind(day, FieldKind::Date, env)?) };
        let over = over.map(|over| self.of_kind(over, FieldKind::Number, env)).transpose()?;
        Ok(Bool::LookedUp(Lookup { table, keys, day, over }))
    }

    pub(super) fn code_table(&mut self, name: &str) -> usize {
        let table = place(&mut self.terms.tables, name.to_owned());
        place(&mut self.used, table);
        table
    }

    fn compare(&mut self, name: &str, left: &Json, right: &Json, env: &Env) -> Try<BoolAt> {
        let (left, right) = (self.value(left, env)?, self.value(right, env)?);
        let (kind, other) = (self.terms.value(left).kind, self.terms.value(right).kind);
        if kind != other {
            return Err(format!("{kind:?} is compared with {other:?}"));
        }
        let how = match (name, kind) {
            ("eq" | "ne", FieldKind::Text) => Compare::Same,
            ("eq" | "ne", _) => Compare::Equal,
            (_, FieldKind::Text | FieldKind::Code) => return Err("text and codes have no order".into()),
            _ => Compare::Less,
        };
        let (left, right) = if matches!(name, "gt" | "le") { (right, left) } else { (left, right) };
        let constant = |at: ValueAt| match self.terms.value(at).what {
            Value::Const(lane) if kind == FieldKind::Code => Some(lane),
            _ => None,
        };
        let holds = match (constant(left), constant(right)) {
            (None, Some(lane)) => self.asked(left, Test::In([lane].into()), env),
            (Some(lane), None) => self.asked(right, Test::In([lane].into()), env),
            _ => {
                let missing = [self.missing(left, env), self.missing(right, env)];
                self.add(Bool::Compare { how, sides: [left, right], missing }, env)
            }
        };
        Ok(if matches!(name, "ne" | "le" | "ge") { self.not(holds, env) } else { holds })
    }

    /// The statement that a value is missing.
    fn missing(&mut self, value: ValueAt, env: &Env) -> BoolAt {
        self.asked(value, Test::Missing, env)
    }

    /// What is asked of a value: of one that is taken from elsewhere, it is asked there.
    fn asked(&mut self, value: ValueAt, test: Test, env: &Env) -> BoolAt {
        let what = match self.terms.value(value).what {
            Value::Const(_) | Value::AsOf | Value::Received if test == Test::Missing => Bool::Const(false),
            Value::Above(above, inner) => {
                let inside = Env { table: self.terms.value(inner).nature.table, ..env.clone() };
                Bool::Above(above, self.asked(inner, test, &inside))
            }
            Value::FirstOf(first, second) if !self.terms.value(first).nature.doubtful => {
                let none = self.missing(first, env);
                let second = self.asked(second, test.clone(), env);
                if test == Test::Missing {
                    return self.add(Bool::And([none, second].into()), env);
                }
                let (some, first) = (self.not(none, env), self.asked(first, test, env));
                let first = self.add(Bool::And([some, first].into()), env);
                let second = self.add(Bool::And([none, second].into()), env);
                Bool::Or([first, second].into())
            }
            _ => Bool::Test(value, test),
        };
        self.add(what, env)
    }

    fn repeats(&mut self, var: &Json, above: &Json, keys: &Json, env: &Env) -> Try<Bool> {
        let link = self.siblings(var, above, &[keys], env)?;
        let keys = parts(keys)?.iter().map(|key| self.value(key, env)).collect::<Try<_>>()?;
        Ok(Bool::Repeats(link, keys))
    }

    fn follows(&mut self, table: &Json, [var, above]: [&Json; 2], key: &Json, day: &Json, env: &Env) -> Try<Bool> {
        let link = self.siblings(var, above, &[key, day], env)?;
        let table = self.code_table(table.as_str().ok_or("a table has a name")?);
        let key = self.of_kind(key, FieldKind::Code, env)?;
        let day = if day.is_null() { None } else { Some(self.of_kind(day, FieldKind::Date, env)?) };
        Ok(Bool::Follows(Follows { table, link, key, day }))
    }

    /// The link from a bound row, of which alone `keys` speak, to the row above that it shares with others.
    fn siblings(&mut self, var: &Json, above: &Json, keys: &[&Json], env: &Env) -> Try<usize> {
        let binding = var.as_u64().and_then(|var| env.vars.get(var as usize)).copied().ok_or("no such row")?;
        let above = self.table(above.as_str().unwrap_or_default())?;
        let link = self.link(binding.table, above)?;
        let mut free = Vec::new();
        for key in keys {
            references(key, &mut free);
        }
        // rows that are bound within the keys are no others
        free.retain(|(other, _)| (*other as usize) < env.vars.len());
        if binding.strip > 0 || free.iter().any(|(other, _)| Some(*other) != var.as_u64()) {
            return Err("the keys of a repeat are of its own row".into());
        }
        Ok(link)
    }

    fn position(&mut self, var: &Json, above: &Json, env: &Env) -> Try<Value> {
        let binding = var.as_u64().and_then(|var| env.vars.get(var as usize)).copied().ok_or("no such row")?;
        let above = self.table(above.as_str().unwrap_or_default())?;
        Ok(Value::Position(self.link(binding.table, above)?))
    }

    fn pattern(&mut self, text: &str) -> Try<usize> {
        if let Some(&known) = self.patterns.get(text) {
            return Ok(known);
        }
        self.terms.patterns.push(Pattern::new(text)?);
        self.patterns.insert(text.to_owned(), self.terms.patterns.len() - 1);
        Ok(self.terms.patterns.len() - 1)
    }

    fn bytes(&mut self, json: &Json, env: &Env) -> Try<ValueAt> {
        let value = self.value(json, env)?;
        match self.terms.value(value).kind {
            FieldKind::Text | FieldKind::Code => Ok(value),
            _ => Err("this asks for text or a code".into()),
        }
    }

    pub(super) fn of_kind(&mut self, json: &Json, wanted: FieldKind, env: &Env) -> Try<ValueAt> {
        let value = self.value(json, env)?;
        let kind = self.terms.value(value).kind;
        if kind == wanted { Ok(value) } else { Err(format!("{wanted:?} is wanted, not {kind:?}")) }
    }

    /// A value.
    pub(super) fn value(&mut self, json: &Json, env: &Env) -> Try<ValueAt> {
        let Some((above, inside)) = self.row(json, env)? else {
            return self.quantity(json, env);
        };
        let inner = self.quantity(json, &inside)?;
        Ok(self.add_value(Value::Above(above, inner), self.terms.value(inner).kind, env))
    }

    fn quantity(&mut self, json: &Json, env: &Env) -> Try<ValueAt> {
        let all = parts(json)?;
        let (name, rest) = all.split_first().ok_or("an expression is a list")?;
        let name = name.as_str().unwrap_or_default();
        let (what, kind) = match (name, rest) {
            ("field", rest) => {
                let (table, column, _) = self.field(rest, env)?;
                (Value::Column(column), self.schema.tables[table].fields[column].kind)
            }
            ("as_of", []) => (Value::AsOf, FieldKind::Date),
            ("received", []) => (Value::Received, FieldKind::Date),
            ("code" | "money" | "number" | "date", [item]) => {
                let kind = match name {
                    "code" => FieldKind::Code,
                    "money" => FieldKind::Money,
                    "number" => FieldKind::Number,
                    _ => FieldKind::Date,
                };
                (Value::Const(constant(item, kind)?), kind)
            }
            ("position", [var, above]) => (self.position(var, above, env)?, FieldKind::Number),
            ("length", [inner]) => (Value::Length(self.bytes(inner, env)?), FieldKind::Number),
            ("first_of", [first, second]) => {
                let first = self.value(first, env)?;
                let kind = self.terms.value(first).kind;
                (Value::FirstOf(first, self.of_kind(second, kind, env)?), kind)
            }
            ("add" | "sub" | "mul" | "years", [left, right]) => self.arithmetic(name, left, right, env)?,
            ("count", [rows, filter]) => self.fold(Fold::Count, rows, filter, None, env)?,
            ("sum", [rows, filter, inner]) => self.fold(Fold::Sum, rows, filter, Some(inner), env)?,
            ("min", [rows, filter, inner]) => self.fold(Fold::Min, rows, filter, Some(inner), env)?,
            ("max", [rows, filter, inner]) => self.fold(Fold::Max, rows, filter, Some(inner), env)?,
            _ => return Err(format!("no value {name} of {} parts", rest.len())),
        };
        Ok(self.add_value(what, kind, env))
    }

    fn arithmetic(&mut self, name: &str, left: &Json, right: &Json, env: &Env) -> Try<(Value, FieldKind)> {
        use FieldKind::{Date, Money, Number};
        let (left, right) = (self.value(left, env)?, self.value(right, env)?);
        let (kind, other) = (self.terms.value(left).kind, self.terms.value(right).kind);
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
        Ok((Value::Arithmetic(how, left, right), result))
    }

    /// What is reckoned over the rows below a single row, it asks for all that share it.
    fn fold(
        &mut self,
        how: Fold,
        rows: &Json,
        filter: &Json,
        value: Option<&Json>,
        env: &Env,
    ) -> Try<(Value, FieldKind)> {
        let asked: Vec<&Json> = std::iter::once(filter).chain(value).collect();
        let depth = if env.table.is_some() { 0 } else { env.depth };
        let (children, inside) = self.children(rows, &asked, &Env { depth, ..env.clone() })?;
        let filter = if filter.is_null() { None } else { Some(self.bool(filter, &inside)?) };
        let value = value.map(|value| self.value(value, &inside)).transpose()?;
        let kind = value.map_or(FieldKind::Number, |value| self.terms.value(value).kind);
        let ordered = matches!(kind, FieldKind::Money | FieldKind::Number | FieldKind::Date);
        if !ordered || (how == Fold::Sum && kind == FieldKind::Date) {
            return Err(format!("{how:?} of {kind:?}"));
        }
        Ok((Value::Fold(Folded { how, children, filter, value }), kind))
    }
}

/// The place of an item in a list, at its end when it is new.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

pub(super) fn parts(json: &Json) -> Try<&[Json]> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| "an expression is a list".into())
}

fn texts(json: &Json) -> Try<Box<[Box<[u8]>]>> {
    let items = json.as_array().ok_or("a list of texts is wanted")?;
    items
        .iter()
        .map(|item| item.as_str().map(|text| text.as_bytes().into()).ok_or_else(|| "a list of texts is wanted".into()))
        .collect()
}

fn contained(list: &Json, kind: FieldKind) -> Try<Test> {
    if kind == FieldKind::Text {
        let mut items = texts(list)?;
        items.sort();
        return Ok(Test::TextIn(items));
    }
    let items = list.as_array().ok_or("`in` takes a list")?;
    let mut lanes = items.iter().map(|item| constant(item, kind)).collect::<Try<Vec<_>>>()?;
    lanes.sort_unstable();
    lanes.dedup();
    Ok(Test::In(lanes.into()))
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
        [name, var, ups, ..]
            if matches!(name.as_str(), Some("field" | "rows" | "absent" | "duplicate" | "orphan" | "position")) =>
        {
            out.push((var.as_u64().unwrap_or(u64::MAX), names(ups)));
        }
        [name, var, _, keys] if name.as_str() == Some("repeats") => {
            out.push((var.as_u64().unwrap_or(u64::MAX), Vec::new()));
            references(keys, out);
        }
        [name, _, var, _, keys @ ..] if name.as_str() == Some("follows") => {
            out.push((var.as_u64().unwrap_or(u64::MAX), Vec::new()));
            for key in keys {
                references(key, out);
            }
        }
        _ => {
            for part in all {
                references(part, out);
            }
        }
    }
}

/// The bound row that all of an expression speaks of, if it is one, and the steps up from it that all of it shares.
fn shared_row<'j>(json: &'j Json, env: &Env) -> Option<(usize, Vec<&'j str>)> {
    let mut free = Vec::new();
    references(json, &mut free);
    free.retain(|(var, _)| (*var as usize) < env.vars.len());
    let (var, mut shared) = free.first().cloned()?;
    for (other, ups) in &free {
        if *other != var {
            return None;
        }
        shared.truncate(shared.iter().zip(ups).take_while(|(left, right)| left == right).count());
    }
    Some((var as usize, shared))
}
