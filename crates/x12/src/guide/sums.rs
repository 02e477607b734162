//! Totals that must be what other amounts add up to: `balance LOOP CODE TOTAL = TERM - TERM ...`.

use super::index::{Action, Part, SumRule, Term};
use super::place::Place;
use super::plan::Plan;
use super::text::{GuideError, fault, number};
use crate::finding::{BUILT_IN, Code};

/// The amounts of a segment that is named without an element: those of an adjustment, every third from the third.
const ADJUSTMENTS: [u8; 6] = [3, 6, 9, 12, 15, 18];

/// The sums of a guide, in the making.
#[derive(Debug, Default)]
pub(super) struct Sums {
    rules: Vec<SumRule>,
    /// Slots and what their segments add; the number is the line that says so.
    terms: Vec<(u32, u32, Term)>,
}

/// A term as it is written: a place, and where it counts.
struct Written<'w> {
    loop_id: &'w str,
    segment: &'w str,
    elements: Vec<u8>,
    when: Option<(u8, Box<[u8]>)>,
}

impl Sums {
    /// A `balance` line: in each loop `home`, `total` is the sum of `terms`; where it is not, `code` is found.
    pub(super) fn add(
        &mut self,
        plan: &Plan,
        (home, code): (&str, &str),
        (total, terms): (&str, &[&str]),
        line: u32,
    ) -> Result<(), GuideError> {
        let Some(loop_index) = plan.find_loop(home) else { return fault(line, format!("there is no loop {home}")) };
        let known = BUILT_IN.iter().position(|known| known.0 == code && known.3 == 3);
        let Some(code) = known.and_then(|at| u16::try_from(at).ok()) else {
            return fault(line, format!("no such balance: {code}"));
        };
        let sum = u16::try_from(self.rules.len()).unwrap_or(u16::MAX);
        self.rules.push(SumRule { code: Code(code), loop_index });
        let total = written(home, total, line)?;
        match total.elements[..] {
            [element] => self.term(plan, &total, sum, &Part::Total(element), line)?,
            _ => return fault(line, "the total is one element"),
        }
        let (mut less, mut wanted) = (false, true);
        for &word in terms {
            match (word, wanted) {
                ("+" | "-", false) => (less, wanted) = (word == "-", true),
                ("+" | "-", true) | (_, false) => {
                    return fault(line, format!("terms and signs take turns: {word}"));
                }
                (word, true) => {
                    let counted = word.strip_prefix("count(").and_then(|word| word.strip_suffix(')'));
                    let term = written(home, counted.unwrap_or(word), line)?;
                    let part = match counted {
                        Some(_) => Part::One,
                        None => Part::Amounts(amounts(&term.elements), less),
                    };
                    self.term(plan, &term, sum, &part, line)?;
                    wanted = false;
                }
            }
        }
        if wanted { fault(line, "a term is missing at the end") } else { Ok(()) }
    }

    fn term(&mut self, plan: &Plan, term: &Written<'_>, sum: u16, part: &Part, line: u32) -> Result<(), GuideError> {
        let mut slots = Place::parse(plan, term.loop_id, term.segment, line)?.slots;
        // the first segment of a loop below is that loop's
        slots.retain(|&at| plan.slot(at).is_some_and(|slot| slot.opens.is_none()));
        if slots.is_empty() {
            return fault(line, format!("loop {} has no {} of its own", term.loop_id, term.segment));
        }
        for slot in slots {
            let last = plan.slot(slot).map_or(0, |slot| slot.base_len);
            if let Some(beyond) = term.elements.iter().find(|&&element| element == 0 || element > last) {
                return fault(line, format!("{} has no element {beyond:02}", term.segment));
            }
            self.terms.push((slot, line, Term { sum, part: part.clone(), when: term.when.clone() }));
        }
        Ok(())
    }

    /// Gives the plan its sums.
    pub(super) fn bind(mut self, plan: &mut Plan) -> Result<(), GuideError> {
        let mut order: Vec<usize> = (0..self.rules.len()).collect();
        order.sort_by_key(|&at| self.rules[at].loop_index);
        let place = |sum: u16| order.iter().position(|&at| at == usize::from(sum)).unwrap_or(0) as u16;
        for (_, _, term) in &mut self.terms {
            term.sum = place(term.sum);
        }
        plan.index.sums = order.iter().map(|&at| self.rules[at]).collect();
        for (index, facts) in (0u16..).zip(&mut plan.index.loops) {
            let of_loop = |rule: &SumRule| rule.loop_index == index;
            let from = plan.index.sums.iter().position(of_loop).unwrap_or(0);
            let count = plan.index.sums.iter().filter(|rule| of_loop(rule)).count();
            facts.sums = (from as u16, (from + count) as u16);
        }
        self.terms.sort_by_key(|(slot, ..)| *slot);
        for of_slot in self.terms.chunk_by(|one, other| one.0 == other.0) {
            let from = plan.index.terms.len() as u32;
            let &[(slot, line, _), ..] = of_slot else { continue };
            plan.index.terms.extend(of_slot.iter().map(|(_, _, term)| term.clone()));
            let action = Action::Terms(from, plan.index.terms.len() as u32);
            Place { slots: vec![slot], element: 0 }.bind(plan, action, line)?;
        }
        Ok(())
    }
}

/// `2100:CLP04`, `PLB04/06/08`, `QTY02[01=TO]`, `CAS`.
fn written<'w>(home: &'w str, word: &'w str, line: u32) -> Result<Written<'w>, GuideError> {
    let (loop_id, rest) = word.split_once(':').unwrap_or((home, word));
    let (rest, condition) = match rest.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        Some((rest, condition)) => (rest, Some(condition)),
        None => (rest, None),
    };
    let when = match condition.map(|condition| condition.split_once('=')) {
        None => None,
        Some(Some((element, value))) => {
            Some((number(element, line, "the element of the condition")?, value.as_bytes().into()))
        }
        Some(None) => return fault(line, format!("no condition: {word}")),
    };
    let first = rest.find('/').unwrap_or(rest.len());
    let digits = rest[..first].bytes().rev().take_while(u8::is_ascii_digit).count();
    // an id may end with a digit; an element has two
    let (segment, list) = rest.split_at(if digits < 2 { rest.len() } else { first - 2 });
    let elements = list.split('/').filter(|part| !part.is_empty());
    let elements = elements.map(|part| number(part, line, "the element")).collect::<Result<_, _>>()?;
    Ok(Written { loop_id, segment, elements, when })
}

fn amounts(elements: &[u8]) -> Box<[u8]> {
    if elements.is_empty() { ADJUSTMENTS.into() } else { elements.into() }
}
