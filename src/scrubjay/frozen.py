"""Values of the streaming commands: what dataclasses do, without what dataclasses import.

`dataclasses` and `typing` bring inspect, ast, dis and tokenize with them: more than the bare
interpreter takes to start, and 3 MB, each time. Values off that way are plain dataclasses.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, Self, TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: Any) -> Callable[[T], T]:
        """What type checkers are told; nothing at run time."""
        return lambda made: made


__all__ = ["Frozen"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Frozen:
    """Named fields, given by name and set once; equal where all of them are.

    A field is an annotation of the class, and what stands behind it is its default.
    """

    def __init__(self, **given: Any) -> None:
        held = vars(self)
        for name in self.names():
            if name in given:
                held[name] = given.pop(name)
            elif hasattr(type(self), name):
                held[name] = getattr(type(self), name)
            else:
                raise TypeError(f"{type(self).__name__}: {name} is missing")
        if given:
            raise TypeError(f"{type(self).__name__} has no {', '.join(given)}")
        self.check()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The fields, in their order."""
        return tuple(cls.__annotations__)

    def check(self) -> None:
        """Raises where the values make no sense together."""

    def but(self, **changes: Any) -> Self:
        """The same with some fields changed."""
        return type(self)(**(vars(self) | changes))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} is set once")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} is set once")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({shown})"
