"""Claims that were sent and payments that came, in a table that may outgrow memory.

As that of acknowledgments (`scrubjay.acks.ledger`): a database without a name, gone with the
process. Whatever could name a patient is in it as a keyed digest of 64 bits.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from scrubjay.errors import OutputError

__all__ = ["MOST_CANDIDATES", "Candidate", "Ledger", "Paid", "Sent"]

MEMORY_KIB = 16 * 1024
MOST_CANDIDATES = 1000
"""More claims of one number are not told apart."""

_SHAPE = """
CREATE TABLE claim (no INTEGER PRIMARY KEY, file INT, place INT, id INT, original INT,
    sequence TEXT, cents INT, person INT, paid INT DEFAULT 0);
CREATE TABLE line (control INT, claim INT);
CREATE TABLE paid (no INTEGER PRIMARY KEY, id INT, payer INT, status TEXT, charge INT, paid INT,
    claim INT, how TEXT, chosen TEXT, family INT, part INT, reverses INT, corrected INT);
"""
_INDEXES = """
CREATE INDEX claim_id ON claim (id);
CREATE INDEX claim_original ON claim (original);
CREATE INDEX claim_person ON claim (person);
CREATE INDEX line_control ON line (control);
"""
_PAID_INDEXES = """
CREATE INDEX paid_id ON paid (id);
CREATE INDEX paid_payer ON paid (payer);
"""


class Sent(NamedTuple):
    """What is kept of a claim that was sent; money in cents."""

    file: int
    place: int
    id: str
    original: str | None
    sequence: str | None
    cents: int
    person: str | None
    """Who, when and from whom: member, first day, provider."""
    controls: tuple[str, ...]


class Candidate(NamedTuple):
    """A claim that a payment may be for."""

    no: int
    sequence: str | None
    cents: int


class Paid(NamedTuple):
    """What became of a claim payment."""

    no: int
    status: str | None
    charge: int
    claim: int | None
    how: str | None
    chosen: str | None
    family: int
    part: int
    reverses: int | None
    corrected: int | None


class Ledger:
    """The table; use it as a context."""

    def __init__(self) -> None:
        self._key = os.urandom(16)
        try:
            self._base = sqlite3.connect("", isolation_level=None)
            self._base.execute(f"PRAGMA cache_size = -{MEMORY_KIB}")
            self._base.executescript(_SHAPE + "BEGIN;")
        except sqlite3.Error as error:
            raise _failed(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def _run(self, text: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._base.execute(text, tuple(values))
        except sqlite3.Error as error:
            raise _failed(error) from None

    def digest(self, domain: str, value: str | None) -> int | None:
        """What stands for an identifier; None for none."""
        if not value:
            return None
        text = f"{domain}\0{value}".encode("utf-8", "surrogatepass")
        made = blake2b(text, key=self._key, digest_size=8).digest()
        return int.from_bytes(made, "big", signed=True)

    def send(self, claim: Sent) -> None:
        """Takes a claim that was sent."""
        keys = (
            self.digest("id", claim.id),
            self.digest("payer", claim.original),
            claim.sequence,
            claim.cents,
            self.digest("person", claim.person),
        )
        columns = "file, place, id, original, sequence, cents, person"
        made = self._run(
            f"INSERT INTO claim ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (claim.file, claim.place, *keys),
        )
        for control in claim.controls:
            self._run(
                "INSERT INTO line VALUES (?, ?)", (self.digest("control", control), made.lastrowid)
            )

    def all_sent(self) -> None:
        """No more claims come: from now on they are looked up."""
        self._base.executescript(_INDEXES + _PAID_INDEXES)

    def by(self, column: str, key: int | None) -> list[Candidate]:
        """The claims with that key in ``id``, ``original`` or ``person``, as they came."""
        if key is None:
            return []
        rows = self._run(
            f"SELECT no, sequence, cents FROM claim WHERE {column} = ? ORDER BY no LIMIT ?",  # noqa: S608
            (key, MOST_CANDIDATES),
        )
        return [Candidate(*row) for row in rows]

    def by_controls(self, controls: Iterable[str]) -> list[Candidate]:
        """The claims that have a line of one of these numbers."""
        found: dict[int, Candidate] = {}
        for control in controls:
            rows = self._run(
                "SELECT no, sequence, cents FROM claim WHERE no IN"
                " (SELECT claim FROM line WHERE control = ? LIMIT ?)",
                (self.digest("control", control), MOST_CANDIDATES),
            )
            found |= {row[0]: Candidate(*row) for row in rows}
        return list(found.values())

    def ids_of_payer(self, number: int | None) -> list[int]:
        """What claims were called in payments in which the payer called them so."""
        if number is None:
            return []
        rows = self._run("SELECT DISTINCT id FROM paid WHERE payer = ? LIMIT 8", (number,))
        return [row[0] for row in rows if row[0] is not None]

    def pay(self, row: dict[str, Any]) -> None:
        """Takes a claim payment; `row` has the columns of the table."""
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._run(f"INSERT INTO paid ({names}) VALUES ({marks})", row.values())  # noqa: S608
        if row["claim"] is not None:
            self._run("UPDATE claim SET paid = paid + 1 WHERE no = ?", (row["claim"],))

    def parts(self, claim: int | None) -> int:
        """In how many payments a claim was seen."""
        if claim is None:
            return 0
        made = self._run("SELECT paid FROM claim WHERE no = ?", (claim,)).fetchone()
        return int(made[0]) if made else 0

    def reversed_by(self, id_key: int | None, charge: int, before: int) -> int | None:
        """The payment that a reversal of `-charge` takes back: the last such one before it."""
        row = self._run(
            "SELECT no FROM paid WHERE id IS ? AND charge = ? AND status != '22' AND no < ?"
            " AND no NOT IN (SELECT reverses FROM paid WHERE reverses IS NOT NULL)"
            " ORDER BY no DESC LIMIT 1",
            (id_key, charge, before),
        ).fetchone()
        return None if row is None else int(row[0])

    def open_reversal(self, id_key: int | None, before: int) -> int | None:
        """The last reversal of that claim that no correction followed yet."""
        row = self._run(
            "SELECT no FROM paid WHERE id IS ? AND status = '22' AND corrected IS NULL AND no < ?"
            " ORDER BY no DESC LIMIT 1",
            (id_key, before),
        ).fetchone()
        return None if row is None else int(row[0])

    def correct(self, reversal: int, correction: int) -> None:
        """Notes that a reversal was followed by the right payment."""
        self._run("UPDATE paid SET corrected = ? WHERE no = ?", (correction, reversal))

    def paid(self) -> Iterator[Paid]:
        """Every claim payment, in order."""
        columns = "no, status, charge, claim, how, chosen, family, part, reverses, corrected"
        for row in self._run(f"SELECT {columns} FROM paid ORDER BY no"):  # noqa: S608
            yield Paid(*row)

    def place(self, claim: int) -> tuple[int, int]:
        """The file of a claim, by number, and its ordinal there."""
        row = self._run("SELECT file, place FROM claim WHERE no = ?", (claim,)).fetchone()
        return int(row[0]), int(row[1])

    def unpaid(self, file: int) -> Iterator[int]:
        """The ordinals of the claims in a file that nothing was paid or denied for, ascending."""
        rows = self._run("SELECT place FROM claim WHERE paid = 0 AND file = ? ORDER BY no", (file,))
        for (place,) in rows:
            yield int(place)


def _failed(error: sqlite3.Error) -> OutputError:
    reason = str(error).lower()
    return OutputError(
        f"the table of claims cannot be kept: {reason}; make room in the folder for temporary files"
    )
