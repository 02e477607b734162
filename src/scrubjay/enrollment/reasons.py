"""Why a member is held back, or noted: one table of codes (docs/enrollment.md)."""

from typing import NamedTuple

from scrubjay.severity import Severity

__all__ = ["REASONS", "Reason", "worded"]


class Reason(NamedTuple):
    """What a code says, how bad that is, and what helps."""

    severity: Severity
    message: str
    fix: str


def _error(message: str, fix: str) -> Reason:
    return Reason(Severity.ERROR, message, fix)


def _warning(message: str, fix: str) -> Reason:
    return Reason(Severity.WARNING, message, fix)


def _info(message: str, fix: str) -> Reason:
    return Reason(Severity.INFO, message, fix)


REASONS = {
    # Told by the record alone
    "SUBSCRIBER_ID_MISSING": _error(
        "Nobody says to which subscriber the member belongs",
        "Send the subscriber's number with every member, dependants too",
    ),
    "NAME_MISSING": _error("The member has no last name", "Send the member's name"),
    "ACTION_UNKNOWN": _error(
        "What is to be done is said with a code that there is not",
        "Send 001, 021, 024, 025 or 030",
    ),
    "CODE_UNKNOWN": _warning(
        "A code that has no meaning here", "Send the standard's code, or name it in the profile"
    ),
    "RELATIONSHIP_MISMATCH": _error(
        "The relationship is that of a subscriber and the member is none, or the other way round",
        "Send 18 for subscribers, and for nobody else",
    ),
    "SSN_INVALID": _error(
        "A number that cannot be a social security number", "Send the right one, or none"
    ),
    "SSN_IS_TAX_NUMBER": _info(
        "A number that is no social security number but may be an individual tax number",
        "Send it as a tax number, or send none",
    ),
    "DATE_INVALID": _error("A date that is none", "Send a day of the calendar"),
    "AMOUNT_INVALID": _error("An amount that is no number", "Send digits with a decimal point"),
    "VALUE_INVALID": _error("A value that its field cannot be", "Send what the field is for"),
    "COVERAGE_MISSING": _error(
        "The member is added without a coverage", "Send at least one coverage with an addition"
    ),
    "COVERAGE_LINE_MISSING": _error("A coverage without its line", "Send the line of coverage"),
    "COVERAGE_BEGIN_MISSING": _error(
        "A coverage is added without its begin", "Send the benefit's begin (348)"
    ),
    "COVERAGE_TWICE": _error(
        "The member has one coverage twice", "Send each line, plan and begin once"
    ),
    "DATE_TWICE": _warning(
        "A date of the member, or of a coverage, is told a second time; the first one counts",
        "Send each date once",
    ),
    "END_BEFORE_BEGIN": _error("It ends before it begins", "Send the right dates"),
    "END_MISSING": _error(
        "It ends, and nobody says when",
        "Send the benefit's end (349), or of the member that of eligibility (357)",
    ),
    "FIELD_REQUIRED": _error("A field that the profile wants is not there", "Send it"),
    "FIELD_FORBIDDEN": _error("A field that the profile does not take is there", "Leave it out"),
    # Told by the load
    "SUBSCRIBER_TWICE": _error(
        "Two subscribers have one number", "Give each subscriber a number of their own"
    ),
    "FAMILY_TOO_LARGE": _error(
        "More members have one subscriber's number than any family has",
        "Check where the subscriber's number comes from",
    ),
    "MEMBER_TWICE": _error(
        "One person is twice in a file that lists all members", "Send each member once"
    ),
    "SET_ROLLED_BACK": _error(
        "Control numbers or counts do not match: nothing of the set is taken",
        "Send the set again, whole",
    ),
    # Told by what was known before
    "ORPHAN_DEPENDANT": _error(
        "The dependant's subscriber is neither in the load nor known",
        "Send the subscriber before the dependant, or with them",
    ),
    "TIER_MISMATCH": _warning(
        "The tier is for the employee alone, and dependants have the same coverage",
        "Send the tier of the family",
    ),
    "MEMBER_KNOWN": _error(
        "The member is added, and has that coverage already", "Send a change (001) instead"
    ),
    "MEMBER_UNKNOWN": _error(
        "The member is changed or ends, and nobody knows them", "Send an addition (021) first"
    ),
    "REINSTATED_WITHOUT_END": _error(
        "The member is reinstated, and had not ended", "Send a change (001) instead"
    ),
    "TOO_FAR_BACK": _error(
        "A date further back than the profile allows", "Ask whoever keeps the profile"
    ),
}
"""Every reason by its code."""


def worded(code: str) -> str:
    """What a code says, with the code behind it; that of a finding stands alone."""
    reason = REASONS.get(code)
    return code if reason is None else f"{reason.message}  [{code}]"
