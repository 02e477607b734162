//! Records as they are written: what is taken, what is held back and why, and what goes back when its set turns out bad.

mod digested;
mod paid;
mod piece;
mod work;

use std::sync::Arc;

use serde_json::{Value, json};
use x12::finding::{Catalog, Finding, Scope};
use x12::guide::Plan;
use x12::record::{Form, string};
use x12::wire::Output;

use self::digested::{TO_COME, fill_in};
use self::paid::Paid;
pub(crate) use self::work::{Withdrawal, Worklist};
use super::gathered::Gathered;
use super::line::push_number;
use super::{Desk, Part, Totals};
use crate::error::Error;
use crate::item::Kind;
use crate::records::{Families, Line, MOST, Recording, loops};
use crate::rows::Rows;
use crate::stage::{Stage, StagedFile};
use crate::standing::Inside;

/// The records of a run.
pub(crate) struct Records {
    pub(crate) recording: Arc<Recording>,
    /// By the form's records, then by its contexts that have a file, then of where records come from.
    outputs: Vec<Option<StagedFile>>,
    pub(crate) quarantine: Option<StagedFile>,
    pub(crate) worklist: Option<Worklist>,
    /// The file at hand: its name, whether its digest is to come, and where the lines of its sources begin.
    pub(crate) file: String,
    digested: bool,
    sources_begin: u64,
    /// Where the records of the open set come from, as far as its envelope says.
    source: Vec<u8>,
    /// By the form's contexts: what is in force.
    contexts: Vec<Vec<u8>>,
    /// The number of the line that says where records come from, once it is written.
    origin: Option<u64>,
    pub(crate) families: Families,
    /// Ordinal in the file of the next record.
    pub(crate) index: u64,
    pub(crate) counts: Counts,
    /// What payments come to since the innermost open level opened, and what that of the open set is.
    paid: Paid,
    payment: i64,
    /// The open interchange, group and set.
    pub(crate) levels: [Level; 3],
    /// By loop of the open set's plan, whether it is of a record.
    within: Vec<bool>,
    /// Something is wrong with the record at hand.
    pub(crate) bad: bool,
    /// The next fragment and line of the piece.
    next: (usize, usize),
    /// The records of the piece that are taken, where they are wanted as cells; their lines are not written.
    pub(crate) rows: Rows,
    /// Records of the file, by number, that go back with what they are in.
    pub(crate) late: Gathered,
    scratch: Vec<u8>,
}

/// How many records there were, and what became of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) records: u64,
    pub(crate) taken: u64,
    /// Lines by output.
    pub(crate) lines: Vec<u64>,
}

/// What was there when an interchange, group or set began, and why it goes back.
#[derive(Default)]
pub(crate) struct Level {
    /// None before it opens.
    before: Option<Counts>,
    lengths: Vec<u64>,
    /// What payments came to before it.
    paid: Paid,
    pub(crate) reasons: Vec<Withdrawal>,
}

/// Where the open set stands.
#[derive(Default)]
pub(crate) struct SetSource<'a> {
    pub(crate) plan: Option<&'a Plan>,
    pub(crate) ordinals: [u32; 3],
    pub(crate) controls: [&'a [u8]; 3],
    pub(crate) parties: [&'a [u8]; 2],
}

impl Records {
    /// Of a run that writes to `stage`, if to anything.
    pub(crate) fn new(recording: &Arc<Recording>, stage: Option<&Stage>, worklist: bool) -> Self {
        let form = &recording.form;
        let names = outputs(form);
        let file = |name: &str, end: &str| stage.map(|stage| stage.file(&format!("{name}.{end}")));
        let outputs: Vec<_> = names.map(|name| name.and_then(|name| file(name, "jsonl"))).collect();
        let counts = Counts { lines: vec![0; outputs.len()], ..Counts::default() };
        Self {
            quarantine: file("quarantine", "jsonl"),
            worklist: stage.filter(|_| worklist).map(|stage| Worklist::new(recording, stage)),
            file: String::new(),
            digested: false,
            sources_begin: 0,
            source: Vec::new(),
            contexts: vec![Vec::new(); form.contexts.len()],
            origin: None,
            families: Families::default(),
            index: 0,
            counts,
            paid: Paid::default(),
            payment: 0,
            levels: Default::default(),
            within: Vec::new(),
            bad: false,
            next: (0, 0),
            rows: Rows::default(),
            late: Gathered::default(),
            scratch: Vec::new(),
            outputs,
            recording: Arc::clone(recording),
        }
    }

    /// A file begins; `digested` says that [`Records::end_file`] will tell its digest.
    pub(crate) fn begin_file(&mut self, name: &str, digested: bool) {
        (self.file, self.digested, self.index) = (name.to_owned(), digested, 0);
        self.late = Gathered::default();
        self.sources_begin = self.outputs.last().and_then(Option::as_ref).map_or(0, Output::len);
        self.families.clear();
    }

    /// The file is over, and its digest is known.
    pub(crate) fn end_file(&mut self, digest: Option<&str>) {
        if let (true, Some(digest), Some(Some(sources))) = (self.digested, digest, self.outputs.last_mut()) {
            fill_in(sources, self.sources_begin, digest);
        }
    }

    /// True when families were forgotten.
    pub(crate) fn forgot(&self) -> bool {
        self.families.forgot()
    }

    /// Names of the counts, and the counts.
    fn summary(&self) -> [(&'static str, u64); 3] {
        let subject = self.recording.subject;
        let Counts { records, taken, .. } = self.counts;
        [(subject.counted, records), (subject.taken, taken), ("quarantined", records - taken)]
    }

    /// The lines of each output, by its name.
    fn lines(&self) -> impl Iterator<Item = (String, Value)> {
        outputs(&self.recording.form)
            .zip(&self.counts.lines)
            .filter_map(|(name, count)| Some((name?.to_owned(), (*count).into())))
    }

    /// summary.json: what the run came to.
    pub(crate) fn totals(&self, totals: &Totals, catalog: &Catalog) -> Value {
        let mut summary = json!({
            "files": totals.files,
            "interchanges": totals.interchanges,
            "groups": totals.groups,
            "sets": totals.sets,
            "unreadable_sets": totals.unreadable_sets,
            "unreadable_segments": totals.unreadable_segments,
            "findings": totals.found(catalog),
            "outputs": self.lines().collect::<serde_json::Map<_, _>>(),
            "windows": {"families": MOST, "exceeded": totals.forgot},
        });
        for (name, count) in self.summary() {
            summary[name] = count.into();
        }
        if self.recording.amounts.is_some() {
            let mut paid = self.paid.clone();
            self.levels.iter().for_each(|level| paid.add(level.paid.clone()));
            summary["money"] = paid.summary();
        }
        summary
    }

    /// Hands the finished files in.
    pub(crate) fn close(&mut self, stage: &mut Stage) -> Result<(), Error> {
        for (number, file) in self.outputs.iter_mut().enumerate() {
            match file.take() {
                Some(file) if number > 0 && file.is_empty() => file.discard(),
                Some(file) => stage.finish(file)?,
                None => {}
            }
        }
        let worklist = self.worklist.take().map(|worklist| worklist.file);
        self.quarantine.take().into_iter().chain(worklist).try_for_each(|file| stage.finish(file))
    }

    /// A failed write stops the run.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        self.worklist.as_mut().map_or(Ok(()), |worklist| worklist.file.check())?;
        self.outputs.iter_mut().chain([&mut self.quarantine]).flatten().try_for_each(StagedFile::check)
    }

    /// Another piece is at hand.
    pub(crate) fn turn(&mut self) {
        self.next = (0, 0);
        self.rows.clear();
    }

    /// The level at `depth` (0 interchange, 1 group, 2 set) opens.
    pub(crate) fn open(&mut self, depth: usize) {
        let lengths = self.outputs.iter().map(|file| file.as_ref().map_or(0, Output::len)).collect();
        if let Some(level) = self.levels.get_mut(depth) {
            let mut paid = std::mem::take(&mut level.paid);
            paid.add(std::mem::take(&mut self.paid));
            *level = Level { before: Some(self.counts.clone()), lengths, paid, reasons: Vec::new() };
        }
    }

    /// A set opens.
    pub(crate) fn open_set(&mut self, set: &SetSource<'_>) {
        self.open(2);
        let Self { source, recording, .. } = self;
        source.clear();
        source.extend_from_slice(br#","source":{"kind":"#);
        string(source, recording.subject.set.as_bytes());
        tell(source, r#","file":"#, self.file.as_bytes());
        source.extend_from_slice(if self.digested { TO_COME.as_bytes() } else { b"" });
        if let Some((name, version)) = &recording.profile {
            tell(source, r#","profile":"#, name.as_bytes());
            tell(source, r#","profile_version":"#, version.as_bytes());
        }
        for (key, number) in
            [r#","interchange_index":"#, r#","group_index":"#, r#","set_index":"#].iter().zip(set.ordinals)
        {
            source.extend_from_slice(key.as_bytes());
            push_number(source, number.into());
        }
        for (key, value) in [r#","interchange":"#, r#","group":"#, r#","set":"#].iter().zip(set.controls) {
            tell(source, key, value);
        }
        for (key, value) in [r#","sender":"#, r#","receiver":"#].iter().zip(set.parties) {
            tell(source, key, value);
        }
        self.contexts.iter_mut().for_each(Vec::clear);
        self.origin = None;
        self.within = set.plan.and_then(loops).map(|(_, within)| within).unwrap_or_default();
    }

    /// The level at `depth` closes; when it is `bad`, all that was taken since it opened goes back.
    pub(crate) fn close_level(&mut self, depth: usize, bad: bool) {
        let Some(mut level) = self.levels.get_mut(depth).map(std::mem::take) else { return };
        let is_open = level.before.is_some();
        // what closes without having opened, such as an interchange whose header cannot be read, has taken nothing
        let before = level.before.unwrap_or_else(|| self.counts.clone());
        if !bad {
            // what is told of a whole set is told when it is good so far
            if depth == 2 {
                self.whole_set(&before);
            }
            level.paid.add(std::mem::take(&mut self.paid));
            self.paid = level.paid;
            return;
        }
        let back = self.counts.taken - before.taken;
        if is_open {
            self.paid = level.paid;
        }
        if back > 0 {
            let seen = self.counts.records - before.records;
            self.late.reject(self.index - seen..self.index);
        }
        for (file, length) in self.outputs.iter_mut().zip(&level.lengths) {
            if let Some(file) = file {
                file.truncate(*length);
            }
        }
        (self.counts.taken, self.counts.lines) = (before.taken, before.lines);
        let Some(quarantine) = &mut self.quarantine else { return };
        for Withdrawal { mut line, work } in level.reasons {
            line.extend_from_slice(br#","members":"#);
            push_number(&mut line, back);
            line.extend_from_slice(b"}\n");
            quarantine.append(&line);
            if let Some(worklist) = &mut self.worklist {
                worklist.file.append(&work);
            }
        }
    }

    /// Writes what is told once for a set.
    fn whole_set(&mut self, before: &Counts) {
        let recording = Arc::clone(&self.recording);
        let records = recording.form.records.len();
        let origin = self.origin();
        if self.recording.amounts.is_some() {
            self.paid.payment(std::mem::take(&mut self.payment));
        }
        let (seen, taken) = (self.counts.records - before.records, self.counts.taken - before.taken);
        for (at, context) in recording.form.contexts.iter().enumerate() {
            if context.output.is_none() || self.contexts.get(at).is_none_or(Vec::is_empty) {
                continue;
            }
            let mut line = std::mem::take(&mut self.scratch);
            line.clear();
            line.extend_from_slice(SOURCE_NUMBER);
            push_number(&mut line, origin);
            line.push(b',');
            line.extend_from_slice(&self.contexts[at]);
            for (key, count) in [(r#","claims":"#, taken), (r#","claims_quarantined":"#, seen - taken)] {
                line.extend_from_slice(key.as_bytes());
                push_number(&mut line, count);
            }
            line.extend_from_slice(b"}\n");
            self.append(records + at, &line);
            self.scratch = line;
        }
    }

    fn append(&mut self, output: usize, line: &[u8]) {
        if let Some(count) = self.counts.lines.get_mut(output) {
            *count += 1;
        }
        if let Some(Some(file)) = self.outputs.get_mut(output) {
            file.append(line);
        }
    }
}

/// How a record begins: with the number of its source.
const SOURCE_NUMBER: &[u8] = br#"{"source":"#;

/// The file that has a line for each source of records.
const SOURCES: &str = "sources";

/// What the outputs are called, of the form's records, its contexts, and the sources.
fn outputs(form: &Form) -> impl Iterator<Item = Option<&str>> {
    let names = form.records.iter().map(|record| Some(record.output.as_str()));
    names.chain(form.contexts.iter().map(|context| context.output.as_deref())).chain([Some(SOURCES)])
}

impl Desk<'_> {
    /// What a finding of the walk reaches, where records are written: what is found in a record reaches that alone.
    pub(crate) fn scope_in_record(&self, part: &Part<'_>, finding: &Finding) -> Scope {
        let Some(records) = &self.records else { return finding.scope };
        if finding.scope < Scope::Set || !matches!(part.item.kind, Kind::Record | Kind::More(Inside::Record)) {
            return finding.scope;
        }
        let begins = part.sheet.analysed.taken.offset_of(part.item.start);
        let inside = records.within.get(usize::from(finding.loop_index)) == Some(&true);
        // of the set, told late: its totals
        if !inside && finding.position.offset < begins { finding.scope } else { records.recording.subject.scope }
    }

    /// The line of the record that an item is.
    pub(crate) fn line_of<'a>(&self, part: &Part<'a>) -> Option<(&'a Line, &'a [u8])> {
        if self.records.is_none() || !matches!(part.item.kind, Kind::Record) {
            return None;
        }
        let pressed = &part.sheet.analysed.batches.pressed;
        let from = pressed.lines.partition_point(|line| line.offset < part.item.start);
        let line = pressed.lines.get(from).filter(|line| line.record == 0 && line.offset < part.end)?;
        Some((line, part.sheet.bytes()))
    }

    /// An item is over: its records are put down.
    pub(crate) fn put_records_down(&mut self, part: &Part<'_>) {
        let Some(records) = &mut self.records else { return };
        let batches = &part.sheet.analysed.batches;
        if let Some(batch) = batches.get(0) {
            records.put_down(&batches.pressed, (batch, part.sheet.bytes()), part.end, self.piece_base);
        }
        if matches!(part.item.kind, Kind::Record | Kind::More(Inside::Record)) {
            records.bad = false;
        }
    }
}

/// Appends `key` and `value`, if there is one.
fn tell(out: &mut Vec<u8>, key: &str, value: &[u8]) {
    if !value.is_empty() {
        out.extend_from_slice(key.as_bytes());
        string(out, value);
    }
}
