//! Rows behind an earlier one with which they make a pair of a list.

use super::asked::Asked;
use super::expr::{BoolAt, Follows};
use super::lane::{UNCHECKED, void};
use super::logic::{NODATA, States, UNKNOWN, state};
use super::run::Evaluator;

impl Evaluator<'_, '_> {
    /// Whether an earlier row of the same parent has a code that stands behind this row's own.
    pub(super) fn follows(&mut self, at: BoolAt, follows: &Follows, asked: Asked<'_>, states: &mut States) {
        let listed = self.table(follows.table).and_then(|table| Some((table, table.partners()?)));
        let Some((table, partners)) = listed else { return states.fill(asked.len(), NODATA) };
        follows.values().for_each(|value| self.reckon(value, asked));
        self.find_groups(follows.link);
        let link = self.program.terms.links[follows.link];
        let mut stands = self.scratch.stands[at.0].take().unwrap_or_default();
        stands.begin(self.frame.rows(link.above));
        let parents = link.up.rows(self.frame.batch);
        let (keys, days) = (self.scratch.lanes(follows.key), follows.day.map(|day| self.scratch.lanes(day)));
        states.set_rows(asked.len(), |row| {
            let (lane, day) = (keys.get(row), days.map(|days| days.get(row)));
            let above = parents.get(row).copied().unwrap_or(u32::MAX);
            let marks = stands.add(lane, partners);
            let meets = stands.meets(above, marks);
            let lanes = || std::iter::once(lane).chain(day);
            let day = day.map(|day| i32::try_from(day).unwrap_or(i32::MAX));
            if !asked.is_open(row) || lanes().any(void) {
                return if lanes().any(|lane| lane == UNCHECKED) { NODATA } else { UNKNOWN };
            }
            if !table.knows(day) {
                return NODATA;
            }
            let group = if meets { self.scratch.groups[follows.link].of.of(above) } else { &[] };
            let mut earlier = group.iter().map(|&other| other as usize).take_while(|&other| other < row);
            state(earlier.any(|other| {
                let both = stands.of(row).zip(stands.of(other));
                both.is_some_and(|(own, other)| partners.pair(own, other, |pair| table.holds(&pair, day)))
            }))
        });
        self.scratch.stands[at.0] = Some(stands);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::CodeTables;
    use super::super::tables::tests::file;

    #[test]
    fn a_pair_is_of_codes_or_of_how_they_begin() {
        let mut tables = CodeTables::default();
        let rows = [(&["I10", "O1"][..], 0, 10, 0), (&["O10", "I10"], 0, 10, 0), (&["B2", "B20"], 5, 7, 0)];
        tables.add(&file("notes", "apart", 14, &rows)).unwrap();
        let table = tables.find("notes.apart").unwrap();
        let partners = table.partners().unwrap();
        let pair = |first: &str, second: &str, day| {
            let (first, second) = (partners.standing(first.as_bytes()), partners.standing(second.as_bytes()));
            partners.pair(&first, &second, |pair| table.holds(&pair, day))
        };
        assert!(pair("I10", "O100", None) && pair("I109", "O1", Some(3)) && pair("O109", "I10", None));
        assert!(!pair("I1", "O100", None) && !pair("O100", "I1", None) && !pair("I10", "O2", None));
        assert!(pair("B21", "B20", Some(5)) && !pair("B21", "B20", Some(8)) && !pair("", "B20", None));
    }
}
