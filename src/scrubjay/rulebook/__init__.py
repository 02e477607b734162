"""The rules that come with Scrubjay: a subject a file, loaded as any plug-in is."""

import importlib
import pkgutil

from scrubjay.rules import Rule, rules_of

__all__ = ["shipped"]


def shipped() -> list[Rule]:
    """All of them, by subject and in the order in which they are written."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__, f"{__name__}."))
    return [rule for name in names for rule in rules_of(importlib.import_module(name))]
