"""Where a store is kept, and where its checkpoints go, when nobody says otherwise."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["checkpoint_folder", "data_folder"]


def data_folder(named: str | None, environ: Mapping[str, str]) -> str:
    """The named folder, else SCRUBJAY_DATA, else one in the user's state folder."""
    return named or environ.get("SCRUBJAY_DATA") or _beside_keys("data", environ)


def checkpoint_folder(named: str | None, environ: Mapping[str, str]) -> str:
    """The named folder, else SCRUBJAY_CHECKPOINTS, else one in the user's state folder.

    The last is better than none: a folder of another machine is what they are for.
    """
    return named or environ.get("SCRUBJAY_CHECKPOINTS") or _beside_keys("checkpoints", environ)


def _beside_keys(name: str, environ: Mapping[str, str]) -> str:
    from scrubjay.keys import key_path

    return os.path.join(os.path.dirname(key_path(environ)), name)
