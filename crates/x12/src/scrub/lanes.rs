//! The values of all rows.

use super::lane::{UNCHECKED, void};
use super::logic::{States, TRUE, Word, word_of};
use crate::claim::MISSING;

/// The lane of each row.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// The one that all rows have; else each has its own.
    constant: Option<i64>,
    rows: Vec<i64>,
    /// The least and the greatest, when all rows have a value that can be reckoned with.
    range: Option<(i64, i64)>,
}

impl Lanes {
    pub(super) const fn new() -> Self {
        Self { constant: None, rows: Vec::new(), range: None }
    }

    /// All rows have one lane.
    pub(super) fn fill(&mut self, lane: i64) {
        self.constant = Some(lane);
        self.range = Some((lane, lane)).filter(|_| !void(lane));
    }

    /// Takes the lanes one after another.
    pub(super) fn set(&mut self, lanes: impl Iterator<Item = i64>) {
        (self.constant, self.range) = (None, None);
        self.rows.clear();
        self.rows.extend(lanes);
    }

    /// As [`Self::set`], and finds out between what they lie.
    pub(super) fn set_measured(&mut self, lanes: impl Iterator<Item = i64>) {
        self.set(lanes);
        self.measure();
    }

    /// Finds out between what the lanes lie.
    pub(super) fn measure(&mut self) {
        let bounds = |lanes: &[i64], bounds: (i64, i64)| {
            lanes.iter().fold(bounds, |(least, most), &lane| (least.min(lane), most.max(lane)))
        };
        let (eights, rest) = self.rows.as_chunks::<8>();
        let mut range = bounds(rest, (i64::MAX, i64::MIN));
        for eight in eights {
            range = bounds(eight, range);
            if void(range.0) {
                break;
            }
        }
        self.range = Some(range).filter(|&(least, _)| !void(least));
    }

    /// Takes days, of which the least is none.
    pub(super) fn set_days(&mut self, days: &[i32], none: i32) {
        self.set(days.iter().map(|&day| if day == none { MISSING } else { i64::from(day) }));
        let least = days.iter().fold(i32::MAX, |least, &day| least.min(day));
        let most = days.iter().fold(i32::MIN, |most, &day| most.max(day));
        self.range = Some((i64::from(least), i64::from(most))).filter(|_| least != none);
    }

    pub(super) fn copy(&mut self, other: &Self) {
        (self.constant, self.range) = (other.constant, other.range);
        if self.constant.is_none() {
            self.rows.clone_from(&other.rows);
        }
    }

    /// The second where the first is missing.
    pub(super) fn first_of(&mut self, first: &Self, second: &Self, len: usize) {
        if first.constant.is_some() {
            return self.copy(second);
        }
        self.set_measured((0..len).map(|row| match first.get(row) {
            MISSING => second.get(row),
            lane => lane,
        }));
    }

    /// Takes the lanes of other rows, which are `len`, one after another; some may not be there and have `absent`.
    pub(super) fn take(&mut self, of: &Self, len: usize, rows: &[u32], absent: Option<i64>) {
        let other = absent.unwrap_or(MISSING);
        match of.constant {
            Some(lane) => self.set(rows.iter().map(|&row| if (row as usize) < len { lane } else { other })),
            None => self.set(rows.iter().map(|&row| of.rows.get(row as usize).copied().unwrap_or(other))),
        }
        self.range = match absent {
            None => of.range,
            Some(lane) => of.range.filter(|_| !void(lane)).map(|(least, most)| (least.min(lane), most.max(lane))),
        };
    }

    /// Takes each row's lane (without `lanes`: one) in at the place of its owner, where the filter holds. What is
    /// missing is passed over; what is unchecked stays so.
    pub(super) fn gather(
        &mut self,
        owners: &[u32],
        filter: Option<&States>,
        lanes: Option<&Self>,
        join: impl Fn(i64, i64) -> i64,
    ) {
        if let (Some(Self { constant: None, range: Some(_), rows }), None) = (lanes, filter) {
            // Nothing is missing or unchecked.
            for (&owner, &lane) in owners.iter().zip(rows) {
                if let Some(place) = self.rows.get_mut(owner as usize) {
                    *place = join(*place, lane);
                }
            }
            return;
        }
        let mut take = |owner: u32, lane: i64| match self.rows.get_mut(owner as usize) {
            Some(place) if *place != UNCHECKED && lane != MISSING => {
                *place = if lane == UNCHECKED { UNCHECKED } else { join(*place, lane) };
            }
            _ => {}
        };
        let lane = |row| lanes.map_or(1000, |lanes| lanes.get(row));
        let Some(filter) = filter else {
            return owners.iter().enumerate().for_each(|(row, &owner)| take(owner, lane(row)));
        };
        let plane = |word: Word| word.yes | word.unchecked;
        filter.each(plane, |row| {
            let lane = if filter.get(row) == Some(TRUE) { lane(row) } else { UNCHECKED };
            owners.get(row).into_iter().for_each(|&owner| take(owner, lane));
        });
    }

    /// Some rows are unchecked.
    pub(super) fn uncheck(&mut self, rows: &[u32]) {
        for &row in rows {
            self.rows[row as usize] = UNCHECKED;
        }
    }

    /// The lane that all rows have.
    pub(super) fn constant(&self) -> Option<i64> {
        self.constant
    }

    /// The least and the greatest lane, when every row has a value that can be reckoned with.
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        self.range
    }

    /// The lane of a row.
    pub(super) fn get(&self, row: usize) -> i64 {
        self.constant.unwrap_or_else(|| self.rows.get(row).copied().unwrap_or(MISSING))
    }

    /// True when a row may have this lane.
    pub(super) fn has(&self, lane: i64) -> bool {
        self.constant.map_or_else(|| self.rows.contains(&lane), |constant| constant == lane)
    }

    /// The lanes of the rows from `64 * at`, where each has its own.
    pub(super) fn word(&self, at: usize) -> &[i64] {
        word_of(&self.rows, at)
    }
}
