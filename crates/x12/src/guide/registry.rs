//! The guides at hand, compiled when first asked for.

use std::sync::{Arc, OnceLock};

use super::compile::compile;
use super::embedded::{BASES, GUIDES};
use super::grammar::GuideText;
use super::overlaid::{lint, overlay};
use super::partner::{OverlayInfo, Parties};
use super::plan::Plan;
use super::text::{GuideError, fault};
use super::words::Role;
use crate::wire::{Segment, SegmentId};

/// The guides at hand.
#[derive(Debug, Default)]
pub struct Guides {
    entries: Vec<Entry>,
    overlays: Vec<Laid>,
    /// The day that stands for an interchange date that is none, CCYYMMDD.
    today: u32,
    claim_openers: OnceLock<Vec<SegmentId>>,
    /// The plans of what stands in the envelope, by the segment that begins it.
    envelope: OnceLock<Vec<(SegmentId, Arc<Plan>)>>,
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
    /// GS01; empty for what stands in the envelope and in no group.
    pub group_id: String,
    /// Other releases of it, before and after, taken by option.
    pub aliases: Vec<String>,
}

impl GuideInfo {
    /// True for the guide that an overlay changes.
    fn is_under(&self, overlay: &OverlayInfo) -> bool {
        overlay.kind == self.kind && overlay.guide_version == self.version
    }
}

#[derive(Debug)]
struct Entry {
    info: GuideInfo,
    has_claims: bool,
    base: String,
    text: String,
    plan: OnceLock<Result<Arc<Plan>, GuideError>>,
}

/// What a set and its group say of its guide.
#[derive(Clone, Copy, Debug)]
pub struct SetKey<'a> {
    /// The set's identifier.
    pub st01: &'a [u8],
    /// The guide as the set names it.
    pub st03: &'a [u8],
    /// The guide as the group names it.
    pub gs08: &'a [u8],
    /// The group's kind.
    pub gs01: &'a [u8],
}

/// An overlay, and the plan of its guide under it.
#[derive(Debug)]
struct Laid {
    info: OverlayInfo,
    plan: Arc<Plan>,
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
        self.envelope = OnceLock::new();
        Ok(())
    }

    /// Adds an overlay over the guide that it names, which must be at hand.
    ///
    /// # Errors
    ///
    /// The first fault of its text; or that another overlay is for the same parties on the same days.
    pub fn add_overlay(&mut self, text: &str) -> Result<(), GuideError> {
        let info = OverlayInfo::read(text)?;
        let entry = self.ground(&info)?;
        if let Some(other) = self.overlays.iter().find(|other| info.clashes(&other.info)) {
            return fault(0, format!("{} is for the same parties on the same days", other.info.label()));
        }
        let plan = overlay(&entry.base, &entry.text, text, &entry.plan()?)?;
        self.overlays.push(Laid { info, plan: Arc::new(plan) });
        Ok(())
    }

    /// Overlays take `today` (CCYYMMDD) for the day of an interchange whose date is none.
    pub fn take_for_today(&mut self, today: u32) {
        self.today = today;
    }

    /// Who sends and receives the interchange that `isa` opens, if any overlay asks.
    #[must_use]
    pub fn parties(&self, isa: &Segment<'_>) -> Option<Parties> {
        (!self.overlays.is_empty()).then(|| Parties::of_interchange(isa, self.today))
    }

    /// The overlays at hand.
    pub fn overlays(&self) -> impl Iterator<Item = &OverlayInfo> {
        self.overlays.iter().map(|laid| &laid.info)
    }

    /// The plan of the overlay of that name, or of its name and version (`NAME VERSION`).
    #[must_use]
    pub fn overlaid(&self, name: &str) -> Option<Arc<Plan>> {
        let found = self.overlays.iter().find(|laid| laid.info.name == name || laid.info.label() == name);
        found.map(|laid| Arc::clone(&laid.plan))
    }

    /// Everything that is wrong with an overlay, in the order of its lines.
    #[must_use]
    pub fn check_overlay(&self, text: &str) -> Vec<GuideError> {
        let Ok(info) = OverlayInfo::read(text) else { return super::overlay::faults(text) };
        match self.ground(&info) {
            Ok(entry) => lint(&entry.base, &entry.text, text),
            Err(error) => vec![error],
        }
    }

    /// The guide that an overlay changes.
    fn ground(&self, info: &OverlayInfo) -> Result<&Entry, GuideError> {
        match self.entries.iter().find(|entry| entry.info.is_under(info)) {
            Some(entry) if entry.is_in_envelope() => {
                fault(info.over_line, format!("{} is in no set, and overlays are of sets", info.kind))
            }
            Some(entry) => Ok(entry),
            None => fault(info.over_line, format!("there is no guide {} {}", info.kind, info.guide_version)),
        }
    }

    /// As [`Guides::route`], under the overlay that is for `parties`: the one with the most conditions, else the one that
    /// began last.
    #[must_use]
    pub fn route_for(&self, set: SetKey<'_>, parties: Option<&Parties>, aliases: bool) -> Route {
        let route = self.route(set.st01, set.st03, set.gs08, set.gs01, aliases);
        let (Route::Plan(plan), Some(parties)) = (&route, parties) else { return route };
        let meant = self.overlays.iter().filter(|laid| laid.plan.ground_fingerprint() == plan.fingerprint);
        let best = meant.filter(|laid| laid.info.is_for(parties)).max_by_key(|laid| laid.info.rank());
        best.map_or(route, |laid| Route::Plan(Arc::clone(&laid.plan)))
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

    /// The guide of what segment `id` begins in an interchange, ahead of its first group.
    #[must_use]
    pub fn in_envelope(&self, id: SegmentId) -> Option<&Arc<Plan>> {
        let known = self.envelope.get_or_init(|| {
            let plans =
                self.entries.iter().filter(|entry| entry.is_in_envelope()).filter_map(|entry| entry.plan().ok());
            plans.filter_map(|plan| Some((plan.slots_of(0).first()?.segment, plan))).collect()
        });
        known.iter().find(|(opener, _)| *opener == id).map(|(_, plan)| plan)
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
        let sets = self.entries.iter().filter(|entry| !entry.is_in_envelope());
        let mut same_set = sets.filter(|entry| entry.info.set_id.as_bytes() == st01).peekable();
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

    /// What it describes is in no group, so in no set either.
    fn is_in_envelope(&self) -> bool {
        self.info.group_id.is_empty()
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
    fn what_stands_in_the_envelope_is_no_set() {
        let guides = Guides::embedded();
        assert_eq!(guides.in_envelope(SegmentId::new(b"TA1")).unwrap().kind, "TA1");
        assert!(guides.in_envelope(SegmentId::new(b"CLM")).is_none());
        assert!(matches!(guides.route(b"TA1", b"00501", b"", b"", false), Route::UnsupportedSet));
        let overlay =
            "overlay a/b 1\ntitle T\nover TA1 00501\nwhen ISA08=X\nfrom 2026-01-01\nelement TA1 TA1 05 R=000\n";
        let faults = guides.check_overlay(overlay);
        assert!(faults[0].line == 3 && faults[0].message.contains("in no set"), "{faults:?}");
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
