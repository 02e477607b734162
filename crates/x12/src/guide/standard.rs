//! What the standard and all guides list, of whichever set.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::base::{Base, Member, Of};
use super::embedded::BASES;
use super::registry::Guides;
use super::text::GuideError;
use super::words::Type;
use crate::wire::SegmentId;

/// The codes that the bases list for data element `id`.
pub(crate) fn base_codes(id: &str) -> impl Iterator<Item = &'static str> {
    let elements = BASES.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.strip_prefix("de "));
    let found = elements.filter(move |rest| rest.split_ascii_whitespace().next() == Some(id));
    found.filter_map(|rest| rest.split_once(" :")).flat_map(|(_, codes)| codes.split_ascii_whitespace())
}

/// The segments of the bases: of each element the data elements of its components, one where it has none, each with its type and how
/// long it may be.
pub(crate) fn base_members() -> Result<Vec<(SegmentId, Members)>, GuideError> {
    let mut found = Vec::new();
    for (_, text) in BASES {
        let base = Base::parse(text)?;
        let element = |id: &str| {
            let (kind, longest) =
                base.elements.get(id).map_or((Type::An, 0), |element| (element.kind, element.length.1));
            (id.to_owned(), kind, longest as usize)
        };
        let of = |member: &Member<'_>| match member.of {
            Of::Element(id) => vec![element(id)],
            Of::Composite(id) => {
                let members = base.composites.get(id).map_or(&[][..], |composite| &composite.members);
                let elements = members.iter().filter_map(|member| match member.of {
                    Of::Element(id) => Some(element(id)),
                    Of::Composite(_) => None,
                });
                elements.collect()
            }
        };
        let segments = base.segments.iter();
        found.extend(
            segments.map(|(id, segment)| (SegmentId::new(id.as_bytes()), segment.members.iter().map(of).collect())),
        );
    }
    Ok(found)
}

/// By element and component: a data element, its type, and how long it may be.
pub(crate) type Members = Vec<Vec<(String, Type, usize)>>;

/// The segments that the bases name, those too whose elements they do not tell.
pub(crate) fn base_segments() -> Result<HashSet<Vec<u8>>, GuideError> {
    let mut found = HashSet::new();
    for (_, text) in BASES {
        let base = Base::parse(text)?;
        let of_sets = base.sets.values().flatten().map(|(id, _)| *id);
        found.extend(base.segments.keys().copied().chain(of_sets).map(|id| id.as_bytes().to_vec()));
    }
    Ok(found)
}

/// Every code that the bases and the guides list, by data element.
pub(crate) fn known_codes() -> Result<HashMap<String, HashSet<Vec<u8>>>, GuideError> {
    let mut found: HashMap<String, HashSet<Vec<u8>>> = HashMap::new();
    for (_, text) in BASES {
        for (id, element) in Base::parse(text)?.elements {
            found.entry(id.to_owned()).or_default().extend(element.codes.iter().map(|code| code.as_bytes().to_vec()));
        }
    }
    let guides = Guides::embedded();
    for info in guides.list() {
        let plan = guides.plan(&info.kind)?;
        for (rule, codes) in plan.elements.iter().filter_map(|rule| Some((rule, rule.codes?))) {
            let codes = plan.index.codes.list(codes).into_iter().map(String::into_bytes);
            found.entry(rule.data_element.to_string()).or_default().extend(codes);
        }
    }
    Ok(found)
}

/// Data element 479, as GS01 has it.
static GROUPS: LazyLock<HashSet<&[u8]>> = LazyLock::new(|| base_codes("479").map(str::as_bytes).collect());

/// True for the code of a functional group (GS01) that the standard has.
pub(crate) fn is_group(kind: &[u8]) -> bool {
    GROUPS.contains(kind)
}
