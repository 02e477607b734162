//! What becomes of a claim, and everything that tells it: the 277CA, the worklist, the counts.

use std::sync::Arc;

use x12::acknowledge::{ClaimStatus, LineStatus, Party, PatientRef, ProviderRef, Reason};
use x12::claim::{FieldPlace, NO_DATE, NONE, Taps};
use x12::finding::{Code, Severity};
use x12::position::Span;
use x12::split::Item as SplitItem;
use x12::wire::Output;

use super::answers::Parties;
use super::fields::{At, Fields, Values};
use super::{Desk, Part, worklist};

/// The fields that acknowledgments, the worklist and the counts read.
pub(crate) struct ClaimFields {
    pub(crate) all: Fields,
    /// Where the batch's reference stands.
    pub(crate) batch_place: FieldPlace,
    pub(crate) id: At,
    pub(crate) charge: At,
    pub(crate) clearinghouse: At,
    pub(crate) service: [At; 2],
    pub(crate) provider: [At; 7],
    pub(crate) subscriber: [At; 7],
    pub(crate) patient: [At; 5],
    pub(crate) payer: [At; 2],
    pub(crate) set: [At; 7],
    pub(crate) line: [At; 10],
}

impl ClaimFields {
    pub(crate) fn new(taps: Arc<Taps>) -> Self {
        let all = Fields::new(taps);
        let at = |path: &str| all.at(path);
        let batch_place = all
            .schema()
            .tables
            .iter()
            .find(|table| table.name == "set")
            .and_then(|table| table.fields.iter().find(|field| field.name == "reference"))
            .map(|field| field.place.clone())
            .unwrap_or_default();
        Self {
            batch_place,
            id: at("claim.id"),
            charge: at("claim.charge"),
            clearinghouse: at("claim.clearinghouse_reference"),
            service: [at("line.service_from"), at("line.service_to")],
            provider: ["entity", "name", "first", "middle", "suffix", "npi", "tax_id"]
                .map(|name| at(&format!("provider.{name}"))),
            subscriber: ["entity", "last", "first", "middle", "suffix", "member_id", "member_id_qualifier"]
                .map(|name| at(&format!("subscriber.{name}"))),
            patient: ["entity", "last", "first", "middle", "suffix"].map(|name| at(&format!("patient.{name}"))),
            payer: [at("payer.name"), at("payer.id")],
            set: [
                "submitter_name",
                "submitter_first",
                "submitter_middle",
                "submitter_id",
                "reference",
                "receiver_name",
                "receiver_id",
            ]
            .map(|name| at(&format!("set.{name}"))),
            line: [
                "procedure_qualifier",
                "procedure",
                "modifier_1",
                "modifier_2",
                "modifier_3",
                "modifier_4",
                "charge",
                "units",
                "control",
                "number",
            ]
            .map(|name| at(&format!("line.{name}"))),
            all,
        }
    }
}

/// A claim's verdict in the making.
pub(crate) struct Verdict {
    pub(crate) row: u32,
    pub(crate) error: bool,
    /// An error that the 999 tells.
    pub(crate) syntax: bool,
    pub(crate) reasons: Vec<String>,
    pub(crate) lines: Vec<(u32, Vec<String>)>,
    pub(crate) rows: Vec<WorkRow>,
    /// The findings as lines of findings.jsonl, when claims are handed out.
    pub(crate) found: Vec<Vec<u8>>,
}

/// Most rows of the worklist for one claim, and most that wait for one: findings above a claim stand with the first
/// claim below them. Nobody mends a claim by more, and a hostile claim may have a million; findings.jsonl has them all.
pub(crate) const MOST_ROWS: usize = 1_000;

/// A row of the worklist.
pub(crate) struct WorkRow {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) message: Option<String>,
    pub(crate) field: String,
    pub(crate) value: Vec<u8>,
    pub(crate) segment: u32,
}

impl Verdict {
    pub(crate) fn new(row: u32) -> Self {
        Self {
            row,
            error: false,
            syntax: false,
            reasons: Vec::new(),
            lines: Vec::new(),
            rows: Vec::new(),
            found: Vec::new(),
        }
    }
}

impl Desk<'_> {
    /// A claim is complete: its verdict, and everything that tells it.
    pub(crate) fn claim(&mut self, part: &mut Part<'_>, split: &mut Vec<SplitItem>) {
        let Some(mut verdict) = part.claim.take() else { return };
        let accepted = !verdict.error && !self.reach.rejects();
        self.totals.claims_seen += 1;
        self.file.claims += 1;
        let raw = Span::new(part.item.start, part.end);
        split.push(SplitItem::Claim { raw, segments: part.item.segments, accepted });
        let Some(scrub) = self.scrub.clone() else {
            if let Some(set) = &mut self.set {
                set.tally.add(u32::MAX, u32::MAX, 0, accepted);
            }
            return;
        };
        if let Some(batch) = &part.sheet.analysed.batch {
            let values = Values { fields: &scrub.fields.all, batch, bytes: part.sheet.bytes() };
            let fields = &scrub.fields;
            let cents = values.amount(fields.charge, verdict.row);
            let payer = self.names.number(values.text(fields.payer[1], verdict.row));
            let provider = self.names.number(values.text(fields.provider[5], verdict.row));
            if let Some(set) = &mut self.set {
                set.tally.add(payer, provider, cents, accepted);
            }
            self.answer(&values, fields, &verdict, accepted, cents);
            self.work(&values, fields, &verdict);
            if let Some(handed) = &mut self.handed {
                handed.add(batch, &scrub.taps, verdict.row, part.sheet.bytes(), std::mem::take(&mut verdict.found));
            }
        }
    }

    /// The claim's entry in the 277CA.
    fn answer(&mut self, values: &Values<'_>, fields: &ClaimFields, verdict: &Verdict, accepted: bool, cents: i64) {
        let Some(answers) = self.interchange.as_mut().and_then(|open| open.answers.as_mut()) else { return };
        let row = verdict.row;
        let person = |at: At| values.code(at, row) == b"1";
        let inherited: Vec<Reason<'_>> =
            self.reach.provider_reasons().iter().filter_map(|text| Reason::parse(text)).collect();
        let [entity, name, first, middle, suffix, npi, tax_id] = fields.provider;
        let text = |at: At| values.text(at, row);
        let provider = ProviderRef {
            party: Party {
                person: person(entity),
                name: text(name),
                first: text(first),
                middle: text(middle),
                suffix: text(suffix),
            },
            npi: text(npi),
            tax_id: text(tax_id),
            reasons: &inherited,
        };
        let own = values.row(row, values.fields.at_table("patient")) != NONE;
        let names = if own { &fields.patient[..] } else { &fields.subscriber[..5] };
        let qualifier = values.code(fields.subscriber[6], row);
        let patient = PatientRef {
            party: Party {
                person: own || person(names[0]),
                name: text(names[1]),
                first: text(names[2]),
                middle: text(names[3]),
                suffix: text(names[4]),
            },
            id: text(fields.subscriber[5]),
            qualifier: &qualifier,
        };
        let mut reasons: Vec<Reason<'_>> = Vec::new();
        if !accepted {
            reasons.extend(verdict.reasons.iter().chain(self.reach.reasons()).filter_map(|text| Reason::parse(text)));
            if verdict.syntax || reasons.is_empty() && verdict.lines.is_empty() {
                reasons.push(Reason::SYNTAX);
            }
        }
        let (from, through) = service_dates(values, fields, row);
        let texts: Vec<LineText> = verdict.lines.iter().map(|(line, _)| LineText::new(values, fields, *line)).collect();
        let why: Vec<Vec<Reason<'_>>> = verdict
            .lines
            .iter()
            .map(|(_, reasons)| reasons.iter().filter_map(|text| Reason::parse(text)).collect())
            .collect();
        let lines: Vec<LineStatus<'_>> = if accepted {
            Vec::new()
        } else {
            texts.iter().zip(&why).map(|(text, reasons)| text.status(reasons)).collect()
        };
        if !lines.is_empty() && reasons.is_empty() {
            reasons.push(Reason::LINES);
        }
        let status = ClaimStatus {
            claim: text(fields.id),
            charge: cents,
            accepted,
            reasons: &reasons,
            payer_number: b"",
            clearinghouse_number: text(fields.clearinghouse),
            bill_type: b"",
            from,
            through,
            lines: &lines,
        };
        let parties = || {
            let set = |at: usize| text(fields.set[at]).to_vec();
            Parties {
                submitter: [set(0), set(1), set(2), set(3)],
                person: !text(fields.set[1]).is_empty(),
                batch: set(4),
                receiver_name: set(5),
                receiver_id: set(6),
            }
        };
        answers.claim(parties, &provider, &patient, &status);
    }

    /// The claim's rows in the worklist.
    fn work(&mut self, values: &Values<'_>, fields: &ClaimFields, verdict: &Verdict) {
        let above = std::mem::take(&mut self.work_above);
        let Some(file) = self.worklist.as_mut().filter(|_| !verdict.rows.is_empty() || !above.is_empty()) else {
            return;
        };
        let row = verdict.row;
        let own = values.row(row, values.fields.at_table("patient")) != NONE;
        let names = if own { &fields.patient[..] } else { &fields.subscriber[..5] };
        let patient = [values.text(names[1], row), values.text(names[2], row)];
        let patient = patient.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(&b", "[..]);
        let payer = [fields.payer[0], fields.payer[1]].map(|at| values.text(at, row));
        let payer = if payer[0].is_empty() { payer[1] } else { payer[0] };
        let (from, _) = service_dates(values, fields, row);
        let date = if from == NO_DATE { String::new() } else { iso(from) };
        let charge = super::tally::money(values.amount(fields.charge, row));
        self.scratch.clear();
        for work in above.iter().chain(&verdict.rows) {
            let info = self.catalog.info(work.code);
            worklist::row(
                &mut self.scratch,
                &[
                    self.file.name.as_bytes(),
                    values.text(fields.id, row),
                    &patient,
                    payer,
                    date.as_bytes(),
                    charge.as_bytes(),
                    info.name.as_bytes(),
                    work.severity.name().as_bytes(),
                    work.message.as_deref().unwrap_or(&info.title).as_bytes(),
                    work.field.as_bytes(),
                    &work.value,
                    info.fix.as_bytes(),
                    work.segment.to_string().as_bytes(),
                ],
            );
        }
        file.append(&self.scratch);
    }
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
        let reasons = match line {
            None => &mut self.reasons,
            Some(line) => {
                if let Some(at) = self.lines.iter().position(|(known, _)| *known == line) {
                    &mut self.lines[at].1
                } else {
                    self.lines.push((line, Vec::new()));
                    let last = self.lines.len() - 1;
                    &mut self.lines[last].1
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
        let mut units = Vec::new();
        let thousandths = values.amount_of(fields.line[7], row);
        if thousandths != 0 {
            x12::claim::write_amount(&mut units, thousandths, 3);
        }
        let [from, to] = fields.service.map(|at| values.date_of(at, row));
        Self {
            procedure,
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
            revenue: b"",
            units: &self.units,
            control: &self.control,
            number: self.number,
            from: self.dates.0,
            through: self.dates.1,
            reasons,
        }
    }
}

/// The first and the last day of service of a claim's lines.
fn service_dates(values: &Values<'_>, fields: &ClaimFields, claim: u32) -> (i32, i32) {
    let (mut from, mut through) = (NO_DATE, NO_DATE);
    for row in values.lines(claim) {
        for day in fields.service.map(|at| values.date_of(at, row)) {
            if day != NO_DATE {
                from = if from == NO_DATE { day } else { from.min(day) };
                through = through.max(day);
            }
        }
    }
    (from, through)
}

/// Days as CCYY-MM-DD.
fn iso(days: i32) -> String {
    let (year, month, day) = x12::claim::civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use x12::guide::Guides;

    #[test]
    fn every_field_that_the_desk_reads_is_in_the_claim_map() {
        let fields = ClaimFields::new(Arc::new(crate::scrub::professional(&Guides::embedded()).unwrap()));
        let alone = [fields.id, fields.charge, fields.clearinghouse];
        let lists: [&[At]; 8] = [
            &alone,
            &fields.service,
            &fields.provider,
            &fields.subscriber,
            &fields.patient,
            &fields.payer,
            &fields.set,
            &fields.line,
        ];
        for (list, at) in lists.iter().enumerate().flat_map(|(list, all)| all.iter().map(move |at| (list, at))) {
            assert!(at.is_found(), "list {list}: {at:?}");
        }
    }
}
