//! A piece laid out on the desk: what was found in each of its items, in order.

use x12::finding::{Finding, NO_CLAIM};
use x12::scrub::Hit;
use x12::wire::{Delimiters, Segment};

use super::fields::Values;
use super::{Desk, Judged};
use crate::analyse::{Analysed, Item, Kind};
use crate::error::Error;

/// One thing that was found.
pub(crate) enum Entry {
    Finding(Finding),
    Hit(Hit),
    Judged(Judged),
}

/// A piece with what was found in it.
pub(crate) struct Sheet<'a> {
    pub(crate) analysed: &'a Analysed,
    /// Findings and hits with the item they belong to, in the order of the items.
    pub(crate) entries: Vec<(u32, Entry)>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn bytes(&self) -> &'a [u8] {
        &self.analysed.taken.bytes
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
    /// Lays `analysed` out: runs the rules and puts everything found in the order of the items.
    pub(crate) fn sheet<'a>(&mut self, analysed: &'a Analysed) -> Result<Sheet<'a>, Error> {
        let mut claim_items = Vec::new();
        for (at, item) in analysed.items.iter().enumerate() {
            if let Kind::Claim(row) = item.kind {
                claim_items.resize((row as usize + 1).max(claim_items.len()), 0);
                claim_items[row as usize] = at as u32;
            }
        }
        let of_claim = |claim: u32| claim_items.get(claim as usize).copied();
        let mut entries = Vec::with_capacity(analysed.findings.len());
        for (finding, &made_in) in analysed.findings.iter().zip(&analysed.made_in) {
            let claim = (finding.claim != NO_CLAIM).then_some(finding.claim);
            entries.push((claim.and_then(of_claim).unwrap_or(made_in), Entry::Finding(*finding)));
        }
        let mut duplicates = Vec::new();
        if let (Some(batch), Some(scrub)) = (&analysed.batch, self.scrub.clone()) {
            let bytes = &analysed.taken.bytes;
            if let Some(key) = &scrub.duplicates {
                let digests = key.digests(batch, bytes, &scrub.duplicate_key);
                duplicates =
                    digests.into_iter().map(|digest| digest.is_some_and(|digest| self.seen.again(digest))).collect();
            }
            if let Some(program) = &scrub.program {
                let context = x12::scrub::Context {
                    as_of: self.rulings.as_of,
                    received: self.rulings.received,
                    duplicates: &duplicates,
                    tables: None,
                };
                for &hit in program.run(batch, bytes, &context, &mut self.rules, &mut self.counts) {
                    let place = || {
                        let table = program.rules()[usize::from(hit.rule)].table;
                        let place = batch.tables[table].places.get(hit.row as usize).copied().unwrap_or_default();
                        analysed.items.partition_point(|item| item.start <= place.offset).saturating_sub(1) as u32
                    };
                    if !hit.inherited {
                        entries.push((of_claim(hit.claim).unwrap_or_else(place), Entry::Hit(hit)));
                    }
                }
            }
            if let Some(judge) = &mut self.judge {
                for judged in judge.judge(batch, bytes, &scrub.taps)? {
                    if let Some(item) = of_claim(judged.claim) {
                        entries.push((item, Entry::Judged(judged)));
                    }
                }
            }
        }
        entries.sort_by_key(|(item, _)| *item);
        Ok(Sheet { analysed, entries })
    }

    /// The values of the claims of a sheet.
    pub(crate) fn values<'a>(&'a self, sheet: &'a Sheet<'_>) -> Option<Values<'a>> {
        let scrub = self.scrub.as_ref()?;
        let batch = sheet.analysed.batch.as_ref()?;
        Some(Values { fields: &scrub.fields.all, batch, bytes: &sheet.analysed.taken.bytes })
    }
}
