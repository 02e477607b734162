//! Which values are identities: `guides/identities.table`, over the elements of the standard.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::form;
use super::kind::Kind;
use crate::guide::{GuideError, Type, base_members, base_segments, known_codes};
use crate::wire::SegmentId;

/// An element, and a component of it from 1; 0 for whichever.
pub(super) type Place = (usize, usize);

/// What another value of the segment must be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct When {
    place: Place,
    codes: Vec<Vec<u8>>,
}

impl When {
    /// True for one of its codes.
    fn holds(&self, value: &[u8]) -> bool {
        self.codes.iter().any(|code| code == value)
    }
}

/// Conditions that must hold all.
type Whens = Vec<When>;

/// An element or component as the standard has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) longest: usize,
    /// The list of its codes.
    list: usize,
}

/// What stands where the standard has nothing.
pub(super) const NOTHING: Part = Part { kind: Kind::Id, longest: 0, list: 0 };

/// What one segment says: exceptions, and by element and component what each is.
#[derive(Debug, Default)]
pub(super) struct Told {
    exceptions: Vec<(Place, Whens, Kind)>,
    elements: Vec<Vec<Part>>,
    /// A person begins here, where the conditions hold.
    begins: Vec<Whens>,
    /// What the days of a person go by: the place, and its conditions.
    keys: Vec<(Place, Whens)>,
}

impl Told {
    /// What stands at a place of a segment whose values `at` gives.
    pub(super) fn part<'v>(&self, place: Place, at: impl Fn(Place) -> &'v [u8]) -> Part {
        let meant = |other: &Place| other.0 == place.0 && (other.1 == 0 || other.1 == place.1);
        let parts = place.0.checked_sub(1).and_then(|element| self.elements.get(element));
        let part = parts.and_then(|parts| parts.get(place.1.checked_sub(1)?)).copied().unwrap_or(NOTHING);
        let exception = self.exceptions.iter().find(|(other, whens, _)| meant(other) && hold(whens, &at));
        exception.map_or(part, |(.., kind)| Part { kind: *kind, ..part })
    }

    /// True where a person begins.
    pub(super) fn begins<'v>(&self, at: impl Fn(Place) -> &'v [u8]) -> bool {
        self.begins.iter().any(|whens| hold(whens, &at))
    }

    /// Where the number of a person stands.
    pub(super) fn key<'v>(&self, at: impl Fn(Place) -> &'v [u8]) -> Option<Place> {
        self.keys.iter().find(|(_, whens)| hold(whens, &at)).map(|(place, _)| *place)
    }
}

fn hold<'v>(whens: &[When], at: impl Fn(Place) -> &'v [u8]) -> bool {
    whens.iter().all(|when| when.holds(at(when.place)))
}

/// The whole table. What stands in none of its segments is an identity, all of it.
#[derive(Debug)]
pub(super) struct Table {
    told: HashMap<SegmentId, Told>,
    /// The segments that the standard has.
    segments: HashSet<Vec<u8>>,
    /// Codes by data element; the first list is empty.
    lists: Vec<HashSet<Vec<u8>>>,
}

impl Table {
    /// The table that comes with the library.
    pub(super) fn embedded() -> Result<&'static Self, GuideError> {
        static TABLE: LazyLock<Result<Table, GuideError>> =
            LazyLock::new(|| Table::parse(include_str!("../../guides/identities.table")));
        TABLE.as_ref().map_err(Clone::clone)
    }

    fn parse(text: &str) -> Result<Self, GuideError> {
        let lines =
            || (1u32..).zip(text.lines()).map(|(number, line)| (number, line.split('#').next().unwrap_or("").trim()));
        let (mut kinds, mut codes) = (HashMap::new(), known_codes()?);
        let mut others = Vec::new();
        for (number, line) in lines().filter(|(_, line)| !line.is_empty()) {
            match line.split_once(' ') {
                Some(("element", rest)) => kinds.extend([element(rest).ok_or_else(|| wrong(number, line))?]),
                Some(("codes", rest)) => listed(rest, &mut codes).ok_or_else(|| wrong(number, line))?,
                _ => others.push((number, line)),
            }
        }
        let segments = base_segments()?;
        codes.insert("721".to_owned(), segments.clone());
        let mut table = Self { told: HashMap::new(), segments, lists: vec![HashSet::new()] };
        table.elements(&kinds, codes)?;
        for (number, line) in others {
            table.statement(line).ok_or_else(|| wrong(number, line))?;
        }
        Ok(table)
    }

    /// The elements of the standard, and the lists of their codes.
    fn elements(
        &mut self,
        kinds: &HashMap<String, Kind>,
        codes: HashMap<String, HashSet<Vec<u8>>>,
    ) -> Result<(), GuideError> {
        let mut places = HashMap::new();
        for (id, list) in codes {
            places.insert(id, self.lists.len());
            self.lists.push(list);
        }
        for (segment, members) in base_members()? {
            let part = |(element, data_type, longest): (String, Type, usize)| Part {
                kind: kinds.get(&element).copied().unwrap_or(Kind::of(data_type)),
                longest,
                list: places.get(&element).copied().unwrap_or(0),
            };
            let elements = members.into_iter().map(|parts| parts.into_iter().map(part).collect()).collect();
            self.told.insert(segment, Told { elements, ..Told::default() });
        }
        Ok(())
    }

    fn statement(&mut self, line: &str) -> Option<()> {
        let (keyword, rest) = line.split_once(' ')?;
        let (head, tail) = rest.split_once(':').map_or((rest, ""), |(head, tail)| (head.trim(), tail.trim()));
        let (segment, whens) = conditions(head)?;
        let told = self.told.get_mut(&SegmentId::new(segment.trim().as_bytes()))?;
        match keyword {
            "begin" => told.begins.push(whens),
            "key" => told.keys.push((place(tail)?, whens)),
            "segment" => {
                for each in tail.split(',') {
                    let (at, kind) = each.trim().split_once(' ')?;
                    let (at, whens) = conditions(at)?;
                    told.exceptions.push((place(at)?, whens, Kind::named(kind.trim())?));
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// What is told of a segment; nothing of one that the standard does not have.
    pub(super) fn of(&self, segment: SegmentId) -> Option<&Told> {
        self.told.get(&segment)
    }

    /// The segments, with how many elements each has.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = (SegmentId, usize)> {
        self.told.iter().map(|(segment, told)| (*segment, told.elements.len()))
    }

    /// True for the identifier of a segment that the standard has.
    pub(super) fn has(&self, identifier: &[u8]) -> bool {
        self.segments.contains(identifier)
    }

    /// True where the value of a part stays as it is.
    pub(super) fn stays(&self, part: Part, value: &[u8]) -> bool {
        let known = self.lists.get(part.list).or(self.lists.first());
        value.len() <= part.longest && known.is_some_and(|known| form::stays(part.kind, value, known))
    }
}

/// `67 id`
fn element(text: &str) -> Option<(String, Kind)> {
    let (id, kind) = text.split_once(' ')?;
    Some((id.to_owned(), Kind::named(kind.trim())?))
}

/// `100 : USD CAD`, into what is known.
fn listed(text: &str, codes: &mut HashMap<String, HashSet<Vec<u8>>>) -> Option<()> {
    let (id, list) = text.split_once(':')?;
    let list = list.split_whitespace().map(|code| code.as_bytes().to_vec());
    codes.entry(id.trim().to_owned()).or_default().extend(list);
    Some(())
}

/// What stands before a question mark, and the conditions behind it: `NM1?03=22|PT&02=2`
fn conditions(text: &str) -> Option<(&str, Whens)> {
    let Some((head, conditions)) = text.split_once('?') else { return Some((text, Whens::new())) };
    Some((head, conditions.split('&').map(condition).collect::<Option<_>>()?))
}

/// `03=22|PT`
fn condition(text: &str) -> Option<When> {
    let (at, codes) = text.split_once('=')?;
    Some(When { place: place(at)?, codes: codes.split('|').map(|code| code.trim().as_bytes().to_vec()).collect() })
}

/// `04` or `04-2`
fn place(text: &str) -> Option<Place> {
    let (element, component) = text.trim().split_once('-').unwrap_or((text.trim(), "0"));
    Some((element.parse().ok()?, component.parse().ok()?))
}

fn wrong(line: u32, what: &str) -> GuideError {
    GuideError { line, message: format!("no statement of identities: {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_comes_along_is_one() {
        let table = Table::embedded().unwrap();
        let told = table.of(SegmentId::new(b"NM1")).unwrap();
        assert_eq!((told.elements[2][0].kind, told.elements[2][0].longest), (Kind::Last, 60));
        assert_eq!(told.elements[8][0].kind, Kind::Id);
        assert!(told.exceptions.len() >= 3 && !told.keys.is_empty());
        assert!(table.of(SegmentId::new(b"ZZZ")).is_none());
        assert!(table.has(b"VEH") && table.has(b"ISA") && !table.has(b"ZZZ"));
        let told = table.of(SegmentId::new(b"IK3")).unwrap();
        assert!(table.stays(told.elements[0][0], b"CLM") && !table.stays(told.elements[0][0], b"DOE"));
        let told = table.of(SegmentId::new(b"CTX")).unwrap();
        assert!(table.stays(told.elements[0][0], b"SITUATIONAL TRIGGER"));
        for text in [
            "element 67 nothing\n",
            "segment NM1 : 03 nobody\n",
            "begin\n",
            "segment XYZ : 01 id\n",
            "key NM1 : x\n",
            "codes 67\n",
        ] {
            assert!(Table::parse(text).is_err(), "{text}");
        }
    }
}
