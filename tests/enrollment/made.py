"""What tests of enrollment share: a maker with a fixed key, mappings, tables on disk."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scrubjay.codes.enrollment import word
from scrubjay.enrollment.identity import Tokens
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.profile import PLAIN, Profile
from scrubjay.enrollment.tables import read_table
from scrubjay.keys import TokenKey
from scrubjay.models.enrollment import Enrollment, Quarantined

KEY = TokenKey(id="t", secret="0f" * 32)
TOKENS = Tokens(KEY)

LEAST = """
[set]
"event.action" = "audit"
"sponsor.id" = "970000001"
[fields]
"member.last" = "Last"
"member.first" = "First"
"member.subscriber_id" = "Id"
"member.relationship" = "Rel"
"""


def maker(profile: Profile = PLAIN) -> Maker:
    """One with a key that is the same in every test."""
    return Maker(TOKENS, profile)


def by_table(folder: Path, mapping: str, lines: Iterable[str] | bytes) -> list[Made]:
    """The members of a CSV file with these lines."""
    file = folder / "members.csv"
    file.write_bytes(lines if isinstance(lines, bytes) else "\n".join(lines).encode())
    (folder / "map.toml").write_text(mapping)
    return list(read_table(str(file), read_mapping(folder / "map.toml", "csv"), maker()))


def codes(made: Made) -> list[str]:
    """The codes of errors and warnings against a member."""
    return [each.code for each in made.reasons if each.severity != "info"]


def record(number: str = "EE1", **more: Any) -> dict[str, Any]:
    """A record as JSON has it: a subscriber in an audit of all members, with dental coverage."""
    made: dict[str, Any] = {
        "schema_version": 2,
        "source": {"kind": "csv", "file": "x.csv", "date": "2026-04-15"},
        "sponsor": {"id": "970000001"},
        "event": {"action": "audit", "action_code": "030"},
        "member": {
            "last": "SAMPLETON",
            "first": "ANN",
            "is_subscriber": True,
            "relationship": "self",
            "relationship_code": "18",
            "subscriber_id": number,
            "policy": "GRP1",
            "birth_date": "1980-02-03",
        },
        "coverages": [coverage()],
    }
    for name, value in more.items():
        made[name] = made[name] | value if isinstance(made.get(name), dict) else value
    return made


def dependant(number: str = "EE1", first: str = "CARA", **more: Any) -> dict[str, Any]:
    """A child of that subscriber."""
    made = record(number, **more)
    made["member"] |= {
        "first": first,
        "is_subscriber": False,
        "relationship": "child",
        "relationship_code": "19",
        "birth_date": "2010-07-04",
    }
    return made


def coverage(line: str = "DEN", begin: str = "2026-01-01", **more: Any) -> dict[str, Any]:
    """A coverage."""
    return {"line": word("line", line), "line_code": line, "plan": "P1", "begin": begin, **more}


def event(action: str, **more: Any) -> dict[str, Any]:
    """An event with that code."""
    return {"action": word("action", action), "action_code": action, **more}


def done(action: str, of: dict[str, Any]) -> dict[str, Any]:
    """A coverage with what is done to it."""
    return {"action": word("coverage_action", action), "action_code": action, **of}


def many(*records: dict[str, Any]) -> list[Made]:
    """Records as members come; their ordinals are told."""
    told = [json.loads(json.dumps(each)) for each in records]
    for index, each in enumerate(told):
        each["source"]["index"] = index
    return [Made(Enrollment.model_validate_json(json.dumps(each))) for each in told]


def held(number: str | None) -> Made:
    """A member in quarantine, whose family is known or not."""
    reason = Quarantined(
        code="DATE_INVALID",
        severity="error",
        message="A date that is none",
        kind="csv",
        subscriber=TOKENS.subscriber(number, None),
    )
    return Made(None, (reason,))
