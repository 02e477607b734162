//! A piece laid out on the desk: what was found in each of its items, in order.

use x12::claim::NONE;
use x12::finding::NO_CLAIM;
use x12::position::Span;
use x12::scrub::Hit;
use x12::wire::{Delimiters, Segment};

use super::fields::Values;
use super::{Desk, Judged, Scrub};
use crate::analyse::{Analysed, Item, Kind};
use crate::error::Error;

/// One thing that was found, by its number among its kind: a hostile piece has hundreds of thousands.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    Finding(u32),
    Hit(u32),
    Judged(u32),
}

/// A piece with what was found in it.
pub(crate) struct Sheet<'a> {
    pub(crate) analysed: &'a Analysed,
    /// What its claims are read with.
    pub(crate) scrub: Option<&'a Scrub>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) judged: Vec<Judged>,
    /// Findings and hits with the item they belong to, in the order of the items.
    pub(crate) entries: Vec<(u32, Entry)>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn bytes(&self) -> &'a [u8] {
        &self.analysed.taken.bytes
    }

    /// The values of its claims.
    pub(crate) fn values(&self) -> Option<Values<'a>> {
        let (scrub, batch) = (self.scrub?, self.analysed.batch.as_ref()?);
        Some(Values { fields: &scrub.fields.all, batch, bytes: self.bytes() })
    }

    /// Where elements `wanted` of an item's first segment lie; empty spans for those that it does not have.
    pub(crate) fn elements<const N: usize>(&self, item: &Item, delimiters: Delimiters, wanted: [u8; N]) -> [Span; N] {
        let mut places = [Span::default(); N];
        let Delimiters { element, component, repetition, terminator } = delimiters;
        let head = self.bytes().get(item.start as usize..item.head_end as usize).unwrap_or_default();
        let head = head.strip_suffix(&[terminator]).unwrap_or(head);
        let ends_id = |&byte: &u8| byte == element || byte == component || Some(byte) == repetition;
        let Some(id) = head.iter().position(ends_id) else { return places };
        let mut start = id + 1;
        for number in 1u32.. {
            let rest = head.get(start..).unwrap_or_default();
            let len = rest.iter().position(|&byte| byte == element);
            if let Some(at) = wanted.iter().position(|&wanted| u32::from(wanted) == number) {
                let len = len.unwrap_or(rest.len()) as u32;
                places[at] = Span { start: item.start + start as u32, len };
            }
            let Some(len) = len else { break };
            start += len + 1;
        }
        places
    }

    /// The first segment of an item.
    pub(crate) fn with_segment<R>(
        &self,
        item: &Item,
        delimiters: Delimiters,
        act: impl FnOnce(Option<&Segment<'_>>) -> R,
    ) -> R {
        if item.head_end <= item.start {
            return act(None);
        }
        let bytes = self.bytes();
        let last = item.head_end - 1;
        let terminated = bytes.get(last as usize) == Some(&delimiters.terminator);
        let end = if terminated { last } else { item.head_end };
        let marks = x12::wire::marks(bytes, item.start, end, delimiters);
        act(Some(&Segment::new(bytes, item.start, &marks, delimiters)))
    }
}

impl Desk<'_> {
    /// Lays `analysed` out: what the rules found and everything else, in the order of the items.
    pub(crate) fn sheet<'a>(&mut self, analysed: &'a Analysed, scrub: Option<&'a Scrub>) -> Result<Sheet<'a>, Error> {
        let (mut claim_items, mut row_items) = (Vec::new(), Vec::new());
        for (at, item) in analysed.items.iter().enumerate() {
            if let Kind::Claim(row) = item.kind {
                claim_items.push(at as u32);
                if row != NONE {
                    row_items.push(at as u32);
                }
            }
        }
        // Findings number the claims of the piece, rules the rows of the batch: sets that it does not take have none.
        let of_claim = |claim: u32| claim_items.get(claim as usize).copied();
        let of_row = |row: u32| row_items.get(row as usize).copied();
        let mut entries = Vec::with_capacity(analysed.findings.len());
        for ((number, finding), &made_in) in (0u32..).zip(&analysed.findings).zip(&analysed.made_in) {
            let claim = (finding.claim != NO_CLAIM).then_some(finding.claim);
            entries.push((claim.and_then(of_claim).unwrap_or(made_in), Entry::Finding(number)));
        }
        let (mut hits, mut judged) = (Vec::new(), Vec::new());
        if let (Some(batch), Some(scrub)) = (&analysed.batch, scrub) {
            let bytes = &analysed.taken.bytes;
            if let Some(rules) = &scrub.rules {
                let duplicates = self.seen.all_again(&analysed.ruled.digests)?;
                hits = rules.finish(&analysed.ruled, (batch, bytes), &duplicates, &mut self.late, &mut self.counts);
                for (number, hit) in (0u32..).zip(&hits) {
                    let place = || {
                        let table = rules.program.rules()[usize::from(hit.rule)].table;
                        let place = batch.tables[table].places.get(hit.row as usize).copied().unwrap_or_default();
                        analysed.items.partition_point(|item| item.start <= place.offset).saturating_sub(1) as u32
                    };
                    if !hit.inherited {
                        entries.push((of_row(hit.claim).unwrap_or_else(place), Entry::Hit(number)));
                    }
                }
            }
            if let Some(judge) = &mut self.judge {
                judged = judge.judge(batch, bytes, &scrub.taps)?;
                for (number, judged) in (0u32..).zip(&judged) {
                    if let Some(item) = of_row(judged.claim) {
                        entries.push((item, Entry::Judged(number)));
                    }
                }
            }
        }
        entries.sort_by_key(|(item, _)| *item);
        Ok(Sheet { analysed, scrub, hits, judged, entries })
    }
}
