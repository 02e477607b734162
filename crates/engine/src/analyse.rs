//! A piece of a file to placed segments, findings and claim columns: all that can be done without knowing what came
//! before, so that pieces are worked on at the same time.

mod envelope;
mod pass;

use std::sync::Arc;

use x12::finding::Finding;
use x12::guide::{Guides, Plan, Role};
use x12::validate::{Options, Owed, Routed, Trail};
use x12::wire::{Delimiters, Fault, Limits, Mode, Scanner};

use self::pass::{Open, Pass};
use crate::batches::{Batches, Maps};
use crate::records::{Read, Recording};
use crate::rules::Ruled;
use crate::source::Taken;
use crate::standing::{Inside, Set, Standing};

/// A run of segments that is handled as one: it reaches to the start of the next item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    /// Offset in the piece of its first byte.
    pub(crate) start: u32,
    /// Offset behind its first segment's last byte (its terminator).
    pub(crate) head_end: u32,
    /// How many segments it has.
    pub(crate) segments: u32,
    /// The claim map of the set that it is in, or of the last one before it.
    pub(crate) map: u8,
}

/// What an item is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `ISA`.
    Interchange(Delimiters),
    /// `GS`.
    Group,
    /// `ST` and what stands before the first level or claim; of a walked set.
    Set(Arc<Plan>),
    /// A set that is not walked, up to its trailer.
    Opaque(Routed),
    /// A hierarchical level and what stands before the next level or claim.
    Level(Role),
    /// A claim: its row in the batch of its map; [`NONE`] for one of a set that has no map.
    Claim(u32),
    /// A record of a set that holds no claims.
    Record,
    /// More of the item before the piece.
    More(Inside),
    /// `SE`, or the place where it is missing.
    SetEnd,
    /// `GE`, likewise.
    GroupEnd,
    /// `IEA`, likewise.
    InterchangeEnd,
    /// A trailer without a header.
    Alone,
    /// What a guide has between an interchange's header and its first group.
    Notice(Arc<Plan>),
    /// Segments of the envelope that belong nowhere.
    Misplaced,
    /// Bytes outside any interchange, with what is wrong; `true` where the run begins.
    Stray(Fault, bool),
}

/// What came of a piece.
pub(crate) struct Analysed {
    pub(crate) taken: Taken,
    /// Bytes used; fewer than taken only when the piece was not cut at a segment.
    pub(crate) used: usize,
    /// In the order of the piece; offsets and segment numbers relative to it.
    pub(crate) findings: Vec<Finding>,
    pub(crate) items: Vec<Item>,
    /// For each finding, the item that was open when it was made.
    pub(crate) made_in: Vec<u32>,
    pub(crate) batches: Batches,
    /// What the rules found, once they were asked; by claim map.
    pub(crate) ruled: Vec<Ruled>,
    pub(crate) plan: Option<Arc<Plan>>,
    /// Findings that stand or not by what came before the piece.
    pub(crate) owed: Vec<Owed>,
    /// How many segments that begin a claim stand where no claim could be placed.
    pub(crate) lost_claims: u64,
    pub(crate) end: Standing,
    /// The segment that the next piece begins with ends nothing here: what is open goes on.
    pub(crate) torn: bool,
}

/// Works on pieces, one after the other; buffers are kept.
pub(crate) struct Analyser {
    scanner: Scanner,
    setting: Arc<Setting>,
    trail: Trail,
    /// How many items the last piece had.
    items: usize,
}

/// What all pieces share.
pub(crate) struct Setting {
    pub(crate) guides: Arc<Guides>,
    pub(crate) maps: Maps,
    pub(crate) options: Options,
    pub(crate) aliases: bool,
    pub(crate) limits: Limits,
    /// How records are written, where they are wanted.
    pub(crate) recording: Option<Arc<Recording>>,
}

impl Analyser {
    pub(crate) fn new(setting: Arc<Setting>) -> Self {
        Self { scanner: Scanner::new(setting.limits), setting, trail: Trail::default(), items: 0 }
    }

    /// Reads `taken` from `standing` on. `upcoming` is the cut segment that the next piece begins with; `last` says that
    /// nothing follows. `batches` are filled anew.
    pub(crate) fn read(
        &mut self,
        taken: Taken,
        standing: Standing,
        upcoming: Option<&[u8]>,
        last: bool,
        mut batches: Batches,
    ) -> Analysed {
        self.scanner.resume(standing.mode);
        let standing_delimiters = match standing.mode {
            Mode::Inside(delimiters) | Mode::Skipping(delimiters) => delimiters,
            _ => Delimiters::default(),
        };
        let setting = Arc::clone(&self.setting);
        let mut pass = Pass::new(&setting, standing, &taken, &mut batches);
        pass.walker.lend_trail(std::mem::take(&mut self.trail));
        pass.items.reserve(self.items + self.items / 8);
        let used = self.scanner.scan(&taken.bytes, last, &mut pass);
        pass.mode = self.scanner.mode();
        let torn = match upcoming.filter(|_| used == taken.bytes.len()) {
            Some(cut) => !pass.upcoming(cut),
            None => false,
        };
        self.trail = pass.walker.take_trail();
        if last {
            pass.imply(1, used as u32);
        } else if upcoming.is_none() {
            pass.cut_short();
        }
        let owed = pass.walker.take_owed();
        let Pass {
            mode,
            parties,
            group,
            set,
            walker,
            inside,
            empty,
            mut findings,
            mut made_in,
            items,
            plan,
            lost_claims,
            filling,
            ..
        } = pass;
        filling.finish();
        if let (Some(recording), Some(plan)) = (&setting.recording, &plan) {
            let read = Read { taken: &taken, plan, items: &items, delimiters: standing_delimiters };
            recording.record(&setting.maps, &read, &mut batches, (&mut findings, &mut made_in));
        }
        let set = match set {
            Open::None => Set::None,
            Open::Opaque => Set::Opaque,
            Open::Walked => Set::Walked(Box::new(walker)),
        };
        let end = Standing { mode, parties, group, set, inside, empty };
        self.items = items.len();
        let ruled = Vec::new();
        Analysed { taken, used, findings, items, made_in, batches, ruled, plan, owed, lost_claims, end, torn }
    }
}
