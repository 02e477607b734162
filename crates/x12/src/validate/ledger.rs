//! Balances of one claim: its charge against its lines, and other payers' amounts against both.
//!
//! An amount that cannot be read makes its balance silent: the element has its finding already.

use super::money::{Money, add, differ};
use super::report::{Here, Report, Spot};
use super::sums::Sums;
use super::value::{cents, cents_of};
use crate::finding::{Code, Scope};
use crate::guide::{Action, Index, SlotFacts};
use crate::wire::Segment;

/// More payers of a claim, or of a line, are not compared.
const MOST_PAYERS: usize = 64;

/// What a claim adds up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    charge: Option<(Spot, Money)>,
    total: Money,
    lines: u32,
    payers: Vec<Payer>,
    line_charge: Option<Money>,
    accounts: Vec<Account>,
    /// The payer of the claim whose line adjustments are being read.
    paying: Option<usize>,
    /// The payers cannot be told: too many, or a part of one is lost.
    doubtful: bool,
    pub(super) sums: Sums,
}

/// Another payer of the claim.
#[derive(Clone, Debug)]
struct Payer {
    id: Option<u64>,
    paid: Option<(Spot, Money)>,
    adjusted: Money,
    /// It has adjustments, at the claim or at a line, or adjudicated lines.
    explained: bool,
    /// Another payer has the same id, so lines cannot be told apart; or a line of its has its finding.
    silent: bool,
}

/// What one payer did to the line.
#[derive(Clone, Debug)]
struct Account {
    payer: u64,
    spot: Spot,
    paid: Money,
    adjusted: Money,
}

impl Ledger {
    /// A claim begins.
    pub(super) fn open_claim(&mut self) {
        self.charge = None;
        self.total = Some(0);
        self.lines = 0;
        self.payers.clear();
        self.doubtful = false;
        self.open_line();
    }

    /// The opener of a loop was lost: whose amounts follow is not certain.
    pub(super) fn doubt(&mut self) {
        self.doubtful = true;
        self.sums.doubt();
    }

    /// A line begins.
    pub(super) fn open_line(&mut self) {
        self.line_charge = None;
        self.accounts.clear();
        self.paying = None;
    }

    /// Another payer begins.
    pub(super) fn open_payer(&mut self) {
        if self.payers.len() >= MOST_PAYERS {
            self.doubtful = true;
            return;
        }
        self.payers.push(Payer { id: None, paid: None, adjusted: Some(0), explained: false, silent: false });
    }

    /// `segment` takes part.
    pub(super) fn part(&mut self, index: &Index, facts: &SlotFacts, segment: &Segment<'_>, here: &Here) {
        let spot = |element: u8| {
            let rule = index.rules_of(facts.elements).get(usize::from(element).wrapping_sub(1));
            let span = segment.span(usize::from(element));
            here.spot(element, rule.map_or(0, |rule| rule.data_element), span)
        };
        let amount = |element: u8| cents_of(segment, element);
        match facts.action {
            Action::None => {}
            Action::Charge(element) => self.charge = Some((spot(element), amount(element))),
            // two charges of a line: one is a surplus, and has its finding
            Action::LineCharge(element) => {
                self.line_charge = Some(if self.line_charge.is_none() { amount(element) } else { None });
            }
            Action::Paid(element) => {
                if let Some(payer) = self.payers.last_mut() {
                    payer.paid = Some((spot(element), amount(element)));
                }
            }
            Action::Payer(element) => self.name_payer(segment.element(usize::from(element))),
            Action::Adjustment => {
                if let Some(payer) = self.payers.last_mut() {
                    payer.adjusted = add(payer.adjusted, adjustments(segment));
                    payer.explained = true;
                }
            }
            Action::LinePaid(payer, paid) => {
                self.line_paid(segment.element(usize::from(payer)), spot(paid), amount(paid));
            }
            Action::LineAdjustment => self.adjust_line(adjustments(segment)),
            Action::Terms(from, to) => {
                let terms = index.terms.get(from as usize..to as usize).unwrap_or_default();
                for term in terms {
                    self.sums.part(term, segment, spot);
                }
            }
        }
    }

    fn name_payer(&mut self, id: &[u8]) {
        let id = digest(id);
        let Some((last, others)) = self.payers.split_last_mut() else { return };
        for other in others.iter_mut().filter(|other| other.id == Some(id)) {
            other.silent = true;
            last.silent = true;
        }
        last.id = Some(id);
    }

    fn line_paid(&mut self, payer: &[u8], spot: Spot, paid: Money) {
        let id = digest(payer);
        self.paying = self.payers.iter().position(|payer| payer.id == Some(id));
        if let Some(payer) = self.paying.and_then(|at| self.payers.get_mut(at)) {
            payer.explained = true;
        }
        if let Some(at) = self.accounts.iter().position(|account| account.payer == id) {
            // a line paid in parts: the last account is the one that adjustments go to
            let mut account = self.accounts.remove(at);
            account.paid = add(account.paid, paid);
            self.accounts.push(account);
        } else if self.accounts.len() < MOST_PAYERS {
            self.accounts.push(Account { payer: id, spot, paid, adjusted: Some(0) });
        } else {
            self.doubtful = true;
        }
    }

    fn adjust_line(&mut self, amount: Money) {
        if let Some(account) = self.accounts.last_mut() {
            account.adjusted = add(account.adjusted, amount);
        }
        if let Some(payer) = self.paying.and_then(|at| self.payers.get_mut(at)) {
            payer.adjusted = add(payer.adjusted, amount);
        }
    }

    /// All places that are remembered.
    pub(super) fn spots(&mut self) -> impl Iterator<Item = &mut Spot> {
        let claim = self.charge.iter_mut().map(|(spot, _)| spot);
        let payers = self.payers.iter_mut().filter_map(|payer| payer.paid.as_mut()).map(|(spot, _)| spot);
        claim.chain(payers).chain(self.accounts.iter_mut().map(|account| &mut account.spot)).chain(self.sums.spots())
    }

    /// A line ends.
    pub(super) fn close_line(&mut self, index: &Index, report: &mut Report<'_>) {
        self.end_line();
        if self.line_balances(index) {
            return;
        }
        let charge = self.line_charge.flatten();
        for account in &self.accounts {
            if differ(charge, add(account.paid, account.adjusted)) {
                for payer in self.payers.iter_mut().filter(|payer| payer.id == Some(account.payer)) {
                    payer.silent = true;
                }
                report.earlier(Code::COB_LINE_UNBALANCED, &account.spot, Scope::Line);
            }
        }
    }

    /// A line ends: its charge counts.
    pub(super) fn end_line(&mut self) {
        self.lines = self.lines.saturating_add(1);
        self.total = add(self.total, self.line_charge.flatten());
    }

    /// True when nothing is wrong with what other payers did to the line.
    #[inline]
    pub(super) fn line_balances(&self, index: &Index) -> bool {
        let charge = self.line_charge.flatten();
        let balances = |account: &Account| !differ(charge, add(account.paid, account.adjusted));
        !index.balance.other_payers || self.doubtful || self.accounts.iter().all(balances)
    }

    /// True when nothing is wrong with the claim, as far as that is told without a look at other payers.
    #[inline]
    pub(super) fn claim_balances(&self, index: &Index) -> bool {
        let totals = !index.balance.claim_total || self.lines == 0;
        let alone = !index.balance.other_payers || self.doubtful || self.payers.is_empty();
        self.charge.as_ref().is_none_or(|(_, charge)| alone && (totals || !differ(*charge, self.total)))
    }

    /// The claim ends.
    pub(super) fn close_claim(&mut self, index: &Index, report: &mut Report<'_>) {
        let Some((spot, charge)) = &self.charge else { return };
        if index.balance.claim_total && self.lines > 0 && differ(*charge, self.total) {
            report.earlier(Code::CLAIM_TOTAL_MISMATCH, spot, Scope::Claim);
        }
        if !index.balance.other_payers || self.doubtful {
            return;
        }
        for payer in self.payers.iter().filter(|payer| payer.explained && payer.id.is_some() && !payer.silent) {
            if let Some((spot, paid)) = &payer.paid
                && differ(*charge, add(*paid, payer.adjusted))
            {
                report.earlier(Code::COB_CLAIM_UNBALANCED, spot, Scope::Claim);
            }
        }
    }
}

/// The sum of an adjustment segment's amounts: elements 3, 6, 9 ...
fn adjustments(segment: &Segment<'_>) -> Money {
    let amounts = segment.elements().skip(2).step_by(3).filter(|element| !element.is_empty());
    amounts.map(|element| cents(element.value())).try_fold(0, |sum, amount| add(Some(sum), amount))
}

/// FNV-1a: ids are compared within one claim only.
fn digest(id: &[u8]) -> u64 {
    id.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
