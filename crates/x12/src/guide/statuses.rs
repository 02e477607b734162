//! The statuses that can refuse a claim in a 277CA, as partners' overlays state them.

/// The lists: categories and statuses (code sources 507 and 508), and who a status may speak of.
const LISTS: &str = include_str!("../../guides/base/277CA.statuses");

/// What is wrong with a status that a line of an overlay states; nothing with `A6:158` or `A6:158:IL` where its codes
/// are in the lists.
pub(super) fn wrong(status: &str) -> Option<String> {
    let mut parts = status.split(':');
    let (category, code, entity) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let (Some(code), None) = (code, parts.next()) else {
        return Some(format!("a status is a category, a code and perhaps an entity, as A6:158:IL: {status}"));
    };
    if !list("category").any(|known| known == category) {
        let known = list("category").collect::<Vec<_>>().join(", ");
        return Some(format!("{category} refuses no claim: the category of a status is one of {known}"));
    }
    if !list("status").any(|range| holds(range, code)) {
        return Some(format!("{code} is no claim status code (source 508) in force"));
    }
    let unknown = entity.filter(|entity| !list("entity").any(|known| known == *entity));
    unknown.map(|entity| format!("no status of a 277CA speaks of {entity}"))
}

/// The words of the list called `name`.
fn list(name: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = LISTS.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '));
    lines.flat_map(str::split_ascii_whitespace)
}

/// True when `code`, written without leading zeros, is in `range`: `100-107`, or one code.
fn holds(range: &str, code: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| number.to_string() == text);
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    match (number(first), number(last), number(code)) {
        (Some(first), Some(last), Some(code)) => (first..=last).contains(&code),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_of_the_lists() {
        for right in ["A6:158", "A6:158:IL", "A8:799:85", "A3:0", "A7:107"] {
            assert_eq!(wrong(right), None, "{right}");
        }
        for (status, part) in [
            ("A6", "perhaps an entity"),
            ("A6:158:IL:X", "perhaps an entity"),
            ("A1:158", "A1 refuses no claim"),
            ("a6:158", "a6 refuses no claim"),
            ("A6:", " is no claim status"),
            ("A6:0158", "0158 is no claim status"),
            ("A6:461", "461 is no claim status"),
            ("A6:900", "900 is no claim status"),
            ("A6:158:", "speaks of"),
            ("A6:158:ZZZ", "speaks of ZZZ"),
        ] {
            assert!(wrong(status).is_some_and(|said| said.contains(part)), "{status}: {:?}", wrong(status));
        }
    }

    #[test]
    fn the_entities_are_those_of_the_guide() {
        let guide = include_str!("../../guides/277CA-005010X214.guide");
        let entities = guide.lines().find_map(|line| line.strip_prefix("codes entity ")).unwrap();
        assert!(list("entity").eq(entities.split_ascii_whitespace()));
    }
}
