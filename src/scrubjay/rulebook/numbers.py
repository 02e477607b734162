"""NPIs that stand on lines or beside the rendering provider's, and other numbers with a form."""

from scrubjay.rulebook.identity import NPI, NPI_FIX
from scrubjay.rules import Bool, Text, rule
from scrubjay.rules.fields import Claim, Line, Provider, Subscriber

PHONE = "[2-9][0-9]{2}[2-9][0-9]{6}"
"""Ten digits of the North American numbering plan: neither area nor exchange begins with 0 or 1."""


@rule(
    "INVALID_PRIMARY_CARE_NPI",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:562:P3",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_primary_care_npi(claim: Claim) -> Bool:
    """The primary care provider's NPI is not a valid NPI."""
    return ~claim.primary_care_npi.passes("npi")


@rule(
    "INVALID_LINE_SUPERVISING_NPI",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:562:DQ",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_supervising_npi(line: Line) -> Bool:
    """The supervising provider's NPI on a service line is not a valid NPI."""
    return ~line.supervising_npi.passes("npi")


@rule(
    "INVALID_LINE_REFERRING_NPI",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:562:DN",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_referring_npi(line: Line) -> Bool:
    """The referring provider's NPI on a service line is not a valid NPI."""
    return ~line.referring_npi.passes("npi")


@rule(
    "INVALID_LINE_FACILITY_NPI",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:562:77",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_facility_npi(line: Line) -> Bool:
    """The service facility's NPI on a service line is not a valid NPI."""
    return ~line.facility_npi.passes("npi")


@rule(
    "INVALID_PURCHASED_NPI",
    severity="error",
    snip=5,
    status="A7:562:QB",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_purchased_npi(line: Line) -> Bool:
    """The NPI of the provider from whom a service was purchased is not a valid NPI."""
    return ~line.purchased_npi.passes("npi")


@rule(
    "INVALID_LINE_OPERATING_NPI",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:562:72",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_operating_npi(line: Line) -> Bool:
    """The operating physician's NPI on a service line is not a valid NPI."""
    return ~line.operating_npi.passes("npi")


@rule(
    "INVALID_LINE_OTHER_OPERATING_NPI",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:562:73",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_other_operating_npi(line: Line) -> Bool:
    """The other operating physician's NPI on a service line is not a valid NPI."""
    return ~line.other_operating_npi.passes("npi")


@rule(
    "INVALID_LINE_ASSISTANT_NPI",
    transactions="D",
    severity="error",
    snip=5,
    status="A7:562:DD",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_assistant_npi(line: Line) -> Bool:
    """The assistant surgeon's NPI on a service line is not a valid NPI."""
    return ~line.assistant_npi.passes("npi")


@rule(
    "INVALID_SSN",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:148:IL",
    source="X222 2010BA REF*SY; Social Security Administration: never 000, 666 or 9 first",
    fix="Send the nine digits without hyphens, or leave the number out",
)
def invalid_ssn(subscriber: Subscriber) -> Bool:
    """The subscriber's social security number is not one that was ever given out.

    What is not made of digits is some other number under a wrong qualifier; the guide tells it.
    """
    number = subscriber.ssn
    wrong = ~number.matches("[0-8][0-9]{8}") | number.starts_with("000", "666")
    return number.matches("[0-9 -]+") & wrong


@rule(
    "INVALID_UPIN",
    transactions="PD",
    severity="warning",
    snip=5,
    status="A7:133:85",
    source="X222 2010AA REF*1G: a letter and five digits, or three letters and three digits",
    fix="Send the UPIN as it was given, or leave it out: the NPI took its place",
    at=lambda provider: provider.secondary_id,
)
def invalid_upin(provider: Provider) -> Bool:
    """The billing provider's UPIN is not of the form of a UPIN."""
    upin = "[A-Z][0-9]{5}|[A-Z]{3}[0-9]{3}"
    return (provider.secondary_id_qualifier == "1G") & ~provider.secondary_id.matches(upin)


def _no_number(phone: Text) -> Bool:
    return ~phone.matches(PHONE)


@rule(
    "INVALID_PHONE",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:127:85",
    source=(
        "X222 2010AA PER04 (TE): area code, exchange and number in ten digits; North American "
        "numbering plan"
    ),
    fix="Send ten digits without hyphens; an extension goes to PER06",
)
def invalid_phone(provider: Provider) -> Bool:
    """The billing provider's telephone number is not ten digits of the numbering plan."""
    return _no_number(provider.phone) & (provider.country.is_missing() | (provider.country == "US"))


@rule(
    "INVALID_LINE_CLIA",
    severity="warning",
    snip=5,
    status="A7:544",
    source="CMS: a CLIA number is two digits, D, seven digits",
    fix="Send the number as it stands on the CLIA certificate",
)
def invalid_line_clia(line: Line) -> Bool:
    """A line's CLIA number is not of the form of a CLIA number."""
    return ~line.clia.matches(r"\d{2}D\d{7}")


@rule(
    "INVALID_REFERRING_CLIA",
    severity="warning",
    snip=5,
    status="A7:630",
    source="X222 2400 REF*F4; CMS: a CLIA number is two digits, D, seven digits",
    fix="Send the number as it stands on the referring laboratory's CLIA certificate",
)
def invalid_referring_clia(line: Line) -> Bool:
    """The referring laboratory's CLIA number is not of the form of a CLIA number."""
    return ~line.referring_clia.matches(r"\d{2}D\d{7}")
