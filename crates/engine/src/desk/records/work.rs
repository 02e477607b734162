//! worklist.csv of members and payments: in clear who a record is of, and what is wrong with it.

use x12::claim::{FieldKind, NO_DATE, Schema};
use x12::wire::Output;

use crate::desk::Part;
use crate::desk::claims::iso;
use crate::fields::{At, Fields, Values};
use crate::records::{Line, Recording};
use crate::stage::{Stage, StagedFile};

/// The columns of worklist.csv before and behind those that say who a record is of.
const PLACE: [&str; 2] = ["file", "place"];
const WHY: [&str; 7] = ["code", "severity", "reason", "field", "value", "fix", "segment_index"];

/// Why a set, group or interchange goes back.
pub(crate) struct Withdrawal {
    /// The line of quarantine.jsonl, without its end.
    pub(crate) line: Vec<u8>,
    /// The row of worklist.csv.
    pub(crate) work: Vec<u8>,
}

/// worklist.csv: in clear who a record is of, and what is wrong with it.
pub(crate) struct Worklist {
    pub(crate) file: StagedFile,
    fields: Fields,
    /// By column, the fields of the record that it shows.
    who: Vec<Vec<At>>,
    /// The table of the records.
    table: usize,
}

impl Worklist {
    /// Of a run that writes to `stage`.
    pub(crate) fn new(recording: &Recording, stage: &Stage) -> Self {
        let (subject, schema) = (recording.subject, &recording.schema);
        let table = recording.form.records.first().map_or(usize::MAX, |record| record.table);
        let fields = Fields::new(schema);
        let own = schema.tables.get(table).map_or("", |table| table.name.as_str());
        let at = |name: &&str| fields.at(&format!("{own}.{name}"));
        let who = subject.who.iter().map(|(_, names)| names.iter().map(at).collect()).collect();
        let mut file = stage.file("worklist.csv");
        let heads = subject.who.iter().map(|(head, _)| *head);
        let heads: Vec<&str> = PLACE.into_iter().chain(heads).chain(WHY).collect();
        file.append(format!("{}\r\n", heads.join(",")).as_bytes());
        Self { file, fields, who, table }
    }

    /// What says who the record of a line is of; empty where it has no line.
    pub(crate) fn who(&self, part: &Part<'_>, line: Option<&Line>) -> Vec<Vec<u8>> {
        let batch = part.sheet.analysed.batches.get(0);
        let (Some(line), Some(batch)) = (line, batch) else { return vec![Vec::new(); self.who.len()] };
        let values = Values { fields: &self.fields, batch, bytes: part.sheet.bytes() };
        let places = batch.tables.get(self.table).map(|table| table.places.as_slice()).unwrap_or_default();
        let row = places.partition_point(|place| place.offset < line.offset) as u32;
        let shown = |all: &Vec<At>| {
            let texts = all.iter().map(|at| cell(&values, *at, row)).filter(|text| !text.is_empty());
            texts.collect::<Vec<_>>().join(&b", "[..])
        };
        self.who.iter().map(shown).collect()
    }
}

/// A value as people read it.
fn cell(values: &Values<'_>, at: At, row: u32) -> Vec<u8> {
    let Some((table, column)) = at.found() else { return Vec::new() };
    let schema: &Schema = values.fields.schema();
    match schema.tables[table].fields[column].kind {
        FieldKind::Date => match values.date_of(at, row) {
            NO_DATE => Vec::new(),
            days => iso(days).into_bytes(),
        },
        _ => values.shown(table, column, row),
    }
}
