"""What payloads are opened for: said once around the work, told with every access."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["purpose", "reading_for"]

_PURPOSE: ContextVar[str] = ContextVar("scrubjay_purpose", default="")


def purpose() -> str:
    """Of what is being done here; empty where nobody said."""
    return _PURPOSE.get()


@contextlib.contextmanager
def reading_for(what: str) -> Iterator[None]:
    """A stage or a command, by name; tasks and `asyncio.to_thread` take it along."""
    before = _PURPOSE.set(what)
    try:
        yield
    finally:
        _PURPOSE.reset(before)
