//! Interchanges, groups, sets and hierarchical levels as they open and close.

use x12::acknowledge::{Gs, Isa};
use x12::finding::{Code, Finding, Scope, Severity};
use x12::guide::{Overlaid, Role};
use x12::position::Span;
use x12::split::Item as SplitItem;
use x12::validate::{Place, Routed};
use x12::wire::{Delimiters, Output, Segment};

use super::answers::Answers;
use super::line::affected;
use super::parting::{Split, raw, trailer};
use super::reach::SET;
use super::records::SetSource;
use super::tally::Tally;
use super::{Desk, Outcome, Part, verdicts};
use crate::error::Error;
use crate::item::Kind;
use crate::job::RejectUnit;
use crate::standing::Inside;

/// The open interchange.
pub(crate) struct Interchange {
    pub(crate) control: Vec<u8>,
    pub(crate) delimiters: Delimiters,
    pub(crate) answers: Option<Answers>,
    pub(super) split: Option<Split>,
    tally: Tally,
    /// TA105 of the first error.
    note: Option<String>,
    /// What came in it: it is not answered where that is acknowledgments of interchanges alone.
    notices: bool,
    groups: bool,
}

/// The open group.
pub(crate) struct Group {
    pub(crate) control: Vec<u8>,
    /// GS01.
    kind: Vec<u8>,
    /// GS02, GS03.
    parties: [Vec<u8>; 2],
    tally: Tally,
    bad: bool,
}

/// The open set.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, asked for alone")]
pub(crate) struct Set {
    pub(crate) control: Vec<u8>,
    pub(crate) tally: Tally,
    bad: bool,
    /// A claim has a fault that the 999 tells.
    pub(crate) faulty_claims: bool,
    /// ST02 was used before in the group.
    pub(crate) repeated: bool,
    opaque: bool,
}

impl Interchange {
    /// One of which there is nothing but a header that cannot be used.
    pub(super) fn refused(control: Vec<u8>, answers: Option<Answers>) -> Self {
        let (tally, split, note) = (Tally::default(), None, None);
        Self { control, delimiters: Delimiters::default(), answers, split, tally, note, notices: false, groups: false }
    }

    pub(crate) fn check(&mut self) -> Result<(), Error> {
        if let Some(split) = &mut self.split {
            split.accepted.check()?;
            split.rejected.check()?;
        }
        self.answers.as_mut().map_or(Ok(()), Answers::check)
    }
}

impl Desk<'_> {
    /// An item begins: what it opens is opened.
    pub(crate) fn enter(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        match &part.item.kind {
            Kind::Interchange(delimiters) => self.open_interchange(part, *delimiters, split),
            Kind::Group => self.open_group(part, split),
            Kind::Set(plan) => {
                self.plan = Some(plan.clone());
                self.overlays.extend(plan.overlay.as_ref().map(Overlaid::label));
                let kind = self.group.as_ref().map_or(&[][..], |group| &group.kind);
                let routed = Routed::within(plan, kind);
                self.open_set(part, routed);
            }
            Kind::Opaque(routed) => {
                self.plan = None;
                self.open_set(part, *routed);
            }
            Kind::Level(role) => {
                let from = match role {
                    Role::Provider => 3,
                    Role::Subscriber => 4,
                    _ => 5,
                };
                self.end_levels(from);
                let number = self.segments + 1;
                self.above.enter(from - 3, part.bytes(), number, part.sheet.analysed.taken.offset_of(part.item.start));
                if let (3, Some(answers)) = (from, self.answers()) {
                    answers.next_provider();
                }
            }
            Kind::Notice(plan) => {
                self.end_levels(2);
                self.plan = Some(plan.clone());
                if let Some(open) = &mut self.interchange {
                    open.notices = true;
                }
            }
            Kind::Claim(row) => part.claim = Some(super::claims::Verdict::new(*row)),
            // told before what is found in it, since a piece may end behind its first segment
            Kind::Alone | Kind::Misplaced => self.out_of_place(part),
            _ => {}
        }
    }

    /// An item ends: what it closes is closed, and its bytes go where they belong.
    pub(crate) fn leave(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) -> Result<(), Error> {
        let in_set = self.set.is_some();
        if in_set && !matches!(part.item.kind, Kind::Set(_) | Kind::Opaque(_)) {
            self.segments += part.item.segments;
        }
        let opaque = self.set.as_ref().is_some_and(|set| set.opaque);
        self.put_records_down(part);
        match part.item.kind {
            Kind::Set(_) if opaque => {
                self.totals.unreadable_sets += 1;
                self.keep_counted(part);
            }
            Kind::Set(_) => self.split_set_open(part, split),
            Kind::Level(role) => self.split_level(part, role, split),
            Kind::Claim(_) => self.claim(part, split),
            Kind::Record if opaque => self.keep_counted(part),
            Kind::Opaque(_) => {
                self.totals.unreadable_sets += 1;
                self.keep_counted(part);
            }
            Kind::More(inside) => self.more(part, inside, split),
            Kind::SetEnd => self.close_set(part, split),
            Kind::GroupEnd => self.close_group(part, split),
            Kind::InterchangeEnd => {
                self.close_interchange(part, split);
                self.write_split(part.sheet.bytes(), split);
                self.finish_interchange()?;
            }
            Kind::Notice(_) => {
                self.end_levels(2);
                self.plan = None;
                if self.rulings.split {
                    self.keep_counted(part);
                }
            }
            Kind::Alone | Kind::Misplaced => self.keep_counted(part),
            Kind::Stray(fault, first) => self.stray(part, fault, first)?,
            Kind::Interchange(_) | Kind::Group | Kind::Record => {}
        }
        Ok(())
    }

    pub(crate) fn answers(&mut self) -> Option<&mut Answers> {
        self.interchange.as_mut()?.answers.as_mut()
    }

    pub(crate) fn delimiters(&self) -> Delimiters {
        self.interchange.as_ref().map_or_else(Delimiters::default, |open| open.delimiters)
    }

    /// Levels from `from` on are over: the claims below them are counted.
    pub(super) fn end_levels(&mut self, from: usize) {
        let (claims, lost) = (self.totals.claims_seen, self.totals.unreadable);
        if let Some(handed) = &mut self.handed {
            handed.end_levels(from);
        }
        let starts = self.reach.starts();
        // inner ones first: what they reach is not counted again by what is around them
        for (at, level) in self.reach.levels.iter_mut().enumerate().skip(from).rev() {
            if !level.pending.is_empty() {
                // what is below a set, as far as that could be placed
                let lost = if at <= SET { lost - level.lost_before } else { 0 };
                let below = claims - level.claims_before + lost;
                let count = affected(below);
                for (place, code) in level.pending.drain(..) {
                    self.totals.reached(code, below, &starts[..=at]);
                    if let (Some(findings), Some(place)) = (&mut self.findings, place) {
                        findings.patch(place, &count);
                    }
                }
                // a hundred thousand of them may have waited
                level.pending = Vec::new();
            }
            level.reasons.clear();
            level.bad = false;
            level.refused = false;
            (level.claims_before, level.lost_before) = (claims, lost);
        }
    }

    /// Runs an envelope check on the first segment of an item, takes what it finds and returns it.
    pub(super) fn judge_envelope(
        &mut self,
        part: &mut Part<'_>,
        check: impl FnOnce(&mut x12::validate::Envelope, Option<&Segment<'_>>, Place, &mut Vec<Finding>),
    ) -> Vec<Finding> {
        let place = Place {
            offset: part.sheet.analysed.taken.offset_of(part.item.start),
            segment: if self.set.is_some() { self.segments } else { 0 },
        };
        let mut findings = Vec::new();
        let delimiters = self.delimiters();
        let envelope = &mut self.envelope;
        part.sheet.with_segment(part.item, delimiters, |segment| check(envelope, segment, place, &mut findings));
        for finding in &findings {
            self.take(part, finding);
        }
        findings
    }

    fn open_interchange(&mut self, part: &mut Part<'_>, delimiters: Delimiters, split: &mut Vec<SplitItem>) {
        self.work_without_claim();
        self.end_levels(0);
        if let Some(records) = &mut self.records {
            records.open(0);
        }
        self.file.interchanges += 1;
        self.totals.interchanges += 1;
        self.straying.delimiters = delimiters;
        let suffix: Vec<u8> = part.sheet.bytes()[part.item.head_end as usize..]
            .iter()
            .copied()
            .take(2)
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .collect();
        let isa = part.sheet.with_segment(part.item, delimiters, |segment| segment.map(Isa::read)).unwrap_or_default();
        let stem = self.file.stem(&isa.control);
        let parts = self.rulings.split.then(|| self.new_split(&stem, &isa, &suffix)).flatten();
        self.interchange = Some(Interchange {
            control: isa.control.clone(),
            delimiters,
            answers: self
                .stage
                .as_ref()
                .filter(|_| self.rulings.chosen.is_none())
                .map(|stage| Answers::new(stage, &stem, isa, delimiters, &suffix, self.rulings.manner.clone())),
            split: parts,
            tally: Tally::default(),
            note: None,
            notices: false,
            groups: false,
        });
        let findings = self.judge_envelope(part, |envelope, segment, place, findings| {
            if let Some(segment) = segment {
                envelope.open_interchange(segment, place, findings);
            }
        });
        let [version, control] = part.sheet.with_segment(part.item, delimiters, |segment| {
            segment.map_or([Span::default(); 2], |segment| [12, 13].map(|element| segment.span(element)))
        });
        let foreign = findings.iter().any(|finding| finding.code == Code::INTERCHANGE_VERSION_UNSUPPORTED);
        let version = if foreign && !self.rulings.keep_controls { version } else { Span::default() };
        let unfit = [Code::INTERCHANGE_CONTROL_DUPLICATE, Code::INTERCHANGE_CONTROL_INVALID];
        let repeated = findings.iter().any(|finding| unfit.contains(&finding.code));
        split.push(SplitItem::InterchangeOpen { raw: raw(part), version, control, delimiters, repeated });
    }

    fn close_interchange(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        self.judge_envelope(part, |envelope, segment, place, findings| {
            envelope.close_interchange(segment, place, findings);
        });
        self.work_without_claim();
        let accepted = self.keeps(!self.reach.levels[0].bad);
        let [count, control] = self.trailer_spans(part);
        split.push(SplitItem::InterchangeClose { raw: trailer(part), count, control, accepted });
    }

    /// Everything of the interchange is written: its files are final.
    pub(super) fn finish_interchange(&mut self) -> Result<(), Error> {
        let accepted = self.keeps(!self.reach.levels[0].bad);
        if let Some(records) = &mut self.records {
            records.close_level(0, !accepted);
        }
        self.end_levels(0);
        self.end_verdicts(verdicts::INTERCHANGE, accepted);
        let Some(mut open) = self.interchange.take() else { return Ok(()) };
        if !accepted {
            open.tally.reject_all();
        }
        self.totals.tally.absorb(open.tally);
        let Some(stage) = &mut self.stage else { return Ok(()) };
        if let Some(answers) = open.answers {
            answers.close(stage, open.note.as_deref(), open.groups || !open.notices)?;
        }
        if let Some(split) = open.split {
            self.numbering.close(split.splitter.sequence());
            for file in [split.accepted, split.rejected] {
                if file.is_empty() { file.discard() } else { stage.finish(file)? }
            }
        }
        Ok(())
    }

    fn open_group(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        self.end_levels(1);
        if let Some(records) = &mut self.records {
            records.open(1);
        }
        self.totals.groups += 1;
        if let Some(open) = &mut self.interchange {
            open.groups = true;
        }
        let delimiters = self.delimiters();
        let (gs, control) = part.sheet.with_segment(part.item, delimiters, |segment| {
            segment.map_or_else(Default::default, |segment| (Gs::read(segment), segment.span(6)))
        });
        self.group = Some(Group {
            control: gs.control.clone(),
            kind: gs.kind.clone(),
            parties: [gs.sender.clone(), gs.receiver.clone()],
            tally: Tally::default(),
            bad: false,
        });
        if let Some(answers) = self.answers() {
            answers.open_group(gs);
        }
        let findings = self.judge_envelope(part, |envelope, segment, place, findings| {
            if let Some(segment) = segment {
                envelope.open_group(segment, place, findings);
            }
        });
        let unfit = [Code::GROUP_CONTROL_DUPLICATE, Code::GROUP_CONTROL_INVALID];
        let repeated = findings.iter().any(|finding| unfit.contains(&finding.code));
        split.push(SplitItem::GroupOpen { raw: raw(part), control, repeated });
    }

    fn close_group(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        let delimiters = self.delimiters();
        let included = part.sheet.with_segment(part.item, delimiters, |segment| {
            std::str::from_utf8(segment.map_or(&[], |segment| segment.element(1)))
                .ok()
                .and_then(|text| text.parse().ok())
        });
        self.judge_envelope(part, x12::validate::Envelope::close_group);
        self.work_without_claim();
        let bad = !self.keeps(!self.reach.levels[1].bad);
        if let Some(records) = &mut self.records {
            records.close_level(1, bad || self.group.as_ref().is_some_and(|group| group.bad));
        }
        if let Some(answers) = self.answers() {
            answers.close_group(included, bad);
        }
        let [count, control] = self.trailer_spans(part);
        split.push(SplitItem::GroupClose { raw: trailer(part), count, control, accepted: !bad });
        self.end_levels(1);
        if let Some(mut group) = self.group.take() {
            let accepted = self.keeps(!bad && !group.bad);
            if !accepted {
                group.tally.reject_all();
            }
            self.end_verdicts(verdicts::GROUP, accepted);
            if let Some(interchange) = &mut self.interchange {
                interchange.tally.absorb(group.tally);
            }
        }
    }

    fn open_set(&mut self, part: &mut Part<'_>, routed: Routed) {
        self.end_levels(2);
        self.totals.sets += 1;
        let delimiters = self.delimiters();
        let st = part.sheet.with_segment(part.item, delimiters, |segment| {
            let element = |number| segment.map_or(&[][..], |segment| segment.element(number)).to_vec();
            [element(1), element(2), element(3)]
        });
        if let Some(answers) = self.answers() {
            answers.open_set([&st[0], &st[1], &st[2]]);
        }
        self.segments = 1;
        let [_, control, _] = st;
        let claims =
            self.plan.as_ref().is_some_and(|plan| plan.loops.iter().any(|each| each.role == Some(Role::Claim)));
        let opaque = !routed.is_walked() || (self.rulings.split && !claims);
        self.set =
            Some(Set { control, tally: Tally::default(), bad: false, faulty_claims: false, repeated: false, opaque });
        let findings = self.judge_envelope(part, |envelope, segment, place, findings| {
            if let Some(segment) = segment {
                envelope.open_set(segment, routed, place, findings);
            }
        });
        self.open_set_of_records();
        if let Some(set) = &mut self.set {
            let unfit = [Code::SET_CONTROL_DUPLICATE, Code::SET_CONTROL_INVALID];
            set.repeated = findings.iter().any(|finding| unfit.contains(&finding.code));
        }
        self.segments = part.item.segments;
        self.piece_base = 0;
    }

    fn open_set_of_records(&mut self) {
        let place = self.envelope.position(Place { offset: 0, segment: 0 });
        let (Some(records), Some(interchange), Some(group), Some(set)) =
            (&mut self.records, &self.interchange, &self.group, &self.set)
        else {
            return;
        };
        let [sender, receiver] = &group.parties;
        records.open_set(&SetSource {
            plan: self.plan.as_deref(),
            ordinals: [place.interchange, place.group, place.set],
            controls: [&interchange.control, &group.control, &set.control],
            parties: [sender, receiver],
        });
    }

    fn close_set(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        self.judge_envelope(part, x12::validate::Envelope::close_set);
        self.work_without_claim();
        let Some(mut set) = self.set.take() else { return };
        let whole = self.rulings.reject_unit == RejectUnit::Set && set.faulty_claims;
        let rejected = !self.keeps(!(set.bad || self.reach.levels[2].refused || whole));
        if let Some(records) = &mut self.records {
            records.close_level(2, rejected || self.reach.levels[2].bad);
        }
        let outcome = match () {
            () if rejected => Outcome::Rejected,
            () if set.faulty_claims => Outcome::Errors,
            () => Outcome::Accepted,
        };
        if let Some(answers) = self.answers() {
            answers.close_set(outcome);
        }
        if set.opaque {
            self.keep_counted(part);
        } else {
            let [count, control] = self.trailer_spans(part);
            split.push(SplitItem::SetClose { raw: trailer(part), count, control, accepted: !rejected });
        }
        self.end_levels(2);
        self.end_verdicts(verdicts::SET, !rejected);
        if rejected {
            set.tally.reject_all();
        }
        set.tally.add_set(!rejected);
        if let Some(group) = &mut self.group {
            group.tally.absorb(set.tally);
        } else if let Some(interchange) = &mut self.interchange {
            interchange.tally.absorb(set.tally);
        }
        self.plan = None;
    }

    /// More of what an earlier piece began.
    fn more(&mut self, part: &mut Part<'_>, inside: Inside, split: &mut Vec<SplitItem>) {
        let empty = part.end <= part.item.start;
        match inside {
            Inside::Opaque | Inside::Misplaced => self.keep_counted(part),
            Inside::Stray => {
                self.keep_unreadable(part);
                self.read_strays(part);
            }
            Inside::Header | Inside::Level | Inside::Claim | Inside::Record if !empty => {
                if self.set.as_ref().is_some_and(|set| set.opaque) {
                    self.keep_counted(part);
                } else {
                    split.push(SplitItem::More { raw: raw(part), segments: part.item.segments });
                }
            }
            _ => {}
        }
    }

    /// Whether a level stays accepted: faults move no claim that was asked for by its number.
    fn keeps(&self, accepted: bool) -> bool {
        accepted || self.rulings.chosen.is_some()
    }

    fn end_verdicts(&mut self, level: usize, accepted: bool) {
        if let Some(verdicts) = &mut self.verdicts {
            verdicts.end(level, accepted);
        }
    }

    /// An error of the envelope: what it takes down, and the code that answers it.
    pub(crate) fn take_down(&mut self, finding: &Finding, segment: &str, code: &str) {
        if finding.severity != Severity::Error {
            return;
        }
        match finding.scope {
            Scope::Interchange => {
                let code = if finding.note.is_empty() { code } else { finding.note };
                if let Some(open) = &mut self.interchange {
                    open.note.get_or_insert_with(|| if code.is_empty() { "024".to_owned() } else { code.to_owned() });
                }
            }
            Scope::Group => {
                if let Some(group) = &mut self.group {
                    group.bad = true;
                }
            }
            Scope::Set => {
                if let Some(set) = &mut self.set {
                    set.bad = true;
                }
            }
            _ => {}
        }
        if let Some(answers) = self.answers() {
            answers.code(segment, code);
        }
    }
}
