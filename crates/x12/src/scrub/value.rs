//! Working values out, those of all rows at a time.

#![allow(clippy::cast_possible_wrap, reason = "lengths are of elements, far below the range of a lane")]

use super::arithmetic::{compute, range, years_until};
use super::asked::Asked;
use super::expr::{Above, Arithmetic, Fold, Folded, Nature, Value, ValueAt};
use super::lane::{UNCHECKED, lane_of, pack_span, unpack_code, void};
use super::lanes::Lanes;
use super::run::Evaluator;
use crate::claim::{Column, FieldKind, MISSING, NO_DATE};

impl Evaluator<'_, '_> {
    /// Works the values of all rows out, unless that was done; those of closed rows may be anything.
    pub(super) fn reckon(&mut self, at: ValueAt, asked: Asked<'_>) {
        if !self.scratch.values[at.0].is_done(self.scratch.turn) {
            self.reckon_anew(at, asked);
        }
    }

    #[inline(never)]
    fn reckon_anew(&mut self, at: ValueAt, asked: Asked<'_>) {
        let nature = self.program.terms.value(at).nature;
        let slot = &mut self.scratch.values[at.0];
        if nature.table.is_none() {
            self.find_value(at, asked);
        } else if slot.begin(self.scratch.turn, asked.open.filter(|_| nature.pairs)) {
            let open = slot.open.take();
            self.find_value(at, asked.only(open.as_deref()));
            self.scratch.values[at.0].open = open;
        }
    }

    fn find_value(&mut self, at: ValueAt, asked: Asked<'_>) {
        let mut lanes = self.scratch.values[at.0].of.take().unwrap_or_default();
        let term = self.program.terms.value(at);
        match &term.what {
            Value::Const(lane) => lanes.fill(*lane),
            Value::AsOf => lanes.fill(i64::from(self.frame.context.as_of)),
            Value::Received => lanes.fill(i64::from(self.frame.context.received)),
            Value::Column(column) => self.column(term.nature.table, *column, &mut lanes),
            Value::Above(above, inner) => self.value_above(*above, *inner, asked, &mut lanes),
            Value::Length(inner) => {
                self.reckon(*inner, asked);
                let (of, kind) = (self.scratch.lanes(*inner), self.program.terms.value(*inner).kind);
                lanes.set((0..asked.len()).map(|row| self.length(of.get(row), kind)));
            }
            Value::FirstOf(first, second) => {
                self.reckon(*first, asked);
                if self.scratch.lanes(*first).has(MISSING) {
                    self.reckon(*second, asked);
                    lanes.first_of(self.scratch.lanes(*first), self.scratch.lanes(*second), asked.len());
                } else {
                    lanes.copy(self.scratch.lanes(*first));
                }
            }
            Value::Arithmetic(how, left, right) => {
                self.reckon(*left, asked);
                self.reckon(*right, asked);
                let (left, right) = (self.scratch.lanes(*left), self.scratch.lanes(*right));
                let rows = 0..asked.len();
                match right.constant() {
                    Some(day) if *how == Arithmetic::Years && !void(day) => {
                        let years = years_until(day);
                        lanes.set_measured(rows.map(|row| years(left.get(row))));
                    }
                    _ => lanes.set_measured(rows.map(|row| compute(*how, left.get(row), right.get(row)))),
                }
            }
            Value::Fold(fold) => self.fold(*fold, term.nature, asked, &mut lanes),
            Value::Position(link) => self.position(*link, &mut lanes),
        }
        self.scratch.values[at.0].of = Some(lanes);
    }

    /// Between what the values lie, when every row has one.
    pub(super) fn range(&mut self, at: ValueAt, asked: Asked<'_>) -> Option<(i64, i64)> {
        let term = self.program.terms.value(at);
        if term.nature.table.is_none() || term.nature.pairs {
            return None;
        }
        if let Value::Arithmetic(how, left, right) = &term.what {
            return range(*how, self.range(*left, asked)?, self.range(*right, asked)?);
        }
        self.reckon(at, asked);
        self.scratch.lanes(at).range()
    }

    fn column(&self, table: Option<usize>, column: usize, lanes: &mut Lanes) {
        match table.and_then(|table| self.frame.column(table, column)) {
            None => lanes.fill(MISSING),
            Some(Column::Text(spans)) => lanes.set(spans.iter().map(|&span| pack_span(span))),
            Some(Column::Code(codes)) => lanes.set(codes.iter().map(|&code| lane_of(code))),
            Some(Column::Amount(amounts)) => lanes.set_measured(amounts.iter().copied()),
            Some(Column::Date(days)) => lanes.set_days(days, NO_DATE),
        }
    }

    /// Rows of one parent follow each other.
    fn position(&self, link: usize, lanes: &mut Lanes) {
        let owners = self.program.terms.links[link].up.rows(self.frame.batch);
        let (mut before, mut position) = (None, 0);
        lanes.set_measured(owners.iter().map(|&owner| {
            position = if before == Some(owner) { position + 1000 } else { 1000 };
            before = Some(owner);
            position
        }));
    }

    fn value_above(&mut self, above: Above, inner: ValueAt, asked: Asked<'_>, lanes: &mut Lanes) {
        let upward = self.upward(above, self.program.terms.value(inner).nature, asked);
        self.reckon(inner, upward.asked());
        let absent = (!upward.complete).then(|| self.absent_value(inner));
        let of = self.scratch.lanes(inner);
        match of.constant() {
            Some(lane) if absent.is_none_or(|absent| absent == lane) => lanes.fill(lane),
            _ => lanes.take(of, upward.asked().len(), &self.rows_above(above, asked), absent),
        }
    }

    pub(super) fn length(&self, lane: i64, kind: FieldKind) -> i64 {
        match kind {
            _ if void(lane) => lane,
            FieldKind::Code => unpack_code(lane).1 as i64 * 1000,
            _ => self.frame.text(lane).len() as i64 * 1000,
        }
    }

    /// Reckons over the rows below.
    fn fold(&mut self, fold: Folded, nature: Nature, asked: Asked<'_>, lanes: &mut Lanes) {
        let neutral = if matches!(fold.how, Fold::Count | Fold::Sum) { 0 } else { MISSING };
        lanes.set(std::iter::repeat_n(neutral, asked.len()));
        self.children(fold.children, nature, asked, |evaluator, inside, owners| {
            let Some(inside) = inside else { return lanes.uncheck(owners) };
            if let Some(filter) = fold.filter {
                evaluator.judge(filter, inside);
            }
            if let Some(value) = fold.value {
                evaluator.reckon(value, inside);
            }
            let filter = fold.filter.map(|filter| evaluator.scratch.states(filter));
            let of = fold.value.map(|value| evaluator.scratch.lanes(value));
            let sum = |so_far: i64, lane: i64| so_far.saturating_add(lane).max(UNCHECKED + 1);
            let least = |so_far: i64, lane: i64| if so_far == MISSING { lane } else { so_far.min(lane) };
            match fold.how {
                Fold::Count | Fold::Sum => lanes.gather(owners, filter, of, sum),
                Fold::Min => lanes.gather(owners, filter, of, least),
                Fold::Max => lanes.gather(owners, filter, of, i64::max),
            }
        });
        lanes.measure();
    }
}
