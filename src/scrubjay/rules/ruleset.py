"""A set of rules: what the native half runs, and what is called back."""

import importlib.util
import json
import traceback
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from scrubjay import _native
from scrubjay.rules.errors import RuleError
from scrubjay.rules.judge import Judge
from scrubjay.rules.rule import Rule

__all__ = ["RuleSet", "load", "rules_of"]

FORMAT = 1
"""The version of the program's shape."""


class RuleSet:
    """Rules that run together; ids are unique."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        seen: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.id in seen:
                raise RuleError(f"{rule.id} is also the id of {seen[rule.id].at}", rule.at)
            seen[rule.id] = rule
        body = {
            "format": FORMAT,
            "rules": [rule.describe() for rule in self.rules if rule.native],
            "functions": [rule.describe() for rule in self.rules if not rule.native],
        }
        self.version = _native.digest(_canonical(body))
        """Digest of everything that decides what the native rules say."""
        self.program: dict[str, Any] = {"version": self.version, **body}

    @property
    def program_json(self) -> str:
        """The program for the native half."""
        return _canonical(self.program)

    @property
    def python_rules(self) -> tuple[Rule, ...]:
        """The rules that are plain functions."""
        return tuple(rule for rule in self.rules if not rule.native)

    def judge(self, claim_type: Callable[[dict[str, Any]], Any] | None = None) -> Judge | None:
        """What calls the plain functions with batches of claims; None when there are none.

        They get a `scrubjay.models.Claim`, or what `claim_type` makes of the nested dict.
        """
        return Judge(self.python_rules, claim_type) if self.python_rules else None


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def rules_of(module: ModuleType) -> list[Rule]:
    """The rules that a module holds, in the order in which they are written."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def load(path: str | Path) -> list[Rule]:
    """The rules of a Python file. Whatever is wrong with it is a `RuleError` with its line."""
    path = Path(path)
    name = f"scrubjay_rules_{zlib.crc32(str(path.resolve()).encode()):08x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise RuleError("there is no such Python file", str(path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except RuleError:
        raise
    except SyntaxError as error:
        raise RuleError(f"SyntaxError: {error.msg}", f"{path.name}:{error.lineno}") from error
    except Exception as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(path)
        ]
        at = f"{path.name}:{lines[-1]}" if lines else path.name
        raise RuleError(f"{type(error).__name__}: {error}", at) from error
    found = rules_of(module)
    if not found:
        raise RuleError(
            "there is no rule in this file; decorate functions with @scrubjay.rules.rule", path.name
        )
    return found
