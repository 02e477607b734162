//! What a builder follows: flat lists in the order of the work, every index resolved, nothing left to look for.

use super::code_map::CodeMap;
use super::map::Part;
use super::packed::pack_at;
use super::tap::{Test, value_at};
use crate::position::Span;
use crate::wire::Segment;

/// All that a [`super::Builder`] follows.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// By slot of the plan.
    pub(super) slots: Vec<SlotWork>,
    /// By loop of the plan: the rows that it begins.
    pub(super) loops: Vec<Box<[Begin]>>,
    pub(super) guards: Vec<Guard>,
}

/// What the segments of a slot give.
#[derive(Debug)]
pub(super) enum SlotWork {
    Nothing,
    /// Values of one table: nearly always.
    Pass(Pass),
    More(Box<More>),
}

/// What the segments of few slots give.
#[derive(Debug)]
pub(super) struct More {
    /// Rows that the segment begins, before all else.
    pub(super) begins: Box<[Begin]>,
    pub(super) passes: Box<[Pass]>,
}

/// What one table takes from a segment.
#[derive(Debug)]
pub(super) struct Pass {
    /// From 1; no other pass has the same.
    pub(super) number: u32,
    pub(super) table: u16,
    /// By element and component.
    pub(super) draws: Box<[Draw]>,
    /// The same, of a segment that has no components.
    pub(super) plain: Box<[Reach]>,
    /// Set where a code in one of the elements says what is taken.
    pub(super) switch: Option<Box<Switch>>,
    /// Set where groups of elements each begin a row, if one of them has a value.
    pub(super) group: Option<Box<Group>>,
}

impl Pass {
    /// What is left of it for `segment`.
    #[inline]
    pub(super) fn of(&self, segment: &Segment<'_>) -> &Self {
        let mut pass = self;
        while let Some(next) = pass.switch.as_ref().and_then(|switch| switch.turn(segment)) {
            pass = next;
        }
        pass
    }
}

/// What a pass takes by the code in one element.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) element: u8,
    pub(super) component: u8,
    /// Which of the ways a code leads.
    pub(super) by: CodeMap<usize>,
    /// The first is that of all other codes.
    pub(super) ways: Vec<Pass>,
}

impl Switch {
    /// What is taken from `segment`.
    #[inline]
    pub(super) fn turn(&self, segment: &Segment<'_>) -> Option<&Pass> {
        let value = value_at(segment, usize::from(self.element), self.component);
        let way = pack_at(segment.buffer(), value).and_then(|code| self.by.get(code));
        self.ways.get(way.copied().unwrap_or_default())
    }
}

/// A draw, and the two separators that its value stands between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) draw: Draw,
    /// The separator before the value, as an index of the marks.
    pub(super) from: u16,
    /// How many separators further on the value ends.
    pub(super) step: u16,
}

impl Reach {
    /// Where the value stands; `None` when the marks end before.
    #[inline]
    pub(super) fn span(&self, marks: &[u32]) -> Option<Span> {
        let from = usize::from(self.from);
        let end = *marks.get(from + usize::from(self.step))?;
        let start = marks[from] + 1;
        Some(Span { start, len: end.wrapping_sub(start) })
    }
}

/// Groups of elements that each begin a row.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) begin: Begin,
    /// Taken for each row.
    pub(super) shared: Box<[Draw]>,
}

/// Begins a row of a table.
#[derive(Debug)]
pub(super) struct Begin {
    pub(super) table: u16,
    /// The row is begun whatever is in force; else it needs a row of one of `needs`.
    pub(super) free: bool,
    pub(super) needs: TableSet,
    /// Tables whose row in force ends with it.
    pub(super) below: TableSet,
    /// For each of the table's lists of parents: which it is of those of all tables, and the table whose row in force
    /// is the parent, or [`NO_TABLE`].
    pub(super) parents: Box<[(u16, u16)]>,
}

/// "No such table", among [`Begin::parents`].
pub(super) const NO_TABLE: u16 = u16::MAX;

/// Some of the tables, one bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TableSet(u64);

impl TableSet {
    /// As many tables as a set can tell apart.
    pub(super) const MOST: usize = 64;

    #[inline]
    pub(super) fn has(self, table: u16) -> bool {
        self.0 >> (table & 63) & 1 == 1
    }

    #[inline]
    pub(super) fn insert(&mut self, table: u16) {
        self.0 |= 1 << (table & 63);
    }

    #[inline]
    pub(super) fn remove(&mut self, table: u16) {
        self.0 &= !(1 << (table & 63));
    }

    #[inline]
    pub(super) fn remove_all(&mut self, others: Self) {
        self.0 &= !others.0;
    }

    #[inline]
    pub(super) fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

impl FromIterator<u16> for TableSet {
    fn from_iter<I: IntoIterator<Item = u16>>(tables: I) -> Self {
        let mut set = Self::default();
        tables.into_iter().for_each(|table| set.insert(table));
        set
    }
}

/// Takes one value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// Among the columns of all tables; [`GUARDED`] where a guard knows it.
    pub(super) column: u16,
    /// Which of the guards that is.
    pub(super) guard: u16,
    /// How many elements stand before its own.
    pub(super) before: u8,
    /// How many components stand before it.
    pub(super) within: u8,
    /// The element with all its components is taken.
    pub(super) whole: bool,
    /// Which of the groups of elements it is of, from 1; 0 where there are none.
    pub(super) ordinal: u8,
    pub(super) part: Part,
    /// Decimal places that an amount is held with, and the power of ten that they are.
    pub(super) places: u8,
    pub(super) scale: u16,
}

impl Draw {
    /// The guard that must let the value pass, if there is one.
    #[inline]
    pub(super) fn guard<'g>(&self, guards: &'g [Guard]) -> Option<&'g Guard> {
        if self.column == GUARDED { guards.get(usize::from(self.guard)) } else { None }
    }

    /// True when a guard does not let the value at `span` of `segment` pass.
    #[inline]
    pub(super) fn is_held_back(&self, guards: &[Guard], span: Span, segment: &Segment<'_>) -> bool {
        self.guard(guards).is_some_and(|guard| guard.pass(span, segment).is_empty())
    }
}

/// "Ask the guard", for [`Draw::column`].
pub(super) const GUARDED: u16 = u16::MAX;

/// What is asked before a value is taken.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) column: u16,
    pub(super) test: Option<Test>,
    /// Which part of a value that is no date.
    pub(super) part: Part,
}

impl Guard {
    /// The part of the value at `span` that is asked for, if `segment` says what else is; else an empty one.
    pub(super) fn pass(&self, span: Span, segment: &Segment<'_>) -> Span {
        match &self.test {
            Some(test) if !test.passes(segment) => Span::default(),
            _ => self.part.of(span, segment.buffer()),
        }
    }
}
