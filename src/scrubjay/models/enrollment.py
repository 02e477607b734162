"""An enrollment as a typed, frozen value: one member, what covers them, and who said so.

The same record comes from an 834, from a CSV file and from a REST service (docs/enrollment.md).
Where a code has a word (`scrubjay.codes.enrollment`) both are kept: ``relationship`` is the word,
``relationship_code`` the code as it stood; an unknown code has no word. Social security numbers are
never in a record: their last four digits are, and a keyed token that is equal for equal numbers.

As JSON, a record has the order of the fields here, and what is not there is left out. In files,
what is the same for a whole set stands beside the records (`scrubjay.sources`).
"""

import datetime as dt
from typing import Literal

from pydantic import Field

from scrubjay.models.persons import Address
from scrubjay.models.row import Code, Day, Money, Number, Row, Text

__all__ = [
    "SCHEMA",
    "Administrator",
    "Amount",
    "Cob",
    "Cobra",
    "Contact",
    "Coverage",
    "DateSpan",
    "Disability",
    "Employment",
    "Enrollment",
    "Event",
    "Extra",
    "IdCard",
    "Identifier",
    "Income",
    "Language",
    "Medicare",
    "Member",
    "Organization",
    "OtherInsurer",
    "Place",
    "PriorIdentity",
    "Provider",
    "Quarantined",
    "RelatedParty",
    "Reporting",
    "Source",
    "Sponsor",
]

SCHEMA = 2
"""The version of the record's shape; raised where a reader has to change."""


def _rows() -> tuple[()]:
    return Field(default=(), strict=False)


class DateSpan(Row):
    """A date that has no field of its own; `end` where it was told as a span (RD8)."""

    qualifier: Code = None
    name: Text = None
    date: Day = None
    end: Day = None


class Identifier(Row):
    """A number that somebody goes by.

    A social security or individual tax number has no `value`: it has its last four and a token.
    """

    qualifier: Code = None
    name: Text = None
    value: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None


class Amount(Row):
    """An amount of money (AMT)."""

    qualifier: Code = None
    name: Text = None
    amount: Money = None


class Contact(Row):
    """A way to reach somebody (PER)."""

    kind: Text = None
    kind_code: Code = None
    value: Text = None


class Source(Row):
    """Where a record comes from; with `index` it names one record of one load."""

    # What was read, and by what
    kind: Literal["834", "csv", "xlsx", "rest"]
    file: Text = None
    """Base name of the file; of a REST service the address without its query."""
    sha256: Text = None
    """Of the file; missing of what came by standard input."""
    profile: Text = None
    profile_version: Text = None
    # The envelope of an 834
    interchange_index: int | None = None
    group_index: int | None = None
    set_index: int | None = None
    interchange: Text = None
    """ISA13."""
    group: Text = None
    """GS06."""
    set: Text = None
    """ST02."""
    sender: Text = None
    """GS02."""
    receiver: Text = None
    """GS03."""
    # What the file says of itself: BGN, the DTP before the members
    purpose_code: Code = None
    """BGN01: 00 the original, 15 sent again, 22 a copy for information."""
    reference: Text = None
    """BGN02."""
    date: Day = None
    """BGN03."""
    action: Text = None
    action_code: Code = None
    """BGN08."""
    dates: tuple[DateSpan, ...] = _rows()
    # The place of the member
    index: int | None = None
    """Ordinal of the member in the file, from 0."""
    segment_index: int | None = None
    """Of the INS, ST being 1."""
    row: int | None = None
    """Of a CSV or XLSX file: the line of its first record, the header being 1."""
    path: Text = None
    """Of a REST service: where the member stood, as ``page 3 item 17``."""


class Organization(Row):
    """An organization by name and number (N1)."""

    name: Text = None
    id_qualifier: Code = None
    id: Text = None


class Sponsor(Organization):
    """Who enrolls: the employer, union or agency (1000A), with its master policy (REF*38)."""

    policy: Text = None


class Administrator(Organization):
    """Who stands between sponsor and payer (1000C)."""

    role: Text = None
    role_code: Code = None
    account: Text = None
    account_2: Text = None


class PersonName(Row):
    """The parts of a person's name (NM103 to NM107)."""

    last: Text = None
    first: Text = None
    middle: Text = None
    prefix: Text = None
    suffix: Text = None


class Place(Address):
    """An address, and the area that it is in (N3, N4)."""

    location_qualifier: Code = None
    location: Text = None


class PriorIdentity(PersonName):
    """What was wrong about a member before (2100B)."""

    id_qualifier: Code = None
    id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    birth_date: Day = None
    sex: Text = None
    sex_code: Code = None
    marital: Text = None
    marital_code: Code = None


class RelatedParty(PersonName):
    """Somebody beside the member: employer, school, guardian and others (2100D to 2100H).

    Of an organization `name` is its name, of a person `last` and `first` are.
    """

    role: Text = None
    role_code: Code = None
    name: Text = None
    id_qualifier: Code = None
    id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    contact: Text = None
    """Whom to ask for there (PER02)."""
    contacts: tuple[Contact, ...] = _rows()
    place: Place | None = None


class Employment(Row):
    """How a member is employed (INS08, EC, DTP of loop 2000)."""

    status: Text = None
    status_code: Code = None
    classes: tuple[str, ...] = _rows()
    begin: Day = None
    """336."""
    end: Day = None
    """337; it ends no coverage, unless a profile says so."""
    retirement: Day = None
    adjusted_hire: Day = None
    rehire: Day = None


class Income(Row):
    """What a member earns (ICM)."""

    frequency_code: Code = None
    amount: Money = None
    hours: Number = None
    location: Text = None
    salary_grade: Text = None


class Medicare(Row):
    """Medicare of a member (INS06)."""

    plan: Text = None
    plan_code: Code = None
    reason: Text = None
    reason_code: Code = None
    begin: Day = None
    end: Day = None


class Cobra(Row):
    """Continued coverage of a member (INS07)."""

    event: Text = None
    event_code: Code = None
    event_date: Day = None
    begin: Day = None
    end: Day = None


class Disability(Row):
    """A disability (2200)."""

    type_code: Code = None
    diagnosis_qualifier: Code = None
    diagnosis: Code = None
    begin: Day = None
    end: Day = None


class Language(Row):
    """A language that a member uses (LUI)."""

    qualifier: Code = None
    code: Code = None
    description: Text = None
    use_code: Code = None


class Member(PersonName):
    """One person: how they are found again, who they are, where they are.

    A family is the members of one sponsor with the same `subscriber_id`, or, where that is a social
    security number, with the same `subscriber_ssn_token`; it links dependants to their subscriber.
    """

    # INS01, INS02
    is_subscriber: bool | None = None
    relationship: Text = None
    relationship_code: Code = None
    # REF*0F, REF*1L, other REF; NM108, NM109
    subscriber_id: Text = None
    subscriber_ssn_last4: Text = None
    subscriber_ssn_token: Text = None
    policy: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    id_qualifier: Code = None
    """Of a number in NM109 that is no social security number."""
    id: Text = None
    ids: tuple[Identifier, ...] = _rows()
    # NM101 is 74 where identity is corrected; 2100B says what was wrong
    is_corrected: bool | None = None
    prior: PriorIdentity | None = None
    # DMG
    birth_date: Day = None
    sex: Text = None
    sex_code: Code = None
    marital: Text = None
    marital_code: Code = None
    races: tuple[str, ...] = _rows()
    citizenship_code: Code = None
    # PER, N3, N4, 2100C
    contacts: tuple[Contact, ...] = _rows()
    residence: Place | None = None
    mailing: Place | None = None
    # INS05 to INS17
    benefit_status: Text = None
    benefit_status_code: Code = None
    student: Text = None
    student_code: Code = None
    is_disabled: bool | None = None
    death_date: Day = None
    confidentiality_code: Code = None
    birth_sequence: int | None = None
    employment: Employment | None = None
    medicare: Medicare | None = None
    medicaid_begin: Day = None
    medicaid_end: Day = None
    cobra: Cobra | None = None
    education_begin: Day = None
    education_end: Day = None
    # The rest of 2100A, 2100D to 2100H, 2200
    income: Income | None = None
    health_code: Code = None
    height: Number = None
    weight: Number = None
    languages: tuple[Language, ...] = _rows()
    amounts: tuple[Amount, ...] = _rows()
    related: tuple[RelatedParty, ...] = _rows()
    disabilities: tuple[Disability, ...] = _rows()
    dates: tuple[DateSpan, ...] = _rows()
    """Dates of loop 2000 that have no field of their own."""


class Event(Row):
    """Why the member is in the file (INS03, INS04, DTP of loop 2000)."""

    action: Text = None
    action_code: Code = None
    reason: Text = None
    reason_code: Code = None
    effective: Day = None
    """303."""
    eligibility_begin: Day = None
    """356."""
    eligibility_end: Day = None
    """357; with action 024 it ends every coverage that has no end of its own."""
    received: Day = None
    """050."""
    signed: Day = None
    """300."""


class Provider(PersonName):
    """A provider that the member chose or has (2310)."""

    role: Text = None
    role_code: Code = None
    name: Text = None
    id_qualifier: Code = None
    id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    patient_code: Code = None
    """NM110: 25 a patient already, 26 none yet, 72 not known."""
    contacts: tuple[Contact, ...] = _rows()
    place: Place | None = None
    change_effective: Day = None
    change_reason_code: Code = None


class OtherInsurer(Organization):
    """Another insurer (2330)."""

    entity_code: Code = None
    phone: Text = None
    place: Place | None = None


class Cob(Row):
    """Other coverage of the member (2320)."""

    responsibility: Text = None
    responsibility_code: Code = None
    policy: Text = None
    kind: Text = None
    kind_code: Code = None
    benefit_codes: tuple[str, ...] = _rows()
    ids: tuple[Identifier, ...] = _rows()
    begin: Day = None
    end: Day = None
    insurers: tuple[OtherInsurer, ...] = _rows()


class IdCard(Row):
    """A request for identification cards (IDC)."""

    plan: Text = None
    type_code: Code = None
    quantity: int | None = None
    action_code: Code = None


class Coverage(Row):
    """One coverage of a member (2300)."""

    # HD
    action: Text = None
    action_code: Code = None
    line: Text = None
    line_code: Code = None
    plan: Text = None
    tier: Text = None
    tier_code: Code = None
    is_late: bool | None = None
    # DTP
    begin: Day = None
    """348."""
    end: Day = None
    """349."""
    effective: Day = None
    """303."""
    premium_paid_to: Day = None
    """343."""
    last_premium_paid: Day = None
    """543."""
    signed: Day = None
    """300."""
    dates: tuple[DateSpan, ...] = _rows()
    # AMT, REF, IDC
    amounts: tuple[Amount, ...] = _rows()
    ids: tuple[Identifier, ...] = _rows()
    prior_months: int | None = None
    """REF*QQ."""
    cards: tuple[IdCard, ...] = _rows()
    providers: tuple[Provider, ...] = _rows()
    cob: tuple[Cob, ...] = _rows()


class Reporting(Row):
    """What is reported of a member by name (2750): one REF each, whatever its name."""

    name: Text = None
    qualifier: Code = None
    value: Text = None
    date: Day = None
    end: Day = None


class Extra(Row):
    """What a source says and no field holds, kept raw: ``2000/ZZZ`` or the name of a column."""

    place: str
    segment_index: int | None = None
    values: tuple[str, ...] = _rows()


class Enrollment(Row):
    """One member of one load, with everything that the source says of them."""

    schema_version: Literal[2]
    source: Source
    sponsor: Sponsor | None = None
    payer: Organization | None = None
    administrators: tuple[Administrator, ...] = _rows()
    event: Event
    member: Member
    coverages: tuple[Coverage, ...] = _rows()
    reporting: tuple[Reporting, ...] = _rows()
    extras: tuple[Extra, ...] = _rows()

    def to_json(self) -> str:
        """The canonical line: fields in their order, what is not there left out."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def family(self) -> tuple[str | None, str | None]:
        """What a subscriber and their dependants have in common: the sponsor and the subscriber."""
        sponsor = self.sponsor.id if self.sponsor else None
        return sponsor, self.member.subscriber_ssn_token or self.member.subscriber_id

    @property
    def covered_from(self) -> dt.date | None:
        """The first day of all coverages."""
        return min((each.begin for each in self.coverages if each.begin), default=None)


class Quarantined(Row):
    """One reason why a member is held back, or noted: a line of quarantine.jsonl.

    An `error` holds the member; a `warning` lets the record pass. What does not apply is null.
    """

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    fix: str | None = None
    kind: Literal["834", "csv", "xlsx", "rest"]
    file: str | None = None
    interchange: str | None = None
    group: str | None = None
    set: str | None = None
    index: int | None = None
    """Ordinal of the member in the file, from 0."""
    row: int | None = None
    path: str | None = None
    loop: str | None = None
    segment: str | None = None
    segment_index: int | None = None
    element: int | None = None
    component: int | None = None
    field: str | None = None
    """The place in the record: ``member.birth_date``; of CSV and REST the column or name too.

    Of an 834 an item of a list is named without its number: ``coverages.end``.
    """
    value: str | None = None
    """What stood there, masked: letters as A, digits as 9."""
    subscriber: str | None = None
    """Token of the subscriber's number."""
    scope: str | None = None
    """Of an 834: ``member``, or what went back as a whole: ``set``, ``group``, ``interchange``."""
    members: int | None = None
    """How many members went back with it."""
    profile: str | None = None
    profile_version: str | None = None
