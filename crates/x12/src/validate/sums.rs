//! Totals of loops and sets against what they must add up to, as the guide's `balance` lines say.
//!
//! The sum of a set goes on through all its pieces. A piece that is worked on before its turn does not know what came
//! before: it keeps what it adds itself, and what is owed is settled when its turn comes.

use super::money::{Money, add};
use super::report::{Report, Spot};
use super::value::cents_of;
use crate::finding::{Finding, Scope};
use crate::guide::{Index, Part, Term};
use crate::position::Span;
use crate::wire::Segment;

/// The sums that are kept, by their numbers in the plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    open: Vec<Sum>,
    owed: Vec<Owed>,
}

#[derive(Clone, Debug)]
struct Sum {
    /// The total, and where it stands; given twice, it says nothing.
    total: Option<(Spot, Money)>,
    parts: Money,
    /// It began before this piece, in a way that is not known yet.
    unknown: bool,
}

/// A finding that stands, or does not, when it is known what came before the piece.
#[derive(Clone, Debug)]
pub struct Owed {
    /// Which finding of the piece.
    pub at: usize,
    number: u16,
    sum: Sum,
}

impl Sum {
    fn new(unknown: bool) -> Self {
        Self { total: None, parts: Some(0), unknown }
    }

    fn total(&mut self, spot: Spot, amount: Money) {
        let amount = if self.total.is_none() { amount } else { None };
        self.total = Some((spot, amount));
    }

    /// Where the total stands, if it is not what it must be.
    fn differs(&self) -> Option<Spot> {
        let (spot, total) = self.total?;
        (total? != self.parts?).then_some(spot)
    }

    /// This sum, which went on from `before`, as it is in all.
    fn after(self, before: &Self) -> Self {
        let total = match (before.total, self.total) {
            (Some((spot, _)), Some(_)) => Some((spot, None)),
            (before, own) => before.or(own),
        };
        Self { total, parts: add(before.parts, self.parts), unknown: before.unknown }
    }
}

impl Sums {
    /// A loop with these sums opens.
    pub(super) fn open(&mut self, index: &Index, (from, to): (u16, u16)) {
        self.open.resize(index.sums.len(), Sum::new(false));
        if let Some(of_loop) = self.open.get_mut(usize::from(from)..usize::from(to)) {
            of_loop.fill(Sum::new(false));
        }
    }

    /// A loop with these sums is open, and what came before is not known.
    pub(super) fn assume(&mut self, index: &Index, (from, to): (u16, u16)) {
        self.open.resize(index.sums.len(), Sum::new(false));
        if let Some(of_loop) = self.open.get_mut(usize::from(from)..usize::from(to)) {
            of_loop.fill(Sum::new(true));
        }
    }

    /// The opener of a loop was lost: what is added up now is not certain.
    pub(super) fn doubt(&mut self) {
        for sum in &mut self.open {
            sum.parts = None;
        }
    }

    /// `segment` takes part by `term`; `spot` remembers an element of it.
    #[inline(never)]
    pub(super) fn part(&mut self, term: &Term, segment: &Segment<'_>, spot: impl Fn(u8) -> Spot) {
        let Some(sum) = self.open.get_mut(usize::from(term.sum)) else { return };
        if term.when.as_ref().is_some_and(|(element, value)| segment.element(usize::from(*element)) != &**value) {
            return;
        }
        match &term.part {
            Part::Total(element) => sum.total(spot(*element), cents_of(segment, *element)),
            Part::Amounts(elements, less) => {
                let there = elements.iter().filter(|&&element| !segment.span(usize::from(element)).is_empty());
                for amount in there.map(|&element| cents_of(segment, element)) {
                    sum.parts = add(sum.parts, if *less { amount.map(|cents| -cents) } else { amount });
                }
            }
            // counted in hundredths, as what it is compared with
            Part::One => sum.parts = add(sum.parts, Some(100)),
        }
    }

    /// A loop with these sums closes.
    pub(super) fn close(&mut self, index: &Index, (from, to): (u16, u16), scope: Scope, report: &mut Report<'_>) {
        for number in from..to {
            let Some((sum, rule)) = self.open.get(usize::from(number)).zip(index.sums.get(usize::from(number))) else {
                continue;
            };
            let spot = match (sum.unknown, sum.total) {
                (true, total) => {
                    self.owed.push(Owed { at: report.findings.len(), number, sum: sum.clone() });
                    total.map(|(spot, _)| spot).unwrap_or_default()
                }
                (false, _) => match sum.differs() {
                    Some(spot) => spot,
                    None => continue,
                },
            };
            report.earlier(rule.code, &spot, scope);
            // whether the total is still in the buffer is a matter of the pieces: its value is never shown
            if let Some(finding) = report.findings.last_mut() {
                finding.value = Span::default();
            }
        }
    }

    /// True when nothing is to be told of these sums, should their loop close now.
    pub(super) fn balance(&self, (from, to): (u16, u16)) -> bool {
        let sums = self.open.get(usize::from(from)..usize::from(to)).unwrap_or_default();
        sums.iter().all(|sum| !sum.unknown && sum.differs().is_none())
    }

    /// All places that are remembered.
    pub(super) fn spots(&mut self) -> impl Iterator<Item = &mut Spot> {
        self.open.iter_mut().filter_map(|sum| sum.total.as_mut()).map(|(spot, _)| spot)
    }

    /// What is owed for the piece.
    pub(super) fn take_owed(&mut self) -> Vec<Owed> {
        std::mem::take(&mut self.owed)
    }

    /// Something is owed from an earlier set of the piece.
    pub(super) fn owe(&mut self, owed: Vec<Owed>) {
        self.owed = owed;
    }

    /// Goes on from `before`, where it was not known.
    pub(super) fn carry(&mut self, before: &Self) {
        for (sum, before) in self.open.iter_mut().zip(&before.open).filter(|(sum, _)| sum.unknown) {
            *sum = sum.clone().after(before);
        }
    }

    /// True when `finding`, for which this was owed, stands, now that `self` is what came before; it gets its place.
    pub(super) fn settle(&self, owed: &Owed, finding: &mut Finding) -> bool {
        let Some(before) = self.open.get(usize::from(owed.number)) else { return false };
        let Some(spot) = owed.sum.clone().after(before).differs() else { return false };
        spot.place(finding);
        true
    }
}
