"""What a history remembers of claims that were sent, and how rules ask for it.

A history has lists (`scrubjay history`). Each has rows of the claims that were sent, under a keyed
digest of some of their values; a rule asks by the same values, so that what is remembered and what
is asked stand here together. Without a history, or in one that lacks the list: no_data.
"""

from __future__ import annotations

from scrubjay.rules.errors import RuleError
from scrubjay.rules.expressions import Bool
from scrubjay.rules.frequencies import changes, is_original
from scrubjay.rules.modifiers import lacks
from scrubjay.rules.rows import TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from scrubjay.rules.expressions import Code, Date, Node, Number, Text, Value
    from scrubjay.rules.fields import Claim, Line
    from scrubjay.rules.rows import Row

    Keys = Callable[[Any], tuple[Value, ...]]

__all__ = ["FILES", "LISTS", "ORIGINALS", "PHYSICIANS", "SERVICES", "Past", "day_of", "physician"]

LISTS: dict[str, Past] = {}
"""All lists of a history, by name, in the order of their numbers."""


class Past:
    """One list of a history: of which rows, found by what, with which days and value."""

    def __init__(
        self,
        name: str,
        table: str,
        keys: Keys,
        *,
        transactions: str,
        when: Callable[[Any], Bool] | None = None,
        days: Callable[[Any], tuple[Date, Date]] | None = None,
        value: Callable[[Any], Value] | None = None,
    ) -> None:
        self.name = name
        self._table = table
        self._keys = keys
        self._transactions = transactions
        self._when = when
        self._days = days
        self._value = value
        LISTS[name] = self

    def describe(self) -> dict[str, Any]:
        """What the native half must know to write it down, as JSON."""
        row = TABLES[self._table](0)
        first, last = (None, None) if self._days is None else self._days(row)
        return {
            "id": self.name,
            "table": self._table,
            "transactions": self._transactions,
            "keys": self._asked(row),
            "when": None if self._when is None else self._when(row).node,
            "from": None if first is None else first.node,
            "to": None if last is None else last.node,
            "value": None if self._value is None else self._value(row).node,
        }

    def has(
        self,
        row: Row,
        *,
        since: Date | None = None,
        until: Date | None = None,
        among: str | None = None,
    ) -> Bool:
        """The same was sent before, on a day from `since` to `until`, both included.

        `among` names a list of codes: what was done then stands in it.
        """
        return Bool(["past", self.name, self._asked(row), _day(since), _day(until), among])

    def exceeds(
        self,
        row: Row,
        own: Number,
        table: str,
        limit: tuple[Code | Text, ...],
        *,
        since: Date | None = None,
        until: Date | None = None,
    ) -> Bool:
        """What was sent of these days, and `own` with it, is more than `table` has for `limit`."""
        asked = ["keys", *(key.node for key in limit)]
        days = [_day(since), _day(until)]
        return Bool(["past", self.name, self._asked(row), *days, own.node, table, asked])

    def _asked(self, row: Row) -> Node:
        if row.table != self._table:
            raise RuleError(f"{self.name} is asked of a {self._table}, not of a {row.table}")
        return ["keys", *(key.node for key in self._keys(row))]


def _day(day: Date | None) -> Node | None:
    return None if day is None else day.node


def day_of(line: Line) -> Date:
    """The day of a line, or for want of it the first of its claim."""
    stated = line.claim.statement_from.otherwise(line.claim.treated_from)
    return line.service_from.otherwise(stated)


def _patient(claim: Claim) -> tuple[Text | Date, ...]:
    """Who was treated, whatever insures them."""
    patient, subscriber = claim.patient, claim.subscriber
    return (
        patient.last.otherwise(subscriber.last),
        patient.first.otherwise(subscriber.first),
        patient.birth_date.otherwise(subscriber.birth_date),
    )


def physician(line: Line) -> Text:
    """The number of who did what a line says, or for want of it of who bills."""
    named = line.rendering_npi.otherwise(line.claim.rendering_npi)
    return named.otherwise(line.claim.provider.npi)


_NOT_FACE_TO_FACE = ("26", "TC", "54", "55", "56", "80", "81", "82", "AS")


def _seen_in_person(line: Line) -> Bool:
    """Surgery, medicine and visits, given by the physician as a whole and not as an assistant."""
    done = line.procedure.matches("[1-6][0-9]{4}|9[1-9][0-9]{3}")
    return is_original(line.claim) & done & lacks(line, *_NOT_FACE_TO_FACE)


PHYSICIANS = Past(
    "physicians",
    "line",
    lambda line: (*_patient(line.claim), physician(line)),
    transactions="P",
    when=_seen_in_person,
    days=lambda line: (line.service_from, line.service_to.otherwise(line.service_from)),
    value=lambda line: line.procedure,
)
"""What a physician did for a patient in person, and when."""

SERVICES = Past(
    "services",
    "line",
    lambda line: (
        line.claim.payer.id,
        line.claim.subscriber.member_id,
        *_patient(line.claim),
        line.procedure,
    ),
    transactions="PID",
    when=lambda line: is_original(line.claim),
    days=lambda line: (day_of(line), day_of(line)),
    value=lambda line: line.units,
)
"""How much of a procedure a payer was billed for a patient, and when."""

ORIGINALS = Past(
    "originals",
    "claim",
    lambda claim: (claim.payer.id, claim.original_reference),
    transactions="PID",
    when=changes,
)
"""Claims of a payer that were replaced, voided or changed else, by the payer's number."""

FILES = Past(
    "files",
    "set",
    lambda file: (
        file.submitter_id,
        file.receiver_id,
        file.control,
        file.reference,
        file.date,
        file.time,
    ),
    transactions="PID",
)
"""Transaction sets, by who sends them to whom, their numbers and when they were made."""
