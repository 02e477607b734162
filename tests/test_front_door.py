"""The front door is small, typed, lazy, and says the truth about itself."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import scrubjay

DOOR = Path(scrubjay.__file__)


def test_every_public_name_resolves_to_something_documented() -> None:
    for name in scrubjay.__all__:
        value = getattr(scrubjay, name)
        assert name == "__version__" or value.__doc__, name


def test_all_the_homes_and_the_typed_imports_name_the_same_things() -> None:
    tree = ast.parse(DOOR.read_text())
    typed = {
        (node.module, alias.name)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    lazy = {(f"scrubjay.{home}", name) for name, home in scrubjay._HOME.items()}
    assert typed == lazy
    assert {name for _, name in lazy} | {"__version__"} == set(scrubjay.__all__)
    assert list(scrubjay.__all__) == sorted(scrubjay.__all__)


def test_each_home_declares_what_the_door_offers() -> None:
    for name, home in scrubjay._HOME.items():
        assert name in importlib.import_module(f"scrubjay.{home}").__all__, name


def test_dir_shows_the_door_and_nothing_else() -> None:
    assert dir(scrubjay) == sorted(scrubjay.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = scrubjay.nothing  # type: ignore[attr-defined]


def test_import_alone_loads_no_room() -> None:
    probe = "import sys, scrubjay; print([m for m in sys.modules if m.startswith('scrubjay.')])"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "['scrubjay._version']"
