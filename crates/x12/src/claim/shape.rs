//! Where in a segment the values stand that are asked for: among its separators, which lie alike in many segments.

use std::sync::Arc;

use super::schema::Schema;
use super::tap::value_at;
use super::work::{Draw, Pass, Reach};
use crate::position::Span;
use crate::wire::Segment;

/// The separators of a segment that do not end elements: bit n is mark n. The highest bit is the last mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shape(u64);

impl Shape {
    /// `None` for a segment with very many separators, or with repetitions: it is looked through for each value.
    #[inline]
    fn of(segment: &Segment<'_>) -> Option<Self> {
        let marks = segment.marks().len();
        let (inner, _) = segment.measures().filter(|_| marks >= 2)?;
        // the first mark ends the identifier, whatever it is
        Some(Self(inner & !1 | 1 << (marks - 1)))
    }

    /// The marks that end elements, that behind the identifier first; and their number.
    fn edges(self) -> ([u8; 64], usize) {
        let (mut edges, mut count) = ([0; 64], 0);
        let last = 63 - self.0.leading_zeros() as u8;
        for at in (0..=last).filter(|at| self.0 >> at & 1 == 0 || *at == last) {
            edges[count] = at;
            count += 1;
        }
        (edges, count)
    }

    /// Appends what `pass` asks of segments of this shape.
    fn reach(self, pass: &Pass, reaches: &mut Vec<Reach>) {
        let (edges, count) = self.edges();
        for draw in &pass.draws {
            let before = usize::from(draw.before);
            if before + 1 >= count {
                return;
            }
            let (front, behind) = (edges[before], edges[before + 1]);
            let from = front.saturating_add(draw.within);
            if from < behind {
                let step = if draw.whole { u16::from(behind - front) } else { 1 };
                reaches.push(Reach { draw: *draw, from: u16::from(from), step });
            }
        }
    }
}

/// Shapes that were seen, and what was asked of them.
#[derive(Debug)]
pub(crate) struct Shapes {
    /// What is asked is for the tables of this schema.
    schema: Option<Arc<Schema>>,
    seen: [Seen; 1 << SHAPES],
    reaches: Vec<Reach>,
    /// For segments that have no shape: the values' edges, and what reaches them.
    edges: Vec<u32>,
    far: Vec<Reach>,
}

/// What is asked of a segment, and the marks that it is reached by.
pub(super) type Reached<'s> = (&'s [Reach], &'s [u32]);

/// What a pass asks of segments of a shape: a part of [`Shapes::reaches`].
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    pass: u32,
    start: u32,
    end: u32,
    shape: Shape,
}

/// How many shapes are remembered, as a power of two.
const SHAPES: u32 = 7;

/// How many reaches are kept before all is forgotten.
const MOST: usize = 2 * 1024;

impl Default for Shapes {
    fn default() -> Self {
        let (reaches, edges, far) = (Vec::new(), Vec::new(), Vec::new());
        Self { schema: None, seen: [Seen::default(); 1 << SHAPES], reaches, edges, far }
    }
}

impl Shapes {
    /// What is asked from now on is for the tables of `schema`: what was asked for others is forgotten.
    pub(super) fn serve(&mut self, schema: &Arc<Schema>) {
        if self.schema.as_ref().is_none_or(|known| !Arc::ptr_eq(known, schema)) {
            self.schema = Some(Arc::clone(schema));
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.seen = [Seen::default(); 1 << SHAPES];
        self.reaches.clear();
    }

    /// What `pass` asks of `segment`, whatever that has inside.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a quarter of the segments ask; so does one other kind of pass")]
    pub(super) fn reach<'s>(&'s mut self, pass: &Pass, segment: &Segment<'s>) -> Reached<'s> {
        let Some(shape) = Shape::of(segment) else { return self.reach_far(pass, segment) };
        let hash = (shape.0 ^ u64::from(pass.number) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let at = (hash >> (64 - SHAPES)) as usize;
        let is_at = |at: usize| (self.seen[at].pass, self.seen[at].shape) == (pass.number, shape);
        // two that fall on one place have room beside each other
        let at = match at {
            at if is_at(at) => at,
            at if is_at(at ^ 1) => at ^ 1,
            at => self.learn(at, shape, pass),
        };
        let Seen { start, end, .. } = self.seen[at];
        (self.reaches.get(start as usize..end as usize).unwrap_or_default(), segment.marks())
    }

    #[cold]
    fn learn(&mut self, at: usize, shape: Shape, pass: &Pass) -> usize {
        if self.reaches.len() > MOST {
            self.forget();
        }
        let start = self.reaches.len() as u32;
        shape.reach(pass, &mut self.reaches);
        self.seen[at ^ 1] = self.seen[at];
        self.seen[at] = Seen { pass: pass.number, start, end: self.reaches.len() as u32, shape };
        at
    }

    #[cold]
    fn reach_far<'s>(&'s mut self, pass: &Pass, segment: &Segment<'s>) -> Reached<'s> {
        self.edges.clear();
        self.far.clear();
        for (at, draw) in (0u16..).zip(&pass.draws) {
            let Span { start, len } = value_of(segment, draw);
            self.edges.extend([start.saturating_sub(1), start.max(1) + len]);
            self.far.push(Reach { draw: *draw, from: 2 * at, step: 1 });
        }
        (&self.far, &self.edges)
    }
}

/// The value that `draw` asks for, in any segment; empty when it is not there. A component is that of an element's first
/// repetition.
pub(super) fn value_of(segment: &Segment<'_>, draw: &Draw) -> Span {
    let component = if draw.whole { 0 } else { draw.within + 1 };
    value_at(segment, usize::from(draw.before) + 1, component)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Part;
    use crate::wire::{Delimiters, Fault, Limits, Mode, Scanner, Tokens};

    /// Asks for elements and components, the first eight of each.
    fn pass() -> Pass {
        let draw = |before, component: u8| Draw {
            column: 0,
            guard: 0,
            before,
            within: component.saturating_sub(1),
            whole: component == 0,
            ordinal: 0,
            part: Part::Whole,
            places: 0,
            scale: 1,
        };
        let draws = (0..8).flat_map(|before| (0..8).map(move |component| draw(before, component))).collect();
        Pass { number: 1, table: 0, draws, plain: Box::default(), switch: None, group: None }
    }

    /// Holds what is reached against what a look through the segment finds.
    struct Compare {
        pass: Pass,
        shapes: Shapes,
        shaped: usize,
    }

    impl Tokens for Compare {
        fn header(&mut self, _segment: &Segment<'_>) {}

        fn segment(&mut self, segment: &Segment<'_>, _terminated: bool) {
            self.shaped += usize::from(Shape::of(segment).is_some());
            let (reaches, edges) = self.shapes.reach(&self.pass, segment);
            let of =
                |reach: &Reach| (reach.draw.before, reach.draw.whole, reach.draw.within, reach.span(edges).unwrap());
            let mut found: Vec<_> = reaches.iter().map(of).filter(|found| !found.3.is_empty()).collect();
            for draw in &self.pass.draws {
                let value = value_of(segment, draw);
                if !value.is_empty() {
                    assert_eq!(found.remove(0), (draw.before, draw.whole, draw.within, value));
                }
            }
            assert_eq!(found, []);
        }

        fn fault(&mut self, _fault: Fault, _range: std::ops::Range<usize>, _first: bool) {}
    }

    #[test]
    fn a_shape_reaches_the_values_that_a_look_through_the_segment_finds() {
        let (mut text, mut seed) = (Vec::new(), 7u32);
        for length in (0..20_000).map(|round| round % 90) {
            text.extend(b"ID");
            text.extend((0..length).map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let alphabet: &[u8] = if length % 3 == 0 { b"**::^12345" } else { b"***::12345" };
                alphabet[(seed >> 16) as usize % alphabet.len()]
            }));
            text.push(b'~');
        }
        let mut compare = Compare { pass: pass(), shapes: Shapes::default(), shaped: 0 };
        let mut scanner = Scanner::new(Limits::default());
        scanner.resume(Mode::Inside(Delimiters::default()));
        scanner.scan(&text, true, &mut compare);
        assert!((8_000..16_000).contains(&compare.shaped), "{}", compare.shaped);
    }
}
