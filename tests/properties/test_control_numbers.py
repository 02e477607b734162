"""No two interchanges of a run have one control number, those that kept theirs included."""

from collections import Counter
from pathlib import Path

import pytest

from properties.files import run
from scrubjay.extraction import extract
from scrubjay.job import Command, Job
from scrubjay.runs import execute
from scrubjay.testing import generate


def interchange(number: int, *, faults: float, seed: int = 3) -> bytes:
    """Claims of one sender, under a number of their own."""
    text = b"".join(generate("837P", claims=30, faults=faults, seed=seed + number))
    return text.replace(b"*000000001*", b"*%09d*" % number, 1).replace(
        b"IEA*1*000000001", b"IEA*1*%09d" % number
    )


def numbers(text: bytes) -> list[int]:
    """ISA13 of each interchange."""
    return [int(segment[90:99]) for segment in text.split(b"~\n") if segment.startswith(b"ISA*")]


@pytest.mark.parametrize("start", [1, 2, 5, 5000, 999_999_999])
def test_no_number_is_of_two_interchanges(start: int, tmp_path: Path) -> None:
    faulty = [interchange(number, faults=0.3) for number in (1, 2, 3)]
    clean = [interchange(number, faults=0.0) for number in (4, 5, 6, 7)]
    out = run(b"".join(faulty + clean), tmp_path, control_start=start)
    text = {
        side: b"".join(path.read_bytes() for path in out.glob(f"*.{side}.837"))
        for side in ("accepted", "rejected")
    }
    both = Counter(numbers(text["accepted"]) + numbers(text["rejected"]))
    assert len(both) == both.total() == 10, "one of each clean interchange, two of the others"
    again = run(text["accepted"], tmp_path / "again")
    assert "INTERCHANGE_CONTROL_DUPLICATE" not in (again / "summary.json").read_text()


def test_what_kept_its_number_gives_way_where_another_got_it(tmp_path: Path) -> None:
    out = run(interchange(1, faults=0.3) + interchange(2, faults=0.0), tmp_path, control_start=2)
    assert len(set(numbers(b"".join(path.read_bytes() for path in out.glob("*ed.837"))))) == 3


def test_another_sender_keeps_its_number(tmp_path: Path) -> None:
    other = interchange(2, faults=0.0).replace(b"*ZZ*SYNTHETIC      *", b"*ZZ*SOMEBODY ELSE  *", 1)
    out = run(interchange(1, faults=0.3) + other, tmp_path, control_start=2)
    kept = next(out.glob("*.2-*.accepted.837")).read_bytes()
    assert kept == other


def test_numbers_go_on_from_file_to_file(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.837", "b.837")]
    for path, seed in zip(paths, (1, 2), strict=True):
        path.write_bytes(b"".join(generate("837P", claims=40, faults=0.3, seed=seed)))
    out = tmp_path / "out"
    execute(
        Job(command=Command.SCRUB, inputs=tuple(map(str, paths)), out=str(out), control_start=5000)
    )
    written = b"".join(path.read_bytes() for path in sorted(out.glob("*ed.837")))
    assert sorted(numbers(written)) == [5000, 5001, 5002, 5003]


def test_what_is_taken_out_of_several_interchanges_is_valid_together(tmp_path: Path) -> None:
    source, taken = tmp_path / "two.837", tmp_path / "taken.837"
    source.write_bytes(b"".join(generate("837P", claims=20, seed=1)) + interchange(2, faults=0.0))
    extract(str(source), str(tmp_path / "taken"), [(1, 1), (25, 25)])
    taken.write_bytes(
        b"".join(path.read_bytes() for path in (tmp_path / "taken").glob("*.accepted.837"))
    )
    assert len(numbers(taken.read_bytes())) == 2
    checked = execute(Job(command=Command.VALIDATE, inputs=(str(taken),)))
    assert checked.summary["sets_rejected"] == 0
