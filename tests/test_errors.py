"""The tree in the docstring of errors.py is the tree in the code."""

import re

import pytest

from scrubjay import errors
from scrubjay.errors import Fate, ScrubjayError

ROWS = re.findall(r"[├└]── (\w+) +exit (\d+) +(\w+)", errors.__doc__ or "")


def test_the_docstring_lists_every_error() -> None:
    """Every one of this file; rooms of the pipeline have trees of their own."""
    here = [kind for kind in ScrubjayError.__subclasses__() if kind.__module__ == errors.__name__]
    assert {name for name, _, _ in ROWS} == {kind.__name__ for kind in here}


@pytest.mark.parametrize(("name", "code", "fate"), ROWS)
def test_each_has_the_exit_code_and_the_fate_it_is_listed_with(
    name: str, code: str, fate: str
) -> None:
    error = getattr(errors, name)("words")
    assert error.exit_code == int(code)
    assert error.fate is Fate(fate)
    assert error.retryable is (fate == "retryable")
