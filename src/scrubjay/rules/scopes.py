"""For whom a rule, or what overrides it, counts: all, a class of payers, a payer, a client."""

from __future__ import annotations

from scrubjay.rules.errors import RuleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.rules.expressions import Bool
    from scrubjay.rules.rows import Row

__all__ = ["CLASSES", "LEVELS", "Scope"]

CLASSES = {
    "medicare": ("MA", "MB"),
    "medicaid": ("MC",),
    "blue": ("BL",),
    "commercial": ("11", "12", "13", "14", "15", "CI"),
    "hmo": ("16", "17", "HM"),
    "federal": ("CH", "FI", "OF", "TV", "VA"),
    "liability": ("AM", "DS", "LM", "WC"),
}
"""Classes of payers by the claim filing indicators (SBR09) that name them."""

_PARTS = ("client", "payer", "group", "class")

LEVELS = ("system", "class", "payer", "client")
"""From the widest to the narrowest: the narrower one counts."""


class Scope:
    """Some clients (submitter or billing NPI), payers (2010BB NM109) and classes of payers."""

    def __init__(self, given: dict[str, Any], place: str) -> None:
        self.place = place
        if not isinstance(given, dict):
            raise RuleError('a scope is a table: scope = { payer = ["60054"] }', place)
        if other := sorted(set(given) - set(_PARTS)):
            raise RuleError(f"a scope has no {other[0]!r}; it has {', '.join(_PARTS)}", place)
        self.client = _listed(given, "client", place)
        self.payer = _listed(given, "payer", place)
        self.classes = _listed(given, "class", place)
        self.group = _listed(given, "group", place)
        if wrong := sorted(set(self.classes) - set(CLASSES)):
            raise RuleError(f"no class {wrong[0]!r}; there are {', '.join(CLASSES)}", place)

    @property
    def level(self) -> int:
        """How narrow it is: its number among `LEVELS`."""
        if self.client:
            return 3
        if self.payer or self.group:
            return 2
        return 1 if self.classes else 0

    def __str__(self) -> str:
        named = zip(_PARTS, (self.client, self.payer, self.group, self.classes), strict=True)
        return ", ".join(f"{part} {' '.join(codes)}" for part, codes in named if codes)

    def inside(self, row: Row) -> Bool | None:
        """That a row is of this scope; None for everybody."""
        asked = [_any([value.is_in(codes) for value in values]) for values, codes in self._of(row)]
        return _all(asked) if asked else None

    def outside(self, row: Row) -> Bool:
        """That a row is not of this scope, also where it does not say of which it is."""
        return _any(
            [
                _all([value.is_missing() | ~value.is_in(codes) for value in values])
                for values, codes in self._of(row)
            ]
        )

    def _of(self, row: Row) -> Iterator[tuple[list[Any], tuple[str, ...]]]:
        """Values one of which must be one of some codes."""
        if self.client:
            provider = self._reach(row, "provider")
            yield [provider.npi, provider.set.submitter_id], self.client
        if self.payer:
            yield [self._reach(row, "payer").id], self.payer
        if self.group:
            yield [self._reach(row, "subscriber").group_number], self.group
        if self.classes:
            codes = tuple(code for name in self.classes for code in CLASSES[name])
            yield [self._reach(row, "subscriber").filing_indicator], codes

    def _reach(self, row: Row, table: str) -> Any:
        if row.table == table:
            return row
        for path in (("claim",), ("line", "claim"), ("other_payer", "claim"), ()):
            here: Any = row
            for step in path:
                here = getattr(here, step) if step in here._above else None  # noqa: SLF001
                if here is None:
                    break
            if here is not None and table in here._above:  # noqa: SLF001
                return getattr(here, table)
        raise RuleError(
            f"this rule is judged once for each {row.table}, whose claims may go to more than one "
            f"{table}; leave the scope out, or name a client",
            self.place,
        )


def _all(parts: list[Bool]) -> Bool:
    found = parts[0]
    for part in parts[1:]:
        found = found & part
    return found


def _any(parts: list[Bool]) -> Bool:
    found = parts[0]
    for part in parts[1:]:
        found = found | part
    return found


def _listed(given: dict[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = given.get(name, ())
    values = (value,) if isinstance(value, str) else value
    told = isinstance(values, list | tuple) and all(isinstance(it, str) and it for it in values)
    if not told or (name in given and not values):
        raise RuleError(f'{name} is a text or a list of texts, such as "60054"', place)
    return tuple(values)
