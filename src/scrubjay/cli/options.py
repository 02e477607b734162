"""Options that several commands share, written once so that they mean the same everywhere."""

from __future__ import annotations

from scrubjay.cli.call import Argument, Option
from scrubjay.cli.kinds import DAY, FILE, FOLDER, Choice, Count, Words
from scrubjay.job import LARGEST_LIMIT, MOST_THREADS, Limits, RejectUnit
from scrubjay.severity import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = [
    "AS_JSON",
    "AS_OF",
    "FAIL_ON",
    "FORCE",
    "GUIDE_ALIASES",
    "INPUTS",
    "LIMITS",
    "NO_WORKLIST",
    "OUTPUT",
    "PARTNER",
    "REASON",
    "RECEIVED_DATE",
    "REJECT_UNIT",
    "RULES",
    "SHOW_PHI",
    "THREADS",
    "TOKEN_KEY",
    "limits_of",
    "wants_plain",
]

INPUTS = Argument(name="files", metavar="FILES...", kind=FILE, many=True)
AS_JSON = Option(name="--json", key="as_json", help="Print the result as JSON.")
NO_WORKLIST = Option(name="--no-worklist", help="Write no worklist.csv.")
FORCE = Option(name="--force", help="Replace what an earlier run left there.")
SHOW_PHI = Option(name="--show-phi", help="Show patient data instead of masks.")
PHI = Choice("drop", "mask", "token", "keep")
"""What becomes of patient data in tables."""
GUIDE_ALIASES = Option(name="--guide-aliases", help="Take versions that are known as aliases.")
REASON = Option(name="--reason", kind=Words(), required=True, help="Why, for the audit.")
OUTPUT = Option(
    name="--output",
    short="-o",
    kind=FILE,
    required=True,
    help="The file to write, or '-'.",
)
PARTNER = Option(
    name="--partner",
    kind=FOLDER,
    many=True,
    help="A partner's overlays: a folder of .overlay files, or the name of an example.",
)
RULES = Option(name="--rules", kind=FILE, many=True, help="Rules beside the shipped ones.")
THREADS = Option(
    name="--threads",
    kind=Count(0, MOST_THREADS),
    default="0",
    help="Threads; 0, the default, is all cores.",
)
AS_OF = Option(
    name="--as-of",
    kind=DAY,
    help="The day that rules and acknowledgments take for today.",
)
RECEIVED_DATE = Option(
    name="--received-date",
    kind=DAY,
    help="The day of receipt in acknowledgments instead of today.",
)
TOKEN_KEY = Option(
    name="--token-key",
    kind=FILE,
    help="The key behind the tokens; by default your own, made once.",
)
FAIL_ON = Option(
    name="--fail-on",
    kind=Choice(*(severity.value for severity in Severity)),
    default=Severity.ERROR.value,
    shows_default=True,
    help="The least severity that makes the exit code 1.",
)
REJECT_UNIT = Option(
    name="--reject-unit",
    kind=Choice(*(unit.value for unit in RejectUnit)),
    default=RejectUnit.CLAIM.value,
    shows_default=True,
    help="What a fault of syntax in one claim rejects: that claim, or its whole set.",
)
_LIMITS = {
    "element": "bytes in an element",
    "segment": "bytes in a segment",
    "repetitions": "repetitions of an element",
    "elements": "elements in a segment",
}
LIMITS = tuple(
    Option(
        name=f"--limit-{name}",
        kind=Count(1, LARGEST_LIMIT),
        help=f"The most {meaning}.",
    )
    for name, meaning in _LIMITS.items()
)


def limits_of(given: dict[str, Any]) -> Limits:
    """The --limit-* options as a value."""
    return Limits(**{name: given[f"limit_{name}"] for name in _LIMITS})


def wants_plain(environ: Mapping[str, str]) -> bool:
    """Whether whoever watches wants no colours, or their terminal has none."""
    return bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
