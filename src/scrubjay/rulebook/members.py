"""Who is insured and who was treated: subscriber and patient."""

from scrubjay.rulebook.dates import first_service
from scrubjay.rulebook.identity import STATES, domestic
from scrubjay.rules import Bool, Date, received, rule
from scrubjay.rules.fields import Claim, Subscriber

OLDEST = 150
"""Years that nobody has lived."""


def birth(claim: Claim) -> Date:
    """The date of birth of the person treated."""
    return claim.patient.birth_date.otherwise(claim.subscriber.birth_date)


@rule(
    "MISSING_MEMBER_ID",
    transactions="PID",
    severity="error",
    snip=4,
    status="A6:164:IL",
    source="X222 2010BA NM108 and NM109; property and casualty claims are exempt",
    fix="Send the member number from the insurance card in NM109 of loop 2010BA",
    at=lambda subscriber: subscriber.member_id,
)
def missing_member_id(subscriber: Subscriber) -> Bool:
    """The subscriber has no member number.

    A payer finds a person by this number. A property and casualty claim (REF*Y4) may go without it,
    and so may an employer who is the subscriber of a workers' compensation claim.
    """
    return (
        (subscriber.entity == "1")
        & subscriber.member_id.is_missing()
        & subscriber.casualty_claim.is_missing()
    )


@rule(
    "MISSING_SUBSCRIBER_NAME",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:505:IL",
    source="X222 2010BA NM104: sent when the subscriber is a person with a first name",
    fix="Send the subscriber's first name as the insurance card has it",
    at=lambda subscriber: subscriber.first,
)
def missing_subscriber_name(subscriber: Subscriber) -> Bool:
    """The subscriber is a person without a first name.

    Some people have one name only, so this is a warning; for all others payers compare both.
    """
    return (subscriber.entity == "1") & subscriber.first.is_missing()


@rule(
    "MISSING_PATIENT_DOB",
    transactions="PID",
    severity="error",
    snip=4,
    status="A6:158:IL",
    source="X222 2010BA DMG: sent when the subscriber is the patient",
    fix="Send the subscriber's date of birth and sex in DMG of loop 2010BA",
    at=lambda subscriber: subscriber.birth_date,
)
def missing_patient_dob(subscriber: Subscriber) -> Bool:
    """The subscriber is the patient but has no date of birth and sex."""
    return (
        (subscriber.relationship == "18")
        & subscriber.birth_date.is_missing()
        & subscriber.sex.is_missing()
    )


@rule(
    "MISSING_PATIENT_ADDRESS",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:126:IL",
    source="X222 2010BA N3 and N4: sent when the subscriber is the patient",
    fix="Send the subscriber's address in N3 and N4 of loop 2010BA",
    at=lambda subscriber: subscriber.address,
)
def missing_patient_address(subscriber: Subscriber) -> Bool:
    """The subscriber is the patient but has no address."""
    return (subscriber.relationship == "18") & subscriber.address.is_missing()


@rule(
    "MISSING_FILING_INDICATOR",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:480:PR",
    source="X222 2000B SBR09: required until plan identifiers are mandated",
    fix="Send the kind of plan in SBR09: MB for Medicare, MC for Medicaid, CI for commercial",
    at=lambda subscriber: subscriber.filing_indicator,
)
def missing_filing_indicator(subscriber: Subscriber) -> Bool:
    """The claim does not say what kind of plan is to pay."""
    return subscriber.responsibility.is_present() & subscriber.filing_indicator.is_missing()


@rule(
    "INVALID_SUBSCRIBER_STATE",
    transactions="PID",
    severity="warning",
    snip=5,
    status="A7:501:IL",
    source="USPS Publication 28, appendix B; Canada Post: provinces",
    fix="Send the two-letter code of the state",
)
def invalid_subscriber_state(subscriber: Subscriber) -> Bool:
    """The subscriber's state is not a state, territory or province."""
    return ~subscriber.state.is_in(STATES) & (
        domestic(subscriber.country) | (subscriber.country == "CA")
    )


@rule(
    "INVALID_DOB",
    transactions="PID",
    severity="error",
    snip=4,
    status="A7:158:QC",
    source="X222 2010BA and 2010CA DMG02",
    fix="Correct the date of birth",
    at=lambda claim: (claim.patient.birth_date, claim.subscriber.birth_date),
)
def invalid_dob(claim: Claim) -> Bool:
    """The patient's date of birth is in the future, or 150 years ago and more."""
    return (birth(claim) > received()) | (birth(claim).years_until(received()) >= OLDEST)


@rule(
    "DOB_AFTER_SERVICE",
    transactions="PID",
    severity="error",
    snip=4,
    status="A8:158:QC",
    source="X222 2010BA and 2010CA DMG02 against 2400 DTP*472",
    fix="Correct the date of birth or the date of service",
    at=lambda claim: (claim.patient.birth_date, claim.subscriber.birth_date),
)
def dob_after_service(claim: Claim) -> Bool:
    """The patient was born after the first service."""
    return birth(claim) > first_service(claim)


@rule(
    "SERVICE_AFTER_DEATH",
    severity="warning",
    snip=4,
    status="A8:159:QC",
    source="X222 2000B and 2000C PAT06 against 2400 DTP*472",
    fix="Correct the date of death or the date of service",
    at=lambda claim: (claim.patient.death_date, claim.subscriber.death_date),
)
def service_after_death(claim: Claim) -> Bool:
    """A service is dated after the patient's death.

    Medicare rejects it; readings and examinations of a pathologist are sometimes dated so.
    """
    own = claim.patient.is_missing() & (
        claim.subscriber.death_date < claim.lines.max(lambda line: line.service_from)
    )
    return own | (claim.patient.death_date < claim.lines.max(lambda line: line.service_from))


@rule(
    "PATIENT_LOOP_CONFLICT",
    transactions="PID",
    severity="error",
    snip=4,
    status="A8:156",
    source=(
        "X222 2000B SBR02 and 2000C: the subscriber is the patient, or a patient "
        "follows; never both, never neither"
    ),
    fix="Send SBR02 = 18 and no loop 2000C, or no SBR02 and the patient in loop 2000C",
    at=lambda claim: claim.subscriber.relationship,
)
def patient_loop_conflict(claim: Claim) -> Bool:
    """It is not clear whether the subscriber or somebody else is the patient.

    SBR02 = 18 says that the subscriber is the patient, a loop 2000C that somebody else is. With
    both, or with neither, a payer cannot tell for whom the claim is.
    """
    own = claim.subscriber.relationship
    return (own.is_present() & claim.patient.is_present()) | (
        own.is_missing() & claim.patient.is_missing()
    )
