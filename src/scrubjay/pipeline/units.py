"""What a fault of syntax inside a claim takes down with it: the claim, or its whole set.

A partner's record says it, else the settings do. The engine judges a file as a whole, and who takes
its claims is known when it has: where partners differ, a file is judged by claims first, and once
more by sets where anything that was accepted would go to a partner who wants whole sets.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scrubjay import _native
from scrubjay.frozen import Frozen
from scrubjay.job import RejectUnit

if TYPE_CHECKING:
    from scrubjay.pipeline.partners import Partners

__all__ = ["Units"]


class Units(Frozen):
    """What the partners of a home want."""

    partners: Partners
    whole: frozenset[str]
    """Those who want whole sets."""
    first: RejectUnit
    """What to judge a file by before it is known whose claims are in it."""
    differ: bool

    @classmethod
    def of(cls, partners: Partners, default: RejectUnit) -> Units:
        """`default` is for those that do not say."""
        said = {each.name: RejectUnit(each.reject_unit or default) for each in partners}
        whole = frozenset(name for name, unit in said.items() if unit is RejectUnit.SET)
        found = set(said.values()) or {default}
        differ = len(found) > 1
        first = RejectUnit.CLAIM if differ else found.pop()
        return cls(partners=partners, whole=whole, first=first, differ=differ)

    def asks_for_sets(self, out: str) -> bool:
        """Whether anything that the engine accepted into `out` goes to one who wants whole sets."""
        verdicts = _native.Verdicts(os.path.join(out, "verdicts.jsonl"), self.partners.taking)
        return any(name in self.whole for *_, told in verdicts.sections() for name, _ in told)
