"""Where files of codes are: those that come with Scrubjay, and the user's own, which count more.

The user's are in the folder of ``SCRUBJAY_CODES``, by default ``scrubjay/codes`` below
``$XDG_DATA_HOME`` or ``~/.local/share``. Every scrub looks here, so nothing heavy is imported.
"""

import os

__all__ = ["SUFFIX", "files", "own", "shipped"]

SUFFIX = ".codes"


def own() -> str:
    """The user's folder, which need not be there."""
    if named := os.environ.get("SCRUBJAY_CODES"):
        return named
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local/share")
    return os.path.join(data, "scrubjay", "codes")


def shipped() -> str:
    """The folder of those that come with Scrubjay."""
    return os.path.join(os.path.dirname(__file__), "shipped")


def files() -> list[str]:
    """All files of codes, by table; of two of one name the user's comes."""
    found: dict[str, str] = {}
    for folder in (shipped(), own()):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found |= {name: os.path.join(folder, name) for name in names if name.endswith(SUFFIX)}
    return [found[name] for name in sorted(found)]
