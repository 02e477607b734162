//! What becomes of a claim, and everything that tells it: the 277CA, the worklist, the counts.

use std::ops::Range;

use x12::acknowledge::{ClaimStatus, LineStatus, Party, PatientRef, ProviderRef, Reason};
use x12::claim::{NO_DATE, NONE, pack};
use x12::finding::{Code, Scope, Severity};
use x12::position::Span;
use x12::split::Item as SplitItem;
use x12::wire::{Output, decimal};

use super::answers::{Answers, Parties};
use super::reach::Reach;
use super::record::FindingLine;
use super::verdicts::{self, Read};
use super::{Desk, Part, worklist};
use crate::fields::{At, ClaimFields, Values};

/// A claim's verdict in the making.
pub(crate) struct Verdict {
    pub(crate) row: u32,
    pub(crate) error: bool,
    /// An error that the 999 tells.
    pub(crate) syntax: bool,
    told: Option<Box<Told>>,
}

/// What there is to tell of a claim that something was found in.
#[derive(Default)]
pub(crate) struct Told {
    reasons: Vec<String>,
    lines: Vec<(u32, Vec<String>)>,
    pub(crate) rows: Vec<WorkRow>,
    /// The codes of its errors, when what became of claims is written.
    pub(crate) codes: Vec<Code>,
    /// The findings as lines of findings.jsonl, when claims are handed out.
    pub(crate) found: Vec<FindingLine>,
}

/// What there is to tell of most claims.
static NOTHING: Told =
    Told { reasons: Vec::new(), lines: Vec::new(), rows: Vec::new(), codes: Vec::new(), found: Vec::new() };

/// Most rows of the worklist for one claim, and most that wait for one: findings above a claim stand with the first
/// claim below them. Nobody mends a claim by more, and a hostile claim may have a million; findings.jsonl has them all.
pub(crate) const MOST_ROWS: usize = 1_000;

/// A row of the worklist.
pub(crate) struct WorkRow {
    pub(crate) code: Code,
    pub(crate) scope: Scope,
    pub(crate) severity: Severity,
    pub(crate) message: Option<String>,
    pub(crate) field: String,
    pub(crate) value: Vec<u8>,
    pub(crate) segment: u32,
}

impl Verdict {
    pub(crate) fn new(row: u32) -> Self {
        Self { row, error: false, syntax: false, told: None }
    }

    /// One of its errors.
    pub(crate) fn code(&mut self, code: Code) {
        let codes = &mut self.told().codes;
        if codes.len() < verdicts::MOST_CODES && !codes.contains(&code) {
            codes.push(code);
        }
    }

    /// What there is to tell of the claim, for more.
    pub(crate) fn told(&mut self) -> &mut Told {
        self.told.get_or_insert_default()
    }
}

/// A claim with everything that is read of it.
struct Claim<'a> {
    values: &'a Values<'a>,
    fields: &'a ClaimFields,
    verdict: &'a Verdict,
    told: &'a Told,
    accepted: bool,
    cents: i64,
    /// Its rows in the tables above it; `NONE` where there is none.
    provider: u32,
    subscriber: u32,
    patient: u32,
    payer: u32,
    /// The first and the last day of service of its lines.
    dates: (i32, i32),
}

impl<'a> Claim<'a> {
    fn text(&self, at: At) -> &'a [u8] {
        self.values.text_of(at, self.verdict.row)
    }

    /// Last name, first name, middle name and suffix of the patient: the subscriber's, when it is the same person.
    fn name(&self) -> [&'a [u8]; 4] {
        match self.patient {
            NONE => self.values.texts(&self.fields.subscriber, self.subscriber),
            own => self.values.texts(&self.fields.patient, own),
        }
    }

    /// Who the claim is for, as the 277CA names it.
    fn patient(&self) -> PatientRef<'a> {
        let other = self.values.is_code(self.fields.member_id_qualifier, self.subscriber, pack(b"II"));
        PatientRef {
            party: party(true, self.name()),
            id: self.values.text_of(self.fields.member_id, self.subscriber),
            qualifier: if other { b"II" } else { b"MI" },
        }
    }

    /// Who sent the bill, as the 277CA names it; `reasons` are faults of the provider itself.
    fn provider<'r>(&self, reasons: &'r [Reason<'r>]) -> ProviderRef<'r>
    where
        'a: 'r,
    {
        let (entity, names) = &self.fields.provider;
        let [npi, tax_id] = self.values.texts(&self.fields.provider_ids, self.provider);
        let person = self.values.is_code(*entity, self.provider, pack(b"1"));
        ProviderRef { party: party(person, self.values.texts(names, self.provider)), npi, tax_id, reasons }
    }

    /// Who the parties of its set are.
    fn parties(&self) -> Parties {
        let row = self.values.row(self.verdict.row, self.fields.all.at_table("set"));
        let [name, first, middle, id, batch, receiver_name, receiver_id] =
            self.values.texts(&self.fields.set, row).map(<[u8]>::to_vec);
        let person = !first.is_empty();
        Parties { submitter: [name, first, middle, id], person, batch, receiver_name, receiver_id }
    }
}

fn party(person: bool, [name, first, middle, suffix]: [&[u8]; 4]) -> Party<'_> {
    Party { person, name, first, middle, suffix }
}

impl Desk<'_> {
    /// A claim is complete: its verdict, and everything that tells it.
    pub(crate) fn claim(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        let Some(verdict) = &part.claim else { return };
        let told = verdict.told.as_deref().unwrap_or(&NOTHING);
        let accepted = match &mut self.rulings.chosen {
            Some(chosen) => chosen.has(self.file.claims),
            None => !verdict.error && !self.reach.rejects(),
        };
        if let Some(gathered) = &mut self.gathered {
            gathered.accepted.push(accepted);
        }
        self.tell_verdict(part, accepted);
        self.totals.claims_seen += 1;
        self.file.claims += 1;
        let raw = Span::new(part.item.start, part.end);
        split.push(SplitItem::Claim { raw, segments: part.item.segments, accepted });
        let (Some(scrub), Some(batch)) = (part.sheet.scrub, part.sheet.batch) else {
            if let Some(set) = &mut self.set {
                set.tally.add(u32::MAX, u32::MAX, 0, accepted);
            }
            return;
        };
        let fields = &scrub.fields;
        let values = Values { fields: &fields.all, batch, bytes: part.sheet.bytes() };
        let row = verdict.row;
        let [provider, subscriber, patient, payer] = fields.above.map(|table| values.row_above(row, table));
        let lines = values.lines(row, self.lines_from);
        self.lines_from = lines.end;
        let cents = values.amount_of(fields.charge, row);
        let dates = claim_days(&values, fields, row, &lines);
        let claim = Claim {
            values: &values,
            fields,
            verdict,
            told,
            accepted,
            cents,
            provider,
            subscriber,
            patient,
            payer,
            dates,
        };
        let payer = self.names.number(values.text_of(fields.payer[1], payer));
        let provider = self.names.number(values.text_of(fields.provider_ids[0], provider));
        if let Some(set) = &mut self.set {
            set.tally.add(payer, provider, cents, accepted);
        }
        match self.interchange.as_mut().and_then(|open| open.answers.as_mut()) {
            Some(answers) if accepted => answer(answers, &self.reach, &claim, &[], &[]),
            Some(answers) => answer_rejected(answers, &self.reach, &claim),
            None => {}
        }
        self.work(&claim);
        if let Some(handed) = self.handed.as_mut().filter(|_| row != NONE) {
            let found = part.claim.take().and_then(|verdict| verdict.told).map(|told| told.found).unwrap_or_default();
            handed.add((batch, &scrub.taps, row), part.sheet.bytes(), self.file.claims - 1, found);
        }
    }

    /// The claim's line in verdicts.jsonl.
    fn tell_verdict(&mut self, part: &Part<'_>, accepted: bool) {
        let (Some(verdicts), Some(verdict)) = (&mut self.verdicts, &part.claim) else { return };
        let position = self.envelope.position(x12::validate::Place { offset: 0, segment: 0 });
        let (tokens, row) = (&self.tokens, verdict.row);
        let read = part.sheet.scrub.zip(part.sheet.values()).map(|(scrub, values)| {
            let fields = &scrub.fields;
            let token = |kind, at| {
                let value = values.text_of(at, row);
                (!value.is_empty()).then(|| tokens.token(kind, value))
            };
            let [provider, _, _, payer] = fields.above.map(|table| values.row_above(row, table));
            let npi = values.text_of(fields.provider_ids[0], provider);
            Read {
                kind: &scrub.taps.map.kind,
                claim: token("claim", fields.id),
                clearinghouse: token("clearinghouse", fields.clearinghouse),
                provider: verdicts.provider(npi, || tokens.token("npi", npi)),
                payer: values.text_of(fields.payer[1], payer),
                charge: super::tally::money(values.amount_of(fields.charge, row)),
            }
        });
        let told = verdict.told.as_deref().unwrap_or(&NOTHING);
        let codes: Vec<&str> = told.codes.iter().map(|code| self.catalog.info(*code).name.as_str()).collect();
        verdicts.add(&verdicts::Told {
            accepted,
            file: &self.file.name,
            indexes: [position.interchange, position.group, position.set],
            controls: [
                self.interchange.as_ref().map(|open| open.control.as_slice()),
                self.group.as_ref().map(|open| open.control.as_slice()),
                self.set.as_ref().map(|open| open.control.as_slice()),
            ],
            claim_index: self.file.claims,
            read,
            codes: &codes,
        });
    }

    /// The claim's rows in the worklist, behind those that wait for one.
    fn work(&mut self, claim: &Claim<'_>) {
        let Claim { values, fields, told, payer, .. } = *claim;
        let above = std::mem::take(&mut self.work_above);
        if self.worklist.is_none() || told.rows.is_empty() && above.is_empty() {
            return;
        }
        let [last, first, ..] = claim.name();
        let patient = [last, first].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(&b", "[..]);
        let payer = values.texts(&fields.payer, payer);
        let payer = if payer[0].is_empty() { payer[1] } else { payer[0] };
        let (from, _) = claim.dates;
        let date = if from == NO_DATE { String::new() } else { iso(from) };
        let charge = super::tally::money(claim.cents);
        let whose = [claim.text(fields.id), &patient, payer, date.as_bytes(), charge.as_bytes()];
        for work in above.iter().chain(&told.rows) {
            let reason = work.message.as_deref().unwrap_or(&self.catalog.info(work.code).title).to_owned();
            self.work_row(whose, work, &reason);
        }
    }

    /// The rows that waited for a claim, where none came: they say what they are about.
    pub(super) fn work_without_claim(&mut self) {
        for work in std::mem::take(&mut self.work_above) {
            let control = |control: &[u8]| String::from_utf8_lossy(control).into_owned();
            let level = match work.scope {
                Scope::Interchange => ("interchange", self.interchange.as_ref().map(|open| control(&open.control))),
                Scope::Group => ("group", self.group.as_ref().map(|open| control(&open.control))),
                _ => ("set", self.set.as_ref().map(|open| control(&open.control))),
            };
            let title = work.message.as_deref().unwrap_or(&self.catalog.info(work.code).title);
            let reason = match level {
                (level, Some(control)) => format!("{title} ({level} {control})"),
                (_, None) => title.to_owned(),
            };
            self.work_row([&[]; 5], &work, &reason);
        }
    }

    /// A row of the worklist: claim, patient, payer, date of service and charge of whom it is about; and why.
    fn work_row(&mut self, [id, patient, payer, date, charge]: [&[u8]; 5], work: &WorkRow, reason: &str) {
        let Some(file) = &mut self.worklist else { return };
        let info = self.catalog.info(work.code);
        self.scratch.clear();
        worklist::row(
            &mut self.scratch,
            &[
                self.file.name.as_bytes(),
                id,
                patient,
                payer,
                date,
                charge,
                info.name.as_bytes(),
                work.severity.name().as_bytes(),
                reason.as_bytes(),
                work.field.as_bytes(),
                &work.value,
                info.fix.as_bytes(),
                decimal(work.segment.into(), &mut [0; 20]),
            ],
        );
        file.append(&self.scratch);
    }
}

/// The entry of a rejected claim in the 277CA: with its reasons, and the lines that are at fault.
fn answer_rejected(answers: &mut Answers, reach: &Reach, claim: &Claim<'_>) {
    let Claim { values, fields, told, .. } = *claim;
    let own = told.reasons.iter().chain(reach.reasons()).filter_map(|text| Reason::parse(text));
    let mut reasons: Vec<Reason<'_>> = own.collect();
    if claim.verdict.syntax || reasons.is_empty() && told.lines.is_empty() {
        reasons.push(Reason::SYNTAX);
    }
    let texts: Vec<LineText> = told.lines.iter().map(|(line, _)| LineText::new(values, fields, *line)).collect();
    let why: Vec<Vec<Reason<'_>>> =
        told.lines.iter().map(|(_, reasons)| reasons.iter().filter_map(|text| Reason::parse(text)).collect()).collect();
    let lines: Vec<LineStatus<'_>> = texts.iter().zip(&why).map(|(text, reasons)| text.status(reasons)).collect();
    if !lines.is_empty() && reasons.is_empty() {
        reasons.push(Reason::LINES);
    }
    answer(answers, reach, claim, &reasons, &lines);
}

/// The claim's entry in the 277CA.
fn answer(answers: &mut Answers, reach: &Reach, claim: &Claim<'_>, reasons: &[Reason<'_>], lines: &[LineStatus<'_>]) {
    let (from, through) = claim.dates;
    let bill = claim.fields.bill.map(|parts| parts.map(|at| claim.values.any_of(at, claim.verdict.row)).concat());
    let status = ClaimStatus {
        claim: claim.text(claim.fields.id),
        charge: claim.cents,
        accepted: claim.accepted,
        reasons,
        payer_number: b"",
        clearinghouse_number: claim.text(claim.fields.clearinghouse),
        bill_type: bill.as_deref().unwrap_or_default(),
        from,
        through,
        lines,
    };
    let above = reach.provider_reasons().iter().filter_map(|text| Reason::parse(text));
    let above: Vec<Reason<'_>> = above.collect();
    answers.claim(|| claim.parties(), || claim.provider(&above), &claim.patient(), &status);
}

/// The first and the last day of service of the claim in `row` with `lines`; `NO_DATE` where it says none.
fn claim_days(values: &Values<'_>, fields: &ClaimFields, row: u32, lines: &Range<u32>) -> (i32, i32) {
    let own = |at: Option<[At; 2]>| {
        let [from, to] = at?.map(|at| values.date_of(at, row));
        (from != NO_DATE).then_some((from, if to == NO_DATE { from } else { to }))
    };
    let of_lines = || Some(values.days(&fields.service, lines)).filter(|days| days.1 != NO_DATE);
    own(fields.stated).or_else(of_lines).or_else(|| own(fields.treated)).unwrap_or((NO_DATE, NO_DATE))
}

/// LX01 of a line.
pub(crate) fn line_number(values: &Values<'_>, fields: &ClaimFields, row: u32) -> u32 {
    let number = fields.line[9];
    let text = std::str::from_utf8(values.text_of(number, row)).ok().and_then(|text| text.parse().ok());
    text.unwrap_or_else(|| u32::try_from(values.amount_of(number, row) / 1000).unwrap_or(0))
}

impl Verdict {
    /// Another reason for the 277CA, of line row `line` or of the claim.
    pub(crate) fn reason(&mut self, line: Option<u32>, reason: &str) {
        let told = self.told();
        let reasons = match line {
            None => &mut told.reasons,
            Some(line) => {
                if let Some(at) = told.lines.iter().position(|(known, _)| *known == line) {
                    &mut told.lines[at].1
                } else {
                    told.lines.push((line, Vec::new()));
                    let last = told.lines.len() - 1;
                    &mut told.lines[last].1
                }
            }
        };
        if !reasons.iter().any(|known| known == reason) {
            reasons.push(reason.to_owned());
        }
    }
}

/// What the 277CA says of a line, owned.
struct LineText {
    procedure: Vec<u8>,
    revenue: Vec<u8>,
    units: Vec<u8>,
    control: Vec<u8>,
    charge: i64,
    number: u32,
    dates: (i32, i32),
}

impl LineText {
    fn new(values: &Values<'_>, fields: &ClaimFields, row: u32) -> Self {
        let mut procedure = values.code_of(fields.line[0], row);
        let mut parts: Vec<Vec<u8>> = (1..6).map(|at| values.any_of(fields.line[at], row)).collect();
        while parts.last().is_some_and(Vec::is_empty) {
            parts.pop();
        }
        for part in parts {
            procedure.push(b':');
            procedure.extend(part);
        }
        let mut revenue = values.code_of(fields.revenue, row);
        if procedure.is_empty() && !revenue.is_empty() {
            procedure = [&b"NU:"[..], &std::mem::take(&mut revenue)].concat();
        }
        let mut units = Vec::new();
        let thousandths = values.amount_of(fields.line[7], row);
        if thousandths != 0 {
            x12::claim::write_amount(&mut units, thousandths, 3);
        }
        let [from, to] = fields.service.map(|at| values.date_of(at, row));
        Self {
            procedure,
            revenue,
            units,
            control: values.text_of(fields.line[8], row).to_vec(),
            charge: values.amount_of(fields.line[6], row),
            number: line_number(values, fields, row),
            dates: (from, if to == NO_DATE { from } else { to }),
        }
    }

    fn status<'a>(&'a self, reasons: &'a [Reason<'a>]) -> LineStatus<'a> {
        LineStatus {
            procedure: &self.procedure,
            separator: b':',
            charge: self.charge,
            revenue: &self.revenue,
            units: &self.units,
            control: &self.control,
            number: self.number,
            from: self.dates.0,
            through: self.dates.1,
            reasons,
        }
    }
}

/// Days as CCYY-MM-DD.
pub(super) fn iso(days: i32) -> String {
    let (year, month, day) = x12::claim::civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use x12::claim::ClaimMap;
    use x12::guide::Guides;

    use crate::batches::{Fields, Maps, Wanted};

    #[test]
    fn every_field_that_the_desk_reads_is_in_a_claim_map_and_what_all_claims_have_in_each() {
        let wanted = Wanted::Claims { rules: None, fields: Fields::Read };
        let (maps, guides) = (Maps::new(wanted), Guides::embedded());
        let mut anywhere: Vec<bool> = Vec::new();
        for (kind, _) in ClaimMap::embedded() {
            let number = maps.number(&guides.plan(kind).unwrap()).unwrap();
            let fields = ClaimFields::new(&maps.get(number).unwrap().schema);
            let (everywhere, some) = read(&fields);
            assert!(everywhere.iter().all(|at| at.is_found()), "{kind}: {everywhere:?}");
            anywhere.resize(some.len(), false);
            for (found, at) in anywhere.iter_mut().zip(&some) {
                *found |= at.is_found();
            }
        }
        assert!(anywhere.iter().all(|found| *found), "{anywhere:?}");
    }

    /// The fields that are read: those that all claims have, and those that some have.
    fn read(fields: &ClaimFields) -> (Vec<At>, Vec<At>) {
        let member = [fields.member_id, fields.member_id_qualifier];
        let alone = [fields.id, fields.charge, fields.clearinghouse, fields.provider.0, fields.provider.1[0]];
        let lists: [&[At]; 8] = [
            &alone,
            &member,
            &fields.provider_ids,
            &fields.subscriber,
            &fields.patient,
            &fields.payer,
            &fields.set,
            &fields.line,
        ];
        let nowhere = fields.all.at("");
        let of_some = [fields.stated, fields.treated, fields.bill].map(|pair| pair.unwrap_or([nowhere; 2]));

        let some: [&[At]; 3] = [&fields.service, &fields.provider.1, &[fields.revenue]];
        (lists.concat(), [some.concat(), of_some.concat()].concat())
    }
}
