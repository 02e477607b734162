"""As many sets as are asked for, each with a reference of its own."""

import re
from pathlib import Path

import pytest

import scrubjay
from scrubjay.errors import UsageError
from scrubjay.testing import generate

KINDS = {
    "837P": rb"BHT\*0019\*00\*([^*]+)",
    "837I": rb"BHT\*0019\*00\*([^*]+)",
    "837D": rb"BHT\*0019\*00\*([^*]+)",
    "835": rb"\nTRN\*1\*([^*]+)",
    "834": rb"BGN\*00\*([^*]+)",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("claims", "sets"), [(10, 1), (10, 6), (10, 10), (101, 30)])
def test_there_are_as_many_sets_as_asked_for(
    kind: str, claims: int, sets: int, tmp_path: Path
) -> None:
    data = b"".join(generate(kind, claims=claims, sets=sets, seed=3))
    assert data.count(b"\nST*") == sets
    references = re.findall(KINDS[kind], data)
    assert len(references) == len(set(references)) == sets
    file = tmp_path / "made.x12"
    file.write_bytes(data)
    assert scrubjay.validate(file).reasons == ()


@pytest.mark.parametrize("kind", ["837P", "835", "834", "999"])
def test_more_sets_than_records_are_a_wrong_request(kind: str) -> None:
    with pytest.raises(UsageError, match="3 records do not fill 4 sets"):
        generate(kind, claims=3, sets=4)
