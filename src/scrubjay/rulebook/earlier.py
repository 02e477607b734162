"""What was done and sent before: in the file, and in a history of claims that were sent.

All of it but what the file itself tells asks for a history (`--history`), and says nothing without.
"""

from functools import reduce
from operator import or_

from scrubjay.rulebook.coverage import VISITS
from scrubjay.rules import Bool, Date, Number, came_before, rule, seen_before
from scrubjay.rules.fields import Claim, Line, Set
from scrubjay.rules.frequencies import changes, is_original
from scrubjay.rules.modifiers import lacks
from scrubjay.rules.past import FILES, ORIGINALS, PHYSICIANS, SERVICES, day_of

NEW_PATIENT = "99(20[2-5]|34[1-5]|38[1-7])"
"""Visits of new patients: in an office, at home, and without an illness."""

_FEES = "CMS physician fee schedule, global days; asks for a history and for the code table pfs"


def in_global_period(line: Line) -> Bool:
    """The same physician did surgery before that pays for the day of the line too."""
    day = line.service_from
    ten, ninety = (
        PHYSICIANS.has(line, since=day - days, until=day - 1, among=f"pfs.global_{days:03}")
        for days in (10, 90)
    )
    return ten | ninety


def units_of(line: Line, since: Date | None = None) -> Number:
    """Units of the line's procedure on its claim: all, or from a day to that of the line."""

    def counts(other: Line) -> Bool:
        same = other.procedure == line.procedure
        if since is None:
            return same
        return same & (day_of(other) >= since) & (day_of(other) <= day_of(line))

    return line.claim.lines.where(counts).sum(lambda other: other.units)


@rule(
    "DUPLICATE_PCN_IN_BATCH",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A8:478",
    source="X222 2300 CLM01: the number by which the answers to a claim find it",
    fix="Give each claim a number of its own, or send a correction as a replacement",
    at=lambda claim: claim.id,
)
def duplicate_pcn_in_batch(claim: Claim) -> Bool:
    """Two claims of a provider to one payer have the same number, and are not the same claim.

    Acknowledgments and payments name a claim by it; with two alike one may be taken for the other.
    It is looked for within the file, among as many claims as DUPLICATE_CLAIM is.
    """
    provider = claim.provider
    again = came_before(
        claim,
        claim.id,
        provider.npi.otherwise(provider.tax_id),
        claim.payer.id,
        claim.subscriber.responsibility,
        when=is_original(claim),
    )
    return is_original(claim) & again & ~seen_before(claim)


@rule(
    "REF_F8_REUSED",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A8:495",
    source="X222 2300 REF*F8: the payer's number of the claim that is replaced or voided",
    fix="Send the number that the payer gave the latest of the claims, and each change once",
    at=lambda claim: claim.original_reference,
)
def ref_f8_reused(claim: Claim) -> Bool:
    """The claim that is replaced, voided or corrected was so before.

    In the file, or, with a history, in what was sent before. Some payers give every replacement a
    number of its own and take nothing more for the old one; others keep the number, so that this
    warns and does not reject.
    """
    again = came_before(claim, claim.payer.id, claim.original_reference, when=changes(claim))
    return changes(claim) & (again | ORIGINALS.has(claim))


@rule(
    "DUPLICATE_FILE",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A8:54",
    source="X222 ST02 and BHT03 to BHT05: what tells a set from others; asks for a history",
    fix="Send it once; give what is sent anew new numbers",
    at=lambda sent: (sent.reference, sent.control),
)
def duplicate_file(set: Set) -> Bool:  # noqa: A002 - as its row is called
    """The transaction set was sent before.

    Sender, receiver, ST02, BHT03 and when it was made (BHT04, BHT05) are the same. A set that lost
    claims when it was split has other numbers then; its claims are found one by one
    (DUPLICATE_CLAIM). Each claim of the set says so with 54: X12's list keeps 746, a set sent
    twice, for the level of the receiver.

    A set is sent again on purpose where its receiver lost it, or never answered, and what a
    receiver has is not known here: so this warns.
    """
    return FILES.has(set)


@rule(
    "NEW_PATIENT_WITHIN_3Y",
    severity="warning",
    snip=6,
    status="A8:454",
    source="CPT evaluation and management: new is who was not seen for three years; asks for a "
    "history",
    fix="Bill a visit of an established patient",
    at=lambda line: line.procedure,
)
def new_patient_within_3y(line: Line) -> Bool:
    """A visit of a new patient is billed by who has seen the patient within three years.

    The same physician is looked for, whatever the group; colleagues of one speciality, who count as
    the same too, are not, since claims do not tell specialities for sure. What was done without the
    patient (26, TC) or as an assistant does not count.
    """
    return (
        line.procedure.matches(NEW_PATIENT)
        & is_original(line.claim)
        & PHYSICIANS.has(line, since=line.service_from - 1094, until=line.service_from - 1)
    )


@rule(
    "GLOBAL_PERIOD_EM",
    severity="warning",
    snip=6,
    status="A8:454",
    source=f"CMS claims processing manual, chapter 12, 40.1; {_FEES}",
    fix="Leave the visit out, or send 24 if it had nothing to do with the surgery",
    at=lambda line: line.procedure,
)
def global_period_em(line: Line) -> Bool:
    """A visit falls within the days that the fee of an earlier surgery pays for.

    Surgery by the same physician is looked for in the history: of the 10 days before where it pays
    for ten, of the 90 days before where it pays for ninety.
    """
    return (
        line.procedure.matches(VISITS)
        & lacks(line, "24", "25", "57", "FT")
        & is_original(line.claim)
        & in_global_period(line)
    )


@rule(
    "GLOBAL_PERIOD_SURGERY",
    severity="warning",
    snip=6,
    status="A8:454",
    source=f"CMS claims processing manual, chapter 12, 40.2; {_FEES}",
    fix="Send 58 if it was planned or more than before, 78 for a return, 79 if unrelated",
    at=lambda line: line.procedure,
)
def global_period_surgery(line: Line) -> Bool:
    """Surgery falls within the days that the fee of an earlier one pays for, without a reason."""
    surgery = line.procedure.listed("pfs.global_010") | line.procedure.listed("pfs.global_090")
    return (
        line.procedure.matches("[1-6][0-9]{4}")
        & lacks(line, "58", "78", "79", "55", "80", "81", "82", "AS")
        & is_original(line.claim)
        & surgery
        & in_global_period(line)
    )


@rule(
    "FREQUENCY_EXCEEDED",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A8:483",
    source="Rules of the payer; asks for a history and for the code table frequency: payer and "
    "procedure, how many in its lists day, month (30 days), year (365 days) and life",
    fix="See whether the payer takes more, or bill the patient",
    at=lambda line: (line.procedure, line.units),
)
def frequency_exceeded(line: Line) -> Bool:
    """A procedure is billed more often than the payer pays for.

    Units of the claim and those of the history are counted together: of the line's day, of the 30
    or 365 days that end with it, or all. Replacements count as what they replace.
    """
    limit = (line.claim.payer.id, line.procedure)
    day = day_of(line)
    spans = {"day": day, "month": day - 29, "year": day - 364}
    life = SERVICES.exceeds(line, units_of(line), "frequency.life", limit)
    within = (
        SERVICES.exceeds(
            line, units_of(line, since), f"frequency.{span}", limit, since=since, until=day
        )
        for span, since in spans.items()
    )
    return is_original(line.claim) & reduce(or_, within, life)
