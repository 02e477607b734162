//! Outcomes to accepted and rejected interchanges.

mod control;
mod desk;
mod item;
mod kept;
mod pen;
mod side;
mod source;
mod splitter;
mod trailer;

pub use crate::wire::{MemoryOutput, Output};
pub use control::{ControlKind, Renumbered, Sequence};
pub use item::Item;
pub use splitter::{SplitOptions, Splitter};
