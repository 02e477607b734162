//! Looking codes up in tables, on days.

use super::expr::{Lookup, Value, ValueAt};
use super::frame::{UNCHECKED, unpack_code, void};
use super::logic::{NODATA, States, UNKNOWN, Word, state};
use super::pairs::Asked;
use super::run::Evaluator;
use super::tables::CodeTable;
use crate::claim::{Column, FieldKind};

/// Most keys of a look-up: a code, or the two of a pair.
const KEYS: usize = 2;

impl<'a> Evaluator<'_, 'a> {
    /// A code table of the program; None when it was not supplied.
    pub(super) fn table(&self, table: usize) -> Option<&'a CodeTable> {
        self.frame.context.tables?.find(&self.program.terms.tables[table])
    }

    /// Looks up what each row asks for.
    pub(super) fn looked_up(&mut self, lookup: &Lookup, asked: Asked<'_>, states: &mut States) {
        let Some(table) = self.table(lookup.table) else { return states.fill(asked.len(), NODATA) };
        lookup.values().for_each(|at| self.reckon(at, asked));
        if !self.by_value(lookup, table, states) {
            states.set_rows(asked.len(), |row| self.found(table, lookup, |at| self.scratch.lanes(at).get(row)));
        }
    }

    /// The state of one look-up, given the lane of each of its values.
    pub(super) fn found(&self, table: &CodeTable, lookup: &Lookup, lane: impl Fn(ValueAt) -> i64) -> u8 {
        let lanes = || lookup.values().map(&lane);
        if lanes().any(void) {
            return if lanes().any(|lane| lane == UNCHECKED) { NODATA } else { UNKNOWN };
        }
        let day = lookup.day.map(|at| i32::try_from(lane(at)).unwrap_or(i32::MAX));
        if !table.knows(day) {
            return NODATA;
        }
        let packed = [0, 1].map(|at: usize| lookup.keys.get(at).map_or(([0; 8], 0), |&key| unpack_code(lane(key))));
        let mut keys: [&[u8]; KEYS] = [&[]; KEYS];
        for ((key, &at), (bytes, len)) in keys.iter_mut().zip(&lookup.keys).zip(&packed) {
            let code = self.program.terms.value(at).kind == FieldKind::Code;
            *key = if code { bytes.get(..*len).unwrap_or_default() } else { self.frame.text(lane(at)) };
        }
        let keys = keys.get(..lookup.keys.len()).unwrap_or_default();
        match lookup.over {
            None => state(table.holds(keys, day)),
            Some(over) => state(table.value(keys, day).is_some_and(|most| lane(over) > i64::from(most) * 1000)),
        }
    }

    /// Few codes are different, and seldom does one begin or end between the days at hand: then each is looked up once.
    fn by_value(&mut self, lookup: &Lookup, table: &CodeTable, states: &mut States) -> bool {
        let (&[key], Some(day), None) = (&*lookup.keys, lookup.day, lookup.over) else { return false };
        let term = self.program.terms.value(key);
        let (&Value::Column(column), Some(of)) = (&term.what, term.nature.table) else { return false };
        let Some(Column::Code(codes)) = self.frame.column(of, column) else { return false };
        let bound = |day: i64| i32::try_from(day).unwrap_or(i32::MAX);
        let range = self.scratch.lanes(day).range().map(|(first, last)| (bound(first), bound(last)));
        let known = |days: &(i32, i32)| table.knows(Some(days.0)) && table.knows(Some(days.1));
        let Some(days) = range.filter(known) else { return false };
        let slot = &mut self.scratch.indexes[key.0];
        if slot.begin(self.scratch.turn, None) {
            slot.of.get_or_insert_default().read(codes);
        }
        let mut rows = std::mem::take(&mut self.scratch.rows);
        let mut whole = true;
        let index = self.scratch.indexes[key.0].of.as_ref();
        let told = index.is_some_and(|index| {
            let all = index.passing(&mut rows, |lane| {
                let (bytes, len) = unpack_code(lane);
                let stands = table.throughout(bytes.get(..len).unwrap_or_default(), days);
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
}
