//! A piece laid out on the desk: what was found in each of its items, in order.

use std::sync::Arc;

use x12::claim::{Batch, NONE};
use x12::finding::NO_CLAIM;
use x12::position::Span;
use x12::scrub::Hit;
use x12::wire::{Delimiters, Segment};

use super::seen::NUMBERS;
use super::{Desk, Judged, Scrub};
use crate::analyse::Analysed;
use crate::error::Error;
use crate::fields::Values;
use crate::item::{Item, Kind};
use crate::rules::Known;

/// One thing that was found, by its number among its kind: a hostile piece has hundreds of thousands.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    Finding(u32),
    Hit(u32),
    Judged(u32),
}

/// The items of a piece that are of one claim map, with what was found in them.
pub(crate) struct Sheet<'a> {
    pub(crate) analysed: &'a Analysed,
    /// The map of its items; with the first sheet also go those of maps that have none.
    map: usize,
    /// What its claims are read with.
    pub(crate) scrub: Option<&'a Scrub>,
    /// Its claims.
    pub(crate) batch: Option<&'a Batch>,
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
        let (scrub, batch) = (self.scrub?, self.batch?);
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

/// Which of `sheets` an item of `map` is on.
pub(crate) fn sheet_of(sheets: &[Sheet<'_>], map: u8) -> usize {
    sheets.iter().position(|sheet| sheet.map == usize::from(map)).unwrap_or(0)
}

/// Puts the findings of the walk on the sheets of their items. Findings number the claims of the piece.
fn found_in_walk(sheets: &mut [Sheet<'_>]) {
    let Some(analysed) = sheets.first().map(|sheet| sheet.analysed) else { return };
    let items = (0u32..).zip(&analysed.items);
    let claims: Vec<u32> = items.filter(|(_, item)| matches!(item.kind, Kind::Claim(_))).map(|(at, _)| at).collect();
    for ((number, finding), &made_in) in (0u32..).zip(&analysed.findings).zip(&analysed.made_in) {
        let claim = (finding.claim != NO_CLAIM).then_some(finding.claim);
        let owner = claim.and_then(|claim| claims.get(claim as usize).copied()).unwrap_or(made_in);
        let map = analysed.items.get(owner as usize).map_or(0, |item| item.map);
        let sheet = sheet_of(sheets, map);
        if let Some(sheet) = sheets.get_mut(sheet) {
            sheet.entries.push((owner, Entry::Finding(number)));
        }
    }
}

impl Desk<'_> {
    /// Lays `analysed` out, a sheet for each claim map that it has sets of: runs the rules and puts everything found in the
    /// order of the items.
    pub(crate) fn sheets<'a>(
        &mut self,
        analysed: &'a Analysed,
        scrubs: &'a [Option<Arc<Scrub>>],
    ) -> Result<Vec<Sheet<'a>>, Error> {
        let blank =
            |map, scrub, batch| Sheet { analysed, map, scrub, batch, hits: vec![], judged: vec![], entries: vec![] };
        let maps = scrubs.iter().enumerate();
        let filled = maps.filter_map(|(map, scrub)| {
            let (scrub, batch) = (scrub.as_deref()?, analysed.batches.get(map)?);
            Some(blank(map, Some(scrub), Some(batch)))
        });
        let mut sheets: Vec<Sheet<'a>> = filled.collect();
        if sheets.is_empty() {
            sheets.push(blank(0, None, None));
        }
        found_in_walk(&mut sheets);
        for sheet in &mut sheets {
            self.judge_claims(sheet)?;
            sheet.entries.sort_by_key(|(item, _)| *item);
        }
        Ok(sheets)
    }

    /// Judges the claims of a sheet, and puts what is found where it belongs. Rules number the rows of the batch.
    fn judge_claims(&mut self, sheet: &mut Sheet<'_>) -> Result<(), Error> {
        let (Some(batch), Some(scrub)) = (sheet.batch, sheet.scrub) else { return Ok(()) };
        let (analysed, bytes, map) = (sheet.analysed, sheet.bytes(), sheet.map);
        let items = (0u32..).zip(&analysed.items);
        let own = items.filter(|(_, item)| usize::from(item.map) == map);
        let rows: Vec<u32> =
            own.filter(|(_, item)| matches!(item.kind, Kind::Claim(row) if row != NONE)).map(|(at, _)| at).collect();
        let of_row = |row: u32| rows.get(row as usize).copied();
        let (ruled, judging) = (analysed.ruled.get(map), self.judging.get_mut(map));
        if let (Some(rules), Some(ruled), Some(judging)) = (&scrub.rules, ruled, judging) {
            let mut duplicates = self.seen.all_again(&ruled.digests)?;
            let orphans = rules.recall(ruled, &mut duplicates);
            judging.again.resize_with(ruled.comings.len(), || self.seen.another(NUMBERS));
            let again = judging.again.iter_mut().zip(&ruled.comings).map(|(seen, digests)| seen.all_again(digests));
            let again = again.collect::<Result<_, _>>()?;
            if let Some(sent) = &mut self.sent {
                sent.add(ruled)?;
            }
            let known = Known { duplicates, orphans, again };
            sheet.hits = rules.finish(ruled, (batch, bytes), &known, &mut judging.late, &mut judging.counts);
            for (number, hit) in (0u32..).zip(&sheet.hits) {
                let place = || {
                    let table = rules.program.rules()[usize::from(hit.rule)].table;
                    let place = batch.tables[table].places.get(hit.row as usize).copied().unwrap_or_default();
                    analysed.items.partition_point(|item| item.start <= place.offset).saturating_sub(1) as u32
                };
                if !hit.inherited {
                    sheet.entries.push((of_row(hit.claim).unwrap_or_else(place), Entry::Hit(number)));
                }
            }
        }
        if let Some(judge) = &mut self.judge {
            sheet.judged = judge.judge(batch, bytes, &scrub.taps)?;
            for (number, judged) in (0u32..).zip(&sheet.judged) {
                if let Some(item) = of_row(judged.claim) {
                    sheet.entries.push((item, Entry::Judged(number)));
                }
            }
        }
        Ok(())
    }
}
