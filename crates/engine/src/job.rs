//! What the engine is asked to do: the JSON job of the Python face, as a value.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde::Deserialize;
use x12::finding::{Answer, Home, Info, Severity};
use x12::record::Differences;

use crate::error::Error;
use crate::token::Tokens;

/// The work to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Judge every claim and write all outputs.
    Scrub,
    /// Hold files against their guides.
    Validate,
    /// Hand claims out.
    Read,
    /// Show the tree.
    Inspect,
    /// Take claims out by number, whatever is wrong with them.
    Extract,
    /// Write members of 834 files down.
    Enroll,
    /// Write payments of 835 files down.
    Remit,
}

/// What a fault of syntax inside one claim takes down with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RejectUnit {
    /// Its claim.
    #[default]
    Claim,
    /// Its whole set.
    Set,
}

/// Caps on the parts of a segment; what is absent is the engine's own.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    element: Option<u32>,
    segment: Option<u32>,
    repetitions: Option<u32>,
    elements: Option<u32>,
}

impl Caps {
    /// As the scanner takes them.
    pub(crate) fn limits(self) -> x12::wire::Limits {
        let own = x12::wire::Limits::default();
        x12::wire::Limits {
            element: self.element.unwrap_or(own.element),
            segment: self.segment.unwrap_or(own.segment),
            repetitions: self.repetitions.unwrap_or(own.repetitions),
            elements: self.elements.unwrap_or(own.elements),
        }
    }
}

/// How a carrier's files differ, as far as that decides what is written of a record.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What it is called; empty where there is none.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The identifier of a subscriber is a social security number.
    pub(crate) subscriber_is_ssn: bool,
    /// Where it is; the first that is there.
    subscriber: Vec<String>,
    /// Which date a coverage begins with; the first that is there.
    begin: Vec<String>,
    /// As `begin`, of its end.
    end: Vec<String>,
    /// By list, the carrier's codes and what they mean.
    aliases: HashMap<String, HashMap<String, String>>,
    /// Values that several are packed into.
    splits: Vec<Split>,
    /// Fields that must be there.
    required: Vec<String>,
    /// Fields that must not.
    forbidden: Vec<String>,
}

/// A value that several are packed into.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    field: String,
    by: String,
    into: Vec<Option<String>>,
}

impl Profile {
    /// As records are written by it.
    pub(crate) fn differences(&self) -> Differences {
        let aliases = self
            .aliases
            .iter()
            .flat_map(|(list, codes)| codes.iter().map(|(code, meant)| (list.clone(), code.clone(), meant.clone())));
        let split = |split: &Split| (split.field.clone(), split.by.clone(), split.into.clone());
        Differences {
            subscriber: self.subscriber.clone(),
            begin: self.begin.clone(),
            end: self.end.clone(),
            aliases: aliases.collect(),
            splits: self.splits.iter().map(split).collect(),
            required: ("FIELD_REQUIRED".to_owned(), self.required.clone()),
            forbidden: ("FIELD_FORBIDDEN".to_owned(), self.forbidden.clone()),
        }
    }
}

/// What a record is held back for, or noted: how bad it is, what is wrong, and what helps.
#[derive(Clone, Debug, Deserialize)]
pub struct Reason(String, String, Option<String>);

impl Reason {
    /// As the catalog has it; nothing answers it.
    pub(crate) fn info(&self, code: &str) -> Info {
        let Self(severity, message, fix) = self;
        let severity = match severity.as_str() {
            "info" => Severity::Info,
            "warning" => Severity::Warning,
            _ => Severity::Error,
        };
        let (title, fix) = (message.clone(), fix.clone().unwrap_or_default());
        Info { name: code.to_owned(), severity, snip: 7, home: Answer::from(Home::None), title, fix }
    }
}

/// What looks at signals; the engine itself knows none.
pub type Signals = fn() -> Result<(), Error>;

/// One run.
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line, named there")]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The work.
    pub command: Command,
    /// Paths; `-` is the standard input.
    #[serde(default)]
    pub inputs: Vec<PathBuf>,
    /// The folder to write.
    #[serde(default)]
    pub out: Option<PathBuf>,
    /// Threads; 0 is one a core.
    #[serde(default)]
    pub threads: usize,
    /// Bytes read at a time.
    #[serde(default = "window")]
    pub window: usize,
    /// Take other releases of a guide for the guide.
    #[serde(default)]
    pub guide_aliases: bool,
    /// Partners' overlays: what each is called in messages, and its text.
    #[serde(default)]
    pub overlays: Vec<(String, String)>,
    /// What a fault of syntax takes down.
    #[serde(default)]
    pub reject_unit: RejectUnit,
    /// The day that rules take for today, CCYY-MM-DD.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The day the file was received, CCYY-MM-DD.
    #[serde(default)]
    pub received_date: Option<String>,
    /// First new control number.
    #[serde(default)]
    pub control_start: Option<u32>,
    /// Most claims in a set that is written.
    #[serde(default = "claims_per_set")]
    pub max_claims_per_set: u32,
    /// Key of the tokens, hexadecimal.
    #[serde(default)]
    pub token_key: String,
    /// Its name.
    #[serde(default)]
    pub token_key_id: String,
    /// Identifiers in clear.
    #[serde(default)]
    pub show_phi: bool,
    /// Write worklist.csv.
    #[serde(default = "yes")]
    pub worklist: bool,
    /// Overwrite a folder that is not empty.
    #[serde(default)]
    pub force: bool,
    /// Remember everything that must be unique, on disk if need be.
    #[serde(default)]
    pub exact: bool,
    /// The rule set, as JSON of its own.
    #[serde(default)]
    pub program: Option<String>,
    /// Files of codes that rules look into.
    #[serde(default)]
    pub tables: Vec<PathBuf>,
    /// Where rules of the user's own are written, by their ids.
    #[serde(default)]
    pub docs: HashMap<String, String>,
    /// Words for the codes of records: lines of list, code and word.
    #[serde(default)]
    pub words: String,
    /// What records are judged by beside their guide, by code; what is not named is not judged.
    #[serde(default)]
    pub reasons: BTreeMap<String, Reason>,
    /// How the carrier differs whose members are read.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Caps.
    #[serde(default)]
    pub limits: Caps,
    /// Asked where a read may wait, or was cut short: an error ends the run.
    #[serde(skip)]
    pub signals: Option<Signals>,
    /// Measure what each rule costs.
    #[serde(default)]
    pub measure_rules: bool,
    /// Answer as a payer: accepted claims are `A2:20`, not `A1:19`.
    #[serde(default)]
    pub payer_mode: bool,
    /// Write verdicts.jsonl.
    #[serde(default)]
    pub verdicts: bool,
    /// Where the digests of claims are written that were sent.
    #[serde(default)]
    pub digests: Option<PathBuf>,
    /// The claims to take out: first and last index of each range.
    #[serde(default)]
    pub select: Vec<(u64, u64)>,
    /// What is taken out keeps its control numbers, since it stands for the whole.
    #[serde(default)]
    pub keep_controls: bool,
}

fn window() -> usize {
    96 * 1024
}

fn claims_per_set() -> u32 {
    5_000
}

fn yes() -> bool {
    true
}

impl Job {
    /// Reads a job from its JSON.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is not one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::Usage(format!("the job cannot be read: {error}")))
    }

    /// How many bytes a piece has. Where nothing of a piece is kept but what is wrong with it, larger ones take no room to speak of,
    /// and spare some of what each of them costs.
    pub(crate) fn piece(&self) -> usize {
        if self.command == Command::Validate { self.window.saturating_mul(2) } else { self.window }
    }

    /// What makes the tokens of the job.
    ///
    /// # Errors
    /// [`Error::Usage`] when the key is not hexadecimal.
    pub fn tokens(&self) -> Result<Tokens, Error> {
        Ok(Tokens::new(&self.key()?, &self.token_key_id))
    }

    /// The token key as bytes.
    fn key(&self) -> Result<Vec<u8>, Error> {
        let text = self.token_key.as_bytes();
        let pairs =
            text.chunks(2).map(|pair| std::str::from_utf8(pair).ok().and_then(|two| u8::from_str_radix(two, 16).ok()));
        pairs.collect::<Option<Vec<u8>>>().ok_or_else(|| Error::Usage("the token key is not hexadecimal".to_owned()))
    }

    /// How many threads work.
    #[must_use]
    pub fn workers(&self) -> usize {
        if self.threads > 0 {
            return self.threads.min(64);
        }
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(16)
    }
}
