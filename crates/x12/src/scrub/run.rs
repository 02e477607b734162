//! Judging statements, all rows at a time. What was found of a batch is kept until the next, for all rules.

use super::asked::{Asked, Domain};
use super::expr::{Above, Bool, BoolAt, Children, Nature};
use super::frame::Frame;
use super::logic::{FALSE, NODATA, States, TRUE, UNKNOWN, Word, not, state};
use super::program::Program;
use super::scratch::{DIFFERENT, Scratch};
use super::tables::CodeTable;

/// Judges one batch.
pub(super) struct Evaluator<'r, 'a> {
    pub(super) frame: Frame<'a>,
    pub(super) program: &'r Program,
    /// The code tables that the program looks up; none where one was not supplied.
    pub(super) tables: Box<[Option<&'a CodeTable>]>,
    pub(super) scratch: &'r mut Scratch,
}

impl Evaluator<'_, '_> {
    /// The states of a statement on all rows of its table.
    pub(super) fn whole(&mut self, at: BoolAt, table: usize) -> &States {
        self.judge(at, Domain::whole(self.frame.rows(table)).all());
        self.scratch.states(at)
    }

    /// Finds the states of a statement, unless that was done.
    pub(super) fn judge(&mut self, at: BoolAt, asked: Asked<'_>) {
        if self.scratch.told[at.0] == 0 {
            self.judge_anew(at, asked);
        }
    }

    /// A call of its own, so that the question whether it is needed costs little.
    #[inline(never)]
    fn judge_anew(&mut self, at: BoolAt, asked: Asked<'_>) {
        let nature = self.program.terms.bool(at).nature;
        let slot = &mut self.scratch.bools[at.0];
        if nature.table.is_none() {
            self.find(at, asked);
        } else if !nature.pairs {
            self.find(at, asked.only(None));
            self.scratch.told[at.0] = self.scratch.states(at).all().unwrap_or(DIFFERENT);
        } else if slot.begin(self.scratch.turn, asked.open) {
            let open = slot.open.take();
            self.find(at, asked.only(open.as_deref()));
            self.scratch.bools[at.0].open = open;
        }
    }

    fn find(&mut self, at: BoolAt, asked: Asked<'_>) {
        let mut states = self.scratch.bools[at.0].of.take().unwrap_or_default();
        let term = self.program.terms.bool(at);
        match &term.what {
            Bool::Const(holds) => states.fill(asked.len(), state(*holds)),
            Bool::And(parts) => self.chain(at, parts, FALSE, asked, &mut states),
            Bool::Or(parts) => self.chain(at, parts, TRUE, asked, &mut states),
            Bool::Not(inner) => {
                self.judge(*inner, asked);
                states.copy(self.scratch.states(*inner));
                states.negate();
            }
            Bool::Test(value, test) => self.test(at, *value, test, asked, &mut states),
            Bool::Compare { how, sides, missing } => self.compare(*how, *sides, *missing, asked, &mut states),
            Bool::LookedUp(lookup) => self.looked_up(lookup, asked, &mut states),
            Bool::Repeats(link, keys) => self.repeats(*link, keys, asked, &mut states),
            Bool::Follows(follows) => self.follows(at, follows, asked, &mut states),
            Bool::Any(children, inner) => self.any(*children, *inner, term.nature, asked, &mut states),
            Bool::Absent => states.fill(asked.len(), FALSE),
            Bool::Duplicate => known(self.frame.context.duplicates, asked.len(), &mut states),
            Bool::Orphan => known(self.frame.context.orphans, asked.len(), &mut states),
            Bool::Past(past) => self.past(past, asked, &mut states),
            Bool::Again(again) => {
                let told = self.frame.context.again.get(*again);
                known(told.map_or(&[], Vec::as_slice), asked.len(), &mut states);
            }
            Bool::Above(above, inner) => self.above(*above, *inner, asked, &mut states),
        }
        self.scratch.bools[at.0].of = Some(states);
    }

    /// Judges parts one after another; `strong` decides, so that rows which have it are done with. First comes the part
    /// that decided the batch before by itself.
    fn chain(&mut self, at: BoolAt, parts: &[BoolAt], strong: u8, asked: Asked<'_>, states: &mut States) {
        if parts.iter().any(|part| self.scratch.told[part.0] == strong) {
            return states.fill(asked.len(), strong);
        }
        states.fill(asked.len(), not(strong));
        let first = usize::from(self.scratch.firsts[at.0]);
        for number in std::iter::once(first).chain((0..parts.len()).filter(|&number| number != first)) {
            let Some(&part) = parts.get(number) else { continue };
            if self.scratch.told[part.0] == not(strong) {
                continue;
            }
            if self.program.terms.is_paired(part) {
                let mut open = self.scratch.bits.pop().unwrap_or_default();
                open_rows(asked, states, strong, &mut open);
                self.judge(part, asked.only(Some(&open)));
                self.scratch.bits.push(open);
            } else {
                self.judge(part, asked);
            }
            if self.scratch.told[part.0] == strong {
                self.scratch.firsts[at.0] = number as u16;
                return states.fill(asked.len(), strong);
            }
            states.join(self.scratch.states(part), strong);
            if states.all() == Some(strong) {
                return;
            }
        }
    }

    /// Any child: true if one is, else unchecked or unknown if one is.
    fn any(&mut self, children: Children, inner: BoolAt, nature: Nature, asked: Asked<'_>, states: &mut States) {
        if self.any_foretold(children, inner, asked, states) {
            return;
        }
        let mut seen = std::mem::take(&mut self.scratch.seen);
        seen.clear();
        seen.resize(asked.len().div_ceil(64), Word::default());
        self.children(children, nature, asked, |evaluator, inside, owners| {
            let Some(inside) = inside else {
                for &owner in owners {
                    seen[owner as usize / 64].replace(owner as usize % 64, NODATA);
                }
                return;
            };
            evaluator.judge(inner, inside);
            let found = evaluator.scratch.states(inner);
            let mut add = |row: usize, owner: u32| match (seen.get_mut(owner as usize / 64), found.get(row)) {
                (Some(word), Some(TRUE)) => word.yes |= 1 << (owner % 64),
                (Some(word), Some(NODATA)) => word.unchecked |= 1 << (owner % 64),
                (Some(word), _) => word.no |= 1 << (owner % 64),
                _ => {}
            };
            found.each(|word| !word.no, |row| owners.get(row).into_iter().for_each(|&owner| add(row, owner)));
        });
        states.set(asked.len(), |at| {
            let Word { yes, no: unknown, unchecked } = seen[at];
            Word { yes, no: !(yes | unknown | unchecked), unchecked: unchecked & !yes }
        });
        self.scratch.seen = seen;
    }

    /// The states of the rows above, each where the rows below it are.
    fn above(&mut self, above: Above, inner: BoolAt, asked: Asked<'_>, states: &mut States) {
        let upward = self.upward(above, self.program.terms.bool(inner).nature, asked);
        self.judge(inner, upward.asked());
        let absent = if upward.complete { UNKNOWN } else { self.absent(inner) };
        let of = self.scratch.states(inner);
        match of.all() {
            Some(all) if of.len() > 0 && (upward.complete || all == absent) => states.fill(asked.len(), all),
            _ => states.take(of, &self.rows_above(above, asked), absent),
        }
    }
}

/// What the engine says of each claim, where it looked.
fn known(told: &[bool], len: usize, states: &mut States) {
    if told.is_empty() {
        return states.fill(len, NODATA);
    }
    states.set_rows(len, |row| told.get(row).map_or(UNKNOWN, |&holds| state(holds)));
}

/// A bit for each row that is open and not decided yet.
fn open_rows(asked: Asked<'_>, states: &States, strong: u8, bits: &mut Vec<u64>) {
    let decided = |word: Word| if strong == TRUE { word.yes } else { word.no };
    let open = |at: usize| asked.open.and_then(|open| open.get(at).copied()).unwrap_or(u64::MAX);
    bits.clear();
    bits.extend((0..asked.len().div_ceil(64)).map(|at| open(at) & !decided(states.word(at))));
}
