//! Typed expressions: what a rule's JSON becomes before it meets a batch.
//!
//! Every value is one `i64`, its *lane*: a packed code, cents, thousandths, days, or a packed span of text.

use super::pattern::Pattern;
use crate::claim::FieldKind;

/// One step from a row to the row above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Up {
    /// The table that is left.
    pub(crate) table: usize,
    /// Which of its parents is entered.
    pub(crate) parent: usize,
}

/// A field of a bound row, or of a row above it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Which bound row.
    pub(crate) var: usize,
    /// The way up from it.
    pub(crate) ups: Box<[Up]>,
    /// Where the field is.
    pub(crate) table: usize,
    /// Which column.
    pub(crate) column: usize,
}

/// The rows of a child table that belong to a bound row (or one above it).
#[derive(Clone, Debug)]
pub(crate) struct Children {
    /// Which bound row.
    pub(crate) var: usize,
    /// The way up from it.
    pub(crate) ups: Box<[Up]>,
    /// Index of the link (child table, parent) in the program.
    pub(crate) link: usize,
    /// The number under which a child row is bound.
    pub(crate) bind: usize,
    /// True when what is asked of the children speaks of outer rows too.
    pub(crate) outer: bool,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What is computed from two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    /// Same kinds.
    Add,
    /// Same kinds.
    Sub,
    /// The right is in thousandths.
    Mul,
    /// Days between two dates, in thousandths.
    Days,
    /// A date and a number of days.
    Later,
    /// A date less a number of days.
    Earlier,
    /// Whole years from the left date to the right one, in thousandths.
    Years,
}

/// What is computed over children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Count,
    Sum,
    Min,
    Max,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Const(i64),
    Field(Field),
    AsOf,
    Received,
    Length(Box<Kinded>),
    FirstOf(Box<Value>, Box<Value>),
    Arithmetic(Arithmetic, Box<Value>, Box<Value>),
    Fold(Fold, Children, Option<Box<Bool>>, Option<Box<Value>>),
    /// A value worked out once for every row of its table: an index into the program's shared values.
    Shared {
        var: usize,
        ups: Box<[Up]>,
        slot: usize,
    },
}

/// Keys by which rows repeat.
#[derive(Clone, Debug)]
pub(crate) struct Repeats {
    /// The table and the parent within which its rows are compared.
    pub(crate) link: usize,
    pub(crate) keys: Box<[Kinded]>,
}

/// A value that rules share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// The table whose rows have it.
    pub(crate) table: usize,
    /// Its typed form as text, by which rules find that they ask the same.
    pub(crate) key: String,
    pub(crate) value: Value,
}

/// A value whose lane must be read as bytes.
#[derive(Clone, Debug)]
pub(crate) struct Kinded {
    pub(crate) value: Value,
    pub(crate) kind: FieldKind,
}

/// A statement, true, false, unknown or unchecked.
#[derive(Clone, Debug)]
pub(crate) enum Bool {
    Const(bool),
    And(Vec<Bool>),
    Or(Vec<Bool>),
    Not(Box<Bool>),
    Compare(Compare, Value, Value),
    /// Two texts are equal.
    Same(Value, Value),
    /// A lane in a sorted list.
    In(Value, Box<[i64]>),
    /// A text in a sorted list.
    TextIn(Value, Box<[Box<[u8]>]>),
    Missing(Value),
    Matches(Kinded, Box<Pattern>),
    Starts(Kinded, Box<[Box<[u8]>]>),
    /// The value passes a check digit.
    Check(Kinded, super::kernels::Check),
    /// The code stands in a table (on a day).
    Listed(usize, Kinded, Option<Value>),
    /// An earlier row of the same parent has the same keys.
    Repeats {
        var: usize,
        slot: usize,
    },
    Any(Children, Box<Bool>),
    All(Children, Box<Bool>),
    /// There is no such row above.
    Absent {
        var: usize,
        ups: Box<[Up]>,
    },
    /// The claim was seen before in the file.
    Duplicate(Field),
    /// A statement about a row above, judged once for each such row.
    Lift {
        var: usize,
        ups: Box<[Up]>,
        inner: Box<Bool>,
    },
}

impl Bool {
    /// A guess at what judging one row costs, to put the cheap and selective first.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Const(_) => 0,
            Self::In(value, _) | Self::Missing(value) => 1 + value.cost(),
            Self::Compare(_, left, right) => 1 + left.cost() + right.cost(),
            Self::Duplicate(_) | Self::Absent { .. } => 1,
            Self::Not(inner) => inner.cost(),
            Self::Same(left, right) => 4 + left.cost() + right.cost(),
            Self::TextIn(..) | Self::Starts(..) => 6,
            Self::Lift { inner, .. } => 3 + inner.cost() / 4,
            Self::Check(..) => 10,
            // Answers about codes are remembered, see `run::remembered`.
            Self::Matches(value, _) if value.kind == FieldKind::Code => 3,
            Self::Matches(..) => 12,
            Self::Listed(..) => 20,
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::cost).sum(),
            Self::Any(_, inner) | Self::All(_, inner) => 20 + 4 * inner.cost(),
            // Worked out for the whole table at once, however few rows are open.
            Self::Repeats { .. } => 2,
        }
    }
}

impl Value {
    fn cost(&self) -> u32 {
        match self {
            Self::Const(_) | Self::AsOf | Self::Received => 0,
            Self::Field(field) => 1 + u32::from(!field.ups.is_empty()),
            Self::Length(inner) => 1 + inner.value.cost(),
            Self::FirstOf(left, right) | Self::Arithmetic(_, left, right) => 1 + left.cost() + right.cost(),
            Self::Shared { .. } => 2,
            Self::Fold(_, _, filter, value) => {
                20 + 4 * filter.as_ref().map_or(0, |filter| filter.cost())
                    + value.as_ref().map_or(0, |value| value.cost())
            }
        }
    }
}
