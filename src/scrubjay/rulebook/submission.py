"""Why the claim is sent: originals, replacements, repeats, and the order of payers."""

from scrubjay.rules import Bool, never_sent, rule, seen_before
from scrubjay.rules.fields import Claim, Line, OtherPayer
from scrubjay.rules.frequencies import changes


@rule(
    "INVALID_FREQUENCY_CODE",
    transactions="PD",
    severity="error",
    snip=5,
    status="A7:535",
    source="X222 2300 CLM05-3: 1 original, 6 correction, 7 replacement, 8 void",
    fix="Send 1, 7 or 8",
)
def invalid_frequency_code(claim: Claim) -> Bool:
    """The frequency code is not one of a professional or dental claim.

    Most payers take 1, 7 and 8; 6, a correction, is taken by some, and let through here.
    """
    return ~claim.frequency.is_in("1", "6", "7", "8")


@rule(
    "FREQ_REQUIRES_ORIGINAL_REF",
    transactions="PID",
    severity="error",
    snip=4,
    status="A6:464",
    source="X222 2300 REF*F8: sent when CLM05-3 says that the claim replaces or voids another",
    fix="Send the payer's number of the original claim in REF*F8",
    at=lambda claim: (claim.original_reference, claim.frequency),
)
def freq_requires_original_ref(claim: Claim) -> Bool:
    """The claim replaces or voids another but does not say which."""
    return claim.frequency.is_in("7", "8") & claim.original_reference.is_missing()


@rule(
    "FREQ_EXPECTS_ORIGINAL_REF",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:464",
    source="X12 RFI 2173 and 1538: REF*F8 tells which claim is meant, whatever changes it",
    fix="Send the payer's number of the earlier claim in REF*F8, if the payer gave one",
    at=lambda claim: (claim.original_reference, claim.frequency),
)
def freq_expects_original_ref(claim: Claim) -> Bool:
    """The claim corrects or reopens another, or changes an encounter, and does not say which.

    Frequency 6, Q, X and Y. Payers who take them do not all ask for their number, so that this
    warns; for a replacement or void (7, 8) they do: FREQ_REQUIRES_ORIGINAL_REF.
    """
    return claim.frequency.is_in("6", "Q", "X", "Y") & claim.original_reference.is_missing()


@rule(
    "ORIGINAL_REF_ON_ORIGINAL",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A8:464",
    source="X222 2300 REF*F8",
    fix="Leave REF*F8 out of an original, or send frequency 7 or 8",
    at=lambda claim: claim.original_reference,
)
def original_ref_on_original(claim: Claim) -> Bool:
    """An original claim names an earlier claim."""
    return (claim.frequency == "1") & claim.original_reference.is_present()


@rule(
    "DUPLICATE_CLAIM",
    transactions="PID",
    severity="error",
    snip=7,
    status="A8:78",
    source="Claims processing: a second claim for the same services is denied as a duplicate",
    fix="Send it once; to correct a claim, replace it (frequency 7)",
    at=lambda claim: claim.id,
)
def duplicate_claim(claim: Claim) -> Bool:
    """The same claim came earlier in this file, or was sent before.

    Payer and its place in line, member, patient, billing and rendering provider, total and all
    lines are the same. A replacement, void or correction is no duplicate of its original. What was
    sent before is told where a history is given (`--history`), which counts what was sent and
    nothing else.
    """
    return seen_before(claim)


@rule(
    "ORIGINAL_NEVER_SENT",
    transactions="PID",
    severity="warning",
    snip=7,
    status="A8:464",
    source="Claims processing: what is replaced or voided is known; asks for a history",
    fix="See that the original was sent, to this payer and for this patient",
    at=lambda claim: claim.original_reference,
)
def original_never_sent(claim: Claim) -> Bool:
    """The claim replaces, voids or corrects one, and none of this patient was sent before.

    Payer and its place in line, member, patient and billing provider are looked for in the history;
    charges, lines and days may differ, since that is what a replacement is for.
    """
    return changes(claim) & never_sent(claim)


@rule(
    "LINE_CONTROL_DUPLICATE",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A7:584",
    source="X222 2400 REF*6R: unique within the claim",
    fix="Give each line a control number of its own",
)
def line_control_duplicate(line: Line) -> Bool:
    """Two lines of the claim have the same control number.

    Payments are matched to lines by it; with two alike the wrong line may be paid off.
    """
    return line.repeats(line.control)


@rule(
    "COB_RESPONSIBILITY_ORDER",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A8:742",
    source="X222 2000B and 2320 SBR01: each payer has a place of its own",
    fix="Give each payer its place: P, S, T, A to H",
)
def cob_responsibility_order(other_payer: OtherPayer, claim: Claim) -> Bool:
    """Two payers of the claim have the same place in line."""
    place = other_payer.responsibility
    taken = (place == claim.subscriber.responsibility) | other_payer.repeats(place)
    return (place != "U") & taken


@rule(
    "COB_MISSING_OTHER_PAYER",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:286",
    source="X222 2320: the payers before this one",
    fix="Send who paid before, and what, in loop 2320",
    at=lambda claim: claim.subscriber.responsibility,
)
def cob_missing_other_payer(claim: Claim) -> Bool:
    """The claim goes to a second payer but does not name the first."""
    return ~claim.subscriber.responsibility.is_in("P", "U") & claim.other_payers.none()


@rule(
    "COB_MISSING_ADJUDICATION_DATE",
    transactions="PID",
    severity="warning",
    snip=4,
    status="A6:516:PR",
    source="X222 2330B and 2430 DTP*573: when the other payer decided",
    fix="Send the date of the other payer's decision in 2330B or 2430",
    at=lambda other_payer, _: other_payer.adjudication_date,
)
def cob_missing_adjudication_date(other_payer: OtherPayer, claim: Claim) -> Bool:
    """Another payer has paid but there is no date of its decision."""
    on_lines = claim.lines.any(
        lambda line: line.adjudications.any(lambda paid: paid.date.is_present())
    )
    return other_payer.paid.is_present() & other_payer.adjudication_date.is_missing() & ~on_lines
