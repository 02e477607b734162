//! Whole files once through, their claims taken as columns.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use x12::claim::{Batch, ClaimMap, NONE, Taps};

use crate::analyse::Analysed;
use crate::batches::Fields;
use crate::desk::{Desk, Gathered, Scrub};
use crate::error::Error;
use crate::item::Kind;
use crate::job::Job;
use crate::run::{self, Sink};
use crate::scrub::{Meter, Progress, Setup, labels, pretty, write_run};
use crate::source::Source;
use crate::stage::{Stage, StagedFile};
use crate::wish::Wish;

/// What a piece of a file gives.
pub struct Harvest<'a> {
    /// The file's name in messages and outputs.
    pub file: &'a str,
    /// The claims of each kind that the piece has any of.
    pub crops: Vec<Crop<'a>>,
    /// Lines of findings.jsonl.
    pub findings: &'a [u8],
}

/// The claims of one kind.
pub struct Crop<'a> {
    /// The number of their claim map, as maps are embedded.
    pub map: usize,
    /// The map, bound to its guide.
    pub taps: &'a Taps,
    /// The columns.
    pub batch: &'a Batch,
    /// The piece that text of the columns lies in.
    pub bytes: &'a [u8],
    /// What else is known of each claim, by its row.
    pub facts: Vec<Facts>,
}

/// What is known of a claim beside its columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// Its number in the file, from 0.
    pub index: u64,
    /// No error stands on it or above it; where nobody asked ([`crate::Wish::verdicts`]), none that was read before it.
    pub accepted: bool,
}

/// Takes what pieces give.
pub trait Take {
    /// A piece, in the order of the file.
    ///
    /// # Errors
    /// When it cannot be taken; the run ends.
    fn take(&mut self, harvest: &Harvest<'_>) -> Result<(), Error>;

    /// The end: files that are to be kept, and what summary.json says of them.
    ///
    /// # Errors
    /// When something could not be written.
    fn end(&mut self) -> Result<(Vec<StagedFile>, Value), Error> {
        Ok((Vec::new(), Value::Null))
    }
}

/// By input the claims that its envelopes reject, as far as that is found behind them; none of a pipe, which is read once.
pub(crate) type Rejected = Vec<Vec<Range<u64>>>;

/// Does `job`: hands every piece of its inputs to what `make` gives, which may write files into the output folder, and which is
/// asked for another where the first has to begin anew ([`Wish::again`]). Returns `summary` and `run` as JSON.
///
/// # Errors
/// When an input cannot be read, an output cannot be written, or nothing more is taken. Nothing is left in the output
/// folder then.
pub fn harvest<T: Take>(
    job: &Job,
    progress: Option<Progress<'_>>,
    wish: &Arc<Wish>,
    mut make: impl FnMut(&dyn Fn(&str) -> Option<StagedFile>) -> T,
) -> Result<String, Error> {
    let begun = Instant::now();
    let setup = Setup::new(job, &Fields::Wished(Arc::clone(wish)))?;
    let mut sources = opened(job)?;
    let mut meter = Meter::new(progress, sources.iter().map(Source::total).sum());
    let stage = job.out.as_deref().map(|out| Stage::new(out, job.force)).transpose()?;
    let mut again = wish.again && sources.iter().all(Source::can_be_read_again);
    let mut known = if wish.verdicts && !again { foreseen(job, &sources)? } else { Rejected::new() };
    let (reaped, mut taker) = loop {
        let mut taker = make(&|name| stage.as_ref().map(|stage| stage.file(name)));
        let reaped = reap(job, &setup, &mut sources, (&mut taker, &mut meter), &known)?;
        match unforeseen(&reaped.late, &known).filter(|_| wish.verdicts) {
            None => break (reaped, taker),
            Some(_) if again => {
                (again, known, sources) = (false, reaped.late, opened(job)?);
                meter.restart();
            }
            Some(input) => return Err(told_too_early(&sources, input)),
        }
    };
    let (files, said) = taker.end()?;
    let mut result = setup.result(job, &reaped.desk, &reaped.inputs, begun);
    if let (Some(summary), Value::Object(said)) = (result["summary"].as_object_mut(), said) {
        summary.extend(said);
    }
    if let Some(mut stage) = stage {
        for file in files {
            stage.finish(file)?;
        }
        stage.settle()?;
        write_run(&mut stage, &result["run"])?;
        stage.whole("summary.json", pretty(&result["summary"]).as_bytes())?;
        stage.commit("summary.json")?;
    }
    Ok(result.to_string())
}

pub(crate) fn opened(job: &Job) -> Result<Vec<Source>, Error> {
    job.inputs.iter().map(|path| Source::open(path, job.signals)).collect()
}

pub(crate) fn told_too_early(sources: &[Source], input: usize) -> Error {
    let name = sources.get(input).map(Source::name).unwrap_or_default();
    Error::Input(format!(
        "{name}: its envelope rejects claims that were told as accepted before its end was read; name it as a file, of which the \
         end is read first"
    ))
}

/// What reading all inputs came to.
struct Reaped {
    desk: Desk<'static>,
    /// As run.json lists them.
    inputs: Vec<Value>,
    /// What was found behind the claims that it rejects.
    late: Rejected,
}

/// Reads all inputs once; `known` are claims that are rejected by what stands behind them.
fn reap(
    job: &Job,
    setup: &Setup,
    sources: &mut [Source],
    (taker, meter): (&mut impl Take, &mut Meter<'_>),
    known: &Rejected,
) -> Result<Reaped, Error> {
    let mut desk = setup.desk(job, None, None);
    let (mut inputs, mut late) = (Vec::new(), Rejected::new());
    let names: Vec<String> = sources.iter().map(Source::name).collect();
    for (source, (name, ordinal)) in sources.iter_mut().zip(labels(&names)) {
        desk.begin_file(&name, ordinal);
        desk.gathered = Some(Gathered::default());
        if job.out.is_some() {
            source.take_digest();
        }
        let rules = desk.rules().cloned();
        let rejected = known.get(inputs.len()).map_or(&[][..], Vec::as_slice);
        let mut sink = Field { desk: &mut desk, taker: &mut *taker, meter: &mut *meter, rejected };
        let read = run::read(source, &setup.setting, rules.as_ref(), (job.window, job.workers()), &mut sink);
        source.settle(read)?;
        desk.end_file()?;
        let gathered = desk.gathered.take().unwrap_or_default();
        if !gathered.findings.is_empty() {
            // of the file as a whole
            taker.take(&Harvest { file: &desk.file.name, crops: Vec::new(), findings: &gathered.findings })?;
        }
        late.push(gathered.late);
        meter.next_file();
        inputs.push(json!({"file": name, "bytes": source.read_bytes(), "sha256": source.digest()}));
    }
    meter.tell(true)?;
    Ok(Reaped { desk, inputs, late })
}

/// What the envelopes of all inputs say.
fn foreseen(job: &Job, sources: &[Source]) -> Result<Rejected, Error> {
    let alone = Job { program: None, tables: Vec::new(), ..job.clone() };
    let setup = Setup::new(&alone, &Fields::Read)?;
    let one = |path: &PathBuf, opened: &Source| {
        if !opened.can_be_read_again() {
            return Ok(Vec::new());
        }
        let mut source = Source::open(path, job.signals)?;
        let mut desk = setup.desk(&alone, None, None);
        desk.gathered = Some(Gathered::default());
        desk.begin_file(&source.name(), 0);
        let read = run::read(&mut source, &setup.setting, None, (job.window, job.workers()), &mut Foresight(&mut desk));
        source.settle(read)?;
        Ok(desk.gathered.map(|gathered| gathered.late).unwrap_or_default())
    };
    job.inputs.iter().zip(sources).map(|(path, source)| one(path, source)).collect()
}

/// The first input that rejects claims which were not `known` to be rejected.
pub(crate) fn unforeseen(late: &Rejected, known: &Rejected) -> Option<usize> {
    let is_known = |input: usize, claims: &Range<u64>| {
        let known = known.get(input).map_or(&[][..], Vec::as_slice);
        known.iter().any(|known| known.start <= claims.start && claims.end <= known.end)
    };
    let mut inputs = late.iter().enumerate();
    inputs.find(|(input, late)| !late.iter().all(|claims| is_known(*input, claims))).map(|(input, _)| input)
}

/// Whether one of the ranges, which are in order, has that number.
pub(crate) fn is_rejected(rejected: &[Range<u64>], index: u64) -> bool {
    let next = rejected.partition_point(|claims| claims.end <= index);
    rejected.get(next).is_some_and(|claims| claims.contains(&index))
}

/// Reads for what comes behind claims.
struct Foresight<'a, 'd>(&'a mut Desk<'d>);

impl Sink for Foresight<'_, '_> {
    fn piece(&mut self, analysed: &mut Analysed, source: &Source) -> Result<(), Error> {
        self.0.piece(analysed, source)?;
        if let Some(gathered) = &mut self.0.gathered {
            gathered.turn();
        }
        Ok(())
    }
}

struct Field<'a, 'd, 'p, T> {
    desk: &'a mut Desk<'d>,
    taker: &'a mut T,
    meter: &'a mut Meter<'p>,
    /// Claims that are rejected by what stands behind them.
    rejected: &'a [Range<u64>],
}

impl<T: Take> Sink for Field<'_, '_, '_, T> {
    fn piece(&mut self, analysed: &mut Analysed, source: &Source) -> Result<(), Error> {
        let before = self.desk.file.claims;
        self.desk.piece(analysed, source)?;
        let mut gathered = self.desk.gathered.take().unwrap_or_default();
        for (index, accepted) in (before..).zip(&mut gathered.accepted) {
            *accepted &= !is_rejected(self.rejected, index);
        }
        let harvest = Harvest {
            file: &self.desk.file.name,
            crops: crops(analysed, &self.desk.scrubs, &gathered, before),
            findings: &gathered.findings,
        };
        self.taker.take(&harvest)?;
        drop(harvest);
        gathered.turn();
        self.desk.gathered = Some(gathered);
        self.meter.done(self.desk.file.bytes)
    }
}

/// The claims of a piece by their kinds; `index` is that of the first.
fn crops<'a>(
    analysed: &'a Analysed,
    scrubs: &'a [Option<Arc<Scrub>>],
    gathered: &Gathered,
    mut index: u64,
) -> Vec<Crop<'a>> {
    let mut facts = vec![Vec::new(); ClaimMap::embedded().count()];
    let mut accepted = gathered.accepted.iter();
    for item in &analysed.items {
        let Kind::Claim(row) = item.kind else { continue };
        let fact = Facts { index, accepted: accepted.next().copied().unwrap_or_default() };
        index += 1;
        if let (Some(rows), true) = (facts.get_mut(usize::from(item.map)), row != NONE) {
            let at = row as usize;
            rows.resize(rows.len().max(at + 1), Facts::default());
            if let Some(place) = rows.get_mut(at) {
                *place = fact;
            }
        }
    }
    let bytes = &analysed.taken.bytes[..];
    let each = facts.into_iter().enumerate().filter(|(_, facts)| !facts.is_empty());
    each.filter_map(|(map, facts)| {
        let scrub = scrubs.get(map)?.as_deref()?;
        Some(Crop { map, taps: &scrub.taps, batch: analysed.batches.get(map)?, bytes, facts })
    })
    .collect()
}
