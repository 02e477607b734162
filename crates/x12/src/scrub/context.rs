//! What is known beside a batch.

use super::tables::CodeTables;

/// What the engine tells a run beside the batch.
#[derive(Clone, Copy, Default)]
pub struct Context<'a> {
    /// The day that "today" means, in days since 1970-01-01.
    pub as_of: i32,
    /// The day on which the file was received, likewise.
    pub received: i32,
    /// By claim row: the claim was seen before in the file, or sent before. Empty when that was not looked for.
    pub duplicates: &'a [bool],
    /// By claim row: no claim between the same parties was sent before. Empty when that is not known.
    pub orphans: &'a [bool],
    /// By what may come again, and by claim row: it came earlier in the file. Empty when that was not looked for.
    pub again: &'a [Vec<bool>],
    /// The code tables that the user supplied.
    pub tables: Option<&'a CodeTables>,
    /// Hears the number of each rule when it was judged.
    pub judged: Option<&'a dyn Fn(usize)>,
}
