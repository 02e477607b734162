"""A guide in the terminal: its tree, a loop, a segment, and what two of them have differently."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scrubjay.cli.clicked import root
from scrubjay.cli.guide import COMMAND
from scrubjay.cli.guide_diff import changes, told
from scrubjay.cli.guide_show import Page, asked, called, fitting, noted
from scrubjay.guides import Guide, facts
from stage import Command


def test_the_tree_has_every_loop_in_its_place(scrubjay: Command) -> None:
    out = scrubjay("guide", "show", "835").out
    assert out.splitlines() == [
        "835  005010X221A1  Health Care Claim Payment/Advice",
        "ST01 835, GS01 HP, also 005010X221 by option",
        "",
        "  R    1  1000A     Payer",
        "  R    1  1000B     Payee",
        "  S    >  2000      Group of claims",
        "  R    >    2100    Claim payment",
        "  S  999      2110  Line payment",
    ]


def test_a_loop_that_stands_in_two_places_is_spread_out_once(scrubjay: Command) -> None:
    lines = scrubjay("guide", "show", "837P").out.splitlines()
    places = [line for line in lines if re.search(r"\b2300\b", line)]
    assert len(places) == 2
    assert places[1].endswith("Claim, with the loops shown above")
    assert len([line for line in lines if re.search(r"\b2420A\b", line)]) == 1


def test_a_loop_shows_its_segments_and_their_qualifiers(scrubjay: Command) -> None:
    out = scrubjay("guide", "show", "837p/2010aa").out
    assert "  R    1  0350  REF/tax      EI SY\n" in out
    assert "required in 2000A, once\n" in out


def test_a_segment_shows_its_elements(scrubjay: Command) -> None:
    out = scrubjay("guide", "show", "837P/2300/CLM").out
    assert "  CLM01   R  1028  AN 1-20\n" in out
    assert "    -2    R  1332  ID 1-2     B\n" in out
    assert "  not used: 03 04 13 14" in out


def test_segments_with_one_id_are_shown_together_or_by_name(scrubjay: Command) -> None:
    assert scrubjay("guide", "show", "837P/2010AA/REF").out.count("837P/2010AA/REF/") == 2
    assert scrubjay("guide", "show", "837P/2010AA/REF/tax").out.count("837P/2010AA/REF/") == 1


def test_codes_are_cut_to_the_line_and_shown_all_when_asked(scrubjay: Command) -> None:
    place = ("guide", "show", "837P/2300/PWK")
    cut, every = scrubjay(*place).out, scrubjay(*place, "--codes").out
    assert re.search(r"PWK01 .* and \d+ more\n", cut)
    assert "and" not in every
    assert " XP\n" in every
    assert max(map(len, every.splitlines())) <= 100


def test_every_place_of_every_guide_can_be_shown() -> None:
    page = Page(width=100, style=lambda _, text: text, every_code=False)
    for guide in Guide.known():
        whole = facts(guide.name)
        for loop in whole["loops"]:
            assert len(list(page.loop(whole, loop))) > len(loop["segments"])
            for place in loop["segments"]:
                if not place["loop"]:
                    assert asked(whole, [loop["id"], *called(place).split("/")])[1] == [place]
                    assert list(page.segment(whole, loop, place))


def test_json_is_one_object(scrubjay: Command) -> None:
    guide = json.loads(scrubjay("guide", "show", "837I", "--json").out)
    assert (guide["name"], guide["loops"][0]["id"]) == ("837I", "ST")
    answer = json.loads(scrubjay("guide", "show", "837I/2300/CLM", "--json").out)
    assert answer["guide"]["version"] == "005010X223A2"
    assert [segment["segment"] for segment in answer["loop"]["segments"]] == ["CLM"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("837X", "no guide '837X'; did you mean '837P', '837I' or '837D'?"),
        ("837P/230", "837P has no loop '230'; did you mean '2430', '2320' or '2300'?"),
        ("837P/2300/CLN", "837P/2300 has no segment 'CLN'; did you mean 'CN1' or 'CLM'?"),
        ("837P/2010AA/REF/tx", "did you mean 'REF/tax'?"),
        ("005010X212", "'005010X212' is the version of 276 and 277: say which of them"),
        ("/", "no guide ''"),
    ],
)
def test_what_is_not_there_is_one_line_with_what_is_near(
    scrubjay: Command, place: str, said: str
) -> None:
    ended = scrubjay("guide", "show", place)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert said in ended.err


def test_two_guides_are_compared_fact_by_fact(scrubjay: Command) -> None:
    ended = scrubjay("guide", "diff", "837P", "837I")
    lines = ended.out.splitlines()
    assert ended.code == 1
    assert "- 2010AA REF/license" in lines
    assert "~ 2010AA NM1 02 codes: -1" in lines
    assert "~ 2010BB REF/billing max: 2 -> 1" in lines
    assert any(line.startswith("+ ") and line.endswith("(loop)") for line in lines)
    same = scrubjay("guide", "diff", "837P", "005010X222A1")
    assert (same.code, same.out) == (0, "")
    assert scrubjay("guide", "diff", "837P").code == 2


def test_a_comparison_as_json_has_the_same_changes(scrubjay: Command) -> None:
    answer = json.loads(scrubjay("guide", "diff", "837P", "837I", "--json").out)
    assert (answer["before"]["name"], answer["after"]["name"]) == ("837P", "837I")
    found = list(told(answer["changes"], lambda _, text: text))
    assert found == scrubjay("guide", "diff", "837P", "837I").out.splitlines()


def test_a_comparison_turned_round_has_what_came_as_gone() -> None:
    one, other = facts("276"), facts("277")
    there = [change for change in changes(one, other) if change["change"] == "added"]
    back = [change for change in changes(other, one) if change["change"] == "removed"]
    assert len(there) == len(back) > 0


def test_syntax_notes_are_told_in_words() -> None:
    assert noted("P0304") == "P0304: all or none of 03, 04"
    assert noted("C1110") == "C1110: 11 needs 10"
    assert noted("C040506") == "C040506: 04 needs all of 05, 06"
    assert noted("L050607") == "L050607: 05 needs at least one of 06, 07"


def test_words_fill_lines() -> None:
    assert fitting(["AA", "BB", "CC"], 5) == [["AA", "BB"], ["CC"]]
    assert fitting(["LONGER"], 3) == [["LONGER"]]


def test_names_of_guides_are_completed() -> None:
    show = next(call for call in COMMAND.calls if call.name == "show")
    assert show.argument is not None
    assert "837P" in show.argument.kind.words()
    assert root.get_command(None, "guide") is not None  # type: ignore[arg-type]


def on_a_terminal(*arguments: str, **environ: str) -> str:
    """What the command writes where a terminal watches."""
    leader, follower = pty.openpty()
    program = "import sys; from scrubjay.cli import main; main(sys.argv[1:])"
    settings: Any = {**os.environ, "TERM": "xterm", **environ}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=False, stdout=follower, env=settings
    )
    os.close(follower)
    text = os.read(leader, 1 << 16).decode()
    os.close(leader)
    assert done.returncode == 0
    return text


def test_a_terminal_gets_colours_unless_it_wants_none() -> None:
    assert "\x1b[36m" in on_a_terminal("guide", "show", "835")
    assert "\x1b" not in on_a_terminal("guide", "show", "835", NO_COLOR="1")


OVERLAY = """\
overlay mine/professional 1
title Mine
over 837P 005010X222A1
when ISA08=ME
from 2026-01-01

segment 2010BA DMG R1
element 2300 CLM 20 -
add 2010BA REF/group S1 @0350 : R=1L R
move 2310C from 2300 to 2000B S2 @1200
"""


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An overlay without a fault."""
    file = tmp_path / "mine" / "professional.overlay"
    file.parent.mkdir()
    file.write_text(OVERLAY)
    return file


def test_an_overlay_is_compared_with_its_guide(scrubjay: Command, overlay: Path) -> None:
    ended = scrubjay("guide", "diff", "837P", overlay)
    assert (ended.code, ended.out.splitlines()) == (
        1,
        [
            "+ 2000B 2310C",
            "~ 2010BA DMG usage: situational -> required",
            "+ 2010BA REF/group",
            "~ 2300 CLM 20 usage: situational -> not used",
            "~ 2300 2310C usage: situational -> not used",
            "~ 2300 2310C max: 1 -> 0",
        ],
    )


def test_a_guide_is_shown_as_an_overlay_has_it(scrubjay: Command, overlay: Path) -> None:
    lines = scrubjay("guide", "show", "837P/2010BA", "--overlay", overlay).out.splitlines()
    assert "under mine/professional 1" in lines
    assert "  S    1  0350  REF/group     1L" in lines
    example = "example-health-plan/professional.overlay"
    assert "-    0" in scrubjay("guide", "show", "837P/2300", "--overlay", example).out
    wrong = scrubjay("guide", "show", "835", "--overlay", overlay)
    assert (wrong.code, "is over 837P, not 835" in wrong.err) == (2, True)


def test_overlays_without_a_fault_pass_the_check(scrubjay: Command, overlay: Path) -> None:
    for given in (overlay, overlay.parent, "example-health-plan", "example-exchange"):
        ended = scrubjay("guide", "check", given)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.endswith("nothing is wrong\n")


def test_every_fault_of_an_overlay_is_told_with_its_line(scrubjay: Command, overlay: Path) -> None:
    overlay.write_text(OVERLAY.replace("DMG", "DMX").replace("CLM 20 -", "CLM 20 S"))
    ended = scrubjay("guide", "check", overlay)
    assert (ended.code, ended.out.splitlines()) == (
        1,
        [
            f"{overlay}:7: loop 2010BA has no segment DMX",
            f"{overlay}:8: it changes nothing: the guide says so already",
        ],
    )
    faults = json.loads(scrubjay("guide", "check", overlay, "--json").out)["faults"]
    assert [fault["line"] for fault in faults] == [7, 8]


def test_two_overlays_for_the_same_parties_and_days_are_a_fault(
    scrubjay: Command, overlay: Path
) -> None:
    (overlay.parent / "second.overlay").write_text(OVERLAY.replace("professional 1", "second 1"))
    ended = scrubjay("guide", "check", overlay.parent)
    assert ended.code == 1
    assert "second.overlay: mine/professional 1 is for the same parties" in ended.out


@pytest.mark.parametrize("command", ["guide check", "validate"])
def test_an_overlay_that_cannot_be_read_is_one_line(
    scrubjay: Command, claims: Path, tmp_path: Path, command: str
) -> None:
    latin = tmp_path / "latin.overlay"
    latin.write_bytes(b"title \xff")
    empty = tmp_path / "empty"
    empty.mkdir()
    other = tmp_path / "other.txt"
    other.touch()
    for given, said in [
        (tmp_path / "none.overlay", "no such file"),
        (latin, "no UTF-8"),
        (other, "no overlay; name a file that ends with .overlay"),
        (empty, "no file in it ends with .overlay"),
        ("nobody", "no such folder, and no example either; those are example-exchange"),
    ]:
        words = ["guide", "check", given] if command != "validate" else []
        ended = scrubjay(*(words or ["validate", claims, "--partner", given]))
        assert (ended.code, ended.err.count("\n")) == (2, 1)
        assert said in ended.err


def test_a_faulty_overlay_stops_a_run_before_it_begins(scrubjay: Command, overlay: Path) -> None:
    overlay.write_text(OVERLAY.replace("DMG", "DMX"))
    example = Path(__file__).parents[2] / "examples" / "clinic.837"
    ended = scrubjay("validate", example, "--partner", overlay.parent)
    assert ended.code == 2
    assert f"{overlay}:7: loop 2010BA has no segment DMX" in ended.err


def test_a_partner_who_is_not_meant_is_told(scrubjay: Command) -> None:
    example = Path(__file__).parents[2] / "examples" / "clinic.837"
    ended = scrubjay("validate", example, "--partner", "example-health-plan")
    assert "no overlay of --partner is for a set in these files" in ended.err
    assert "claims" in ended.out
