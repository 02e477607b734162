"""Claims that the shipped rules are tried on: for each rule some that it must hit, and some it must not.

A case is what is changed in a clean claim: ``{"lines.0.charge": 0}``; None takes a value away, and the
index behind the last adds a row. All people are invented. `python tests/rulebook/examples.py` writes them
with the program as JSON for the tests of the native half.
"""

import copy
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from scrubjay.rulebook import shipped
from scrubjay.rules import RuleSet
from scrubjay.rules.rows import TABLES, Above, Below, Field

TARGET = Path(__file__).parents[2] / "crates/x12/tests/data/rulebook.json"
AS_OF = "2026-03-02"
EPOCH = dt.date(1970, 1, 1)

CLEAN: dict[str, Any] = {
    "id": "A1001",
    "charge": 250,
    "place_of_service": "11",
    "place_qualifier": "B",
    "frequency": "1",
    "provider_signature": "Y",
    "assignment": "A",
    "benefits_assignment": "Y",
    "release": "Y",
    "provider": {
        "taxonomy": "207Q00000X",
        "entity": "2",
        "name": "MEADOW CLINIC",
        "npi": "1234567893",
        "address": "12 ORCHARD LANE",
        "city": "SPRINGFIELD",
        "state": "IL",
        "zip": "627010000",
        "tax_id_qualifier": "EI",
        "tax_id": "371234567",
        "set": {"date": "2026-03-01"},
    },
    "subscriber": {
        "responsibility": "P",
        "relationship": "18",
        "filing_indicator": "CI",
        "entity": "1",
        "last": "SAMPLE",
        "first": "ROBIN",
        "member_id": "W000123456",
        "address": "7 RIVER ROAD",
        "city": "SPRINGFIELD",
        "state": "IL",
        "zip": "62702",
        "birth_date": "1980-05-06",
        "sex": "F",
    },
    "payer": {"name": "EXAMPLE HEALTH", "id_qualifier": "PI", "id": "99999"},
    "rendering_entity": "1",
    "rendering_last": "HEALER",
    "rendering_first": "KIM",
    "rendering_npi": "1457382907",
    "diagnoses": [{"qualifier": "ABK", "code": "E119"}, {"qualifier": "ABF", "code": "I10"}],
    "lines": [
        {
            "number": 1,
            "procedure_qualifier": "HC",
            "procedure": "99213",
            "charge": 150,
            "unit": "UN",
            "units": 1,
            "pointer_1": 1,
            "pointer_2": 2,
            "service_from": "2026-02-10",
            "control": "A1001-1",
        },
        {
            "number": 2,
            "procedure_qualifier": "HC",
            "procedure": "85025",
            "charge": 100,
            "unit": "UN",
            "units": 1,
            "pointer_1": 1,
            "service_from": "2026-02-10",
            "control": "A1001-2",
        },
    ],
}

PATIENT = {
    "relationship": "19",
    "last": "SAMPLE",
    "first": "ALEX",
    "birth_date": "2015-07-08",
    "sex": "M",
}

Case = dict[str, Any]
EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    "INVALID_BILLING_NPI": (
        [{"provider.npi": "1234567890"}, {"provider.npi": "9234567893"}, {"provider.npi": "12345"}],
        [{}, {"provider.npi": None}],
    ),
}


def changed(case: Case) -> dict[str, Any]:
    """The clean claim with the changes of a case."""
    claim = copy.deepcopy(CLEAN)
    for path, value in case.items():
        *way, last = path.split(".")
        spot: Any = claim
        for step in way:
            spot = spot[int(step)] if isinstance(spot, list) else spot.setdefault(step, [] if step.endswith("s") else {})
        if isinstance(spot, list):
            if int(last) == len(spot):
                spot.append(value)
            elif value is None:
                del spot[int(last)]
            else:
                spot[int(last)] = value
        elif value is None:
            spot.pop(last, None)
        else:
            spot[last] = copy.deepcopy(value)
    return claim


def cases() -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Rule, whether it must hit, and the claim."""
    for rule, (hits, misses) in EXAMPLES.items():
        for case in hits:
            yield rule, True, changed(case)
        for case in misses:
            yield rule, False, changed(case)


def lanes(row: dict[str, Any], table: str = "claim") -> dict[str, Any]:
    """A nested row with its values as the columns hold them: cents, thousandths, days."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        member = vars(TABLES[table])[name]
        if isinstance(member, Above):
            out[name] = lanes(value, member.table)
        elif isinstance(member, Below):
            out[name] = [lanes(item, member.table) for item in value]
        elif isinstance(member, Field):
            out[name] = lane(member.kind.kind, value)
    return out


def lane(kind: str, value: Any) -> Any:
    """One value as a column holds it."""
    if kind == "date":
        return (dt.date.fromisoformat(value) - EPOCH).days
    if kind in {"money", "number"}:
        return int(Decimal(str(value)) * (100 if kind == "money" else 1000))
    return value


def document() -> str:
    """The program and the cases, as the native tests read them."""
    rows = [{"rule": rule, "hit": hit, "claim": lanes(claim)} for rule, hit, claim in cases()]
    body = {
        "as_of": (dt.date.fromisoformat(AS_OF) - EPOCH).days,
        "clean": lanes(CLEAN),
        "program": RuleSet(shipped()).program,
    }
    head = json.dumps(body, sort_keys=True, separators=(",", ":"))
    lines = ",\n".join(json.dumps(row, sort_keys=True, separators=(",", ":")) for row in rows)
    return f'{head[:-1]},"cases":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(document())
