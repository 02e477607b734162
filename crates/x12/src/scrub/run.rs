//! Judging expressions, all rows at a time.

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a lane is 64 bits whose meaning its kind knows; counts are of rows, far below its range"
)]

use std::cmp::Ordering;
use std::rc::Rc;

use super::expr::{Arithmetic, Bool, Children, Compare, Field, Fold, Kinded, Repeats, Up, Value};
use super::frame::{Frame, UNCHECKED, unpack_code};
use super::program::Program;
use super::tables::{CodeTable, civil};
use crate::claim::{FieldKind, MISSING, NONE};

/// The statement holds.
pub(crate) const TRUE: u8 = 1;
/// It does not.
pub(crate) const FALSE: u8 = 2;
/// A value it needs is missing.
pub(crate) const UNKNOWN: u8 = 4;
/// A table it needs is not there.
pub(crate) const NODATA: u8 = 8;

/// Rows that are expanded at a time: bounds memory, never results.
const CHUNK: usize = 1 << 14;
/// Rows that one row may ask about when it asks for itself alone (the answer depends on it, or a quantifier is in
/// another). Beyond, it is unchecked: such questions grow with the square of the rows.
const MAX_PAIRS: usize = 4096;
/// Groups up to this size are searched for repeats by comparing all pairs.
const SMALL: usize = 12;

/// One state decides; else unchecked does, else unknown; only two weak ones are weak.
#[inline]
fn join(left: u8, right: u8, strong: u8) -> u8 {
    let union = left | right;
    let rest = if union & UNKNOWN != 0 { UNKNOWN } else { TRUE + FALSE - strong };
    let rest = if union & NODATA != 0 { NODATA } else { rest };
    if union & strong != 0 { strong } else { rest }
}

#[inline]
fn and(left: u8, right: u8) -> u8 {
    join(left, right, FALSE)
}

#[inline]
fn or(left: u8, right: u8) -> u8 {
    join(left, right, TRUE)
}

fn not(state: u8) -> u8 {
    match state {
        TRUE => FALSE,
        FALSE => TRUE,
        other => other,
    }
}

fn state(holds: bool) -> u8 {
    if holds { TRUE } else { FALSE }
}

/// The rows under judgment: for each bound row a list, all of the same length. A list that nothing asks for is empty.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    vars: Vec<Vec<u32>>,
    len: usize,
    /// True when row 0 is bound to every row of its table, in order.
    whole: bool,
}

impl Rows {
    /// All rows of a table of `count`.
    pub(crate) fn all(&mut self, count: u32) {
        self.vars.resize_with(1, Vec::new);
        self.len = count as usize;
        self.whole = true;
        let first = &mut self.vars[0];
        first.clear();
        first.extend(0..count);
    }

    fn var(&self, var: usize) -> &[u32] {
        self.vars.get(var).map_or(&[], Vec::as_slice)
    }

    fn pick(&self, picked: &[u32]) -> Self {
        let gather = |rows: &Vec<u32>| picked.iter().filter_map(|&at| rows.get(at as usize).copied()).collect();
        Self { vars: self.vars.iter().map(gather).collect(), len: picked.len(), whole: false }
    }
}

/// Judges one frame.
pub(crate) struct Evaluator<'f, 'a> {
    frame: &'f Frame<'a>,
    /// The code tables that the program names; None for those that are not there.
    tables: Vec<Option<&'a CodeTable>>,
    program: &'f Program,
    /// The shared values that were asked for, by row of their tables.
    worked_out: Vec<Option<Rc<[i64]>>>,
    /// The repeats that were asked for, likewise.
    repeated: Vec<Option<Rc<[u8]>>>,
}

impl<'f, 'a> Evaluator<'f, 'a> {
    pub(crate) fn new(frame: &'f Frame<'a>, program: &'f Program) -> Self {
        let supplied = frame.context.tables;
        let tables = program.tables.iter().map(|name| supplied.and_then(|tables| tables.find(name))).collect();
        let (worked_out, repeated) = (vec![None; program.shared.len()], vec![None; program.repeats.len()]);
        Self { frame, tables, program, worked_out, repeated }
    }

    /// The value is a field of which no row has one.
    fn vacant(&self, value: &Value) -> bool {
        matches!(value, Value::Field(field) if self.frame.vacant(field.table, field.column))
    }

    /// What a statement says of all rows, when it asks for fields of which no row has one.
    fn at_once(&self, expr: &Bool) -> Option<u8> {
        match expr {
            Bool::Const(holds) => Some(state(*holds)),
            Bool::Missing(value) => self.vacant(value).then_some(TRUE),
            Bool::In(value, _) | Bool::TextIn(value, _) => self.vacant(value).then_some(UNKNOWN),
            Bool::Compare(_, left, right) | Bool::Same(left, right) => {
                // A shared value may be unchecked, which is more than unknown.
                let plain =
                    |value: &Value| matches!(value, Value::Const(_) | Value::Field(_) | Value::AsOf | Value::Received);
                (plain(left) && plain(right) && (self.vacant(left) || self.vacant(right))).then_some(UNKNOWN)
            }
            Bool::Matches(value, _) | Bool::Starts(value, _) | Bool::Check(value, _) => {
                self.vacant(&value.value).then_some(UNKNOWN)
            }
            Bool::Not(inner) => self.at_once(inner).map(not),
            Bool::And(parts) => self.all_at_once(parts, FALSE),
            Bool::Or(parts) => self.all_at_once(parts, TRUE),
            _ => None,
        }
    }

    fn all_at_once(&self, parts: &[Bool], strong: u8) -> Option<u8> {
        parts.iter().try_fold(not(strong), |so_far, part| Some(join(so_far, self.at_once(part)?, strong)))
    }

    /// Writes the state of every row to `out`.
    pub(crate) fn judge(&mut self, expr: &Bool, rows: &Rows, out: &mut Vec<u8>) {
        out.clear();
        if let Some(state) = self.at_once(expr) {
            out.resize(rows.len, state);
            return;
        }
        match expr {
            Bool::Const(holds) => out.resize(rows.len, state(*holds)),
            Bool::And(parts) => self.chain(parts, rows, out, FALSE),
            Bool::Or(parts) => self.chain(parts, rows, out, TRUE),
            Bool::Not(inner) => {
                self.judge(inner, rows, out);
                for state in out {
                    *state = not(*state);
                }
            }
            Bool::Compare(how, left, right) => self.compare(*how, left, right, rows, out),
            Bool::Same(left, right) => {
                let (left, right) = (self.lanes(left, rows), self.lanes(right, rows));
                let same = |(&left, &right): (&i64, &i64)| {
                    known2(left, right, || self.frame.text(left) == self.frame.text(right))
                };
                out.extend(left.iter().zip(&right).map(same));
            }
            Bool::In(value, list) => self.contained(value, list, rows, out),
            Bool::TextIn(value, list) => {
                let lanes = self.lanes(value, rows);
                let held = |lane| list.binary_search_by(|item| (**item).cmp(self.frame.text(lane))).is_ok();
                out.extend(lanes.iter().map(|&lane| known(lane, || held(lane))));
            }
            Bool::Missing(value) => {
                let lanes = self.lanes(value, rows);
                out.extend(lanes.iter().map(|&lane| if lane == UNCHECKED { NODATA } else { state(lane == MISSING) }));
            }
            Bool::Matches(value, pattern) => self.bytes(value, rows, out, |bytes| pattern.matches(bytes)),
            Bool::Starts(value, prefixes) => {
                self.bytes(value, rows, out, |bytes| prefixes.iter().any(|prefix| bytes.starts_with(prefix)));
            }
            Bool::Check(value, check) => self.bytes(value, rows, out, |bytes| check.passes(bytes)),
            Bool::Listed(table, value, day) => self.listed(*table, value, day.as_ref(), rows, out),
            Bool::Repeats { var, slot } => {
                let states = self.repeats(*slot);
                out.extend(rows.var(*var).iter().map(|&row| states.get(row as usize).copied().unwrap_or(UNKNOWN)));
            }
            Bool::Any(children, inner) => self.quantify(children, inner, rows, out, FALSE, or),
            Bool::All(children, inner) => self.quantify(children, inner, rows, out, TRUE, and),
            Bool::Absent { var, ups } => {
                out.extend(rows.var(*var).iter().map(|&row| state(self.frame.up(ups, row) == NONE)));
            }
            Bool::Duplicate(field) => self.duplicate(field, rows, out),
            Bool::Lift { var, ups, inner } => self.lift(*var, ups, inner, rows, out),
        }
    }

    /// Judges parts one after another; `strong` decides, so that rows which have it are done with.
    fn chain(&mut self, parts: &[Bool], rows: &Rows, out: &mut Vec<u8>, strong: u8) {
        out.resize(rows.len, not(strong));
        let mut more = Vec::new();
        for part in parts {
            if let Some(state) = self.at_once(part) {
                for place in out.iter_mut() {
                    *place = join(*place, state, strong);
                }
            } else if !out.contains(&strong) {
                self.judge(part, rows, &mut more);
                out.iter_mut().zip(&more).for_each(|(place, &state)| *place = join(*place, state, strong));
            } else {
                let open = (0u32..).zip(out.iter()).filter(|&(_, &state)| state != strong).map(|(at, _)| at);
                let open: Vec<u32> = open.collect();
                if open.is_empty() {
                    return;
                }
                self.judge(part, &rows.pick(&open), &mut more);
                for (&at, &state) in open.iter().zip(&more) {
                    if let Some(place) = out.get_mut(at as usize) {
                        *place = join(*place, state, strong);
                    }
                }
            }
        }
    }

    fn compare(&mut self, how: Compare, left: &Value, right: &Value, rows: &Rows, out: &mut Vec<u8>) {
        let lanes = self.lanes(left, rows);
        let holds = |left: i64, right: i64| match how {
            Compare::Eq => left == right,
            Compare::Ne => left != right,
            Compare::Lt => left < right,
            Compare::Le => left <= right,
            Compare::Gt => left > right,
            Compare::Ge => left >= right,
        };
        if let Value::Const(right) = *right {
            out.extend(lanes.iter().map(|&left| known(left, || holds(left, right))));
            return;
        }
        let others = self.lanes(right, rows);
        out.extend(lanes.iter().zip(&others).map(|(&left, &right)| known2(left, right, || holds(left, right))));
    }

    /// A lane in a list. When none of the list occurs in the whole column, the rows need not be looked at.
    fn contained(&mut self, value: &Value, list: &[i64], rows: &Rows, out: &mut Vec<u8>) {
        if let Value::Field(field) = value
            && self.program.anchors.binary_search(&(field.table, field.column)).is_ok()
        {
            let presence = self.frame.presence(field.table, field.column);
            let absent = |lane: &i64| presence.is_some_and(|presence| !presence.may_hold(*lane));
            let complete = field.ups.is_empty() && presence.is_some_and(|presence| presence.missing == 0);
            if complete && list.iter().all(absent) {
                out.resize(rows.len, FALSE);
                return;
            }
        }
        let lanes = self.lanes(value, rows);
        if list.len() <= 4 {
            out.extend(lanes.iter().map(|&lane| known(lane, || list.contains(&lane))));
        } else {
            remembered(&lanes, out, |lane| list.binary_search(&lane).is_ok());
        }
    }

    fn bytes(&mut self, value: &Kinded, rows: &Rows, out: &mut Vec<u8>, test: impl Fn(&[u8]) -> bool) {
        let lanes = self.lanes(&value.value, rows);
        if value.kind == FieldKind::Code {
            remembered(&lanes, out, |lane| {
                let (bytes, len) = unpack_code(lane);
                test(bytes.get(..len).unwrap_or_default())
            });
        } else {
            out.extend(lanes.iter().map(|&lane| known(lane, || test(self.frame.text(lane)))));
        }
    }

    fn listed(&mut self, table: usize, value: &Kinded, day: Option<&Value>, rows: &Rows, out: &mut Vec<u8>) {
        let Some(table) = self.tables.get(table).copied().flatten() else {
            out.resize(rows.len, NODATA);
            return;
        };
        let Some(day) = day else {
            self.bytes(value, rows, out, |bytes| table.holds(bytes, None));
            return;
        };
        let days = self.lanes(day, rows);
        let lanes = self.lanes(&value.value, rows);
        out.extend(lanes.iter().zip(&days).map(|(&lane, &day)| {
            known2(lane, day, || {
                let day = Some(i32::try_from(day).unwrap_or(i32::MAX));
                if value.kind == FieldKind::Code {
                    let (bytes, len) = unpack_code(lane);
                    return table.holds(bytes.get(..len).unwrap_or_default(), day);
                }
                table.holds(self.frame.text(lane), day)
            })
        }));
    }

    fn duplicate(&mut self, field: &Field, rows: &Rows, out: &mut Vec<u8>) {
        let known = self.frame.context.duplicates;
        out.extend(rows.var(field.var).iter().map(|&row| {
            let claim = self.frame.up(&field.ups, row);
            known.get(claim as usize).map_or(if known.is_empty() { NODATA } else { UNKNOWN }, |&seen| state(seen))
        }));
    }

    /// Judges `inner` once for each run of rows with the same row above.
    fn lift(&mut self, var: usize, ups: &[Up], inner: &Bool, rows: &Rows, out: &mut Vec<u8>) {
        let (above, index) = self.above(var, ups, rows);
        let mut states = Vec::new();
        self.judge(inner, &above, &mut states);
        out.extend(index.into_iter().map(|at| states.get(at).copied().unwrap_or(UNKNOWN)));
    }

    /// The rows above, each run of equal ones once, and for every row which of them is its own.
    fn above(&self, var: usize, ups: &[Up], rows: &Rows) -> (Rows, Vec<usize>) {
        let mut above: Vec<u32> = Vec::new();
        let mut index = Vec::with_capacity(rows.len);
        for &row in rows.var(var) {
            let row = self.frame.up(ups, row);
            if above.last() != Some(&row) {
                above.push(row);
            }
            index.push(above.len() - 1);
        }
        let len = above.len();
        (Rows { vars: vec![above], len, whole: false }, index)
    }

    fn quantify(
        &mut self,
        children: &Children,
        inner: &Bool,
        rows: &Rows,
        out: &mut Vec<u8>,
        neutral: u8,
        join: fn(u8, u8) -> u8,
    ) {
        out.resize(rows.len, neutral);
        let mut states = Vec::new();
        self.expand(children, rows, |evaluator, expanded, owners| {
            let Some(expanded) = expanded else {
                for &owner in owners {
                    out[owner as usize] = NODATA;
                }
                return;
            };
            evaluator.judge(inner, expanded, &mut states);
            for (&owner, &state) in owners.iter().zip(&states) {
                if let Some(place) = out.get_mut(owner as usize) {
                    *place = join(*place, state);
                }
            }
        });
    }

    /// Hands the children of all rows to `see`, a chunk at a time, with the index of the row that each belongs to;
    /// without rows for owners that ask for too many pairs.
    fn expand(&mut self, children: &Children, rows: &Rows, mut see: impl FnMut(&mut Self, Option<&Rows>, &[u32])) {
        let frame = self.frame;
        let Some(groups) = frame.groups(children.link) else {
            return;
        };
        let mut expanded = Rows { vars: vec![Vec::new(); children.bind + 1], len: 0, whole: false };
        let mut owners = Vec::new();
        for (owner, &row) in (0u32..).zip(rows.var(children.var)) {
            let group = groups.of(frame.up(&children.ups, row));
            if (children.outer || children.bind > 1) && group.len() > MAX_PAIRS {
                see(self, None, &[owner]);
                continue;
            }
            for part in group.chunks(CHUNK) {
                if children.outer {
                    for (to, from) in expanded.vars.iter_mut().zip(&rows.vars) {
                        let outer = from.get(owner as usize).copied().unwrap_or(NONE);
                        to.resize(to.len() + part.len(), outer);
                    }
                }
                expanded.vars[children.bind].extend_from_slice(part);
                owners.resize(owners.len() + part.len(), owner);
                if owners.len() >= CHUNK {
                    expanded.len = owners.len();
                    see(self, Some(&expanded), &owners);
                    owners.clear();
                    expanded.vars.iter_mut().for_each(Vec::clear);
                }
            }
        }
        if !owners.is_empty() {
            expanded.len = owners.len();
            see(self, Some(&expanded), &owners);
        }
    }

    /// Whether an earlier row of the same parent has the same keys, by row of the table.
    fn repeats(&mut self, slot: usize) -> Rc<[u8]> {
        if let Some(Some(known)) = self.repeated.get(slot) {
            return Rc::clone(known);
        }
        let Some(repeats) = self.program.repeats.get(slot) else { return Rc::from([]) };
        let states: Rc<[u8]> = self.find_repeats(repeats).into();
        self.repeated[slot] = Some(Rc::clone(&states));
        states
    }

    /// Most rows are told apart by the first key; the others are looked at only where that repeats.
    fn find_repeats(&mut self, repeats: &Repeats) -> Vec<u8> {
        let frame = self.frame;
        let (count, above) = frame.ends(repeats.link);
        let mut states = vec![FALSE; count as usize];
        let Some(groups) = frame.groups(repeats.link) else { return states };
        let mut rows = Rows::default();
        rows.all(count);
        let told: Vec<&Kinded> = repeats.keys.iter().collect();
        let (first, rest) = told.split_at(told.len().min(1));
        let mut lanes: Vec<Vec<i64>> = first.iter().map(|key| self.lanes(&key.value, &rows)).collect();
        let mut open = Vec::new();
        for group in (0..above).map(|row| groups.of(row)).filter(|group| group.len() > 1) {
            if self.mark(first, &lanes, group, &mut states) {
                open.push(group);
            }
        }
        if !open.is_empty() && !rest.is_empty() {
            lanes.extend(rest.iter().map(|key| self.lanes(&key.value, &rows)));
            for group in open {
                self.mark(&told, &lanes, group, &mut states);
            }
        }
        states
    }

    /// Marks the repeats within one group; true when there are any. Missing equals missing, but a row without its
    /// first key repeats nothing.
    fn mark(&self, keys: &[&Kinded], lanes: &[Vec<i64>], group: &[u32], states: &mut [u8]) -> bool {
        let lane = |lanes: &[i64], row: u32| lanes.get(row as usize).copied().unwrap_or(MISSING);
        let order = |left: u32, right: u32| {
            keys.iter().zip(lanes).fold(Ordering::Equal, |order, (key, lanes)| {
                order.then_with(|| match (lane(lanes, left), lane(lanes, right)) {
                    (left, right) if key.kind == FieldKind::Text => self.frame.text(left).cmp(self.frame.text(right)),
                    (left, right) => left.cmp(&right),
                })
            })
        };
        let missing = |row: u32| lanes.first().is_none_or(|first| lane(first, row) == MISSING);
        let mut found = false;
        let mut set = |row: u32, repeat: bool| {
            if let Some(place) = states.get_mut(row as usize) {
                *place = state(repeat && !missing(row));
                found |= *place == TRUE;
            }
        };
        if group.len() <= SMALL {
            for (at, &row) in group.iter().enumerate() {
                set(row, group.iter().take(at).any(|&earlier| order(earlier, row).is_eq()));
            }
            return found;
        }
        let mut sorted = group.to_vec();
        sorted.sort_by(|&left, &right| order(left, right).then(left.cmp(&right)));
        if let Some(&row) = sorted.first() {
            set(row, false);
        }
        for pair in sorted.windows(2) {
            if let &[before, row] = pair {
                set(row, order(before, row).is_eq());
            }
        }
        found
    }

    /// The values of all rows.
    fn lanes(&mut self, value: &Value, rows: &Rows) -> Vec<i64> {
        let mut out = Vec::with_capacity(rows.len);
        match value {
            Value::Const(lane) => out.resize(rows.len, *lane),
            Value::AsOf => out.resize(rows.len, i64::from(self.frame.context.as_of)),
            Value::Received => out.resize(rows.len, i64::from(self.frame.context.received)),
            Value::Field(field) => self.field(field, rows, &mut out),
            Value::Length(inner) => {
                let lanes = self.lanes(&inner.value, rows);
                let length = |lane| match inner.kind {
                    FieldKind::Code => unpack_code(lane).1,
                    _ => self.frame.text(lane).len(),
                };
                out.extend(lanes.iter().map(|&lane| if void(lane) { lane } else { length(lane) as i64 * 1000 }));
            }
            Value::FirstOf(first, second) => {
                out = self.lanes(first, rows);
                if out.contains(&MISSING) {
                    let others = self.lanes(second, rows);
                    let fill = |(lane, other): (&mut i64, i64)| *lane = if *lane == MISSING { other } else { *lane };
                    out.iter_mut().zip(others).for_each(fill);
                }
            }
            Value::Arithmetic(how, left, right) => {
                let (left, right) = (self.lanes(left, rows), self.lanes(right, rows));
                out.extend(left.iter().zip(&right).map(|(&left, &right)| reckon(*how, left, right)));
            }
            Value::Shared { var, ups, slot } => {
                let lanes = self.shared(*slot);
                let lane = |row: u32| lanes.get(row as usize).copied().unwrap_or(MISSING);
                out.extend(rows.var(*var).iter().map(|&row| lane(self.frame.up(ups, row))));
            }
            Value::Fold(how, children, filter, inner) => {
                self.fold(*how, children, filter.as_deref(), inner.as_deref(), rows, &mut out);
            }
        }
        out
    }

    /// A shared value, by row.
    fn shared(&mut self, slot: usize) -> Rc<[i64]> {
        if let Some(Some(known)) = self.worked_out.get(slot) {
            return Rc::clone(known);
        }
        let Some(shared) = self.program.shared.get(slot) else { return Rc::from([]) };
        let mut rows = Rows::default();
        rows.all(self.frame.rows(shared.table));
        let lanes: Rc<[i64]> = self.lanes(&shared.value, &rows).into();
        self.worked_out[slot] = Some(Rc::clone(&lanes));
        lanes
    }

    fn field(&self, field: &Field, rows: &Rows, out: &mut Vec<i64>) {
        let frame = self.frame;
        if frame.vacant(field.table, field.column) {
            out.resize(rows.len, MISSING);
            return;
        }
        let from = rows.var(field.var).iter().copied();
        match &*field.ups {
            [] if rows.whole && field.var == 0 => frame.whole(field.table, field.column, out),
            [] => frame.column(field.table, field.column, from, out),
            ups => frame.column(field.table, field.column, from.map(|row| frame.up(ups, row)), out),
        }
    }

    /// A row counts when the filter holds on it; missing values are passed over.
    fn fold(
        &mut self,
        how: Fold,
        children: &Children,
        filter: Option<&Bool>,
        inner: Option<&Value>,
        rows: &Rows,
        out: &mut Vec<i64>,
    ) {
        if let (Fold::Count, None, false, Some(groups)) =
            (how, filter, children.bind > 1, self.frame.groups(children.link))
        {
            let count = |row: u32| groups.of(self.frame.up(&children.ups, row)).len() as i64 * 1000;
            out.extend(rows.var(children.var).iter().map(|&row| count(row)));
            return;
        }
        let neutral = if matches!(how, Fold::Count | Fold::Sum) { 0 } else { MISSING };
        out.resize(rows.len, neutral);
        let mut states = Vec::new();
        self.expand(children, rows, |evaluator, expanded, owners| {
            let Some(expanded) = expanded else {
                for &owner in owners {
                    out[owner as usize] = UNCHECKED;
                }
                return;
            };
            if let Some(filter) = filter {
                evaluator.judge(filter, expanded, &mut states);
            } else {
                states.clear();
                states.resize(expanded.len, TRUE);
            }
            let lanes = inner.map(|inner| evaluator.lanes(inner, expanded));
            for (at, (&owner, &state)) in owners.iter().zip(&states).enumerate() {
                let Some(place) = out.get_mut(owner as usize) else {
                    continue;
                };
                if state == NODATA {
                    *place = UNCHECKED;
                } else if state == TRUE {
                    let lane = lanes.as_ref().map_or(1000, |lanes| lanes.get(at).copied().unwrap_or(MISSING));
                    *place = gather(how, *place, lane);
                }
            }
        });
    }
}

fn gather(how: Fold, so_far: i64, lane: i64) -> i64 {
    if lane == MISSING || so_far == UNCHECKED {
        return so_far;
    }
    if lane == UNCHECKED {
        return UNCHECKED;
    }
    match how {
        Fold::Count | Fold::Sum => so_far.saturating_add(lane).max(UNCHECKED + 1),
        Fold::Min if so_far == MISSING => lane,
        Fold::Min => so_far.min(lane),
        Fold::Max => so_far.max(lane),
    }
}

fn void(lane: i64) -> bool {
    lane <= UNCHECKED
}

/// As [`known`], for codes: few are different, so the answers are kept for a while.
fn remembered(lanes: &[i64], out: &mut Vec<u8>, holds: impl Fn(i64) -> bool) {
    let mut memory = [(MISSING, UNKNOWN); 64];
    memory[0].0 = UNCHECKED;
    memory[0].1 = NODATA;
    out.extend(lanes.iter().map(|&lane| {
        let slot = ((lane as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize;
        if memory[slot].0 != lane {
            memory[slot] = (lane, known(lane, || holds(lane)));
        }
        memory[slot].1
    }));
}

fn known(lane: i64, holds: impl FnOnce() -> bool) -> u8 {
    match lane {
        MISSING => UNKNOWN,
        UNCHECKED => NODATA,
        _ => state(holds()),
    }
}

fn known2(left: i64, right: i64, holds: impl FnOnce() -> bool) -> u8 {
    if void(left) || void(right) {
        return if left == UNCHECKED || right == UNCHECKED { NODATA } else { UNKNOWN };
    }
    state(holds())
}

/// A value of two; too large to hold is missing.
fn reckon(how: Arithmetic, left: i64, right: i64) -> i64 {
    if void(left) || void(right) {
        return if left == UNCHECKED || right == UNCHECKED { UNCHECKED } else { MISSING };
    }
    let result = match how {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Sub => left.checked_sub(right),
        Arithmetic::Mul => i64::try_from(i128::from(left) * i128::from(right) / 1000).ok(),
        Arithmetic::Days => left.checked_sub(right).and_then(|days| days.checked_mul(1000)),
        Arithmetic::Later => left.checked_add(right.div_euclid(1000)),
        Arithmetic::Earlier => left.checked_sub(right.div_euclid(1000)),
        Arithmetic::Years => Some(years(left, right) * 1000),
    };
    result.filter(|&lane| !void(lane)).unwrap_or(MISSING)
}

/// Whole years from one day to another; negative when it is earlier.
fn years(from: i64, to: i64) -> i64 {
    let bound = |day: i64| day.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    let (from, to) = (civil(bound(from)), civil(bound(to)));
    to.0 - from.0 - i64::from((to.1, to.2) < (from.1, from.2))
}
