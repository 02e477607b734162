"""`typing.Generic` and its kin for type checkers; at run time next to nothing.

The rule language is loaded at every scrub, and typing would be a fifth of what that costs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, TypeVar, overload
else:

    class Generic:
        """A class that takes a subscript and does nothing with it."""

        def __class_getitem__(cls, item: object) -> type:
            return cls

    def TypeVar(*_: object, **__: object) -> None:  # noqa: N802 - its name in typing
        """A type that is not known yet."""

    def overload(function: object) -> object:
        """One of several signatures."""
        return function


__all__ = ["Generic", "TypeVar", "overload"]
