"""The fields of a record by name: ``member.birth_date``, ``member.contacts.home_phone``.

A field takes text as files have it and puts the value where it belongs in a draft, a nested dict
that `Enrollment` takes. Mappings (CSV, REST) and profiles name fields this way. Items of a list are
named by their word or code: ``member.ids.client_number`` and ``member.ids.23`` are the same.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple, get_args

from scrubjay.codes.enrollment import by_word, lists, word
from scrubjay.enrollment.identity import Tokens, ssn_fault
from scrubjay.models import enrollment as models
from scrubjay.models.row import Row

__all__ = ["Draft", "Field", "Problem", "as_text", "copied", "field_of", "known_fields", "pruned"]

Draft = dict[str, Any]


class Problem(NamedTuple):
    """What is wrong with a value: the code, the field, and what stood there."""

    code: str
    field: str
    value: str = ""
    where: str = ""
    """The column, or the name in JSON, that it came from."""


class Field(NamedTuple):
    """One field, ready to be filled."""

    name: str
    path: tuple[Any, ...]
    """Names of nested objects; a list's item as ``(list, {what names it})``."""
    key: str
    """The field in the innermost object."""
    kind: str
    """day, money, number, count, flag, text, texts, ssn, or the name of a list of words."""

    def fill(
        self, draft: Draft, text: str, *, tokens: Tokens | None = None, dates: tuple[str, ...] = ()
    ) -> Problem | None:
        """Puts what `text` says into `draft`; what is wrong with it, if anything is."""
        if self.kind in _LEAVES:
            value = _LEAVES[self.kind](text, dates)
            if value is None:
                return Problem(_FAULTS.get(self.kind, "VALUE_INVALID"), self.name, text)
            self.held(draft)[self.key] = value
        elif self.kind == "texts":
            self.held(draft).setdefault(self.key, []).append(text)
        elif self.kind == "ssn":
            return self._fill_ssn(draft, text, tokens)
        else:
            return self._fill_word(draft, text)
        return None

    def take(self, draft: Draft) -> Any:
        """What the draft has there; None where it has nothing."""
        held: Any = draft
        for step in self.path:
            held = _step(held, step)
            if held is None:
                return None
        return held.get(self._value_key)

    def clear(self, draft: Draft) -> None:
        """Empties it in the draft."""
        if self.take(draft) is not None:
            held = self.held(draft)
            for key in (self._value_key, f"{self.key}_code"):
                held.pop(key, None)

    @property
    def _value_key(self) -> str:
        return f"{self.key}_token" if self.kind == "ssn" else self.key

    def held(self, draft: Draft) -> Draft:
        """The innermost object of it in the draft, made where it is not there."""
        held = draft
        for step in self.path:
            if isinstance(step, str):
                held = held.setdefault(step, {})
                continue
            name, named = step
            items = held.setdefault(name, [])
            found = _found(items, named)
            if found is None:
                found = dict(named)
                items.append(found)
            held = found
        return held

    def _fill_ssn(self, draft: Draft, text: str, tokens: Tokens | None) -> Problem | None:
        if tokens is None:
            raise ValueError(self.name)
        kept = tokens.ssn(text)
        held = self.held(draft)
        held[f"{self.key}_token"] = kept.token
        if kept.last4:
            held[f"{self.key}_last4"] = kept.last4
        fault = ssn_fault(text)
        return Problem(fault, self.name, text) if fault else None

    def _fill_word(self, draft: Draft, text: str) -> Problem | None:
        """Either a code of the list or its word, in any spelling of the latter."""
        held = self.held(draft)
        code, said = _meant(self.kind, text)
        held[f"{self.key}_code"] = code
        held.pop(self.key, None)
        if said is None:
            return Problem(_UNKNOWN.get(self.kind, "CODE_UNKNOWN"), self.name, text)
        held[self.key] = said
        return None


@lru_cache(4096)
def _meant(of: str, text: str) -> tuple[str, str | None]:
    """The code and the word of a text that is either; the text alone where it is neither."""
    spelled = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    code = text if word(of, text) else by_word(of, spelled)
    return (text, None) if code is None else (code, word(of, code))


@cache
def field_of(name: str, *, coverage: bool = False) -> Field:
    """The field of that name, of a coverage where `coverage` says so; KeyError with why if none."""
    walk = _Walk(name, models.Coverage if coverage else models.Enrollment)
    rest = name
    while rest:
        part, _, rest = rest.partition(".")
        rest = walk.into(part, rest)
        if walk.found is not None:
            return walk.found
    raise KeyError(f"{name!r} is no field; {_near(walk.model, '')}")


class _Walk:
    """The way from the record down to one field."""

    def __init__(self, name: str, model: type[Row]) -> None:
        self.name = name
        self.model = model
        self.found: Field | None = None
        self._path: list[Any] = []

    def into(self, part: str, rest: str) -> str:
        """One step further; gives what is left of the name."""
        if part in _pseudo(self.model) and not rest:
            return self._end(part, "ssn")
        if part not in self.model.model_fields or part in _OURS:
            raise KeyError(f"there is no field {self.name!r}; {_near(self.model, part)}")
        inner, many = _inside(self.model.model_fields[part].annotation)
        if many:
            return self._into_list(part, inner, rest)
        if issubclass(inner, Row):
            self._path.append(part)
            self.model = inner
            return rest
        if rest:
            raise KeyError(f"{self.name!r}: nothing is inside of {part}")
        return self._end(*_leaf(self.model, part, inner))

    def _into_list(self, part: str, inner: Any, rest: str) -> str:
        if inner is str and not rest:
            return self._end(part, "texts")
        if inner not in _NAMED or not rest:
            raise KeyError(
                f"{self.name!r} cannot be filled as a whole; name its items, as in "
                "member.contacts.email"
            )
        named, rest = _item(inner, rest)
        self._path.append((part, named))
        self.model = inner
        if inner not in _VALUES:
            return rest
        if rest:
            raise KeyError(f"{self.name!r}: nothing is inside of an item there")
        is_ssn = inner is models.Identifier and named["qualifier"] == "SY"
        return self._end(*(("ssn", "ssn") if is_ssn else _VALUES[inner]))

    def _end(self, key: str, kind: str) -> str:
        self.found = Field(self.name, tuple(self._path), key, kind)
        return ""


def known_fields(*, coverage: bool = False) -> Iterator[str]:
    """The names of all fields that stand by themselves, for help; lists with a star."""
    yield from _names(models.Coverage if coverage else models.Enrollment, "")


def _names(model: type[Row], before: str) -> Iterator[str]:
    for part in (*_pseudo(model), *model.model_fields):
        if part in _OURS or (part in model.model_fields and _twin(model, part)):
            continue
        if part in _pseudo(model):
            yield f"{before}{part}"
            continue
        inner, many = _inside(model.model_fields[part].annotation)
        if not many and issubclass(inner, Row):
            yield from _names(inner, f"{before}{part}.")
        elif not many or inner is str:
            yield f"{before}{part}"
        elif inner in _VALUES:
            yield f"{before}{part}.*"
        elif inner in _NAMED:
            yield from _names(inner, f"{before}{part}.*.")


def as_text(value: Any) -> str:
    """A cell or a JSON value as files write it; empty where there is none."""
    if isinstance(value, str):
        return value.strip()
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def copied(held: Any) -> Any:
    """A draft of its own, all the way down."""
    if isinstance(held, dict):
        return {key: copied(value) for key, value in held.items()}
    return [copied(item) for item in held] if isinstance(held, list) else held


def pruned(held: Any) -> Any:
    """A draft without what is not there."""
    if isinstance(held, dict):
        kept = {}
        for key, value in held.items():
            inner = pruned(value) if isinstance(value, (dict, list)) else value
            if inner or inner in _SOMETHING:
                kept[key] = inner
        return kept
    return [pruned(item) for item in held] if isinstance(held, list) else held


def _step(held: Draft, step: Any) -> Any:
    if isinstance(step, str):
        return held.get(step)
    name, named = step
    return _found(held.get(name) or (), named)


def _found(items: Any, named: dict[str, Any]) -> Any:
    """The item that a code names, or a word."""
    key = next(iter(named))
    return next((item for item in items if item.get(key) == named[key]), None)


def _inside(kind: Any) -> tuple[Any, bool]:
    """The plain type of an annotation, and whether there are many of it."""
    arguments = [each for each in get_args(kind) if each not in {type(None), Ellipsis}]
    if getattr(kind, "__origin__", None) is tuple:
        return arguments[0], True
    if arguments and isinstance(arguments[0], type):
        return arguments[0], False
    if arguments and not isinstance(arguments[0], str):
        return _inside(arguments[0])
    return (str if arguments else kind), False


def _leaf(model: type[Row], part: str, inner: Any) -> tuple[str, str]:
    name = part.removesuffix("_code") if _twin(model, part) else part
    if f"{name}_code" in model.model_fields and name in model.model_fields:
        return name, _LISTS.get((model, name), name)
    if inner is Decimal:
        return part, "number" if part in {"hours", "height", "weight"} else "money"
    return part, {dt.date: "day", bool: "flag", int: "count"}.get(inner, "text")


def _twin(model: type[Row], part: str) -> bool:
    """Whether it is the code of a word beside it."""
    return part.endswith("_code") and part.removesuffix("_code") in model.model_fields


def _pseudo(model: type[Row]) -> tuple[str, ...]:
    """Social security numbers, which are taken and not kept."""
    if model is models.Identifier:
        return ()
    return tuple(
        part.removesuffix("_token") for part in model.model_fields if part.endswith("ssn_token")
    )


def _item(inner: type[Row], rest: str) -> tuple[dict[str, Any], str]:
    """What names an item of a list, and what is left of the name."""
    of, code_key, word_key = _NAMED[inner]
    if not of:
        return {word_key: rest}, ""
    said, _, rest = rest.partition(".")
    code = said if word(of, said) else by_word(of, said)
    if code is None:
        raise KeyError(f"{said!r} is none of {', '.join(sorted(lists()[of].values()))}")
    return {code_key: code, word_key: word(of, code)}, rest


def _near(model: type[Row], part: str) -> str:
    from difflib import get_close_matches

    names = [*_pseudo(model), *model.model_fields]
    near = get_close_matches(part, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"


@lru_cache(16_384)
def _day(text: str, formats: tuple[str, ...]) -> dt.date | None:
    for form in formats:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?|[0-9]{8}", text):
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _money(text: str, _: object) -> Decimal | None:
    plain = text.replace(",", "").replace("$", "").strip()
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", plain):
        return None
    made = Decimal(plain)
    exponent = made.as_tuple().exponent
    return made.quantize(_CENT) if isinstance(exponent, int) and exponent > -_CENTS else made


def _number(text: str, _: object) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text) else None


def _count(text: str, _: object) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _flag(text: str, _: object) -> bool | None:
    return {
        **dict.fromkeys(("y", "yes", "true", "1", "t"), True),
        **dict.fromkeys(("n", "no", "false", "0", "f"), False),
    }.get(text.lower())


def _text(text: str, _: object) -> str:
    return text


# What is there although it is not true; Decimal("0.00") equals the first.
_SOMETHING = (0, False)
_CENTS = 2
_CENT = Decimal("0.01")
_LEAVES: dict[str, Callable[[str, tuple[str, ...]], Any]] = {
    "day": _day,
    "money": _money,
    "number": _number,
    "count": _count,
    "flag": _flag,
    "text": _text,
}
_FAULTS = {"day": "DATE_INVALID", "money": "AMOUNT_INVALID"}
_UNKNOWN = {"action": "ACTION_UNKNOWN", "coverage_action": "ACTION_UNKNOWN"}
# Where the list of words has not the name of the field.
_LISTS: dict[tuple[type[Row], str], str] = {
    (models.Source, "action"): "file_action",
    (models.Coverage, "action"): "coverage_action",
    (models.Employment, "status"): "employment",
    (models.Medicare, "plan"): "medicare",
    (models.Medicare, "reason"): "medicare_reason",
    (models.Cobra, "event"): "cobra_event",
    (models.Cob, "responsibility"): "cob",
    (models.Cob, "kind"): "cob_kind",
}
# Lists whose items are named: by which list of words, in which fields.
_NAMED: dict[type[Row], tuple[str, str, str]] = {
    models.Identifier: ("id", "qualifier", "name"),
    models.Amount: ("amount", "qualifier", "name"),
    models.Contact: ("contact", "kind_code", "kind"),
    models.DateSpan: ("date", "qualifier", "name"),
    models.RelatedParty: ("related", "role_code", "role"),
    models.Provider: ("provider", "role_code", "role"),
    models.Administrator: ("administrator", "role_code", "role"),
    models.Reporting: ("", "qualifier", "name"),
}
# Lists whose items are one value each: the field that holds it, and its kind.
_VALUES: dict[type[Row], tuple[str, str]] = {
    models.Identifier: ("value", "text"),
    models.Amount: ("amount", "money"),
    models.Contact: ("value", "text"),
    models.DateSpan: ("date", "day"),
    models.Reporting: ("value", "text"),
}
# What we say ourselves.
_OURS = frozenset(
    (
        *("schema_version", "sha256", "row", "path", "index", "segment_index", "kind"),
        *("coverages", "extras", "ssn_last4", "ssn_token", "subscriber_ssn_last4"),
        *("subscriber_ssn_token", "profile", "profile_version"),
    )
)
