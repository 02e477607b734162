//! The names and types of tables and fields.

/// The names and types of the tables: what the claim map of a guide declares.
#[derive(Debug, Default)]
pub struct Schema {
    /// The tables: `provider`, `subscriber`, `patient`, `claim`, `line`, `diagnosis`, `payer` ...
    pub tables: Vec<TableDef>,
}

/// A table.
#[derive(Debug)]
pub struct TableDef {
    /// Its name.
    pub name: String,
    /// The tables that its rows point to, by index: `claim` points to provider, subscriber and patient; `line` to claim.
    pub parents: Vec<usize>,
    /// Its fields.
    pub fields: Vec<FieldDef>,
}

/// A field.
#[derive(Debug)]
pub struct FieldDef {
    /// Its name: `npi`, `charge`.
    pub name: String,
    /// Its type.
    pub kind: FieldKind,
    /// Where the guide has it, for people and findings: loop, segment, element, component.
    pub place: FieldPlace,
}

/// Where a field stands in the guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPlace {
    /// The loop: `2010AA`.
    pub loop_id: String,
    /// The segment: `NM1`.
    pub segment: String,
    /// Element, from 1.
    pub element: u8,
    /// Component, from 1; 0 for the element itself.
    pub component: u8,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text: ids, names. Held as spans, never interned.
    Text,
    /// A code of a bounded list. Held as a packed integer.
    Code,
    /// Money in cents.
    Money,
    /// A number in thousandths.
    Number,
    /// Days since 1970-01-01.
    Date,
}
