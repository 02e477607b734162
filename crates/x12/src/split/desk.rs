//! What all sides share.

use super::control::Numbers;
use super::source::Source;

/// What all sides share while a piece is written.
pub(super) struct Desk<'a> {
    pub(super) source: &'a mut Source,
    pub(super) numbers: &'a mut Numbers,
    pub(super) suffix: &'a [u8],
    pub(super) claims_per_set: u32,
}
