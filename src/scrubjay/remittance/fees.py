"""Lines that were allowed less than a fee schedule says.

A schedule is a CSV file: ``procedure`` and ``amount`` (dollars a unit), and where they matter
``modifier``, ``payer`` (as 1000A names it), ``from`` and ``to`` (days, both included).
"""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.remittance.matching import cents, remittances

__all__ = ["FILE", "Fee", "schedule", "underpaid"]

FILE = "underpaid.jsonl"

AnyPath = str | os.PathLike[str]

_NEEDED = ("procedure", "amount")
_KNOWN = (*_NEEDED, "modifier", "payer", "from", "to")
# CLP02: judged as the first payer; later payers pay what is left, and a denial is no price
_FIRST = {"1", "19"}
_MODIFIERS = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")


class Fee(NamedTuple):
    """A row of a schedule; cents for a unit."""

    cents: int
    modifier: str
    payer: str
    since: date | None
    until: date | None

    def holds(self, modifiers: set[str], payer: str, day: date | None) -> bool:
        """Whether it is meant for such a line."""
        return (
            (not self.modifier or self.modifier in modifiers)
            and (not self.payer or self.payer == payer)
            and (self.since is None or (day is not None and day >= self.since))
            and (self.until is None or (day is not None and day <= self.until))
        )


def schedule(path: AnyPath) -> dict[str, list[Fee]]:
    """The fees of a CSV file by procedure, those for a modifier first."""
    fees: dict[str, list[Fee]] = {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            _columns(path, rows.fieldnames or ())
            for row in rows:
                fees.setdefault(row["procedure"].strip(), []).append(_fee(path, rows.line_num, row))
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "is not UTF-8 text").lower()
        raise InputError(f"{path}: {reason}; name a CSV file") from None
    for each in fees.values():
        each.sort(key=lambda fee: (not fee.modifier, not fee.payer))
    return fees


def _columns(path: AnyPath, names: Iterable[str]) -> None:
    there = {name.strip() for name in names}
    if missing := [name for name in _NEEDED if name not in there]:
        raise UsageError(
            f"{path}: no column {missing[0]}; its first line names {', '.join(_KNOWN)}"
        )


def _fee(path: AnyPath, line: int, row: Mapping[str, str | None]) -> Fee:
    said = {name.strip(): (value or "").strip() for name, value in row.items() if name}
    try:
        return Fee(
            int(Decimal(said["amount"]) * 100),
            said.get("modifier", ""),
            said.get("payer", ""),
            _day(said.get("from", "")),
            _day(said.get("to", "")),
        )
    except (InvalidOperation, ValueError):
        raise UsageError(
            f"{path}, line {line}: the amount is dollars such as 82.50, days are such as 2026-01-31"
        ) from None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def underpaid(out: AnyPath, fees: AnyPath) -> dict[str, Any]:
    """Write the lines in `out` that were allowed less than the schedule says; what it comes to."""
    folder = os.fspath(out)
    by_procedure = schedule(fees)
    payers = _payers(folder)
    lines = short = 0
    path = os.path.join(folder, FILE)
    try:
        opened = os.open(f"{path}.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            for record in remittances(folder):
                for found in _short(record, by_procedure, payers):
                    lines += 1
                    short += cents(found["short"])
                    file.write(json.dumps(found) + "\n")
        os.replace(f"{path}.part", path)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise OutputError(f"{path}: {reason}; make room, and run it again") from None
    return {"lines": lines, "short": _dollars(short)}


def _payers(folder: str) -> dict[str, str]:
    """The payers' names by trace and originator of their payments."""
    found: dict[str, str] = {}
    with open(os.path.join(folder, "payments.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            payment = json.loads(line)
            found[_key(payment)] = payment.get("payer", {}).get("name", "")
    return found


def _key(payment: Mapping[str, Any]) -> str:
    return f"{payment.get('trace')}\0{payment.get('originator')}"


def _short(
    record: dict[str, Any], fees: dict[str, list[Fee]], payers: dict[str, str]
) -> Iterator[dict[str, Any]]:
    if record.get("status_code") not in _FIRST:
        return
    payer = payers.get(_key(record.get("payment", {})), "")
    for number, line in enumerate(record.get("lines", ()), 1):
        day = _day(line.get("service_from", ""))
        modifiers = {line[name] for name in _MODIFIERS if name in line}
        meant = (
            fee
            for fee in fees.get(line.get("procedure", ""), ())
            if fee.holds(modifiers, payer, day)
        )
        fee = next(meant, None)
        if fee is None:
            continue
        expected = int(fee.cents * Decimal(line.get("units", "1")))
        allowed = _allowed(line)
        if allowed < min(expected, cents(line.get("charge"))):
            yield {
                "remittance": {k: record["source"].get(k) for k in ("file", "index")},
                "id": record.get("id"),
                "payer": payer,
                "line": number,
                "procedure": line.get("procedure"),
                "modifiers": sorted(modifiers),
                "service_from": line.get("service_from"),
                "units": line.get("units", "1"),
                "charge": line.get("charge"),
                "expected": _dollars(expected),
                "allowed": _dollars(allowed),
                "paid": line.get("paid"),
                "short": _dollars(min(expected, cents(line.get("charge"))) - allowed),
                "adjustments": line.get("adjustments", []),
            }


def _allowed(line: dict[str, Any]) -> int:
    """What the payer allowed (AMT*B6), else what it paid and what it leaves to the patient."""
    told = [each["amount"] for each in line.get("amounts", ()) if each.get("qualifier") == "B6"]
    if told:
        return cents(told[0])
    patient = (
        cents(each.get("amount"))
        for each in line.get("adjustments", ())
        if each.get("group_code") == "PR"
    )
    return cents(line.get("paid")) + sum(patient)


def _dollars(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 100)
    return f"{sign}{whole}.{part:02}"
