//! The claim maps that come with the library, as text: each beside the guide that it speaks of.

use super::{ClaimMap, MapError};

/// The maps, by kind and version of their guide.
const MAPS: &[(&str, &str, &str)] = &[
    ("837P", "005010X222A1", include_str!("../../guides/837P-005010X222A1.claim")),
    ("837I", "005010X223A2", include_str!("../../guides/837I-005010X223A2.claim")),
    ("837D", "005010X224A2", include_str!("../../guides/837D-005010X224A2.claim")),
];

/// The maps of what is no claim.
const RECORDS: &[(&str, &str, &str)] = &[
    ("834", "005010X220A1", include_str!("../../guides/834-005010X220A1.record")),
    ("835", "005010X221A1", include_str!("../../guides/835-005010X221A1.record")),
];

impl ClaimMap {
    /// The map of the records of the sets called `kind` (834), with the version of its guide.
    ///
    /// # Errors
    /// When its text is faulty.
    #[must_use]
    pub fn of_records(kind: &str) -> Option<(&'static str, Result<Self, MapError>)> {
        let (_, version, text) = RECORDS.iter().find(|(known, ..)| *known == kind)?;
        Some((version, Self::parse(text)))
    }

    /// The guides that there is a map for, each by its kind and its version; in this order maps are numbered.
    pub fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
        MAPS.iter().map(|(kind, version, _)| (*kind, *version))
    }

    /// The map of the guide of `version` (ST03), if there is one.
    ///
    /// # Errors
    /// When its text is faulty.
    #[must_use]
    pub fn of(version: &str) -> Option<Result<Self, MapError>> {
        MAPS.iter().find(|(_, known, _)| *known == version).map(|(_, _, text)| Self::parse(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Guides;

    #[test]
    fn every_map_speaks_of_the_guide_that_it_is_kept_under() {
        let guides = Guides::embedded();
        for (kind, version) in ClaimMap::embedded() {
            let map = ClaimMap::of(version).unwrap().unwrap();
            let plan = guides.plan(version).unwrap();
            assert_eq!((map.kind.as_str(), map.version.as_str(), plan.kind.as_str()), (kind, version, kind));
        }
        assert!(ClaimMap::of("005010X221A1").is_none());
    }
}
