"""Where we failed, as opposed to findings, which say where a claim did.

::

    ScrubjayError
    ├── UsageError       exit 2    final       the call makes no sense as it stands
    ├── InputError       exit 2    final       a file that is missing, unreadable or not X12 at all
    ├── OutputError      exit 3    retryable   no room, no right, or no clean place to write
    ├── VaultError       exit 3    final       a payload that cannot be sealed or read as it is
    ├── DeliveryError    exit 3    ambiguous   a partner could not be reached, or did not answer
    ├── LateFindings     exit 1    final       errors found when their claims had been given
    ├── InternalError    exit 3    ambiguous   ours: please report it
    └── Interrupted      exit 130  retryable   stopped by the user; nothing was committed

A message is one line, names the next step, and never holds a value out of a claim.
The native half raises these classes too. What happens in the pipeline has a code besides, of the
table in failures.py; such a code, and a kind of these errors, may have a fate of its own.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from scrubjay.findings import LateFinding

__all__ = [
    "DeliveryError",
    "Fate",
    "InputError",
    "InternalError",
    "Interrupted",
    "LateFindings",
    "OutputError",
    "ScrubjayError",
    "UsageError",
    "VaultError",
]


class Fate(Enum):
    """What doing the same thing again would bring."""

    RETRYABLE = "retryable"
    AMBIGUOUS = "ambiguous"
    FINAL = "final"


class ScrubjayError(Exception):
    """The root: catch this to catch every failure of ours."""

    exit_code: ClassVar[int] = 3
    fate: Fate = Fate.AMBIGUOUS
    further: tuple[str, ...] = ()
    """What else is wrong in the same file of rules, a line each."""

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later, once its cause is gone."""
        return self.fate is Fate.RETRYABLE


class UsageError(ScrubjayError):
    """The call itself is wrong: an option, an argument, a combination of them."""

    exit_code = 2
    fate = Fate.FINAL


class InputError(ScrubjayError):
    """The input cannot be used: missing, unreadable, a folder, or not X12 at all."""

    exit_code = 2
    fate = Fate.FINAL


class OutputError(ScrubjayError):
    """The output cannot be written: no room, no right, or something already there."""

    exit_code = 3
    fate = Fate.RETRYABLE


class VaultError(ScrubjayError):
    """A payload cannot be sealed or read: `scrubjay.vault` has its kinds."""

    fate = Fate.FINAL
    code: str = "PAYLOAD_REFUSED"
    """Of the table in failures.py."""


class DeliveryError(ScrubjayError):
    """A partner could not be reached or did not answer: `scrubjay.transports` gives it a code."""


class LateFindings(ScrubjayError):  # noqa: N818 - they are the sender's, not ours
    """Errors above claims that were given before they were found; every batch was given.

    `findings` are the errors, each with its claims, at most a thousand of `count`; `claims` are the
    numbers (`claim_index`) of all claims that are rejected by them, though they were given without:
    where there are very many ranges, the last takes in all between its ends.
    """

    exit_code = 1
    fate = Fate.FINAL

    def __init__(
        self,
        findings: tuple[LateFinding, ...],
        claims: tuple[range, ...] = (),
        count: int | None = None,
    ) -> None:
        super().__init__(findings, claims, count)
        self.findings = findings
        self.claims = claims
        self.count = len(findings) if count is None else count

    def __str__(self) -> str:
        codes = ", ".join(sorted({late.finding.code for late in self.findings}))
        errors = "1 error was" if self.count == 1 else f"{self.count} errors were"
        reached = sum(map(len, self.claims))
        if not reached:
            return f"{errors} found above no claim that could be read: {codes}; see .findings"
        return (
            f"{errors} found that reject claims which were given before: {codes}; take back the "
            f"{reached} claims in .claims, or read with late='yield'"
        )

    def __repr__(self) -> str:
        return f"LateFindings({self})"


class InternalError(ScrubjayError):
    """A fault of Scrubjay's own, such as a panic in the native half."""


class Interrupted(ScrubjayError):  # noqa: N818 - a request, not an error of anybody's
    """Ctrl-C or a termination signal; staged files are gone, nothing was committed."""

    exit_code = 130
    fate = Fate.RETRYABLE
