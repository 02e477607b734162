"""A member out of a mapped source: the part that CSV, XLSX and REST have in common."""

from typing import Any

from scrubjay.enrollment.fields import Draft, Problem, as_text
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapping import Look, Mapping, Part

__all__ = ["Mapped"]

_SELF = "18"


class Mapped:
    """One member as it is put together, row by row or node by node."""

    def __init__(self, mapping: Mapping, maker: Maker) -> None:
        self._mapping = mapping
        self._maker = maker
        self._draft: Draft = {}
        self._problems: list[Problem] = []

    @property
    def sources(self) -> set[str]:
        """What is looked for, by its names in the source."""
        return self._mapping.sources()

    def member(self, look: Look, part: Part | None = None) -> None:
        """What the source says of the person: the mapping's own part, or another."""
        self._draft, problems = (part or self._mapping.member).fill(look, self._maker.tokens)
        self._problems = problems
        for name in self._mapping.extras:
            text = as_text(look(name))
            if text:
                kept = {"place": name, "values": [text]}
                self._draft.setdefault("extras", []).append(kept)

    def coverages(self, look: Look) -> None:
        """What it says of every coverage, all from one place."""
        for part in self._mapping.coverages:
            self.coverage(part, look)

    def coverage(self, part: Part, look: Look) -> None:
        """What it says of one coverage, if there is one."""
        if part.when and not as_text(look(part.when)):
            return
        if part.rules and not any(as_text(look(name)) for name in part.sources()):
            return
        draft, problems = part.fill(look, self._maker.tokens)
        held = self._draft.setdefault("coverages", [])
        self._problems += [
            each._replace(field=f"coverages.{len(held)}.{each.field}") for each in problems
        ]
        held.append(draft)

    def fault(self, problem: Problem) -> None:
        """What is wrong beside its values."""
        self._problems.append(problem)

    def made(self, source: dict[str, Any]) -> Made:
        """The record, or why there is none."""
        member = self._draft.setdefault("member", {})
        code = member.get("relationship_code")
        if member.get("is_subscriber") is None and code:
            member["is_subscriber"] = code == _SELF
        return self._maker.make(self._draft, source, self._problems)
