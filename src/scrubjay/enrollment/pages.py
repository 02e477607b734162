"""TOML files of people: read, held against what they may say, every fault with its line."""

import os
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from scrubjay.errors import InputError, UsageError

__all__ = ["Page", "PageError", "Table", "page"]


class PageError(UsageError):
    """What is wrong with a TOML file: its name, the line, and what to write."""


class Page:
    """A TOML file with its text, so that a fault can name its line."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._lines = text.splitlines()
        try:
            self.tables: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = place[1] if place else str(len(self._lines))
            said = str(error).partition(" (at ")[0]
            raise PageError(f"{name}:{line}: {said}; mend the TOML") from None
        except RecursionError:
            raise PageError(f"{name}:1: lists or tables too deep; mend the TOML") from None

    def top(self) -> "Table":
        """The file as a table."""
        return Table(self, (), self.tables)

    def line(self, path: tuple[str | int, ...]) -> int:
        """The line of what stands at `path`, or of the nearest table around it; 1 if none."""
        while path:
            found = self._find(path)
            if found:
                return found
            path = path[:-1]
        return 1

    def fault(self, path: tuple[str | int, ...], said: str) -> PageError:
        """The error to raise about what stands at `path`."""
        return PageError(f"{self.name}:{self.line(path)}: {said}")

    def _find(self, path: tuple[str | int, ...]) -> int | None:
        """Looks for a header or a key, as people write them; dotted and inline ones are near."""
        counts: dict[tuple[str, ...], int] = {}
        at: tuple[str | int, ...] = ()
        for number, line in enumerate(self._lines, start=1):
            text = line.strip()
            if header := re.match(r"\[(\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$", text):
                name = tuple(_keys(header[2]))
                at = name
                if header[1]:
                    counts[name] = counts.get(name, -1) + 1
                    at = (*name, counts[name])
                if at == path or (header[1] and name == path):
                    return number
            elif key := re.match(r"((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'|\s*\.\s*)+?)\s*=", text):
                full = (*at, *_keys(key[1]))
                if full == path or (len(full) <= len(path) and path[: len(full)] == full):
                    return number
        return None


def _keys(text: str) -> Iterable[str]:
    for quoted, single, bare in re.findall(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)", text):
        yield quoted or single or bare


class Table:
    """A table of a page: what is taken from it is checked, what is left over is a fault."""

    def __init__(self, of: Page, path: tuple[str | int, ...], held: Any) -> None:
        self.page = of
        self.path = path
        if not isinstance(held, dict):
            raise of.fault(path, f"{_called(path)} is to be a table")
        self._held: dict[str, Any] = dict(held)

    def fault(self, said: str, *, at: str = "") -> PageError:
        """The error to raise about this table, or about a key of it."""
        return self.page.fault((*self.path, at) if at else self.path, said)

    def text(self, key: str, default: str | None = None, *, among: Iterable[str] = ()) -> Any:
        """A text; one of a few words where `among` says them."""
        value = self._take(key, str, "a text", default)
        words = tuple(among)
        if words and value is not None and value not in words:
            raise self.fault(f"{key} is one of {', '.join(words)}", at=key)
        return value

    def number(self, key: str, default: Any = None, *, least: float = 0) -> Any:
        """A whole number, or a share where the default is one."""
        kinds = (int, float) if isinstance(default, float) else (int,)
        value = self._take(key, kinds, "a number", default)
        if isinstance(value, bool) or (value is not None and value < least):
            raise self.fault(f"{key} is a number of {least} or more", at=key)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        return bool(self._take(key, bool, "true or false", default))

    def day(self, key: str) -> Any:
        """A date."""
        import datetime as dt

        value = self._take(key, dt.date, "a date, as 2026-01-31 without quotes", None)
        if isinstance(value, dt.datetime):
            raise self.fault(f"{key} is a date without a time", at=key)
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of it."""
        value = self._take(key, (str, list), "a list of texts", list(default))
        held = [value] if isinstance(value, str) else value
        if not all(isinstance(each, str) for each in held):
            raise self.fault(f"{key} is a list of texts", at=key)
        return tuple(held)

    def words(self, key: str) -> dict[str, str]:
        """A table of texts by text."""
        value = self._take(key, dict, "a table of texts", {})
        for name, each in value.items():
            if not isinstance(each, str):
                raise self.page.fault((*self.path, key, name), f"{name} is a text in quotes")
        return dict(value)

    def table(self, key: str) -> "Table":
        """A table inside; an empty one where it is not there."""
        return Table(self.page, (*self.path, key), self._held.pop(key, {}))

    def tables(self, key: str) -> list["Table"]:
        """Each of a list of tables, ``[[key]]``."""
        held = self._held.pop(key, [])
        if not isinstance(held, list):
            raise self.fault(f"{key} is a list of tables; write [[{key}]]", at=key)
        return [Table(self.page, (*self.path, key, at), each) for at, each in enumerate(held)]

    def rest(self) -> dict[str, Any]:
        """Whatever is left, which is taken with it."""
        held, self._held = self._held, {}
        return held

    def has(self, key: str) -> bool:
        """Whether it says anything there."""
        return key in self._held

    def end(self, *known: str) -> None:
        """Nothing is left: a fault names what has no meaning here."""
        for key in self._held:
            from difflib import get_close_matches

            near = get_close_matches(key, known, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            where = f" in {_called(self.path)}" if self.path else ""
            raise self.fault(f"{key} has no meaning{where}{meant}", at=key)

    def _take(self, key: str, kinds: Any, called: str, default: Any) -> Any:
        value = self._held.pop(key, default)
        if value is not None and not isinstance(value, kinds):
            raise self.fault(f"{key} is {called}", at=key)
        return value


def page(name: str | os.PathLike[str]) -> Page:
    """The TOML file of that name."""
    path = os.fspath(name)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; check the path") from None
    except UnicodeDecodeError:
        raise PageError(f"{path}:1: it is not text in UTF-8; save it as UTF-8") from None
    return Page(os.path.basename(path), text)


def _called(path: tuple[str | int, ...]) -> str:
    return "[" + ".".join(str(step) for step in path if isinstance(step, str)) + "]"
