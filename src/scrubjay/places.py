"""Which files a run reads and where it may write, settled before the first byte is read.

Every refusal is one line with the next step. The engine meets the same faults again when they
appear later (a file that vanishes, a disk that fills) and raises the same errors.
"""

from __future__ import annotations

import os
import stat

from scrubjay.errors import InputError, OutputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO, TypeVar

    T = TypeVar("T", bound=str | os.PathLike[str])

__all__ = [
    "STDIN",
    "Source",
    "Steady",
    "holds_x12",
    "inputs",
    "listed",
    "named",
    "output",
    "replaceable",
    "source",
    "synced",
]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview
"""A file by its name, or the bytes of one."""

STDIN = "-"
_WILD = frozenset("*?[")


def source(given: Source) -> str | bytes:
    """One input to be opened: the name of a file that is there, or bytes as they are."""
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    (name,) = inputs([given])
    return name


def named(given: object, what: str) -> str:
    """A path as text; `what` says in the error what was to be named."""
    if isinstance(given, str | os.PathLike):
        name = os.fspath(given)
        if isinstance(name, str):
            return name
    kind = type(given).__name__
    raise UsageError(f"{what} is named by text or a path, not by {kind}; name a file or folder")


def listed(given: T | Iterable[T]) -> Iterable[T]:
    """One path or several as several."""
    if isinstance(given, str | os.PathLike):
        return (given,)
    if not hasattr(given, "__iter__"):
        raise UsageError(f"files are named by text or paths, not by {type(given).__name__}")
    return given


def inputs(patterns: Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    """The files meant, in the order given; a pattern that the shell left alone is expanded.

    The same file twice would be counted twice, so it is refused.
    """
    found: list[str] = []
    for pattern in listed(patterns):
        found.extend(_expand(named(pattern, "an input")))
    if not found:
        raise UsageError("no input: name a file, a pattern, or '-' for standard input")
    seen: set[tuple[int, int] | str] = set()
    for name in found:
        mark = _check(name)
        if mark in seen:
            raise UsageError(f"{name} is named twice; name each input once")
        seen.add(mark)
    return tuple(found)


def output(out: str | os.PathLike[str], *, force: bool = False) -> str:
    """The folder that a run writes to: new, or empty, or given over with force.

    While another run writes there it is refused, with force too.
    """
    path = named(out, "an output folder")
    if not path:
        raise UsageError("the name of the output folder is empty; name a folder to write to")
    _readable_name(path)
    try:
        if os.path.exists(path):
            _check_right(path)
            from scrubjay.scratch import alone

            with alone(path):
                _tidy(path)
                _check_empty(path, force=force)
        else:
            _check_above(path)
    except OSError as error:
        raise OutputError(f"{path}: {_why(error)}; name another folder") from None
    return path


def replaceable(path: str) -> str:
    """The file that a name leads to, through links, if it may be made anew: a file, or none yet.

    Raises:
        UsageError: a folder, a device, a socket or a pipe stands there.
        OSError: it cannot be looked at.
    """
    real = os.path.realpath(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return real
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder; name a file to write to")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path} is a device, a socket or a pipe; name a file to write to")
    return real


def _tidy(path: str) -> None:
    """What a run that was killed left there holds claims, and nobody comes back for it."""
    if not any(name.startswith(".") for name in os.listdir(path)):
        return
    from scrubjay.scratch import forget_killed

    left = forget_killed(path)
    if left:
        import logging

        logging.getLogger("scrubjay").warning(
            "scrubjay: %s: removed what a run that was killed left there: %s", path, ", ".join(left)
        )


def _check_right(path: str) -> None:
    """A folder that is there can be written to."""
    if not os.path.isdir(path):
        raise UsageError(f"{path} is a file; name a folder to write to")
    if not os.access(path, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: no right to write there; name another folder")


def _check_empty(path: str, *, force: bool) -> None:
    """A folder holds nothing that would be lost."""
    found = os.listdir(path)
    if not force and found and all(name.startswith(".staging-") for name in found):
        raise UsageError(f"{path}: another run is writing there; wait for it, or name another one")
    if not force and found:
        raise UsageError(
            f"{path} is not empty; name a new folder, or replace its results with --force"
        )


def _check_above(path: str) -> None:
    """A folder that is not there can be made."""
    above = os.path.dirname(os.path.abspath(path))
    while not os.path.exists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        raise UsageError(f"{path}: {above} is a file; name another folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: no right to make it in {above}; name another folder")


def _expand(pattern: str) -> list[str]:
    if pattern == STDIN or not _WILD.intersection(pattern) or os.path.exists(pattern):
        return [pattern]
    from glob import glob

    matches = sorted(name for name in glob(pattern, recursive=True) if os.path.isfile(name))
    if not matches:
        raise InputError(f"{pattern}: no file matches; check the folder and the pattern")
    return matches


def _check(name: str) -> tuple[int, int] | str:
    """What tells this input from another; raises where it cannot be read."""
    if name == STDIN:
        return name
    if not name:
        raise UsageError("an input name is empty; name a file, a pattern, or '-'")
    _readable_name(name)
    try:
        facts = os.stat(name)
    except ValueError:
        raise UsageError("an input name holds a NUL; name a file, a pattern, or '-'") from None
    except OSError as error:
        raise InputError(f"{name}: {_why(error)}; check the path") from None
    if stat.S_ISDIR(facts.st_mode):
        raise InputError(f"{name} is a folder; name its files, for example '{name.rstrip('/')}/*'")
    if not os.access(name, os.R_OK):
        raise InputError(f"{name}: no right to read it; run: ls -l {name}")
    return facts.st_dev, facts.st_ino


def _readable_name(name: str) -> None:
    """Names are written into JSON, which is UTF-8; a name in another encoding has no text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name!a} is not a name in UTF-8; rename it") from None


def _why(error: OSError) -> str:
    return (error.strerror or "cannot be opened").lower()


class Steady:
    """A file that is read here from its first byte to its last: the same one all the time, or not.

    What the engine reads it holds against its file itself.
    """

    def __init__(self, path: str, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._opened = os.fstat(file.fileno())

    def check(self, read: int) -> None:
        """`InputError` where it changed meanwhile, or ended elsewhere than it should have.

        `read` is how many bytes were read; a pipe has no length to hold that against.
        """
        opened, now = self._opened, os.fstat(self._file.fileno())
        if not stat.S_ISREG(opened.st_mode):
            return
        try:
            replaced = not os.path.samestat(opened, os.stat(self._path))
        except OSError:
            replaced = False
        ends = (read if opened.st_size else 0, now.st_size, now.st_mtime_ns)
        if replaced or ends != (opened.st_size, opened.st_size, opened.st_mtime_ns):
            raise InputError(
                f"{self._path}: it changed while it was read (seen at byte {read}); see that "
                "nobody writes to it, and run it again"
            )


def holds_x12(path: str) -> bool:
    """True when the file begins as an interchange does: what ends with .txt may be either.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(b"ISA")


def synced(folder: str) -> None:
    """What was named in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
