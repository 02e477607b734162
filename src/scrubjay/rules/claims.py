"""Claims of one line, as people write them in a cell of a decision table.

``97110 GP units=5 pos=11 day=2026-02-01 age=40 sex=F revenue=0420``: the procedure, its modifiers,
and by name what else matters. Who and when is as the row says, unless the claim says otherwise:
``payer=60054 class=medicare client=1234567893 group=77``.
"""

from __future__ import annotations

import datetime as dt

from scrubjay.rules.errors import RuleError
from scrubjay.rules.kinds import KINDS
from scrubjay.rules.scopes import CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["NAMES", "claim_of"]

NAMES = ("payer", "class", "client", "group", "revenue", "day", "pos", "age", "sex", "units")
_OF_THE_ROW = ("payer", "class", "client", "group")
_MOST_MODIFIERS = 4
_SOME_DAY = "2026-01-01"


def claim_of(text: str, row: Mapping[str, str], place: str) -> dict[str, Any]:
    """The claim that a text says, as tests have claims; `row` is what stands beside it."""
    codes = [word for word in text.upper().split() if "=" not in word]
    said = dict(word.split("=", 1) for word in text.split() if "=" in word)
    if other := sorted(set(said) - set(NAMES)):
        told = f"{other[0]}= is not known here; there are {', '.join(NAMES)}"
        raise RuleError(told, place)
    if len(codes) > 1 + _MOST_MODIFIERS or not (codes or "revenue" in said):
        raise RuleError(f"{text!r} is no procedure and at most four modifiers", place)
    whom = {name: row[name].split()[0] for name in _OF_THE_ROW if row.get(name)} | said
    day = _day(said.get("day") or row.get("from") or row.get("until") or _SOME_DAY, place)
    line = {"service_from": day.isoformat(), "units": said.get("units", "1")}
    line |= {"procedure": codes[0]} if codes else {}
    line |= {"revenue": said["revenue"]} if "revenue" in said else {}
    line |= {f"modifier_{number}": code for number, code in enumerate(codes[1:], 1)}
    claim: dict[str, Any] = {"lines": [line], "subscriber": _person(said, whom, day, place)}
    claim |= {"payer": {"id": whom["payer"]}} if "payer" in whom else {}
    claim |= {"provider": {"npi": whom["client"]}} if "client" in whom else {}
    claim |= {"place_of_service": said["pos"]} if "pos" in said else {}
    kind = row.get("kinds") or "P"
    return claim | {"kind": next(name for letter, name in KINDS.items() if letter == kind[0])}


def _person(said: dict[str, str], whom: dict[str, str], day: dt.date, place: str) -> dict[str, str]:
    person = {"sex": said["sex"].upper()} if "sex" in said else {}
    if "age" in said:
        if not said["age"].isdecimal() or int(said["age"]) >= day.year:
            raise RuleError(f"age is a number of years, not {said['age']!r}", place)
        person["birth_date"] = day.replace(year=day.year - int(said["age"]), day=1).isoformat()
    if "group" in whom:
        person["group_number"] = whom["group"]
    if whom.get("class") in CLASSES:
        person["filing_indicator"] = CLASSES[whom["class"]][0]
    return person


def _day(text: str, place: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise RuleError(f"a day is YYYY-MM-DD, not {text!r}", place) from None
