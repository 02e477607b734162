//! The interchange being read: its open headers and levels.

use super::kept::Kept;
use super::pen::Place;
use crate::position::Span;
use crate::wire::Delimiters;

/// A header with a control number.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) kept: Kept,
    /// ISA13, GS06 or ST02, counted from the start of the header.
    pub(super) control: Span,
    /// BHT03.
    pub(super) batch: Span,
    /// ISA12, where it is not the version that the interchange is of.
    pub(super) version: Span,
    /// Segments of the header; sets only.
    pub(super) segments: u32,
    /// Between its opening and its end.
    pub(super) active: bool,
}

impl Head {
    pub(super) fn open(&mut self, raw: Span, control: Span, batch: Span, segments: u32) {
        self.kept.set(raw);
        self.control = self.kept.inside(control);
        self.batch = self.kept.inside(batch);
        self.version = Span::default();
        self.segments = segments;
        self.active = true;
    }

    pub(super) fn control<'a>(&'a self, piece: &'a [u8]) -> &'a [u8] {
        self.control.of(self.kept.bytes(piece))
    }

    pub(super) fn batch<'a>(&'a self, piece: &'a [u8]) -> &'a [u8] {
        self.batch.of(self.kept.bytes(piece))
    }
}

/// An open level.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    pub(super) depth: u8,
    pub(super) kept: Kept,
    pub(super) id: Span,
    pub(super) parent: Span,
    pub(super) child: Span,
    pub(super) segments: u32,
    /// What was written of it, by side.
    pub(super) on: [OnSide; 2],
}

/// What was written of a level on one side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OnSide {
    /// It stands in the open set of the side.
    pub(super) written: bool,
    /// It was written at all, in this set or in one before.
    pub(super) ever: bool,
    /// HL01.
    pub(super) number: u64,
    /// HL04.
    pub(super) child: Place,
    /// A level below it was written in the open set.
    pub(super) has_child: bool,
}

/// All that is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub(super) interchange: Head,
    pub(super) group: Head,
    pub(super) set: Head,
    pub(super) delimiters: Delimiters,
    /// The verdict on the last claim, while nothing but more of it has come.
    pub(super) last: Option<bool>,
    /// Levels by nesting; only the first `open` are open, the others are kept for their room.
    levels: Vec<Level>,
    open: usize,
}

impl Source {
    pub(super) fn levels(&self) -> &[Level] {
        self.levels.get(..self.open).unwrap_or_default()
    }

    pub(super) fn levels_mut(&mut self) -> &mut [Level] {
        self.levels.get_mut(..self.open).unwrap_or_default()
    }

    /// Opens a level, cleared.
    pub(super) fn push(&mut self) -> &mut Level {
        if self.levels.len() <= self.open {
            self.levels.push(Level::default());
        }
        let at = self.open;
        self.open += 1;
        let level = &mut self.levels[at];
        level.on = [OnSide::default(); 2];
        level
    }

    /// Adds to the innermost open level, or to the header of the set, what an earlier piece did not have of it yet.
    pub(super) fn extend(&mut self, piece: &[u8], more: Span, segments: u32) -> bool {
        let open = self.open.checked_sub(1).and_then(|at| self.levels.get_mut(at));
        let (kept, count) = match open {
            Some(level) if level.on.iter().any(|on| on.ever) => return false,
            Some(level) => (&mut level.kept, &mut level.segments),
            None => (&mut self.set.kept, &mut self.set.segments),
        };
        let fits = kept.extend(piece, more);
        if fits {
            *count += segments;
        }
        fits
    }

    pub(super) fn pop(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// Keeps everything that is open beyond the end of `piece`.
    pub(super) fn keep(&mut self, piece: &[u8]) {
        for head in [&mut self.interchange, &mut self.group, &mut self.set] {
            if head.active {
                head.kept.keep(piece);
            }
        }
        for level in self.levels.iter_mut().take(self.open) {
            level.kept.keep(piece);
        }
    }
}
