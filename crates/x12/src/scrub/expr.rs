//! Typed terms: what the rules' JSON becomes before it meets a batch. Each is there once, however many rules ask it.
//!
//! Every value is one `i64`, its *lane*: a packed code, cents, thousandths, days, or a packed span of text.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::frame::{Link, Up};
use super::kernels::Check;
use super::pattern::Pattern;
use crate::claim::FieldKind;

/// A statement, by its number among the [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BoolAt(pub(crate) usize);

/// A value, likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ValueAt(pub(crate) usize);

/// The row of which something is said: a bound row, or one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Above {
    /// Which bound row.
    pub(crate) var: usize,
    /// The way up from it, by its number among the [`Terms`].
    pub(crate) way: usize,
}

/// The rows of a child table that belong to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Children {
    /// The link (child table, parent), by its number among the [`Terms`].
    pub(crate) link: usize,
    /// Where they are asked about pair by pair, since the answer depends on the row that asks: that row.
    pub(crate) paired: Option<Above>,
    /// A row with too many of them is unchecked.
    pub(crate) limited: bool,
}

/// How two values are compared. All other ways are these two, turned round or denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Compare {
    Equal,
    Less,
    /// Equal texts.
    Same,
}

/// What is computed from two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fold {
    Count,
    Sum,
    Min,
    Max,
}

/// A value computed over children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Folded {
    pub(crate) how: Fold,
    pub(crate) children: Children,
    /// Where it does not hold, a child does not count.
    pub(crate) filter: Option<BoolAt>,
    /// The value of a child; where they are counted, there is none.
    pub(crate) value: Option<ValueAt>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Const(i64),
    AsOf,
    Received,
    /// A column of the value's own table.
    Column(usize),
    /// The value of a row above.
    Above(Above, ValueAt),
    Length(ValueAt),
    FirstOf(ValueAt, ValueAt),
    Arithmetic(Arithmetic, ValueAt, ValueAt),
    Fold(Folded),
    /// Which of the rows below its parent a row is, the first being 1, in thousandths; by the number of the link.
    Position(usize),
}

/// What is asked of a single value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    Missing,
    /// A lane in a sorted list.
    In(Box<[i64]>),
    /// A text in a sorted list.
    TextIn(Box<[Box<[u8]>]>),
    /// A pattern, by its number among the [`Terms`].
    Matches(usize),
    Starts(Box<[Box<[u8]>]>),
    /// The value passes a check digit.
    Check(Check),
    /// The code stands in a table, by its number among the [`Terms`].
    Listed(usize),
}

/// A look-up in a code table, by its number among the [`Terms`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lookup {
    pub(crate) table: usize,
    /// A code, or the two of a pair.
    pub(crate) keys: Box<[ValueAt]>,
    /// The day on which it is to hold; any, where there is none.
    pub(crate) day: Option<ValueAt>,
    /// The quantity that is asked to be more than the value in the table; else the key is asked to stand there.
    pub(crate) over: Option<ValueAt>,
}

impl Lookup {
    /// All values that it needs.
    pub(crate) fn values(&self) -> impl Iterator<Item = ValueAt> {
        self.keys.iter().copied().chain(self.day).chain(self.over)
    }
}

/// What an earlier row of the same parent is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Follows {
    /// The list of pairs, by its number among the [`Terms`].
    pub(crate) table: usize,
    pub(crate) link: usize,
    /// The code of a row.
    pub(crate) key: ValueAt,
    /// The day on which the pair is to hold; any, where there is none.
    pub(crate) day: Option<ValueAt>,
}

impl Follows {
    /// All values that it needs.
    pub(crate) fn values(&self) -> impl Iterator<Item = ValueAt> {
        std::iter::once(self.key).chain(self.day)
    }
}

/// What is asked of a list of what was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Past {
    /// The list, by its number among the [`Terms`].
    pub(crate) list: usize,
    /// What is looked for, all of it.
    pub(crate) keys: Box<[ValueAt]>,
    /// The first and the last day that count; open where there is none.
    pub(crate) days: [Option<ValueAt>; 2],
    pub(crate) how: PastHow,
}

/// What of what was sent before counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PastHow {
    Any,
    /// What was done stands in a list of codes.
    Among(usize),
    /// Together with the row's own quantity it is more than a list has beside some codes.
    Over {
        own: ValueAt,
        table: usize,
        limit: Box<[ValueAt]>,
    },
}

/// What tells that a claim comes again in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Again {
    pub(crate) keys: Box<[ValueAt]>,
    /// Other claims do not count.
    pub(crate) when: Option<BoolAt>,
}

/// A statement: true, false, unknown or unchecked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bool {
    Const(bool),
    And(Box<[BoolAt]>),
    Or(Box<[BoolAt]>),
    Not(BoolAt),
    Test(ValueAt, Test),
    Compare {
        how: Compare,
        sides: [ValueAt; 2],
        /// The statements that they are missing.
        missing: [BoolAt; 2],
    },
    /// Something is looked up in a code table.
    LookedUp(Lookup),
    /// An earlier row of the same parent has the same keys.
    Repeats(usize, Box<[ValueAt]>),
    /// An earlier row of the same parent has a code that stands behind this row's in a list of pairs.
    Follows(Follows),
    Any(Children, BoolAt),
    /// The row is not there.
    Absent,
    /// The claim was seen before in the file.
    Duplicate,
    /// No claim between the same parties was sent before.
    Orphan,
    /// Something was sent before.
    Past(Past),
    /// An earlier claim of the file has the same; by the number of what is the same among the [`Terms`].
    Again(usize),
    /// The statement about a row above.
    Above(Above, BoolAt),
}

/// What is known of a term before it meets a batch.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Nature {
    /// The table whose rows it speaks of, each for itself; None when it speaks of pairs of rows, or more.
    pub(crate) table: Option<usize>,
    /// Pairs of rows are looked at for it: so it is asked for open rows only.
    pub(crate) pairs: bool,
    /// It may be unchecked.
    pub(crate) doubtful: bool,
    /// It depends on the claims of the file before the batch.
    pub(crate) late: bool,
    /// A guess at what it costs, to put the cheap first.
    pub(crate) cost: u32,
}

impl Nature {
    /// That of a term of which others are parts.
    pub(crate) fn with(self, part: Self) -> Self {
        Self {
            table: self.table,
            pairs: self.pairs || part.pairs,
            doubtful: self.doubtful || part.doubtful,
            late: self.late || part.late,
            cost: self.cost.saturating_add(part.cost),
        }
    }
}

/// A statement and its nature.
#[derive(Debug, Hash)]
pub(crate) struct BoolTerm {
    pub(crate) what: Bool,
    pub(crate) nature: Nature,
}

/// A value, its kind and its nature.
#[derive(Debug)]
pub(crate) struct ValueTerm {
    pub(crate) what: Value,
    pub(crate) kind: FieldKind,
    pub(crate) nature: Nature,
}

/// Everything that the rules of a program ask; terms come after those that they are made of.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    bools: Vec<BoolTerm>,
    /// By statement: pairs of rows are looked at for it.
    paired: Vec<bool>,
    values: Vec<ValueTerm>,
    pub(crate) ways: Vec<Box<[Up]>>,
    pub(crate) links: Vec<Link>,
    pub(crate) patterns: Vec<Pattern>,
    /// Names of the code tables that are looked up.
    pub(crate) tables: Vec<String>,
    pub(crate) again: Vec<Again>,
}

impl Terms {
    pub(crate) fn bool(&self, at: BoolAt) -> &BoolTerm {
        &self.bools[at.0]
    }

    /// Whether pairs of rows are looked at for a statement.
    pub(crate) fn is_paired(&self, at: BoolAt) -> bool {
        self.paired[at.0]
    }

    pub(crate) fn value(&self, at: ValueAt) -> &ValueTerm {
        &self.values[at.0]
    }

    /// A number that tells them from others.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.bools, &self.ways, &self.links, &self.patterns, &self.tables, &self.again).hash(&mut hasher);
        for value in &self.values {
            (&value.what, value.kind as u8, value.nature).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The columns that are asked for, by table.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, usize)> {
        self.values.iter().filter_map(|term| match term.what {
            Value::Column(column) => Some((term.nature.table?, column)),
            _ => None,
        })
    }

    /// How many statements and values there are.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.bools.len(), self.values.len())
    }

    pub(crate) fn add_bool(&mut self, what: Bool, table: Option<usize>) -> BoolAt {
        let nature = self.of_bool(&what, table);
        self.paired.push(nature.pairs);
        self.bools.push(BoolTerm { what, nature });
        BoolAt(self.bools.len() - 1)
    }

    pub(crate) fn add_value(&mut self, what: Value, kind: FieldKind, table: Option<usize>) -> ValueAt {
        let nature = self.of_value(&what, table);
        self.values.push(ValueTerm { what, kind, nature });
        ValueAt(self.values.len() - 1)
    }

    pub(crate) fn add_again(&mut self, again: Again) -> usize {
        self.again.iter().position(|known| *known == again).unwrap_or_else(|| {
            self.again.push(again);
            self.again.len() - 1
        })
    }

    fn of_bool(&self, what: &Bool, table: Option<usize>) -> Nature {
        let plain = |cost| Nature { table, pairs: false, doubtful: false, late: false, cost };
        let doubtful = |cost| Nature { doubtful: true, ..plain(cost) };
        let (bool, value) = (|at: BoolAt| self.bool(at).nature, |at: ValueAt| self.value(at).nature);
        match what {
            Bool::Const(_) => plain(0),
            Bool::And(parts) | Bool::Or(parts) => parts.iter().fold(plain(0), |nature, &part| nature.with(bool(part))),
            Bool::Not(inner) => plain(0).with(bool(*inner)),
            Bool::Test(of, test) => {
                let code = self.value(*of).kind == FieldKind::Code;
                let own = match test {
                    Test::Missing | Test::In(_) => plain(1),
                    Test::Listed(_) => doubtful(if code { 4 } else { 20 }),
                    _ if code => plain(2),
                    Test::TextIn(_) | Test::Starts(_) => plain(6),
                    Test::Check(_) => plain(10),
                    Test::Matches(_) => plain(12),
                };
                own.with(value(*of))
            }
            Bool::Compare { how, sides: [left, right], .. } => {
                plain(if *how == Compare::Same { 8 } else { 3 }).with(value(*left)).with(value(*right))
            }
            Bool::LookedUp(lookup) => lookup.values().fold(doubtful(20), |nature, at| nature.with(value(at))),
            // Asked of all rows at once, and seldom true: what stands beside it is then done with.
            Bool::Repeats(..) => plain(3),
            Bool::Follows(follows) => {
                let nature = follows.values().fold(doubtful(40), |nature, at| nature.with(value(at)));
                Nature { pairs: true, ..nature }
            }
            Bool::Any(children, inner) => of_children(*children, table).with(bool(*inner)),
            Bool::Absent => plain(1),
            Bool::Past(past) => {
                let nature = past.values().fold(doubtful(60), |nature, at| nature.with(value(at)));
                Nature { pairs: true, ..nature }
            }
            Bool::Duplicate | Bool::Orphan | Bool::Again(_) => Nature { late: true, ..doubtful(1) },
            Bool::Above(_, inner) => plain(1).with(bool(*inner)),
        }
    }

    fn of_value(&self, what: &Value, table: Option<usize>) -> Nature {
        let plain = |cost| Nature { table, pairs: false, doubtful: false, late: false, cost };
        let value = |at: ValueAt| self.value(at).nature;
        match what {
            Value::Const(_) | Value::AsOf | Value::Received => plain(0),
            Value::Column(_) => plain(1),
            Value::Position(_) => plain(2),
            Value::Above(_, inner) | Value::Length(inner) => plain(1).with(value(*inner)),
            Value::FirstOf(left, right) | Value::Arithmetic(_, left, right) => {
                plain(2).with(value(*left)).with(value(*right))
            }
            Value::Fold(fold) => {
                let nature = of_children(fold.children, table);
                let nature = fold.filter.map_or(nature, |filter| nature.with(self.bool(filter).nature));
                fold.value.map_or(nature, |of| nature.with(value(of)))
            }
        }
    }
}

fn of_children(children: Children, table: Option<usize>) -> Nature {
    let pairs = children.paired.is_some();
    Nature { table, pairs, doubtful: children.limited, late: false, cost: if pairs { 1000 } else { 6 } }
}
