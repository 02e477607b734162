//! A line of verdicts.jsonl.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::Error;

const UNREADABLE: &str = "a verdict is not as the engine writes it";

/// What the engine says of a claim, as far as it is needed to send it on.
#[derive(Debug, Deserialize)]
pub(crate) struct Verdict<'a> {
    pub(crate) accepted: bool,
    pub(crate) group_index: u64,
    pub(crate) set_index: u64,
    #[serde(borrow)]
    group: Option<Cow<'a, str>>,
    #[serde(borrow)]
    set: Option<Cow<'a, str>>,
    pub(crate) claim_index: u64,
    #[serde(borrow)]
    claim: Option<Cow<'a, str>>,
    #[serde(borrow)]
    clearinghouse: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) payer: Option<Cow<'a, str>>,
    #[serde(borrow)]
    charge: Option<Cow<'a, str>>,
    #[serde(borrow)]
    codes: Vec<Cow<'a, str>>,
}

/// What tells where a claim goes, and no more: every line is read for it first.
#[derive(Debug, Deserialize)]
pub(crate) struct Heading<'a> {
    pub(crate) accepted: bool,
    pub(crate) interchange_index: u64,
    #[serde(borrow)]
    interchange: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) payer: Option<Cow<'a, str>>,
}

impl<'a> Heading<'a> {
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, Error> {
        serde_json::from_slice(line).map_err(|_| Error::Broken(UNREADABLE))
    }

    /// ISA13.
    pub(crate) fn control(&self) -> &str {
        text(self.interchange.as_ref())
    }
}

fn text<'v>(value: Option<&'v Cow<'_, str>>) -> &'v str {
    value.map_or("", |value| value.trim())
}

impl<'a> Verdict<'a> {
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, Error> {
        serde_json::from_slice(line).map_err(|_| Error::Broken(UNREADABLE))
    }

    /// GS06.
    pub(crate) fn group(&self) -> &str {
        text(self.group.as_ref())
    }

    /// ST02.
    pub(crate) fn set(&self) -> &str {
        text(self.set.as_ref())
    }

    /// What stands for CLM01.
    pub(crate) fn token(&self) -> &str {
        text(self.claim.as_ref())
    }

    /// What stands for the clearinghouse's number.
    pub(crate) fn trace(&self) -> &str {
        text(self.clearinghouse.as_ref())
    }

    /// The charge in cents.
    pub(crate) fn cents(&self) -> Result<i64, Error> {
        let Some(charge) = &self.charge else { return Ok(0) };
        charge.replace('.', "").parse().map_err(|_| Error::Broken("a charge is not as the engine writes it"))
    }

    /// The first error, where there is one.
    pub(crate) fn code(&self) -> Option<&str> {
        self.codes.first().map(AsRef::as_ref)
    }
}
