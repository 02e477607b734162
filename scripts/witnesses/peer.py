"""What pyx12 says of a document. It knows 837P, 837I, 835, 834, 820, 277CA and 999 of ours."""

from __future__ import annotations

import functools
import io
import json
import logging
from importlib import import_module
from typing import Any

__all__ = ["said"]


@functools.cache
def _parameters() -> Any:
    # it logs what it also answers, and reads its maps anew for each document
    logging.getLogger("pyx12").addHandler(logging.NullHandler())
    logging.getLogger("pyx12").propagate = False
    for room, name in (("pyx12.map_if", "load_map_file"), ("pyx12.map_index", "map_index")):
        module = import_module(room)
        setattr(module, name, _kept(getattr(module, name)))
    return import_module("pyx12.params").params()


def _kept(load: Any) -> Any:
    known: dict[Any, Any] = {}

    def loaded(name: Any = None, *rest: Any) -> Any:
        if name not in known:
            known[name] = load(name, *rest)
        return known[name]

    return loaded


def said(document: str) -> tuple[str, ...] | None:
    """Its errors, `SEG 3 N4: ...`, none for a good document; None where it gives up on it."""
    parameters, answer = _parameters(), io.StringIO()
    try:
        validate = import_module("pyx12.x12n_document").x12n_document
        good = validate(parameters, io.StringIO(document), None, None, fd_json=answer)
        told = tuple(_errors(json.loads(answer.getvalue()), ""))
    except Exception as error:  # noqa: BLE001, its own failures are an answer too
        return None if "Map not found" in str(error) else (f"CRASH {type(error).__name__}",)
    return told or (() if good else ("UNTOLD",))


def _errors(node: Any, place: str) -> Any:
    """All errors below, with the segment that each stands on."""
    if isinstance(node, list):
        for each in node:
            yield from _errors(each, place)
        return
    if not isinstance(node, dict):
        return
    place = node.get("seg_id") or place
    for error in node.get("errors", ()):
        yield f"{place or 'ENVELOPE'} {_text(error)}"
    for name, below in node.items():
        if name != "errors" and isinstance(below, list | dict):
            yield from _errors(below, place)


def _text(error: Any) -> str:
    if isinstance(error, dict):
        return " ".join(str(part) for part in error.values() if part is not None)
    return " ".join(str(part) for part in error) if isinstance(error, list) else str(error)
