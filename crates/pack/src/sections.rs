//! The interchanges of verdicts.jsonl, and which of their claims go to whom.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::error::Error;
use crate::verdict::Heading;

/// The verdicts of one interchange.
#[derive(Debug)]
pub struct Section {
    /// As the engine counts interchanges.
    pub engine_index: u64,
    /// ISA13.
    pub control: String,
    /// The first byte of its lines in verdicts.jsonl.
    pub start: u64,
    /// Behind the last.
    pub end: u64,
    /// Claims that the engine accepted.
    pub accepted: u64,
    /// Which of them go to whom, by number among the accepted ones, ends included.
    pub targets: BTreeMap<String, Vec<(u64, u64)>>,
}

/// Who takes the claims of a payer; None where nobody does. There are few payers: each is asked for once.
pub type Route<'r> = dyn FnMut(Option<&str>) -> Result<Option<String>, Error> + 'r;

/// The interchanges that have claims, in order.
///
/// # Errors
///
/// Where the file is not as the engine writes it, and where `route` fails.
pub fn sections(path: &Path, route: &mut Route<'_>) -> Result<(Vec<Section>, Takers), Error> {
    let mut file = BufReader::with_capacity(1 << 17, File::open(path)?);
    let mut found: Vec<Section> = Vec::new();
    let mut takers = Takers::default();
    let (mut line, mut at) = (Vec::new(), 0);
    while file.read_until(b'\n', &mut line)? > 0 {
        let verdict = Heading::read(&line)?;
        if found.last().is_none_or(|section| section.engine_index != verdict.interchange_index) {
            found.push(Section {
                engine_index: verdict.interchange_index,
                control: verdict.control().to_owned(),
                start: at,
                end: at,
                accepted: 0,
                targets: BTreeMap::new(),
            });
        }
        at += line.len() as u64;
        if let Some(section) = found.last_mut() {
            section.end = at;
            if verdict.accepted {
                section.accept(takers.asked(verdict.payer.as_deref(), route)?);
            }
        }
        line.clear();
    }
    Ok((found, takers))
}

impl Section {
    fn accept(&mut self, partner: Option<&str>) {
        let number = self.accepted;
        self.accepted += 1;
        let Some(partner) = partner else { return };
        if !self.targets.contains_key(partner) {
            self.targets.insert(partner.to_owned(), Vec::new());
        }
        let Some(ranges) = self.targets.get_mut(partner) else { return };
        match ranges.last_mut() {
            Some(last) if last.1 + 1 == number => last.1 = number,
            _ => ranges.push((number, number)),
        }
    }
}

/// The answers to all that was asked.
#[derive(Clone, Debug, Default)]
pub struct Takers {
    /// By payer; claims that name none are under the empty text.
    known: HashMap<String, Option<String>>,
}

impl Takers {
    fn asked(&mut self, payer: Option<&str>, route: &mut Route<'_>) -> Result<Option<&str>, Error> {
        let named = payer.unwrap_or_default();
        if !self.known.contains_key(named) {
            let partner = route(payer)?;
            self.known.insert(named.to_owned(), partner);
        }
        Ok(self.of(payer))
    }

    pub(crate) fn of(&self, payer: Option<&str>) -> Option<&str> {
        self.known.get(payer.unwrap_or_default())?.as_deref()
    }
}
