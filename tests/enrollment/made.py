"""What tests of enrollment share: a maker with a fixed key, mappings, tables on disk."""

from collections.abc import Iterable
from pathlib import Path

from scrubjay.enrollment.identity import Tokens
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.profile import PLAIN, Profile
from scrubjay.enrollment.tables import read_table
from scrubjay.keys import TokenKey

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
