"""What docs/enrollment.md says is so: its mappings are some, its reasons and fields are ours."""

import re
from pathlib import Path

from scrubjay.enrollment import differences, profile
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.reasons import REASONS
from scrubjay.enrollment.rest import read_service
from scrubjay.models import enrollment as models

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/enrollment.md").read_text(encoding="utf-8")
TABLE, SERVICE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_mapping_of_a_table_is_one(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(TABLE, encoding="utf-8")
    mapping = read_mapping(tmp_path / "map.toml", "csv")
    assert len(mapping.member.rules) == 9
    assert [len(part.rules) for part in mapping.coverages] == [3]


def test_the_mapping_of_a_service_is_one(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(SERVICE, encoding="utf-8")
    service = read_service(read_mapping(tmp_path / "map.toml", "rest"), {"HR_TOKEN": "x"})
    assert service.headers == {"Authorization": "Bearer x"}
    assert (service.paging.by, service.since_field) == ("cursor", "/updated_at")
    assert [part.at for part in service.members] == ["dependents"]


def test_every_reason_is_on_the_page_as_bad_as_it_is() -> None:
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| (error|warning|info) \|", PAGE, re.MULTILINE))
    assert told == {code: reason.severity.value for code, reason in REASONS.items()}


def test_every_word_and_every_key_is_on_the_page() -> None:
    for kind in differences.Kind:
        assert f"\n| {kind} |" in PAGE
    for word in (*profile.MODES, *profile.POLICIES, *profile.ENDS):
        assert word in PAGE
    for key in profile._KEYS:
        assert f"`{key}" in PAGE or f"[{key}]" in PAGE, key


def test_every_field_of_the_member_and_of_coverages_is_on_the_page() -> None:
    kept_elsewhere = {"last", "first", "middle", "prefix", "suffix", "birth_date", "sex"}
    for name, fields in (
        ("member", models.Member.model_fields),
        ("coverages", models.Coverage.model_fields),
    ):
        for field in fields:
            if field.endswith(("_code", "_last4", "_token")) or field in kept_elsewhere:
                continue
            assert f"`{field}`" in PAGE or f"{name}.{field}`" in PAGE or f"`{field}" in PAGE, field
