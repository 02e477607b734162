"""Institutional and dental claims for property tests, made of generated professional ones."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import chain
from random import Random
from typing import Any

import scrubjay
from properties.files import generated
from scrubjay.writing import Envelope

__all__ = ["KINDS", "claims", "interchange", "mixed", "one_group"]

Plain = dict[str, Any]

KINDS = ("837P", "837I", "837D")
_SECONDARY = ("I10", "I119", "I129")
_ABOVE = ("set", "provider", "subscriber", "payer", "patient")
_PERSONAL = {"first", "middle", "suffix", "secondary_id", "secondary_id_qualifier"}
_OF_PATIENTS = {"death_date", "weight", "pregnancy", "casualty_contact", "casualty_phone"}
_COVERAGE = {"insurance_type", *_OF_PATIENTS}


@cache
def _professional(count: int, seed: int) -> tuple[Plain, ...]:
    batches = scrubjay.read(generated(count, faults=0.0, seed=seed), rules=False)
    return tuple(claim.to_dict() for batch in batches for claim in batch.claims)


def claims(kind: str, count: int, *, faults: float = 0.3, seed: int = 1) -> Iterator[Plain]:
    """Claims of a kind, the given part of them with a fault that only such claims can have."""
    chance = Random(f"{kind} {seed}")  # noqa: S311 - for tests
    for claim in _professional(count, seed):
        made = {"837P": _same, "837I": _institutional, "837D": _dental}[kind](claim, chance)
        if chance.random() < faults:
            chance.choice(_FAULTS[kind])(made)
        yield made


def interchange(kind: str, count: int, *, faults: float = 0.3, seed: int = 1) -> bytes:
    """One interchange of claims of one kind."""
    return scrubjay.write(claims(kind, count, faults=faults, seed=seed), _envelope(seed))


def mixed(count: int, *, faults: float = 0.3, seed: int = 1, turn: int = 7) -> bytes:
    """One interchange in which the kinds take turns, each in a functional group of its own."""
    each = [list(claims(kind, count, faults=faults, seed=seed)) for kind in KINDS]
    turns = [each[at % 3][at // 3 :: max(count // turn, 1)] for at in range(3 * (count // turn))]
    rows = [row | {"id": f"{row['id']}-{at}"} for at, row in enumerate(chain(*turns))]
    return scrubjay.write(rows, _envelope(seed))


def one_group(document: bytes) -> bytes:
    """The sets of all groups of an interchange in the first one: each says its guide itself."""
    rows: list[bytes] = []
    sets = 0
    for segment in document.split(b"~\n"):
        name, *parts = segment.split(b"*")
        match name:
            case b"GS" if sets:
                continue
            case b"GE":
                continue
            case b"ST":
                sets += 1
                parts[1] = b"%04d" % sets
            case b"SE":
                parts[1] = b"%04d" % sets
            case b"IEA":
                number = next(row for row in rows if row.startswith(b"GS*")).split(b"*")[6]
                rows.append(b"GE*%d*%s" % (sets, number))
                parts[0] = b"1"
        rows.append(b"*".join([name, *parts]))
    return b"~\n".join(rows)


def _envelope(seed: int) -> Envelope:
    return Envelope(claims_per_set=(3, 20, 0)[seed % 3], acknowledgment="1", control=seed + 1)


def _same(claim: Plain, _: Random) -> Plain:
    return dict(claim)


def _above(claim: Plain, kind: str) -> Plain:
    """What stands above a claim, without what such claims do not have."""
    rows = {name: dict(claim[name]) for name in _ABOVE if name in claim}
    rows["set"].pop("guide", None)
    left_out = {"subscriber": _COVERAGE if kind == "837I" else _OF_PATIENTS, "patient": _COVERAGE}
    if kind == "837I":
        rows["provider"]["entity"] = "2"
        left_out["provider"] = _PERSONAL
    for name, fields in left_out.items():
        for field in fields:
            rows.get(name, {}).pop(field, None)
    shared = ["id", "charge", "frequency", "assignment", "benefits_assignment", "release"]
    shared += ["original_reference"]
    return {"kind": kind} | rows | {name: claim[name] for name in shared if name in claim}


def _day(claim: Plain) -> dt.date:
    day = min(line["service_from"] for line in claim["lines"])
    assert isinstance(day, dt.date)
    return day


def _institutional(claim: Plain, chance: Random) -> Plain:
    first = _day(claim)
    stay = chance.random() < 0.5
    last = max(line.get("service_to", line["service_from"]) for line in claim["lines"])
    made = _above(claim, "837I") | {
        "facility_type": "11" if stay else "13",
        "statement_from": first,
        "statement_to": last,
        "patient_status": "01",
        "admission_type": "3",
        "admission_source": "1",
        "attending_last": "ATTENDING",
        "attending_first": "ADA",
        "attending_npi": "1234567893",
        "diagnoses": [
            {"qualifier": "ABK", "code": "J189"} | ({"present_on_admission": "Y"} if stay else {}),
            *({"qualifier": "ABF", "code": code} for code in _SECONDARY[: chance.randint(0, 3)]),
        ],
        "occurrences": [{"code": "11", "date": first}] * chance.randint(0, 1),
        "value_codes": [{"code": f"8{at}", "amount": at} for at in range(chance.randint(0, 3))],
        "conditions": [{"code": "C1"}] * chance.randint(0, 1),
        "notes": [{"type": "DGN", "text": f"NOTE {at}"} for at in range(chance.randint(0, 2))],
    }
    if stay:
        made |= {
            "admission_date": first,
            "admission_hour": "0815",
            "discharge_hour": "1130",
            "admitting_qualifier": "ABJ",
            "admitting_diagnosis": "R0902",
            "procedures": [{"qualifier": "BBR", "code": "0BH17EZ", "date": first}],
        }
    shared = ("number", "procedure", "charge", "units", "service_from", "service_to", "control")
    made["lines"] = [
        {name: line[name] for name in shared if name in line}
        | {"revenue": f"0{chance.randint(25, 63)}0", "unit": "UN"}
        for line in claim["lines"]
    ]
    return made


def _dental(claim: Plain, chance: Random) -> Plain:
    made = _above(claim, "837D") | {
        "place_of_service": claim["place_of_service"],
        "provider_signature": "Y",
        "rendering_last": "RENDERING",
        "rendering_npi": "1234567893",
        "rendering_taxonomy": "1223G0001X",
        "tooth_statuses": [
            {"tooth": str(at), "status": "M"} for at in range(1, chance.randint(1, 4))
        ],
        "notes": [{"text": f"NOTE {at}"} for at in range(chance.randint(0, 2))],
    }
    shared = ("number", "charge", "units", "service_from", "control")
    made["lines"] = [
        {name: line[name] for name in shared if name in line}
        | {
            "procedure": f"D{chance.randint(1000, 9999)}",
            "teeth": [
                {"number": str(chance.randint(1, 32)), "surface_1": "M", "surface_2": "D"}
                for _ in range(chance.randint(0, 3))
            ],
        }
        for line in claim["lines"]
    ]
    return made


def _line(claim: Plain, **fields: Any) -> None:
    claim["lines"] = [claim["lines"][0] | fields, *claim["lines"][1:]]


_SHARED = (
    lambda claim: claim.update(charge=claim["charge"] + Decimal("0.01")),
    lambda claim: claim.update(frequency="7"),
    lambda claim: claim["subscriber"].pop("member_id", None),
    lambda claim: claim["provider"].update(npi="1234567890"),
    lambda claim: _line(claim, charge=Decimal(-5)),
    lambda claim: _line(claim, service_from=dt.date(2029, 1, 1)),
)
_FAULTS = {
    "837P": (*_SHARED, lambda claim: _line(claim, place_of_service="28")),
    "837I": (
        *_SHARED,
        lambda claim: claim.update(facility_type="1"),
        lambda claim: claim.pop("statement_from") and claim.pop("statement_to"),
        lambda claim: claim.update(patient_status="Q"),
        lambda claim: claim.update(attending_npi="1"),
        lambda claim: _line(claim, revenue="25"),
    ),
    "837D": (
        *_SHARED,
        lambda claim: _line(claim, teeth=[{"number": "77X"}]),
        lambda claim: _line(claim, teeth=[{"number": "3", "surface_1": "Q"}]),
        lambda claim: _line(claim, procedure="1110"),
        lambda claim: _line(claim, oral_cavity_1="10", prosthesis="R"),
    ),
}
