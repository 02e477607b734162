"""The rules that come with Scrubjay: a subject a file, loaded as any plug-in is."""

from __future__ import annotations

from importlib import import_module

from scrubjay.rules import Rule, rules_of

__all__ = ["SUBJECTS", "shipped"]

SUBJECTS = (
    "charges",
    "coordination",
    "dates",
    "dental",
    "diagnoses",
    "identity",
    "institutional",
    "medicare",
    "members",
    "numbers",
    "procedures",
    "stays",
    "submission",
    "visits",
)
"""The files, in the order in which their rules are listed."""


def shipped() -> list[Rule]:
    """All of them, by subject and in the order in which they are written."""
    modules = (import_module(f"{__name__}.{subject}") for subject in SUBJECTS)
    return [rule for module in modules for rule in rules_of(module)]
