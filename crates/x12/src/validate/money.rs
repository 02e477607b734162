//! Amounts that are added up.

/// Cents; `None` when an amount could not be read, or was too large.
pub(super) type Money = Option<i64>;

pub(super) fn add(sum: Money, more: Money) -> Money {
    sum?.checked_add(more?)
}

/// True when both are known and differ.
pub(super) fn differ(one: Money, other: Money) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}
