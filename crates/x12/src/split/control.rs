//! New control numbers, and what they stand for.

use super::kept::number;

/// The control numbers that may be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlKind {
    /// ISA13.
    Interchange,
    /// GS06.
    Group,
    /// ST02.
    Set,
    /// BHT03.
    Batch,
}

impl ControlKind {
    /// The element that holds it: `ISA13`, `GS06`, `ST02`, `BHT03`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interchange => "ISA13",
            Self::Group => "GS06",
            Self::Set => "ST02",
            Self::Batch => "BHT03",
        }
    }

    /// The shortest and the longest that a new number may be.
    fn width(self) -> (usize, usize) {
        match self {
            Self::Interchange => (9, 9),
            Self::Group => (1, 9),
            Self::Set => (4, 9),
            Self::Batch => (1, 30),
        }
    }
}

/// A control number that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbered {
    /// Which.
    pub kind: ControlKind,
    /// The number in the input.
    pub old: Vec<u8>,
    /// The number in the output, on whichever side it ends. None is given out twice before the numbers begin again
    /// at a thousand million.
    pub new: Vec<u8>,
}

/// Where new numbers go on, from one interchange to the next; those of sets begin anew in each.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    start: u64,
    next: [u64; 4],
}

/// How many new numbers an interchange may ask for itself: one a side, and one more where its own comes next.
const AN_INTERCHANGE: u64 = 3;

impl Sequence {
    /// One that begins with `start`.
    #[must_use]
    pub fn new(start: u64) -> Self {
        let start = start.clamp(1, LAST);
        Self { start, next: [start; 4] }
    }

    /// Passes over numbers of interchanges that are `taken` by others.
    pub fn pass(&mut self, taken: impl Fn(u64) -> bool) {
        let next = &mut self.next[ControlKind::Interchange as usize];
        while *next <= LAST && (*next..*next + AN_INTERCHANGE).any(&taken) {
            *next += 1;
        }
    }
}

/// Gives out new numbers.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    /// The old ones are given again.
    keep: bool,
    start: u64,
    next: [u64; 4],
    seen: [u64; 4],
    given: [Range; 4],
    pub(super) renumbered: Vec<Renumbered>,
}

const LAST: u64 = 999_999_999;

impl Numbers {
    pub(super) fn new(sequence: Sequence, keep: bool) -> Self {
        Self {
            keep,
            start: sequence.start,
            next: sequence.next,
            seen: [0; 4],
            given: [Range::default(); 4],
            renumbered: Vec::new(),
        }
    }

    /// Where those of the next interchange go on.
    pub(super) fn sequence(&self) -> Sequence {
        let mut next = self.next;
        next[ControlKind::Set as usize] = self.start;
        Sequence { start: self.start, next }
    }

    /// Forgets the numbers of `kind` that were seen and given: its parent opened anew.
    pub(super) fn forget(&mut self, kind: ControlKind) {
        self.seen[kind as usize] = 0;
        self.given[kind as usize] = Range::default();
    }

    /// True when `value` may have been given out beside it, so that it must give way itself.
    pub(super) fn is_given(&self, kind: ControlKind, value: &[u8]) -> bool {
        self.given[kind as usize].holds(value)
    }

    /// Remembers that the input uses `value`, so that it is not given out beside it.
    pub(super) fn see(&mut self, kind: ControlKind, value: &[u8]) {
        let seen = &mut self.seen[kind as usize];
        *seen = (*seen).max(number(value).unwrap_or(0));
    }

    /// A number in place of `old`, as long as it if that can be.
    pub(super) fn give(&mut self, kind: ControlKind, old: &[u8]) -> Vec<u8> {
        if self.keep {
            return old.to_vec();
        }
        let beyond = Some(self.seen[kind as usize] + 1).filter(|&beyond| beyond <= LAST);
        let mut next = self.next[kind as usize].max(beyond.unwrap_or(0));
        if number(old) == Some(next) {
            next += 1;
        }
        if next > LAST {
            next = beyond.unwrap_or(1);
        }
        self.next[kind as usize] = next + 1;
        let (shortest, longest) = kind.width();
        let width = old.len().clamp(shortest, longest);
        self.given[kind as usize].add(next);
        format!("{next:0width$}").into_bytes()
    }
}

/// The span of the numbers given out.
#[derive(Clone, Copy, Debug, Default)]
struct Range {
    bounds: Option<(u64, u64)>,
}

impl Range {
    fn add(&mut self, number: u64) {
        let (first, last) = self.bounds.unwrap_or((number, number));
        self.bounds = Some((first.min(number), last.max(number)));
    }

    fn holds(self, value: &[u8]) -> bool {
        let Some((first, last)) = self.bounds else { return false };
        number(value).is_some_and(|number| (first..=last).contains(&number))
    }
}
