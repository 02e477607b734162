//! Records of sets that hold no claims: members (834) and claim payments (835), written as JSON where they are read.

mod amounts;
mod families;
mod judge;
mod press;
mod pressed;

use std::sync::Arc;

use x12::claim::{ClaimMap, Schema};
use x12::finding::{BUILT_IN, Code, Info, Severity};
use x12::guide::{Plan, Role};
use x12::record::{Form, Seal, Words};
use x12::wire::SegmentId;

use crate::error::Error;
use crate::job::{Command, Job};
use crate::token::Tokens;
use crate::wish::Wish;

pub(crate) use amounts::{Adjusted, Amounts, Claimed};
pub(crate) use families::{Families, MOST};
pub(crate) use judge::Read;
pub(crate) use pressed::{Line, Pressed};

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// ST01 of the sets that hold it.
    pub(crate) set: &'static str,
    /// What a record is called where it is counted, what one that is taken is, and what a finding in it speaks of.
    pub(crate) counted: &'static str,
    pub(crate) taken: &'static str,
    pub(crate) scope: x12::finding::Scope,
    /// The columns of the worklist that say who a record is of, each with its fields.
    pub(crate) who: &'static [(&'static str, &'static [&'static str])],
}

impl Subject {
    /// What `command` records.
    pub(crate) fn of(command: Command) -> Option<Self> {
        use x12::finding::Scope;
        match command {
            Command::Enroll => {
                let (scope, who) = (Scope::Member, Self::MEMBER);
                Some(Self { set: "834", counted: "members", taken: "enrolled", scope, who })
            }
            Command::Remit => {
                let (scope, who) = (Scope::Claim, Self::CLAIM);
                Some(Self { set: "835", counted: "claims", taken: "accepted", scope, who })
            }
            Command::Scrub | Command::Validate | Command::Read | Command::Inspect | Command::Extract => None,
        }
    }
}

/// How records are written.
pub(crate) struct Recording {
    pub(crate) subject: Subject,
    pub(crate) form: Form,
    pub(crate) schema: Arc<Schema>,
    pub(crate) tokens: Tokens,
    /// The profile and its version, for the source of each record.
    pub(crate) profile: Option<(String, String)>,
    /// What records say is wanted as cells, not as lines of JSON: by table of the map, whether somebody asks for its rows, or
    /// for rows in them.
    pub(crate) as_cells: Option<Vec<bool>>,
    /// The identifier of a family is a social security number whatever it looks like.
    hides_links: bool,
    /// Where the amounts of payments are, if it is they that are recorded.
    pub(crate) amounts: Option<Amounts>,
    /// What records are judged by, beside their guide: codes behind the built-in ones, in this order.
    pub(crate) reasons: Vec<Info>,
    /// By the form's checks: which of the reasons each is; none where it is not to be judged.
    checks: Vec<Option<usize>>,
}

impl Recording {
    /// What `job` asks for; none where it wants no records. With a `wish` they are cells, of the tables of its fields.
    pub(crate) fn new(job: &Job, tokens: &Tokens, wish: Option<&Arc<Wish>>) -> Result<Option<Arc<Self>>, Error> {
        let Some(subject) = Subject::of(job.command) else { return Ok(None) };
        let internal = |what: String| Error::Internal(what);
        let (_, map) = ClaimMap::of_records(subject.set)
            .ok_or_else(|| internal(format!("there is no record map of {}", subject.set)))?;
        let map = map.map_err(|error| internal(error.to_string()))?;
        let words = Words::parse(&job.words)
            .map_err(|line| Error::Usage(format!("the words for codes cannot be read, line {line}")))?;
        let profile = job.profile.clone().unwrap_or_default();
        let usage = |error: String| Error::Usage(format!("the profile {}: {error}", profile.name));
        let form = Form::new(&map, &words, &profile.differences()).map_err(usage)?;
        let reasons: Vec<Info> = job.reasons.iter().map(|(code, reason)| reason.info(code)).collect();
        let checks = form.checks().map(|code| reason_code(&reasons, code)).collect();
        let schema = map.schema();
        let named = (!profile.name.is_empty()).then_some((profile.name.clone(), profile.version.clone()));
        Ok(Some(Arc::new(Self {
            subject,
            tokens: tokens.clone(),
            profile: named,
            as_cells: wish.map(|wish| wanted(&map, wish)),
            hides_links: profile.subscriber_is_ssn,
            form,
            amounts: Amounts::new(&schema),
            schema: Arc::new(schema),
            reasons,
            checks,
        })))
    }

    /// The code of what a check finds, with how bad it is; none where it is not to be judged.
    pub(crate) fn reason(&self, check: usize) -> Option<(Code, Severity)> {
        let at = (*self.checks.get(check)?)?;
        Some((Code((BUILT_IN.len() + at) as u16), self.reasons.get(at)?.severity))
    }
}

/// By table of `map`: whether `wish` asks for it, or for what is in it.
fn wanted(map: &ClaimMap, wish: &Wish) -> Vec<bool> {
    let mut wanted = vec![false; map.tables.len()];
    let mut ahead: Vec<usize> = wish.fields.iter().map(|(_, table, _)| *table).collect();
    while let Some(table) = ahead.pop() {
        if let (Some(place @ false), Some(table)) = (wanted.get_mut(table), map.tables.get(table)) {
            *place = true;
            ahead.extend(&table.parents);
        }
    }
    wanted
}

/// Which of `reasons` is called `code`.
fn reason_code(reasons: &[Info], code: &str) -> Option<usize> {
    reasons.iter().position(|reason| reason.name == code)
}

impl Seal for Recording {
    fn seal(&self, value: &[u8], out: &mut Vec<u8>) {
        self.tokens.append("ssn", value, out);
    }
}

/// The segment that records of `plan` begin with, and by loop whether it is of a record.
pub(crate) fn loops(plan: &Plan) -> Option<(SegmentId, Vec<bool>)> {
    let record = plan.loops.iter().position(|each| each.role == Some(Role::Record))?;
    let mut within = vec![false; plan.loops.len()];
    let mut ahead = vec![record as u16];
    while let Some(index) = ahead.pop() {
        if !std::mem::replace(within.get_mut(usize::from(index))?, true) {
            ahead.extend(plan.slots_of(index).iter().filter_map(|slot| slot.opens));
        }
    }
    let opener = plan.slots_of(record as u16).first()?.segment;
    Some((opener, within))
}
