"""Who is who in a family: the records of a load, and the persons who are known."""

from collections.abc import Iterable
from typing import Any

from scrubjay.enrollment.fields import Field, Problem
from scrubjay.enrollment.staging import Staged
from scrubjay.enrollment.standing import Standing
from scrubjay.enrollment.state import Known

__all__ = ["Somebody", "people"]


class Somebody:
    """One person of a family: what is known of them, and what the load says."""

    def __init__(self, known: Known | None, *, is_subscriber: bool) -> None:
        self.known = known
        self.person = known.person if known else None
        """Their number in the state."""
        self.is_subscriber = is_subscriber
        self.told: list[Staged] = []
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        """What is told and holds nobody."""
        self.after: Standing | None = None

    @property
    def before(self) -> Standing | None:
        """Where they stood; None where nobody knew them."""
        return self.known.standing if self.known else None

    @property
    def now(self) -> Standing | None:
        """Where they stand when the load is over."""
        return self.before if self.problems or self.after is None else self.after

    def members(self) -> Iterable[dict[str, Any]]:
        """The person as everybody describes them: the state, and each record."""
        if self.known:
            yield self.known.standing.person.get("member") or {}
        for each in self.told:
            yield each.record.get("member") or {}


def people(known: list[Known], told: list[Staged], own: tuple[Field, ...]) -> list[Somebody]:
    """The persons of a family, those who are known first, each with their records in order.

    Somebody is found again by their token, else by a number of their own (`own`: where it stands),
    else by birth date and first name; a correction also by what was wrong before.
    """
    found = [Somebody(each, is_subscriber=each.is_subscriber) for each in known]
    for each in told:
        member = each.record.get("member") or {}
        is_subscriber = bool(member.get("is_subscriber"))
        among = [one for one in found if one.is_subscriber == is_subscriber]
        somebody = _match(among, each.record, own)
        if somebody is None:
            somebody = Somebody(None, is_subscriber=is_subscriber)
            found.append(somebody)
        somebody.told.append(each)
    subscribers = [one for one in found if one.is_subscriber]
    if len(subscribers) > 1:
        for one in subscribers:
            number = one.told[-1].record["member"].get("subscriber_id") if one.told else ""
            one.problems.append(Problem("SUBSCRIBER_TWICE", "member.subscriber_id", number or ""))
    return found


def _match(
    among: list[Somebody], record: dict[str, Any], own: tuple[Field, ...]
) -> Somebody | None:
    member = record.get("member") or {}
    for same in (_by_token, _by_number, _by_birth, _by_correction, _by_role):
        for one in among:
            if any(same(each, member, own) for each in one.members()):
                return one
    return None


def _by_token(one: dict[str, Any], other: dict[str, Any], _: object) -> bool:
    token = other.get("ssn_token")
    return bool(token) and one.get("ssn_token") == token


def _by_number(one: dict[str, Any], other: dict[str, Any], own: tuple[Field, ...]) -> bool:
    for field in own:
        mine, theirs = (field.take({"member": each}) for each in (one, other))
        if mine and theirs:
            return bool(mine == theirs)
    return False


def _by_birth(one: dict[str, Any], other: dict[str, Any], _: object) -> bool:
    born, known = other.get("birth_date"), one.get("birth_date")
    if born and known and born != known:
        return False
    # Where one does not say, the whole name has to be the same.
    name = ("first",) if born and known else ("first", "last", "suffix")
    return _name(one, name) == _name(other, name)


def _by_role(one: dict[str, Any], other: dict[str, Any], _: object) -> bool:
    """A family has one subscriber: it is them, unless birth date and first name both differ."""
    if not (one.get("is_subscriber") and other.get("is_subscriber")):
        return False
    born, known = other.get("birth_date"), one.get("birth_date")
    return not (born and known and born != known) or _name(one, ("first",)) == _name(
        other, ("first",)
    )


def _by_correction(one: dict[str, Any], other: dict[str, Any], _: object) -> bool:
    """By what the record says was wrong; what it does not say was right."""
    prior = other.get("prior")
    if not prior:
        return False
    return _by_birth(one, other | prior, ()) or _by_token(one, prior, ())


def _name(member: dict[str, Any], parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple((member.get(part) or "").casefold() for part in parts)
