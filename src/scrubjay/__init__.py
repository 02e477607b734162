"""Scrubjay reads healthcare X12 and says, claim by claim, what is right, what is not, and why.

>>> import scrubjay
>>> run = scrubjay.scrub("claims.837", out="out/")            # doctest: +SKIP
>>> for batch in scrubjay.read("claims.837", batch_size=100): # doctest: +SKIP
...     for claim, findings in batch: ...

Names are loaded when first asked for: the command line streams gigabytes in 40 MB, and models or
asyncio alone would take half of that.
"""

from scrubjay._version import __version__

# Type checkers take the name for True. Importing it would import re and enum with it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from scrubjay.columns import export, table
    from scrubjay.errors import (
        InputError,
        InternalError,
        Interrupted,
        LateFindings,
        OutputError,
        ScrubjayError,
        UsageError,
    )
    from scrubjay.findings import Finding, LateFinding, Scope, Severity
    from scrubjay.guides import Guide
    from scrubjay.models import Claim
    from scrubjay.rules.rule import Rule, rule
    from scrubjay.runs import Run, scrub, validate
    from scrubjay.streams import Batch, read, stream
    from scrubjay.writing import Envelope, write

__all__ = [
    "Batch",
    "Claim",
    "Envelope",
    "Finding",
    "Guide",
    "InputError",
    "InternalError",
    "Interrupted",
    "LateFinding",
    "LateFindings",
    "OutputError",
    "Rule",
    "Run",
    "Scope",
    "ScrubjayError",
    "Severity",
    "UsageError",
    "__version__",
    "export",
    "read",
    "rule",
    "scrub",
    "stream",
    "table",
    "validate",
    "write",
]

_HOMES = {
    "errors": (
        "InputError",
        "InternalError",
        "Interrupted",
        "LateFindings",
        "OutputError",
        "ScrubjayError",
        "UsageError",
    ),
    "columns": ("export", "table"),
    "findings": ("Finding", "LateFinding", "Scope", "Severity"),
    "guides": ("Guide",),
    "models": ("Claim",),
    "rules.rule": ("Rule", "rule"),
    "runs": ("Run", "scrub", "validate"),
    "streams": ("Batch", "read", "stream"),
    "writing": ("Envelope", "write"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


# Hidden from type checkers: they would take any name for one of ours.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
