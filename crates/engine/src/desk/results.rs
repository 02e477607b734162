//! What a run came to: counts, and the JSON of summary.json and the reasons.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use x12::finding::{Catalog, Code, Severity};
use x12::scrub::{Counts, Program};

use super::tally::{Names, Tally, money};
use crate::token::Tokens;

/// The file at hand.
#[derive(Debug, Default)]
pub(crate) struct FileFacts {
    /// Its name without folder.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) interchanges: u32,
    /// Claims so far.
    pub(crate) claims: u64,
    stem: String,
}

/// How the outputs of file `name` begin, with what tells it from others.
pub(crate) fn stem(name: &str, ordinal: usize) -> String {
    let base = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
    let base: String = base.chars().map(|each| if each.is_control() || each == '/' { '_' } else { each }).collect();
    if ordinal == 0 { base } else { format!("{base}~{ordinal}") }
}

impl FileFacts {
    /// The facts of file `name`, the `ordinal`-th of the run.
    pub(crate) fn new(name: &str, ordinal: usize) -> Self {
        let stem = stem(name, ordinal);
        Self { name: name.to_owned(), stem, ..Self::default() }
    }

    /// How the outputs of its latest interchange begin: `<stem>.<n>-<ISA13>`.
    pub(crate) fn stem(&self, control: &[u8]) -> String {
        let control: String = control
            .iter()
            .map(|&byte| if byte.is_ascii_alphanumeric() { byte as char } else { '_' })
            .take(16)
            .collect();
        format!("{}.{}-{control}", self.stem, self.interchanges)
    }
}

/// Counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) files: Vec<String>,
    pub(crate) interchanges: u64,
    pub(crate) groups: u64,
    pub(crate) sets: u64,
    pub(crate) claims_seen: u64,
    pub(crate) unreadable: u64,
    pub(crate) unreadable_sets: u64,
    pub(crate) unreadable_segments: u64,
    /// More control numbers or claims came than are remembered.
    pub(crate) forgot: bool,
    /// As many numbers of claims.
    pub(crate) forgot_numbers: bool,
    pub(crate) tally: Tally,
    codes: Vec<Found>,
}

/// How often a code was found.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    count: u64,
    claims: u64,
    last_claim: Option<u64>,
    severity: Option<Severity>,
    /// The claims that were counted below each open level, so that none is counted twice.
    below: [Below; LEVELS],
}

/// How many levels may be open above a claim.
pub(crate) const LEVELS: usize = 6;

/// Claims counted since there were `since` in the run.
#[derive(Clone, Copy, Debug, Default)]
struct Below {
    since: u64,
    claims: u64,
}

impl Found {
    /// Counts `claims` more, which are below the levels that began at `starts`.
    fn reach(&mut self, claims: u64, starts: &[u64]) {
        self.claims += claims;
        for (below, &since) in self.below.iter_mut().zip(starts) {
            if below.since != since {
                *below = Below { since, claims: 0 };
            }
            below.claims += claims;
        }
    }
}

impl Totals {
    fn code(&mut self, code: Code) -> &mut Found {
        let at = usize::from(code.0);
        if self.codes.len() <= at {
            self.codes.resize(at + 1, Found::default());
        }
        &mut self.codes[at]
    }

    /// A finding of `code`.
    pub(crate) fn count(&mut self, code: Code, severity: Severity) {
        let found = self.code(code);
        found.count += 1;
        found.severity = found.severity.max(Some(severity));
    }

    /// It speaks of the claim at hand, below levels that began when `starts` claims were seen.
    pub(crate) fn reached_claim(&mut self, code: Code, starts: &[u64; LEVELS]) {
        let now = self.claims_seen;
        let found = self.code(code);
        if found.last_claim != Some(now) {
            found.last_claim = Some(now);
            found.reach(1, starts);
        }
    }

    /// It stands on the last of the levels that began at `starts`, above `claims` claims, of which some may be counted.
    pub(crate) fn reached(&mut self, code: Code, claims: u64, starts: &[u64]) {
        let found = self.code(code);
        let own = starts.len().checked_sub(1).and_then(|last| Some((found.below.get(last)?, starts[last])));
        let counted = own.map_or(0, |(below, since)| if below.since == since { below.claims } else { 0 });
        found.reach(claims.saturating_sub(counted), starts);
    }

    /// True when something as bad as an error was found.
    pub(crate) fn has_errors(&self) -> bool {
        self.codes.iter().any(|found| found.severity == Some(Severity::Error))
    }

    /// How often each code was found.
    pub(crate) fn found(&self, catalog: &Catalog) -> Map<String, Value> {
        let mut findings: Vec<_> = self.codes.iter().enumerate().filter(|(_, found)| found.count > 0).collect();
        findings.sort_by_key(|(at, _)| catalog.info(Code(*at as u16)).name.clone());
        let mut counted = Map::new();
        for (at, found) in findings {
            let name = catalog.info(Code(at as u16)).name.clone();
            let before = counted.get(&name).and_then(Value::as_u64).unwrap_or(0);
            counted.insert(name, (before + found.count).into());
        }
        counted
    }

    /// summary.json.
    pub(crate) fn summary(
        &self,
        catalog: &Catalog,
        names: &Names,
        tokens: &Tokens,
        (rules, there): (&[Judged<'_>], There<'_>),
        scrubbed: bool,
    ) -> Value {
        let tally = &self.tally;
        let rate = (tally.claims > 0).then(|| {
            let parts = u128::from(tally.accepted) * 10_000 + u128::from(tally.claims) / 2;
            f64::from((parts / u128::from(tally.claims)) as u32) / 10_000.0
        });
        let findings = self.found(catalog);
        let mut no_data = Map::new();
        for (program, counts) in rules {
            for (rule, counts) in program.rules().iter().zip(*counts).filter(|(_, counts)| counts.no_data > 0) {
                for name in lacking(program, &rule.code_tables, there) {
                    let before = no_data.get(name).and_then(Value::as_u64).unwrap_or(0);
                    no_data.insert(name.to_owned(), (before + counts.no_data).into());
                }
            }
        }
        let charges = |cents: i64| if scrubbed { Value::String(money(cents)) } else { Value::Null };
        json!({
            "files": self.files,
            "interchanges": self.interchanges,
            "groups": self.groups,
            "sets": self.sets,
            "sets_accepted": tally.sets_accepted,
            "sets_rejected": tally.sets - tally.sets_accepted,
            "claims": tally.claims + self.unreadable,
            "accepted": tally.accepted,
            "rejected": tally.claims - tally.accepted,
            "unreadable": self.unreadable,
            "unreadable_sets": self.unreadable_sets,
            "unreadable_segments": self.unreadable_segments,
            "charges_accepted": charges(tally.cents_accepted),
            "charges_rejected": charges(tally.cents_rejected),
            "clean_claim_rate": rate,
            "findings": findings,
            "by_payer": if scrubbed { tally.by_payer(names) } else { json!({}) },
            "by_billing_npi": if scrubbed { tally.by_provider(names, tokens) } else { json!({}) },
            "no_data": no_data,
        })
    }

    /// Every code that was found, most claims first.
    pub(crate) fn reasons(&self, catalog: &Catalog) -> Value {
        let mut found: Vec<(usize, &Found)> =
            self.codes.iter().enumerate().filter(|(_, found)| found.count > 0).collect();
        found.sort_by_key(|(at, found)| {
            (std::cmp::Reverse(found.severity), std::cmp::Reverse(found.claims), std::cmp::Reverse(found.count), *at)
        });
        let rows = found.into_iter().map(|(at, found)| {
            let info = catalog.info(Code(at as u16));
            json!({
                "code": info.name,
                "severity": found.severity.map_or("info", Severity::name),
                "title": info.title,
                "count": found.count,
                "claims": found.claims,
                "fix": if info.fix.is_empty() { Value::Null } else { info.fix.clone().into() },
            })
        });
        Value::Array(rows.collect())
    }
}

/// Whether a list of codes is there.
type There<'a> = &'a dyn Fn(&str) -> bool;

/// Rules, and how often each came to what.
type Judged<'a> = (&'a Program, &'a [Counts]);

/// The tables for want of which a rule could not look: those that are not there, or, where all are, each of them, since
/// it does not speak of the day.
fn lacking<'p>(program: &'p Program, asked: &[usize], there: There<'_>) -> BTreeSet<&'p str> {
    let lists = asked.iter().filter_map(|&table| program.code_tables().get(table)).map(String::as_str);
    let lists: Vec<&str> = lists.collect();
    let all_there = lists.iter().all(|list| there(list));
    let wanted = lists.into_iter().filter(|list| all_there || !there(list));
    wanted.map(|list| list.split('.').next().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_named_by_file_interchange_and_control_number() {
        let mut facts = FileFacts::new("claims.837", 0);
        facts.interchanges = 2;
        assert_eq!(facts.stem(b"000000905"), "claims.2-000000905");
        assert_eq!(facts.stem(b"../x"), "claims.2-___x");
        assert_eq!(FileFacts::new(".837", 1).stem, ".837~1");
    }

    #[test]
    fn a_claim_counts_once_for_a_code() {
        let mut totals = Totals::default();
        let code = Code::ELEMENT_MISSING;
        for _ in 0..3 {
            totals.count(code, Severity::Error);
            totals.reached_claim(code, &[0; LEVELS]);
        }
        let reasons = totals.reasons(&Catalog::default());
        assert_eq!((reasons[0]["count"].as_u64(), reasons[0]["claims"].as_u64()), (Some(3), Some(1)));
    }

    /// Two claims below one subscriber: a code on the first, twice on the subscriber, and on the set.
    #[test]
    fn a_claim_counts_once_whatever_stands_above_it() {
        let mut totals = Totals { claims_seen: 10, ..Totals::default() };
        let code = Code::ELEMENT_MISSING;
        totals.count(code, Severity::Error);
        totals.reached_claim(code, &[0, 0, 4, 10, 10, 10]);
        totals.claims_seen = 12;
        totals.reached(code, 2, &[0, 0, 4, 10, 10]);
        totals.reached(code, 2, &[0, 0, 4, 10, 10]);
        assert_eq!(totals.codes[usize::from(code.0)].claims, 2);
        totals.reached(code, 8, &[0, 0, 4]);
        assert_eq!(totals.codes[usize::from(code.0)].claims, 8);
    }
}
