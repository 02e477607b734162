//! Why records are held back: lines of quarantine.jsonl, and rows of worklist.csv for the person who mends them.

use std::sync::Arc;

use x12::claim::FieldPlace;
use x12::finding::{Finding, Info, NO_LOOP, Scope, Severity};
use x12::guide::Plan;
use x12::record::{Asked, FieldName, Secrecy, Ssn, string};
use x12::wire::{Output, Segment, decimal};

use super::line::{masked, push_number};
use super::records::Records;
use super::records::Withdrawal;
use super::{Desk, Part, worklist};
use crate::records::{Line, Subject};
use crate::stretch::Stretch;

/// Most reasons that are told for a set, group or interchange that goes back.
const MOST_REASONS: usize = 1_000;

/// What is told of a finding beside itself.
pub(crate) struct Reason<'a> {
    pub(crate) info: &'a Info,
    pub(crate) controls: [Option<&'a [u8]>; 3],
    pub(crate) loop_id: Option<&'a str>,
    pub(crate) segment: String,
    pub(crate) value: &'a [u8],
    /// The record's own line.
    pub(crate) line: Option<(&'a Line, &'a [u8])>,
    /// The field of the record, where one stands there.
    pub(crate) field: Option<&'a FieldName>,
    /// Where it stands in the guide.
    pub(crate) path: &'a str,
    /// What of the record says who it is of, as [`Worklist`] asks for it.
    pub(crate) who: Vec<Vec<u8>>,
}

/// The segment that a finding stands in, where it is in the piece at hand.
struct AtHand<'a> {
    stretch: Stretch<'a>,
    plan: &'a Plan,
    place: &'a FieldPlace,
}

impl AtHand<'_> {
    fn ask<R>(&self, act: impl FnOnce(&Segment<'_>) -> R) -> Option<R> {
        let raw = self.stretch.segments().next()?;
        self.stretch.is_named(&raw, &self.place.segment).then(|| self.stretch.with(&raw, act))
    }
}

impl Asked for AtHand<'_> {
    fn says(&self, element: u8, component: u8) -> Option<Vec<u8>> {
        let (element, component) = (usize::from(element), usize::from(component));
        self.ask(|segment| match component {
            0 => segment.element(element).to_vec(),
            _ => segment.component(element, component).to_vec(),
        })
    }

    fn is_one_of(&self, codes: &[String]) -> bool {
        let Some(index) = self.plan.find_loop(&self.place.loop_id) else { return false };
        let slots = self.plan.slots_of(index).iter();
        let mut siblings = slots.filter(|slot| slot.segment.text() == self.place.segment);
        let key = siblings.find(|slot| slot.key.values.iter().any(|value| codes.contains(value))).map(|slot| &slot.key);
        key.is_some_and(|key| {
            let said = self.says(key.element, key.component);
            key.values.iter().any(|value| Some(value.as_bytes()) == said.as_deref())
        })
    }
}

impl Desk<'_> {
    /// Where records are written, what was found is held against them. `path` is its place in the guide.
    pub(crate) fn hold_against_record(
        &mut self,
        part: &Part<'_>,
        finding: &Finding,
        (info, loop_id, segment): (&Info, Option<&str>, String),
        (path, value): (&str, &[u8]),
    ) {
        let line = self.line_of(part);
        let delimiters = self.delimiters();
        let Some(records) = &mut self.records else { return };
        let controls = [
            self.interchange.as_ref().map(|open| open.control.as_slice()),
            self.group.as_ref().map(|open| open.control.as_slice()),
            self.set.as_ref().map(|open| open.control.as_slice()),
        ];
        let recording = Arc::clone(&records.recording);
        let place = FieldPlace {
            loop_id: loop_id.unwrap_or_default().to_owned(),
            segment: segment.clone(),
            element: finding.position.element,
            component: finding.position.component,
        };
        let checked = finding.check.checked_sub(1).and_then(|check| recording.form.field_of(usize::from(check)));
        let field = checked.or_else(|| {
            let plan = self.plan.as_ref().filter(|_| finding.loop_index != NO_LOOP && place.element > 0)?;
            let bytes = part.sheet.bytes();
            let found = part.sheet.analysed.taken.find(finding.position.offset).unwrap_or(0);
            let before = bytes.get(..found as usize).unwrap_or_default();
            let start = memchr::memrchr(delimiters.terminator, before).map_or(0, |at| at as u32 + 1);
            let stretch = Stretch { bytes, range: start..bytes.len() as u32, delimiters };
            recording.form.field_at(&place, &AtHand { stretch, plan, place: &place })
        });
        let who = match &records.worklist {
            Some(worklist) if finding.severity > Severity::Info => worklist.who(part, line.map(|(line, _)| line)),
            _ => Vec::new(),
        };
        let loop_id = loop_id.filter(|id| !id.is_empty());
        records.found(finding, &Reason { info, controls, loop_id, segment, value, line, field, path, who });
    }
}

impl Records {
    /// `finding` speaks against the record at hand, or against a level above it.
    fn found(&mut self, finding: &Finding, told: &Reason<'_>) {
        let error = finding.severity == Severity::Error;
        let depth = match finding.scope {
            Scope::Interchange => 0,
            Scope::Group => 1,
            Scope::Set => 2,
            _ => {
                self.bad |= error;
                let mut line = self.reason(finding, told);
                line.extend_from_slice(b",\"members\":null}\n");
                if let Some(quarantine) = &mut self.quarantine {
                    quarantine.append(&line);
                }
                let work = self.work(finding, told);
                if let Some(worklist) = &mut self.worklist {
                    worklist.file.append(&work);
                }
                return;
            }
        };
        if error && self.levels.get(depth).is_some_and(|level| level.reasons.len() < MOST_REASONS) {
            let withdrawal = Withdrawal { line: self.reason(finding, told), work: self.work(finding, told) };
            self.levels[depth].reasons.push(withdrawal);
        }
    }

    /// A line of quarantine.jsonl for `finding`, without its end.
    fn reason(&self, finding: &Finding, told: &Reason<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let info = told.info;
        let position = &finding.position;
        let mut text = |key: &str, value: Option<&[u8]>| {
            out.extend_from_slice(key.as_bytes());
            match value.filter(|value| !value.is_empty()) {
                Some(value) => string(&mut out, value),
                None => out.extend_from_slice(b"null"),
            }
        };
        text(r#"{"code":"#, Some(info.name.as_bytes()));
        text(r#","severity":"#, Some(finding.severity.name().as_bytes()));
        text(r#","message":"#, Some(info.title.as_bytes()));
        text(r#","fix":"#, Some(info.fix.as_bytes()));
        text(r#","kind":"#, Some(self.recording.subject.set.as_bytes()));
        text(r#","file":"#, Some(self.file.as_bytes()));
        for (key, control) in [r#","interchange":"#, r#","group":"#, r#","set":"#].iter().zip(told.controls) {
            text(key, control);
        }
        text(r#","loop":"#, told.loop_id.map(str::as_bytes));
        text(r#","segment":"#, Some(told.segment.as_bytes()));
        text(r#","field":"#, told.field.map(|field| field.text.as_bytes()));
        text(r#","value":"#, Some(masked(told.value).as_bytes()));
        text(r#","subscriber":"#, self.subscriber(told.line).as_deref().map(str::as_bytes));
        text(r#","scope":"#, Some(finding.scope.name().as_bytes()));
        let profile = self.recording.profile.as_ref();
        text(r#","profile":"#, profile.map(|(name, _)| name.as_bytes()));
        text(r#","profile_version":"#, profile.map(|(_, version)| version.as_bytes()));
        let in_record = finding.scope > Scope::Set;
        let some = |number: u32| (number > 0).then_some(u64::from(number));
        for (key, number) in [
            (r#","row":"#, None),
            (r#","path":"#, None),
            (r#","index":"#, in_record.then_some(self.index)),
            (r#","segment_index":"#, some(position.segment)),
            (r#","element":"#, some(position.element.into())),
            (r#","component":"#, some(position.component.into())),
        ] {
            out.extend_from_slice(key.as_bytes());
            match number {
                Some(number) => push_number(&mut out, number),
                None => out.extend_from_slice(b"null"),
            }
        }
        out
    }

    /// A row of worklist.csv for `finding`; empty where there is nothing to do.
    fn work(&self, finding: &Finding, told: &Reason<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        if self.worklist.is_none() || finding.severity == Severity::Info {
            return out;
        }
        let number = |number: u32| String::from_utf8_lossy(decimal(number.into(), &mut [0; 20])).into_owned();
        let segment = Some(finding.position.segment).filter(|segment| *segment > 0).map(number);
        let set = told.controls[2].map(String::from_utf8_lossy);
        let place = match (&set, &segment) {
            (Some(set), Some(segment)) => format!("set {set} segment {segment}"),
            (Some(set), None) => format!("set {set}"),
            _ => String::new(),
        };
        let who: Vec<Vec<u8>> = told.who.iter().map(|text| self.clear_of_secrets(text, told)).collect();
        let value = match told.field.map_or(Secrecy::Maybe, |field| field.secrecy) {
            Secrecy::Open => told.value.to_vec(),
            Secrecy::Maybe => Ssn::read(told.value).map_or_else(|| told.value.to_vec(), shortened),
            Secrecy::Ssn => Ssn::read(told.value).map_or_else(|| masked(told.value).into_bytes(), shortened),
        };
        let field = told.field.map_or(told.path, |field| field.text.as_str());
        let mut cells: Vec<&[u8]> = vec![self.file.as_bytes(), place.as_bytes()];
        cells.extend(who.iter().map(Vec::as_slice));
        cells.extend([told.info.name.as_bytes(), finding.severity.name().as_bytes(), told.info.title.as_bytes()]);
        cells.extend([field.as_bytes(), &value, told.info.fix.as_bytes()]);
        cells.push(segment.as_deref().unwrap_or_default().as_bytes());
        worklist::row(&mut out, &cells);
        out
    }

    /// A text of the record, unless it is the social security number of its family: then the last four of it.
    fn clear_of_secrets(&self, text: &[u8], told: &Reason<'_>) -> Vec<u8> {
        let family = told.line.and_then(|(line, bytes)| Some((line.link?, bytes)));
        let is_secret = |ssn: &Ssn| {
            let own = family.is_some_and(|(link, bytes)| link.secret && link.span.of(bytes) == text);
            own || self.families.has(*ssn)
        };
        Ssn::read(text).filter(is_secret).map_or_else(|| text.to_vec(), shortened)
    }

    /// The token of the family of a record.
    fn subscriber(&self, line: Option<(&Line, &[u8])>) -> Option<String> {
        let (own, bytes) = line?;
        let family = own.link?;
        let value = family.span.of(bytes);
        match Ssn::read(value).filter(|ssn| family.secret || self.families.has(*ssn)) {
            Some(ssn) => Some(self.recording.tokens.token("ssn", ssn.digits())),
            None => Some(self.recording.tokens.token("subscriber", value)),
        }
    }
}

/// What is shown of a social security number.
fn shortened(ssn: Ssn) -> Vec<u8> {
    [b"***-**-", ssn.last_four()].concat()
}

impl Subject {
    /// Who members are: of which subscriber and policy, called what, born when.
    pub(crate) const MEMBER: &'static [(&'static str, &'static [&'static str])] = &[
        ("subscriber", &["member.subscriber_id"]),
        ("name", &["member.last", "member.first"]),
        ("birth_date", &["member.birth_date"]),
        ("policy", &["member.policy"]),
    ];

    /// Which claim was paid, for whom.
    pub(crate) const CLAIM: &'static [(&'static str, &'static [&'static str])] = &[
        ("claim", &["id"]),
        ("patient", &["patient.last", "patient.first"]),
        ("payer_control", &["payer_control"]),
        ("charge", &["charge"]),
        ("paid", &["paid"]),
    ];
}
