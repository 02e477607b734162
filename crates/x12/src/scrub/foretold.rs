//! What a statement about pairs of rows comes to whatever the pair: then none are laid out.

use super::expr::{Bool, BoolAt, Children, Test};
use super::logic::{FALSE, NODATA, States, TRUE, join, not, state};
use super::pairs::{Asked, Domain, MAX_PAIRS};
use super::run::Evaluator;

impl Evaluator<'_, '_> {
    /// The state of a statement on any pair of rows of the batch, where that is told by what is known of single rows, or by
    /// a table that is not there. None says nothing.
    pub(super) fn foretold(&mut self, at: BoolAt) -> Option<u8> {
        let nature = self.program.terms.bool(at).nature;
        match &self.program.terms.bool(at).what {
            Bool::Const(holds) => Some(state(*holds)),
            Bool::And(parts) => self.foretold_of(parts, FALSE),
            Bool::Or(parts) => self.foretold_of(parts, TRUE),
            Bool::Not(inner) => self.foretold(*inner).map(not),
            Bool::Test(_, Test::Listed(table)) => self.table(*table).is_none().then_some(NODATA),
            Bool::LookedUp(lookup) => self.table(lookup.table).is_none().then_some(NODATA),
            Bool::Any(children, inner) => {
                (self.foretold(*inner) == Some(FALSE) && self.are_few(*children)).then_some(FALSE)
            }
            Bool::Above(_, inner) if nature.table.is_none() => {
                let own = self.program.terms.bool(*inner).nature;
                let table = own.table.filter(|_| !own.pairs && self.absent(*inner) == FALSE)?;
                self.judge(*inner, Domain::whole(self.frame.rows(table)).all());
                self.scratch.states(*inner).all().filter(|all| *all == FALSE)
            }
            _ => None,
        }
    }

    /// As [`Self::foretold`], of several of which `strong` decides.
    fn foretold_of(&mut self, parts: &[BoolAt], strong: u8) -> Option<u8> {
        let mut all = Some(not(strong));
        for &part in parts {
            let told = self.foretold(part);
            if told == Some(strong) {
                return told;
            }
            all = all.zip(told).map(|(all, told)| join(all, told, strong));
        }
        all
    }

    /// Whether no row has so many of these children that it would be unchecked.
    pub(super) fn are_few(&self, children: Children) -> bool {
        let link = self.program.terms.links[children.link];
        self.frame.rows(link.up.table) <= MAX_PAIRS
    }

    /// As [`Self::any`] of children that are asked about pair by pair, when the answer is foretold; false when it is not.
    pub(super) fn any_foretold(
        &mut self,
        children: Children,
        inner: BoolAt,
        asked: Asked<'_>,
        states: &mut States,
    ) -> bool {
        let Some(above) = children.paired.filter(|_| self.are_few(children)) else { return false };
        match self.foretold(inner) {
            Some(FALSE) => states.fill(asked.len(), FALSE),
            Some(NODATA) => {
                self.find_groups(children.link);
                self.find_way(above.way);
                let (rows, groups) = (self.rows_above(above, asked), &self.scratch.groups[children.link].of);
                states.set_rows(asked.len(), |at| match rows.get(at) {
                    Some(&row) if !groups.of(row).is_empty() => NODATA,
                    _ => FALSE,
                });
            }
            _ => return false,
        }
        true
    }
}
