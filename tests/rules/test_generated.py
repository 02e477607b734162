"""What is generated is current: fields, pages, and the native half's test data."""

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

from jsonschema import Draft202012Validator

from scrubjay.codes import words
from scrubjay.rulebook import lowered, shipped
from scrubjay.rules import RuleSet
from scrubjay.rules.pages import NEEDS_ENTITY, pages

ROOT = Path(__file__).parents[2]


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_fields_are_those_of_the_claim_map() -> None:
    script = ROOT / "scripts/rules/fields.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0, (
        f"run {script}"
    )


def test_pages_are_those_of_the_rules() -> None:
    written = {path.name: path.read_text() for path in (ROOT / "docs/rules").glob("*.md")}
    assert written == pages(shipped()), "run python scripts/rules/pages.py"


def test_the_program_is_that_of_the_rules() -> None:
    assert lowered() == RuleSet(shipped()).program, "run python scripts/rules/program.py"


def test_the_schema_of_files_of_rules_is_that_of_the_code() -> None:
    made = module(ROOT / "scripts/rules/schema.py")
    assert made.TARGET.read_text() == made.text(), "run python scripts/rules/schema.py"
    Draft202012Validator.check_schema(made.schema())
    example = tomllib.loads((ROOT / "examples/rules/acme.toml").read_text())
    assert [
        *Draft202012Validator(made.schema()).iter_errors(
            json.loads(json.dumps(example, default=str))
        )
    ] == []


def test_random_rules_are_those_of_the_generator() -> None:
    made = module(Path(__file__).with_name("differential.py"))
    assert made.TARGET.read_text() == made.document(), "run python tests/rules/differential.py"


def test_statuses_are_known_and_name_whom_they_speak_of() -> None:
    for rule in shipped():
        assert rule.status, rule.id
        category, number, *entity = rule.status.split(":")
        assert category in {"A6", "A7", "A8"}, rule.id
        assert words("claim_status", number), rule.id
        assert all(words("entity", each) for each in entity), rule.id
        assert bool(entity) == (number in NEEDS_ENTITY), rule.id


def test_rules_say_what_why_and_what_to_do() -> None:
    for rule in shipped():
        assert rule.source, rule.id
        assert rule.fix, rule.id
        assert not rule.fix.endswith("."), rule.id
        assert rule.evidence, rule.id
        assert rule.native
