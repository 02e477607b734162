"""The implementation guides that the engine was built with."""

import json
from dataclasses import dataclass
from typing import Self

from scrubjay import _native

__all__ = ["Guide"]


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: which GS08 and ST01 it answers to, and the fingerprint of its text."""

    name: str
    transaction_set: str
    version: str
    title: str
    aliases: tuple[str, ...] = ()
    fingerprint: str = ""

    @classmethod
    def known(cls) -> tuple[Self, ...]:
        """Every guide compiled in, by transaction set and version."""
        guides = (
            cls(
                name=row["name"],
                transaction_set=row["transaction_set"],
                version=row["version"],
                title=row["title"],
                aliases=tuple(row.get("aliases") or ()),
                fingerprint=row.get("fingerprint", ""),
            )
            for row in json.loads(_native.guides())
        )
        return tuple(sorted(guides, key=lambda guide: (guide.transaction_set, guide.version)))
