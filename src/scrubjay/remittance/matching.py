"""Which claim a payment is for: payments of `scrubjay remit` beside the claims that were sent.

In this order: the claim's own number (CLP01 is CLM01, and that of the original on a replacement),
the payer's number (REF*F8 of the payment, or of a claim that replaces), the control numbers of
lines (REF*6R), and at last member, first day, provider and charge. Of several claims in a family
the payer's rank decides (P, S, T by CLP02), then the charge, then lines, then the latest.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Self, TextIO

from scrubjay import _native, places
from scrubjay.errors import InputError, OutputError
from scrubjay.job import Command, Job
from scrubjay.remittance.ledger import Candidate, Ledger, Sent
from scrubjay.sources import SourceError, records

__all__ = ["FILES", "match"]

FILES = ("matches.jsonl", "unmatched.jsonl", "unpaid.jsonl")
"""Every claim payment with its claim; those without one; claims that no payment names."""

REVERSAL = "22"
BATCH = 200
# CLP02 to SBR01: as whose payer it was judged
_RANKS = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
_CENTS = Decimal(100)
_DIGITS = 16
"""Dollars of an amount: more is none."""

AnyPath = str | os.PathLike[str]


def match(out: AnyPath, claims: Iterable[AnyPath]) -> dict[str, Any]:
    """Match the remittances in `out` with the claims of 837 files; the counts, by how.

    Writes `FILES` beside them: each whole or not at all, mode 0600.
    """
    folder = os.fspath(out)
    files = places.inputs(claims)
    with Ledger() as ledger:
        for number, file in enumerate(files):
            for claim in _sent(number, file):
                ledger.send(claim)
        ledger.all_sent()
        for number, record in enumerate(remittances(folder)):
            _place(ledger, number, record)
        return _write(ledger, folder, files)


def remittances(folder: str) -> Iterator[dict[str, Any]]:
    """The lines of remittances.jsonl."""
    path = os.path.join(folder, "remittances.jsonl")
    try:
        yield from records(path)
    except SourceError as error:
        raise InputError(str(error)) from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; name the folder of a scrubjay remit") from None


def cents(text: Any) -> int:
    """Money as whole cents; 0 for none."""
    try:
        amount = Decimal(str(text)) if text is not None else Decimal(0)
    except InvalidOperation:
        return 0
    return int(amount * _CENTS) if amount.is_finite() and amount.adjusted() < _DIGITS else 0


# ---- what was sent


def _claims(file: str) -> Iterator[dict[str, Any]]:
    reader = _native.Reader(file, Job(command=Command.READ, inputs=(file,)).to_json())
    while (batch := reader.next(BATCH)) is not None:
        for claim, _ in batch:
            yield claim


def _sent(number: int, file: str) -> Iterator[Sent]:
    for place, claim in enumerate(_claims(file)):
        lines = claim.get("lines", ())
        subscriber = claim.get("subscriber", {})
        yield Sent(
            file=number,
            place=place,
            id=claim.get("id", ""),
            original=claim.get("original_reference"),
            sequence=subscriber.get("responsibility"),
            cents=cents(claim.get("charge")),
            person=_person(
                subscriber.get("member_id"),
                min(
                    (line["service_from"] for line in lines if "service_from" in line), default=None
                )
                or claim.get("statement_from"),
                claim.get("provider", {}).get("npi"),
            ),
            controls=tuple(line["control"] for line in lines if "control" in line),
        )


def _person(member: str | None, day: Any, provider: str | None) -> str | None:
    if not member or day is None or not provider:
        return None
    return f"{member}\0{day}\0{provider}"


# ---- what was paid


def _place(ledger: Ledger, number: int, record: dict[str, Any]) -> None:
    """Finds the claim of one claim payment, and the payment that it takes back or corrects."""
    status, charge = record.get("status_code"), cents(record.get("charge"))
    id_key = ledger.digest("id", record.get("id"))
    how, family = _family(ledger, record)
    chosen, by = _choose(ledger, family, record)
    reverses = None
    if status == REVERSAL:
        reverses = ledger.reversed_by(id_key, -charge, number)
    elif (reversal := ledger.open_reversal(id_key, number)) is not None:
        ledger.correct(reversal, number)
    claim = chosen.no if chosen else None
    ledger.pay(
        {
            "no": number,
            "id": id_key,
            "payer": ledger.digest("payer", record.get("payer_control")),
            "status": status,
            "charge": charge,
            "paid": cents(record.get("paid")),
            "claim": claim,
            "how": how,
            "chosen": by,
            "family": len(family),
            "part": ledger.parts(claim) + 1 if claim is not None else 0,
            "reverses": reverses,
        }
    )


def _family(ledger: Ledger, record: dict[str, Any]) -> tuple[str | None, list[Candidate]]:
    """How claims were found, and which: a claim and those that replace it."""
    ways: Sequence[tuple[str, Callable[[], list[Candidate]]]] = (
        ("claim_number", lambda: _with_replacements(ledger, record)),
        ("payer_number", lambda: _by_payer(ledger, record)),
        ("line_number", lambda: ledger.by_controls(_controls(record))),
        ("member_and_day", lambda: _by_person(ledger, record)),
    )
    for how, look in ways:
        if found := look():
            return how, found
    return None, []


def _with_replacements(ledger: Ledger, record: dict[str, Any]) -> list[Candidate]:
    """Claims of that number, and those that replace what the payer calls it."""
    own = ledger.by("id", ledger.digest("id", record.get("id")))
    if not own:
        return []
    more = ledger.by("original", ledger.digest("payer", record.get("payer_control")))
    return [*own, *(each for each in more if each not in own)]


def _by_payer(ledger: Ledger, record: dict[str, Any]) -> list[Candidate]:
    numbers = [
        each.get("value") for each in record.get("references", ()) if each.get("qualifier") == "F8"
    ]
    found: list[Candidate] = []
    for number in (*numbers, record.get("payer_control")):
        key = ledger.digest("payer", number)
        found += ledger.by("original", key)
        for id_key in ledger.ids_of_payer(key):
            found += ledger.by("id", id_key)
    return list(dict.fromkeys(found))


def _by_person(ledger: Ledger, record: dict[str, Any]) -> list[Candidate]:
    """Of the same member, first day and provider those with the same charge."""
    days = [line["service_from"] for line in record.get("lines", ()) if "service_from" in line]
    day = min(days, default=None) or record.get("statement_from")
    payee = record.get("payment", {}).get("payee_id")
    charge = cents(record.get("charge"))
    for party in ("insured", "patient"):
        person = _person(record.get(party, {}).get("id"), day, payee)
        found = ledger.by("person", ledger.digest("person", person))
        if same := [each for each in found if each.cents == abs(charge)]:
            return same
    return []


def _controls(record: dict[str, Any]) -> list[str]:
    return [line["control"] for line in record.get("lines", ()) if "control" in line]


def _choose(
    ledger: Ledger, family: list[Candidate], record: dict[str, Any]
) -> tuple[Candidate | None, str | None]:
    """The claim of a family that a payment is for, and what told it."""
    if len(family) < 2:  # noqa: PLR2004 - one is no choice
        return (family[0], None) if family else (None, None)
    left = family
    rank = _RANKS.get(record.get("status_code", ""))
    charge = abs(cents(record.get("charge")))
    tests: list[tuple[str, Callable[[Candidate], bool]]] = [
        ("payer_rank", lambda each: each.sequence == rank),
        ("charge", lambda each: each.cents == charge),
    ]
    by = "latest"
    for name, fits in tests:
        if same := [each for each in left if fits(each)]:
            if len(same) < len(left):
                by = name
            left = same
    if len(left) > 1:
        lines = {each.no for each in ledger.by_controls(_controls(record))}
        same = [each for each in left if each.no in lines]
        if same and len(same) < len(left):
            left, by = same, "line_number"
    return left[-1], by if len(left) == 1 else "latest"


# ---- what it came to


def _write(ledger: Ledger, folder: str, files: Sequence[str]) -> dict[str, Any]:
    names = [os.path.basename(file) for file in files]
    counts: dict[str, Any] = {
        **dict.fromkeys(("remittances", "matched", "unmatched", "reversals", "unpaid_claims"), 0),
        "how": {},
    }
    with _drafts(folder, FILES) as drafts:
        matches, unmatched, unpaid = drafts.files
        for paid, record in zip(ledger.paid(), remittances(folder), strict=True):
            counts["remittances"] += 1
            counts["reversals"] += paid.status == REVERSAL
            line: dict[str, Any] = {"remittance": _named(record)}
            if paid.claim is None:
                counts["unmatched"] += 1
                _put(unmatched, line | {k: record[k] for k in _SHOWN if k in record})
            else:
                counts["matched"] += 1
                counts["how"][paid.how] = counts["how"].get(paid.how, 0) + 1
                number, place = ledger.place(paid.claim)
                line |= {"claim": {"file": names[number], "claim_index": place}}
                line |= {"how": paid.how, "family": paid.family, "part": paid.part}
                if paid.chosen:
                    line["chosen_by"] = paid.chosen
            if paid.reverses is not None:
                line["reverses"] = paid.reverses
            if paid.corrected is not None:
                line["corrected_by"] = paid.corrected
            _put(matches, line)
        for number, file in enumerate(files):
            counts["unpaid_claims"] += _unpaid(ledger, number, file, unpaid)
        drafts.commit()
    return counts


_SHOWN = ("id", "payer_control", "status_code", "charge", "paid", "patient", "payment")


def _named(record: dict[str, Any]) -> dict[str, Any]:
    source = record["source"]
    return {"file": source["file"], "index": source["index"], "id": record.get("id")}


def _unpaid(ledger: Ledger, number: int, file: str, to: TextIO) -> int:
    """Writes the claims of a file that no payment is for; how many."""
    waiting = ledger.unpaid(number)
    wanted, count = next(waiting, None), 0
    if wanted is None:
        return 0
    for place, claim in enumerate(_claims(file)):
        if place != wanted:
            continue
        days = [line["service_from"] for line in claim.get("lines", ()) if "service_from" in line]
        _put(
            to,
            {
                "file": os.path.basename(file),
                "claim_index": place,
                "id": claim.get("id"),
                "charge": str(claim.get("charge", "")),
                "service_from": str(min(days)) if days else None,
            },
        )
        count += 1
        wanted = next(waiting, None)
        if wanted is None:
            break
    return count


def _put(file: TextIO, line: dict[str, Any]) -> None:
    file.write(json.dumps(line) + "\n")


class _drafts:  # noqa: N801 - used as a context, as a function would be
    """Files beside their names, renamed when all are whole."""

    def __init__(self, folder: str, names: Iterable[str]) -> None:
        self._paths = [os.path.join(folder, name) for name in names]
        self.files: list[TextIO] = []

    def __enter__(self) -> Self:
        try:
            for path in self._paths:
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                opened = os.open(f"{path}.part", flags, 0o600)
                self.files.append(os.fdopen(opened, "w", encoding="utf-8"))
        except OSError as error:
            self.__exit__()
            raise _failed(error) from None
        return self

    def commit(self) -> None:
        """Renames all of them."""
        try:
            for file, path in zip(self.files, self._paths, strict=True):
                file.close()
                os.replace(f"{path}.part", path)
        except OSError as error:
            raise _failed(error) from None

    def __exit__(self, *_: object) -> None:
        for file, path in zip(self.files, self._paths, strict=False):
            file.close()
            if os.path.exists(f"{path}.part"):
                os.unlink(f"{path}.part")


def _failed(error: OSError) -> OutputError:
    reason = (error.strerror or "cannot be written").lower()
    return OutputError(f"{error.filename or 'output'}: {reason}; make room, and run it again")
