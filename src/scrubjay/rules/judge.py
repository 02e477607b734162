"""Rules that are plain functions: called from the native half with claims, a batch at a time."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrubjay.rules.errors import RuleError
from scrubjay.rules.kinds import KINDS
from scrubjay.rules.rows import is_field
from scrubjay.rules.rule import Rule

if TYPE_CHECKING:
    from decimal import Decimal

    from scrubjay.rules.lookups import Asking

    _Asked = tuple[int, Rule, Coroutine[Any, Any, Any]]

__all__ = ["RULE_FAILED", "Flag", "Judge"]

_LAST_LINE = 2**32 - 1
"""The greatest number that the engine takes for LX01."""

_LETTERS = {kind: letter for letter, kind in KINDS.items()}

RULE_FAILED = "RULE_FAILED"
"""Told of a rule that raised: our failure or the rule's, never the claim's."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What a plain function found: a message without values, the line (LX01) and the field.

    The field is named as rules name it, `claim.charge` or `line.note`; the finding points at it.
    """

    message: str | None = None
    line: "int | Decimal | None" = None
    field: str | None = None

    def __post_init__(self) -> None:
        if self.field is not None and not is_field(self.field):
            raise RuleError(f"there is no field {self.field}; name one as line.note is named")


class Judge:
    """Calls plain functions with claims. One that raises loses its own verdict on that claim."""

    def __init__(
        self,
        rules: Sequence[Rule],
        claim_type: Callable[[dict[str, Any]], Any] | None = None,
        asking: "Asking | None" = None,
    ) -> None:
        self._rules = rules
        self._claim_type = claim_type or _model
        self._asking = asking
        self.failures: Counter[str] = Counter()
        """How often each rule raised, by its id."""

    def __call__(self, claims: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """For each claim what was found: ``{"code", "message", "line", "field"}``.

        A claim says its `kind`; one that does not is professional.
        """
        asked: list[_Asked] = []
        found = [list(self._findings(claim, no, asked)) for no, claim in enumerate(claims)]
        if asked:
            for no, flags in self._answered(asked):
                found[no] += flags
        return found

    def _answered(self, asked: "list[_Asked]") -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """What rules found that ask somebody outside, all claims of the batch at once."""
        from scrubjay.rules.lookups import NO_DATA, Alone, NoDataError, answers

        results = answers(self._asking or Alone(), [coroutine for _, _, coroutine in asked])
        for (no, rule, _), result in zip(asked, results, strict=True):
            if isinstance(result, NoDataError):
                message = f"no_data: {result.service} gave no answer for {rule.id}"
                yield no, [{"code": NO_DATA.id, **_row(Flag(message))}]
            elif isinstance(result, BaseException):
                yield no, [self._failed(rule, result)]
            else:
                try:
                    told = list(_flags(result))
                except KeyboardInterrupt:
                    raise
                except BaseException as error:  # noqa: BLE001 - the rule is the user's, the file is not
                    yield no, [self._failed(rule, error)]
                else:
                    yield no, [{"code": rule.id, **flag} for flag in told]

    def _findings(
        self, raw: dict[str, Any], number: int, asked: "list[_Asked]"
    ) -> Iterator[dict[str, Any]]:
        letter = _LETTERS[raw.get("kind", "837P")]
        rules = [rule for rule in self._rules if letter in rule.transactions]
        if not rules:
            return
        try:
            claim = self._claim_type(raw)
        except Exception as error:  # noqa: BLE001 - a claim must not stop the file
            for rule in rules:
                yield self._failed(rule, error)
            return
        for rule in rules:
            try:
                result = rule.function(claim)
                if isinstance(result, Coroutine):
                    asked.append((number, rule, result))
                    continue
                flags = list(_flags(result))
            except KeyboardInterrupt:
                raise
            # whatever else a plain function raises is its own: nobody cancels a call under way
            except BaseException as error:  # noqa: BLE001 - the rule is the user's, the file is not
                yield self._failed(rule, error)
            else:
                yield from ({"code": rule.id, **flag} for flag in flags)

    def _failed(self, rule: Rule, error: BaseException) -> dict[str, Any]:
        self.failures[rule.id] += 1
        # The text of an exception may quote the claim; its type never does.
        name = type(error).__name__
        message = f"Rule {rule.id} failed with {name if name.isascii() else 'an error'}"
        return {"code": RULE_FAILED, "message": message, "line": None, "field": None}


def _flags(result: object) -> Iterator[dict[str, Any]]:
    if result is None or result is False:
        return
    if result is True:
        yield _row(Flag())
    elif isinstance(result, str):
        yield _row(Flag(result))
    elif isinstance(result, Flag):
        yield _row(result)
    elif isinstance(result, Mapping):
        yield _row(Flag(**result))
    elif isinstance(result, Iterable):
        for item in result:
            yield from _flags(item)
    else:
        raise TypeError("a rule gives a message, a Flag, True, or several of these")


def _row(flag: Flag) -> dict[str, Any]:
    if flag.message is not None:
        flag.message.encode()  # what is no text cannot be written
    return {"message": flag.message, "line": _line(flag.line), "field": flag.field}


def _line(number: "int | Decimal | None") -> int | None:
    """LX01; `line.number` of a model is a Decimal, as every number of a claim is."""
    if number is None:
        return None
    line = int(number)
    if not 0 <= line <= _LAST_LINE:
        raise ValueError("a line is the number of one")
    return line


def _model(raw: dict[str, Any]) -> Any:
    from scrubjay.models import Claim

    return Claim.model_validate(raw)
