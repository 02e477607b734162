//! Where segments went before: most segments go where one like them went the last time.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::frame::Stack;
use super::leads::{Leads, Site};
use super::outline::Outlines;
use crate::guide::{Candidate, KeyPlace, Plan, SegmentFacts, first_key, packed_key};
use crate::wire::{Segment, SegmentId};

/// How many ways are remembered: a power of two.
const WAYS: usize = 4096;
/// Marks the way of a segment that is only announced: it ends what it ends, and goes no further.
const ANNOUNCED: u16 = 1 << 15;
/// How many sites are told apart; ways from others are not remembered.
const SITES: usize = 4096;

/// Ways that segments of one plan took. It never decides where a segment belongs, it only remembers what was found for
/// one with the same id and qualifier from the same site; so it may be lost at any time.
#[derive(Debug, Default)]
pub struct Trail {
    /// Of the plan whose ways they are.
    fingerprint: u64,
    ways: Vec<Way>,
    /// The site of open loops by the site of those around the innermost, and its loop and position. They count from 1.
    sites: HashMap<(u32, u64), u32, BuildHasherDefault<Mix>>,
    /// The way that was taken last, while its end is not known.
    open: Option<u16>,
    /// The way that was taken last, and the one that was taken after it before: it mostly is again.
    last: u16,
    next: u16,
    /// What segments look like.
    pub(super) outlines: Outlines,
}

/// Mixes what sites are known by: numbers of our own, so that nobody can choose them to collide.
#[derive(Clone, Copy, Debug, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(29) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// Where a segment came from, and what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sign {
    /// The qualifier.
    key: u64,
    site: Site,
    /// Number of the segment id.
    id: u16,
}

/// It has all that is asked of it in most cases, so that one look at memory is enough.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Way {
    sign: Sign,
    /// Where it leads; the site is unknown until the next segment.
    leads: Leads,
    /// How many frames the segment went out.
    out: u16,
    segment: SegmentId,
    /// Where its qualifier stands.
    place: KeyPlace,
    /// The way that was taken after it.
    next: u16,
}

const _: () = assert!(size_of::<Way>() == 64, "a way is one line of memory");

/// A way that was recalled: it is to be asked for before another one is noted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recalled {
    pub(super) depth: usize,
    /// Which one it is.
    at: u16,
}

impl Clone for Trail {
    /// Another walker begins with none: they are found again in no time.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Sign {
    /// Of the same segment, which is only announced.
    pub(super) fn announced(self) -> Self {
        Self { id: self.id | ANNOUNCED, ..self }
    }

    #[inline]
    fn slot(&self) -> usize {
        let from = u64::from(self.site.0) << 16 | u64::from(self.id);
        let mixed = (from ^ self.key.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> (64 - WAYS.trailing_zeros())) as usize
    }
}

impl Trail {
    /// From now on ways of `plan` are remembered.
    pub(super) fn follow(&mut self, plan: &Plan) {
        self.open = None;
        if self.fingerprint != plan.fingerprint || self.ways.is_empty() {
            self.fingerprint = plan.fingerprint;
            self.sites.clear();
            self.outlines.clear();
            self.ways.clear();
            self.ways.resize(WAYS, Way::default());
        }
    }

    /// What tells the way of `segment`; `None` when it is not to be remembered.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    pub(super) fn sign(&mut self, stack: &mut Stack, segment: &Segment<'_>, facts: SegmentFacts) -> Option<Sign> {
        if stack.site == Site::UNKNOWN {
            self.locate(stack);
        }
        let known = stack.site != Site::UNKNOWN;
        let key = key_of(segment, facts.key).filter(|_| known)?;
        Some(Sign { key, site: stack.site, id: facts.number })
    }

    /// The way that is mostly taken after the last one, if it is that of `segment`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    pub(super) fn expected(&mut self, stack: &Stack, segment: &Segment<'_>) -> Option<Recalled> {
        let at = self.next;
        let way = self.ways.get(usize::from(at))?;
        let expected = way.segment == segment.id()
            && way.sign.site == stack.site
            && way.sign.site != Site::UNKNOWN
            && way.sign.id & ANNOUNCED == 0
            && key_of(segment, way.place) == Some(way.sign.key);
        if !expected {
            return None;
        }
        let depth = stack.frames.len().checked_sub(1 + usize::from(way.out))?;
        self.open = (way.leads.site == Site::UNKNOWN).then_some(at);
        (self.last, self.next) = (at, way.next);
        Some(Recalled { depth, at })
    }

    /// Where a way leads, and what segments look like.
    #[inline]
    pub(super) fn leads(&mut self, way: Recalled) -> Option<(&mut Leads, &mut Outlines)> {
        Some((&mut self.ways.get_mut(usize::from(way.at))?.leads, &mut self.outlines))
    }

    /// The candidate that a way leads to, in the frame at which depth, and the site.
    #[inline]
    pub(super) fn candidate<'p>(&self, way: Recalled, plan: &'p Plan) -> Option<(usize, &'p Candidate, Site)> {
        let leads = &self.ways.get(usize::from(way.at))?.leads;
        Some((way.depth, plan.index.candidates.get(leads.candidate as usize)?, leads.site))
    }

    /// The way at `at` is taken.
    #[inline]
    fn take(&mut self, at: u16) {
        if let Some(last) = self.ways.get_mut(usize::from(self.last)) {
            last.next = at;
        }
        self.last = at;
        self.next = self.ways.get(usize::from(at)).map_or(0, |way| way.next);
    }

    /// Finds out the site of `stack`.
    #[cold]
    fn locate(&mut self, stack: &mut Stack) {
        let mut site = 0;
        for frame in &stack.frames {
            let place = u64::from(frame.loop_index) << 32 | u64::from(frame.position);
            let next = self.sites.len() as u32 + 1;
            site = match self.sites.get(&(site, place)) {
                Some(&known) => known,
                None if next as usize > SITES => return,
                None => *self.sites.entry((site, place)).or_insert(next),
            };
        }
        stack.site = Site(site);
        if let Some(way) = self.open.take().and_then(|way| self.ways.get_mut(usize::from(way))) {
            way.leads.site = stack.site;
        }
    }

    /// Where one like it went.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "asked for every segment")]
    pub(super) fn recall(&mut self, stack: &Stack, sign: &Sign) -> Option<Recalled> {
        let mut at = sign.slot();
        let mut way = self.ways.get(at)?;
        if way.sign != *sign {
            at ^= 1;
            way = self.ways.get(at).filter(|way| way.sign == *sign)?;
        }
        let depth = stack.frames.len().checked_sub(1 + usize::from(way.out))?;
        self.open = (way.leads.site == Site::UNKNOWN).then_some(at as u16);
        self.take(at as u16);
        Some(Recalled { depth, at: at as u16 })
    }

    /// Remembers that a segment came to `candidate` of the frame at `depth`.
    pub(super) fn note(
        &mut self,
        (plan, sign): (&Plan, Sign),
        stack: &Stack,
        (depth, candidate): (usize, usize),
        (segment, place): (SegmentId, KeyPlace),
    ) {
        let out = u16::try_from(stack.frames.len() - 1 - depth);
        let (Ok(out), Some(leads)) = (out, Leads::to(plan, candidate, place)) else { return };
        // the way that was found here before moves next door
        let at = sign.slot();
        if let Some(before) = self.ways.get(at).copied()
            && let Some(next) = self.ways.get_mut(at ^ 1)
        {
            *next = before;
        }
        if let Some(way) = self.ways.get_mut(at) {
            *way = Way { sign, leads, out, segment, place, next: 0 };
            self.open = Some(at as u16);
            self.take(at as u16);
        }
    }

    /// The segment at hand leads nowhere that is worth knowing.
    pub(super) fn forget(&mut self) {
        self.open = None;
    }
}

/// The qualifier of `segment` that stands at `place`; 0 where there is none, `None` when it is not to be remembered.
#[inline(always)]
#[allow(clippy::inline_always, reason = "asked for every segment")]
fn key_of(segment: &Segment<'_>, place: KeyPlace) -> Option<u64> {
    match place {
        KeyPlace::First => first_key(segment),
        KeyPlace::None => Some(0),
        _ => rare_key_of(segment, place),
    }
}

#[inline(never)]
fn rare_key_of(segment: &Segment<'_>, place: KeyPlace) -> Option<u64> {
    match place {
        KeyPlace::At(element, component) => packed_key(segment, element, component).1,
        _ => None,
    }
}
