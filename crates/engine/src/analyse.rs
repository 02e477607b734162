//! A piece of a file to placed segments, findings and claim columns: all that can be done without knowing what came
//! before, so that pieces are worked on at the same time.

mod envelope;
mod pass;

use std::sync::Arc;

use x12::finding::Finding;
use x12::guide::Plan;
use x12::scrub::Scratch;
use x12::validate::{Owed, Trail};
use x12::wire::{Delimiters, Mode, Scanner};

use self::pass::{Open, Pass};
use crate::batches::Batches;
use crate::item::Item;
use crate::records::Read;
use crate::rules::{Rulebook, Ruled};
use crate::setting::Setting;
use crate::standing::{Set, Standing};
use crate::taken::Taken;

/// What came of a piece.
#[derive(Default)]
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
    /// For each segment that begins a claim where none could be placed, the item that was open, in their order.
    pub(crate) lost_claims: Vec<u32>,
    pub(crate) end: Standing,
    /// The segment that the next piece begins with ends nothing here: what is open goes on.
    pub(crate) torn: bool,
}

impl Analysed {
    /// Judges its claims as far as that goes without knowing those before it. The rows that it inherits must be there.
    /// `scratch` is by claim map.
    ///
    /// Rules that cannot be made find nothing here: the desk, which asks for them too, ends the run.
    pub(crate) fn judge(&mut self, rulebook: &Rulebook, scratch: &mut Vec<Scratch>) {
        for map in self.batches.maps() {
            let (Some(batch), Ok(rules)) = (self.batches.get(map), rulebook.of(map)) else { continue };
            scratch.resize_with(scratch.len().max(map + 1), Scratch::default);
            self.ruled.resize_with(self.ruled.len().max(map + 1), Ruled::default);
            if let Some((ruled, scratch)) = self.ruled.get_mut(map).zip(scratch.get_mut(map)) {
                *ruled = rules.judge(batch, &self.taken.bytes, scratch);
            }
        }
    }
}

/// Works on pieces, one after the other; buffers are kept.
pub(crate) struct Analyser {
    scanner: Scanner,
    setting: Arc<Setting>,
    trail: Trail,
    /// How many items the last piece had.
    items: usize,
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
