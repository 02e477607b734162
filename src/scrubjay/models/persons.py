"""What several levels of a claim say alike: who somebody is, where, and what covers them.

Each is a base of models. Pydantic takes the fields of bases from the right, so a model names its
bases backwards and its JSON has the order of the guide.
"""

from scrubjay.models.row import Code, Day, Number, Row, Text

__all__ = [
    "Address",
    "Coverage",
    "Demographics",
    "Insurer",
    "MemberId",
    "PatientInformation",
    "PersonName",
]


class PersonName(Row):
    """Somebody's name (NM102 to NM107)."""

    entity: Code = None
    last: Text = None
    first: Text = None
    middle: Text = None
    suffix: Text = None


class MemberId(Row):
    """The number of an insured (NM108, NM109)."""

    member_id_qualifier: Code = None
    member_id: Text = None


class Address(Row):
    """Where somebody is (N3, N4)."""

    address: Text = None
    address2: Text = None
    city: Text = None
    state: Code = None
    zip: Text = None
    country: Code = None
    subdivision: Code = None


class Demographics(Row):
    """When somebody was born (DMG)."""

    birth_date: Day = None
    sex: Code = None


class PatientInformation(Row):
    """What a patient is to the subscriber, and how they are (PAT)."""

    relationship: Code = None
    death_date: Day = None
    weight: Number = None
    pregnancy: Code = None


class Coverage(Row):
    """What an insured has (SBR)."""

    responsibility: Code = None
    relationship: Code = None
    group_number: Text = None
    group_name: Text = None
    insurance_type: Code = None
    filing_indicator: Code = None


class Insurer(Row):
    """A payer by name and number (NM1*PR)."""

    name: Text = None
    id_qualifier: Code = None
    id: Text = None
