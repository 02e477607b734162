//! Interchanges taken apart: what of each goes into its accepted and its rejected file.

use x12::acknowledge::Isa;
use x12::claim::FieldPlace;
use x12::guide::Role;
use x12::position::Span;
use x12::split::{ControlKind, Item as SplitItem, SplitOptions, Splitter};
use x12::wire::{Delimiters, Output};

use super::numbering::Parties;
use super::{Desk, Part};
use crate::stage::StagedFile;
use crate::stretch::Stretch;

/// The accepted and the rejected part of an interchange in the making.
pub(super) struct Split {
    pub(super) splitter: Splitter,
    pub(super) parties: Parties,
    pub(super) accepted: StagedFile,
    pub(super) rejected: StagedFile,
}

impl Desk<'_> {
    pub(super) fn new_split(&mut self, stem: &str, isa: &Isa, suffix: &[u8]) -> Option<Split> {
        let stage = self.stage.as_ref()?;
        let parties = Parties::of(isa);
        let (sequence, renew) = self.numbering.open(&parties, &isa.control);
        let options = SplitOptions {
            claims_per_set: self.rulings.claims_per_set,
            sequence,
            renew,
            suffix: suffix.to_vec(),
            keep_controls: self.rulings.keep_controls,
        };
        Some(Split {
            splitter: Splitter::new(options),
            parties,
            accepted: stage.file(&format!("{stem}.accepted.837")),
            rejected: stage.file(&format!("{stem}.rejected.837")),
        })
    }

    pub(super) fn split_set_open(&mut self, part: &Part<'_>, split: &mut Vec<SplitItem>) {
        let delimiters = self.delimiters();
        let control =
            part.sheet.with_segment(part.item, delimiters, |segment| segment.map_or(Span::default(), |s| s.span(2)));
        let batch = part
            .sheet
            .scrub
            .map_or(Span::default(), |scrub| batch_reference(part, delimiters, &scrub.fields.batch_place));
        let segments = part.item.segments;
        let repeated = self.set.as_ref().is_some_and(|set| set.repeated);
        split.push(SplitItem::SetOpen { raw: raw(part), control, batch, segments, repeated });
    }

    pub(super) fn split_level(&mut self, part: &Part<'_>, role: Role, split: &mut Vec<SplitItem>) {
        let Some(hierarchy) = self.plan.as_ref().and_then(|plan| plan.hierarchy) else { return };
        let delimiters = self.delimiters();
        let depth = match role {
            Role::Provider => 1,
            Role::Subscriber => 2,
            _ => 3,
        };
        let [id, parent, child] =
            part.sheet.elements(part.item, delimiters, [hierarchy.id, hierarchy.parent, hierarchy.child]);
        split.push(SplitItem::Level { depth, raw: raw(part), id, parent, child, segments: part.item.segments });
    }

    /// Writes the items so far to the accepted and rejected part of the open interchange.
    pub(crate) fn write_split(&mut self, bytes: &[u8], items: &mut Vec<SplitItem>) {
        if let Some(split) = self.interchange.as_mut().and_then(|open| open.split.as_mut()) {
            split.splitter.write(bytes, items, &mut split.accepted, &mut split.rejected);
            let renumbered = split.splitter.take_renumbered();
            for change in renumbered {
                if change.kind == ControlKind::Interchange {
                    self.numbering.give(&split.parties, &change);
                }
                if let Some(map) = &mut self.control_map {
                    let row = serde_json::json!({
                        "file": self.file.name,
                        "interchange_index": self.file.interchanges.saturating_sub(1),
                        "kind": change.kind.name(),
                        "old": String::from_utf8_lossy(&change.old),
                        "new": String::from_utf8_lossy(&change.new),
                    });
                    map.append(format!("{row}\n").as_bytes());
                }
            }
        }
        items.clear();
    }

    /// Where the count and the control number of a trailer stand; where they would stand when it is missing.
    pub(super) fn trailer_spans(&self, part: &Part<'_>) -> [Span; 2] {
        part.sheet.elements(part.item, self.delimiters(), [1, 2])
    }
}

/// The bytes of an item up to the next one.
pub(super) fn raw(part: &Part<'_>) -> Span {
    Span::new(part.item.start, part.end)
}

/// The bytes of a trailer; none where it is missing.
pub(super) fn trailer(part: &Part<'_>) -> Span {
    if part.item.head_end > part.item.start { raw(part) } else { Span::default() }
}

/// Where the batch's reference stands in a set's header: `place` says in which segment and element.
fn batch_reference(part: &Part<'_>, delimiters: Delimiters, place: &FieldPlace) -> Span {
    let header = Stretch { bytes: part.sheet.bytes(), range: part.item.start..part.end, delimiters };
    let found = header.segments().find(|raw| header.is_named(raw, &place.segment));
    found.map_or(Span::default(), |raw| header.with(&raw, |segment| segment.span(usize::from(place.element))))
}
