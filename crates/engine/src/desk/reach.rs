//! What was found above the claims, and what of them it reaches.

use x12::finding::{Code, Finding, Scope, Severity};

use super::results::LEVELS;

/// Most findings above one claim whose affected claims are counted; of more than that, the count stays open.
const MOST_PENDING: usize = 100_000;

/// Findings above the claim: whether they reject, and where their counts of claims have to be put.
#[derive(Default)]
pub(crate) struct Reach {
    pub(super) levels: [Level; LEVELS],
}

/// What was found at one level.
#[derive(Default)]
pub(super) struct Level {
    pub(super) bad: bool,
    /// What is wrong is told before any claim is looked at (TA1, 999): it refuses the whole.
    pub(super) refused: bool,
    pub(super) claims_before: u64,
    /// Claims that could not be placed, likewise.
    pub(super) lost_before: u64,
    /// Where the count stands in findings.jsonl, if it is written, and of which code it is.
    pub(super) pending: Vec<(Option<u64>, Code)>,
    /// 277CA reasons of the level's own faults.
    pub(super) reasons: Vec<String>,
}

/// The level of sets.
pub(super) const SET: usize = 2;

/// The levels of [`Reach`] by scope; claims and lines are none.
pub(super) fn level_of(scope: Scope) -> Option<usize> {
    match scope {
        Scope::Interchange => Some(0),
        Scope::Group => Some(1),
        Scope::Set => Some(SET),
        Scope::Provider => Some(3),
        Scope::Subscriber => Some(4),
        Scope::Patient => Some(5),
        Scope::Member | Scope::Claim | Scope::Line => None,
    }
}

impl Reach {
    /// How many claims were seen when each level began, those that could not be placed included.
    pub(crate) fn starts(&self) -> [u64; LEVELS] {
        self.levels.each_ref().map(|level| level.claims_before + level.lost_before)
    }

    /// True when something above the claim rejects it.
    pub(crate) fn rejects(&self) -> bool {
        self.levels.iter().any(|level| level.bad)
    }

    /// The 277CA reasons of provider-level faults.
    pub(crate) fn provider_reasons(&self) -> &[String] {
        &self.levels[3].reasons
    }

    /// The 277CA reasons of all faults between set and claim.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = &String> {
        self.levels[2..].iter().flat_map(|level| &level.reasons)
    }

    /// A finding of `scope`: remembers where its count stands, whether it rejects, and whether it `refuses` the whole.
    pub(crate) fn mark(&mut self, finding: &Finding, place: Option<u64>, reason: Option<&str>, refuses: bool) {
        let Some(level) = level_of(finding.scope).map(|at| &mut self.levels[at]) else { return };
        level.bad |= finding.severity == Severity::Error;
        level.refused |= refuses;
        if level.pending.len() < MOST_PENDING {
            level.pending.push((place, finding.code));
        }
        if let Some(reason) = reason.filter(|reason| !level.reasons.iter().any(|known| known == reason)) {
            level.reasons.push(reason.to_owned());
        }
    }
}
