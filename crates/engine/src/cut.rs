//! Where a run of bytes may be cut so that the next piece can be read on its own.

use std::sync::Arc;

use x12::guide::Plan;
use x12::validate::{Options, Walker};
use x12::wire::{Limits, Segment, SegmentId};

use crate::peek::Known;

/// A cut: the piece ends here, and the next one begins with the segment `upcoming`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Offset of the first byte of the next piece.
    pub(crate) at: usize,
    /// Length of the segment there, without its terminator.
    pub(crate) upcoming: usize,
    pub(crate) footing: Footing,
}

/// What the walk can be taken up from at a cut, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Footing {
    /// Nothing: it waits for what comes before.
    Nothing,
    /// The segment there, and outer levels that were open in an earlier piece: another one may have opened since.
    OuterLevels,
    /// The segment there.
    Own,
}

/// How far a better footing is looked for before one that is good enough.
const NEAR: usize = 4 * 1024;

/// The last place in `bytes` before which the set may be cut: a complete segment that the plan's `cut` lines
/// name, or a set's header. Never the first byte: a cut there would cut nothing off. A cut with a better footing is preferred
/// to a later one: what is taken up from a wrong one is done twice. Never before a segment over a limit: that one begins and
/// ends nothing.
pub(crate) fn last_cut(bytes: &[u8], known: &Known, (options, limits): (Options, Limits)) -> Option<Cut> {
    let terminator = known.delimiters.terminator;
    let mut end = memchr::memrchr(terminator, bytes)?;
    let mut best: Option<Cut> = None;
    while end > 0 {
        let Some(before) = memchr::memrchr(terminator, &bytes[..end]) else { break };
        let start = skip_blanks(bytes, before + 1);
        if start < end
            && let Some(footing) = judge(&bytes[start..end], known, (options, limits))
            && best.is_none_or(|best| best.footing < footing)
        {
            best = Some(Cut { at: start, upcoming: end - start, footing });
        }
        match best {
            Some(Cut { footing: Footing::Own, .. }) => break,
            Some(Cut { footing: Footing::OuterLevels, at, .. }) if before + NEAR < at => break,
            _ => {}
        }
        end = before;
    }
    best
}

/// Whether the set may be cut before `segment`, and what the walk can be taken up from there.
fn judge(segment: &[u8], known: &Known, (options, limits): (Options, Limits)) -> Option<Footing> {
    let (delimiters, plan) = (known.delimiters, known.plan.as_ref());
    let name_end = segment.iter().take(4).position(|&byte| byte == delimiters.element)?;
    let name = &segment[..name_end];
    let header = name == b"ST";
    let named = |plan: &Arc<Plan>| plan.cuts.iter().any(|(id, _)| *id == SegmentId::new(name));
    if !header && !plan.is_some_and(named) {
        return None;
    }
    let marks = x12::wire::marks(segment, 0, segment.len() as u32, delimiters);
    let segment = Segment::new(segment, 0, &marks, delimiters);
    if !limits.allow(&segment) {
        return None;
    }
    if header {
        return Some(Footing::Own);
    }
    let plan = plan?;
    let stands_on = |levels: &[(u16, u64)]| Walker::assume(plan, &segment, options, levels).is_some();
    plan.cuts_before(&segment).then(|| match () {
        () if stands_on(&[]) => Footing::Own,
        () if stands_on(&known.levels) => Footing::OuterLevels,
        () => Footing::Nothing,
    })
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use x12::guide::Guides;
    use x12::wire::Delimiters;

    use super::*;

    fn known(plan: Option<Arc<Plan>>) -> Known {
        Known { delimiters: Delimiters::default(), parties: None, group: None, plan, levels: Vec::new() }
    }

    #[test]
    fn a_set_is_cut_before_what_its_guide_names() {
        for (kind, bytes, cut) in [
            ("834", "LE*2700~INS*Y*18~REF*0F*1~", "INS*Y*18"),
            ("835", "LX*1~CLP*1~CAS*PR~CLP*2~NM1*QC~", "CLP*2"),
            ("271", "HL*2*1*21*1~NM1*1P~HL*3*2*22*0~TRN*2~", "HL*2*1*21*1"),
            ("276", "HL*3*2*19*1~NM1*1P~", "HL*3*2*19*1"),
        ] {
            let plan = Guides::embedded().plan(kind).unwrap();
            let bytes = format!("DTP*1~{bytes}").into_bytes();
            let found = last_cut(&bytes, &known(Some(plan)), Default::default()).unwrap();
            assert_eq!(&bytes[found.at..found.at + found.upcoming], cut.as_bytes(), "{kind}");
        }
    }

    #[test]
    fn where_the_outer_levels_are_known_a_set_is_cut_between_inner_ones_too_but_rather_before_an_outer_one_near_by() {
        let plan = Guides::embedded().plan("271").unwrap();
        let outer = plan.loops.iter().position(|each| each.id == "2000A").unwrap() as u16;
        let known = Known { levels: vec![(outer, 1)], ..known(Some(plan)) };
        for (between, cut, footing) in [(1, "HL*2*1*21*1", Footing::Own), (400, "HL*3*2*22*0", Footing::OuterLevels)] {
            let bytes = format!("DTP*1~HL*2*1*21*1~{}HL*3*2*22*0~TRN*2~", "REF*0F*1234~".repeat(between));
            let found = last_cut(bytes.as_bytes(), &known, Default::default()).unwrap();
            assert_eq!((&bytes[found.at..found.at + found.upcoming], found.footing), (cut, footing));
        }
    }

    #[test]
    fn a_set_may_be_cut_before_its_header_without_a_plan() {
        let bytes = b"SE*2*1~\r\nST*837*2~BHT*1~NM1";
        let known = known(None);
        assert_eq!(
            last_cut(bytes, &known, Default::default()),
            Some(Cut { at: 9, upcoming: 8, footing: Footing::Own })
        );
        assert_eq!(last_cut(b"ST*837*2~BHT*1~", &known, Default::default()), None, "the first byte is no cut");
        let limits = Limits { element: 3, ..Limits::default() };
        assert_eq!(
            last_cut(b"SE*2*1~ST*837*2~ST*837*0003~", &known, (Options::default(), limits)),
            Some(Cut { at: 7, upcoming: 8, footing: Footing::Own }),
            "one over a limit is no header"
        );
        assert_eq!(last_cut(b"no terminator", &known, Default::default()), None);
    }
}
