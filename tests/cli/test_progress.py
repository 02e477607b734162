"""Progress is a line now and then where nobody watches a terminal."""

import pytest

from scrubjay.cli.progress import Bar, Lines


def test_a_short_run_says_nothing_and_a_long_one_speaks_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = iter([0.0, 1.0, 11.0, 12.0, 21.5])
    report = Lines(lambda: next(now)).report
    for done in (5, 110, 120, 215):
        report(done * 1_000_000, 430_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "scrubjay: 110 MB of 430 MB (26%), 10 MB/s",
        "scrubjay: 215 MB of 430 MB (50%), 10 MB/s",
    ]


def test_a_pipe_has_no_end_to_measure_against(capsys: pytest.CaptureFixture[str]) -> None:
    now = iter([0.0, 20.0])
    Lines(lambda: next(now)).report(40_000_000, None)
    assert capsys.readouterr().err == "scrubjay: 40 MB, 2 MB/s\n"


def test_a_bar_is_drawn_for_a_run_that_takes_its_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    now = iter([0.0, 0.4, 0.6])
    with Bar(["claims.837"], lambda: next(now)) as report:
        report(1_000_000, 4_000_000)
        assert capsys.readouterr().err == ""
        report(2_000_000, 4_000_000)
        report(4_000_000, 4_000_000)
    assert "claims.837" in capsys.readouterr().err


def test_a_narrow_terminal_has_room_for_the_bar_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    now = iter([0.0, 1.0])
    with Bar(["claims.837"], lambda: next(now)) as report:
        report(1_000_000, 4_000_000)
    shown = capsys.readouterr().err
    assert "25%" in shown
    assert "MB" not in shown
