"""Claims in, claims out, of files that have lost a boundary: each claim is somewhere, once."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.works import Works, document, states, until
from scrubjay.app import kept
from scrubjay.pipeline import deciding
from scrubjay.store.audit.reconciling import Reconciliation, reconcile
from scrubjay.store.sqlite.ledger import SqliteLedger
from scrubjay.store.sqlite.upkeep import looked_into
from scrubjay.store.states import Kind, State

CLAIM = b"CLM*X1*100***11:B:1*Y*A*Y*Y~\n"
Change = Callable[[bytes], bytes]


def without(tag: bytes, most: int = 99) -> Change:
    """The segments of that name are gone."""
    return lambda text: re.sub(rb"(?<=\n)%b\*[^~]*~\n" % tag, b"", text, count=most)


def before(tag: bytes) -> Change:
    """A CLM segment stands there, in no claim."""
    return lambda text: text.replace(b"\n" + tag, b"\n" + CLAIM + tag, 1)


def nothing_moves(view: Any) -> bool:
    waits = [view.depth(topic) for topic in ("parse", "scrub", "assemble", "send")]
    moving = any(each.ready + each.leased + each.delayed for each in waits)
    return not moving and set(states(view)) <= {"SUBMITTED", "REJECTED_BY_SCRUB"}


async def counts(made: Works) -> Reconciliation:
    """What became of it, when nothing moves here any more."""
    async with made.running() as app:
        await until(app, nothing_moves)
    with looked_into(made.home / "scrubjay.db") as connection:
        return reconcile(SqliteLedger(connection), "today", 0, 1 << 60)


def home(tmp_path: Path) -> Works:
    made = Works(tmp_path)
    made.partner("clearing", "ch")
    return made


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without(b"ST", 1), {"received": 12, "rejected": 6, "unreadable": 6}),
        (without(b"SE", 1), {"received": 12, "rejected": 6, "under_way": 6}),
        (without(b"GS"), {"received": 12, "unreadable": 12}),
        (without(b"IEA"), {"received": 12, "rejected": 12}),
        (without(b"BHT", 1), {"received": 12, "rejected": 6, "under_way": 6}),
        (before(b"GS"), {"received": 13, "rejected": 12, "unreadable": 1}),
        (before(b"ST"), {"received": 13, "rejected": 12, "unreadable": 1}),
        (before(b"HL"), {"received": 13, "rejected": 6, "unreadable": 1, "under_way": 6}),
        (before(b"GE"), {"received": 13, "rejected": 12, "unreadable": 1}),
        (lambda text: text + CLAIM, {"received": 13, "unreadable": 1, "under_way": 12}),
        (
            lambda text: text + text.replace(b"ISA*", b"XSA*", 1),
            {"received": 24, "unreadable": 12, "under_way": 12},
        ),
        (
            lambda text: text.replace(b"\nCLM*", b"\nclm*", 1),
            {"received": 12, "rejected": 6, "under_way": 6},
        ),
        (
            lambda text: text.replace(b"005010X222A1~\nBHT", b"004010X098A1~\nBHT", 1),
            {"received": 12, "rejected": 0, "unreadable": 6, "under_way": 6},
        ),
    ],
)
async def test_a_lost_boundary_loses_no_claim(
    tmp_path: Path, change: Change, expected: dict[str, int]
) -> None:
    made = home(tmp_path)
    content = document(12, sets=2)
    changed = change(content)
    assert changed != content
    made.take(changed)
    found = await counts(made)
    told = {name: getattr(found, name) for name in expected}
    assert (told, found.balanced) == (expected, True)
    rest = ("accepted", "rejected", "unreadable", "held", "dead", "under_way")
    assert found.received == sum(getattr(found, name) for name in rest)


async def test_claims_in_no_set_at_all_are_a_dead_file(tmp_path: Path) -> None:
    """And the next file goes on: the stage is not stuck with it."""
    made = home(tmp_path)
    made.take(without(b"SE")(without(b"ST")(document(12))))
    made.take(document(5, seed=2))
    found = await counts(made)
    assert (found.received, found.dead, found.under_way, found.balanced) == (17, 12, 5, True)
    (letter,) = made.ask(lambda view: view.dead_letters())
    assert (letter.kind, letter.code) == (Kind.FILE, "MALFORMED_FILE")


async def test_what_stands_nowhere_is_counted_also_where_it_is_judged_later(
    tmp_path: Path,
) -> None:
    """An interchange that was held and is released has lost claims of its own."""
    made = home(tmp_path)
    first = document(12, seed=1, sets=2)
    made.take(first)
    await counts(made)
    broken = without(b"ST", 1)
    other = document(12, seed=2, sets=2)
    like = first.replace(b"SYNTHBURG MEDICAL", b"SYNTHTOWN MEDICAL").replace(b"S0001-", b"T0001-")
    arrived = made.take(broken(other) + broken(like))
    found = await counts(made)
    assert (found.unreadable, found.held, found.balanced) == (6, 12, True)
    (row,) = [
        row
        for row in made.ask(lambda view: view.interchanges_of(arrived.file))
        if row.state is State.QUARANTINED
    ]
    with kept(made.tree, "test") as both:
        assert both.store.do(lambda tx: deciding.release(tx, row.id, "it is another"))
    found = await counts(made)
    assert (found.unreadable, found.held, found.balanced) == (12, 0, True)
    assert found.received == 36
