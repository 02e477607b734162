"""report.html of remit: what was paid and what not, and why; nobody's name.

It looks as the other reports do, and like them it has no script and nothing from outside.
"""

from __future__ import annotations

import json
import os

from scrubjay.errors import OutputError
from scrubjay.money import dollars
from scrubjay.remittance.wording import by_code
from scrubjay.report.records import page, section, subject_of, told_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from scrubjay.report.records import Card

__all__ = ["of_engine", "of_payments", "tell_more"]

_FILE = "report.html"
_FACTS = "run.json"
_DENIED = "4"


def of_engine(answer: str) -> str:
    """The page of payments that the engine read, from its answer."""
    result = json.loads(answer)
    worklist = bool(result["run"]["options"]["worklist"])
    return of_payments(result["summary"], result["reasons"], worklist=worklist)


def of_payments(
    summary: Mapping[str, Any], reasons: Iterable[Any], *, worklist: bool = True
) -> str:
    """The page of a run of remit, whose `summary` may say what `matching` and a schedule found."""
    money = summary["money"]
    words = by_code()
    parts = (
        _balance(money),
        _statuses(money["claims"], words),
        _adjustments(money["adjustments"], words),
        _of_providers(money["provider_adjustments"], words),
        _matching(summary.get("matching")),
        _underpaid(summary.get("underpaid")),
    )
    return page(
        subject_of(summary["files"]),
        _verdict(summary),
        _cards(summary),
        told_in(reasons),
        sections=parts,
        worklist=worklist,
    )


def tell_more(
    out: str, summary: Mapping[str, Any], reasons: Iterable[Any], *, worklist: bool = True
) -> None:
    """Writes the page in the folder `out` anew, with what `summary` has since it was written.

    So does run.json, which lists the files that a run wrote.
    """
    import hashlib

    text = of_payments(summary, reasons, worklist=worklist).encode()
    path = os.path.join(out, _FACTS)
    try:
        with open(path, encoding="utf-8") as file:
            facts = json.load(file)
        for each in facts["outputs"]:
            if each["file"] == _FILE:
                each |= {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        _put(os.path.join(out, _FILE), text)
        _put(path, (json.dumps(facts, indent=2) + "\n").encode())
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise OutputError(f"{out}: {reason}; make room, and run it again") from None


def _put(path: str, content: bytes) -> None:
    """A file, whole or not at all."""
    part = f"{path}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    os.replace(part, path)


def _verdict(summary: Mapping[str, Any]) -> str:
    money, claims, held = summary["money"], summary["claims"], summary["quarantined"]
    if not claims:
        return "No claim was found."
    paid = dollars(*_all(money["claims"], "paid"))
    charged = dollars(*_all(money["claims"], "charge"))
    verdict = f"{paid} of {charged} charged was paid for {summary['accepted']:,} claims."
    if held:
        verdict += f" {held:,} of {claims:,} claims are held back; the others went on."
    return verdict


def _cards(summary: Mapping[str, Any]) -> Iterable[Card]:
    money = summary["money"]
    denied = [each for each in money["claims"] if each["status_code"] == _DENIED]
    yield "payments", money["payments"], dollars(money["amount"]), ""
    yield "claims written", summary["accepted"], dollars(*_all(money["claims"], "paid")), "good"
    yield (
        "denied",
        sum(each["claims"] for each in denied),
        f"{dollars(*_all(denied, 'charge'))} charged",
        "odd",
    )
    # a set that goes back takes claims along that nothing was wrong with: their money is not told
    yield "in quarantine", summary["quarantined"], "", "bad"
    if matching := summary.get("matching"):
        yield "unmatched", matching["unmatched"], "payments without a claim", "bad"
    if short := summary.get("underpaid"):
        yield "lines underpaid", short["lines"], f"by {dollars(short['short'])}", "bad"


def _balance(money: Mapping[str, Any]) -> str:
    charged, paid = _all(money["claims"], "charge"), _all(money["claims"], "paid")
    adjusted, held = _all(money["adjustments"], "amount"), money["held"]
    provider = _all(money["provider_adjustments"], "amount")
    rows = [
        ("charged for claims that are written", dollars(*charged)),
        ("less their adjustments", dollars(*adjusted)),
        ("paid for them", dollars(*paid)),
        ("paid for claims that are held back", dollars(held["paid"])),
        ("less adjustments of no claim", dollars(*provider)),
        ("payments", dollars(money["amount"])),
    ]
    claims = dollars(*charged, *map(_less, (*adjusted, *paid)))
    sets = dollars(*paid, held["paid"], *map(_less, (*provider, money["amount"])))
    rows += [("what claims are off by", claims), ("what payments are off by", sets)]
    return section(
        "Balance",
        ("of payments that are good as a whole", "amount"),
        rows,
        note="Nothing is forced to balance: a claim that does not is held back, a payment that "
        "does not with all of its claims.",
    )


def _statuses(claims: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    rows = [
        (
            _named("claim_status", each["status_code"], words),
            f"{each['claims']:,}",
            dollars(each["charge"]),
            dollars(each["paid"]),
            dollars(each["patient_responsibility"]),
        )
        for each in sorted(claims, key=lambda each: (-each["claims"], each["status_code"]))
    ]
    return section("Claims by status", ("status", "claims", "charged", "paid", "patient"), rows)


def _adjustments(adjustments: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    rows = [
        (
            _named("adjustment_group", each["group_code"], words),
            each["reason_code"] or "(other)",
            f"{each['times']:,}",
            dollars(each["amount"]),
        )
        for each in sorted(adjustments, key=_largest)
    ]
    return section("Why less was paid", ("group", "reason (CARC)", "times", "amount"), rows)


def _of_providers(adjustments: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    rows = [
        (
            _named("provider_adjustment", each["reason_code"], words),
            f"{each['times']:,}",
            dollars(each["amount"]),
        )
        for each in sorted(adjustments, key=_largest)
    ]
    return section("Adjustments of no claim", ("reason", "times", "amount"), rows)


def _matching(matching: Mapping[str, Any] | None) -> str:
    if matching is None:
        return ""
    ways = sorted(matching["how"].items(), key=lambda item: (-item[1], item[0]))
    rows = [(f"by {how.replace('_', ' ')}", f"{count:,}") for how, count in ways]
    rows += [
        ("no claim found", f"{matching['unmatched']:,}"),
        ("reversals", f"{matching['reversals']:,}"),
        ("claims without payment or denial", f"{matching['unpaid_claims']:,}"),
    ]
    return section("Matched with claims that were sent", ("how", "number"), rows)


def _underpaid(short: Mapping[str, Any] | None) -> str:
    if short is None:
        return ""
    rows = [("lines that were allowed less", f"{short['lines']:,}", dollars(short["short"]))]
    return section("Against the fee schedule", ("what", "lines", "short by"), rows)


def _largest(each: Mapping[str, Any]) -> tuple[int, str]:
    return -abs(int(each["amount"].replace(".", ""))), each["reason_code"]


def _all(rows: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return [each[name] for each in rows]


def _less(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}"


def _named(kind: str, code: str, words: Mapping[str, str]) -> str:
    if not code:
        return "(other)"
    word = words.get(f"{kind} {code}")
    return f"{word.replace('_', ' ')} ({code})" if word else code
