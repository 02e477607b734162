//! Values as lanes: numbers of 64 bits, whatever they are.

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a lane is 64 bits whose meaning its kind knows: packed codes and spans are laid into it bit for bit"
)]

use crate::claim::{MISSING, pack, unpack};
use crate::position::Span;

/// A value that was not looked for because a table is not there; propagates like [`MISSING`].
pub(crate) const UNCHECKED: i64 = i64::MIN + 1;

/// True when there is no value to reckon with.
pub(crate) fn void(lane: i64) -> bool {
    lane <= UNCHECKED
}

/// A span as a lane.
pub(crate) fn pack_span(span: Span) -> i64 {
    if span.is_empty() { MISSING } else { (u64::from(span.start) << 32 | u64::from(span.len)) as i64 }
}

/// The span of a lane; empty when it is missing.
pub(crate) fn unpack_span(lane: i64) -> Span {
    if void(lane) {
        return Span::default();
    }
    Span { start: (lane as u64 >> 32) as u32, len: lane as u64 as u32 }
}

/// A code as a lane.
pub(crate) fn pack_code(text: &str) -> Option<i64> {
    pack(text.as_bytes()).filter(|&packed| packed != 0).map(|packed| packed as i64)
}

/// A packed code of a column as a lane.
pub(crate) fn lane_of(code: u64) -> i64 {
    if code == 0 { MISSING } else { code as i64 }
}

/// The characters of a code's lane, and how many they are.
pub(crate) fn unpack_code(lane: i64) -> ([u8; 8], usize) {
    unpack(if void(lane) { 0 } else { lane as u64 })
}
