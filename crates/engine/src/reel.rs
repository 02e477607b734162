//! Records of files handed on as cells, piece by piece.

use std::sync::Arc;
use std::time::Instant;

use x12::claim::Batch;
use x12::position::Span;
use x12::record::{Form, Tape};

use crate::analyse::Analysed;
use crate::batches::Fields;
use crate::desk::Desk;
use crate::error::Error;
use crate::harvest::{Rejected, is_rejected, opened, told_too_early, unforeseen};
use crate::job::Job;
use crate::rows::Row;
use crate::run::{self, Sink};
use crate::scrub::{Meter, Progress, Setup, labels, pretty};
use crate::source::Source;
use crate::stage::Stage;
use crate::wish::Wish;

/// What a piece of a file gives.
pub struct Reel<'a> {
    /// What its records are made of.
    pub form: &'a Form,
    /// Those that are taken, in the order of the file.
    pub rows: &'a [Row],
    /// What they say.
    pub tape: &'a Tape,
    /// Text of the tape lies there, ...
    pub batch: &'a Batch,
    /// ... or in the piece.
    pub bytes: &'a [u8],
    said: &'a [u8],
}

impl<'a> Reel<'a> {
    /// The text of a cell.
    #[must_use]
    pub fn text(&self, span: Span) -> &'a [u8] {
        self.batch.text(span, self.bytes)
    }

    /// What the contexts of a row say: JSON members, a comma before each.
    #[must_use]
    pub fn context(&self, row: &Row) -> &'a [u8] {
        row.context.of(self.said)
    }
}

/// Takes what pieces give.
pub trait TakeRows {
    /// A piece, in the order of the file.
    ///
    /// # Errors
    /// When it cannot be taken; the run ends.
    fn take(&mut self, reel: &Reel<'_>) -> Result<(), Error>;
}

/// Does `job`, which writes records: hands those that are taken, as far as `tables` of their map have them, to what `make` gives, which is asked for another where the
/// first was given what went back with its set behind it. What else the run writes stands in the job's output folder, without a
/// run.json.
///
/// # Errors
/// When an input cannot be read, an output cannot be written, or nothing more is taken. Nothing is left in the output
/// folder then.
pub fn unwind<T: TakeRows>(
    job: &Job,
    progress: Option<Progress<'_>>,
    tables: &[usize],
    mut make: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let begun = Instant::now();
    let fields = tables.iter().map(|table| (0, *table, 0)).collect();
    let setup = Setup::new(job, &Fields::Wished(Arc::new(Wish { fields, ..Wish::default() })))?;
    let mut sources = opened(job)?;
    let mut meter = Meter::new(progress, sources.iter().map(Source::total).sum());
    let mut again = sources.iter().all(Source::can_be_read_again);
    let mut known = Rejected::new();
    loop {
        let mut taker = make()?;
        let stage = job.out.as_deref().map(|out| Stage::new(out, job.force)).transpose()?;
        let mut desk = setup.desk(job, stage, None);
        let late = reel_off(job, &setup, (&mut sources, &mut desk), (&mut taker, &mut meter), &known)?;
        match unforeseen(&late, &known) {
            None => {
                meter.tell(true)?;
                if let Some(mut stage) = desk.close()? {
                    stage.settle()?;
                    let result = setup.result(job, &desk, &[], begun);
                    stage.whole("summary.json", pretty(&result["summary"]).as_bytes())?;
                    stage.commit("summary.json")?;
                }
                return Ok(taker);
            }
            Some(_) if again => {
                (again, known, sources) = (false, late, opened(job)?);
                meter.restart();
            }
            Some(input) => return Err(told_too_early(&sources, input)),
        }
    }
}

/// Reads all inputs once; `known` are records that go back with what they are in. Returns those that do.
fn reel_off(
    job: &Job,
    setup: &Setup,
    (sources, desk): (&mut [Source], &mut Desk<'_>),
    (taker, meter): (&mut impl TakeRows, &mut Meter<'_>),
    known: &Rejected,
) -> Result<Rejected, Error> {
    let mut late = Rejected::new();
    let names: Vec<String> = sources.iter().map(Source::name).collect();
    for (source, (name, ordinal)) in sources.iter_mut().zip(labels(&names)) {
        desk.begin_file(&name, ordinal);
        if let Some(records) = &mut desk.records {
            records.begin_file(&name, source.total().is_some());
        }
        source.take_digest(); // for where records come from
        let known = known.get(late.len()).map_or(&[][..], Vec::as_slice);
        let mut sink = Reeling { desk: &mut *desk, taker: &mut *taker, meter: &mut *meter, known };
        let read = run::read(source, &setup.setting, None, (job.piece(), job.workers()), &mut sink);
        source.settle(read)?;
        desk.end_file()?;
        if let Some(records) = &mut desk.records {
            records.end_file(source.digest().as_deref());
            late.push(std::mem::take(&mut records.late.late));
        }
        meter.next_file();
    }
    Ok(late)
}

struct Reeling<'a, 'd, 'p, T> {
    desk: &'a mut Desk<'d>,
    taker: &'a mut T,
    meter: &'a mut Meter<'p>,
    /// Records that go back with what they are in.
    known: &'a [std::ops::Range<u64>],
}

impl<T: TakeRows> Sink for Reeling<'_, '_, '_, T> {
    fn piece(&mut self, analysed: &mut Analysed, source: &Source) -> Result<(), Error> {
        self.desk.piece(analysed, source)?;
        if let (Some(records), Some(batch)) = (&mut self.desk.records, analysed.batches.get(0)) {
            records.rows.taken.retain(|row| !is_rejected(self.known, row.index));
            let reel = Reel {
                form: &records.recording.form,
                rows: &records.rows.taken,
                tape: &analysed.batches.pressed.tape,
                batch,
                bytes: &analysed.taken.bytes,
                said: &records.rows.said,
            };
            self.taker.take(&reel)?;
        }
        self.meter.done(self.desk.file.bytes)
    }
}
