//! The claim map: which tables and fields a claim has, and where its guide keeps them.
//!
//! A map is text (`*.claim`, beside the guide); [`ClaimMap::parse`] reads it, [`ClaimMap::schema`] names its tables
//! and fields for rules and models, [`super::Taps`] binds it to a compiled guide.

use super::{FieldDef, FieldKind, FieldPlace, Schema, TableDef};

/// A parsed claim map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimMap {
    /// The kind as users say it: `837P`.
    pub kind: String,
    /// The guide it speaks of: `005010X222A1`.
    pub version: String,
    /// The tables, parents before children.
    pub tables: Vec<MapTable>,
    /// What a record shows by itself, line by line.
    pub checks: Vec<String>,
    /// True where it speaks of records, which are written as JSON lines; not of claims.
    pub records: bool,
    /// Loops that fields of tables speak against: see [`ClaimMap::with_doubts`].
    pub doubted: Vec<DoubtedLoop>,
}

/// A loop that a field of a table speaks against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtedLoop {
    /// The loop.
    pub loop_id: String,
    /// The segment that begins it.
    pub opener: String,
    /// The table, by index.
    pub table: usize,
    /// The field, by index.
    pub field: usize,
}

/// A table of the map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapTable {
    /// Its name: `line`.
    pub name: String,
    /// Its name where claims are nested values: `lines`. The same as `name` where a claim has at most one.
    pub list: String,
    /// True when a claim has a list of them.
    pub many: bool,
    /// How the rows of a record's list are written.
    pub rows: RowManner,
    /// What the file is called that has a line for each row.
    pub output: Option<String>,
    /// True when it stands above the claim, so that its last row is handed from piece to piece.
    pub context: bool,
    /// The tables it belongs to, by index.
    pub parents: Vec<usize>,
    /// What begins a row.
    pub openers: Vec<Opener>,
    /// Its fields.
    pub fields: Vec<MapField>,
}

/// How rows are written in a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowManner {
    /// Each as an object.
    #[default]
    Object,
    /// Each as its one value.
    Plain,
    /// For each row of the table below it an object, with its own values before those.
    Spread,
}

/// What begins a row: a loop that opens, a segment, or each group of elements of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opener {
    /// The loop, and the segment where a segment begins the row.
    pub at: SegmentPlace,
    /// The elements that each begin a row, where a segment holds several.
    pub each: Vec<u8>,
    /// Which of the table's parents such a row belongs to; all of them when `None`.
    pub parent: Option<usize>,
}

/// A segment of the guide: a loop, a segment id, and the codes of its key where siblings share the id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentPlace {
    /// The loop: `2300`.
    pub loop_id: String,
    /// The segment: `DTP`; empty for the loop itself.
    pub segment: String,
    /// Codes of its key: `431`; none where the id alone tells.
    pub codes: Vec<String>,
}

/// A field of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: FieldKind,
    /// How it is said in a record.
    pub saying: Saying,
    /// Written when nothing is given and the segment is there.
    pub default: Option<String>,
    /// Where it may stand; the first that has a value is read, the first that is free is written.
    pub places: Vec<ElementPlace>,
    /// Fields of its table, by index, that have a value where this one stands under a code that the guide does not have
    /// there; see [`ClaimMap::with_doubts`].
    pub doubts: Vec<usize>,
}

/// How a value is said in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Saying {
    /// As it is.
    #[default]
    Plain,
    /// A code and the word for it: the list of the words, and the key of the word.
    Word {
        /// The list.
        list: String,
        /// The key.
        key: String,
    },
    /// True for one of these codes (`Y` where none is named), false for `N`, else nothing.
    Flag(Vec<String>),
    /// A whole number.
    Count,
    /// A list of what repeats.
    Listed,
    /// A social security number: what is left of it, and its token, under keys that begin so.
    Ssn(String),
    /// An identifier that may be the social security number of the record: told like that then.
    Id,
    /// As [`Saying::Id`], under this key, and also where it looks like an individual taxpayer's number, which is as secret.
    TaxId(String),
    /// As [`Saying::Id`], of the family that the record belongs to: told by whoever knows the records before.
    Link(String),
    /// A code that is not said at all: checks look at it.
    Unsaid,
}

/// Where a value stands in the guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElementPlace {
    /// The segment.
    pub at: SegmentPlace,
    /// Element, from 1; counted from the row's first element when `relative`.
    pub element: u8,
    /// Component, from 1; 0 for the element itself.
    pub component: u8,
    /// True when `element` is an offset from the element that began the row.
    pub relative: bool,
    /// Which end of a date range.
    pub part: Part,
    /// What another element must say.
    pub condition: Option<Condition>,
    /// Written when nothing is given and the segment is there; the field's, where the place has none of its own.
    pub default: Option<String>,
}

/// Which part of a value a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// The first date of a range, or the only date.
    From,
    /// The last date of a range; a single date has none.
    To,
    /// The date of a date with a time.
    Date,
    /// The time behind a date; a date alone has none.
    Time,
}

/// What another element of the segment must say for a place to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Element, from 1.
    pub element: u8,
    /// Component, from 1; 0 for the element itself.
    pub component: u8,
    /// One of these; anything at all when empty.
    pub codes: Vec<String>,
    /// None of these, or nothing at all, instead.
    pub except: bool,
}

/// A claim map that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapError {
    /// The line, from 1; 0 when it is not one line's fault.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl std::fmt::Display for MapError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "claim map, line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for MapError {}

impl ClaimMap {
    /// The tables and fields, for rules and models. Tables and fields stand in the order of the map.
    #[must_use]
    pub fn schema(&self) -> Schema {
        Schema { tables: self.tables.iter().map(MapTable::define).collect() }
    }

    /// The index of the table named `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }
}

impl MapTable {
    /// The index of the field named `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    fn define(&self) -> TableDef {
        let fields = self
            .fields
            .iter()
            .map(|field| FieldDef {
                name: field.name.clone(),
                kind: field.kind,
                place: field.places.first().map(ElementPlace::define).unwrap_or_default(),
            })
            .collect();
        TableDef { name: self.name.clone(), parents: self.parents.clone(), fields }
    }
}

impl ElementPlace {
    fn define(&self) -> FieldPlace {
        FieldPlace {
            loop_id: self.at.loop_id.clone(),
            segment: self.at.segment.clone(),
            element: self.element,
            component: self.component,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_map_names_the_tables_of_a_claim() {
        let map = ClaimMap::of("005010X222A1").unwrap().unwrap();
        let names: Vec<_> = map.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(&names[..6], ["set", "provider", "subscriber", "payer", "patient", "claim"]);
        let schema = map.schema();
        let claim = &schema.tables[map.find("claim").unwrap()];
        assert_eq!(claim.parents, [1, 2, 3, 4]);
        let charge = claim.fields.iter().find(|field| field.name == "charge").unwrap();
        assert_eq!(charge.kind, FieldKind::Money);
        assert_eq!(
            charge.place,
            FieldPlace { loop_id: "2300".into(), segment: "CLM".into(), element: 2, component: 0 }
        );
    }

    #[test]
    fn a_field_may_have_several_places() {
        let map = ClaimMap::of("005010X222A1").unwrap().unwrap();
        let provider = &map.tables[map.find("provider").unwrap()];
        let phone = &provider.fields[provider.find("phone").unwrap()];
        assert_eq!(phone.places.iter().map(|place| place.element).collect::<Vec<_>>(), [4, 6, 8]);
        assert_eq!(phone.places[1].condition.as_ref().unwrap().codes, ["TE"]);
    }
}
