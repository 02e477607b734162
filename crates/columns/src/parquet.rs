//! Tables as Parquet files.

use std::fmt::Write as _;

use arrow_array::RecordBatch;
use engine::{Error, Harvest, Job, Progress, StagedFile, Take};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde_json::{Map, Value, json};

use crate::gather::Gathering;
use crate::phi::{Manner, Phi};
use crate::tables::{SCHEMA_VERSION, Table};

/// Most rows of a row group: what a group is held in memory as, encoded, comes to some megabytes.
const GROUP: usize = 32_768;

/// Most bytes of a column's dictionary, of which a row group has one.
const DICTIONARY: usize = 64 * 1024;

/// Writes `tables` of the job's inputs as `<table>.parquet` into its output folder, and returns the run's `summary` and
/// `run` as JSON: `summary` also has `tables`, `phi` and `schema_version`.
///
/// # Errors
/// When an input cannot be read or an output cannot be written; nothing is left in the output folder then.
pub fn export(
    job: &Job,
    tables: &[&'static Table],
    manner: Manner,
    progress: Option<Progress<'_>>,
) -> Result<String, Error> {
    let tokens = job.tokens()?;
    let made = |file: &dyn Fn(&str) -> Option<StagedFile>| {
        let each = |table: &&'static Table| {
            let gathering = Gathering::new(table, manner, tokens.clone());
            Sheet::new(gathering, file(&format!("{}.parquet", table.name)))
        };
        let sheets: Result<Vec<Sheet>, Error> = tables.iter().map(each).collect();
        Sheets { sheets, manner }
    };
    engine::harvest(job, progress, made)
}

struct Sheets {
    sheets: Result<Vec<Sheet>, Error>,
    manner: Manner,
}

impl Take for Sheets {
    fn take(&mut self, harvest: &Harvest<'_>) -> Result<(), Error> {
        for sheet in self.sheets.as_mut().map_err(|error| error.clone())? {
            let Sheet { gathering, writer } = sheet;
            gathering.take(harvest, &mut |batch| write(writer, &batch))?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(Vec<StagedFile>, Value), Error> {
        let sheets = std::mem::replace(&mut self.sheets, Ok(Vec::new()))?;
        let (mut files, mut rows) = (Vec::new(), Map::new());
        for Sheet { mut gathering, mut writer } in sheets {
            gathering.end(&mut |batch| write(&mut writer, &batch))?;
            rows.insert(gathering.table.name.clone(), gathering.total.into());
            files.push(writer.into_inner().map_err(|error| failed(&error))?);
        }
        let manner = format!("{:?}", self.manner).to_lowercase();
        Ok((files, json!({"tables": rows, "phi": manner, "schema_version": SCHEMA_VERSION})))
    }
}

/// A table and its file.
struct Sheet {
    gathering: Gathering,
    writer: ArrowWriter<StagedFile>,
}

impl Sheet {
    fn new(gathering: Gathering, file: Option<StagedFile>) -> Result<Self, Error> {
        let file = file.ok_or_else(|| Error::Usage("an export needs a folder to write: give --out".to_owned()))?;
        let level = ZstdLevel::try_new(1).map_err(|error| failed(&error))?;
        let mut by = String::new();
        let _ = write!(by, "scrubjay {}", env!("CARGO_PKG_VERSION"));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(GROUP))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_dictionary_page_size_limit(DICTIONARY)
            .set_created_by(by);
        // identifiers hardly ever come twice
        for column in gathering.table.columns.iter().filter(|column| column.phi == Phi::Id) {
            properties = properties.set_column_dictionary_enabled(column.name.as_str().into(), false);
        }
        let properties = properties.build();
        let schema = gathering.table.schema.clone();
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(|error| failed(&error))?;
        Ok(Self { gathering, writer })
    }
}

fn write(writer: &mut ArrowWriter<StagedFile>, batch: &RecordBatch) -> Result<(), Error> {
    writer.write(batch).map_err(|error| failed(&error))
}

/// The library tells what it could not encode; it never quotes values.
fn failed(error: &parquet::errors::ParquetError) -> Error {
    Error::Internal(format!("Parquet: {error}"))
}
