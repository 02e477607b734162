//! The rules of a run, and what they find in a piece: most of them need only its batch, and are judged beside others.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use x12::claim::{Batch, ClaimMap, Taps};
use x12::scrub::{CodeTables, Context, Counts, DuplicateKey, Hit, Program, Remembered, RuleError, Scratch, Share};

use crate::error::Error;

/// The digests of claims that were sent, and of whom they were between.
const SENT: &str = "history";
const PARTIES: &str = "history.parties";

/// All rules, and of them those for each claim map, made when the first claims of it come.
#[derive(Debug)]
pub(crate) struct Rulebook {
    rules: x12::scrub::Rules,
    tables: Arc<CodeTables>,
    measured: bool,
    remembering: bool,
    secret: [u8; 16],
    as_of: i32,
    received: i32,
    /// By claim map; what is wrong with them where they cannot be made.
    made: Vec<OnceLock<Result<Arc<Rules>, String>>>,
}

/// What claims of a map are judged by.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) program: Program,
    /// What tells claims apart.
    key: DuplicateKey,
    /// Somebody asks whom claims are between.
    parties: bool,
    /// Somebody writes down what was sent.
    remembering: bool,
    tables: Arc<CodeTables>,
    /// Nanoseconds by rule, where they are measured.
    spent: Option<Vec<AtomicU64>>,
    secret: [u8; 16],
    as_of: i32,
    received: i32,
}

/// What the rules found in a piece.
#[derive(Debug, Default)]
pub(crate) struct Ruled {
    /// Rule by rule, rows ascending.
    hits: Vec<Hit>,
    /// By rule.
    counts: Vec<Counts>,
    /// By claim row: what tells the claim from others, where it may be a duplicate.
    pub(crate) digests: Vec<Option<u64>>,
    /// By claim row: whom it is between; empty where nobody asks.
    pub(crate) parties: Vec<u64>,
    /// What claims are found by when they come again: by what may, and by claim row.
    pub(crate) comings: Vec<Vec<Option<u64>>>,
    /// What a history is to have of them, where one is written.
    pub(crate) remembered: Vec<Remembered>,
}

/// What is known of each claim of a batch when its turn comes.
pub(crate) struct Known {
    /// It was seen before, or sent before.
    pub(crate) duplicates: Vec<bool>,
    /// Nothing between the same parties was sent; empty where that is not known.
    pub(crate) orphans: Vec<bool>,
    /// By what may come again: it did.
    pub(crate) again: Vec<Vec<bool>>,
}

impl Rulebook {
    /// `secret` is the key of the digests that tell claims apart; the days are what is today, and when the claims came.
    pub(crate) fn new(
        (rules, tables, measured): (x12::scrub::Rules, CodeTables, bool),
        secret: [u8; 16],
        (as_of, received): (i32, i32),
    ) -> Self {
        let made = ClaimMap::embedded().map(|_| OnceLock::new()).collect();
        Self {
            rules,
            tables: Arc::new(tables.keyed(secret)),
            measured,
            remembering: false,
            secret,
            as_of,
            received,
            made,
        }
    }

    /// Tells whom claims are between, for those who write down what was sent.
    pub(crate) fn remembering(self, remembering: bool) -> Self {
        Self { remembering, ..self }
    }

    /// What each code table says of itself.
    pub(crate) fn tables(&self) -> &[serde_json::Value] {
        self.tables.headers()
    }

    /// Whether a list of codes is there.
    pub(crate) fn has_table(&self, list: &str) -> bool {
        self.tables.find(list).is_some()
    }

    /// The digest that names the rules.
    pub(crate) fn version(&self) -> &str {
        self.rules.version()
    }

    /// Those for claims of `map`, once they were made.
    ///
    /// # Errors
    /// When one of them asks for what such claims do not have.
    pub(crate) fn of(&self, map: usize) -> Result<&Arc<Rules>, Error> {
        let made = self.made.get(map).and_then(OnceLock::get);
        let made = made.ok_or_else(|| Error::Internal(format!("there is no claim map {map}")))?;
        made.as_ref().map_err(|message| Error::Usage(message.clone()))
    }

    /// Makes those for claims of `map`, whose taps are `taps`; none where one of them asks for what such claims do not have.
    pub(crate) fn make(&self, map: usize, taps: &Taps) -> Option<&Rules> {
        let make = || self.rules_for(taps).map(Arc::new).map_err(|error| error.to_string());
        self.made.get(map)?.get_or_init(make).as_deref().ok()
    }

    fn rules_for(&self, taps: &Taps) -> Result<Rules, RuleError> {
        let program = self.rules.program(&taps.map.kind, &taps.schema)?;
        let spent = self.measured.then(|| program.rules().iter().map(|_| AtomicU64::new(0)).collect());
        Ok(Rules {
            program,
            spent,
            key: DuplicateKey::compile(&taps.schema)?,
            remembering: self.remembering,
            parties: self.remembering || self.tables.find(PARTIES).is_some(),
            tables: Arc::clone(&self.tables),
            secret: self.secret,
            as_of: self.as_of,
            received: self.received,
        })
    }
}

impl Rules {
    /// The fields that they read, by table and column.
    pub(crate) fn reads(&self) -> impl Iterator<Item = (usize, usize)> {
        self.program.reads().chain(self.key.reads())
    }

    /// What can be found in a batch without knowing the claims before it. The rows that it inherits must be there.
    pub(crate) fn judge(&self, batch: &Batch, bytes: &[u8], scratch: &mut Scratch) -> Ruled {
        let mut counts = Vec::new();
        let last = Cell::new(Instant::now());
        let judged = |rule: usize| self.measure(rule, &last);
        let mut context = self.context();
        context.judged = self.spent.is_some().then_some(&judged);
        let hits = self.program.run(Share::Alone, (batch, bytes), &context, scratch, &mut counts).to_vec();
        let comings = scratch.take_comings();
        let digests = self.key.digests(batch, bytes, &self.secret);
        let parties = if self.parties { self.key.parties(batch, bytes, &self.secret) } else { Vec::new() };
        let remembered =
            if self.remembering { self.program.remember((batch, bytes), &self.context(), scratch) } else { Vec::new() };
        Ruled { hits, counts, digests, parties, comings, remembered }
    }

    /// Adds to `duplicates` what was sent before; which claims are between parties that nothing was sent between, where
    /// there is a history.
    pub(crate) fn recall(&self, ruled: &Ruled, duplicates: &mut [bool]) -> Vec<bool> {
        if let Some(sent) = self.tables.find(SENT) {
            for (duplicate, digest) in duplicates.iter_mut().zip(&ruled.digests) {
                *duplicate |= digest.is_some_and(|digest| sent.has(&hex(digest)));
            }
        }
        let Some(known) = self.tables.find(PARTIES) else { return Vec::new() };
        ruled.parties.iter().map(|&parties| !known.has(&hex(parties))).collect()
    }

    /// All hits, once it is `known` which claims are duplicates, and which are between strangers.
    pub(crate) fn finish(
        &self,
        ruled: &Ruled,
        (batch, bytes): (&Batch, &[u8]),
        known: &Known,
        scratch: &mut Scratch,
        counts: &mut Vec<Counts>,
    ) -> Vec<Hit> {
        let Known { duplicates, orphans, again } = known;
        let context = Context { duplicates, orphans, again, ..self.context() };
        let late = self.program.run(Share::Late, (batch, bytes), &context, scratch, counts);
        for (sum, found) in counts.iter_mut().zip(&ruled.counts) {
            sum.add(*found);
        }
        let mut hits = [&ruled.hits, late].concat();
        if !late.is_empty() {
            hits.sort_by_key(|hit| hit.rule);
        }
        hits
    }

    /// Charges a rule with what has passed since the one before it. Terms that rules share are the first one's.
    fn measure(&self, rule: usize, last: &Cell<Instant>) {
        let (before, now) = (last.get(), Instant::now());
        last.set(now);
        if let Some(spent) = self.spent.as_ref().and_then(|spent| spent.get(rule)) {
            spent.fetch_add(now.duration_since(before).as_nanos() as u64, Ordering::Relaxed);
        }
    }

    /// The nanoseconds of each rule by its id.
    pub(crate) fn spent(&self) -> impl Iterator<Item = (&str, u64)> {
        let spent = self.spent.iter().flatten().map(|spent| spent.load(Ordering::Relaxed));
        self.program.rules().iter().map(|rule| rule.id.as_str()).zip(spent)
    }

    fn context(&self) -> Context<'_> {
        Context { as_of: self.as_of, received: self.received, tables: Some(&self.tables), ..Context::default() }
    }
}

/// A digest as the tables of a history have it.
fn hex(digest: u64) -> [u8; 16] {
    let mut text = [0; 16];
    for (at, byte) in text.iter_mut().enumerate() {
        *byte = b"0123456789abcdef"[(digest >> (60 - 4 * at) & 15) as usize];
    }
    text
}
