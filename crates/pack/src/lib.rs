//! What the pipeline does per byte: outlines of files, batches of claims by partner, sets written for a partner.
//!
//! The engine judges claims; what is here takes what it wrote and makes it ready to go on. It names the segments of the
//! envelope and those by which a claim and what it corrects are told, and nothing of a guide. It also sorts what the engine
//! wrote for the history of claims that were sent.

mod batches;
mod delimiters;
mod error;
mod marks;
mod remembered;
mod rewrite;
mod rows;
mod sections;
mod sets;
mod verdict;

pub use batches::{Correction, Plan, Step, Wanted};
pub use delimiters::Delimiters;
pub use error::Error;
pub use marks::{Mark, Marks, marks};
pub use remembered::{Run, gathered, merged};
pub use rewrite::rewritten;
pub use sections::{Section, Takers, sections};
