//! `SE`, `GE` and `IEA`: as the input has them where they are right, else corrected or made up.

use super::desk::Desk;
use super::kept::{Kept, number};
use super::pen::Pen;
use crate::position::Span;
use crate::wire::{Delimiters, Output, decimal};

/// A trailer as the input has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trailer {
    pub(super) raw: Span,
    pub(super) count: Span,
    pub(super) control: Span,
}

/// Writes a trailer: as the input has it where it is right, else corrected or made up.
pub(super) fn write_trailer<O: Output>(
    pen: &mut Pen<'_, O>,
    desk: &Desk<'_>,
    id: &str,
    trailer: Option<Trailer>,
    count: u64,
    control: &[u8],
) {
    let mut digits = [0; 20];
    let Some(trailer) = trailer.filter(|trailer| !trailer.count.is_empty() && !trailer.control.is_empty()) else {
        return made_up(pen, desk.source.delimiters, desk.suffix, id, decimal(count, &mut digits), control);
    };
    let mut kept = Kept::default();
    kept.set(trailer.raw);
    let count = differing(trailer.count.of(pen.piece), count, &mut digits);
    let control = (trailer.control.of(pen.piece) != control).then_some(control);
    pen.write(&kept, [(kept.inside(trailer.count), count), (kept.inside(trailer.control), control)]);
    if id != "IEA" && !trailer.raw.of(pen.piece).trim_ascii_end().ends_with(&[desk.source.delimiters.terminator]) {
        pen.end_segment(desk.source.delimiters.terminator);
    }
}

fn made_up<O: Output>(pen: &mut Pen<'_, O>, mark: Delimiters, suffix: &[u8], id: &str, count: &[u8], control: &[u8]) {
    pen.end_segment(mark.terminator);
    pen.append(id.as_bytes());
    for value in [count, control] {
        pen.append(&[mark.element]);
        pen.append(value);
    }
    pen.append(&[mark.terminator]);
    pen.append(suffix);
}

/// The digits of `value`, unless `old` says the same.
pub(super) fn differing<'a>(old: &[u8], value: u64, digits: &'a mut [u8; 20]) -> Option<&'a [u8]> {
    let new = decimal(value, digits);
    let same = old == new || old.first() == Some(&b'0') && number(old) == Some(value);
    (!same).then_some(new)
}
