//! Rows above and below those that are asked about, and pairs of rows.

use std::borrow::Cow;

use super::asked::{Asked, Domain, MAX_PAIRS, Upward};
use super::expr::{Above, Children, Nature};
use super::run::Evaluator;
use crate::claim::NONE;

/// Pairs that are laid out at a time: bounds memory, never results.
const CHUNK: usize = 1 << 14;
impl Evaluator<'_, '_> {
    /// Goes up to the rows of which something of this nature is asked.
    pub(super) fn upward(&mut self, above: Above, nature: Nature, asked: Asked<'_>) -> Upward {
        self.find_way(above.way);
        let len = nature.table.map_or(0, |table| self.frame.rows(table));
        // It matters only to what is costly.
        let narrow = nature.pairs && asked.open.is_some();
        let open = narrow.then(|| asked.open_above(&self.rows_above(above, asked), len));
        Upward { domain: Domain::whole(len), open, complete: self.scratch.ways[above.way].of.complete }
    }

    pub(super) fn find_way(&mut self, way: usize) {
        let slot = &mut self.scratch.ways[way];
        if slot.begin(self.scratch.turn, None) {
            slot.of.find(&self.program.terms.ways[way], &self.frame);
        }
    }

    /// The row above of each row; `NONE` where there is none.
    pub(super) fn rows_above<'s>(&'s self, above: Above, asked: Asked<'s>) -> Cow<'s, [u32]> {
        let ups = &self.program.terms.ways[above.way];
        let rows = self.scratch.ways[above.way].of.rows(ups, &self.frame);
        match asked.domain.vars.get(above.var) {
            None if ups.is_empty() => (0..asked.len() as u32).collect(),
            None => rows.into(),
            Some(list) if ups.is_empty() => list.into(),
            Some(list) => list.iter().map(|&row| rows.get(row as usize).copied().unwrap_or(NONE)).collect(),
        }
    }

    pub(super) fn find_groups(&mut self, link: usize) {
        let slot = &mut self.scratch.groups[link];
        if slot.begin(self.scratch.turn, None) {
            slot.of.find(self.program.terms.links[link], &self.frame);
        }
    }

    /// Shows the children of which something of this nature is asked, and the row that each belongs to (which need
    /// not be there); or, of rows that have too many, those rows alone.
    pub(super) fn children(
        &mut self,
        children: Children,
        nature: Nature,
        asked: Asked<'_>,
        mut see: impl FnMut(&mut Self, Option<Asked<'_>>, &[u32]),
    ) {
        if let Some(above) = children.paired {
            return self.pairs(children.link, above, asked, see);
        }
        let link = self.program.terms.links[children.link];
        let owners = link.up.rows(self.frame.batch);
        let inside = Domain::whole(self.frame.rows(link.up.table));
        let open = (nature.pairs && asked.open.is_some()).then(|| asked.open_below(owners));
        see(self, Some(inside.all().only(open.as_deref())), owners);
        if children.limited && owners.len() > MAX_PAIRS {
            self.find_groups(children.link);
            let groups = &self.scratch.groups[children.link].of;
            let many = (0..asked.len() as u32).filter(|&owner| groups.of(owner).len() > MAX_PAIRS);
            let many: Vec<u32> = many.collect();
            see(self, None, &many);
        }
    }

    /// Lays every open row out beside each of its children, a chunk at a time.
    fn pairs(
        &mut self,
        link: usize,
        above: Above,
        asked: Asked<'_>,
        mut see: impl FnMut(&mut Self, Option<Asked<'_>>, &[u32]),
    ) {
        self.find_groups(link);
        self.find_way(above.way);
        let rows = asked.open_of(&self.rows_above(above, asked));
        if rows.is_empty() {
            return;
        }
        let bind = asked.domain.vars.len().max(1);
        // one inside another needs room of its own
        let (mut inside, mut owners) = self.scratch.beside.pop().unwrap_or_default();
        inside.clear(bind + 1);
        owners.clear();
        for (at, row) in rows {
            let group = self.scratch.groups[link].of.of(row);
            if group.len() > MAX_PAIRS {
                see(self, None, &[at as u32]);
                continue;
            }
            inside.len += group.len();
            inside.vars[bind].extend_from_slice(group);
            owners.resize(inside.len, at as u32);
            for var in 0..bind {
                inside.vars[var].resize(inside.len, asked.domain.row(var, at));
            }
            if inside.len >= CHUNK {
                see(self, Some(inside.all()), &owners);
                inside.clear(bind + 1);
                owners.clear();
            }
        }
        if inside.len > 0 {
            see(self, Some(inside.all()), &owners);
        }
        self.scratch.beside.push((inside, owners));
    }
}
