"""Writes src/scrubjay/schemas/rules.schema.json: what editors know of files of rules in TOML."""

import json
from pathlib import Path
from typing import Any

from scrubjay.rules.conditions import ASKED
from scrubjay.rules.expectations import OUTCOMES
from scrubjay.rules.kinds import KINDS
from scrubjay.rules.rows import TABLES, Field
from scrubjay.rules.rule import STATES
from scrubjay.rules.scopes import CLASSES
from scrubjay.severity import Severity

TARGET = Path(__file__).parents[2] / "src/scrubjay/schemas/rules.schema.json"
TEXT = {"type": "string"}
TEXTS = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
WAY = {
    "type": "string",
    "pattern": r"^[a-z_]+(\.[a-z_]+)+\.[a-z0-9_]+$",
    "description": "A field of a row above by its way: claim.subscriber.sex",
}
DAY = {"type": "string", "description": "A TOML day, such as 2026-01-31."}


def shape(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """A table of just these keys."""
    whole = {"type": "object", "additionalProperties": False, "properties": properties}
    return whole | ({"required": list(required)} if required else {})


def paths() -> list[str]:
    """Every field as rules name it: ``line.procedure``."""
    return [
        f"{name}.{key}"
        for name, table in TABLES.items()
        for key, member in vars(table).items()
        if isinstance(member, Field)
    ]


def schema() -> dict[str, Any]:
    """The whole."""
    condition = {"$ref": "#/$defs/condition"}
    conditions = {"type": "array", "minItems": 1, "items": condition}
    rows = [shape({name: TEXT, "where": condition}, name) for name in ("some", "every", "none")]
    asked: dict[str, Any] = {name: {} for name in ASKED}
    field = {"$ref": "#/$defs/field"}
    scope = shape(
        {
            "payer": TEXTS | {"description": "Payer ids (2010BB NM109)."},
            "class": {"anyOf": [{"enum": [*CLASSES]}, {"type": "array"}]},
            "client": TEXTS | {"description": "Submitter ids, or NPIs of billing providers."},
            "group": TEXTS | {"description": "Group numbers (SBR03)."},
        }
    )
    told = {
        "severity": {"enum": [severity.value for severity in Severity]},
        "message": TEXT | {"description": "What people read; no values of the claim in it."},
        "fix": TEXT,
        "status": TEXT | {"pattern": r"^A[0-8]:\d{1,3}(:[A-Z0-9]{2,3})?$"},
        "since": DAY,
        "until": DAY,
        "scope": scope,
    }
    test = shape(
        {"expect": {"enum": [*OUTCOMES]}, "claim": {"type": "object"}, "on": DAY}
        | {"tables": {"type": "object"}, "answers": {"type": "object"}, "why": TEXT},
        "expect",
    )
    rule = shape(
        told
        | {
            "id": TEXT | {"pattern": "^[A-Z][A-Z0-9_]{2,63}$"},
            "judges": {"enum": [*TABLES], "description": "The rows that it is judged on."},
            "transactions": TEXT | {"pattern": f"^[{''.join(KINDS)}]+$"},
            "snip": {"type": "integer", "minimum": 1, "maximum": 7},
            "source": TEXT,
            "why": TEXT,
            "state": {"enum": [*STATES]},
            "when": condition | {"description": "What is true of a wrong claim."},
            "at": {"anyOf": [field, {"type": "array", "items": field}]},
            "test": {"type": "array", "items": test},
        },
        *("id", "message", "when"),
    )
    override = shape(
        told
        | {"rule": TEXT, "enabled": {"type": "boolean"}, "parameters": {"type": "object"}}
        | {"note": TEXT},
        "rule",
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "rules.schema.json",
        "title": "Rules",
        "description": "A file of rules and overrides in TOML (docs/writing-rules.md).",
        **shape(
            {
                "rule": {"type": "array", "items": rule},
                "override": {"type": "array", "items": override},
            }
        ),
        "$defs": {
            "field": {"anyOf": [{"enum": paths()}, WAY]},
            "condition": {
                "anyOf": [
                    shape({"all": conditions}, "all"),
                    shape({"any": conditions}, "any"),
                    shape({"not": condition}, "not"),
                    *rows,
                    shape({"field": field, "on": field, **asked}, "field"),
                ]
            },
        },
    }


def text() -> str:
    """As it is written."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text())
