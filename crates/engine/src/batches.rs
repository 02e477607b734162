//! The claims of a piece: a batch for each claim map that its sets are of.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use x12::claim::{Batch, Builder, ClaimMap, Taps};
use x12::guide::{Plan, Role};

use crate::fields::ClaimFields;
use crate::records::Pressed;
use crate::rules::{Rulebook, Rules};
use crate::wish::Wish;

/// What is looked for in sets.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// They are only held against their guides.
    Nothing,
    /// Claims.
    Claims {
        /// What they are judged by, if they are.
        rules: Option<Arc<Rulebook>>,
        /// Which of their fields are taken.
        fields: Fields,
    },
    /// Records of the sets of this kind (834); other sets are not understood.
    Records(&'static str),
}

/// Which fields of claims are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
    /// Those that rules and desk read.
    Read,
    /// All of them.
    Whole,
    /// Those that are wished for, with what speaks against their being what they are called, beside those that are read.
    Wished(Arc<Wish>),
}

/// The maps, claim maps numbered as they are embedded; each is bound to the plan of its guide when the first set of it comes.
#[derive(Debug)]
pub(crate) struct Maps {
    wanted: Wanted,
    /// By version of the guide; nothing in the place of one that does not fit it.
    bound: Vec<(&'static str, OnceLock<Option<Arc<Taps>>>)>,
}

impl Maps {
    /// All maps of what is wanted.
    pub(crate) fn new(wanted: Wanted) -> Self {
        let versions: Vec<&'static str> = match wanted {
            Wanted::Nothing => Vec::new(),
            Wanted::Claims { .. } => ClaimMap::embedded().map(|(_, version)| version).collect(),
            Wanted::Records(kind) => ClaimMap::of_records(kind).map(|(version, _)| version).into_iter().collect(),
        };
        Self { wanted, bound: versions.into_iter().map(|version| (version, OnceLock::new())).collect() }
    }

    /// The number of the map that is bound to `plan`, or to the guide below its overlay.
    pub(crate) fn number(&self, plan: &Plan) -> Option<usize> {
        let plan = plan.overlay.as_ref().map_or(plan, |overlay| &overlay.ground);
        let number = self.bound.iter().position(|(version, _)| *version == plan.version)?;
        let bound = self.bound.get(number)?.1.get_or_init(|| self.bind(number, plan)).as_ref();
        bound.filter(|taps| taps.serves(plan)).map(|_| number)
    }

    fn bind(&self, number: usize, plan: &Plan) -> Option<Arc<Taps>> {
        let map = match self.wanted {
            Wanted::Records(kind) => ClaimMap::of_records(kind).map(|(_, map)| map),
            Wanted::Nothing | Wanted::Claims { .. } => ClaimMap::of(&plan.version),
        };
        let map = map?.ok()?;
        let wish = match &self.wanted {
            Wanted::Claims { fields: Fields::Wished(wish), .. } => Some(wish),
            _ => None,
        };
        let map = if wish.is_some() { map.with_doubts(plan) } else { map };
        let mut taps = Taps::new(map, plan).ok()?;
        if let Wanted::Claims { rules, fields } = &self.wanted {
            let rules = rules.as_ref().map(|rules| rules.make(number, &taps));
            if *fields != Fields::Whole {
                let (desk, judged) = (ClaimFields::new(&taps.schema), rules.flatten());
                let wished = wish.into_iter().flat_map(|wish| wished(wish, number, &taps.map));
                let read = desk.reads().chain(judged.into_iter().flat_map(Rules::reads));
                let read: HashSet<_> = read.chain(wished).collect();
                taps.limit(|table, column| read.contains(&(table, column)));
            }
        }
        Some(Arc::new(taps))
    }

    /// The map of that number.
    pub(crate) fn get(&self, number: usize) -> Option<&Arc<Taps>> {
        self.bound.get(number)?.1.get()?.as_ref()
    }

    /// True when sets of `plan` have claims that nothing tells the fields of. What is not understood is refused, not
    /// passed on empty.
    pub(crate) fn misses(&self, plan: &Plan) -> bool {
        let has_claims = || plan.loops.iter().any(|each| each.role == Some(Role::Claim));
        match self.wanted {
            Wanted::Nothing => false,
            Wanted::Claims { .. } => has_claims() && self.number(plan).is_none(),
            Wanted::Records(_) => self.number(plan).is_none(),
        }
    }
}

/// The fields that are wished for of the map of that number, by table and field, and those that speak against them.
fn wished(wish: &Wish, number: usize, map: &ClaimMap) -> HashSet<(usize, usize)> {
    let own = wish.fields.iter().filter(|(of, ..)| *of == number);
    let with_doubts = |(_, table, field): &(usize, usize, usize)| {
        let known = map.tables.get(*table).and_then(|table| table.fields.get(*field));
        let doubts = known.map_or(&[][..], |field| &field.doubts);
        doubts.iter().chain([field]).map(|field| (*table, *field)).collect::<Vec<_>>()
    };
    own.flat_map(with_doubts).collect()
}

/// A batch for each map. Those that the piece has no set of hold what an earlier piece left, and are not to be had.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    all: Vec<Batch>,
    /// A bit for each that is of this piece.
    filled: u64,
    /// The records of the piece as they are written, where records are wanted.
    pub(crate) pressed: Pressed,
}

impl Batches {
    /// The batch of `map`, if the piece has sets of it.
    pub(crate) fn get(&self, map: usize) -> Option<&Batch> {
        self.all.get(map).filter(|_| self.filled >> map & 1 == 1)
    }

    /// The numbers of the maps that the piece has sets of.
    pub(crate) fn maps(&self) -> impl Iterator<Item = usize> + use<> {
        let filled = self.filled;
        (0..self.all.len()).filter(move |map| filled >> map & 1 == 1)
    }

    /// As [`Batches::get`], to change it.
    pub(crate) fn get_mut(&mut self, map: usize) -> Option<&mut Batch> {
        self.all.get_mut(map).filter(|_| self.filled >> map & 1 == 1)
    }
}

/// Fills the batches of a piece, one at a time.
pub(crate) struct Filling<'a> {
    maps: &'a Maps,
    /// Those that are not being filled.
    idle: Vec<Idle<'a>>,
    filled: &'a mut u64,
    /// The map of the open set, or of the last one.
    pub(crate) map: usize,
    /// What fills its batch; none before the first set that has a map.
    pub(crate) builder: Option<Builder<'a>>,
    /// Claims that the batch has.
    pub(crate) rows: u32,
}

/// A batch that is not being filled.
enum Idle<'a> {
    /// Nothing of the piece is in it yet.
    Empty(&'a mut Batch),
    /// It goes on with the next set of its map.
    Begun(Box<Builder<'a>>, u32),
    /// It is being filled after all.
    Taken,
}

impl<'a> Filling<'a> {
    pub(crate) fn new(maps: &'a Maps, batches: &'a mut Batches) -> Self {
        batches.all.resize_with(maps.bound.len(), Batch::default);
        batches.filled = 0;
        batches.pressed.clear();
        let idle = batches.all.iter_mut().map(Idle::Empty).collect();
        Self { maps, idle, filled: &mut batches.filled, map: 0, builder: None, rows: 0 }
    }

    /// From now on claims of `map` come, as `plan` has them.
    pub(crate) fn turn(&mut self, map: usize, plan: &Arc<Plan>) {
        if self.builder.is_none() || self.map != map {
            self.change(map);
        }
        if let Some(builder) = &mut self.builder {
            builder.follow(plan);
        }
    }

    fn change(&mut self, map: usize) {
        let (Some(idle), Some(taps)) = (self.idle.get_mut(map), self.maps.get(map)) else { return };
        let (builder, rows) = match std::mem::replace(idle, Idle::Taken) {
            Idle::Empty(batch) => (Builder::new(taps, batch), 0),
            Idle::Begun(builder, rows) => (*builder, rows),
            Idle::Taken => return,
        };
        *self.filled |= 1 << map;
        let (before, rows) = (self.builder.replace(builder), std::mem::replace(&mut self.rows, rows));
        let from = std::mem::replace(&mut self.map, map);
        if let (Some(before), Some(idle)) = (before, self.idle.get_mut(from)) {
            *idle = Idle::Begun(Box::new(before), rows);
        }
    }

    /// The piece is over.
    pub(crate) fn finish(self) {
        let idle = self.idle.into_iter().filter_map(|idle| match idle {
            Idle::Begun(builder, _) => Some(*builder),
            Idle::Empty(_) | Idle::Taken => None,
        });
        idle.chain(self.builder).for_each(Builder::finish);
    }
}
