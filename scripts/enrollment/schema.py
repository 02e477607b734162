"""Writes the JSON Schemas of enrollments and of their quarantine, from the models."""

import json
from pathlib import Path
from typing import Any

from scrubjay.models.enrollment import Enrollment, Quarantined
from scrubjay.models.row import Row

FOLDER = Path(__file__).parents[2] / "src/scrubjay/schemas"
NULL = {"type": "null"}
MONEY = r"^-?[0-9]+(\.[0-9]+)?$"


def schemas() -> dict[str, str]:
    """Each by its file's name."""
    return {
        "enrollment.schema.json": _text(_schema(Enrollment, nulls=False)),
        "quarantine.schema.json": _text(_schema(Quarantined, nulls=True)),
    }


def _text(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=2) + "\n"


def _schema(model: type[Row], *, nulls: bool) -> dict[str, Any]:
    """Pydantic's, without what only pydantic says; `nulls`: absent values are null, not missing."""
    made = model.model_json_schema(mode="serialization")
    for each in (made, *made.get("$defs", {}).values()):
        fields = each["properties"]
        for name, field in fields.items():
            fields[name] = _field(field, nulls=nulls)
        if nulls:
            each["required"] = list(fields)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return head | {"$id": f"{_NAMES[model]}.schema.json"} | made


def _field(field: dict[str, Any], *, nulls: bool) -> dict[str, Any]:
    kept = {key: value for key, value in field.items() if key not in {"title", "default"}}
    choices = kept.pop("anyOf", None)
    if choices is None:
        return kept
    real = [choice for choice in choices if choice != NULL]
    # A decimal is text; pydantic's pattern for one is its own affair.
    real = [{"type": "string", "pattern": MONEY} if "pattern" in one else one for one in real]
    (only,) = real
    return kept | ({"anyOf": [only, NULL]} if nulls else only)


_NAMES: dict[type[Row], str] = {Enrollment: "enrollment", Quarantined: "quarantine"}


def main() -> None:
    """Writes both."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
