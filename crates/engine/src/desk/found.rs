//! What was found: counted, written down, answered, and held against what it reaches.

use std::sync::Arc;

use x12::acknowledge::{ElementFault, Unit, UnitKind};
use x12::claim::{FieldPlace, NONE, RowPlace};
use x12::finding::{Answer, Finding, Info, NO_CLAIM, NO_LOOP, Scope, Severity};
use x12::position::{Position, Span};
use x12::scrub::{Evidence, Hit};
use x12::wire::{Output, SegmentId, decimal};

use super::above::Level;
use super::claims::{MOST_ROWS, WorkRow, line_number};
use super::line::Line;
use super::record::FindingLine;
use super::{Bench, Desk, Judged, Part, answers, reach};
use crate::fields::Values;
use crate::item::Kind;
use crate::standing::Inside;
use crate::stretch::Stretch;

/// A finding with everything that is said of it.
struct Found<'a> {
    finding: Finding,
    /// Paths and values, the faulty one first.
    evidence: Vec<(String, &'a [u8])>,
    loop_id: Option<&'a str>,
    message: Option<&'a str>,
    line_row: u32,
    rule: bool,
}

impl Desk<'_> {
    /// A finding of the walk: its place is relative to the piece.
    pub(crate) fn found(&mut self, part: &mut Part<'_>, finding: &Finding) {
        let taken = &part.sheet.analysed.taken;
        let mut finding = *finding;
        let relative = finding.position;
        let offset = if let Some(ahead) = relative.offset.checked_sub(taken.offset) {
            taken.offset_of(ahead as u32)
        } else {
            finding.value = Span::default(); // of a piece that is gone
            relative.offset
        };
        let place = x12::validate::Place { offset: 0, segment: 0 };
        // 0 is the last segment of the piece before, where a set goes on
        let counted = relative.segment > 0 || (finding.scope > Scope::Group && self.set.is_some());
        finding.position = Position {
            segment: if counted { relative.segment.wrapping_add(self.piece_base) } else { 0 },
            offset,
            element: relative.element,
            component: relative.component,
            repetition: relative.repetition,
            ..self.envelope.position(place)
        };
        finding.scope = self.scope_in_record(part, &finding);
        self.take(part, &finding);
    }

    /// A finding with its place in the file.
    pub(crate) fn take(&mut self, part: &mut Part<'_>, finding: &Finding) {
        let plan = self.plan.clone();
        let loop_id = plan
            .as_ref()
            .filter(|_| finding.loop_index != NO_LOOP)
            .map(|plan| plan.loop_at(finding.loop_index).id.as_str());
        let path = path_of(loop_id, &plain_id(finding.segment), finding.position.element, finding.position.component);
        let value = finding.value.of(part.sheet.bytes());
        let line_row = self.line_row(part, finding.line);
        let evidence = vec![(path, value)];
        self.write(part, Found { finding: *finding, evidence, loop_id, message: None, line_row, rule: false });
    }

    /// A hit of a native rule.
    pub(crate) fn hit(&mut self, part: &mut Part<'_>, hit: &Hit) {
        let Some(scrub) = part.sheet.scrub else { return };
        if let (Some(rules), Some(values)) = (&scrub.rules, part.sheet.values()) {
            let program = &rules.program;
            let Values { batch, bytes, .. } = values;
            let rule = &program.rules()[usize::from(hit.rule)];
            let mut evidence: Vec<_> = program.evidence(hit, batch, bytes).collect();
            let level = |each: &Evidence<'_>| {
                scrub.fields.all.schema().tables.get(each.field.table).and_then(|table| self.above.of(&table.name))
            };
            // what is not there (the patient of a claim for the subscriber) is not what the rule hit
            let there = |each: &Evidence<'_>| level(each).map_or(each.place.is_some(), Level::is_open);
            if let Some(at) = evidence.iter().position(there) {
                evidence[..=at].rotate_right(1);
            }
            let first = evidence.first().filter(|each| there(each));
            let place = first.map(|evidence| evidence.field.place.clone()).unwrap_or_default();
            let shown: Vec<(String, Vec<u8>)> = evidence
                .iter()
                .map(|each| {
                    let field = &each.field;
                    let text = values.shown(field.table, field.column, each.row);
                    let place = &field.place;
                    (path_of(Some(&place.loop_id), &place.segment, place.element, place.component), text)
                })
                .collect();
            let value = shown.first().map_or(&[][..], |(_, value)| value);
            let (segment, offset) =
                self.stands(part, first.and_then(level), first.and_then(|each| each.place), &place, value);
            let finding = Finding {
                code: rule.code,
                severity: rule.severity,
                scope: rule.scope,
                position: Position {
                    segment,
                    offset,
                    element: place.element,
                    component: place.component,
                    ..self.envelope.position(x12::validate::Place { offset: 0, segment: 0 })
                },
                segment: SegmentId::new(place.segment.as_bytes()),
                loop_index: NO_LOOP,
                data_element: 0,
                value: Span::default(),
                claim: if hit.claim == NONE { NO_CLAIM } else { hit.claim },
                line: if hit.line == NONE { 0 } else { line_number(&values, &scrub.fields, hit.line) },
                note: "",
                status: 0,
                check: 0,
            };
            let evidence = shown.iter().map(|(path, value)| (path.clone(), value.as_slice())).collect();
            let loop_id = Some(place.loop_id.as_str());
            self.write(part, Found { finding, evidence, loop_id, message: None, line_row: hit.line, rule: true });
        }
    }

    /// Where a field stands: its segment in the set and its offset in the file; those of the claim if it has no row.
    fn stands(
        &self,
        part: &Part<'_>,
        level: Option<&Level>,
        row: Option<RowPlace>,
        place: &FieldPlace,
        value: &[u8],
    ) -> (u32, u64) {
        let delimiters = self.delimiters();
        let find = |bytes: &[u8], range| Stretch { bytes, range, delimiters }.locate(place, value);
        let taken = &part.sheet.analysed.taken;
        match (level, row) {
            (Some(level), _) => {
                let (behind, ahead) = find(&level.bytes, 0..level.bytes.len() as u32).unwrap_or((0, 0));
                (level.segment + behind, level.offset + u64::from(ahead))
            }
            (_, Some(row)) => {
                let range = row.offset..part.end.max(row.offset);
                let (behind, offset) = find(part.sheet.bytes(), range).unwrap_or((0, row.offset));
                (row.segment + self.piece_base + behind, taken.offset_of(offset))
            }
            _ => (self.segments + 1, taken.offset_of(part.item.start)),
        }
    }

    /// What a user's function points at: the place in the guide, the value there, segment and offset.
    fn pointed(&self, part: &Part<'_>, field: &str, line_row: u32) -> Option<(FieldPlace, Vec<u8>, u32, u64)> {
        let values = part.sheet.values()?;
        let (table, column) = values.fields.at(field).found()?;
        let definition = &values.fields.schema().tables[table];
        let place = definition.fields[column].place.clone();
        let claim = part.claim.as_ref()?.row;
        let row = if table == values.fields.line { line_row } else { values.row(claim, table) };
        let value = values.shown(table, column, row);
        let level = self.above.of(&definition.name).filter(|level| level.is_open());
        let at = values.batch.tables.get(table)?.places.get(row as usize).copied();
        let (segment, offset) = self.stands(part, level, at, &place, &value);
        Some((place, value, segment, offset))
    }

    /// What a user's function found.
    pub(crate) fn judged(&mut self, part: &mut Part<'_>, judged: &Judged) {
        let code = self.catalog.find(&judged.code).unwrap_or_else(|| {
            Arc::make_mut(&mut self.catalog).register(Info {
                name: judged.code.clone(),
                severity: judged.severity.unwrap_or(Severity::Error),
                snip: 7,
                home: Answer { kind: "277CA", segment: "STC", code: "A8:684".to_owned() },
                title: judged.message.clone().unwrap_or_else(|| judged.code.clone()),
                fix: String::new(),
            })
        });
        let line = judged.line.unwrap_or(0);
        let line_row = self.line_row(part, line);
        let pointed = judged.field.as_deref().and_then(|field| self.pointed(part, field, line_row));
        let (place, value, segment, offset) = pointed.unwrap_or_else(|| {
            let offset = part.sheet.analysed.taken.offset_of(part.item.start);
            (FieldPlace::default(), Vec::new(), self.segments + 1, offset)
        });
        let finding = Finding {
            code,
            severity: judged.severity.unwrap_or(self.catalog.info(code).severity),
            scope: if line == 0 { Scope::Claim } else { Scope::Line },
            position: Position {
                segment,
                offset,
                element: place.element,
                component: place.component,
                ..self.envelope.position(x12::validate::Place { offset: 0, segment: 0 })
            },
            segment: SegmentId::new(place.segment.as_bytes()),
            loop_index: NO_LOOP,
            data_element: 0,
            value: Span::default(),
            claim: judged.claim,
            line,
            note: "",
            status: 0,
            check: 0,
        };
        let path = path_of(Some(&place.loop_id), &place.segment, place.element, place.component);
        let evidence = if place.segment.is_empty() { Vec::new() } else { vec![(path, value.as_slice())] };
        let (loop_id, message) = (Some(place.loop_id.as_str()), judged.message.as_deref());
        self.write(part, Found { finding, evidence, loop_id, message, line_row, rule: true });
    }

    /// Counts a finding, writes it down, answers it, and lets it speak against what it reaches.
    fn write(&mut self, part: &mut Part<'_>, found: Found<'_>) {
        let finding = &found.finding;
        let catalog = Arc::clone(&self.catalog);
        let info = catalog.info(finding.code);
        let plan = self.plan.clone();
        let stated = plan.as_ref().and_then(|plan| plan.overlay.as_ref()?.status(finding.status));
        let own = if finding.note.is_empty() { info.home.code.as_str() } else { finding.note };
        let code = stated.unwrap_or(own);
        self.totals.count(finding.code, finding.severity);
        let place = self.write_line(part, &found, info, code);
        let error = finding.severity == Severity::Error;
        let path = found.evidence.first().map_or(("", &[][..]), |(path, value)| (path.as_str(), *value));
        self.hold_against_record(part, finding, (info, found.loop_id, plain_id(finding.segment)), path);
        if error && matches!(info.home.segment, "IK3" | "IK4") {
            self.note_fault(part, &found, info, code);
        }
        if error && matches!(info.home.segment, "TA1" | "AK9" | "IK5") {
            self.take_down(finding, info.home.segment, code);
        }
        let status = (info.home.kind == "277CA" && error).then_some(code);
        // what the 277CA would tell, or nothing does, is no matter of the 999
        let refuses = error && matches!(info.home.kind, "TA1" | "999");
        self.reach.mark(finding, place, status, refuses);
        if error && (finding.scope < Scope::Set || refuses && finding.scope == Scope::Set) {
            self.reject_before(finding.scope);
        }
        let in_claim = matches!(finding.scope, Scope::Claim | Scope::Line);
        if finding.scope > Scope::Set {
            if let Some(set) = &mut self.set {
                set.faulty_claims |= error && info.home.kind == "999";
            }
        } else if refuses {
            self.take_down(finding, "", "");
        }
        if let (true, Some(verdict)) = (in_claim, &mut part.claim) {
            self.totals.reached_claim(finding.code, &self.reach.starts());
            verdict.error |= error;
            if error && self.verdicts.is_some() {
                verdict.code(finding.code);
            }
            verdict.syntax |= error && info.home.kind == "999";
            if let Some(reason) = status {
                let line = (found.line_row != NONE && finding.scope == Scope::Line).then_some(found.line_row);
                verdict.reason(line, reason);
            }
        }
        if self.worklist.is_none() || finding.severity == Severity::Info {
            return;
        }
        let (field, value) = found.evidence.into_iter().next().unwrap_or_default();
        let row = WorkRow {
            code: finding.code,
            scope: finding.scope,
            severity: finding.severity,
            message: found.message.map(str::to_owned),
            field,
            value: value.to_vec(),
            segment: finding.position.segment,
        };
        let rows = match &mut part.claim {
            Some(verdict) => &mut verdict.told().rows,
            None => &mut self.work_above,
        };
        if rows.len() < MOST_ROWS {
            rows.push(row);
        }
    }

    /// An envelope that is wrong takes the claims with it that were judged before.
    fn reject_before(&mut self, scope: Scope) {
        let (Some(gathered), Some(level)) = (&mut self.gathered, reach::level_of(scope)) else { return };
        let (since, now) = (self.reach.levels[level].claims_before, self.totals.claims_seen);
        let base = now - self.file.claims; // of the files before
        if since < now {
            gathered.reject(since - base..now - base);
        }
    }

    /// The line of findings.jsonl; returns where the count of claims stands when it has to be put in later.
    fn write_line(&mut self, part: &mut Part<'_>, found: &Found<'_>, info: &Info, code: &str) -> Option<u64> {
        if self.findings.is_none() && self.handed.is_none() && self.gathered.is_none() {
            return None;
        }
        let finding = &found.finding;
        let row = part
            .claim
            .as_ref()
            .map(|verdict| verdict.row)
            .filter(|_| matches!(finding.scope, Scope::Claim | Scope::Line));
        let claim = row.and_then(|row| {
            let (values, scrub) = (part.sheet.values()?, part.sheet.scrub?);
            let id = values.text_of(scrub.fields.id, row);
            (!id.is_empty()).then(|| self.clear_or_token("claim", id))
        });
        let judged_by = part.sheet.scrub.filter(|_| found.rule);
        let own = judged_by.and_then(|scrub| scrub.docs.get(&info.name));
        let doc = match own {
            Some(own) => own.clone(),
            None if self.records.is_some() && !finding.code.is_built_in() => "docs/enrollment.md#quarantine".to_owned(),
            None if found.rule => ["docs/rules/", &info.name, ".md"].concat(),
            None => ["docs/findings.md#", &info.name.to_lowercase()].concat(),
        };
        let overlay = self.plan.as_ref().filter(|_| finding.code.is_partner()).and_then(|plan| plan.overlay.as_ref());
        let overlay = overlay.map(x12::guide::Overlaid::label);
        let position = &finding.position;
        let segment = plain_id(finding.segment);
        let scope = finding.scope;
        let some = |value: u8| (value > 0).then_some(value);
        let line = Line {
            code: &info.name,
            severity: finding.severity.name(),
            snip: info.snip,
            scope: scope.name(),
            message: found.message.unwrap_or(&info.title),
            fix: &info.fix,
            doc: &doc,
            file: &self.file.name,
            interchange_index: self.interchange.as_ref().map(|_| position.interchange),
            group_index: self.group.as_ref().filter(|_| scope > Scope::Interchange).map(|_| position.group),
            set_index: self.set.as_ref().filter(|_| scope > Scope::Group).map(|_| position.set),
            interchange: self.interchange.as_ref().map(|open| open.control.as_slice()),
            group: self.group.as_ref().filter(|_| scope > Scope::Interchange).map(|open| open.control.as_slice()),
            set: self.set.as_ref().filter(|_| scope > Scope::Group).map(|open| open.control.as_slice()),
            claim_index: row.map(|_| self.file.claims),
            claim: claim.as_deref(),
            segment_index: (position.segment > 0).then_some(position.segment),
            byte_offset: position.offset,
            loop_id: found.loop_id.filter(|id| !id.is_empty()),
            segment: (!segment.is_empty()).then_some(segment.as_str()),
            element: some(position.element),
            component: some(position.component),
            repetition: (position.repetition > 0).then_some(position.repetition),
            lx: (finding.line > 0).then_some(finding.line),
            evidence: &found.evidence,
            in_clear: self.rulings.show_phi,
            ack: self.is_answered(info).then_some((info.home.kind, info.home.segment, code)),
            tables: judged_by.and_then(|scrub| scrub.releases.get(&info.name)).map(String::as_str),
            rule_version: self.bench.as_ref().filter(|_| found.rule).and_then(Bench::version),
            overlay: overlay.as_deref(),
        };
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        let at = line.write(&mut text, u64::from(row.is_some()));
        let place = self.findings.as_mut().map(|findings| {
            let before = findings.len();
            findings.append(&text);
            before + at as u64
        });
        if let Some(gathered) = &mut self.gathered {
            gathered.findings.extend_from_slice(&text);
        }
        if self.handed.is_some() {
            self.hand_out(part, finding, &text);
        }
        self.scratch = text;
        place
    }

    /// A line of findings.jsonl, for the claims that it reaches.
    fn hand_out(&mut self, part: &mut Part<'_>, finding: &Finding, text: &[u8]) {
        let Some(handed) = &mut self.handed else { return };
        let (line, now) = (FindingLine::from(text), self.totals.claims_seen);
        if let Some(level) = reach::level_of(finding.scope) {
            let since = self.reach.levels[level].claims_before;
            handed.above(level, &line, finding.severity == Severity::Error, since..now);
        } else if let Some(verdict) = &mut part.claim {
            verdict.told().found.push(line);
        } else if matches!(part.item.kind, Kind::More(Inside::Claim)) {
            handed.reach(&line, now.saturating_sub(1)..now);
        } else {
            handed.ahead(line);
        }
    }

    /// True when an acknowledgment tells it; what cannot be read as a header has nobody to be answered to.
    fn is_answered(&self, info: &Info) -> bool {
        match info.home.kind {
            "" => false,
            "TA1" => self.interchange.is_some(),
            // what is in no group is no matter of the 999
            "999" => self.plan.as_ref().is_none_or(|plan| !plan.group_id.is_empty()),
            // sets without claims are answered by the 999 alone
            "277CA" => self.plan.as_ref().is_none_or(|plan| plan.claim_opener().is_some()),
            _ => true,
        }
    }

    fn clear_or_token(&self, field: &str, value: &[u8]) -> String {
        if self.rulings.show_phi {
            String::from_utf8_lossy(value).into_owned()
        } else {
            self.tokens.token(field, value)
        }
    }

    /// A fault that the 999 tells in a segment.
    fn note_fault(&mut self, part: &Part<'_>, found: &Found<'_>, info: &Info, code: &str) {
        let finding = &found.finding;
        let in_claim = matches!(finding.scope, Scope::Claim | Scope::Line);
        let id = part.claim.as_ref().filter(|_| in_claim).and_then(|verdict| {
            let (values, scrub) = (part.sheet.values()?, part.sheet.scrub?);
            Some(values.text_of(scrub.fields.id, verdict.row)).filter(|id| !id.is_empty())
        });
        let member = self.line_of(part).filter(|_| finding.scope == Scope::Member);
        let member = member.and_then(|(line, bytes)| Some(line.link?.span.of(bytes)));
        let unit = id.map(|value| Unit { kind: UnitKind::Claim, value });
        let unit = unit.or(member.map(|value| Unit { kind: UnitKind::SubscriberNumber, value }));
        let name = finding.segment.text();
        let position = &finding.position;
        let element = (info.home.segment == "IK4").then(|| ElementFault {
            code,
            element: position.element.max(1),
            component: position.component,
            repetition: position.repetition,
            data_element: finding.data_element,
            value: found.evidence.first().map_or(&[][..], |(_, value)| value),
        });
        let loop_id = found.loop_id.filter(|id| *id != "ST").unwrap_or_default();
        let fault = answers::fault(name.as_bytes(), position.segment, loop_id, element, code, unit);
        if let Some(answers) = self.answers() {
            answers.note(&fault);
        }
    }

    /// The row of line number `line` of the claim at hand.
    fn line_row(&self, part: &Part<'_>, line: u32) -> u32 {
        let (Some(verdict), Some(values), Some(scrub)) = (&part.claim, part.sheet.values(), part.sheet.scrub) else {
            return NONE;
        };
        if line == 0 {
            return NONE;
        }
        let lines = values.lines(verdict.row, self.lines_from);
        let numbered = lines.clone().find(|&row| line_number(&values, &scrub.fields, row) == line);
        numbered.or_else(|| lines.clone().nth(line as usize - 1)).unwrap_or(NONE)
    }
}

/// A segment identifier that is one: two or three capitals and digits. Anything else may be a value that a stray
/// terminator cut off, and is told as `?`.
fn plain_id(id: SegmentId) -> String {
    let text = id.text();
    let plain = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if plain { text } else { "?".to_owned() }
}

/// `2010AA.NM109`, `2400.SV101-2`.
fn path_of(loop_id: Option<&str>, segment: &str, element: u8, component: u8) -> String {
    let mut path = String::with_capacity(16);
    if let Some(id) = loop_id {
        path.push_str(id);
        path.push('.');
    }
    path.push_str(segment);
    if element > 0 {
        let digits = if element < 10 { "0" } else { "" };
        path.push_str(digits);
        push_number(&mut path, element);
    }
    if component > 0 {
        path.push('-');
        push_number(&mut path, component);
    }
    path
}

fn push_number(text: &mut String, number: u8) {
    text.extend(decimal(number.into(), &mut [0; 20]).iter().map(|&digit| char::from(digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_segment_identifier_is_not_shown() {
        assert_eq!(plain_id(SegmentId::new(b"NM1")), "NM1");
        assert_eq!(plain_id(SegmentId::new(b"DOE~")), "?");
        assert_eq!(plain_id(SegmentId::new(b"SMITH")), "?");
        assert_eq!(plain_id(SegmentId::default()), "");
        assert_eq!(path_of(Some("2400"), "SV1", 1, 2), "2400.SV101-2");
    }
}
