//! The rows of a batch while they are begun.

use super::work::{Begin, NO_TABLE, TableSet};
use super::{NONE, RowPlace};

/// The rows of all tables.
#[derive(Debug)]
pub(super) struct Rows<'b> {
    /// By table: the row that is or was in force.
    current: [u32; TableSet::MOST],
    in_force: TableSet,
    /// By table.
    places: Vec<&'b mut Vec<RowPlace>>,
    /// The lists of parents of all tables.
    parents: Vec<&'b mut Vec<u32>>,
    /// By table: where the number of rows and the row in force are told in the end.
    told: Vec<(&'b mut u32, &'b mut u32)>,
}

impl Default for Rows<'_> {
    fn default() -> Self {
        Self {
            current: [NONE; TableSet::MOST],
            in_force: TableSet::default(),
            places: Vec::new(),
            parents: Vec::new(),
            told: Vec::new(),
        }
    }
}

impl<'b> Rows<'b> {
    /// Takes the rows of the next table.
    pub(super) fn add(
        &mut self,
        told: (&'b mut u32, &'b mut u32),
        places: &'b mut Vec<RowPlace>,
        parents: &'b mut [Vec<u32>],
    ) {
        if *told.1 != NONE {
            self.set_current(self.places.len() as u16, *told.1);
        }
        self.told.push(told);
        self.places.push(places);
        self.parents.extend(parents);
    }

    /// The row in force, if there is one.
    #[inline]
    pub(super) fn current(&self, table: u16) -> Option<u32> {
        self.in_force.has(table).then(|| self.current[usize::from(table) % TableSet::MOST])
    }

    /// No row is in force any more.
    pub(super) fn forget(&mut self) {
        self.in_force = TableSet::default();
    }

    #[inline]
    pub(super) fn set_current(&mut self, table: u16, row: u32) {
        self.current[usize::from(table) % TableSet::MOST] = row;
        self.in_force.insert(table);
    }

    /// Begins a row that was read at `place`; gives its number.
    pub(super) fn begin(&mut self, begin: &Begin, place: RowPlace) -> Option<u32> {
        if !begin.free && !self.in_force.meets(begin.needs) {
            // Its parent was lost (the finding says so): a row of nobody would be judged as if it were somebody's.
            self.in_force.remove(begin.table);
            return None;
        }
        for (list, table) in &begin.parents {
            let row = if *table == NO_TABLE { None } else { self.current(*table) };
            if let Some(list) = self.parents.get_mut(usize::from(*list)) {
                list.push(row.unwrap_or(NONE));
            }
        }
        let places = self.places.get_mut(usize::from(begin.table))?;
        let row = places.len() as u32;
        places.push(place);
        self.set_current(begin.table, row);
        self.in_force.remove_all(begin.below);
        Some(row)
    }

    /// Tells the tables how many rows they have and which are in force; gives the numbers.
    pub(super) fn finish(self) -> Vec<u32> {
        let rows: Vec<u32> = self.places.iter().map(|places| places.len() as u32).collect();
        let current: Vec<Option<u32>> = (0..rows.len()).map(|table| self.current(table as u16)).collect();
        for ((told, rows), current) in self.told.into_iter().zip(&rows).zip(current) {
            (*told.0, *told.1) = (*rows, current.unwrap_or(NONE));
        }
        rows
    }
}
