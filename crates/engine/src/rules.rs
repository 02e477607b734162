//! The rules of a run, and what they find in a piece: most of them need only its batch, and are judged beside others.

use x12::claim::Batch;
use x12::scrub::{Context, Counts, DuplicateKey, Hit, Program, Scratch, Share};

use crate::analyse::Analysed;

/// What claims are judged by.
pub(crate) struct Rules {
    pub(crate) program: Program,
    /// What tells claims apart.
    pub(crate) key: DuplicateKey,
    pub(crate) secret: [u8; 16],
    pub(crate) as_of: i32,
    pub(crate) received: i32,
}

/// What the rules found in a piece.
#[derive(Debug, Default)]
pub(crate) struct Ruled {
    /// Rule by rule, rows ascending.
    pub(crate) hits: Vec<Hit>,
    /// By rule.
    pub(crate) counts: Vec<Counts>,
    /// By claim row: what tells the claim from others, where it may be a duplicate.
    pub(crate) digests: Vec<Option<u64>>,
}

impl Rules {
    /// What can be found without knowing the claims before the piece. The rows that it inherits must be there.
    pub(crate) fn judge(&self, analysed: &mut Analysed, scratch: &mut Scratch) {
        let Some(batch) = &analysed.batch else { return };
        let bytes = &analysed.taken.bytes;
        let mut counts = Vec::new();
        let hits = self.program.run(Share::Alone, (batch, bytes), &self.context(&[]), scratch, &mut counts).to_vec();
        analysed.ruled = Ruled { hits, counts, digests: self.key.digests(batch, bytes, &self.secret) };
    }

    /// All hits, once it is known which claims are `duplicates`.
    pub(crate) fn finish(
        &self,
        ruled: &Ruled,
        (batch, bytes): (&Batch, &[u8]),
        duplicates: &[bool],
        scratch: &mut Scratch,
        counts: &mut Vec<Counts>,
    ) -> Vec<Hit> {
        let late = self.program.run(Share::Late, (batch, bytes), &self.context(duplicates), scratch, counts);
        for (sum, found) in counts.iter_mut().zip(&ruled.counts) {
            sum.add(*found);
        }
        let mut hits = [&ruled.hits, late].concat();
        if !late.is_empty() {
            hits.sort_by_key(|hit| hit.rule);
        }
        hits
    }

    fn context<'d>(&self, duplicates: &'d [bool]) -> Context<'d> {
        Context { as_of: self.as_of, received: self.received, duplicates, tables: None }
    }
}
