//! Tables as files: Parquet and CSV.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use arrow_array::RecordBatch;
use engine::{Error, Harvest, Job, Progress, StagedFile, Take, Tokens, Wish};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde_json::{Map, Value, json};

use crate::csv::Csv;
use crate::gather::Gathering;
use crate::lines;
use crate::phi::{Manner, Phi};
use crate::scribe::{self, Scribe};
use crate::table::{ColumnKind, SCHEMA_VERSION, Table};

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
        // between which texts a group's are, no query asks: it would take a comparison or two a value
        for column in table.columns.iter().filter(|column| column.kind == ColumnKind::Text) {
            properties = properties.set_column_statistics_enabled(column.name.as_str().into(), EnabledStatistics::None);
        }
        // identifiers hardly ever come twice
        for column in table.columns.iter().filter(|column| matches!(column.phi, Phi::Id | Phi::Sealed)) {
            properties = properties.set_column_dictionary_enabled(column.name.as_str().into(), false);
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
    let mut files: Vec<&str> = tables.iter().filter_map(|table| table.record_file()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let own = || tables.iter().copied().filter(|table| table.record_file() == Some(file));
        let mut gatherings: Vec<Gathering> = own().map(|table| Gathering::new(table, manner, tokens.clone())).collect();
        let writers = own().map(|table| {
            let path = to.join(format!("{}.{}", table.name, form.ending()));
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            Scribe::new(Writer::new(BufWriter::new(file.map_err(|error| unwritten(&error))?), table, form)?, away)
        });
        let mut writers = writers.collect::<Result<Vec<_>, Error>>()?;
        lines::read(from, &mut gatherings, &mut |at, batch| writers[at].write(batch))?;
        for (writer, gathering) in writers.into_iter().zip(gatherings) {
            writer.end()?.into_inner().map_err(|error| unwritten(error.error()))?;
            rows.push((gathering.table.name.clone(), gathering.total));
        }
    }
    Ok(rows)
}

/// The library tells what it could not encode; it never quotes values.
fn failed(error: &parquet::errors::ParquetError) -> Error {
    Error::Internal(format!("Parquet: {error}"))
}

fn unwritten(error: &io::Error) -> Error {
    Error::Output(format!("a table cannot be written: {error}; make room, or name another folder"))
}
