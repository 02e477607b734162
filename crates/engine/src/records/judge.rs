//! What records show by themselves, as findings; and what a carrier's own codes excuse.

use x12::claim::{Batch, Condition, ElementPlace, FieldPlace, SegmentPlace, Taps};
use x12::finding::{Code, Finding, NO_CLAIM, NO_LOOP, Scope, Severity};
use x12::guide::Plan;
use x12::position::{Position, Span};
use x12::wire::{Delimiters, Segment, SegmentId};

use super::Recording;
use crate::item::Item;
use crate::stretch::Stretch;
use crate::taken::Taken;

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
            let known = taps.map.tables.get(hit.table).and_then(|table| table.fields.get(hit.column));
            let places = known.map(|known| known.places.as_slice()).unwrap_or_default();
            let meant = |segment: &Segment<'_>| places.iter().any(|place| is_meant(place, segment));
            let found_at = stretch.locate_where(&field, hit.value.of(bytes), meant);
            let (behind, offset, there) = found_at.unwrap_or((0, row.offset, Span::default()));
            let value = if hit.value.is_empty() { there } else { hit.value };
            findings.push(Finding {
                loop_index: read.plan.find_loop(&field.loop_id).unwrap_or(NO_LOOP),
                check: hit.check as u16 + 1,
                ..found((code, severity), &field, (row.segment + behind, read.taken.offset + u64::from(offset)), value)
            });
            made_in.push(item as u32);
        }
    }
}

/// Whether a segment is one that holds what stands at `place`: its other elements say so.
fn is_meant(place: &ElementPlace, segment: &Segment<'_>) -> bool {
    place.condition.as_ref().is_none_or(|Condition { element, component, codes, .. }| {
        let said = match component {
            0 => segment.element(usize::from(*element)),
            _ => segment.component(usize::from(*element), usize::from(*component)),
        };
        codes.iter().any(|code| code.as_bytes() == said) || (codes.is_empty() && !said.is_empty())
    })
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
        check: 0,
    }
}
