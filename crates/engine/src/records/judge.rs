//! What records show by themselves, as findings; and what a carrier's own codes excuse.

use x12::claim::{Batch, FieldPlace, SegmentPlace, Taps};
use x12::finding::{Code, Finding, NO_CLAIM, NO_LOOP, Scope, Severity};
use x12::guide::Plan;
use x12::position::{Position, Span};
use x12::wire::{Delimiters, SegmentId};

use super::Recording;
use crate::analyse::Item;
use crate::desk::Stretch;
use crate::source::Taken;

/// A piece that was read.
pub(crate) struct Read<'a> {
    pub(crate) taken: &'a Taken,
    pub(crate) plan: &'a Plan,
    pub(crate) items: &'a [Item],
    pub(crate) delimiters: Delimiters,
}

impl Recording {
    /// Findings of the walk that speak of a code which the carrier may use reject nothing.
    pub(crate) fn excuse(&self, taps: &Taps, read: &Read<'_>, findings: &mut [Finding]) {
        for finding in findings {
            if !matches!(finding.code, Code::INVALID_CODE | Code::CODE_NOT_IN_GUIDE) || finding.loop_index == NO_LOOP {
                continue;
            }
            let place = SegmentPlace {
                loop_id: read.plan.loop_at(finding.loop_index).id.clone(),
                segment: finding.segment.text(),
                codes: Vec::new(),
            };
            let element = (finding.position.element, finding.position.component);
            if self.form.is_alias(&taps.map, &place, element, finding.value.of(&read.taken.bytes)) {
                finding.severity = finding.severity.min(Severity::Info);
            }
        }
    }

    /// Appends what the records of `batch` show, and in which item each was found.
    pub(crate) fn judge(
        &self,
        taps: &Taps,
        batch: &Batch,
        read: &Read<'_>,
        (findings, made_in): (&mut Vec<Finding>, &mut Vec<u32>),
    ) {
        let bytes = &read.taken.bytes;
        for hit in self.form.check(taps, (batch, bytes), |check| self.reason(check).is_some()) {
            let Some((code, severity)) = self.reason(hit.check) else { continue };
            let place = batch.tables.get(hit.table).and_then(|table| table.places.get(hit.row as usize));
            let (Some(row), Some(def)) = (place.copied(), taps.schema.tables.get(hit.table)) else { continue };
            let field = def.fields.get(hit.column).map(|field| field.place.clone()).unwrap_or_default();
            let item = read.items.partition_point(|item| item.start <= row.offset).saturating_sub(1);
            let end = read.items.get(item + 1).map_or(bytes.len() as u32, |next| next.start);
            let stretch = Stretch { bytes, range: row.offset..end, delimiters: read.delimiters };
            let (behind, offset) = stretch.locate(&field, hit.value.of(bytes)).unwrap_or((0, row.offset));
            findings.push(Finding {
                loop_index: read.plan.find_loop(&field.loop_id).unwrap_or(NO_LOOP),
                ..found(
                    (code, severity),
                    &field,
                    (row.segment + behind, read.taken.offset + u64::from(offset)),
                    hit.value,
                )
            });
            made_in.push(item as u32);
        }
    }
}

fn found(
    (code, severity): (Code, Severity),
    field: &FieldPlace,
    (segment, offset): (u32, u64),
    value: Span,
) -> Finding {
    Finding {
        code,
        severity,
        scope: Scope::Set,
        position: Position {
            segment,
            offset,
            element: field.element,
            component: field.component,
            ..Position::default()
        },
        segment: SegmentId::new(field.segment.as_bytes()),
        loop_index: NO_LOOP,
        data_element: 0,
        value,
        claim: NO_CLAIM,
        line: 0,
        note: "",
        status: 0,
    }
}
