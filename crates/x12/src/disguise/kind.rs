//! What values are, by the names that the table of identities has for it.

use crate::guide::Type;

/// What a value is, and so what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name that stays.
    Keep,
    // what stays where it has its form, and is a number of somebody where it has not
    Code,
    Number,
    Time,
    Day,
    /// HHMM
    Hour,
    /// A control number.
    Control,
    Version,
    /// The number of a payer.
    Payer,
    Taxonomy,
    Drug,
    /// A delimiter.
    Mark,
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
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "keep" => Self::Keep,
            "code" => Self::Code,
            "number" => Self::Number,
            "time" => Self::Time,
            "day" => Self::Day,
            "hour" => Self::Hour,
            "control" => Self::Control,
            "version" => Self::Version,
            "payer" => Self::Payer,
            "taxonomy" => Self::Taxonomy,
            "drug" => Self::Drug,
            "mark" => Self::Mark,
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

    /// What is in no line of the table: by its type. Text is a number of somebody.
    pub(super) fn of(data_type: Type) -> Self {
        match data_type {
            Type::Id => Self::Code,
            Type::Dt => Self::Date,
            Type::Tm => Self::Time,
            Type::R | Type::N(_) => Self::Number,
            Type::An | Type::B | Type::Composite => Self::Id,
        }
    }
}
