//! A whole run: `scrub` and `validate` over some files.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use x12::acknowledge::{Stamp, Standing};
use x12::finding::{Catalog, Severity};
use x12::guide::Guides;
use x12::scrub::Rules;
use x12::validate::Options;
use x12::wire::Output;

use crate::analyse::Analysed;
use crate::batches::{Fields, Maps, Wanted};
use crate::day;
use crate::desk::{Bench, Chosen, Desk, Judge, Manner, NUMBERS, Records, Rulings, Seen, Sent, WINDOW, stem};
use crate::error::Error;
use crate::job::{Command, Job};
use crate::records::{Recording, Subject};
use crate::rules::Rulebook;
use crate::run::{self, Sink};
use crate::setting::Setting;
use crate::source::Source;
use crate::stage::Stage;
use crate::token::Tokens;

/// Hears bytes done and bytes in all, about ten times a second; an error stops the run.
pub type Progress<'c> = Box<dyn FnMut(u64, Option<u64>) -> Result<(), Error> + 'c>;

/// Gives the report for a result.
pub type Report<'c> = Box<dyn FnOnce(&str) -> Result<String, Error> + 'c>;

/// What the caller wants to hear and to be asked during a run.
pub struct Callbacks<'c> {
    /// Hears how far the run is.
    pub progress: Option<Progress<'c>>,
    /// Rules that are functions of the user's.
    pub judge: Option<Box<dyn Judge + 'c>>,
    /// Asked for the report, when the rest is written.
    pub report: Option<Report<'c>>,
}

/// Does `job` and returns its result as JSON: `summary`, `run`, `reasons`, `exit`.
///
/// # Errors
/// When an input cannot be read, an output cannot be written, or a callback fails. Nothing is left in the output
/// folder then.
pub fn run(job: &Job, callbacks: Callbacks<'_>) -> Result<String, Error> {
    let begun = Instant::now();
    let Callbacks { progress, judge, report } = callbacks;
    let setup = Setup::new(job, if judge.is_some() { &Fields::Whole } else { &Fields::Read })?;
    let mut sources = job.inputs.iter().map(|path| Source::open(path, job.signals)).collect::<Result<Vec<_>, _>>()?;
    let mut meter = Meter::new(progress, sources.iter().map(Source::total).sum());
    let stage = job.out.as_deref().map(|out| Stage::new(out, job.force)).transpose()?;
    let mut desk = setup.desk(job, stage, judge);
    let mut inputs = Vec::new();
    let names: Vec<String> = sources.iter().map(Source::name).collect();
    for (source, (name, ordinal)) in sources.iter_mut().zip(labels(&names)) {
        desk.begin_file(&name, ordinal);
        if let Some(records) = &mut desk.records {
            // a pipe is known by no digest
            records.begin_file(&name, source.total().is_some());
        }
        if desk.records.is_some() || job.out.is_some() {
            source.take_digest(); // for run.json, and for where records come from
        }
        let rules = desk.rules().cloned();
        let mut both = Metered { desk: &mut desk, meter: &mut meter };
        let read = run::read(source, &setup.setting, rules.as_ref(), (job.piece(), job.workers()), &mut both);
        source.settle(read)?;
        desk.end_file()?;
        if let Some(records) = &mut desk.records {
            records.end_file(source.digest().as_deref());
        }
        meter.next_file();
        inputs.push(json!({"file": name, "bytes": source.read_bytes(), "sha256": source.digest()}));
    }
    meter.tell(true)?;
    let Some(mut stage) = desk.close()? else {
        return Ok(setup.result(job, &desk, &inputs, begun).to_string());
    };
    stage.settle()?;
    if let Some(report) = report {
        let page = report(&setup.result(job, &desk, &inputs, begun).to_string())?;
        stage.whole("report.html", page.as_bytes())?;
        stage.settle()?;
    }
    let result = setup.result(job, &desk, &inputs, begun);
    write_run(&mut stage, &result["run"])?;
    stage.whole("summary.json", pretty(&result["summary"]).as_bytes())?;
    stage.commit("summary.json")?;
    Ok(result.to_string())
}

/// Writes run.json: `run`, and the finished files with it. Of ten thousand interchanges there are fifty thousand, so that
/// they are nowhere else.
pub(crate) fn write_run(stage: &mut Stage, run: &Value) -> Result<(), Error> {
    let mut file = stage.file("run.json");
    let text = pretty(run);
    file.append(text.strip_suffix("\n}\n").unwrap_or(&text).as_bytes());
    file.append(b",\n  \"outputs\": [");
    let mut rows: Vec<_> = stage.finished().iter().collect();
    rows.sort_by_key(|row| &row.name);
    for (number, row) in rows.into_iter().enumerate() {
        file.append(if number == 0 { b"\n    " } else { b",\n    " });
        file.append(json!({"file": row.name, "bytes": row.len, "sha256": row.digest()}).to_string().as_bytes());
    }
    file.append(b"\n  ]\n}\n");
    stage.finish(file)
}

/// What each input, by its name without folders, is called in everything that is written, and what its outputs' names need to
/// differ from all others: the second `claims.837` is `claims~1.837`, the `claims.x12` behind them needs a 2. A name that an
/// input has is given to no other.
pub(crate) fn labels(names: &[String]) -> Vec<(String, usize)> {
    let theirs: HashSet<&str> = names.iter().map(String::as_str).collect();
    let stems: HashSet<String> = names.iter().map(|name| stem(name, 0)).collect();
    // of so many numbers one is free
    let most = 3 * names.len() + 1;
    let (mut given, mut written, mut labels) = (HashMap::new(), HashSet::new(), Vec::new());
    for name in names {
        let free = |stem: &String| !written.contains(stem) && !stems.contains(stem);
        let fits = |other: &String| !theirs.contains(other.as_str()) && free(&stem(other, 0));
        let number = match given.get(name) {
            None => 0,
            Some(last) => (last + 1..=last + most).find(|number| fits(&numbered(name, *number))).unwrap_or_default(),
        };
        given.insert(name, number);
        let own = if number == 0 { name.clone() } else { numbered(name, number) };
        let taken = written.contains(&stem(&own, 0));
        let ordinal =
            if taken { (1..=most).find(|ordinal| free(&stem(&own, *ordinal))).unwrap_or_default() } else { 0 };
        written.insert(stem(&own, ordinal));
        labels.push((own, ordinal));
    }
    labels
}

/// `claims~1.837` of `claims.837`.
fn numbered(name: &str, number: usize) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem}~{number}.{extension}"),
        _ => format!("{name}~{number}"),
    }
}

pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Tells how far a run is.
pub(crate) struct Meter<'c> {
    progress: Option<Progress<'c>>,
    last: Instant,
    before: u64,
    done: u64,
    total: Option<u64>,
}

impl<'c> Meter<'c> {
    /// Of a run over `total` bytes, where that is known.
    pub(crate) fn new(progress: Option<Progress<'c>>, total: Option<u64>) -> Self {
        Self { progress, last: Instant::now(), before: 0, done: 0, total }
    }

    /// So many bytes of the file at hand are done.
    pub(crate) fn done(&mut self, bytes: u64) -> Result<(), Error> {
        self.done = self.before + bytes;
        self.tell(false)
    }

    /// All of it is done once more.
    pub(crate) fn restart(&mut self) {
        (self.before, self.done) = (0, 0);
    }

    /// The file at hand is done.
    pub(crate) fn next_file(&mut self) {
        self.before = self.done;
    }

    /// Tells how far the run is, if it is time or has to be `now`.
    pub(crate) fn tell(&mut self, now: bool) -> Result<(), Error> {
        let Some(progress) = &mut self.progress else { return Ok(()) };
        if now || self.last.elapsed().as_millis() >= 100 {
            self.last = Instant::now();
            progress(self.done, self.total)?;
        }
        Ok(())
    }
}

struct Metered<'a, 'd, 'c> {
    desk: &'a mut Desk<'d>,
    meter: &'a mut Meter<'c>,
}

impl Sink for Metered<'_, '_, '_> {
    fn piece(&mut self, analysed: &mut Analysed, source: &Source) -> Result<(), Error> {
        self.desk.piece(analysed, source)?;
        self.meter.done(self.desk.file.bytes)
    }
}

/// What a job comes to before the first byte is read: shared by runs and readers.
pub(crate) struct Setup {
    pub(crate) setting: Arc<Setting>,
    tokens: Tokens,
    catalog: Catalog,
    /// What claims are judged by, if they are.
    rules: Option<Arc<Rulebook>>,
    received: i32,
    stamp: Stamp,
}

impl Setup {
    /// Of claims those `fields` are taken that somebody asks for.
    pub(crate) fn new(job: &Job, fields: &Fields) -> Result<Self, Error> {
        let mut guides = Guides::embedded();
        for (name, text) in &job.overlays {
            guides.add_overlay(text).map_err(|error| Error::Usage(crate::guides::located(name, &error)))?;
        }
        let now = day::now();
        let as_of = job.as_of.as_deref().map(day::parse).transpose()?;
        guides.take_for_today(day::number(as_of.unwrap_or(now.day)));
        let received = job.received_date.as_deref().map(day::parse).transpose()?;
        let today = as_of.unwrap_or(now.day);
        let tokens = job.tokens()?;
        let mut catalog = Catalog::default();
        let received = received.unwrap_or(today);
        let rules = rulebook(job, fields, &tokens, (today, received), &mut catalog)?;
        let rules = rules.map(Arc::new);
        let recording = match fields {
            Fields::Wished(wish) => Recording::new(job, &tokens, Some(wish))?,
            Fields::Read | Fields::Whole => Recording::new(job, &tokens, None)?,
        };
        for reason in recording.iter().flat_map(|recording| &recording.reasons) {
            catalog.register(reason.clone());
        }
        let wanted = match Subject::of(job.command) {
            Some(subject) => Wanted::Records(subject.set),
            None if has_claims(job.command) => Wanted::Claims { rules: rules.clone(), fields: fields.clone() },
            None => Wanted::Nothing,
        };
        let time = if job.as_of.is_some() || job.received_date.is_some() { *b"0000" } else { now.time };
        Ok(Self {
            setting: Arc::new(Setting {
                guides: Arc::new(guides),
                maps: Maps::new(wanted),
                recording,
                options: Options::default(),
                aliases: job.guide_aliases,
                limits: job.limits.limits(),
            }),
            tokens,
            catalog,
            rules,
            received,
            stamp: Stamp { date: day::compact(today), time },
        })
    }

    pub(crate) fn desk<'j>(&self, job: &Job, stage: Option<Stage>, judge: Option<Box<dyn Judge + 'j>>) -> Desk<'j> {
        let (scrubbing, extracting) = (job.command == Command::Scrub, job.command == Command::Extract);
        let rulings = Rulings {
            guides: Arc::clone(&self.setting.guides),
            inputs: job.inputs.len(),
            manner: Manner {
                stamp: self.stamp,
                received: day::compact(self.received),
                standing: if job.payer_mode { Standing::Payer } else { Standing::Clearinghouse },
                claims: scrubbing,
            },
            reject_unit: job.reject_unit,
            show_phi: job.show_phi,
            claims_per_set: job.max_claims_per_set,
            control_start: job.control_start,
            split: scrubbing || extracting,
            worklist: scrubbing && job.worklist,
            verdicts: scrubbing && job.verdicts,
            keep_controls: extracting && job.keep_controls,
            chosen: extracting.then(|| Chosen::new(job.select.clone())),
        };
        let seen = if job.exact { Seen::exact(stage.as_ref().map(Stage::folder)) } else { Seen::window(WINDOW) };
        let records =
            self.setting.recording.as_ref().map(|recording| Records::new(recording, stage.as_ref(), job.worklist));
        let (catalog, tokens) = (self.catalog.clone(), self.tokens.clone());
        let mut desk = Desk::new(rulings, catalog, tokens, stage, self.bench(job), seen, judge);
        desk.records = records.map(Box::new);
        desk.sent = job.digests.clone().map(Sent::new);
        desk
    }

    /// What claims are judged with, where they are.
    fn bench(&self, job: &Job) -> Option<Bench> {
        let bench = || Bench { setting: Arc::clone(&self.setting), rules: self.rules.clone(), docs: job.docs.clone() };
        has_claims(job.command).then(bench)
    }

    pub(crate) fn result(&self, job: &Job, desk: &Desk<'_>, inputs: &[Value], begun: Instant) -> Value {
        let totals = &desk.totals;
        let judged = desk.scrubs.iter().zip(&desk.judging);
        let rules =
            judged.filter_map(|(scrub, judging)| Some((&scrub.as_ref()?.rules.as_ref()?.program, &judging.counts[..])));
        let rules: Vec<_> = rules.collect();
        let bench = desk.bench.as_ref();
        let there = |list: &str| self.rules.as_ref().is_some_and(|rules| rules.has_table(list));
        let mut summary = totals.summary(&desk.catalog, &desk.names, &desk.tokens, (&rules, &there), bench.is_some());
        let window = |most: usize| (!job.exact).then_some(most);
        summary["windows"] = json!({
            "duplicate_claims": window(WINDOW),
            "exceeded": totals.forgot,
            "numbers": window(NUMBERS),
            "numbers_exceeded": totals.forgot_numbers,
        });
        if let Some(records) = &desk.records {
            summary = records.totals(totals, &desk.catalog);
        }
        summary["token_key_id"] = job.token_key_id.clone().into();
        let guides: serde_json::Map<String, Value> =
            self.setting.guides.list().map(|info| (info.kind.clone(), info.version.clone().into())).collect();
        let bytes: u64 = inputs.iter().filter_map(|row| row["bytes"].as_u64()).sum();
        json!({
            "summary": summary,
            "run": {
                "version": env!("CARGO_PKG_VERSION"),
                "options": options(job),
                "inputs": inputs,
                "guides": guides,
                "overlay": desk.overlays(),
                "ruleset": bench.and_then(Bench::version),
                "tables": bench.map(Bench::tables).unwrap_or_default(),
                "seconds": (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
                "bytes": bytes,
                "peak_rss_bytes": peak_rss(),
            },
            "profile": profile(job, desk),
            "reasons": totals.reasons(&desk.catalog),
            "exit": i32::from(totals.has_errors()),
        })
    }
}

/// What claims are judged by on these days, if they are.
fn rulebook(
    job: &Job,
    fields: &Fields,
    tokens: &Tokens,
    days: (i32, i32),
    catalog: &mut Catalog,
) -> Result<Option<Rulebook>, Error> {
    let Some(program) = job.program.as_ref().filter(|_| job.command != Command::Validate) else { return Ok(None) };
    let mut secret = [0; 16];
    secret.copy_from_slice(&tokens.digest("duplicate", b"")[..16]);
    let mut rules = Rules::read(program, catalog).map_err(|error| Error::Usage(error.to_string()))?;
    if matches!(fields, Fields::Wished(wish) if !wish.findings) {
        rules.limit(Severity::Error);
    }
    let tables = crate::codes::tables(&job.tables)?;
    let rulebook = Rulebook::new((rules, tables, job.measure_rules), secret, days);
    Ok(Some(rulebook.remembering(job.digests.is_some())))
}

/// Whether a command looks into claims.
fn has_claims(command: Command) -> bool {
    matches!(command, Command::Scrub | Command::Read | Command::Extract)
}

/// What each rule took, in nanoseconds, over all kinds of claims; null where it was not measured.
fn profile(job: &Job, desk: &Desk<'_>) -> Value {
    if !job.measure_rules {
        return Value::Null;
    }
    let mut spent = serde_json::Map::new();
    for rules in desk.scrubs.iter().flatten().filter_map(|scrub| scrub.rules.as_ref()) {
        for (rule, nanoseconds) in rules.spent() {
            let before = spent.get(rule).and_then(Value::as_u64).unwrap_or(0);
            spent.insert(rule.to_owned(), (before + nanoseconds).into());
        }
    }
    spent.into()
}

fn options(job: &Job) -> Value {
    json!({
        "as_of": job.as_of,
        "received_date": job.received_date,
        "reject_unit": if job.reject_unit == crate::job::RejectUnit::Set { "set" } else { "claim" },
        "guide_aliases": job.guide_aliases,
        "control_start": job.control_start,
        "max_claims_per_set": job.max_claims_per_set,
        "show_phi": job.show_phi,
        "worklist": job.worklist,
        "exact": job.exact,
        "payer_mode": job.payer_mode,
        "threads": job.workers(),
    })
}

/// The most memory this process has used, in bytes; `null` where the system does not tell.
fn peak_rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_the_same_name_are_told_apart() {
        let named = |inputs: &[&str]| labels(&inputs.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let found = named(&["claims.837", "claims.837", "claims.x12", ".837", ".837", "other.837"]);
        let expected =
            [("claims.837", 0), ("claims~1.837", 0), ("claims.x12", 2), (".837", 0), (".837~1", 0), ("other.837", 0)];
        assert_eq!(found, expected.map(|(name, ordinal)| (name.to_owned(), ordinal)));
        // what an input is really called, no other is
        let found = named(&["x.837", "x.837", "x~1.837", "x.txt", "x\u{1}.837", "x_.837"]);
        let expected = [("x.837", 0), ("x~2.837", 0), ("x~1.837", 0), ("x.txt", 3), ("x\u{1}.837", 0), ("x_.837", 1)];
        assert_eq!(found, expected.map(|(name, ordinal)| (name.to_owned(), ordinal)));
    }
}
