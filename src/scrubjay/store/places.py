"""Where a store is kept when nobody says otherwise."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["data_folder"]


def data_folder(named: str | None, environ: Mapping[str, str]) -> str:
    """The named folder, else SCRUBJAY_DATA, else one in the user's state folder."""
    if named or environ.get("SCRUBJAY_DATA"):
        return named or environ["SCRUBJAY_DATA"]
    from scrubjay.keys import key_path

    return os.path.join(os.path.dirname(key_path(environ)), "data")
