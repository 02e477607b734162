//! Records as they are written: what is taken, what is held back and why, and what goes back when its set turns out bad.

use std::sync::Arc;

use serde_json::{Value, json};
use x12::finding::{Catalog, Finding, Info, Scope, Severity};
use x12::guide::Plan;
use x12::record::{Form, Ssn, string};
use x12::wire::{Output, decimal};

use super::digested::{TO_COME, fill_in};
use super::line::masked;
use super::{Desk, Part, Totals};
use crate::analyse::Kind;
use crate::error::Error;
use crate::records::{Families, Line, MOST, Pressed, Recording, loops};
use crate::stage::{Stage, StagedFile};
use crate::standing::Inside;

/// Most reasons that are told for a set, group or interchange that goes back.
const MOST_REASONS: usize = 1_000;

/// The records of a run.
pub(crate) struct Records {
    recording: Arc<Recording>,
    /// By the form's records, then by its contexts that have a file, then of where records come from.
    outputs: Vec<Option<StagedFile>>,
    quarantine: Option<StagedFile>,
    /// The file at hand: its name, whether its digest is to come, and where the lines of its sources begin.
    file: String,
    digested: bool,
    sources_begin: u64,
    /// Where the records of the open set come from, as far as its envelope says.
    source: Vec<u8>,
    /// By the form's contexts: what is in force.
    contexts: Vec<Vec<u8>>,
    /// The number of the line that says where records come from, once it is written.
    origin: Option<u64>,
    families: Families,
    /// Ordinal in the file of the next record.
    index: u64,
    pub(crate) counts: Counts,
    /// The open interchange, group and set.
    levels: [Level; 3],
    /// By loop of the open set's plan, whether it is of a record.
    within: Vec<bool>,
    /// Something is wrong with the record at hand.
    bad: bool,
    /// The next fragment and line of the piece.
    next: (usize, usize),
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
struct Level {
    /// None before it opens.
    before: Option<Counts>,
    lengths: Vec<u64>,
    reasons: Vec<Vec<u8>>,
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
    pub(crate) fn new(recording: &Arc<Recording>, stage: Option<&Stage>) -> Self {
        let form = &recording.form;
        let names = outputs(form);
        let file = |name: &str, end: &str| stage.map(|stage| stage.file(&format!("{name}.{end}")));
        let outputs: Vec<_> = names.map(|name| name.and_then(|name| file(name, "jsonl"))).collect();
        let counts = Counts { lines: vec![0; outputs.len()], ..Counts::default() };
        Self {
            quarantine: file("quarantine", "jsonl"),
            file: String::new(),
            digested: false,
            sources_begin: 0,
            source: Vec::new(),
            contexts: vec![Vec::new(); form.contexts.len()],
            origin: None,
            families: Families::default(),
            index: 0,
            counts,
            levels: Default::default(),
            within: Vec::new(),
            bad: false,
            next: (0, 0),
            scratch: Vec::new(),
            outputs,
            recording: Arc::clone(recording),
        }
    }

    /// A file begins; `digested` says that [`Records::end_file`] will tell its digest.
    pub(crate) fn begin_file(&mut self, name: &str, digested: bool) {
        (self.file, self.digested, self.index) = (name.to_owned(), digested, 0);
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
        self.quarantine.take().map_or(Ok(()), |file| stage.finish(file))
    }

    /// A failed write stops the run.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        self.outputs.iter_mut().chain([&mut self.quarantine]).flatten().try_for_each(StagedFile::check)
    }

    /// Another piece is at hand.
    pub(crate) fn turn(&mut self) {
        self.next = (0, 0);
    }

    /// The level at `depth` (0 interchange, 1 group, 2 set) opens.
    pub(crate) fn open(&mut self, depth: usize) {
        let lengths = self.outputs.iter().map(|file| file.as_ref().map_or(0, Output::len)).collect();
        if let Some(level) = self.levels.get_mut(depth) {
            *level = Level { before: Some(self.counts.clone()), lengths, reasons: Vec::new() };
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
        let Some(level) = self.levels.get_mut(depth).map(std::mem::take) else { return };
        // what closes without having opened, such as an interchange whose header cannot be read, has taken nothing
        let before = level.before.unwrap_or_else(|| self.counts.clone());
        if !bad {
            // what is told of a whole set is told when it is good so far
            if depth == 2 {
                self.whole_set(&before);
            }
            return;
        }
        let back = self.counts.taken - before.taken;
        for (file, length) in self.outputs.iter_mut().zip(&level.lengths) {
            if let Some(file) = file {
                file.truncate(*length);
            }
        }
        (self.counts.taken, self.counts.lines) = (before.taken, before.lines);
        let Some(quarantine) = &mut self.quarantine else { return };
        for mut reason in level.reasons {
            reason.extend_from_slice(br#","members":"#);
            push_number(&mut reason, back);
            reason.extend_from_slice(b"}\n");
            quarantine.append(&reason);
        }
    }

    /// Writes what is told once for a set.
    fn whole_set(&mut self, before: &Counts) {
        let recording = Arc::clone(&self.recording);
        let records = recording.form.records.len();
        let origin = self.origin();
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

    /// Puts down what the item that ends at `end` told with the lines below it, and its lines. `base` is what segments of
    /// the piece count from.
    fn put_down(&mut self, pressed: &Pressed, bytes: &[u8], end: u32, base: u32) {
        let (mut fragment, mut line) = self.next;
        loop {
            let next_fragment = pressed.fragments.get(fragment).filter(|each| each.offset < end);
            let next_line = pressed.lines.get(line).filter(|each| each.offset < end);
            match (next_fragment, next_line) {
                (Some(first), other) if other.is_none_or(|other| first.offset <= other.offset) => {
                    if let Some(context) = self.contexts.get_mut(first.context) {
                        context.clear();
                        context.extend_from_slice(first.text.of(pressed.text.text()));
                    }
                    if self.recording.form.contexts.get(first.context).is_some_and(|context| context.of_set) {
                        self.origin = None;
                    }
                    fragment += 1;
                }
                (_, Some(next)) => {
                    self.line(pressed, bytes, next, base);
                    line += 1;
                }
                _ => break,
            }
        }
        self.next = (fragment, line);
    }

    fn line(&mut self, pressed: &Pressed, bytes: &[u8], line: &Line, base: u32) {
        let own = line.record == 0;
        let index = self.index;
        if own {
            self.index += 1;
            self.counts.records += 1;
            self.know_family(bytes, line);
            if std::mem::take(&mut self.bad) {
                return;
            }
            self.counts.taken += 1;
        }
        let origin = self.origin();
        if let Some(count) = self.counts.lines.get_mut(line.record) {
            *count += 1;
        }
        let Some(mut file) = self.outputs.get_mut(line.record).and_then(Option::take) else { return };
        file.compose(|text| self.compose(pressed, bytes, line, (origin, own.then_some(index), base), text));
        self.outputs[line.record] = Some(file);
    }

    /// Appends a line; where it comes from, its place in the file, and what segments count from.
    fn compose(
        &self,
        pressed: &Pressed,
        bytes: &[u8],
        line: &Line,
        (origin, index, base): (u64, Option<u64>, u32),
        text: &mut Vec<u8>,
    ) {
        text.extend_from_slice(SOURCE_NUMBER);
        push_number(text, origin);
        if let Some(index) = index {
            text.extend_from_slice(br#","index":"#);
            push_number(text, index);
        }
        text.extend_from_slice(br#","segment_index":"#);
        push_number(text, line.segment.wrapping_add(base).into());
        let form = &self.recording.form;
        for at in form.records.get(line.record).into_iter().flat_map(|record| &record.contexts) {
            if form.contexts.get(*at).is_some_and(|context| !context.of_set) {
                self.context(*at, text);
            }
        }
        self.body(pressed, bytes, line, text);
        text.extend_from_slice(b"}\n");
    }

    /// Appends what the context `at` tells.
    fn context(&self, at: usize, out: &mut Vec<u8>) {
        let (Some(context), Some(said)) = (self.recording.form.contexts.get(at), self.contexts.get(at)) else { return };
        if said.is_empty() {
            return;
        }
        out.push(b',');
        if let Some(key) = &context.key {
            string(out, key.as_bytes());
            out.extend_from_slice(b":{");
        }
        out.extend_from_slice(said);
        out.extend_from_slice(if context.key.is_some() { b"}" } else { b"" });
    }

    /// The number of the line that says where records come from, which is written before the first of them: the envelope,
    /// and what the set tells of all of them.
    fn origin(&mut self) -> u64 {
        if let Some(number) = self.origin {
            return number;
        }
        let at = self.outputs.len() - 1;
        let number = self.counts.lines.get(at).copied().unwrap_or_default();
        let mut line = std::mem::take(&mut self.scratch);
        line.clear();
        line.extend_from_slice(br#"{"schema_version":2,"id":"#);
        push_number(&mut line, number);
        line.extend_from_slice(&self.source);
        let recording = Arc::clone(&self.recording);
        let of_set = |source: bool| {
            let contexts = recording.form.contexts.iter().enumerate();
            let told = contexts.filter(|(_, context)| context.of_set && context.output.is_none());
            told.filter(move |(_, context)| (context.key.as_deref() == Some(SOURCE)) == source).map(|(at, _)| at)
        };
        for at in of_set(true).filter(|at| self.contexts.get(*at).is_some_and(|said| !said.is_empty())) {
            line.push(b',');
            line.extend_from_slice(&self.contexts[at]);
        }
        line.push(b'}');
        of_set(false).for_each(|at| self.context(at, &mut line));
        line.extend_from_slice(b"}\n");
        self.append(at, &line);
        (self.scratch, self.origin) = (line, Some(number));
        number
    }

    fn know_family(&mut self, bytes: &[u8], line: &Line) {
        if let Some(link) = line.link.filter(|link| link.secret)
            && let Some(ssn) = Ssn::read(link.span.of(bytes))
        {
            self.families.insert(ssn);
        }
    }

    /// What the record itself says: with the identifier of its family hidden, if another of the family has shown what it is.
    fn body(&self, pressed: &Pressed, bytes: &[u8], line: &Line, out: &mut Vec<u8>) {
        let said = line.text.of(pressed.text.text());
        if said.is_empty() {
            return;
        }
        out.push(b',');
        let secret = |link: &x12::record::Link| {
            !link.secret && Ssn::read(link.span.of(bytes)).is_some_and(|ssn| self.families.has(ssn))
        };
        match (line.link.filter(secret), line.hidden) {
            (None, _) => out.extend_from_slice(said),
            (Some(_), Some(hidden)) => out.extend_from_slice(hidden.of(pressed.text.text())),
            (Some(own), None) => {
                out.extend_from_slice(said.get(..own.start).unwrap_or_default());
                self.recording.form.hidden_link(own.span.of(bytes), &*self.recording, out);
                out.extend_from_slice(said.get(own.end..).unwrap_or_default());
            }
        }
    }

    /// A line of quarantine.jsonl for `finding`, without its end.
    fn reason(&self, finding: &Finding, told: &Reason<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let info = told.info;
        let position = &finding.position;
        let mut text = |key: &str, value: Option<&[u8]>| {
            out.extend_from_slice(key.as_bytes());
            match value.filter(|value| !value.is_empty()) {
                Some(value) => string(&mut out, value),
                None => out.extend_from_slice(b"null"),
            }
        };
        text(r#"{"code":"#, Some(info.name.as_bytes()));
        text(r#","severity":"#, Some(finding.severity.name().as_bytes()));
        text(r#","message":"#, Some(info.title.as_bytes()));
        text(r#","fix":"#, Some(info.fix.as_bytes()));
        text(r#","kind":"#, Some(self.recording.subject.set.as_bytes()));
        text(r#","file":"#, Some(self.file.as_bytes()));
        for (key, control) in [r#","interchange":"#, r#","group":"#, r#","set":"#].iter().zip(told.controls) {
            text(key, control);
        }
        text(r#","loop":"#, told.loop_id.map(str::as_bytes));
        text(r#","segment":"#, Some(told.segment.as_bytes()));
        text(r#","value":"#, Some(masked(told.value).as_bytes()));
        text(r#","subscriber":"#, self.subscriber(told.line).as_deref().map(str::as_bytes));
        text(r#","scope":"#, Some(finding.scope.name().as_bytes()));
        let profile = self.recording.profile.as_ref();
        text(r#","profile":"#, profile.map(|(name, _)| name.as_bytes()));
        text(r#","profile_version":"#, profile.map(|(_, version)| version.as_bytes()));
        let in_record = finding.scope > Scope::Set;
        let some = |number: u32| (number > 0).then_some(u64::from(number));
        for (key, number) in [
            (r#","row":"#, None),
            (r#","path":"#, None),
            (r#","field":"#, None),
            (r#","index":"#, in_record.then_some(self.index)),
            (r#","segment_index":"#, some(position.segment)),
            (r#","element":"#, some(position.element.into())),
            (r#","component":"#, some(position.component.into())),
        ] {
            out.extend_from_slice(key.as_bytes());
            match number {
                Some(number) => push_number(&mut out, number),
                None => out.extend_from_slice(b"null"),
            }
        }
        out
    }

    /// The token of the family of a record.
    fn subscriber(&self, line: Option<(&Line, &[u8])>) -> Option<String> {
        let (own, bytes) = line?;
        let family = own.link?;
        let value = family.span.of(bytes);
        match Ssn::read(value).filter(|ssn| family.secret || self.families.has(*ssn)) {
            Some(ssn) => Some(self.recording.tokens.token("ssn", ssn.digits())),
            None => Some(self.recording.tokens.token("subscriber", value)),
        }
    }

    /// `finding` speaks against the record at hand, or against a level above it.
    pub(crate) fn found(&mut self, finding: &Finding, told: &Reason<'_>) {
        let error = finding.severity == Severity::Error;
        let depth = match finding.scope {
            Scope::Interchange => 0,
            Scope::Group => 1,
            Scope::Set => 2,
            _ => {
                self.bad |= error;
                let mut line = self.reason(finding, told);
                line.extend_from_slice(b",\"members\":null}\n");
                if let Some(quarantine) = &mut self.quarantine {
                    quarantine.append(&line);
                }
                return;
            }
        };
        if error && self.levels.get(depth).is_some_and(|level| level.reasons.len() < MOST_REASONS) {
            let reason = self.reason(finding, told);
            self.levels[depth].reasons.push(reason);
        }
    }
}

/// The context that says where records come from.
const SOURCE: &str = "source";

/// The file that has a line for each source of records.
const SOURCES: &str = "sources";

/// How a record begins: with the number of its source.
const SOURCE_NUMBER: &[u8] = br#"{"source":"#;

/// What the outputs are called, of the form's records, its contexts, and the sources.
fn outputs(form: &Form) -> impl Iterator<Item = Option<&str>> {
    let names = form.records.iter().map(|record| Some(record.output.as_str()));
    names.chain(form.contexts.iter().map(|context| context.output.as_deref())).chain([Some(SOURCES)])
}

/// What is told of a finding beside itself.
pub(crate) struct Reason<'a> {
    pub(crate) info: &'a Info,
    pub(crate) controls: [Option<&'a [u8]>; 3],
    pub(crate) loop_id: Option<&'a str>,
    pub(crate) segment: String,
    pub(crate) value: &'a [u8],
    /// The record's own line.
    pub(crate) line: Option<(&'a Line, &'a [u8])>,
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
        let bytes = part.sheet.bytes();
        records.put_down(&part.sheet.analysed.batches.pressed, bytes, part.end, self.piece_base);
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

fn push_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(decimal(number, &mut [0; 20]));
}
