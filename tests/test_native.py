"""The border is what its stub says: nothing behind it that is not written down."""

import ast
from pathlib import Path

import scrubjay
from scrubjay import _native

STUB = Path(scrubjay.__file__).with_name("_native.pyi")


def promised() -> set[str]:
    """The names that the stub declares."""
    names = set()
    for node in ast.parse(STUB.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def test_what_is_offered_is_what_is_promised() -> None:
    offered = {name for name in vars(_native) if not name.startswith("__")}
    assert offered == promised()
