//! Looking codes up in tables, on days.

use super::asked::Asked;
use super::expr::{Lookup, Value, ValueAt};
use super::lane::{UNCHECKED, lane_of, unpack_code, void};
use super::logic::{NODATA, States, UNKNOWN, Word, state};
use super::run::Evaluator;
use super::standings::Standings;
use super::tables::CodeTable;
use crate::claim::{Column, FieldKind, MISSING};

/// Most keys of a look-up: a code, or the two of a pair.
const KEYS: usize = 2;

impl<'a> Evaluator<'_, 'a> {
    /// A code table of the program; None when it was not supplied.
    pub(super) fn table(&self, table: usize) -> Option<&'a CodeTable> {
        self.tables.get(table).copied().flatten().filter(|table| table.is_read())
    }

    /// Looks up what each row asks for.
    pub(super) fn looked_up(&mut self, lookup: &Lookup, asked: Asked<'_>, states: &mut States) {
        let Some(table) = self.table(lookup.table) else { return states.fill(asked.len(), NODATA) };
        lookup.values().for_each(|at| self.reckon(at, asked));
        let mut known = std::mem::take(&mut self.scratch.standings[lookup.table]);
        if !self.by_value(lookup, table, &mut known, states) && !self.by_row(lookup, table, &mut known, states) {
            states.set_rows(asked.len(), |row| {
                self.found(table, lookup, Some(&mut known), |at| self.scratch.lanes(at).get(row))
            });
        }
        self.scratch.standings[lookup.table] = known;
    }

    /// The state of one look-up, given the lane of each of its values; `known` is what was found of codes before.
    pub(super) fn found(
        &self,
        table: &CodeTable,
        lookup: &Lookup,
        known: Option<&mut Standings>,
        lane: impl Fn(ValueAt) -> i64,
    ) -> u8 {
        let lanes = || lookup.values().map(&lane);
        if lanes().any(void) {
            return if lanes().any(|lane| lane == UNCHECKED) { NODATA } else { UNKNOWN };
        }
        let day = lookup.day.map(|at| bound(lane(at)));
        if !table.knows(day) {
            return NODATA;
        }
        if let (Some(known), Some(day), Some(codes)) = (known, day, self.codes(lookup, &lane)) {
            let stands = known.throughout(codes, (day, day), |day| standing(table, lookup, codes, day));
            return state(stands == Some(true));
        }
        let packed = [0, 1].map(|at: usize| lookup.keys.get(at).map_or(([0; 8], 0), |&key| unpack_code(lane(key))));
        let mut keys: [&[u8]; KEYS] = [&[]; KEYS];
        for ((key, &at), (bytes, len)) in keys.iter_mut().zip(&lookup.keys).zip(&packed) {
            *key = if self.is_code(at) { bytes.get(..*len).unwrap_or_default() } else { self.frame.text(lane(at)) };
        }
        let keys = keys.get(..lookup.keys.len()).unwrap_or_default();
        match lookup.over {
            None => state(table.holds(keys, day)),
            Some(over) => state(table.value(keys, day).is_some_and(|most| lane(over) > i64::from(most) * 1000)),
        }
    }

    fn is_code(&self, at: ValueAt) -> bool {
        self.program.terms.value(at).kind == FieldKind::Code
    }

    /// The keys of a look-up that asks only whether they stand there, where all of them are codes.
    fn codes(&self, lookup: &Lookup, lane: impl Fn(ValueAt) -> i64) -> Option<[i64; KEYS]> {
        let coded = lookup.over.is_none() && lookup.keys.iter().all(|&key| self.is_code(key));
        coded.then(|| [0, 1].map(|at: usize| lookup.keys.get(at).map_or(0, |&key| lane(key))))
    }

    /// Codes of a column, each with a day of its own.
    fn by_row(&self, lookup: &Lookup, table: &CodeTable, known: &mut Standings, states: &mut States) -> bool {
        let Some((_, codes, day)) = self.coded(lookup) else { return false };
        let days = self.scratch.lanes(day);
        let mut stands = |code: u64, lane: i64| match (code, lane) {
            (_, UNCHECKED) => NODATA,
            (0, _) | (_, MISSING) => UNKNOWN,
            _ if !table.knows(Some(bound(lane))) => NODATA,
            _ => {
                let (keys, day) = ([lane_of(code), 0], bound(lane));
                let stands = known.throughout(keys, (day, day), |day| standing(table, lookup, keys, day));
                state(stands == Some(true))
            }
        };
        states.set_rows(codes.len(), |row| codes.get(row).map_or(UNKNOWN, |&code| stands(code, days.get(row))));
        true
    }

    /// The one key of a look-up on days, where that is a column of codes, and those days.
    fn coded(&self, lookup: &Lookup) -> Option<(ValueAt, &'a [u64], ValueAt)> {
        let (&[key], Some(day), None) = (&*lookup.keys, lookup.day, lookup.over) else { return None };
        let term = self.program.terms.value(key);
        let (&Value::Column(column), Some(of)) = (&term.what, term.nature.table) else { return None };
        let Some(Column::Code(codes)) = self.frame.column(of, column) else { return None };
        Some((key, codes, day))
    }

    /// Few codes are different, and seldom does one begin or end between the days at hand: then each is looked up once.
    fn by_value(&mut self, lookup: &Lookup, table: &CodeTable, known: &mut Standings, states: &mut States) -> bool {
        let Some((key, codes, day)) = self.coded(lookup) else { return false };
        let range = self.scratch.lanes(day).range().map(|(first, last)| (bound(first), bound(last)));
        let spoken_of = |days: &(i32, i32)| table.knows(Some(days.0)) && table.knows(Some(days.1));
        let Some(days) = range.filter(spoken_of) else { return false };
        if self.is_numbered(key, codes) {
            return self.by_number(lookup, table, key, days, codes.len(), states);
        }
        let mut rows = std::mem::take(&mut self.scratch.rows);
        let mut whole = true;
        let index = self.scratch.indexes[key.0].of.as_ref();
        let told = index.is_some_and(|index| {
            let all = index.passing(&mut rows, |lane| {
                let codes = [lane, 0];
                let stands = known.throughout(codes, days, |day| standing(table, lookup, codes, day));
                whole &= stands.is_some();
                stands == Some(true)
            });
            if all && whole {
                states.set(codes.len(), |at| Word::known(rows[at], index.present(at)));
            }
            all && whole
        });
        self.scratch.rows = rows;
        told
    }

    /// As [`Self::by_value`], of a column of many codes.
    fn by_number(
        &mut self,
        lookup: &Lookup,
        table: &CodeTable,
        key: ValueAt,
        days: (i32, i32),
        len: usize,
        states: &mut States,
    ) -> bool {
        let Some(column) = &mut self.scratch.numbered[key.0].of else { return false };
        let whole = column.look_up(lookup.table, days, |code, day| standing(table, lookup, [lane_of(code), 0], day));
        if whole {
            let stands = column.standing(lookup.table);
            let passes = |number: usize| stands.get(number).is_some_and(|known| known.stands);
            states.set(len, |at| Word::known(column.passing(at, passes), column.present(at)));
        }
        whole
    }
}

/// Whether the keys of a look-up, which are `codes`, stand in the table on a day, and the days around on which that is so.
fn standing(table: &CodeTable, lookup: &Lookup, codes: [i64; KEYS], day: i32) -> (bool, (i32, i32)) {
    let packed = codes.map(unpack_code);
    let texts = [0, 1].map(|at: usize| packed[at].0.get(..packed[at].1).unwrap_or_default());
    table.standing(texts.get(..lookup.keys.len()).unwrap_or_default(), day)
}

/// A lane of days as days.
fn bound(day: i64) -> i32 {
    i32::try_from(day).unwrap_or(i32::MAX)
}
