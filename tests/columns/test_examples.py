"""The scripts of examples/analysis answer and draw what they say."""

import subprocess
import sys
from pathlib import Path

import pytest

from scrubjay.testing import generate

ANALYSIS = Path(__file__).parents[2] / "examples" / "analysis"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Payments and members of nobody."""
    folder = tmp_path_factory.mktemp("files")
    made = {kind: folder / f"synthetic.{kind}" for kind in ("834", "835")}
    for kind, path in made.items():
        with path.open("wb") as file:
            file.writelines(generate(kind, claims=600, sets=4))
    return made


def answered(script: str, *words: Path | str) -> str:
    """What a script prints."""
    command = [sys.executable, ANALYSIS / script, *words]
    ended = subprocess.run(command, capture_output=True, check=True, text=True)
    return ended.stdout


@pytest.mark.parametrize(
    ("script", "kind", "told"),
    [
        ("denials.py", "835", "CO-197"),
        ("days_to_payment.py", "835", "service 90%"),
        ("retro_terminations.py", "834", "told more than 30 days late"),
    ],
)
def test_a_question_is_answered_and_drawn(
    script: str, kind: str, told: str, files: dict[str, Path], tmp_path: Path
) -> None:
    chart = tmp_path / "chart.svg"
    assert told in answered(script, files[kind], "--plot", chart)
    assert "<svg" in chart.read_text()


def test_amounts_are_those_of_the_file(files: dict[str, Path], tmp_path: Path) -> None:
    kept: dict[str, int] = {}
    for segment in files["835"].read_text().replace("\n", "").split("~"):
        code, *parts = segment.split("*")
        if code == "CAS" and parts[0] != "PR":
            for reason, amount in zip(parts[1::3], parts[2::3], strict=False):
                if reason not in {"45", "23"}:
                    cents = round(float(amount) * 100)
                    kept[f"{parts[0]}-{reason}"] = kept.get(f"{parts[0]}-{reason}", 0) + cents
    printed = answered("denials.py", files["835"], "--plot", tmp_path / "chart.svg")
    worst = max(kept, key=kept.__getitem__)
    (row,) = (line for line in printed.splitlines() if f" {worst} " in line)
    assert f"{kept[worst] / 100:.2f}" in row


@pytest.mark.parametrize("script", ["denials.py", "days_to_payment.py", "retro_terminations.py"])
def test_a_file_that_is_not_there_is_told_in_one_line(script: str, tmp_path: Path) -> None:
    command = [sys.executable, str(ANALYSIS / script), str(tmp_path / "nowhere.835")]
    ended = subprocess.run(command, capture_output=True, check=False, text=True)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "nowhere.835" in ended.stderr
