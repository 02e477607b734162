"""The key behind the tokens that stand for identifiers in everything that is not a worklist.

A key file is one line, ``<key id>:<64 hex digits>``, readable by its owner only. Without one named,
a key is made once in the user's state folder, never beside the output: who has both could try out
identifiers until a token matches.
"""

import contextlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from scrubjay.errors import InputError, OutputError, UsageError

__all__ = ["TokenKey", "key_path"]

KEY_BYTES = 32
_LINE = re.compile(r"([A-Za-z0-9_-]{1,16}):([0-9A-Fa-f]{64})\s*")


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key and its id; the id stands in front of every token and in summary.json."""

    id: str
    secret: str = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The key in a file that only its owner can read."""
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="ascii", errors="replace")
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(f"token key {path}: {reason}; name a key file that exists") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"token key {path} can be read by others; run: chmod 600 {path}")
        match = _LINE.fullmatch(text)
        if match is None:
            raise UsageError(f"token key {path} is not one line of <key id>:<64 hex digits>")
        return cls(match[1], match[2].lower())

    @classmethod
    def make(cls, path: Path) -> Self:
        """A new key in a new file; if another process was faster, that one's key."""
        key = cls("k" + os.urandom(4).hex(), os.urandom(KEY_BYTES).hex())
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="ascii") as file:
                file.write(f"{key.id}:{key.secret}\n")
                file.flush()
                os.fsync(file.fileno())
            # A link fails where a rename would replace: two first runs at once agree on one key.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise OutputError(
                f"token key {path}: {reason}; name a key file with --token-key FILE"
            ) from None
        return cls.load(path)

    @classmethod
    def find(cls, named: Path | None = None, environ: Mapping[str, str] | None = None) -> Self:
        """The named key, else the one of SCRUBJAY_TOKEN_KEY_FILE, else the user's own."""
        environ = os.environ if environ is None else environ
        if named is None and environ.get("SCRUBJAY_TOKEN_KEY_FILE"):
            named = Path(environ["SCRUBJAY_TOKEN_KEY_FILE"])
        if named is not None:
            return cls.load(named)
        own = key_path(environ)
        return cls.load(own) if own.exists() else cls.make(own)


def key_path(environ: Mapping[str, str]) -> Path:
    """Where the user's own key lies: the state folder of the XDG convention."""
    state = environ.get("XDG_STATE_HOME", "")
    # The convention: a relative path there is to be ignored.
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "scrubjay" / "token.key"
