"""What the codes of acknowledgments mean, in short words of our own.

A table is a file beside this one, a code and its words a line. The standard's lists have wordings
that belong to their owners; none of them is repeated here, and a code that has no words of ours is
shown as it is.
"""

import os
from functools import cache

__all__ = ["TABLES", "words"]

TABLES = (
    "acknowledgment",
    "claim_status",
    "element_fault",
    "entity",
    "group_fault",
    "interchange_note",
    "segment_fault",
    "set_fault",
    "status_category",
)


def words(table: str, code: str) -> str | None:
    """What `code` means in one of `TABLES`; None where we have no words for it."""
    return _table(table).get(code)


@cache
def _table(name: str) -> dict[str, str]:
    """The words by code. A cache, not a state: the files come with the package."""
    path = os.path.join(os.path.dirname(__file__), f"{name}.tsv")
    with open(path, encoding="utf-8") as lines:
        rows = (line.rstrip("\n").partition("\t") for line in lines if not line.startswith("#"))
        return {code: meaning for code, _, meaning in rows}
