//! What the fields of a record are called, and which of them stands at a place of the guide.

use crate::claim::{ClaimMap, Condition, ElementPlace, FieldPlace, MapField, Saying};

/// What a field of a record is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    /// As the record has it, without the `_code` of a code that has a word: `member.relationship`, `coverages.begin`.
    pub text: String,
    /// What it may hold.
    pub secrecy: Secrecy,
}

/// Whether a field may hold a social security number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It holds something else.
    Open,
    /// It may be one.
    Maybe,
    /// It is one.
    Ssn,
}

/// Whoever knows the segment that a place is in.
pub trait Asked {
    /// What an element of it says; none where the segment is not at hand.
    fn says(&self, element: u8, component: u8) -> Option<Vec<u8>>;
    /// True when it is the one among its siblings whose qualifier may be one of `codes`.
    fn is_one_of(&self, codes: &[String]) -> bool;
}

/// The fields of a record map.
#[derive(Debug)]
pub(super) struct Fields {
    /// By table and column.
    names: Vec<Vec<FieldName>>,
    known: Vec<Known>,
}

/// A place of a field.
#[derive(Debug)]
struct Known {
    table: usize,
    column: usize,
    place: ElementPlace,
    /// The elements that rows begin with, where the place counts from there.
    from: Vec<u8>,
}

impl Fields {
    pub(super) fn new(map: &ClaimMap) -> Self {
        let (mut names, mut known) = (Vec::new(), Vec::new());
        for (at, table) in map.tables.iter().enumerate() {
            let prefix = prefix(map, at);
            names.push(table.fields.iter().map(|field| called(&prefix, field)).collect());
            let each = |place: &ElementPlace| -> Vec<u8> {
                let openers = table.openers.iter().filter(|opener| place.relative && opener.at == place.at);
                openers.flat_map(|opener| opener.each.iter().copied()).collect()
            };
            let said = table.fields.iter().enumerate().filter(|(_, field)| field.saying != Saying::Unsaid);
            for (column, field) in said {
                let places = field.places.iter();
                known.extend(places.map(|place| Known { table: at, column, from: each(place), place: place.clone() }));
            }
        }
        Self { names, known }
    }

    /// What a column is called.
    pub(super) fn name(&self, table: usize, column: usize) -> Option<&FieldName> {
        self.names.get(table)?.get(column)
    }

    /// The field that stands at `place`.
    pub(super) fn at(&self, place: &FieldPlace, asked: &dyn Asked) -> Option<&FieldName> {
        let known = self.known.iter().filter(|known| known.is_at(place));
        let found = known.clone().find(|known| known.holds(asked))?;
        self.name(found.table, found.column)
    }
}

impl Known {
    fn is_at(&self, place: &FieldPlace) -> bool {
        let ElementPlace { at, element, component, .. } = &self.place;
        let stands = |first: &u8| first.checked_add(*element) == Some(place.element);
        at.loop_id == place.loop_id
            && at.segment == place.segment
            && (*component == place.component || *component == 0)
            && if self.place.relative { self.from.iter().any(stands) } else { *element == place.element }
    }

    fn holds(&self, asked: &dyn Asked) -> bool {
        let codes = &self.place.at.codes;
        (codes.is_empty() || asked.is_one_of(codes))
            && self.place.condition.as_ref().is_none_or(|condition| is_met(condition, asked))
    }
}

/// Whether the segment at hand says what a place asks for.
fn is_met(condition: &Condition, asked: &dyn Asked) -> bool {
    let said = asked.says(condition.element, condition.component).unwrap_or_default();
    let any = condition.codes.is_empty() && !said.is_empty();
    any || condition.codes.iter().any(|code| code.as_bytes() == said)
}

/// What stands before the names of a table's fields in the record.
fn prefix(map: &ClaimMap, at: usize) -> String {
    let Some(table) = map.tables.get(at) else { return String::new() };
    if table.context || table.output.is_some() {
        // what stands in an object of its own is a context that is a list of one
        return if table.context && table.many { format!("{}.", table.list) } else { String::new() };
    }
    let above = table.parents.first().filter(|parent| **parent < at).map(|parent| prefix(map, *parent));
    format!("{}{}.", above.unwrap_or_default(), table.list)
}

fn called(prefix: &str, field: &MapField) -> FieldName {
    let own = match &field.saying {
        Saying::Word { .. } => field.name.strip_suffix("_code").unwrap_or(&field.name),
        Saying::TaxId(key) => key,
        _ => &field.name,
    };
    let secrecy = match &field.saying {
        Saying::Ssn(_) => Secrecy::Ssn,
        Saying::Id | Saying::TaxId(_) | Saying::Link(_) => Secrecy::Maybe,
        _ => Secrecy::Open,
    };
    FieldName { text: format!("{prefix}{own}"), secrecy }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Segment<'a>(&'a [(u8, &'a str)]);

    impl Asked for Segment<'_> {
        fn says(&self, element: u8, _: u8) -> Option<Vec<u8>> {
            let found = self.0.iter().find(|(at, _)| *at == element);
            found.map(|(_, text)| text.as_bytes().to_vec())
        }

        fn is_one_of(&self, codes: &[String]) -> bool {
            codes.iter().any(|code| Some(code.as_bytes()) == self.says(1, 0).as_deref())
        }
    }

    fn named(kind: &str, place: (&str, &str, u8, u8), says: &[(u8, &str)]) -> Option<(String, Secrecy)> {
        let (_, map) = ClaimMap::of_records(kind).unwrap();
        let (loop_id, segment, element, component) = place;
        let place = FieldPlace { loop_id: loop_id.to_owned(), segment: segment.to_owned(), element, component };
        let fields = Fields::new(&map.unwrap());
        fields.at(&place, &Segment(says)).map(|found| (found.text.clone(), found.secrecy))
    }

    #[test]
    fn a_place_has_the_field_that_its_qualifier_says() {
        let date = |loop_id, code| named("834", (loop_id, "DTP", 3, 0), &[(1, code)]).map(|(text, _)| text);
        assert_eq!(date("2300", "348").unwrap(), "coverages.begin");
        assert_eq!(date("2300", "349").unwrap(), "coverages.end");
        assert_eq!(date("2000", "357").unwrap(), "event.eligibility_end");
        assert_eq!(date("2000", "999"), None);
        let name = |code| named("834", ("2100A", "NM1", 9, 0), &[(8, code)]).unwrap();
        assert_eq!(name("34"), ("member.ssn".to_owned(), Secrecy::Ssn));
        assert_eq!(name("ZZ"), ("member.id".to_owned(), Secrecy::Maybe));
    }

    #[test]
    fn fields_of_lists_and_codes_are_called_as_the_record_calls_them() {
        let text = |kind, place, says: &[(u8, &str)]| named(kind, place, says).unwrap().0;
        assert_eq!(text("834", ("2000", "INS", 2, 0), &[]), "member.relationship");
        assert_eq!(text("834", ("2000", "INS", 6, 2), &[]), "member.medicare.reason");
        assert_eq!(text("834", ("2100A", "PER", 6, 0), &[]), "member.contacts.value");
        assert_eq!(text("834", ("2310", "NM1", 4, 0), &[]), "coverages.providers.first");
        assert_eq!(text("834", ("ST", "BGN", 8, 0), &[]), "source.action");
        assert_eq!(text("834", ("1000B", "N1", 2, 0), &[]), "payer.name");
        assert_eq!(text("835", ("2100", "CLP", 3, 0), &[]), "charge");
        assert_eq!(text("835", ("2110", "SVC", 2, 0), &[]), "lines.charge");
    }
}
