//! What claims are judged with, made when the first ones of a kind come.

use std::collections::HashMap;
use std::sync::Arc;

use x12::scrub::{DuplicateKey, Program, RuleError, Rules};

use super::{ClaimFields, Scrub};
use crate::analyse::Setting;
use crate::error::Error;

/// Rules and what else there is to judge claims with, whatever kind they are of.
pub(crate) struct Bench {
    pub(crate) setting: Arc<Setting>,
    /// The rules, if there are any.
    pub(crate) rules: Option<Rules>,
    /// Where to read of the user's own rules, by their ids.
    pub(crate) docs: HashMap<String, String>,
    pub(crate) duplicate_key: [u8; 16],
    /// By version of the guide: a map may be bound to several plans of it.
    pub(crate) programs: HashMap<String, Arc<Program>>,
}

impl Bench {
    /// The digest that names the rules.
    pub(crate) fn version(&self) -> Option<&str> {
        self.rules.as_ref().map(Rules::version)
    }

    /// What claims of `map` are judged with.
    pub(super) fn scrub(&mut self, map: usize) -> Result<Scrub, Error> {
        let unusable = |error: RuleError| Error::Usage(error.to_string());
        let taps = self.setting.maps.get(map).ok_or_else(|| Error::Internal(format!("there is no claim map {map}")))?;
        let known = self.programs.get(&taps.map.version).cloned();
        let program = match (known, &self.rules) {
            (None, Some(rules)) => {
                let made = Arc::new(rules.program(&taps.map.kind, &taps.schema).map_err(unusable)?);
                self.programs.insert(taps.map.version.clone(), Arc::clone(&made));
                Some(made)
            }
            (known, _) => known,
        };
        let key = program.as_ref().map(|_| DuplicateKey::compile(&taps.schema));
        Ok(Scrub {
            fields: ClaimFields::new(Arc::clone(taps)),
            taps: Arc::clone(taps),
            program,
            docs: self.docs.clone(),
            duplicates: key.transpose().map_err(unusable)?,
            duplicate_key: self.duplicate_key,
        })
    }
}
