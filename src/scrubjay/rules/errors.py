"""A rule that cannot be taken, with the file and line where it is wrong."""

import os
import sys

from scrubjay.errors import UsageError

__all__ = ["RuleError"]

_HERE = os.path.dirname(__file__)


class RuleError(UsageError):
    """``my_rules.py:12: there is no field claim.charg``: found at load, before any claim."""

    def __init__(self, message: str, at: str | None = None) -> None:
        place = at or _caller()
        super().__init__(f"{place}: {message}" if place else message)


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
