//! Tables as files: Parquet and CSV.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use arrow_array::RecordBatch;
use engine::{Command, Error, Harvest, Job, Progress, StagedFile, Take, Tokens, Wish};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde_json::{Map, Value, json};
use x12::claim::ClaimMap;

use crate::csv::Csv;
use crate::gather::Gathering;
use crate::lines;
use crate::phi::{Manner, Phi};
use crate::reels::{self, Give, Reels};
use crate::scribe::{self, Scribe};
use crate::table::{ColumnKind, SCHEMA_VERSION, Table, Value as Told};

/// Most rows of a row group: what a group is held in memory as, encoded, comes to some megabytes.
const GROUP: usize = 16_384;

/// Most bytes of a column's dictionary, of which a row group has one.
const DICTIONARY: usize = 64 * 1024;

/// Writes `tables` of the job's inputs as `<table>.parquet` (or `.csv`) into its output folder, and returns the run's `summary` and
/// `run` as JSON: `summary` also has `tables`, `phi` and `schema_version`.
///
/// # Errors
/// When an input cannot be read or an output cannot be written; nothing is left in the output folder then.
pub fn export(
    job: &Job,
    tables: &[&'static Table],
    (form, manner): (Form, Manner),
    progress: Option<Progress<'_>>,
) -> Result<String, Error> {
    let tokens = job.tokens()?;
    let made = |file: &dyn Fn(&str) -> Option<StagedFile>| {
        let each = |table: &&'static Table| {
            let gathering = Gathering::new(table, manner, tokens.clone());
            let file = file(&format!("{}.{}", table.name, form.ending()));
            let file = file.ok_or_else(|| Error::Usage("an export needs a folder to write: give --out".to_owned()))?;
            Ok(Sheet { scribe: Scribe::new(Writer::new(file, table, form)?, job.workers() > 1)?, gathering })
        };
        let sheets: Result<Vec<Sheet>, Error> = tables.iter().map(each).collect();
        Sheets { sheets, manner }
    };
    let mut wish = Wish { again: true, ..Wish::default() };
    for of in tables.iter().map(|table| table.wish(manner)) {
        wish.fields.extend(of.fields);
        wish.verdicts |= of.verdicts;
        wish.findings |= of.findings;
    }
    engine::harvest(job, progress, &Arc::new(wish), made)
}

struct Sheets {
    sheets: Result<Vec<Sheet>, Error>,
    manner: Manner,
}

impl Take for Sheets {
    fn take(&mut self, harvest: &Harvest<'_>) -> Result<(), Error> {
        for sheet in self.sheets.as_mut().map_err(|error| error.clone())? {
            let Sheet { gathering, scribe } = sheet;
            gathering.take(harvest, &mut |batch| scribe.write(batch))?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(Vec<StagedFile>, Value), Error> {
        let sheets = std::mem::replace(&mut self.sheets, Ok(Vec::new()))?;
        let (mut files, mut rows) = (Vec::new(), Map::new());
        for Sheet { mut gathering, mut scribe } in sheets {
            gathering.end(&mut |batch| scribe.write(batch))?;
            rows.insert(gathering.table.name.clone(), gathering.total.into());
            files.push(scribe.end()?);
        }
        let manner = format!("{:?}", self.manner).to_lowercase();
        Ok((files, json!({"tables": rows, "phi": manner, "schema_version": SCHEMA_VERSION})))
    }
}

/// A table and its file.
struct Sheet {
    gathering: Gathering,
    scribe: Scribe<Writer<StagedFile>>,
}

/// What a table is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Parquet.
    #[default]
    Parquet,
    /// CSV.
    Csv,
}

impl Form {
    /// The form of that name, which is how its files end.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Parquet, Self::Csv].into_iter().find(|form| form.ending() == name)
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

enum Writer<W: Write + Send> {
    Parquet(Box<ArrowWriter<W>>),
    Csv(Csv<W>),
}

impl<W: Write + Send> Writer<W> {
    fn new(file: W, table: &Table, form: Form) -> Result<Self, Error> {
        if form == Form::Csv {
            return Ok(Self::Csv(Csv::new(file, table.columns.iter().map(|column| column.name.as_str()))));
        }
        let mut by = String::new();
        let _ = write!(by, "scrubjay {}", env!("CARGO_PKG_VERSION"));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .set_write_batch_size(GROUP)
            .set_offset_index_disabled(true)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_dictionary_page_size_limit(DICTIONARY)
            .set_created_by(by);
        for column in &table.columns {
            let path = || ColumnPath::from(column.name.as_str());
            // between which texts a group's are, no query asks: it would take a comparison or two a value
            if column.kind == ColumnKind::Text {
                properties = properties.set_column_statistics_enabled(path(), EnabledStatistics::None);
            }
            // what grows from row to row is told by how much; no dictionary is as small
            if matches!(&column.value, Told::Claim | Told::Record(_)) {
                properties = properties
                    .set_column_dictionary_enabled(path(), false)
                    .set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
            }
            // identifiers hardly ever come twice; what all of them begin with is left out, and else there is nothing to compress
            if matches!(column.phi, Phi::Id | Phi::Sealed) {
                properties = properties
                    .set_column_dictionary_enabled(path(), false)
                    .set_column_encoding(path(), Encoding::DELTA_BYTE_ARRAY)
                    .set_column_compression(path(), Compression::UNCOMPRESSED);
            }
        }
        let writer = ArrowWriter::try_new(file, table.schema.clone(), Some(properties.build()));
        Ok(Self::Parquet(Box::new(writer.map_err(|error| failed(&error))?)))
    }
}

impl<W: Write + Send + 'static> scribe::Write for Writer<W> {
    type Written = W;

    fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        match self {
            Self::Parquet(writer) => writer.write(batch).map_err(|error| failed(&error)),
            Self::Csv(csv) => csv.write(batch).map_err(|error| unwritten(&error)),
        }
    }

    fn end(self) -> Result<W, Error> {
        match self {
            Self::Parquet(writer) => writer.into_inner().map_err(|error| failed(&error)),
            Self::Csv(csv) => csv.end().map_err(|error| unwritten(&error)),
        }
    }
}

/// Writes `tables` of the records that a run left in the folder `from` as files in the folder `to`, where none of theirs are yet, and
/// returns the rows by table.
///
/// # Errors
/// When the records cannot be read, or the files cannot be written.
pub fn export_records(
    from: &Path,
    to: &Path,
    tables: &[&'static Table],
    (form, manner): (Form, Manner),
    tokens: &Tokens,
) -> Result<Vec<(String, u64)>, Error> {
    let away = available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let mut rows = Vec::new();
    for own in by_file(tables) {
        let mut sheets = Files::new(&own, to, (form, away))?;
        let mut gatherings: Vec<Gathering> =
            own.iter().map(|table| Gathering::new(table, manner, tokens.clone())).collect();
        lines::read(from, &mut gatherings, &mut |at, batch| sheets.give(at, batch))?;
        sheets.end()?;
        rows.extend(gatherings.iter().map(|gathering| (gathering.table.name.clone(), gathering.total)));
    }
    Ok(rows)
}

/// As [`export_records`], of the records of the job's inputs, which are read for it: what is told once a set is first written into
/// the job's output folder, what is told a record nowhere but in the tables.
///
/// # Errors
/// When an input cannot be read, or the files cannot be written.
pub fn export_recorded(
    job: &Job,
    to: &Path,
    tables: &[&'static Table],
    (form, manner): (Form, Manner),
    progress: Option<Progress<'_>>,
) -> Result<Vec<(String, u64)>, Error> {
    let tokens = job.tokens()?;
    let kind = if job.command == Command::Enroll { "834" } else { "835" };
    let map = || match ClaimMap::of_records(kind) {
        Some((_, Ok(map))) => Ok(map),
        _ => Err(Error::Internal(format!("there is no record map of {kind}"))),
    };
    let record = map()?.tables.into_iter().find(|table| !table.context).and_then(|table| table.output);
    let (own, others): (Vec<&'static Table>, Vec<&'static Table>) =
        tables.iter().partition(|table| table.record_file() == record.as_deref());
    let taken = engine::unwind(job, progress, &reels::wanted(&own), || {
        let files = Files::new(&own, to, (form, job.workers() > 1))?;
        let gatherings = own.iter().map(|table| Gathering::new(table, manner, tokens.clone())).collect();
        Ok(Reels::new(map()?, gatherings, files))
    })?;
    let (gatherings, files) = taken.end()?;
    files.end()?;
    let mut rows: Vec<_> = gatherings.iter().map(|each| (each.table.name.clone(), each.total)).collect();
    if let Some(from) = job.out.as_deref().filter(|_| !others.is_empty()) {
        rows.extend(export_records(from, to, &others, (form, manner), &tokens)?);
    }
    let file = |name: &String| tables.iter().find(|table| table.name == *name).and_then(|table| table.record_file());
    rows.sort_by_key(|(name, _)| file(name));
    Ok(rows)
}

/// The tables by the files that their records are in.
fn by_file(tables: &[&'static Table]) -> Vec<Vec<&'static Table>> {
    let mut files: Vec<&str> = tables.iter().filter_map(|table| table.record_file()).collect();
    files.sort_unstable();
    files.dedup();
    let of = |file: &str| tables.iter().copied().filter(|table| table.record_file() == Some(file)).collect();
    files.into_iter().map(of).collect()
}

/// The files of some tables in the making, in their order.
pub(crate) struct Files(Vec<Scribe<Writer<BufWriter<File>>>>);

impl Files {
    /// In the folder `to`, each written by a thread of its own if it is to be `away`. What an earlier reading began is begun anew.
    fn new(tables: &[&'static Table], to: &Path, (form, away): (Form, bool)) -> Result<Self, Error> {
        let each = |table: &&'static Table| {
            let path = to.join(format!("{}.{}", table.name, form.ending()));
            let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
            Scribe::new(Writer::new(BufWriter::new(file.map_err(|error| unwritten(&error))?), table, form)?, away)
        };
        Ok(Self(tables.iter().map(each).collect::<Result<_, Error>>()?))
    }

    fn end(self) -> Result<(), Error> {
        for writer in self.0 {
            writer.end()?.into_inner().map_err(|error| unwritten(error.error()))?;
        }
        Ok(())
    }
}

impl Give for Files {
    fn give(&mut self, number: usize, batch: RecordBatch) -> Result<(), Error> {
        self.0.get_mut(number).map_or(Ok(()), |file| file.write(batch))
    }
}

/// The library tells what it could not encode; it never quotes values.
fn failed(error: &parquet::errors::ParquetError) -> Error {
    Error::Internal(format!("Parquet: {error}"))
}

fn unwritten(error: &io::Error) -> Error {
    Error::Output(format!("a table cannot be written: {error}; make room, or name another folder"))
}
