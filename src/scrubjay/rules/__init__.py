"""The language in which rules are written: Python that is read once and runs in Rust.

::

    from scrubjay.rules import rule

    @rule("TELEHEALTH_PLACE", severity="warning", snip=6, status="A8:249", fix="Send 02 or 10",
          tests=[{"expect": "fail", "claim": {"lines": [{"modifier_1": "95", ...}]}}, ...])
    def telehealth_place(line, claim):
        '''A telehealth line is not at a telehealth place.'''
        place = line.place_of_service.otherwise(claim.place_of_service)
        return line.modifier_1.is_in("95", "93") & ~place.is_in("02", "10")
"""

from scrubjay.rules.errors import RuleError
from scrubjay.rules.expressions import Bool, Code, Date, Money, Number, Text, Value, received, today
from scrubjay.rules.modifiers import has, lacks
from scrubjay.rules.rows import came_before, never_sent, seen_before
from scrubjay.rules.rule import Rule, rule
from scrubjay.rules.ruleset import RuleSet, load, rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scrubjay.rules.judge import RULE_FAILED, Flag, Judge

__all__ = [
    "RULE_FAILED",
    "Bool",
    "Code",
    "Date",
    "Flag",
    "Judge",
    "Money",
    "Number",
    "Rule",
    "RuleError",
    "RuleSet",
    "Text",
    "Value",
    "came_before",
    "has",
    "lacks",
    "load",
    "never_sent",
    "received",
    "rule",
    "rules_of",
    "seen_before",
    "today",
]

# Hidden from type checkers: they would take any name for one of ours.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """What plain functions need, loaded where there is one."""
        if name in {"RULE_FAILED", "Flag", "Judge"}:
            from scrubjay.rules import judge

            return getattr(judge, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
