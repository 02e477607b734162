//! The balances of a guide, bound to the slots whose amounts take part.

use super::grammar::GuideText;
use super::index::Action;
use super::place::Place;
use super::plan::Plan;
use super::sums::Sums;
use super::text::{GuideError, fault};

/// Binds the `balance` lines.
pub(super) fn bind_balances(plan: &mut Plan, text: &GuideText<'_>) -> Result<(), GuideError> {
    let mut sums = Sums::default();
    for (line, words) in &text.balances {
        let line = *line;
        match words[..] {
            [claim, "CLAIM_TOTAL", charge, "=", lines, part] => {
                let charge = Place::parse(plan, claim, charge, line)?;
                let part = Place::parse(plan, lines, part, line)?;
                charge.bind(plan, Action::Charge(charge.element), line)?;
                part.bind(plan, Action::LineCharge(part.element), line)?;
                plan.index.balance.claim_total = true;
            }
            [payer, "COB_CLAIM", ref terms @ ..] => bind_other_payers(plan, payer, terms, line)?,
            [home, code, total, "=", ref terms @ ..] => sums.add(plan, (home, code), (total, terms), line)?,
            _ => return fault(line, format!("no such balance: {}", words.join(" "))),
        }
    }
    sums.bind(plan)
}

fn bind_other_payers(plan: &mut Plan, home: &str, terms: &[&str], line: u32) -> Result<(), GuideError> {
    let Some(index) = plan.find_loop(home) else { return fault(line, format!("there is no loop {home}")) };
    let mut line_paid: (Option<Place>, Option<Place>) = (None, None);
    for term in terms {
        let Some((name, place)) = term.split_once('=') else { return fault(line, format!("no term: {term}")) };
        let (at, place) = place.split_once(':').unwrap_or((home, place));
        let place = Place::parse(plan, at, place, line)?;
        let action = match name {
            "payer" => Action::Payer(place.element),
            "paid" => Action::Paid(place.element),
            "charge" => Action::Charge(place.element),
            "adjustment" => Action::Adjustment,
            "line_adjustment" => Action::LineAdjustment,
            "line_charge" => Action::LineCharge(place.element),
            "line_payer" => {
                line_paid.0 = Some(place);
                continue;
            }
            "line_paid" => {
                line_paid.1 = Some(place);
                continue;
            }
            _ => return fault(line, format!("no such term: {name}")),
        };
        place.bind(plan, action, line)?;
    }
    let (Some(payer), Some(paid)) = line_paid else { return fault(line, "line_payer or line_paid is not given") };
    if payer.slots != paid.slots {
        return fault(line, "line_payer and line_paid stand in different segments");
    }
    paid.bind(plan, Action::LinePaid(payer.element, paid.element), line)?;
    plan.index.loops[usize::from(index)].is_payer = true;
    plan.index.balance.other_payers = true;
    Ok(())
}
