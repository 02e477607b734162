//! Guide text to [`Plan`]: parsed, compiled once, shared.

mod index;
mod plan;

pub use plan::{ElementRule, Hierarchy, Key, Loop, Plan, Role, Slot, Type, Usage};
