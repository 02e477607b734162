//! Files, windows, threads and staged outputs around the X12 core. No Python.
//!
//! The way of a file: [`source`](self) → cut into pieces → analysed in parallel → settled in order → the desk, which
//! judges claims and writes everything down, staged until the run is whole.

mod analyse;
mod batches;
mod cut;
mod day;
mod desk;
mod error;
mod inspect;
mod job;
mod peek;
mod read;
mod run;
mod scrub;
mod source;
mod stage;
mod standing;
mod token;
mod trail;

pub use desk::{HandedClaim, Judge, Judged};
pub use error::Error;
pub use inspect::inspect;
pub use job::{Command, Job, RejectUnit, Signals};
pub use read::Reader;
pub use scrub::{Callbacks, Progress, Report, run};

/// The guides compiled in, as a JSON list: name, transaction set, version, title, aliases, fingerprint.
#[must_use]
pub fn guides() -> String {
    let guides = x12::guide::Guides::embedded();
    let rows = guides.list().map(|info| {
        serde_json::json!({
            "name": info.kind,
            "transaction_set": info.set_id,
            "version": info.version,
            "title": info.title,
            "aliases": info.aliases,
            "fingerprint": guides.plan(&info.version).map_or(String::new(), |plan| format!("{:016x}", plan.fingerprint)),
        })
    });
    serde_json::Value::Array(rows.collect()).to_string()
}

/// SHA-256 of `bytes`, as lower-case hexadecimals.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    token::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes))
}
