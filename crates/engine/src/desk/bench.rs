//! What claims are judged with, made when the first ones of a kind come.

use std::collections::HashMap;
use std::sync::Arc;

use super::Scrub;
use crate::analyse::Setting;
use crate::error::Error;
use crate::fields::ClaimFields;
use crate::rules::Rulebook;

/// Rules and what else there is to judge claims with, whatever kind they are of.
pub(crate) struct Bench {
    pub(crate) setting: Arc<Setting>,
    /// The rules, if there are any.
    pub(crate) rules: Option<Arc<Rulebook>>,
    /// Where to read of the user's own rules, by their ids.
    pub(crate) docs: HashMap<String, String>,
}

impl Bench {
    /// The digest that names the rules.
    pub(crate) fn version(&self) -> Option<&str> {
        self.rules.as_deref().map(Rulebook::version)
    }

    /// The code tables and the release of each.
    pub(crate) fn tables(&self) -> serde_json::Map<String, serde_json::Value> {
        let headers = self.rules.as_deref().map(Rulebook::tables).unwrap_or_default();
        let row = |header: &serde_json::Value| Some((header["table"].as_str()?.to_owned(), header["release"].clone()));
        headers.iter().filter_map(row).collect()
    }

    /// What claims of `map` are judged with.
    pub(super) fn scrub(&self, map: usize) -> Result<Scrub, Error> {
        let taps = self.setting.maps.get(map).ok_or_else(|| Error::Internal(format!("there is no claim map {map}")))?;
        Ok(Scrub {
            fields: ClaimFields::new(&taps.schema),
            taps: Arc::clone(taps),
            rules: self.rules.as_ref().map(|rules| rules.of(map).cloned()).transpose()?,
            docs: self.docs.clone(),
        })
    }
}
