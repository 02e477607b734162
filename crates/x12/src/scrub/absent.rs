//! What is said of a row that is not there: its fields are missing, and it has no children.

use super::arithmetic::compute;
use super::expr::{Bool, BoolAt, Compare, Fold, Test, Value, ValueAt};
use super::lane::{UNCHECKED, void};
use super::logic::{FALSE, NODATA, TRUE, UNKNOWN, join, not, state};
use super::run::Evaluator;

use crate::claim::MISSING;

impl Evaluator<'_, '_> {
    /// The state of a statement about a single row.
    pub(super) fn absent(&self, at: BoolAt) -> u8 {
        let chain = |parts: &[BoolAt], strong| {
            parts.iter().fold(not(strong), |so_far, &part| join(so_far, self.absent(part), strong))
        };
        let kind = |at| self.program.terms.value(at).kind;
        match &self.program.terms.bool(at).what {
            Bool::Const(holds) => state(*holds),
            Bool::And(parts) => chain(parts, FALSE),
            Bool::Or(parts) => chain(parts, TRUE),
            Bool::Not(inner) => not(self.absent(*inner)),
            Bool::Test(_, Test::Listed(table)) if self.table(*table).is_none() => NODATA,
            Bool::Test(value, test) => self.tested(test, kind(*value), self.absent_value(*value)),
            Bool::Compare { how, sides: [left, right], .. } => {
                compared(*how, self.absent_value(*left), self.absent_value(*right))
            }
            Bool::LookedUp(lookup) => {
                let table = self.table(lookup.table);
                table.map_or(NODATA, |table| self.found(table, lookup, None, |at| self.absent_value(at)))
            }
            Bool::Duplicate if self.frame.context.duplicates.is_empty() => NODATA,
            Bool::Orphan if self.frame.context.orphans.is_empty() => NODATA,
            Bool::Follows(follows) if self.table(follows.table).is_none() => NODATA,
            Bool::Again(again) if self.frame.context.again.get(*again).is_none() => NODATA,
            Bool::Past(past) if self.table(past.list).is_none() => NODATA,
            Bool::Past(_) | Bool::Again(_) | Bool::Repeats(..) | Bool::Follows(_) | Bool::Duplicate | Bool::Orphan => {
                UNKNOWN
            }
            Bool::Any(..) => FALSE,
            Bool::Absent => TRUE,
            Bool::Above(_, inner) => self.absent(*inner),
        }
    }

    /// The value of a single row.
    pub(super) fn absent_value(&self, at: ValueAt) -> i64 {
        match &self.program.terms.value(at).what {
            Value::Const(lane) => *lane,
            Value::AsOf => i64::from(self.frame.context.as_of),
            Value::Received => i64::from(self.frame.context.received),
            Value::Above(_, inner) => self.absent_value(*inner),
            Value::Length(inner) => self.length(self.absent_value(*inner), self.program.terms.value(*inner).kind),
            Value::FirstOf(first, second) => match self.absent_value(*first) {
                MISSING => self.absent_value(*second),
                lane => lane,
            },
            Value::Arithmetic(how, left, right) => compute(*how, self.absent_value(*left), self.absent_value(*right)),
            Value::Fold(fold) if matches!(fold.how, Fold::Count | Fold::Sum) => 0,
            Value::Column(_) | Value::Fold(..) | Value::Position(_) => MISSING,
        }
    }
}

/// The state of a comparison of two values; of a row that is not there, none is text.
fn compared(how: Compare, left: i64, right: i64) -> u8 {
    match how {
        _ if left == UNCHECKED || right == UNCHECKED => NODATA,
        _ if void(left) || void(right) => UNKNOWN,
        Compare::Less => state(left < right),
        Compare::Equal | Compare::Same => state(left == right),
    }
}
