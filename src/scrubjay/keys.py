"""The key behind the tokens that stand for identifiers in everything that is not a worklist.

A key file is one line, ``<key id>:<64 hex digits>``, readable by its owner only. Without one named,
a key is made once in the user's state folder, never beside the output: who has both could try out
identifiers until a token matches.
"""

from __future__ import annotations

import os
import re
import stat

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    AnyPath = str | os.PathLike[str]

__all__ = ["TokenKey", "key_path"]

KEY_BYTES = 32
_LINE = re.compile(r"([A-Za-z0-9_-]{1,16}):([0-9A-Fa-f]{64})\s*")


class TokenKey(Frozen):
    """A key and its id; the id stands in front of every token and in summary.json."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"TokenKey({self.id})"

    @classmethod
    def load(cls, path: AnyPath) -> Self:
        """The key in a file that only its owner can read."""
        try:
            mode = os.stat(path).st_mode
            with open(path, "rb") as file:
                text = file.read().decode("ascii", "replace")
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InputError(f"token key {path}: {reason}; name a key file that exists") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"token key {path} can be read by others; run: chmod 600 {path}")
        match = _LINE.fullmatch(text)
        if match is None:
            raise UsageError(
                f"token key {path} is not one line of <key id>:<64 hex digits>; restore it from a "
                "backup, or name another"
            )
        return cls(id=match[1], secret=match[2].lower())

    @classmethod
    def make(cls, path: AnyPath) -> Self:
        """A new key in a new file; if another process was faster, that one's key."""
        key = cls(id="k" + os.urandom(4).hex(), secret=os.urandom(KEY_BYTES).hex())
        folder, name = os.path.split(os.fspath(path))
        draft = os.path.join(folder, f".{name}.{os.getpid()}")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="ascii") as file:
                file.write(f"{key.id}:{key.secret}\n")
                file.flush()
                os.fsync(file.fileno())
            _link(draft, path)
            os.unlink(draft)
        except OSError as error:
            reason = (error.strerror or "cannot be written").lower()
            raise OutputError(
                f"token key {path}: {reason}; name a key file with --token-key FILE"
            ) from None
        return cls.load(path)

    @classmethod
    def find(cls, named: AnyPath | None = None, environ: Mapping[str, str] | None = None) -> Self:
        """The named key, else the one of SCRUBJAY_TOKEN_KEY_FILE, else the user's own."""
        environ = os.environ if environ is None else environ
        named = named or environ.get("SCRUBJAY_TOKEN_KEY_FILE")
        if named:
            return cls.load(named)
        own = key_path(environ)
        return cls.load(own) if os.path.exists(own) else cls.make(own)


def _link(draft: str, path: AnyPath) -> None:
    """A link fails where a rename would replace: two first runs at once agree on one key."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return


def key_path(environ: Mapping[str, str]) -> str:
    """Where the user's own key lies: the state folder of the XDG convention."""
    state = environ.get("XDG_STATE_HOME", "")
    # The convention: a relative path there is to be ignored.
    base = state if state.startswith("/") else os.path.expanduser("~/.local/state")
    return os.path.join(base, "scrubjay", "token.key")
