//! What is wanted of claims by whoever takes them as columns.

use std::collections::HashSet;

/// Which fields of claims, and what else is told of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Their fields, by claim map, table and field as the maps number them.
    pub fields: HashSet<(usize, usize, usize)>,
    /// Whether they are accepted. Trailers come behind them: the run ends with an error where one is wrong that could not be
    /// known before (of a pipe).
    pub verdicts: bool,
    /// All that was found in them; else only rules are asked that reject.
    pub findings: bool,
    /// What was given counts in the end only, so that all of it may be given once more where a trailer was wrong; else
    /// envelopes are read first.
    pub again: bool,
}
