"""The schemas, the values in the code and real output say the same."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import scrubjay
from scrubjay.findings import Finding, Scope, Severity
from scrubjay.summary import Result, Summary, Tally
from stage import SAMPLES

FOLDER = Path(scrubjay.__file__).parent / "schemas"


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text())
    return loaded


@pytest.mark.parametrize("name", ["finding", "summary"])
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_a_finding_has_the_properties_of_its_schema_in_their_order() -> None:
    assert [field.name for field in fields(Finding)] == list(schema("finding")["properties"])
    assert schema("finding")["required"] == list(schema("finding")["properties"])


def test_severity_and_scope_have_the_words_of_the_schema() -> None:
    properties = schema("finding")["properties"]
    assert properties["severity"]["enum"] == [severity.value for severity in Severity]
    assert properties["scope"]["enum"] == [scope.value for scope in Scope]


def test_the_summary_has_the_properties_of_its_schema() -> None:
    promised = schema("summary")
    assert list(promised["properties"]) == list(Summary.__annotations__)
    assert set(promised["required"]) == Summary.__required_keys__
    assert set(promised["$defs"]["tally"]["properties"]) == set(Tally.__annotations__)


def test_sample_findings_keep_the_schema() -> None:
    check = Draft202012Validator(schema("finding"))
    for line in (SAMPLES / "findings.jsonl").read_text().splitlines():
        check.validate(json.loads(line))


def test_the_sample_summary_keeps_the_schema_and_adds_up(result: Result) -> None:
    summary = result["summary"]
    Draft202012Validator(schema("summary")).validate(summary)
    assert summary["claims"] == summary["accepted"] + summary["rejected"] + summary["unreadable"]
