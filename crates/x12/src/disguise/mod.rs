//! X12 with other people in it: every identity of a file is replaced, everything else stays as it stands, faults and all.
//!
//! Which values are identities is data (`guides/identities.table`). The same value becomes the same other value under the same
//! key, wherever it stands: so that a person stays one person, and one file goes with another. What comes out is pseudonymised,
//! not de-identified: amounts, codes and what happened when tell of people too.

#[cfg(test)]
mod canaries;
mod cipher;
mod days;
mod form;
mod invent;
mod kind;
mod rewrite;
mod table;
#[cfg(test)]
mod tests;

pub use days::Days;
pub use rewrite::Disguise;
