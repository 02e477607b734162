//! Cut anywhere, a file gives the same segments; and every byte of it is told exactly once.

#![no_main]

use std::ops::Range;

use libfuzzer_sys::fuzz_target;
use x12::wire::{Fault, Limits, Scanner, Segment, Tokens};

/// What was told, by its place in the file.
#[derive(Default)]
struct Told {
    base: usize,
    headers: Vec<(usize, usize)>,
    segments: Vec<(usize, usize, Vec<usize>, bool)>,
    /// Neighbouring runs of the same fault are one.
    faults: Vec<(Fault, Range<usize>)>,
}

impl Tokens for Told {
    fn header(&mut self, segment: &Segment<'_>) {
        let base = self.base;
        self.headers.push((base + segment.start() as usize, base + segment.end() as usize));
    }

    fn segment(&mut self, segment: &Segment<'_>, terminated: bool) {
        let base = self.base;
        let marks = segment.marks().iter().map(|&mark| base + mark as usize).collect();
        // Every view of a segment must be there to look at, whatever is in it.
        for element in segment.elements() {
            for repetition in element.repetitions() {
                assert!(repetition.components().count() <= repetition.value().len() + 1);
            }
        }
        self.segments.push((base + segment.start() as usize, base + segment.end() as usize, marks, terminated));
    }

    fn fault(&mut self, fault: Fault, range: Range<usize>, first: bool) {
        let range = self.base + range.start..self.base + range.end;
        match self.faults.last_mut() {
            Some((before, run)) if !first && *before == fault && run.end == range.start => run.end = range.end,
            _ => self.faults.push((fault, range)),
        }
    }
}

/// Reads `bytes` in pieces of `piece` bytes, as little as it takes of them being kept.
fn told(bytes: &[u8], piece: usize, limits: Limits) -> Told {
    let (mut told, mut scanner) = (Told::default(), Scanner::new(limits));
    let mut to = 0;
    loop {
        to = (to + piece).min(bytes.len());
        let last = to == bytes.len();
        let used = scanner.scan(&bytes[told.base..to], last, &mut told);
        told.base += used;
        if last {
            assert_eq!(told.base, bytes.len(), "what is last is used up");
            return told;
        }
    }
}

/// Names the first difference: the lists are long.
fn same<T: std::fmt::Debug + PartialEq>(what: &str, pieces: &[T], whole: &[T]) {
    let at = pieces.iter().zip(whole).take_while(|(one, other)| one == other).count();
    assert_eq!(pieces.get(at), whole.get(at), "{what} {at}, in pieces and whole");
}

fuzz_target!(|data: &[u8]| {
    let Some((&piece, bytes)) = data.split_first() else { return };
    // Small enough to be met, and a segment longer than the longest header.
    let limits = Limits { element: 64, segment: 2048, repetitions: 8, elements: 32 };
    let whole = told(bytes, bytes.len().max(1), limits);
    let pieces = told(bytes, usize::from(piece) + 1, limits);
    same("header", &pieces.headers, &whole.headers);
    same("fault", &pieces.faults, &whole.faults);
    same("segment", &pieces.segments, &whole.segments);

    let mut at = 0;
    let mut spans: Vec<_> = whole.headers.clone();
    spans.extend(whole.segments.iter().map(|(start, end, ..)| (*start, *end)));
    spans.extend(whole.faults.iter().map(|(_, run)| (run.start, run.end)));
    spans.sort_unstable();
    for (start, end) in spans {
        assert!(at <= start && start <= end && end <= bytes.len(), "{start}..{end} after {at}");
        at = end;
    }
});
