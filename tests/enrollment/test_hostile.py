"""Whatever bytes come: one clear error of ours, or members; never anything else."""

import contextlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from enrollment.made import LEAST, TOKENS, maker, record
from scrubjay.enrollment.fields import field_of, known_fields
from scrubjay.enrollment.making import Maker
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.profile import read_profile
from scrubjay.enrollment.reading import members
from scrubjay.enrollment.tables import read_table
from scrubjay.errors import ScrubjayError

PIECES = (
    *(b"Id", b"Rel", b"Last", b"First", b",", b";", b'"', b"\n", b"\r", b"\0", b"\xff", b"self"),
)
WORDS = (
    *("[fields]", "[set]", "[[coverages]]", "[csv]", "[rest]", '"member.last"', "member", "="),
    *("{", "}", '"x"', "3", "[", "]", "\n", "when", "fields", "split", "aliases", "2026-01-01"),
)


@settings(max_examples=100, deadline=None)
@given(some.lists(some.sampled_from(PIECES), max_size=30).map(b"".join), some.booleans())
def test_any_table_is_members_or_one_error(rest: bytes, headed: bool) -> None:  # noqa: FBT001
    with TemporaryDirectory() as folder:
        file, mapping = Path(folder) / "m.csv", Path(folder) / "map.toml"
        file.write_bytes((b"Id,Rel,Last,First\n" if headed else b"") + rest)
        mapping.write_text(LEAST)
        with contextlib.suppress(ScrubjayError):
            for made in read_table(str(file), read_mapping(mapping, "csv"), maker()):
                assert made.record is not None or made.reasons


@settings(max_examples=100, deadline=None)
@given(some.lists(some.sampled_from(WORDS), max_size=20).map(" ".join))
def test_any_toml_is_a_mapping_or_a_profile_or_one_error(text: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "x.toml"
        file.write_text(f'name = "x"\nversion = "1"\n{text}')
        with contextlib.suppress(ScrubjayError):
            read_mapping(file, "csv")
        with contextlib.suppress(ScrubjayError):
            read_profile(str(file))


names = some.sampled_from(("id", "name", "value", "end"))
values = some.recursive(
    some.none() | some.booleans() | some.integers(-1, 9) | some.text("A0-\n", max_size=4),
    lambda inner: some.lists(inner, max_size=2) | some.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(some.data())
def test_a_record_with_anything_anywhere_is_one_or_one_error(data: some.DataObject) -> None:
    told: Any = record()
    place = told
    while True:
        key = data.draw(some.sampled_from([*place, "ids", "extras"]))
        if isinstance(place.get(key), dict) and data.draw(some.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(values)
        break
    with TemporaryDirectory() as folder:
        (Path(folder) / "x.toml").write_text(
            'name = "x"\nversion = "1"\nrequired = ["member.ids.23"]\n'
            '[aliases.tier]\nE = "EMP"\n[dates]\nend = ["event.effective end_of_month"]\n'
            '[[split]]\nfield = "coverage.plan"\ninto = ["coverage.plan", "coverage.ids.23"]\n'
        )
        (Path(folder) / "x.jsonl").write_text(json.dumps(told))
        for made_by in (maker(), Maker(TOKENS, read_profile(f"{folder}/x.toml"))):
            with contextlib.suppress(ScrubjayError):
                list(members(f"{folder}/x.jsonl", made_by))


@settings(max_examples=300, deadline=None)
@given(
    some.sampled_from([each for each in known_fields() if "*" not in each]),
    some.text(max_size=12) | some.sampled_from(("9" * 400, "2026-02-30", "-", "1e9", "NaN", "²")),
)
def test_any_text_fills_a_field_or_is_told(name: str, text: str) -> None:
    draft: dict[str, Any] = {}
    fault = field_of(name).fill(draft, text or "x", tokens=TOKENS)
    assert fault is not None or field_of(name).take(draft) is not None
