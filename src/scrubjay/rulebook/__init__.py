"""The rules that come with Scrubjay: a subject a file, loaded as any plug-in is."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scrubjay.rules import Rule

__all__ = ["LOWERED", "SUBJECTS", "lowered", "shipped", "tables"]

LOWERED = os.path.join(os.path.dirname(__file__), "program.json")
"""What the native half runs where nobody brings rules of their own (scripts/rules/program.py)."""

SUBJECTS = (
    "charges",
    "classified",
    "coordination",
    "coverage",
    "dates",
    "dental",
    "diagnoses",
    "earlier",
    "identity",
    "institutional",
    "medicare",
    "members",
    "numbers",
    "payers",
    "procedures",
    "registries",
    "repeats",
    "stays",
    "submission",
    "tabular",
    "visits",
)
"""The files, in the order in which their rules are listed."""


def shipped() -> list[Rule]:
    """All of them, by subject and in the order in which they are written."""
    from importlib import import_module

    from scrubjay.rules import rules_of

    modules = (import_module(f"{__name__}.{subject}") for subject in SUBJECTS)
    return [rule for module in modules for rule in rules_of(module)]


def lowered() -> str:
    """The program of all of them, as it was written when they were last changed.

    To read some hundred rules takes longer than to judge ten thousand claims by them.
    """
    with open(LOWERED, encoding="ascii") as file:
        return file.read()


def tables() -> list[str]:
    """The code tables that the rules look into."""
    import re

    found = re.findall(r'"(?:listed|paired|over|follows)","([a-z0-9_]+)', lowered())
    return sorted(set(found))
