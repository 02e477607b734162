"""A rule that cannot be taken, with the file and line where it is wrong."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar

from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

__all__ = ["RuleError", "Told", "listening"]

_HERE = os.path.dirname(__file__)
_MOST = 1_000
"""Faults of a file that are heard of and read on from: behind a loop there is no end of them."""


class RuleError(UsageError):
    """``my_rules.py:12: there is no field claim.charg``: found at load, before any claim."""

    def __init__(self, message: str, at: str | None = None) -> None:
        self.rest: tuple[RuleError, ...] = ()
        """What else is wrong in the same file."""
        place = at or _caller()
        self.said = message
        """What is wrong, without its place."""
        super().__init__(f"{place}: {message}" if place else message)

    @property
    def further(self) -> tuple[str, ...]:  # type: ignore[override]
        """The others, a line each."""
        return tuple(map(str, self.rest))

    @property
    def all(self) -> tuple[RuleError, ...]:
        """This one, and what else is wrong in the same file."""
        return (self, *self.rest)


class Told:
    """What is wrong in a file, from all of its rules: ``with told:`` around each, then `settle`."""

    def __init__(self) -> None:
        self._errors: list[RuleError] = []

    def __bool__(self) -> bool:
        return bool(self._errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: object, __: object) -> bool:
        if isinstance(error, RuleError):
            self._errors.append(error)
        return isinstance(error, RuleError)

    def hear(self, error: RuleError) -> None:
        """One more; raised where they are so many that a loop asks without an end."""
        if len(self._errors) >= _MOST:
            raise error
        self._errors.append(error)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While a rule's function is read: what it asks in vain is told, and it is read on."""
        before = _listening.set(self)
        try:
            yield
        finally:
            _listening.reset(before)

    def settle(self) -> None:
        """The first of them, if there is one, with the others behind it, each once."""
        if self._errors:
            every = (each for error in self._errors for each in error.all)
            first, *rest = {str(each): each for each in every}.values()
            first.rest = tuple(rest)
            raise first


_listening: ContextVar[Told | None] = ContextVar("listening", default=None)


def listening() -> Told | None:
    """What hears of all that is wrong in the rule that is being read, if anything does."""
    return _listening.get()


def _caller() -> str:
    """``file:line`` of the innermost frame outside this package: the rule's own line."""
    frame = sys._getframe(2)  # noqa: SLF001 - the way to a rule's own line
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((_HERE, "<frozen", "<string")):
            return f"{os.path.basename(name)}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return ""
