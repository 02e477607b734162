//! Rows that something is asked of.

use super::logic::mask;
use crate::claim::NONE;

/// Rows that one row may ask about when it asks for itself alone (the answer depends on it, or a quantifier is in
/// another). Beyond, it is unchecked: such questions grow with the square of the rows.
pub(super) const MAX_PAIRS: usize = 4096;

/// The rows of a table in order, or rows of several tables laid out beside each other.
#[derive(Debug, Default)]
pub(super) struct Domain {
    pub(super) len: usize,
    /// For each bound row a list; none at all when it is the rows of one table.
    pub(super) vars: Vec<Vec<u32>>,
}

impl Domain {
    /// The rows of a table of `len`.
    pub(super) fn whole(len: usize) -> Self {
        Self { len, vars: Vec::new() }
    }

    /// Leaves no rows, but lists for so many that are bound.
    pub(super) fn clear(&mut self, vars: usize) {
        self.len = 0;
        self.vars.resize_with(vars, Vec::new);
        self.vars.iter_mut().for_each(Vec::clear);
    }

    /// All of them.
    pub(super) fn all(&self) -> Asked<'_> {
        Asked { domain: self, open: None }
    }

    pub(super) fn row(&self, var: usize, at: usize) -> u32 {
        self.vars.get(var).map_or(at as u32, |rows| rows.get(at).copied().unwrap_or(NONE))
    }
}

/// The rows that something is asked of.
#[derive(Clone, Copy)]
pub(super) struct Asked<'d> {
    pub(super) domain: &'d Domain,
    /// A bit for each row that is open; what is said of others may be anything.
    pub(super) open: Option<&'d [u64]>,
}

impl<'d> Asked<'d> {
    pub(super) fn len(self) -> usize {
        self.domain.len
    }

    /// The same rows, others of them open.
    pub(super) fn only(self, open: Option<&'d [u64]>) -> Self {
        Self { open, ..self }
    }

    pub(super) fn is_open(self, row: usize) -> bool {
        self.open.is_none_or(|open| open.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1))
    }

    /// The open ones of some rows, with their places.
    pub(super) fn open_of(self, rows: &[u32]) -> Vec<(usize, u32)> {
        let Some(open) = self.open else { return rows.iter().copied().enumerate().collect() };
        let mut found = Vec::new();
        for (at, &word) in open.iter().enumerate() {
            let mut bits = word & mask(rows.len().saturating_sub(64 * at));
            while bits != 0 {
                let row = 64 * at + bits.trailing_zeros() as usize;
                found.extend(rows.get(row).map(|&above| (row, above)));
                bits &= bits - 1;
            }
        }
        found
    }

    /// The rows above open ones, of a table of `len`.
    pub(super) fn open_above(self, rows: &[u32], len: usize) -> Vec<u64> {
        bits_of(len, rows.iter().enumerate().filter(|&(row, _)| self.is_open(row)).map(|(_, &above)| above as usize))
    }

    /// The rows below open ones.
    pub(super) fn open_below(self, owners: &[u32]) -> Vec<u64> {
        let rows = owners.iter().enumerate().filter(|&(_, &owner)| self.is_open(owner as usize));
        bits_of(owners.len(), rows.map(|(row, _)| row))
    }
}

/// A bit for each of some rows of `len`.
fn bits_of(len: usize, rows: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut bits = vec![0; len.div_ceil(64)];
    rows.filter(|&row| row < len).for_each(|row| bits[row / 64] |= 1 << (row % 64));
    bits
}

/// The rows above, as far as they are needed before they are asked.
pub(super) struct Upward {
    /// The rows of their table.
    pub(super) domain: Domain,
    /// Those above open ones.
    pub(super) open: Option<Vec<u64>>,
    /// There is one above every row.
    pub(super) complete: bool,
}

impl Upward {
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked { domain: &self.domain, open: self.open.as_deref() }
    }
}
