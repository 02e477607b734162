"""Who bills and who treats: identifiers, names and addresses of providers."""

from scrubjay.rules import Bool, Code, rule
from scrubjay.rules.fields import Claim, Line, Provider

NPI = "CMS: NPI check digit (Luhn over 80840 and the NPI, ISO/IEC 7812)"
NPI_FIX = "Correct the NPI; compare it with the NPPES registry"

_STATES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV
NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS FM GU MH MP PR PW
VI UM AA AE AP AB BC MB NB NL NF NS NT NU ON PE QC PQ SK YT
"""
STATES = frozenset(_STATES.split())
"""States, territories and military mail of the USPS, and provinces of Canada."""


def domestic(country: Code) -> Bool:
    """An address of the United States: N404 is left out or says so."""
    return country.is_missing() | (country == "US")


@rule(
    "INVALID_NPI",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:562:85",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_npi(provider: Provider) -> Bool:
    """The billing provider's NPI is not a valid NPI.

    An NPI has ten digits, begins with 1 or 2, and its last digit is a check digit. No payer can
    match a number that fails it, and all claims of the provider come back.
    """
    return ~provider.npi.passes("npi")


@rule(
    "INVALID_RENDERING_NPI",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:562:82",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_rendering_npi(claim: Claim) -> Bool:
    """The rendering provider's NPI is not a valid NPI."""
    return ~claim.rendering_npi.passes("npi")


@rule(
    "INVALID_REFERRING_NPI",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:562:DN",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_referring_npi(claim: Claim) -> Bool:
    """The referring provider's NPI is not a valid NPI."""
    return ~claim.referring_npi.passes("npi")


@rule(
    "INVALID_FACILITY_NPI",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:562:77",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_facility_npi(claim: Claim) -> Bool:
    """The service facility's NPI is not a valid NPI."""
    return ~claim.facility_npi.passes("npi")


@rule(
    "INVALID_ATTENDING_NPI",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:562:71",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_attending_npi(claim: Claim) -> Bool:
    """The attending provider's NPI is not a valid NPI."""
    return ~claim.attending_npi.passes("npi")


@rule(
    "INVALID_OPERATING_NPI",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:562:72",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_operating_npi(claim: Claim) -> Bool:
    """The operating physician's NPI is not a valid NPI."""
    return ~claim.operating_npi.passes("npi")


@rule(
    "INVALID_OTHER_OPERATING_NPI",
    transactions="I",
    severity="error",
    snip=5,
    status="A7:562:73",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_other_operating_npi(claim: Claim) -> Bool:
    """The other operating physician's NPI is not a valid NPI."""
    return ~claim.other_operating_npi.passes("npi")


@rule(
    "INVALID_ASSISTANT_NPI",
    transactions="D",
    severity="error",
    snip=5,
    status="A7:562:DD",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_assistant_npi(claim: Claim) -> Bool:
    """The assistant surgeon's NPI is not a valid NPI."""
    return ~claim.assistant_npi.passes("npi")


@rule(
    "INVALID_SUPERVISING_NPI",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:562:DQ",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_supervising_npi(claim: Claim) -> Bool:
    """The supervising provider's NPI is not a valid NPI."""
    return ~claim.supervising_npi.passes("npi")


@rule(
    "INVALID_LINE_RENDERING_NPI",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:562:82",
    source=NPI,
    fix=NPI_FIX,
)
def invalid_line_rendering_npi(line: Line) -> Bool:
    """The rendering provider's NPI on a service line is not a valid NPI."""
    return ~line.rendering_npi.passes("npi")


@rule("INVALID_ORDERING_NPI", severity="error", snip=5, status="A7:562:DK", source=NPI, fix=NPI_FIX)
def invalid_ordering_npi(line: Line) -> Bool:
    """The ordering provider's NPI is not a valid NPI."""
    return ~line.ordering_npi.passes("npi")


@rule(
    "MISSING_BILLING_NPI",
    transactions="PID",
    severity="error",
    snip=4,
    status="A6:562:85",
    source=(
        "X222 2010AA NM109, 2010BB REF: an NPI, or for those who have none the payer's own number"
    ),
    fix="Send the billing provider's NPI in NM109 of loop 2010AA",
    at=lambda _, provider: provider.npi,
)
def missing_billing_npi(claim: Claim, provider: Provider) -> Bool:
    """The billing provider has neither an NPI nor a number of the payer.

    A provider of health care sends an NPI. One who cannot have one (a taxi, a carpenter) is told
    apart by the number that the payer gave, REF*G2 in loop 2010BB; such claims are let through.
    """
    return provider.npi.is_missing() & claim.payer.provider_id.is_missing()


@rule(
    "RENDERING_EQUALS_BILLING",
    transactions="PD",
    severity="warning",
    snip=4,
    status="A8:562:82",
    source="X222 2310B: sent when the rendering provider is not the billing provider",
    fix="Leave loop 2310B out when the billing provider rendered the service",
)
def rendering_equals_billing(claim: Claim, provider: Provider) -> Bool:
    """The rendering provider is the billing provider, and need not be sent.

    The guide asks for the rendering provider only when it is another. Most payers look past the
    repetition; some refuse it.
    """
    return claim.rendering_npi == provider.npi


@rule(
    "INVALID_TAX_ID",
    transactions="PID",
    severity="error",
    snip=4,
    status="A7:128:85",
    source="X222 2010AA REF*EI|SY; IRS: EIN and SSN have nine digits",
    fix="Send nine digits without a hyphen",
)
def invalid_tax_id(provider: Provider) -> Bool:
    """The billing provider's tax number is not nine digits."""
    return ~provider.tax_id.matches(r"\d{9}") | (provider.tax_id == "000000000")


@rule(
    "TAX_ID_FILLER",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A7:128:85",
    source="Claims clearing: numbers of one digit are hardly ever anybody's",
    fix="Send the provider's own number",
)
def tax_id_filler(provider: Provider) -> Bool:
    """The billing provider's tax number is nine times the same digit, such as 999999999.

    Nobody forbids such a number, so this does not reject; but it is mostly a filler.
    """
    return provider.tax_id.is_in([str(digit) * 9 for digit in range(1, 10)])


@rule(
    "BILLING_ADDRESS_PO_BOX",
    transactions="PID",
    severity="error",
    snip=4,
    status="A7:503:85",
    source="X222 2010AA N3: a street address; post office and lock boxes go to 2010AB",
    fix="Send the street address in 2010AA and the box in 2010AB",
    at=lambda provider: provider.address,
)
def billing_address_po_box(provider: Provider) -> Bool:
    """The billing provider's address is a post office box.

    Since 5010 the billing address is where the provider is; money is sent to the pay-to address.
    """
    office = "[Pp][Oo][Ss][Tt] [Oo][Ff][Ff][Ii][Cc][Ee]"
    box = rf"(.* )?([Pp]\.? ?[Oo]\.?|{office}|[Ll][Oo][Cc][Kk]) ?[Bb][Oo][Xx]([^A-Za-z].*)?"
    return provider.address.matches(box) | (
        provider.address2.is_present() & provider.address2.matches(box)
    )


@rule(
    "BILLING_ZIP_NOT_9",
    transactions="PID",
    severity="error",
    snip=4,
    status="A7:500:85",
    source="X222 2010AA N403: the full nine digits for addresses in the United States",
    fix="Send ZIP and +4 without a hyphen",
)
def billing_zip_not_9(provider: Provider) -> Bool:
    """The billing provider's ZIP code has no +4."""
    return ~provider.zip.matches(r"\d{9}") & domestic(provider.country)


@rule(
    "FACILITY_ZIP_NOT_9",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A7:500:77",
    source="X222 2310C N403: the full nine digits for addresses in the United States",
    fix="Send ZIP and +4 without a hyphen",
)
def facility_zip_not_9(claim: Claim) -> Bool:
    """The service facility's ZIP code has no +4."""
    return ~claim.facility_zip.matches(r"\d{9}") & domestic(claim.facility_country)


@rule(
    "INVALID_STATE_CODE",
    transactions="PID",
    severity="error",
    snip=5,
    status="A7:501:85",
    source="USPS Publication 28, appendix B; Canada Post: provinces",
    fix="Send the two-letter code of the state",
)
def invalid_state_code(provider: Provider) -> Bool:
    """The billing provider's state is not a state, territory or province."""
    return ~provider.state.is_in(STATES) & (domestic(provider.country) | (provider.country == "CA"))


@rule(
    "ORG_HAS_PERSON_NAME",
    transactions="PD",
    severity="warning",
    snip=4,
    status="A8:505:85",
    source="X222 2010AA NM104, NM105, NM107: only for a person",
    fix=(
        "Leave first name, middle name and suffix out, or say that the provider is a "
        "person (NM102 = 1)"
    ),
    at=lambda provider: provider.first,
)
def org_has_person_name(provider: Provider) -> Bool:
    """The billing provider is an organisation but has a person's first or middle name or suffix."""
    personal = (
        provider.first.is_present() | provider.middle.is_present() | provider.suffix.is_present()
    )
    return (provider.entity == "2") & personal


@rule(
    "INVALID_TAXONOMY",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:145:85",
    source="NUCC Health Care Provider Taxonomy: ten characters, the last an X",
    fix="Send the taxonomy code as NUCC lists it",
)
def invalid_taxonomy(provider: Provider) -> Bool:
    """The billing provider's taxonomy code is not of the form of a taxonomy code."""
    return ~provider.taxonomy.matches("[0-9]{3}[0-9A-Z]{6}X")


@rule(
    "INVALID_RENDERING_TAXONOMY",
    transactions="PD",
    severity="warning",
    snip=5,
    status="A7:145:82",
    source="NUCC Health Care Provider Taxonomy: ten characters, the last an X",
    fix="Send the taxonomy code as NUCC lists it",
)
def invalid_rendering_taxonomy(claim: Claim) -> Bool:
    """The rendering provider's taxonomy code is not of the form of a taxonomy code."""
    return ~claim.rendering_taxonomy.matches("[0-9]{3}[0-9A-Z]{6}X")


@rule(
    "INVALID_CLIA",
    severity="warning",
    snip=5,
    status="A7:544",
    source="CMS: a CLIA number is two digits, D, seven digits",
    fix="Send the number as it stands on the CLIA certificate",
)
def invalid_clia(claim: Claim) -> Bool:
    """The laboratory's CLIA number is not of the form of a CLIA number."""
    return ~claim.clia.matches(r"\d{2}D\d{7}")


@rule(
    "MISSING_COUNTRY_CODE",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:680:85",
    source="X222 2010AA N402 and N404: a state, or the country of an address abroad",
    fix="Send the state in N402, or the country in N404",
    at=lambda provider: (provider.country, provider.state),
)
def missing_country_code(provider: Provider) -> Bool:
    """The billing provider's address has neither a state nor a country."""
    return provider.city.is_present() & provider.state.is_missing() & provider.country.is_missing()


@rule(
    "POSTAL_CODE_NOT_ALLOWED",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A7:500:85",
    source="X222 2010AA N403: sent for addresses in the United States and in Canada",
    fix="Leave the postal code out of an address abroad",
    at=lambda provider: provider.zip,
)
def postal_code_not_allowed(provider: Provider) -> Bool:
    """The billing provider's address abroad has a postal code.

    Guides ask for one in the United States and in Canada, and Mexico has them too; elsewhere some
    payers read it as a ZIP code and find none.
    """
    return provider.zip.is_present() & ~provider.country.is_in("US", "CA", "MX")
