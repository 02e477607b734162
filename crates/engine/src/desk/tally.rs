//! Counts of claims and money, kept by level so that a late fault can turn them round.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use serde_json::{Map, Value, json};

use crate::token::Tokens;

/// Most payers, and most billing providers, that are told apart; the rest are counted together.
const MOST: usize = 10_000;
/// What the rest is called.
const OTHERS: &str = "others";

/// Claims of one payer or provider.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    claims: u64,
    accepted: u64,
    cents: i64,
}

/// Claims of a set, a group, an interchange or all files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) claims: u64,
    pub(crate) accepted: u64,
    pub(crate) cents_accepted: i64,
    pub(crate) cents_rejected: i64,
    /// Sets that are over, and those of them that were taken, with errors noted or without.
    pub(crate) sets: u64,
    pub(crate) sets_accepted: u64,
    payers: Parts,
    providers: Parts,
}

/// Parts by numbers of [`Names`].
type Parts = HashMap<u32, Part, BuildHasherDefault<Spread>>;

/// Spreads numbers that were given out one after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(u32::from(byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// 2^64 by the golden ratio: its multiples lie far apart.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Tally {
    /// Counts a claim of `payer` and `provider` (numbers of [`Names`]).
    pub(crate) fn add(&mut self, payer: u32, provider: u32, cents: i64, accepted: bool) {
        self.claims += 1;
        self.accepted += u64::from(accepted);
        let side = if accepted { &mut self.cents_accepted } else { &mut self.cents_rejected };
        *side = side.saturating_add(cents);
        for part in [self.payers.entry(payer).or_default(), self.providers.entry(provider).or_default()] {
            part.claims += 1;
            part.accepted += u64::from(accepted);
            part.cents = part.cents.saturating_add(cents);
        }
    }

    /// Counts a set that is over.
    pub(crate) fn add_set(&mut self, accepted: bool) {
        self.sets += 1;
        self.sets_accepted += u64::from(accepted);
    }

    /// A late fault: all that was accepted is rejected.
    pub(crate) fn reject_all(&mut self) {
        self.accepted = 0;
        self.sets_accepted = 0;
        self.cents_rejected = self.cents_rejected.saturating_add(std::mem::take(&mut self.cents_accepted));
        for part in self.payers.values_mut().chain(self.providers.values_mut()) {
            part.accepted = 0;
        }
    }

    /// Adds a part that is final as far as this level goes.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.claims += other.claims;
        self.accepted += other.accepted;
        self.sets += other.sets;
        self.sets_accepted += other.sets_accepted;
        self.cents_accepted = self.cents_accepted.saturating_add(other.cents_accepted);
        self.cents_rejected = self.cents_rejected.saturating_add(other.cents_rejected);
        for (ours, theirs) in [(&mut self.payers, other.payers), (&mut self.providers, other.providers)] {
            for (key, part) in theirs {
                let sum = ours.entry(key).or_default();
                sum.claims += part.claims;
                sum.accepted += part.accepted;
                sum.cents = sum.cents.saturating_add(part.cents);
            }
        }
    }

    /// The claims by payer, as summary.json has them.
    pub(crate) fn by_payer(&self, names: &Names) -> Value {
        shown(&self.payers, names, None)
    }

    /// The claims by billing provider, as summary.json has them: tokens, not identifiers.
    pub(crate) fn by_provider(&self, names: &Names, tokens: &Tokens) -> Value {
        shown(&self.providers, names, Some(tokens))
    }
}

fn shown(parts: &Parts, names: &Names, tokens: Option<&Tokens>) -> Value {
    let rows: Map<String, Value> = parts
        .iter()
        .map(|(&key, part)| {
            let row = json!({
                "claims": part.claims,
                "accepted": part.accepted,
                "rejected": part.claims - part.accepted,
                "charges": money(part.cents),
            });
            (names.shown(key, tokens), row)
        })
        .collect();
    Value::Object(rows)
}

/// Cents as decimal text.
pub(crate) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// Numbers for identifiers, in the order of their first appearance, up to a limit.
#[derive(Debug)]
pub(crate) struct Names {
    numbers: HashMap<Box<[u8]>, u32>,
    all: Vec<Box<[u8]>>,
    /// Numbers asked for not long ago, by what their names look like: a few names make up most of a file.
    recent: [u32; 64],
}

impl Default for Names {
    fn default() -> Self {
        Self { numbers: HashMap::new(), all: Vec::new(), recent: [u32::MAX; 64] }
    }
}

impl Names {
    /// The number of `name`.
    pub(crate) fn number(&mut self, name: &[u8]) -> u32 {
        let last = match name.last_chunk() {
            Some(last) => u64::from_le_bytes(*last),
            None => name.iter().fold(name.len() as u64, |last, &byte| last << 8 | u64::from(byte)),
        };
        let at = (last.wrapping_mul(GOLDEN) >> 58) as usize;
        let known = self.recent[at];
        if self.all.get(known as usize).is_some_and(|other| **other == *name) {
            return known;
        }
        let number = self.look_up(name);
        self.recent[at] = number;
        number
    }

    fn look_up(&mut self, name: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        if self.all.len() >= MOST {
            return u32::MAX;
        }
        let number = self.all.len() as u32;
        self.numbers.insert(name.into(), number);
        self.all.push(name.into());
        number
    }

    fn shown(&self, number: u32, tokens: Option<&Tokens>) -> String {
        match (self.all.get(number as usize), tokens) {
            (None, _) => OTHERS.to_owned(),
            (Some(name), _) if name.is_empty() => "none".to_owned(),
            (Some(name), None) => String::from_utf8_lossy(name).into_owned(),
            (Some(name), Some(tokens)) => tokens.token("npi", name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_fault_turns_the_counts_round() {
        let mut names = Names::default();
        let (payer, provider) = (names.number(b"PAYER"), names.number(b"1234567893"));
        let mut set = Tally::default();
        set.add(payer, provider, 1050, true);
        set.add(payer, provider, 25, false);
        set.add_set(true);
        let mut all = Tally::default();
        all.absorb(set.clone());
        set.reject_all();
        all.absorb(set);
        assert_eq!((all.claims, all.accepted, all.cents_accepted, all.cents_rejected), (4, 1, 1050, 1100));
        assert_eq!((all.sets, all.sets_accepted), (2, 1));
        assert_eq!(all.by_payer(&names)["PAYER"]["charges"], "21.50");
        assert_eq!(money(-5), "-0.05");
    }

    #[test]
    fn beyond_the_limit_names_are_counted_together() {
        let mut names = Names::default();
        let last = (0..=MOST as u32).map(|n| names.number(&n.to_be_bytes())).last();
        assert_eq!(last, Some(u32::MAX));
        assert_eq!(names.shown(u32::MAX, None), "others");
    }
}
