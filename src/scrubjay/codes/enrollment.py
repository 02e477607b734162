"""What the codes of an enrollment are called: a word for each code of a list, one for one."""

import os
from functools import cache

__all__ = ["by_word", "lists", "word"]


def word(of: str, code: str | None) -> str | None:
    """The word of a code in one of `lists()`; None where there is none."""
    return _tables()[of][0].get(code or "")


def by_word(of: str, said: str | None) -> str | None:
    """The code that a word stands for; None where it stands for none."""
    return _tables()[of][1].get(said or "")


def lists() -> dict[str, dict[str, str]]:
    """Every list: its words by code."""
    return {name: dict(words) for name, (words, _) in _tables().items()}


@cache
def _tables() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Both ways through each list. A cache, not a state: the file comes with the package."""
    path = os.path.join(os.path.dirname(__file__), "enrollment.words")
    tables: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                name, code, said = line.split()
                words, codes = tables.setdefault(name, ({}, {}))
                words[code] = said
                codes[said] = code
    return tables
