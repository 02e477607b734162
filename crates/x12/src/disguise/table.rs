//! Which values are identities: `guides/identities.table`, over the elements of the standard.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::guide::{GuideError, base_members};
use crate::wire::SegmentId;

/// What a value is, and so what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing that leads to somebody.
    Keep,
    /// A number or a code that somebody or something goes by.
    Id,
    Last,
    First,
    /// Whom to ask for.
    Contact,
    Org,
    Street,
    City,
    Zip,
    /// As an identifier, of which letters stay.
    Digits,
    /// A way to reach somebody.
    Reach,
    /// Words: anything may stand in them.
    Text,
    Date,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "keep" => Self::Keep,
            "id" => Self::Id,
            "last" => Self::Last,
            "first" => Self::First,
            "contact" => Self::Contact,
            "org" => Self::Org,
            "street" => Self::Street,
            "city" => Self::City,
            "zip" => Self::Zip,
            "digits" => Self::Digits,
            "reach" => Self::Reach,
            "text" => Self::Text,
            "date" => Self::Date,
            _ => return None,
        })
    }
}

/// An element, and a component of it from 1; 0 for whichever.
pub(super) type Place = (usize, usize);

/// What another value of the segment must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct When {
    pub(super) place: Place,
    codes: Vec<Vec<u8>>,
}

impl When {
    /// True for one of its codes.
    pub(super) fn holds(&self, value: &[u8]) -> bool {
        self.codes.iter().any(|code| code == value)
    }
}

/// What one segment says: exceptions, then by element and component what each is, and how long it may be.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) exceptions: Vec<(Place, Option<When>, Kind)>,
    pub(super) elements: Vec<Vec<(Kind, usize)>>,
    /// A person begins here, where a condition holds.
    pub(super) begins: Vec<Option<When>>,
    /// Nobody's days stand here, likewise.
    pub(super) outside: Vec<Option<When>>,
    /// What the days of a person go by: the place, and its condition.
    pub(super) keys: Vec<(Place, Option<When>)>,
}

/// The whole table, by segment. What stands in none is an identity, all of it.
#[derive(Debug)]
pub(super) struct Table(HashMap<SegmentId, Told>);

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
        let mut kinds = HashMap::new();
        for (number, rest) in lines().filter_map(|(number, line)| Some((number, line.strip_prefix("element ")?))) {
            let (element, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            let kind = Kind::named(kind.trim()).ok_or_else(|| wrong(number, rest))?;
            kinds.insert(element.to_owned(), kind);
        }
        let mut table = Self(HashMap::new());
        for (segment, members) in base_members()? {
            let kind =
                |(element, longest): (String, usize)| (kinds.get(&element).copied().unwrap_or(Kind::Keep), longest);
            let elements = members.into_iter().map(|parts| parts.into_iter().map(kind).collect()).collect();
            table.0.insert(segment, Told { elements, ..Told::default() });
        }
        for (number, line) in lines().filter(|(_, line)| !line.is_empty() && !line.starts_with("element ")) {
            table.statement(line).ok_or_else(|| wrong(number, line))?;
        }
        Ok(table)
    }

    fn statement(&mut self, line: &str) -> Option<()> {
        let (keyword, rest) = line.split_once(' ')?;
        let (head, tail) = rest.split_once(':').map_or((rest, ""), |(head, tail)| (head.trim(), tail.trim()));
        let (segment, when) = match head.split_once('?') {
            Some((segment, when)) => (segment, Some(condition(when)?)),
            None => (head, None),
        };
        let told = self.0.get_mut(&SegmentId::new(segment.trim().as_bytes()))?;
        match keyword {
            "begin" => told.begins.push(when),
            "outside" => told.outside.push(when),
            "key" => told.keys.push((place(tail)?, when)),
            "segment" => {
                for each in tail.split(',') {
                    let (at, kind) = each.trim().split_once(' ')?;
                    let (at, when) = match at.split_once('?') {
                        Some((at, when)) => (at, Some(condition(when)?)),
                        None => (at, None),
                    };
                    told.exceptions.push((place(at)?, when, Kind::named(kind.trim())?));
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// What is told of a segment; nothing of one that the standard does not have.
    pub(super) fn of(&self, segment: SegmentId) -> Option<&Told> {
        self.0.get(&segment)
    }
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
        assert_eq!(told.elements[2], [(Kind::Last, 60)]);
        assert_eq!(told.elements[8][0].0, Kind::Id);
        assert!(told.exceptions.len() >= 3 && !told.keys.is_empty());
        assert!(table.of(SegmentId::new(b"ZZZ")).is_none());
        for text in
            ["element 67 nothing\n", "segment NM1 : 03 nobody\n", "begin\n", "segment XYZ : 01 id\n", "key NM1 : x\n"]
        {
            assert!(Table::parse(text).is_err(), "{text}");
        }
    }
}
