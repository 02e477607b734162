//! Taps laid out for the builder: flat lists in the order of the work, every index resolved, nothing left to look for.

use super::map::Part;
use super::shape::Reach;
use super::switch::Switch;
use super::taps::{RowTap, SlotTaps, TableTaps, Tap, Taps, Test};
use super::{FieldKind, Schema, TableDef};
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

impl Layout {
    pub(super) fn new(taps: &Taps) -> Self {
        let mut maker = Maker::new(&taps.schema, &taps.tables, taps.claim);
        for rows in &taps.loops {
            let begins = maker.begins(rows);
            maker.layout.loops.push(begins);
        }
        for slot in &taps.slots {
            let work = maker.slot(slot);
            maker.layout.slots.push(work);
        }
        maker.layout
    }
}

struct Maker<'t> {
    schema: &'t Schema,
    tables: &'t [TableTaps],
    claim: usize,
    /// By table: where its lists of parents begin.
    lists: Vec<u16>,
    /// By table: where its columns begin among those of all tables.
    columns: Vec<u16>,
    /// How many passes there are.
    passes: u32,
    layout: Layout,
}

impl<'t> Maker<'t> {
    fn new(schema: &'t Schema, tables: &'t [TableTaps], claim: usize) -> Self {
        let starts = |count: fn(&TableDef) -> usize| {
            let start = |next: &mut usize, table| Some(std::mem::replace(next, *next + count(table)) as u16);
            schema.tables.iter().scan(0, start).collect()
        };
        let (lists, columns) = (starts(|table| table.parents.len()), starts(|table| table.fields.len()));
        Self { schema, tables, claim, lists, columns, passes: 0, layout: Layout::default() }
    }

    fn begins(&self, rows: &[RowTap]) -> Box<[Begin]> {
        rows.iter().filter_map(|row| self.begin(row)).collect()
    }

    fn begin(&self, row: &RowTap) -> Option<Begin> {
        let index = usize::from(row.table);
        let (def, rules) = (self.schema.tables.get(index)?, self.tables.get(index)?);
        let first = *self.lists.get(index)?;
        let owner = row.parent.and_then(|at| def.parents.get(usize::from(at))).copied();
        let parents = || def.parents.iter().map(|parent| *parent as u16);
        let mine = |(at, parent)| match row.parent {
            Some(owner) if usize::from(owner) != at => NO_TABLE,
            _ => parent,
        };
        Some(Begin {
            table: row.table,
            free: owner.is_none() && (rules.context || index == self.claim),
            needs: owner.map_or_else(|| parents().collect(), |owner| [owner as u16].into_iter().collect()),
            below: rules.below.iter().copied().collect(),
            parents: (first..).zip(parents().enumerate().map(mine)).collect(),
        })
    }

    fn slot(&mut self, slot: &SlotTaps) -> SlotWork {
        let begins = self.begins(&slot.rows);
        let mut tables: Vec<(u16, u8)> = slot.taps.iter().map(|tap| (tap.table, tap.group)).collect();
        tables.sort_unstable();
        tables.dedup();
        let mut passes: Vec<Pass> = tables.into_iter().map(|(table, group)| self.pass(slot, table, group)).collect();
        if passes.len() > 1 || !begins.is_empty() || passes.iter().any(|pass| pass.group.is_some()) {
            return SlotWork::More(Box::new(More { begins, passes: passes.into() }));
        }
        passes.pop().map_or(SlotWork::Nothing, SlotWork::Pass)
    }

    fn pass(&mut self, slot: &SlotTaps, table: u16, group: u8) -> Pass {
        let mine = slot.taps.iter().filter(|tap| (tap.table, tap.group) == (table, group));
        let mine: Vec<Tap> = mine.cloned().collect();
        match usize::from(group).checked_sub(1).and_then(|at| slot.groups.get(at)) {
            Some(row) => Pass { group: self.group(row).map(Box::new), ..self.pass_of(table, &mine) },
            None => self.switched(table, &mine),
        }
    }

    fn switched(&mut self, table: u16, taps: &[Tap]) -> Pass {
        let switch = Switch::new(taps, |left| self.switched(table, left));
        Pass { switch: switch.map(Box::new), ..self.pass_of(table, taps) }
    }

    fn pass_of(&mut self, table: u16, taps: &[Tap]) -> Pass {
        let draws: Box<[Draw]> = taps.iter().filter_map(|tap| self.draw(tap)).collect();
        let first = draws.iter().filter(|draw| draw.within == 0);
        let plain = first.map(|draw| Reach { draw: *draw, from: u16::from(draw.before), step: 1 }).collect();
        self.passes += 1;
        Pass { number: self.passes, table, draws, plain, switch: None, group: None }
    }

    fn group(&mut self, row: &RowTap) -> Option<Group> {
        let begin = self.begin(row)?;
        let shared = row.shared.iter().filter_map(|tap| self.draw(tap)).collect();
        Some(Group { begin, shared })
    }

    /// Nothing for a tap that can take nothing.
    fn draw(&mut self, tap: &Tap) -> Option<Draw> {
        let places = if tap.kind == FieldKind::Money { 2 } else { 3 };
        let is_date = tap.kind == FieldKind::Date;
        let (part, guarded) = if is_date { (tap.part, Part::Whole) } else { (Part::Whole, tap.part) };
        let mut column = self.columns.get(usize::from(tap.table))? + tap.column;
        let guard = self.layout.guards.len() as u16;
        if tap.test.is_some() || guarded != Part::Whole {
            self.layout.guards.push(Guard { column, test: tap.test.clone(), part: guarded });
            column = GUARDED;
        }
        Some(Draw {
            column,
            guard,
            before: tap.element.checked_sub(1)?,
            within: tap.component.saturating_sub(1),
            whole: tap.component == 0,
            ordinal: tap.ordinal,
            part,
            places,
            scale: 10u16.pow(u32::from(places)),
        })
    }
}
