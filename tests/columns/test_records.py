"""Tables of members and payments: what they say, of what, and what they tell of a person."""

import csv
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from contracts.people import TABLE_MAP
from contracts.people import table as people
from scrubjay.columns import Phi, export, table, tables
from scrubjay.enrollment.recording import enroll
from scrubjay.errors import UsageError
from scrubjay.remittance import remit
from scrubjay.sources import records
from scrubjay.testing import generate
from stage import Command

NAMES = {
    "834": ["enrollments", "coverages", "coverage_amounts", "member_ids", "enrollment_sources"],
    "835": ["payments", "payment_claims", "payment_lines", "payment_adjustments"],
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Members and payments, some of them faulty."""
    made = {}
    for kind in NAMES:
        made[kind] = tmp_path / f"file.{kind}"
        made[kind].write_bytes(b"".join(generate(kind, claims=150, faults=0.1, seed=7)))
    return made


def taken(source: Path, name: str, phi: Phi = Phi.KEEP) -> list[dict[str, Any]]:
    """The rows of a table."""
    rows: list[dict[str, Any]] = pa.table(table(source, name, phi=phi)).to_pylist()
    return rows


def test_members_are_rows_as_their_records_have_them(
    files: dict[str, Path], tmp_path: Path
) -> None:
    enroll(files["834"], tmp_path / "out")
    wanted = list(records(str(tmp_path / "out/enrollments.jsonl")))
    rows = taken(files["834"], "enrollments")
    assert [row["index"] for row in rows] == [each["source"]["index"] for each in wanted]
    for row, each in zip(rows, wanted, strict=True):
        member = each["member"]
        assert row["last"] == member.get("last")
        assert row["is_subscriber"] == member["is_subscriber"]
        assert row["relationship_code"] == member["relationship_code"]
        assert str(row["birth_date"] or "") == member.get("birth_date", "")
        assert row["event_action"] == each["event"]["action"]
    covered = taken(files["834"], "coverages")
    assert [(row["index"], row["row"], row["line_code"]) for row in covered] == [
        (each["source"]["index"], number, coverage["line_code"])
        for each in wanted
        for number, coverage in enumerate(each.get("coverages", ()))
    ]
    premiums = taken(files["834"], "coverage_amounts")
    assert {(row["index"], row["coverage_row"]) for row in premiums} <= {
        (row["index"], row["row"]) for row in covered
    }
    assert all(isinstance(row["amount"], Decimal) for row in premiums)


def test_payments_balance_in_their_tables(files: dict[str, Path]) -> None:
    claims = taken(files["835"], "payment_claims")
    adjusted = taken(files["835"], "payment_adjustments")
    lines = taken(files["835"], "payment_lines")
    assert claims
    assert lines
    for claim in claims:
        own = [row for row in adjusted if row["index"] == claim["index"]]
        assert claim["charge"] - sum(row["amount"] for row in own) == claim["paid"]
    assert any(row["line_row"] is not None for row in adjusted)
    payments = {row["source"] for row in taken(files["835"], "payments")}
    assert {row["source"] for row in claims} <= payments


def test_a_folder_of_a_run_gives_the_same_tables(files: dict[str, Path], tmp_path: Path) -> None:
    remit(files["835"], tmp_path / "paid")
    for name in NAMES["835"]:
        assert taken(tmp_path / "paid", name) == taken(files["835"], name)


def test_members_of_a_table_are_tables_too(scrubjay: Command, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_bytes(people())
    (tmp_path / "map.toml").write_text(TABLE_MAP)
    given = ("--csv-map", tmp_path / "map.toml", "--out", tmp_path / "out")
    scrubjay("enroll", tmp_path / "members.csv", *given)
    rows = taken(tmp_path / "out", "enrollments")
    assert len(rows) == 6
    (source,) = taken(tmp_path / "out", "enrollment_sources")
    assert (source["kind"], source["date"]) == ("csv", date(2026, 4, 1))


@pytest.mark.parametrize("kind", NAMES)
def test_parquet_and_csv_say_what_the_stream_says(
    kind: str, files: dict[str, Path], tmp_path: Path
) -> None:
    made = export(files[kind], tmp_path / "p", NAMES[kind], phi=Phi.MASK)
    export(files[kind], tmp_path / "c", NAMES[kind], phi=Phi.MASK, form="csv")
    for name, rows in made.rows.items():
        found = pq.read_table(tmp_path / "p" / f"{name}.parquet")
        assert found.num_rows == rows > 0
        assert found.to_pylist() == taken(files[kind], name, Phi.MASK)
        with (tmp_path / "c" / f"{name}.csv").open(newline="") as file:
            told = list(csv.DictReader(file))
        assert len(told) == rows
        assert list(told[0]) == found.schema.names
    assert json.loads((tmp_path / "p/summary.json").read_text())["tables"] == made.rows
    for folder in ("p", "c"):
        inside = list((tmp_path / folder).iterdir())
        assert {each.stat().st_mode & 0o777 for each in inside} == {0o600}
        assert not [each for each in inside if each.name.startswith(".")]


@pytest.mark.parametrize("phi", [Phi.DROP, Phi.MASK, Phi.TOKEN])
@pytest.mark.parametrize("kind", NAMES)
def test_no_person_stands_in_a_table(phi: Phi, kind: str, files: dict[str, Path]) -> None:
    main = {"834": "enrollments", "835": "payment_claims"}[kind]
    names: tuple[str, ...] = ("last", "subscriber_id", "residence_address", "ssn_last4")
    if kind == "835":
        names = ("id", "patient_id", "payer_control")
    hidden = {row[name] for row in taken(files[kind], main) for name in names} - {None}
    assert hidden
    prefixes = {"834": ("enrollment", "member", "coverage", "cob", "related"), "835": ("pay",)}
    for name in tables():
        # providers may be called as members are, and are no patients
        if name.startswith(prefixes[kind]) and name != "coverage_providers":
            shown = {str(value) for row in taken(files[kind], name, phi) for value in row.values()}
            assert not hidden & shown, name


def test_a_claim_paid_has_the_token_of_the_claim_sent(tmp_path: Path) -> None:
    for kind in ("837P", "835"):
        (tmp_path / f"a.{kind}").write_bytes(b"".join(generate(kind, claims=30, seed=4)))
    sent = {row["id"] for row in taken(tmp_path / "a.837P", "claims", Phi.TOKEN)}
    paid = {row["id"] for row in taken(tmp_path / "a.835", "payment_claims", Phi.TOKEN)}
    assert paid
    assert paid <= sent


def test_what_does_not_go_together_is_told(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one sort at a time"):
        export(files["834"], tmp_path / "t", ["enrollments", "payments"])
    with pytest.raises(UsageError, match=r"there is no enrollments\.jsonl"):
        table(tmp_path, "enrollments")
    with pytest.raises(UsageError, match="parquet, csv"):
        export(files["834"], tmp_path / "t", ["enrollments"], form="xls")
    assert not (tmp_path / "t").exists()


def test_an_export_at_the_command_line(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "t"
    given = ("export", files["834"], "--out", out, "--table", "enrollments,coverages")
    ended = scrubjay(*given, "--to", "csv")
    held = json.loads((out / "summary.json").read_text())["quarantined"]
    assert ended.err == (
        f"scrubjay: in no table are members held back: {held}; scrubjay enroll says why\n"
    )
    assert (ended.code, held > 0) == (1, True)
    assert {each.name for each in out.iterdir()} == {
        *("enrollments.csv", "coverages.csv", "summary.json"),
    }
    assert "--force" in scrubjay(*given).err
    enroll(files["834"], tmp_path / "out")
    again = scrubjay("export", tmp_path / "out", *given[2:], "--force", "--json")
    told = json.loads(again.out)
    assert told["tables"]["enrollments"] == told["enrolled"] == told["members"] - held


@pytest.mark.parametrize("phi", list(Phi))
def test_a_tax_id_is_no_number_of_a_provider(phi: Phi, tmp_path: Path) -> None:
    """Of a payee, a rendering provider and a PLB: by its form, since a PLB has no qualifier."""
    text = b"".join(generate("835", claims=40, seed=3)).decode()
    npis = set(re.findall(r"(?:\*XX\*|~\s*PLB\*)(\d{10})", text))
    assert npis
    path = tmp_path / "tax.835"
    path.write_text(
        re.sub(r"\*XX\*\d{10}", "*FI*987654321", re.sub(r"PLB\*\d{10}", "PLB*987654321", text))
    )
    columns = {
        "payments": "payee_id",
        "payment_claims": "provider_id",
        "payment_sources": "payment_payee_id",
        "provider_adjustments": "provider_id",
    }
    tokens = set()
    for name, column in columns.items():
        told = {row[column] for row in taken(path, name, phi)} - {None}
        if phi is Phi.TOKEN:
            tokens |= told
        else:
            wanted = {Phi.DROP: set(), Phi.MASK: {"999999999"}, Phi.KEEP: {"987654321"}}[phi]
            assert told <= wanted, name
    if phi is Phi.TOKEN:
        assert len(tokens) == 1
        assert "987654321" not in tokens.pop()
    path.write_text(text)
    assert {row["payee_id"] for row in taken(path, "payments", phi)} <= npis


def test_files_of_another_kind_are_no_empty_tables(
    scrubjay: Command, files: dict[str, Path], tmp_path: Path
) -> None:
    ended = scrubjay("export", files["834"], "--out", tmp_path / "a", "--table", "payments")
    assert ended.code == 2
    assert "no record of an 835 was found" in ended.err
    assert not (tmp_path / "a").exists()
    ended = scrubjay("export", files["834"], "--out", tmp_path / "b", "--table", "claims")
    assert "no claim was found" in ended.err
    enroll(files["834"], tmp_path / "out")
    (tmp_path / "out" / "sources.jsonl").unlink()
    ended = scrubjay("export", tmp_path / "out", "--out", tmp_path / "c", "--table", "enrollments")
    assert ended.code == 2
    assert "there is no sources.jsonl" in ended.err
