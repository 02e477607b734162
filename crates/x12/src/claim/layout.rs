//! Taps laid out as the work of a builder.

use super::map::Part;
use super::schema::{FieldKind, Schema, TableDef};
use super::switch::switch;
use super::tap::{RowTap, SlotTaps, TableTaps, Tap};
use super::work::{Begin, Draw, GUARDED, Group, Guard, Layout, More, NO_TABLE, Pass, Reach, SlotWork};

/// Lays out what rows of `loops` and segments of `slots` give to the tables; those of claims are the one of that number.
pub(super) fn lay_out(
    schema: &Schema,
    (tables, claim): (&[TableTaps], usize),
    loops: &[Vec<RowTap>],
    slots: &[SlotTaps],
) -> Layout {
    let mut maker = Maker::new(schema, tables, claim);
    for rows in loops {
        let begins = maker.begins(rows);
        maker.layout.loops.push(begins);
    }
    for slot in slots {
        let work = maker.slot(slot);
        maker.layout.slots.push(work);
    }
    maker.layout
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
        let switch = switch(taps, |left| self.switched(table, left));
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
