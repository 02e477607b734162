"""A rule that cannot be taken, with the file and line where it is wrong."""

from __future__ import annotations

import os
import sys

from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

__all__ = ["RuleError", "Told"]

_HERE = os.path.dirname(__file__)


class RuleError(UsageError):
    """``my_rules.py:12: there is no field claim.charg``: found at load, before any claim."""

    further: tuple[str, ...] = ()
    """What else is wrong in the same file, a line each."""

    def __init__(self, message: str, at: str | None = None) -> None:
        place = at or _caller()
        super().__init__(f"{place}: {message}" if place else message)


class Told:
    """What is wrong in a file, from all of its rules: ``with told:`` around each, then `settle`."""

    def __init__(self) -> None:
        self._errors: list[RuleError] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: object, __: object) -> bool:
        if isinstance(error, RuleError):
            self._errors.append(error)
        return isinstance(error, RuleError)

    def settle(self) -> None:
        """The first of them, if there is one, with the others behind it."""
        if self._errors:
            first, *others = self._errors
            more = (line for error in others for line in (str(error), *error.further))
            first.further = (*first.further, *more)
            raise first


def _caller() -> str:
    """``file:line`` of the innermost frame outside this package: the rule's own line."""
    frame = sys._getframe(2)  # noqa: SLF001 - the way to a rule's own line
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((_HERE, "<frozen")):
            return f"{os.path.basename(name)}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return ""
