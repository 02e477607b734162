//! The answers to one interchange, staged as it goes by: TA1, 999, 277CA.

use x12::acknowledge::implementation::is_due;
use x12::acknowledge::{
    ClaimStatus, Details, ElementFault, Envelope, Fault, FaultKind, GroupEnd, Gs, Implementation, Isa, LoopIds, Notes,
    PatientRef, ProviderRef, Receipt, SetStatus, Source, Stamp, Standing, StatusSet, Submitter, Unit, ta1,
};
use x12::wire::{Delimiters, Output};

use super::Outcome;
use crate::error::Error;
use crate::stage::{Stage, StagedFile};

/// What all answers of a run have in common.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) stamp: Stamp,
    pub(crate) received: [u8; 8],
    pub(crate) standing: Standing,
    /// Claims are answered one by one (277CA): `scrub`, not `validate`.
    pub(crate) claims: bool,
}

/// The answers to one interchange.
pub(crate) struct Answers {
    manner: Manner,
    isa: Isa,
    delimiters: Delimiters,
    suffix: Vec<u8>,
    stem: String,
    /// ISA13 of the 999, which is that of the interchange answered.
    control: u32,
    implementation: Implementation,
    implementation_file: StagedFile,
    answered: bool,
    statuses: Envelope,
    statuses_file: StagedFile,
    /// The details of the open set: they stand behind totals that are not known before its end.
    draft: StagedFile,
    reported: bool,
    group: Option<Group>,
    set: Option<Set>,
    scratch: Vec<u8>,
}

/// The open group's answer.
struct Group {
    gs: Gs,
    due: bool,
    codes: Vec<String>,
    statuses_before: (u64, Envelope, bool),
}

/// The open set's answers.
struct Set {
    notes: Notes,
    codes: Vec<String>,
    details: Details,
    source: Source,
    submitter: [Vec<u8>; 4],
    /// 1000A NM102 is `1`.
    person: bool,
    batch: Vec<u8>,
    started: bool,
    provider_open: bool,
}

/// Who the parties of a set are: values of 1000A, 1000B and BHT.
#[derive(Default)]
pub(crate) struct Parties {
    pub(crate) submitter: [Vec<u8>; 4],
    pub(crate) person: bool,
    pub(crate) batch: Vec<u8>,
    pub(crate) receiver_name: Vec<u8>,
    pub(crate) receiver_id: Vec<u8>,
}

impl Answers {
    /// The answers to `isa`, in files that begin with `stem`.
    pub(crate) fn new(
        stage: &Stage,
        stem: &str,
        isa: Isa,
        delimiters: Delimiters,
        suffix: &[u8],
        manner: Manner,
    ) -> Self {
        let control = isa
            .control
            .iter()
            .filter(|byte| byte.is_ascii_digit())
            .fold(0u32, |sum, &digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')) % 1_000_000_000);
        let control = control.max(1);
        let envelope = |number| Envelope::new(isa.clone(), delimiters, suffix, manner.stamp, number);
        Self {
            implementation: Implementation::new(envelope(control)),
            statuses: envelope(apart(control, 1)),
            implementation_file: stage.file(&format!("{stem}.999")),
            statuses_file: stage.file(&format!("{stem}.277ca")),
            draft: stage.draft(&format!("{stem}.part")),
            stem: stem.to_owned(),
            suffix: suffix.to_vec(),
            manner,
            isa,
            delimiters,
            control,
            answered: false,
            reported: false,
            group: None,
            set: None,
            scratch: Vec::new(),
        }
    }

    pub(crate) fn open_group(&mut self, gs: Gs) {
        let due = is_due(&gs.kind);
        if due {
            self.implementation.open_group(&mut self.scratch, &gs);
            self.answered = true;
        }
        self.flush();
        let statuses_before = (self.statuses_file.len(), self.statuses.clone(), self.reported);
        self.group = Some(Group { gs, due, codes: Vec::new(), statuses_before });
    }

    pub(crate) fn open_set(&mut self, st: [&[u8]; 3]) {
        if self.due() {
            self.implementation.open_set(&mut self.scratch, st[0], st[1], st[2]);
        }
        self.flush();
        self.set = Some(Set {
            notes: Notes::new(self.implementation.envelope().delimiters(), LoopIds::default()),
            codes: Vec::new(),
            details: Details::new(
                self.statuses.delimiters(),
                self.statuses.suffix(),
                self.manner.standing,
                self.manner.stamp,
            ),
            source: Source::default(),
            submitter: Default::default(),
            person: false,
            batch: Vec::new(),
            started: false,
            provider_open: false,
        });
    }

    /// A fault of the open set that the 999 tells in a segment.
    pub(crate) fn note(&mut self, fault: &Fault<'_>) {
        if !self.due() {
            return;
        }
        let suffix = self.implementation.envelope().suffix();
        if let Some(set) = &mut self.set {
            set.notes.add(&mut self.scratch, suffix, fault);
        }
        self.flush();
    }

    /// A fault of the open set (IK502) or group (AK905) itself.
    pub(crate) fn code(&mut self, segment: &str, code: &str) {
        let codes = match (segment, &mut self.set, &mut self.group) {
            ("IK5", Some(set), _) => &mut set.codes,
            ("AK9", _, Some(group)) => &mut group.codes,
            _ => return,
        };
        if !codes.iter().any(|known| known == code) {
            codes.push(code.to_owned());
        }
    }

    /// The next claim is of another billing provider.
    pub(crate) fn next_provider(&mut self) {
        if let Some(set) = &mut self.set {
            set.provider_open = false;
        }
    }

    /// What became of a claim. `parties` are asked for with the first claim of a set, `provider` with its first.
    pub(crate) fn claim<'p>(
        &mut self,
        parties: impl FnOnce() -> Parties,
        provider: impl FnOnce() -> ProviderRef<'p>,
        patient: &PatientRef<'_>,
        claim: &ClaimStatus<'_>,
    ) {
        let Some(set) = self.set.as_mut().filter(|_| self.manner.claims) else { return };
        if !set.started {
            set.started = true;
            let parties = parties();
            set.source = Source { name: parties.receiver_name, qualifier: b"46".to_vec(), id: parties.receiver_id };
            set.submitter = parties.submitter;
            set.person = parties.person;
            set.batch = parties.batch;
        }
        self.draft.compose(|out| {
            if !std::mem::replace(&mut set.provider_open, true) {
                set.details.open_provider(out, &provider());
            }
            set.details.claim(out, patient, claim);
        });
    }

    /// Ends the open set.
    pub(crate) fn close_set(&mut self, outcome: Outcome) {
        let Some(mut set) = self.set.take() else { return };
        let status = match outcome {
            Outcome::Accepted => SetStatus::Accepted,
            Outcome::Errors => SetStatus::Errors,
            Outcome::Rejected => SetStatus::Rejected,
        };
        if self.due() {
            let codes: Vec<&str> = set.codes.iter().map(String::as_str).collect();
            self.implementation.add(set.notes.tally());
            self.implementation.close_set(&mut self.scratch, status, &codes);
        }
        self.flush();
        if set.started && outcome != Outcome::Rejected {
            self.report(&mut set);
        }
        self.draft.truncate(0);
    }

    /// Writes the 277CA of a set whose details are complete.
    fn report(&mut self, set: &mut Set) {
        let Some(group) = &self.group else { return };
        let [name, first, middle, id] = &set.submitter;
        let party = x12::acknowledge::Party { person: set.person, name, first, middle, suffix: b"" };
        let answer = StatusSet {
            source: &set.source,
            submitter: Submitter { party, id, batch: &set.batch },
            standing: self.manner.standing,
            trace: &self.isa.control,
            received: self.manner.received,
        };
        let mut out = std::mem::take(&mut self.scratch);
        let number = answer.header(&mut out, &mut self.statuses, &group.gs, &set.details);
        self.statuses_file.append(&out);
        set.details.finish(&mut self.draft, &mut self.statuses_file);
        out.clear();
        answer.trailer(&mut out, &self.statuses, number, &set.details);
        self.statuses_file.append(&out);
        out.clear();
        self.scratch = out;
        self.reported = true;
    }

    /// Ends the open group. `included` is GE01; `rejected` says that the group itself is at fault.
    pub(crate) fn close_group(&mut self, included: Option<u64>, rejected: bool) {
        let Some(group) = self.group.take() else { return };
        if rejected {
            let (length, envelope, reported) = group.statuses_before;
            self.statuses_file.truncate(length);
            self.statuses = envelope;
            self.reported = reported;
        }
        if group.due {
            let codes: Vec<&str> = group.codes.iter().map(String::as_str).collect();
            self.implementation.close_group(&mut self.scratch, GroupEnd { included, rejected, codes: &codes });
        }
        self.flush();
    }

    /// Ends the interchange: its TA1 when one is due and may be written (`may_tell`), its 999 and 277CA unless it was
    /// rejected.
    pub(crate) fn close(mut self, stage: &mut Stage, note: Option<&str>, may_tell: bool) -> Result<(), Error> {
        let receipt = if note.is_some() { Receipt::Rejected } else { Receipt::Accepted };
        if may_tell && ta1::is_due(self.isa.wants_ta1, receipt) {
            let mut out = Vec::new();
            let (isa, stamp) = (self.isa.clone(), self.manner.stamp);
            let number = apart(self.control, 2);
            let envelope = Envelope::new(isa, self.delimiters, &self.suffix, stamp, number);
            ta1::write(&mut out, envelope, receipt, note.unwrap_or("000"));
            stage.whole(&format!("{}.ta1", self.stem), &out)?;
        }
        let rejected = receipt == Receipt::Rejected;
        self.implementation.close(&mut self.scratch);
        self.flush();
        self.draft.discard();
        if self.answered && !rejected {
            stage.finish(self.implementation_file)?;
        } else {
            self.implementation_file.discard();
        }
        if self.reported && !rejected {
            let mut out = Vec::new();
            self.statuses.close(&mut out);
            self.statuses_file.append(&out);
            stage.finish(self.statuses_file)?;
        } else {
            self.statuses_file.discard();
        }
        Ok(())
    }

    /// True when writing failed.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        self.implementation_file.check()?;
        self.statuses_file.check()?;
        self.draft.check()
    }

    fn due(&self) -> bool {
        self.group.as_ref().is_some_and(|group| group.due)
    }

    fn flush(&mut self) {
        self.implementation_file.append(&self.scratch);
        self.scratch.clear();
    }
}

/// ISA13 of another answer to the interchange whose 999 has `control`: a receiver that looks for duplicates takes both,
/// and those of the next interchanges too, which count on.
fn apart(control: u32, by: u32) -> u32 {
    const STEP: u32 = 333_333_333;
    (control - 1 + by * STEP) % 999_999_999 + 1
}

/// A fault for the 999 from the parts of a finding.
pub(crate) fn fault<'a>(
    segment: &'a [u8],
    position: u32,
    loop_id: &'a str,
    element: Option<ElementFault<'a>>,
    code: &'a str,
    unit: Option<Unit<'a>>,
) -> Fault<'a> {
    let kind = element.map_or(FaultKind::Segment(code), FaultKind::Element);
    Fault { segment, position, loop_id, kind, unit, trigger: None }
}
