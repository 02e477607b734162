"""A command as data, and the quick reader of calls.

What people and schedulers call a thousand times a day is well formed. It is read here, from the
table of the command; click, which costs three starts of the interpreter, is loaded for help, for
completion, and to say what is wrong with a call (`scrubjay.cli.clicked`).
"""

from __future__ import annotations

import os
import sys

from scrubjay.errors import OutputError
from scrubjay.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from scrubjay.cli.kinds import Kind

    Given = dict[str, Any]

__all__ = ["Argument", "Call", "Group", "Option", "obeyed", "read"]


class Argument(Frozen):
    """What stands in a call without a name."""

    name: str
    metavar: str
    kind: Kind
    many: bool = False
    optional: bool = False
    """Of many: none will do."""


class Option(Frozen):
    """What stands in a call behind its name; a flag where it has no kind."""

    name: str
    """``--out``; `short` is ``-o`` where there is one."""
    help: str
    short: str = ""
    kind: Kind | None = None
    metavar: str = ""
    """What stands for its value in `--help`, where that is not its kind's."""
    key: str = ""
    """Its name among what was given, where that is not the option's own."""
    default: str | None = None
    """As one would write it."""
    shows_default: bool = False
    required: bool = False
    many: bool = False

    @property
    def given_as(self) -> str:
        """Its name among what was given."""
        return self.key or self.name.removeprefix("--").replace("-", "_")

    @property
    def absent(self) -> Any:
        """What stands for it where the call does not name it."""
        if self.kind is None:
            return False
        if self.many:
            return ()
        return None if self.default is None else self.kind.take(self.default)


class Call(Frozen):
    """A command: what it is called with, and what it does."""

    name: str
    help: str
    """What `--help` says of it; the first paragraph is the summary."""
    run: Callable[[Given], int]
    argument: Argument | None = None
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...] = ()


class Group(Frozen):
    """A command of commands."""

    name: str
    help: str
    calls: tuple[Call, ...]


def obeyed(call: Call, given: Given) -> int:
    """Runs a call and returns its exit code; `OutputError` where nobody would hear its answer."""
    if given.get("as_json") and getattr(sys.stdout, "name", None) == os.devnull:
        raise OutputError("standard output is closed, and --json writes to it; let it lead on")
    return call.run(given)


def read(call: Call, words: Sequence[str]) -> Given | None:
    """What was given, by name; None where the call is not plainly well formed."""
    options = {option.name: option for option in call.options}
    options |= {option.short: option for option in call.options if option.short}
    given: Given = {option.given_as: option.absent for option in call.options}
    loose: list[str] = []
    rest = iter(words)
    try:
        for word in rest:
            if not word.startswith("-") or word == "-":
                loose.append(word)
                continue
            name, equals, value = word.partition("=")
            option = options[name]
            if equals and (option.kind is None or name == option.short):
                return None
            if option.kind is None:
                given[option.given_as] = True
                continue
            if not equals:
                value = next(rest)
                if value.startswith("-") and value != "-":
                    return None
            taken = option.kind.take(value)
            given[option.given_as] = (*given[option.given_as], taken) if option.many else taken
        _place(call.argument, loose, given)
    except (KeyError, StopIteration, ValueError):
        return None
    if any(option.required and given[option.given_as] is None for option in call.options):
        return None
    return given


def _place(argument: Argument | None, loose: list[str], given: Given) -> None:
    """What has no name goes to the argument; ValueError where there are too many, or none."""
    if argument is None:
        if loose:
            raise ValueError(loose)
        return
    if not (loose or argument.optional) or (len(loose) > 1 and not argument.many):
        raise ValueError(loose)
    taken = tuple(argument.kind.take(word) for word in loose)
    given[argument.name] = taken if argument.many else taken[0]
