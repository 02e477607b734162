"""Partners' records as they are written: one TOML file each, read with the line of every fault."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Any

from scrubjay.errors import InputError
from scrubjay.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "Fault",
    "Field",
    "Section",
    "check",
    "filled",
    "load",
    "number",
    "one_of",
    "some_of",
    "text",
    "texts",
]


class Fault(Frozen):
    """What is wrong in a record, and where."""

    file: str
    line: int
    """0 where it is no line in particular."""
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class Field(Frozen):
    """What may stand behind a key."""

    fault: Callable[[Any], str]
    """What is wrong with a value, in words; "" where nothing is."""
    default: Any = None
    required: bool = False


Section = dict[str, Field]
"""Fields by key."""


def text(longest: int = 80, shortest: int = 0, *, pattern: str = "", default: str = "") -> Field:
    """Characters of X12 that are no delimiters."""

    def fault(value: Any) -> str:
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            return f"is a text of {shortest} to {longest} characters"
        if pattern and not re.fullmatch(pattern, value):
            return "has characters that may not stand there"
        return ""

    return Field(fault=fault, default=default, required=shortest > 0 and not default)


def some_of(*names: str) -> Field:
    """A list of some of these."""

    def fault(value: Any) -> str:
        good = isinstance(value, list) and all(one in names for one in value)
        return "" if good else f"is a list of some of {', '.join(names)}"

    return Field(fault=fault, default=())


def texts(pattern: str = ".+", *, default: tuple[str, ...] = ()) -> Field:
    """A list of texts."""

    def fault(value: Any) -> str:
        good = isinstance(value, list) and all(
            isinstance(one, str) and re.fullmatch(pattern, one) for one in value
        )
        return "" if good else 'is a list of texts, such as ["one", "two"]'

    return Field(fault=fault, default=default)


def number(least: float, most: float, default: float | None) -> Field:
    """A number; a whole one where its default is whole."""
    whole = isinstance(default, int)

    def fault(value: Any) -> str:
        kinds = (int,) if whole else (int, float)
        good = isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= most
        kind = "whole number" if whole else "number"
        return "" if good else f"is a {kind} from {least:g} to {most:g}"

    return Field(fault=fault, default=default)


def flag(*, default: bool = False) -> Field:
    """True or false."""
    return Field(
        fault=lambda value: "" if isinstance(value, bool) else "is true or false", default=default
    )


def one_of(*words: str, default: str) -> Field:
    """One of a few words."""
    return Field(
        fault=lambda value: "" if value in words else f"is one of {', '.join(map(repr, words))}",
        default=default,
    )


def load(path: str | os.PathLike[str]) -> tuple[dict[str, Any], str]:
    """A TOML file, and its text; InputError where it cannot be read at all."""
    name = os.fspath(path)
    try:
        with open(name, encoding="utf-8") as file:
            content = file.read()
        return tomllib.loads(content), content
    except UnicodeDecodeError:
        raise InputError(f"{name}: no UTF-8; a record is plain text") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        at = f":{place[1]}" if place else ""
        what = str(error).partition(" (at")[0].lower()
        raise InputError(f"{name}{at}: no TOML: {what}; mend the line") from None
    except RecursionError:
        raise InputError(f"{name}: no TOML: lists or tables too deep; mend it") from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{name}: {reason}; name a file that can be read") from None


def check(
    name: str, given: Mapping[str, Any], content: str, shape: Mapping[str, Section]
) -> Iterator[Fault]:
    """What is wrong with a record; `shape` has its sections, "" being what stands before them."""
    tables = {key: value for key, value in given.items() if isinstance(value, dict)}
    for section in tables.keys() - shape.keys():
        known = ", ".join(f"[{one}]" for one in shape if one)
        yield Fault(
            file=name,
            line=_line(content, section, None),
            message=f"[{section}] is unknown; sections are {known}",
        )
    plain = {key: value for key, value in given.items() if key not in tables}
    for section, fields in shape.items():
        yield from _section(
            name, content, section, fields, tables.get(section) or {} if section else plain
        )


def _section(
    name: str, content: str, section: str, fields: Section, given: Mapping[str, Any]
) -> Iterator[Fault]:
    for key, value in given.items():
        field = fields.get(key)
        wrong = (
            f"is unknown; what may stand there is {', '.join(fields)}"
            if field is None
            else field.fault(value)
        )
        if wrong:
            yield Fault(file=name, line=_line(content, section, key), message=f"{key} {wrong}")
    for key, field in fields.items():
        if field.required and key not in given:
            where = f"[{section}] " if section else ""
            line = _line(content, section, None)
            yield Fault(file=name, line=line, message=f"{where}{key} is missing; write it down")


def _line(content: str, section: str, key: str | None) -> int:
    """The line where a key, or a section, is written; 0 where neither is found."""
    inside, header = "", 0
    for number_, line in enumerate(content.splitlines(), start=1):
        opened = re.match(r"\s*\[\s*([^\]\s]+)\s*\]", line)
        if opened:
            inside = opened[1].strip("\"'")
            header = number_ if inside == section else header
        written = re.match(r"\s*(\"[^\"]+\"|'[^']+'|[^\s=\[#]+)\s*=", line)
        if key is not None and written and inside == section and written[1].strip("\"'") == key:
            return number_
    return header


def filled(given: Mapping[str, Any], fields: Section) -> dict[str, Any]:
    """A section with what it does not say; lists as tuples."""
    whole = {key: given.get(key, field.default) for key, field in fields.items()}
    return {key: tuple(each) if isinstance(each, list) else each for key, each in whole.items()}
