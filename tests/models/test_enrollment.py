"""An enrollment is frozen, shows nobody, comes back from its JSON, and keeps its schema."""

import datetime as dt
import importlib.util
import json
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from scrubjay.codes.enrollment import by_word, lists, word
from scrubjay.models.enrollment import SCHEMA, Enrollment, Quarantined
from scrubjay.models.row import Row

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("schema", ROOT / "scripts/enrollment/schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def filled(model: type[Row]) -> dict[str, Any]:
    """Every field of a model with a value of its kind, all the way down, as JSON has it."""
    return {name: _value(field.annotation) for name, field in model.model_fields.items()}


def _value(kind: Any) -> Any:
    arguments = [each for each in getattr(kind, "__args__", ()) if each is not type(None)]
    if getattr(kind, "__origin__", None) is tuple:
        return [_value(arguments[0])]
    if arguments:
        return _value(arguments[0]) if isinstance(arguments[0], type) else arguments[0]
    if issubclass(kind, Row):
        return filled(kind)
    return {bool: True, int: 1, str: "X", dt.date: "2026-01-31", Decimal: "10.50"}[kind]


def test_a_full_record_comes_back_from_its_json_in_the_order_of_its_fields() -> None:
    record = filled(Enrollment)
    made = Enrollment.model_validate_json(json.dumps(record))
    assert json.loads(made.to_json()) == record
    assert made.to_json() == json.dumps(record, separators=(",", ":"))
    assert Enrollment.model_validate_json(made.to_json()) == made


def test_the_schemas_are_those_of_the_models() -> None:
    for name, text in SCRIPT.schemas().items():
        assert (SCRIPT.FOLDER / name).read_text() == text, "run make docs"


@pytest.mark.parametrize(
    ("name", "model"), [("enrollment", Enrollment), ("quarantine", Quarantined)]
)
def test_a_full_record_keeps_its_schema(name: str, model: type[Row]) -> None:
    schema = json.loads((SCRIPT.FOLDER / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(filled(model))


def test_what_is_not_there_is_left_out_of_an_enrollment_and_null_in_quarantine() -> None:
    least = {"schema_version": SCHEMA, "source": {"kind": "csv"}, "event": {}, "member": {}}
    made = Enrollment.model_validate_json(json.dumps(least))
    assert json.loads(made.to_json()) == least
    held = Quarantined(code="X", severity="error", message="It is.", kind="csv")
    schema = json.loads((SCRIPT.FOLDER / "quarantine.schema.json").read_text())
    Draft202012Validator(schema).validate(held.model_dump(mode="json"))


def test_no_value_is_shown_and_no_name_is_made_up() -> None:
    made = Enrollment.model_validate_json(json.dumps(filled(Enrollment)))
    assert "10.50" not in f"{made!r}{made.member!r}"
    with pytest.raises(ValidationError) as caught:
        Enrollment.model_validate({"schema_version": 2, "source": {"kind": "csv", "ssn": "SECRET"}})
    assert "SECRET" not in str(caught.value)


def test_a_family_is_found_by_its_sponsor_and_subscriber() -> None:
    record = filled(Enrollment) | {"sponsor": {"id": "970000001"}}
    record["member"]["subscriber_id"] = "SYN1"
    record["member"]["subscriber_ssn_token"] = "k1.ab"  # noqa: S105 - of nobody
    assert Enrollment.model_validate_json(json.dumps(record)).family == ("970000001", "k1.ab")
    del record["member"]["subscriber_ssn_token"]
    assert Enrollment.model_validate_json(json.dumps(record)).family == ("970000001", "SYN1")


def test_words_and_codes_are_one_for_one() -> None:
    for name, words in lists().items():
        assert len(set(words.values())) == len(words), name
        assert all(by_word(name, said) == code for code, said in words.items())
    assert word("relationship", "18") == "self"
    assert word("relationship", "??") is None
    assert by_word("relationship", None) is None


def test_every_code_of_the_guide_that_records_decode_has_a_word() -> None:
    guide = (ROOT / "crates/x12/guides/834-005010X220A1.guide").read_text()
    held = {
        "relationship": "relation",
        "reason": "reason",
        "cobra_event": "event",
        "line": "coverage",
        "tier": "tier",
        "related": "responsible",
        "date": "member-date",
    }
    tables = lists()
    for name, of in held.items():
        (codes,) = (row.split()[2:] for row in guide.splitlines() if row.startswith(f"codes {of} "))
        assert set(codes) <= set(tables[name]), name
