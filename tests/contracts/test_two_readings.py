"""The engine's reading of an 834 and a plain one in Python, held to each other member by member."""

from pathlib import Path

import pytest

from enrollment.made import maker
from enrollment.reader834 import read
from scrubjay.enrollment.making import Made
from scrubjay.enrollment.profile import known
from scrubjay.enrollment.recording import read_834
from scrubjay.testing import generate


def _index(made: Made) -> int | None:
    return made.record.source.index if made.record else made.reasons[0].index


def _both(file: Path, folder: Path) -> tuple[dict[int | None, Made], dict[int | None, Made]]:
    plain = {_index(each): each for each in read(file, maker())}
    engine = {_index(each): each for each in read_834(str(file), maker(), within=str(folder))}
    return plain, engine


@pytest.mark.parametrize("seed", range(4))
def test_right_members_are_the_same_to_the_last_field(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    file.write_bytes(b"".join(generate("834", claims=1500, seed=seed)))
    plain, engine = _both(file, tmp_path)
    assert len(plain) == len(engine) == 1500
    for index, made in plain.items():
        assert made.record is not None
        assert engine[index].record == made.record


@pytest.mark.parametrize("seed", range(3))
def test_whoever_the_plain_reading_holds_the_engine_holds_too(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "members.834"
    file.write_bytes(b"".join(generate("834", claims=1500, faults=0.4, seed=seed)))
    plain, engine = _both(file, tmp_path)
    held = {index for index, made in plain.items() if made.record is None}
    assert held
    assert held <= {index for index, made in engine.items() if made.record is None}
    passed = [index for index, made in engine.items() if made.record is not None]
    assert len(passed) > 800
    for index in passed:
        assert engine[index].record == plain[index].record


@pytest.mark.parametrize("profile", list(known()), ids=lambda each: f"{each.name} {each.version}")
def test_a_profile_makes_the_same_of_a_member_either_way(profile: object, tmp_path: Path) -> None:
    made_by = maker(profile)  # type: ignore[arg-type]
    file = tmp_path / "members.834"
    text = b"".join(generate("834", claims=400, seed=5))
    file.write_bytes(text.replace(b"*PPO*", b"*MED*").replace(b"~\nREF*1L", b";9~\nREF*1L"))
    plain = {_index(each): each for each in read(file, made_by)}
    for each in read_834(str(file), made_by, within=str(tmp_path)):
        if each.record is not None:
            assert each.record == plain[_index(each)].record
