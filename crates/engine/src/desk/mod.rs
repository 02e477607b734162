//! The desk: takes analysed pieces in the order of the file, judges their claims and writes everything down.

mod above;
mod answers;
mod bench;
mod chosen;
mod claims;
mod found;
mod gathered;
mod levels;
mod line;
mod numbering;
mod parting;
mod reach;
mod reasons;
mod record;
mod records;
mod results;
mod seen;
mod sent;
mod sheet;
mod spill;
mod stray;
mod tally;
mod verdicts;
mod window;
mod worklist;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use x12::claim::{Batch, Taps};
use x12::finding::{Catalog, Severity};
use x12::guide::{Guides, Plan};
use x12::scrub::{Counts, Scratch};
use x12::split::Item as SplitItem;
use x12::validate::Envelope;
use x12::wire::Output;

use crate::analyse::Analysed;
use crate::error::Error;
use crate::fields::ClaimFields;
use crate::item::Item;
use crate::job::RejectUnit;
use crate::rules::{Rulebook, Rules};
use crate::run::Sink;
use crate::source::Source;
use crate::stage::{Stage, StagedFile};
use crate::token::Tokens;

use above::Above;
pub(crate) use answers::Manner;
pub(crate) use bench::Bench;
pub(crate) use chosen::Chosen;
pub(crate) use gathered::Gathered;
use levels::{Group, Interchange, Set};
pub use line::masked;
use numbering::Numbering;
use reach::Reach;
pub(crate) use record::Handed;
pub use record::{HandedClaim, LateFinding};
pub(crate) use records::Records;
pub(crate) use results::{FileFacts, Totals, stem};
pub(crate) use seen::{NUMBERS, Seen, WINDOW};
pub(crate) use sent::Sent;
use sheet::{Entry, Sheet, sheet_of};
use stray::Straying;
use tally::Names;
use verdicts::Verdicts;

/// What became of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Errors,
    Rejected,
}

/// How a run judges and writes.
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the job, named there")]
pub(crate) struct Rulings {
    /// What begins a claim stands there.
    pub(crate) guides: Arc<Guides>,
    /// How many files there are.
    pub(crate) inputs: usize,
    pub(crate) manner: Manner,
    pub(crate) reject_unit: RejectUnit,
    pub(crate) show_phi: bool,
    pub(crate) claims_per_set: u32,
    pub(crate) control_start: Option<u32>,
    /// Accepted and rejected claims are written.
    pub(crate) split: bool,
    pub(crate) worklist: bool,
    /// What became of each claim is written.
    pub(crate) verdicts: bool,
    /// Claims are taken out by number: nothing is said of them, and no fault moves them.
    pub(crate) chosen: Option<Chosen>,
    /// No control number is new.
    pub(crate) keep_controls: bool,
}

/// A rule that is a function of the user's: gets the claims of a piece, gives what it found.
pub trait Judge: Send {
    /// What was found, by claim row of the batch.
    ///
    /// # Errors
    /// When the function cannot be asked; what it raises itself is one of its findings.
    fn judge(&mut self, batch: &Batch, bytes: &[u8], taps: &Taps) -> Result<Vec<Judged>, Error>;
}

/// A finding of a user's function.
pub struct Judged {
    /// The claim, by its row in the batch.
    pub claim: u32,
    /// The rule's code.
    pub code: String,
    /// How much it matters, if the function says so.
    pub severity: Option<Severity>,
    /// What is wrong, in plain words, if the function says so.
    pub message: Option<String>,
    /// LX01 of the line it speaks of.
    pub line: Option<u32>,
    /// The field it points at, as the claim map names it: `line.note`.
    pub field: Option<String>,
}

/// What rules and claim columns need; absent in a plain validation.
pub(crate) struct Scrub {
    pub(crate) taps: Arc<Taps>,
    pub(crate) fields: ClaimFields,
    pub(crate) rules: Option<Arc<Rules>>,
    /// Where to read of the user's own rules, by their ids.
    pub(crate) docs: HashMap<String, String>,
    /// The code tables that rules look into and that are there, each with its release, as a JSON array, by the rules' ids.
    pub(crate) releases: HashMap<String, String>,
}

/// What the rules of a claim map that depend on the claims before work with, and what all of them came to.
#[derive(Default)]
pub(crate) struct Judging {
    late: Scratch,
    /// By what may come again: claims that did.
    again: Vec<Seen>,
    pub(crate) counts: Vec<Counts>,
}

/// Everything that a run writes down.
pub(crate) struct Desk<'j> {
    pub(crate) rulings: Rulings,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) tokens: Tokens,
    pub(crate) stage: Option<Stage>,
    /// Gives what claims are judged with; none in a plain validation.
    pub(crate) bench: Option<Bench>,
    /// By claim map, as soon as claims of it came.
    pub(crate) scrubs: Vec<Option<Arc<Scrub>>>,
    pub(crate) judge: Option<Box<dyn Judge + 'j>>,
    pub(crate) totals: Totals,
    pub(crate) file: FileFacts,
    /// One of the files so far holds an interchange.
    usable: bool,
    /// The records, where they are what is wanted.
    pub(crate) records: Option<Box<Records>>,
    /// The digests of claims that were sent, where somebody remembers them.
    pub(crate) sent: Option<Sent>,
    /// Claims with their findings, when somebody wants to have them.
    pub(crate) handed: Option<Handed>,
    /// What is known of the claims of a piece, when somebody takes them as columns.
    pub(crate) gathered: Option<Gathered>,
    /// By claim map.
    pub(crate) judging: Vec<Judging>,
    pub(crate) names: Names,
    seen: Seen,
    /// Rows of the worklist that stand above claims.
    work_above: Vec<claims::WorkRow>,
    findings: Option<StagedFile>,
    worklist: Option<StagedFile>,
    unreadable: Option<StagedFile>,
    control_map: Option<StagedFile>,
    pub(crate) verdicts: Option<Verdicts>,
    envelope: Envelope,
    straying: Straying,
    numbering: Numbering,
    plan: Option<Arc<Plan>>,
    /// The overlays that were in force, by name and version.
    overlays: BTreeSet<String>,
    interchange: Option<Interchange>,
    group: Option<Group>,
    set: Option<Set>,
    /// Segments of the open set so far.
    segments: u32,
    /// What the segment numbers of the piece at hand count from, up to the first set that begins in it.
    piece_base: u32,
    /// Row of the piece's lines where those of the next claim begin.
    lines_from: u32,
    /// Room for what of a piece is to be split.
    split: Vec<SplitItem>,
    /// What findings above the claim reach.
    reach: Reach,
    /// The levels above the claim.
    above: Above,
    scratch: Vec<u8>,
}

impl<'j> Desk<'j> {
    pub(crate) fn new(
        rulings: Rulings,
        catalog: Catalog,
        tokens: Tokens,
        stage: Option<Stage>,
        bench: Option<Bench>,
        seen: Seen,
        judge: Option<Box<dyn Judge + 'j>>,
    ) -> Self {
        let file = |name: &str, wanted: bool| stage.as_ref().filter(|_| wanted).map(|stage| stage.file(name));
        let (findings, unreadable) =
            (file("findings.jsonl", rulings.chosen.is_none()), file("unreadable.x12", rulings.split));
        let (mut worklist, control_map) =
            (file("worklist.csv", rulings.worklist), file("control-map.jsonl", rulings.split));
        let verdicts = file("verdicts.jsonl", rulings.verdicts).map(Verdicts::new);
        if let Some(worklist) = &mut worklist {
            worklist.append(worklist::HEADER.as_bytes());
        }
        let numbering = Numbering::new(rulings.control_start.unwrap_or(1));
        Self {
            rulings,
            catalog: Arc::new(catalog),
            tokens,
            bench,
            scrubs: Vec::new(),
            judging: Vec::new(),
            seen,
            work_above: Vec::new(),
            judge,
            findings,
            worklist,
            unreadable,
            control_map,
            verdicts,
            stage,
            totals: Totals::default(),
            file: FileFacts::default(),
            usable: false,
            records: None,
            sent: None,
            handed: None,
            gathered: None,
            names: Names::default(),
            envelope: Envelope::default(),
            straying: Straying::default(),
            numbering,
            plan: None,
            overlays: BTreeSet::new(),
            interchange: None,
            group: None,
            set: None,
            segments: 0,
            piece_base: 0,
            lines_from: 0,
            split: Vec::new(),
            reach: Reach::default(),
            above: Above::default(),
            scratch: Vec::new(),
        }
    }

    /// What claims are judged by, where they are.
    pub(crate) fn rules(&self) -> Option<&Arc<Rulebook>> {
        self.bench.as_ref()?.rules.as_ref()
    }

    /// The overlays that were in force, for run.json; none where there were none.
    pub(crate) fn overlays(&self) -> Option<String> {
        let names: Vec<&str> = self.overlays.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Begins a file. What was seen of control numbers in earlier files is forgotten.
    pub(crate) fn begin_file(&mut self, name: &str, ordinal: usize) {
        self.file = FileFacts::new(name, ordinal);
        self.envelope = Envelope::default();
        self.segments = 0;
        self.seen.clear();
        self.judging.iter_mut().flat_map(|judging| &mut judging.again).for_each(Seen::clear);
        self.totals.files.push(name.to_owned());
    }

    /// Ends a file. One that holds no interchange at all has a finding, and the others go on.
    ///
    /// # Errors
    /// [`Error::Input`] when it was the last one, and none held any.
    pub(crate) fn end_file(&mut self) -> Result<(), Error> {
        self.usable |= self.file.interchanges > 0;
        if !self.usable && self.totals.files.len() >= self.rulings.inputs {
            return Err(Error::no_interchange(&self.file.name, self.file.bytes, self.rulings.inputs));
        }
        if self.file.interchanges == 0 {
            self.no_interchange()?;
        }
        self.work_without_claim();
        if let Some(handed) = &mut self.handed {
            handed.end_levels(0);
        }
        self.totals.forgot |= self.envelope.forgot() || self.seen.forgot();
        self.totals.forgot |= self.records.as_ref().is_some_and(|records| records.forgot());
        self.totals.forgot_numbers |= self.judging.iter().flat_map(|judging| &judging.again).any(Seen::forgot);
        Ok(())
    }

    /// Hands finished files in and gives the stage back, ready for its last files.
    pub(crate) fn close(&mut self) -> Result<Option<Stage>, Error> {
        let Some(mut stage) = self.stage.take() else { return Ok(None) };
        let verdicts = self.verdicts.take().map(Verdicts::close);
        for file in [self.findings.take(), self.worklist.take(), verdicts].into_iter().flatten() {
            stage.finish(file)?;
        }
        for file in [self.unreadable.take(), self.control_map.take()].into_iter().flatten() {
            if file.is_empty() { file.discard() } else { stage.finish(file)? }
        }
        if let Some(records) = &mut self.records {
            records.close(&mut stage)?;
        }
        Ok(Some(stage))
    }

    /// Has what claims of `map` are judged with at hand.
    fn scrub(&mut self, map: usize) -> Result<(), Error> {
        if self.scrubs.len() <= map {
            self.scrubs.resize(map + 1, None);
            self.judging.resize_with(map + 1, Judging::default);
        }
        let bench = self.bench.as_ref().ok_or_else(|| Error::Internal("claims are not judged".to_owned()))?;
        if let Some(place @ None) = self.scrubs.get_mut(map) {
            *place = Some(Arc::new(bench.scrub(map)?));
        }
        Ok(())
    }

    /// A failed write stops the run as early as the next piece.
    fn check(&mut self) -> Result<(), Error> {
        for file in [&mut self.findings, &mut self.worklist, &mut self.unreadable, &mut self.control_map] {
            file.as_mut().map_or(Ok(()), StagedFile::check)?;
        }
        self.verdicts.as_mut().map_or(Ok(()), Verdicts::check)?;
        self.records.as_mut().map_or(Ok(()), |records| records.check())?;
        self.interchange.as_mut().map_or(Ok(()), Interchange::check)
    }
}

impl Sink for Desk<'_> {
    fn piece(&mut self, analysed: &mut Analysed, _source: &Source) -> Result<(), Error> {
        self.file.bytes += analysed.used as u64;
        match &mut self.records {
            Some(records) => records.turn(),
            None => analysed.batches.maps().try_for_each(|map| self.scrub(map))?,
        }
        let analysed = &*analysed;
        let scrubs = self.scrubs.clone();
        let sheets = self.sheets(analysed, &scrubs)?;
        self.piece_base = self.segments;
        self.lines_from = 0;
        let mut entries: Vec<_> = sheets.iter().map(|sheet| sheet.entries.iter().peekable()).collect();
        let mut split = std::mem::take(&mut self.split);
        if let Some(handed) = &mut self.handed {
            handed.turn();
        }
        let mut lost = analysed.lost_claims.iter().peekable();
        for (at, item) in analysed.items.iter().enumerate() {
            let end = analysed.items.get(at + 1).map_or(analysed.used as u32, |next| next.start);
            let own = sheet_of(&sheets, item.map);
            let mut part = Part { sheet: &sheets[own], item, end, claim: None };
            self.enter(&mut part, &mut split);
            while let Some(&(_, entry)) = entries[own].next_if(|(owner, _)| *owner as usize == at) {
                self.entry(&mut part, entry);
            }
            while lost.next_if(|item| **item as usize == at).is_some() {
                self.totals.unreadable += 1;
            }
            self.leave(&mut part, &mut split)?;
        }
        self.totals.unreadable += lost.count() as u64;
        self.write_split(&analysed.taken.bytes, &mut split);
        self.split = split;
        self.check()
    }
}

/// An item on the desk.
pub(crate) struct Part<'s> {
    sheet: &'s Sheet<'s>,
    item: &'s Item,
    /// Where the next item begins.
    end: u32,
    /// The verdict in the making, when it is a claim.
    claim: Option<claims::Verdict>,
}

impl Part<'_> {
    /// The bytes of the item.
    fn bytes(&self) -> &[u8] {
        self.sheet.bytes().get(self.item.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl Desk<'_> {
    fn entry(&mut self, part: &mut Part<'_>, entry: Entry) {
        let sheet = part.sheet;
        match entry {
            Entry::Finding(number) => {
                if let Some(finding) = sheet.analysed.findings.get(number as usize) {
                    self.found(part, finding);
                }
            }
            Entry::Hit(number) => {
                if let Some(hit) = sheet.hits.get(number as usize) {
                    self.hit(part, hit);
                }
            }
            Entry::Judged(number) => {
                if let Some(judged) = sheet.judged.get(number as usize) {
                    self.judged(part, judged);
                }
            }
        }
    }
}
