"""A set of rules: what the native half runs, and what is called back."""

from __future__ import annotations

import json
import os

from scrubjay import _native
from scrubjay.catalog import built_in
from scrubjay.rules.errors import RuleError, Told
from scrubjay.rules.past import LISTS
from scrubjay.rules.rule import TOLD, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from importlib.abc import Loader
    from types import ModuleType
    from typing import Any

    from scrubjay.rules.judge import Judge
    from scrubjay.rules.lookups import Asking

__all__ = ["RuleSet", "load", "rules_of"]

JUDGED = ("active", "shadow")
"""The states of rules that are judged."""

_COROUTINE = 0x80
"""Of a code object: `async def` (inspect.CO_COROUTINE; inspect itself costs more than a start)."""
_OWN = ("RULE_FAILED", "LOOK_UP_NO_DATA")
"""What is told of rules that are plain functions, beside what they find."""
FORMAT = 1
"""The version of the program's shape."""


class RuleSet:
    """Rules that run together; ids are unique."""

    def __init__(self, rules: Iterable[Rule], notes: Iterable[str] = ()) -> None:
        self.rules = tuple(rules)
        self.notes = tuple(notes)
        """What people should hear of rules that were taken, a line each."""
        seen: dict[str, Rule] = {}
        told = Told()
        for rule in self.rules:
            with told:
                _unique(rule, seen)
        told.settle()
        judged = [rule for rule in self.rules if rule.enabled and rule.state in JUDGED]
        body = _canonical(
            {
                "format": FORMAT,
                "history": [past.describe() for past in LISTS.values()],
                "rules": [rule.describe() for rule in judged if rule.native],
                "functions": [rule.describe() for rule in _called(judged)],
            }
        )
        self.version = _native.digest(body)
        """Digest of everything that decides what the native rules say."""
        self.program = f'{{"version":"{self.version}",{body[1:]}'
        """The program for the native half, as JSON."""

    @property
    def docs(self) -> tuple[tuple[str, str], ...]:
        """The rules that are not shipped, and so have no page, each with where it is written."""
        own = tuple((rule.id, rule.at) for rule in self.rules if not rule.shipped)
        if not self.python_rules:
            return own
        told = ("RULE_FAILED", *_asked(self.python_rules))
        return (*own, *((code, "docs/writing-rules.md") for code in told))

    @property
    def python_rules(self) -> tuple[Rule, ...]:
        """The rules that are plain functions."""
        judged = (rule for rule in self.rules if rule.enabled and rule.state in JUDGED)
        return tuple(rule for rule in judged if not rule.native)

    def judge(
        self,
        claim_type: Callable[[dict[str, Any]], Any] | None = None,
        asking: Asking | None = None,
    ) -> Judge | None:
        """What calls the plain functions with batches of claims; None when there are none.

        They get a `scrubjay.models.Claim`, or what `claim_type` makes of the nested dict. Those
        that ask somebody outside get their answers from `asking`.
        """
        if not self.python_rules:
            return None
        from scrubjay.rules.judge import Judge

        return Judge(self.python_rules, claim_type, asking)


def _unique(rule: Rule, seen: dict[str, Rule]) -> None:
    if not rule.shipped and (rule.id in _OWN or rule.id in built_in()):
        raise RuleError(
            f"{rule.id} is the code of a finding that is built in; give the rule another id",
            rule.at,
        )
    first = seen.setdefault(rule.id, rule)
    if first is not rule and not rule.variant:
        where = "a rule that comes with Scrubjay" if first.shipped else first.at
        raise RuleError(
            f"{rule.id} is also the id of {where}; give it another, or change that one by an "
            "[[override]]",
            rule.at,
        )


def _called(rules: Sequence[Rule]) -> list[Rule]:
    """The plain functions, and what is told where one of them asked in vain."""
    called = [rule for rule in rules if not rule.native]
    if not _asked(called):
        return called
    from scrubjay.rules.lookups import NO_DATA

    return [*called, NO_DATA]


def _asked(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The code of a question without an answer, where any of these asks one."""
    codes = (getattr(rule.function, "__code__", None) for rule in rules)
    return ("LOOK_UP_NO_DATA",) * any(code and code.co_flags & _COROUTINE for code in codes)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def rules_of(module: ModuleType) -> list[Rule]:
    """The rules that a module holds, in the order in which they are written."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def load(path: str | os.PathLike[str]) -> list[Rule]:
    """The rules of a Python file. Whatever is wrong with it is a `RuleError` with its line."""
    from importlib.util import module_from_spec, spec_from_file_location
    from zlib import crc32

    path = os.fspath(path)
    file = os.path.basename(path)
    name = f"scrubjay_rules_{crc32(os.path.realpath(path).encode()):08x}"
    if os.path.isdir(path):
        raise RuleError("this is a folder; name a file of rules in it", path)
    if not os.path.isfile(path):
        raise RuleError("there is no such file; check the path", path)
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RuleError("this is no file of rules; they are Python, and its name ends in .py", path)
    module = module_from_spec(spec)
    told = vars(module)[TOLD] = Told()
    with told:
        _run(module, spec.loader, file)
    told.settle()
    found = rules_of(module)
    if not found:
        raise RuleError(
            "there is no rule in this file; decorate functions with @scrubjay.rules.rule", file
        )
    return found


def _run(module: ModuleType, loader: Loader, file: str) -> None:
    try:
        loader.exec_module(module)
    except RuleError:
        raise
    except SyntaxError as error:
        raise RuleError(f"SyntaxError: {error.msg}", f"{file}:{error.lineno}") from error
    except (Exception, SystemExit) as error:  # a file that ends in sys.exit() is no file of rules
        from traceback import extract_tb

        lines = [
            frame.lineno
            for frame in extract_tb(error.__traceback__)
            if frame.filename == module.__file__
        ]
        at = f"{file}:{lines[-1]}" if lines else file
        raise RuleError(f"{type(error).__name__}: {error}", at) from error
