//! What a column may tell of a patient, and what is made of it.

use x12::claim::FieldKind;

/// What a column holds, as far as privacy is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phi {
    /// Nothing that leads to a patient by itself: codes, money, providers and payers, days of service.
    Open,
    /// An identifier of a person, a claim or an account.
    Id,
    /// The number of a provider, payee, sponsor or broker: open where it is one of providers (ten digits), else an identifier, since
    /// a tax id may be a social security number, and what has another form anything.
    Provider,
    /// A name, an address or a way to reach a person.
    Person,
    /// Free text: anything may stand in it.
    Text,
    /// A day of birth or death.
    Born,
    /// A keyed token that stands for an identifier already.
    Sealed,
}

/// What is made of columns that are not open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// Everything is left out.
    Drop,
    /// Shapes remain: a letter is an A, a digit a 9. Free text is left out, days keep their year.
    Mask,
    /// Identifiers are keyed tokens; names, addresses and free text are left out, days keep their year.
    #[default]
    Token,
    /// All of it in clear.
    Keep,
}

impl Manner {
    /// The manner of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "drop" => Some(Self::Drop),
            "mask" => Some(Self::Mask),
            "token" => Some(Self::Token),
            "keep" => Some(Self::Keep),
            _ => None,
        }
    }

    /// Whether a column of `phi` has any values at all.
    #[must_use]
    pub fn shows(self, phi: Phi) -> bool {
        match (self, phi) {
            // of providers it goes by the value
            (_, Phi::Open | Phi::Provider) | (Self::Keep, _) => true,
            (Self::Drop, _) | (_, Phi::Text) | (Self::Mask, Phi::Sealed) => false,
            (Self::Mask, _) => true,
            (Self::Token, phi) => phi != Phi::Person,
        }
    }
}

/// Tables that speak of organizations, never of a patient.
const OPEN_TABLES: [&str; 7] = ["set", "provider", "payer", "payment", "payer_reference", "category", "administrator"];
/// In other tables, fields that begin so speak of providers.
const PROVIDERS: [&str; 20] = [
    "assistant_",
    "attending_",
    "billing_id",
    "facility_",
    "operating_",
    "ordering_",
    "other_operating_",
    "payee_",
    "payer_name",
    "primary_care_",
    "priority_payer_",
    "provider_",
    "crossover_",
    "sponsor_",
    "purchased_",
    "referring_",
    "rendering_",
    "repricer_",
    "supervising_",
    "payer_id",
];
/// Fields of text that are codes or places in a list by nature, though the guide bounds them by no list.
const OPEN_FIELDS: [&str; 27] = [
    "admission_hour",
    "ambulance_round_trip",
    "ambulance_stretcher",
    "clia",
    "contract_code",
    "contract_version",
    "drug_reference_qualifier",
    "inpatient_remark_1",
    "inpatient_remark_2",
    "inpatient_remark_3",
    "inpatient_remark_4",
    "inpatient_remark_5",
    "discharge_hour",
    "mammography",
    "medicare_crossover",
    "ndc",
    "orthodontic_indicator",
    "plan",
    "referring_clia",
    "remark_1",
    "remark_2",
    "remark_3",
    "remark_4",
    "remark_5",
    "repriced_procedure",
    "service_exception",
    "question",
];
/// What names, addresses and ways to reach somebody end in.
const PERSON: [&str; 18] = [
    "last",
    "first",
    "middle",
    "suffix",
    "name",
    "address",
    "address2",
    "city",
    "zip",
    "contact",
    "phone",
    "extension",
    "email",
    "fax",
    "subdivision",
    "group_name",
    "country",
    "state",
];
/// What free text is called.
const TEXT: [&str; 9] = [
    "note",
    "third_party_note",
    "billing_note",
    "text",
    "description",
    "spinal_description",
    "spinal_description2",
    "demonstration_project",
    "contract_terms",
];

/// True for a number of a provider, which says nothing that is not public; a tax id has nine digits.
pub(crate) fn is_public(number: &[u8]) -> bool {
    number.len() == 10 && number.iter().all(u8::is_ascii_digit)
}

/// Fields that hold the number of a provider or its tax id, by the qualifier beside them or by none.
fn is_provider(table: &str, field: &str) -> bool {
    let ends = ["npi", "payee_id", "provider_id", "secondary_id", "sponsor_id"].iter().any(|end| field.ends_with(end));
    ends || (["administrator", "provider"].contains(&table) && field == "id")
}

/// What a text called `field` may tell that would be open, where something speaks against its being what it is called: it
/// may be a patient's.
pub(crate) fn in_doubt(field: &str) -> Phi {
    if PERSON.iter().any(|end| field.ends_with(end)) { Phi::Person } else { Phi::Id }
}

/// What the field `field` of the table `table` may tell. What is not known to be open is taken for an identifier.
pub(crate) fn of(table: &str, field: &str, kind: FieldKind) -> Phi {
    let open_table = OPEN_TABLES.contains(&table);
    match kind {
        FieldKind::Date if field.ends_with("birth_date") || field.ends_with("death_date") => Phi::Born,
        // a code is one of a bounded list
        FieldKind::Money | FieldKind::Number | FieldKind::Date | FieldKind::Code => Phi::Open,
        // a provider may be numbered by the social security number
        FieldKind::Text if field.ends_with("tax_id") || field.ends_with("ssn") => Phi::Id,
        FieldKind::Text if is_provider(table, field) => Phi::Provider,
        FieldKind::Text if open_table => Phi::Open,
        FieldKind::Text if TEXT.contains(&field) => Phi::Text,
        FieldKind::Text if OPEN_FIELDS.contains(&field) || PROVIDERS.iter().any(|begin| field.starts_with(begin)) => {
            Phi::Open
        }
        FieldKind::Text if PERSON.iter().any(|end| field.ends_with(end)) => Phi::Person,
        FieldKind::Text => Phi::Id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_an_identifier() {
        let text = FieldKind::Text;
        assert_eq!(of("claim", "id", text), Phi::Id);
        assert_eq!(of("subscriber", "member_id", text), Phi::Id);
        assert_eq!(of("claim", "something_new", text), Phi::Id);
        assert_eq!(of("provider", "tax_id", text), Phi::Id);
        assert_eq!((of("provider", "npi", text), of("provider", "name", text)), (Phi::Provider, Phi::Open));
        for (table, field) in [
            ("payment", "payee_id"),
            ("claim", "provider_id"),
            ("claim", "rendering_npi"),
            ("provider", "secondary_id"),
        ] {
            assert_eq!(of(table, field, text), Phi::Provider);
        }
        assert_eq!((of("payer", "id", text), of("administrator", "id", text)), (Phi::Open, Phi::Provider));
        assert!(is_public(b"1245319599") && !is_public(b"123456789") && !is_public(b"12-3456789"));
        assert_eq!(of("claim", "rendering_last", text), Phi::Open);
        assert_eq!(of("claim", "pickup_address", text), Phi::Person);
        assert_eq!(of("patient", "last", text), Phi::Person);
        assert_eq!(of("patient", "birth_date", FieldKind::Date), Phi::Born);
        assert_eq!(of("line", "third_party_note", text), Phi::Text);
    }

    #[test]
    fn what_is_in_doubt_is_as_a_patients() {
        assert_eq!((in_doubt("provider_name"), in_doubt("facility_address2")), (Phi::Person, Phi::Person));
        assert_eq!((in_doubt("provider_npi"), in_doubt("payer_id")), (Phi::Id, Phi::Id));
    }

    #[test]
    fn tokens_tell_no_name_and_masks_no_text() {
        assert!(Manner::Token.shows(Phi::Id) && !Manner::Token.shows(Phi::Person));
        assert!(Manner::Mask.shows(Phi::Person) && !Manner::Mask.shows(Phi::Text));
        assert!(Manner::Drop.shows(Phi::Open) && !Manner::Drop.shows(Phi::Born));
        assert!(Manner::Keep.shows(Phi::Text));
    }
}
