"""What registries and payers' lists say: providers, procedures, and what must come with them.

All of it asks for tables that the user brings, and says nothing without them.
"""

from scrubjay.rules import Bool, Code, Date, Text, rule
from scrubjay.rules.fields import Claim, Diagnosis, Line, Provider
from scrubjay.rules.modifiers import lacks

_NPPES = "CMS NPPES; asks for the code table nppes"
_NPPES_FIX = "Look the NPI up in the NPPES registry and send the one that holds"
_NUCC = "NUCC Health Care Provider Taxonomy; asks for the code table nucc"
_OWN = "Rules of the payer; asks for the code table"


def last_day(claim: Claim) -> Date:
    """The last day of the claim's services."""
    lines = claim.lines.max(lambda line: line.service_from)
    return claim.statement_to.otherwise(lines.otherwise(claim.treated_from))


def withdrawn(npi: Text, day: Date) -> Bool:
    """An NPI that is one, is registered, and does not hold on the day."""
    return npi.passes("npi") & npi.listed("nppes") & ~npi.listed("nppes", on=day)


@rule(
    "NPI_DEACTIVATED",
    transactions="PID",
    severity="error",
    snip=6,
    status="A7:562:85",
    source=_NPPES,
    fix=_NPPES_FIX,
    at=lambda _, provider: provider.npi,
)
def npi_deactivated(claim: Claim, provider: Provider) -> Bool:
    """The billing provider's NPI was deactivated before the services."""
    return withdrawn(provider.npi, last_day(claim))


@rule(
    "RENDERING_NPI_DEACTIVATED",
    transactions="PID",
    severity="error",
    snip=6,
    status="A7:562:82",
    source=_NPPES,
    fix=_NPPES_FIX,
    at=lambda claim: claim.rendering_npi,
)
def rendering_npi_deactivated(claim: Claim) -> Bool:
    """The rendering provider's NPI was deactivated before the services."""
    return withdrawn(claim.rendering_npi, last_day(claim))


@rule(
    "NPI_ENTITY_TYPE_MISMATCH",
    transactions="PID",
    severity="warning",
    snip=6,
    status="A8:562:85",
    source=_NPPES,
    fix="Send NM102 1 for a person and 2 for an organisation, as the NPI is registered",
    at=lambda provider: (provider.entity, provider.npi),
)
def npi_entity_type_mismatch(provider: Provider) -> Bool:
    """The billing provider's NPI is registered to a person and sent as an organisation's, or so."""
    return ((provider.entity == "1") & provider.npi.listed("nppes.group")) | (
        (provider.entity == "2") & provider.npi.listed("nppes.person")
    )


@rule(
    "NPI_NOT_ENROLLED_PAYER",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A8:562:85",
    source=f"{_OWN} enrolment: payer and NPI; enrolment.payers: whose list it is",
    fix="Enrol the provider with the payer, or bill with the NPI that is enrolled",
    at=lambda _, provider: provider.npi,
)
def npi_not_enrolled_payer(claim: Claim, provider: Provider) -> Bool:
    """The billing provider is not enrolled with the payer."""
    return claim.payer.id.listed("enrolment.payers") & ~claim.payer.id.with_listed(
        "enrolment", provider.npi, on=last_day(claim)
    )


@rule(
    "SUBMITTER_PROVIDER_UNLINKED",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A8:496:85",
    source=f"{_OWN} submitters: submitter (1000A NM109) and NPI; submitters.known: whose it is",
    fix="Have the payer link the provider to the submitter",
    at=lambda provider: provider.npi,
)
def submitter_provider_unlinked(provider: Provider) -> Bool:
    """The submitter may not send claims of this billing provider."""
    submitter = provider.set.submitter_id
    return submitter.listed("submitters.known") & ~submitter.with_listed("submitters", provider.npi)


@rule(
    "UNKNOWN_TAXONOMY",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:145:85",
    source=_NUCC,
    fix="Send a taxonomy code of the current list",
)
def unknown_taxonomy(provider: Provider) -> Bool:
    """The billing provider's taxonomy code is not in the list."""
    return provider.taxonomy.matches("[0-9]{3}[0-9A-Z]{6}X") & ~provider.taxonomy.listed("nucc")


@rule(
    "TAXONOMY_ROLE_MISMATCH",
    transactions="PID",
    severity="warning",
    snip=6,
    status="A8:145:85",
    source=f"{_NUCC}: sections of individuals and of groups",
    fix="Send the taxonomy code of the group or facility for one, of the person for a person",
    at=lambda provider: (provider.taxonomy, provider.entity),
)
def taxonomy_role_mismatch(provider: Provider) -> Bool:
    """A person bills with the taxonomy code of an organisation.

    Groups of one speciality bill with the code of the persons in them, so that is let through.
    """
    return (provider.entity == "1") & provider.taxonomy.listed("nucc.group")


@rule(
    "INVALID_HCPCS",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:507",
    source="CMS HCPCS alpha-numeric file; asks for the code table hcpcs",
    fix="Use a code that holds on the day of the service",
    at=lambda line: line.procedure,
)
def invalid_hcpcs(line: Line) -> Bool:
    """A procedure (a letter and four digits) is not in the list of HCPCS.

    Of services after the quarter of the list nothing is known: a newer one may have the code.
    """
    return (
        (line.procedure_qualifier == "HC")
        & line.procedure.matches("[A-CE-V][0-9]{4}")
        & ~line.procedure.listed("hcpcs")
        & ~line.procedure.listed("hcpcs", on=line.service_from)
    )


@rule(
    "HCPCS_TERMINATED",
    transactions="PI",
    severity="error",
    snip=5,
    status="A7:507",
    source="CMS HCPCS alpha-numeric file: added and terminated; asks for the code table hcpcs",
    fix="Use a code that holds on the day of the service",
    at=lambda line: line.procedure,
)
def hcpcs_terminated(line: Line) -> Bool:
    """A HCPCS code does not hold any more, or not yet, on the day of the service."""
    return (
        (line.procedure_qualifier == "HC")
        & line.procedure.matches("[A-CE-V][0-9]{4}")
        & line.procedure.listed("hcpcs")
        & ~line.procedure.listed("hcpcs", on=line.service_from)
    )


@rule(
    "UNKNOWN_CPT",
    transactions="PI",
    severity="warning",
    snip=5,
    status="A7:507",
    source="CPT, which the AMA licenses; asks for the code table cpt",
    fix="Use a code that holds on the day of the service",
    at=lambda line: line.procedure,
)
def unknown_cpt(line: Line) -> Bool:
    """A procedure of digits is not in the list of CPT on the day of the service."""
    return (
        (line.procedure_qualifier == "HC")
        & line.procedure.matches("[0-9]{4}[0-9A-Z]")
        & ~line.procedure.listed("cpt", on=line.service_from)
    )


@rule(
    "UNKNOWN_CDT",
    transactions="D",
    severity="warning",
    snip=5,
    status="A7:737",
    source="CDT, which the ADA licenses; asks for the code table cdt",
    fix="Use a code that holds on the day of the service",
    at=lambda line: line.procedure,
)
def unknown_cdt(line: Line) -> Bool:
    """A dental procedure is not in the list of CDT on the day of the service."""
    day = line.service_from.otherwise(line.claim.treated_from)
    return line.procedure.matches("D[0-9]{4}") & ~line.procedure.listed("cdt", on=day)


def unknown(modifier: Code) -> Bool:
    """A modifier that has the form of one and is none."""
    return modifier.matches("[0-9A-Z]{2}") & ~modifier.listed("modifiers")


@rule(
    "UNKNOWN_MODIFIER",
    transactions="PI",
    severity="warning",
    snip=5,
    status="A7:453",
    source="HCPCS and CPT modifiers; asks for the code table modifiers",
    fix="Use a modifier of the list",
)
def unknown_modifier(line: Line) -> Bool:
    """A modifier is in no list."""
    return (
        unknown(line.modifier_1)
        | unknown(line.modifier_2)
        | unknown(line.modifier_3)
        | unknown(line.modifier_4)
    )


@rule(
    "UNLISTED_PROC_NO_DESC",
    severity="warning",
    snip=5,
    status="A8:306",
    source="X222 2400 SV101-7 for codes that describe nothing; asks for the code table unlisted",
    fix="Say in SV101-7 what was done",
    at=lambda line: (line.description, line.procedure),
)
def unlisted_proc_no_desc(line: Line) -> Bool:
    """An unlisted procedure is not described."""
    return (
        line.description.is_missing() & line.note.is_missing() & line.procedure.listed("unlisted")
    )


@rule(
    "MISSING_REFERRING_PROVIDER",
    severity="warning",
    snip=7,
    status="A6:562:DN",
    source=f"{_OWN} referral_required: procedures",
    fix="Send who referred the patient in loop 2310A",
    at=lambda line, claim: (claim.referring_npi, line.procedure),
)
def missing_referring_provider(line: Line, claim: Claim) -> Bool:
    """A service needs a referring provider and there is none."""
    return (
        claim.referring_last.is_missing()
        & line.referring_last.is_missing()
        & line.procedure.listed("referral_required", on=line.service_from)
    )


@rule(
    "MISSING_ORDERING_PROVIDER",
    severity="warning",
    snip=7,
    status="A6:562:DK",
    source=f"{_OWN} order_required: procedures",
    fix="Send who ordered the service in loop 2420E",
    at=lambda line: (line.ordering_npi, line.procedure),
)
def missing_ordering_provider(line: Line) -> Bool:
    """A service needs somebody who ordered it and there is nobody."""
    return line.ordering_last.is_missing() & line.procedure.listed(
        "order_required", on=line.service_from
    )


@rule(
    "MISSING_CLIA",
    severity="warning",
    snip=6,
    status="A6:544",
    source="CMS: tests that need a CLIA certificate; asks for the code table clia_required",
    fix="Send the laboratory's CLIA number in REF*X4",
    at=lambda line, claim: (claim.clia, line.procedure),
)
def missing_clia(line: Line, claim: Claim) -> Bool:
    """A laboratory's test has no CLIA number."""
    return (
        claim.clia.is_missing()
        & line.clia.is_missing()
        & line.procedure.listed("clia_required", on=line.service_from)
    )


@rule(
    "MISSING_PRIOR_AUTH",
    severity="warning",
    snip=7,
    status="A6:252:85",
    source=f"{_OWN} authorization_required: payer and procedure",
    fix="Send the number of the authorization in REF*G1",
    at=lambda line, claim: (claim.prior_authorization, line.procedure),
)
def missing_prior_auth(line: Line, claim: Claim) -> Bool:
    """A service needs an authorization of this payer and has none."""
    return (
        claim.prior_authorization.is_missing()
        & line.prior_authorization.is_missing()
        & claim.payer.id.with_listed("authorization_required", line.procedure, on=line.service_from)
    )


@rule(
    "MISSING_NDC",
    transactions="PI",
    severity="warning",
    snip=7,
    status="A6:218",
    source=f"{_OWN} ndc_required: payer and procedure",
    fix="Send the drug's NDC in loop 2410",
    at=lambda line, _: (line.ndc, line.procedure),
)
def missing_ndc(line: Line, claim: Claim) -> Bool:
    """A drug is billed and this payer wants its NDC."""
    return line.ndc.is_missing() & claim.payer.id.with_listed(
        "ndc_required", line.procedure, on=line.service_from
    )


@rule(
    "THERAPY_MODIFIER_MISSING",
    transactions="PI",
    severity="warning",
    snip=6,
    status="A6:453",
    source="CMS therapy code list; asks for the code table therapy",
    fix="Send GP, GO or GN: whose plan of care it is under",
    at=lambda line: (line.modifier_1, line.procedure),
)
def therapy_modifier_missing(line: Line) -> Bool:
    """Therapy is billed without saying whether it is physical, occupational or of speech."""
    listed = line.procedure.listed("therapy", on=line.service_from)
    return listed & lacks(line, "GP", "GO", "GN")


@rule(
    "TOOTH_REQUIRED",
    transactions="D",
    severity="warning",
    snip=5,
    status="A6:244",
    source="CDT, which the ADA licenses; asks for the code table tooth_required",
    fix="Send the tooth in TOO02",
    at=lambda line: line.procedure,
)
def tooth_required(line: Line) -> Bool:
    """A service is of a tooth and does not say which."""
    untold = line.teeth.none(lambda tooth: tooth.number.is_present())
    return untold & line.procedure.listed("tooth_required")


@rule(
    "HAC_POA_REVIEW",
    transactions="I",
    severity="info",
    snip=6,
    status="A8:688",
    source="CMS hospital-acquired conditions; asks for the code table hac",
    fix="See whether the condition was there when the patient came",
    at=lambda diagnosis, _: diagnosis.present_on_admission,
)
def hac_poa_review(diagnosis: Diagnosis, claim: Claim) -> Bool:
    """A stay has a condition that hospitals are not to cause, and it was not there before."""
    return (
        (claim.facility_type == "11")
        & diagnosis.present_on_admission.is_in("N", "U")
        & diagnosis.code.listed("hac", on=claim.statement_to)
    )


@rule(
    "UNKNOWN_DRG",
    transactions="I",
    severity="warning",
    snip=5,
    status="A7:256",
    source="CMS MS-DRG; asks for the code table msdrg",
    fix="Send the group of the version of the day of discharge",
    at=lambda claim: claim.drg,
)
def unknown_drg(claim: Claim) -> Bool:
    """A Medicare stay's diagnosis related group is none on the last day of the stay."""
    return (claim.subscriber.filing_indicator == "MA") & ~claim.drg.listed(
        "msdrg", on=claim.statement_to
    )
