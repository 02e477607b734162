//! What claims are judged with, made when the first ones of a kind come.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use x12::scrub::{Program, Rule};

use super::Scrub;
use crate::error::Error;
use crate::fields::ClaimFields;
use crate::rules::Rulebook;
use crate::setting::Setting;

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
        let rules = self.rules.as_ref().map(|rules| rules.of(map).cloned()).transpose()?;
        Ok(Scrub {
            fields: ClaimFields::new(&taps.schema),
            taps: Arc::clone(taps),
            releases: rules.as_deref().map(|rules| self.releases(&rules.program)).unwrap_or_default(),
            rules,
            docs: self.docs.clone(),
        })
    }

    /// By rule, the code tables that it looks into and that are there, each with its release, as a JSON array.
    fn releases(&self, program: &Program) -> HashMap<String, String> {
        let there = self.tables();
        let told = |list: &String| {
            let table = list.split('.').next().unwrap_or_default();
            Some(format!("{table} {}", there.get(table)?.as_str()?))
        };
        let of = |rule: &Rule| {
            let lists = rule.code_tables.iter().filter_map(|&at| program.code_tables().get(at));
            let tables: BTreeSet<String> = lists.filter_map(told).collect();
            (!tables.is_empty()).then(|| (rule.id.clone(), serde_json::json!(tables).to_string()))
        };
        program.rules().iter().filter_map(of).collect()
    }
}
