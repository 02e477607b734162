//! The guides at hand, compiled when first asked for.

use std::sync::{Arc, OnceLock};

use super::compile::compile;
use super::embedded::{BASES, GUIDES};
use super::grammar::GuideText;
use super::plan::{Plan, Role};
use super::text::{GuideError, fault};
use crate::wire::SegmentId;

/// The guides at hand.
#[derive(Debug, Default)]
pub struct Guides {
    entries: Vec<Entry>,
    claim_openers: OnceLock<Vec<SegmentId>>,
}

/// What is known of a guide before it is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideInfo {
    /// `837P`.
    pub kind: String,
    /// ST03 and GS08.
    pub version: String,
    /// What it is called.
    pub title: String,
    /// ST01.
    pub set_id: String,
    /// GS01.
    pub group_id: String,
    /// Other releases of it, before and after, taken by option.
    pub aliases: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    info: GuideInfo,
    has_claims: bool,
    base: String,
    text: String,
    plan: OnceLock<Result<Arc<Plan>, GuideError>>,
}

/// Which guide a set is judged by.
#[derive(Clone, Debug)]
pub enum Route {
    /// This one.
    Plan(Arc<Plan>),
    /// This one, but sets of its kind do not belong in a group with this GS01.
    WrongGroup(Arc<Plan>),
    /// The set is known, but neither ST03 nor GS08 names a guide.
    MissingGuide,
    /// The set is known, the guide that it names is not.
    UnsupportedGuide,
    /// No guide is for such a set.
    UnsupportedSet,
    /// The guide's text is faulty.
    Broken(GuideError),
}

impl Guides {
    /// The guides that come with the library.
    #[must_use]
    pub fn embedded() -> Self {
        let mut guides = Self::default();
        for text in GUIDES {
            // a test sees to it that each can be added
            let _ = guides.add(text);
        }
        guides
    }

    /// Adds a guide over one of the embedded bases. It comes before those added earlier.
    ///
    /// # Errors
    ///
    /// When its head is faulty or its base is not known.
    pub fn add(&mut self, text: &str) -> Result<(), GuideError> {
        let head = GuideText::parse_head(text)?;
        let Some((_, base)) = BASES.iter().find(|(name, _)| *name == head.base) else {
            return fault(0, format!("there is no base {}", head.base));
        };
        self.add_over(base, text)
    }

    /// Adds a guide over the base whose text is `base`.
    ///
    /// # Errors
    ///
    /// When its head is faulty.
    pub fn add_over(&mut self, base: &str, text: &str) -> Result<(), GuideError> {
        let head = GuideText::parse_head(text)?;
        let info = GuideInfo {
            kind: head.kind.to_owned(),
            version: head.version.to_owned(),
            title: head.title.to_owned(),
            set_id: head.set_id.to_owned(),
            group_id: head.group.to_owned(),
            aliases: head.aliases.iter().map(|&alias| alias.to_owned()).collect(),
        };
        let has_claims = head.roles.iter().any(|&(_, role, _)| role == Role::Claim);
        let entry = Entry { info, has_claims, base: base.to_owned(), text: text.to_owned(), plan: OnceLock::new() };
        self.entries.insert(0, entry);
        self.claim_openers = OnceLock::new();
        Ok(())
    }

    /// True when a claim begins with segment `id` in one of the guides.
    #[must_use]
    pub fn opens_claim(&self, id: SegmentId) -> bool {
        let openers = self.claim_openers.get_or_init(|| {
            let with_claims = self.entries.iter().filter(|entry| entry.has_claims);
            with_claims.filter_map(|entry| entry.plan().ok()?.claim_opener()).collect()
        });
        openers.contains(&id)
    }

    /// What is at hand.
    pub fn list(&self) -> impl Iterator<Item = &GuideInfo> {
        self.entries.iter().map(|entry| &entry.info)
    }

    /// The plan of the guide of that kind (`837P`), or of that version (`005010X222A1`) where only one has it: a request
    /// and its response share theirs (270 and 271, 276 and 277).
    ///
    /// # Errors
    ///
    /// When there is none, when there are several, or when its text is faulty.
    pub fn plan(&self, name: &str) -> Result<Arc<Plan>, GuideError> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.info.kind == name) {
            return entry.plan();
        }
        let of_version: Vec<_> = self.entries.iter().filter(|entry| entry.info.version == name).collect();
        match of_version[..] {
            [] => fault(0, format!("there is no guide {name}")),
            [entry] => entry.plan(),
            [one, other, ..] => {
                fault(0, format!("{name} is the version of {} and of {}", other.info.kind, one.info.kind))
            }
        }
    }

    /// The guide for a set. ST03 decides; where it is empty, GS08 does. `aliases`: take other releases too.
    #[must_use]
    pub fn route(&self, st01: &[u8], st03: &[u8], gs08: &[u8], gs01: &[u8], aliases: bool) -> Route {
        let mut same_set = self.entries.iter().filter(|entry| entry.info.set_id.as_bytes() == st01).peekable();
        if same_set.peek().is_none() {
            return Route::UnsupportedSet;
        }
        let named = if st03.is_empty() { gs08 } else { st03 };
        if named.is_empty() {
            return Route::MissingGuide;
        }
        let Some(entry) = same_set.find(|entry| entry.is_named(named, aliases)) else { return Route::UnsupportedGuide };
        match entry.plan() {
            Ok(plan) if entry.info.group_id.as_bytes() == gs01 => Route::Plan(plan),
            Ok(plan) => Route::WrongGroup(plan),
            Err(error) => Route::Broken(error),
        }
    }
}

impl Entry {
    fn plan(&self) -> Result<Arc<Plan>, GuideError> {
        self.plan.get_or_init(|| compile(&self.base, &self.text).map(Arc::new)).clone()
    }

    fn is_named(&self, version: &[u8], aliases: bool) -> bool {
        self.info.version.as_bytes() == version
            || aliases && self.info.aliases.iter().any(|alias| alias.as_bytes() == version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_guide_compiles() {
        let guides = Guides::embedded();
        assert_eq!(guides.list().count(), GUIDES.len());
        for info in guides.list() {
            let plan = guides.plan(&info.kind).unwrap_or_else(|error| panic!("{}: {error}", info.kind));
            assert_eq!(plan.kind, info.kind);
            assert_eq!(plan.is_named_by_sets(), info.set_id != "835", "{}", info.kind);
        }
    }

    #[test]
    fn a_version_that_two_guides_have_names_none_of_them() {
        let guides = Guides::embedded();
        for (version, kinds) in [("005010X279A1", ["270", "271"]), ("005010X212", ["276", "277"])] {
            let said = guides.plan(version).unwrap_err().message;
            for kind in kinds {
                assert!(said.contains(kind), "{said}");
                assert_eq!(guides.plan(kind).unwrap().set_id, kind);
            }
        }
        assert_eq!(guides.plan("005010X221A1").unwrap().kind, "835");
    }

    #[test]
    fn a_set_is_routed_by_its_version_else_by_its_groups() {
        let guides = Guides::embedded();
        let route =
            |st03: &str, gs08: &str, aliases| guides.route(b"837", st03.as_bytes(), gs08.as_bytes(), b"HC", aliases);
        assert!(matches!(route("005010X222A1", "", false), Route::Plan(plan) if plan.kind == "837P"));
        assert!(matches!(route("", "005010X222A1", false), Route::Plan(_)));
        assert!(matches!(route("005010X222A2", "005010X222A1", false), Route::UnsupportedGuide));
        assert!(matches!(route("005010X222A2", "", true), Route::Plan(_)));
        assert!(matches!(route("", "004010X098A1", false), Route::UnsupportedGuide));
        assert!(matches!(route("", "", false), Route::MissingGuide));
        assert!(matches!(guides.route(b"999", b"005010X231A1", b"", b"HC", false), Route::WrongGroup(_)));
        assert!(guides.opens_claim(SegmentId::new(b"CLM")) && !guides.opens_claim(SegmentId::new(b"HL")));
        assert!(matches!(guides.route(b"850", b"", b"", b"PO", false), Route::UnsupportedSet));
    }
}
