"""Tables of claims: what they say, who takes them, and what they tell of a patient."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

import scrubjay
from scrubjay.columns import Phi, export, table, tables
from scrubjay.errors import InputError, UsageError
from scrubjay.testing import generate

EXAMPLES = Path(__file__).parents[2] / "examples"
BATCH = EXAMPLES / "clinic.837"
CLAIMS = list(tables())[: list(tables()).index("findings") + 1]
"""The tables of claims; those of records stand behind them."""


@pytest.fixture
def everything() -> list[scrubjay.Claim]:
    """The claims of the example as models."""
    return [claim for batch in scrubjay.read(BATCH) for claim, _ in batch]


def taken(name: str, phi: Phi = Phi.KEEP, source: Path = BATCH) -> list[dict[str, object]]:
    """The rows of a table."""
    rows: list[dict[str, object]] = pa.table(table(source, name, phi=phi)).to_pylist()
    return rows


def test_a_claim_is_a_row_as_its_model_has_it(everything: list[scrubjay.Claim]) -> None:
    rows = taken("claims")
    assert [row["id"] for row in rows] == [claim.id for claim in everything]
    assert [row["charge"] for row in rows] == [claim.charge for claim in everything]
    assert [row["subscriber_member_id"] for row in rows] == [
        claim.subscriber and claim.subscriber.member_id for claim in everything
    ]
    assert [row["claim_index"] for row in rows] == list(range(len(rows)))


def test_lines_know_their_claims(everything: list[scrubjay.Claim]) -> None:
    rows = taken("lines")
    for index, claim in enumerate(everything):
        own = [row for row in rows if row["claim_index"] == index]
        assert [row["row"] for row in own] == list(range(len(claim.lines)))
        assert [row["charge"] for row in own] == [line.charge for line in claim.lines]


def test_parts_of_parts_name_the_row_that_they_belong_to() -> None:
    adjustments = taken("adjustments", source=EXAMPLES / "hospital.837")
    payers = taken("other_payers", source=EXAMPLES / "hospital.837")
    known = {(row["claim_index"], row["row"]) for row in payers}
    for row in adjustments:
        above = [row["other_payer_row"], row["adjudication_row"]]
        assert sum(each is not None for each in above) == 1
        if row["other_payer_row"] is not None:
            assert (row["claim_index"], row["other_payer_row"]) in known


@pytest.mark.parametrize("name", ["hospital.837", "dentist.837", "clinic.837"])
def test_all_kinds_share_a_schema(name: str) -> None:
    found = pa.table(table(EXAMPLES / name, "claims"))
    assert found.schema.names == [column.name for column in tables()["claims"]]
    assert found.schema.metadata == {b"scrubjay.schema": b"1"}
    assert found.num_rows > 0


def test_findings_and_verdicts_are_those_of_a_scrub(tmp_path: Path) -> None:
    run = scrubjay.scrub(BATCH, out=tmp_path / "out")
    lines = (tmp_path / "out/findings.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    rows = taken("findings")
    assert [row["code"] for row in rows] == [line["code"] for line in told]
    assert [row["claim_index"] for row in rows] == [line["claim_index"] for line in told]
    assert sum(bool(row["accepted"]) for row in taken("claims")) == run.accepted


def test_identifiers_are_the_tokens_of_findings() -> None:
    clear = {row["claim_index"]: row["id"] for row in taken("claims")}
    tokens = {row["claim_index"]: row["id"] for row in taken("claims", Phi.TOKEN)}
    assert not set(clear.values()) & set(tokens.values())
    for row in taken("findings", Phi.TOKEN):
        if row["claim"] is not None:
            assert row["claim"] == tokens[row["claim_index"]]


@pytest.mark.parametrize("phi", [Phi.DROP, Phi.MASK, Phi.TOKEN])
def test_no_patient_stands_in_a_table(phi: Phi, everything: list[scrubjay.Claim]) -> None:
    hidden = {
        value
        for claim in everything
        if claim.subscriber is not None
        for value in (claim.id, claim.subscriber.member_id, claim.subscriber.address)
        if value
    }
    for name in CLAIMS:
        shown = {str(value) for row in taken(name, phi) for value in row.values()}
        assert not hidden & shown, name


def test_parquet_says_what_the_stream_says(tmp_path: Path) -> None:
    made = export(BATCH, tmp_path / "tables", ["claims", "lines", "findings"], phi=Phi.MASK)
    for name, rows in made.rows.items():
        found = pq.read_table(tmp_path / "tables" / f"{name}.parquet")
        assert found.num_rows == rows
        assert found.to_pylist() == taken(name, Phi.MASK)
    assert json.loads((tmp_path / "tables/summary.json").read_text())["tables"] == made.rows
    assert (tmp_path / "tables/claims.parquet").stat().st_mode & 0o777 == 0o600


def test_identifiers_and_numbers_of_claims_are_told_by_what_differs(tmp_path: Path) -> None:
    export(BATCH, tmp_path / "out", ["claims"], phi=Phi.TOKEN)
    group = pq.ParquetFile(tmp_path / "out" / "claims.parquet").metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    told = {each.path_in_schema: (set(each.encodings), each.compression) for each in columns}
    assert told["id"] == ({"DELTA_BYTE_ARRAY", "RLE"}, "UNCOMPRESSED")
    assert told["claim_index"] == ({"DELTA_BINARY_PACKED", "RLE"}, "SNAPPY")


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_any_number_of_threads_writes_the_same_bytes(tmp_path: Path, threads: int) -> None:
    files = [EXAMPLES / "clinic.837", EXAMPLES / "hospital.837"]
    one, more = tmp_path / "one", tmp_path / "more"
    export(files, one, CLAIMS, threads=1)
    export(files, more, CLAIMS, threads=threads)
    for name in CLAIMS:
        assert (one / f"{name}.parquet").read_bytes() == (more / f"{name}.parquet").read_bytes()


def test_a_table_can_be_taken_twice_and_left_early() -> None:
    lines = table(BATCH, "lines")
    reader = pa.RecordBatchReader.from_stream(lines)
    reader.read_next_batch()
    del reader
    assert pa.table(lines).num_rows == pa.table(lines).num_rows > 0


def test_money_is_exact() -> None:
    (first, *_) = taken("claims")
    assert isinstance(first["charge"], Decimal)
    assert first["charge"].as_tuple().exponent == -2


def test_an_unknown_table_names_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="there is no table 'line'; there are: claims, "):
        table(BATCH, "line")
    with pytest.raises(UsageError, match="phi is one of drop, mask, token, keep"):
        table(BATCH, phi="hide")


def test_a_file_that_is_no_x12_raises_where_it_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.837").write_text("hello")
    with pytest.raises(Exception, match="no interchange"):
        pa.table(table(tmp_path / "a.837"))
    with pytest.raises(InputError, match="no interchange"):
        export(tmp_path / "a.837", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "wrong", [{"as_of": "2026-01-01"}, {"threads": "2"}, {"token_key": 5}, {"source": 5}]
)
def test_values_of_a_wrong_kind_are_a_usage_error(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        export(**({"source": BATCH, "out": tmp_path / "out"} | wrong))


def test_one_table_is_named_alone(tmp_path: Path) -> None:
    assert list(export(BATCH, tmp_path / "out", "lines").rows) == ["lines"]


@pytest.mark.parametrize("claims", [60, 34_000])
def test_what_the_end_of_a_file_rejects_is_known_before_its_claims_are_handed_on(
    claims: int, tmp_path: Path
) -> None:
    whole = b"".join(generate("837P", claims=claims, lines=(1, 1), sets=2, seed=3))
    before, trailer, behind = whole.rpartition(b"SE*")
    file = tmp_path / "claims.837"
    file.write_bytes(before + trailer + b"9" + behind)
    told = pa.table(table(file, "claims", rules=False))["accepted"].to_pylist()
    assert len(told) == claims
    export(file, tmp_path / "out", "claims", rules=False)
    assert told == pq.read_table(tmp_path / "out/claims.parquet")["accepted"].to_pylist()
    assert told[0]
    assert not told[-1]
