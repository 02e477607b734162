"""Partners' records and settings: what is wrong is told with its line."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scrubjay import settings
from scrubjay.cli import status
from scrubjay.errors import InputError, UsageError
from scrubjay.pipeline.partners import SHAPE, lint, read
from scrubjay.pipeline.workfolder import WorkFolder, _file_system
from stage import Command

GOOD = """\
payers = ["99901"]
[envelope]
sender = "US"
receiver = "THEM"
[transport]
address = "/srv/partner"
"""


def faults(folder: Path, text: str) -> list[str]:
    (folder / "one.toml").write_text(text)
    return [str(fault).removeprefix(f"{folder}/") for fault in lint(str(folder))]


def test_what_is_not_said_is_as_the_page_has_it(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []
    (record,) = read(str(tmp_path))
    assert (record.name, record.gs02, record.gs03) == ("one", "US", "THEM")
    assert record.limits.claims == 5_000
    assert dict(record.due) == {"999": 24.0, "277CA": 72.0}
    assert (record.delimiters, record.final, record.transport) == ("*:^~", "277CA", "folder")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("sender = ", "sendr = "), "one.toml:3: sendr is unknown"),
        (('sender = "US"', 'sender = "lower case"'), "one.toml:3: sender has characters"),
        (('sender = "US"', "sender = 7"), "one.toml:3: sender is a text of 1 to 15"),
        (("[envelope]", "[envelop]"), "one.toml:2: [envelop] is unknown"),
        (('address = "/srv/partner"', ""), "one.toml:5: [transport] address is missing"),
        (('["99901"]', '["99901", 5]'), "one.toml:1: payers is a list of texts"),
        (
            ("[transport]", '[scrub]\nreject_unit = "file"\n[transport]'),
            "one.toml:6: reject_unit is",
        ),
        (("[transport]", "[limits]\nclaims = 0\n[transport]"), "one.toml:6: claims is a whole"),
        (
            ("[transport]", "[sending]\nquiet_seconds = 1.0\n[transport]"),
            "one.toml: sending: quiet_seconds is less than deadline_seconds",
        ),
        (
            ("[transport]", "[acknowledgments]\n277CA = 0\n[transport]"),
            "one.toml: acknowledgments: 277CA is final",
        ),
        (
            ("[transport]", '[sending]\nnot_received = ["REPLY_TIMEOUT"]\n[transport]'),
            "one.toml:6: not_received is a list of some of HTTP_500",
        ),
        (('receiver = "THEM"', 'receiver = "THEM"\ndelimiters = "**^~"'), "each is another"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    found = faults(tmp_path, GOOD.replace(*change))
    assert any(words in fault for fault in found), found
    with pytest.raises(UsageError, match="scrubjay partner check"):
        read(str(tmp_path))


def test_a_payer_goes_to_one_partner(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(GOOD)
    assert any("99901 goes to one.toml already" in fault for fault in faults(tmp_path, GOOD))


def test_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one\.toml:2"):
        faults(tmp_path, 'payers = ["*"]\n[envelope\n')


def test_partners_take_their_payers_and_one_the_rest(tmp_path: Path) -> None:
    (tmp_path / "rest.toml").write_text(GOOD.replace('["99901"]', '["*"]'))
    faults(tmp_path, GOOD)
    partners = read(str(tmp_path))
    assert [partners.taking(payer) for payer in ("99901", "12345", None)] == ["one", "rest", "rest"]


def test_the_page_of_records_has_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "partners.md").read_text()
    for section, fields in SHAPE.items():
        assert not section or f"[{section}]" in page
        for key in fields:
            assert f"{key} = " in page or f"`{key}`" in page, key


def test_the_page_of_settings_has_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    for section, fields in settings.SHAPE.items():
        assert not section or f"[{section}]" in page
        for key in fields:
            assert f"{key} = " in page or key in {"rescue", "reassemble", "resend", "alert"}, key


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "scrubjay.toml").write_text("[queue]\nattempts = 7\n[practices]\nAB = 'clinic'\n")
    tree = settings.read(str(tmp_path), {"SCRUBJAY__QUEUE__LEASE_SECONDS": "9.5"})
    assert (tree.knobs.backoff.attempts, tree.knobs.lease) == (7, 9.5)
    assert tree.door.practices == (("AB", "clinic"),)
    tree = settings.read(str(tmp_path), {"SCRUBJAY__QUEUE__ATTEMPTS": "3"})
    assert tree.knobs.backoff.attempts == 3


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"SCRUBJAY__QUEUE__NOPE": "1"}, "there is no"),
        ({"SCRUBJAY__QUEUE__ATTEMPTS": "many"}, "write a number"),
        ({"SCRUBJAY__QUEUE__ATTEMPTS": "0"}, "is a whole number"),
    ],
)
def test_a_wrong_variable_is_told(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        settings.read(str(tmp_path), environ)


def test_a_work_folder_on_a_disk_is_refused() -> None:
    base = Path(__file__).parent
    if _file_system(str(base)) in {"tmpfs", "ramfs"}:
        return
    folder = base / "no-such-work"
    try:
        with pytest.raises(UsageError, match="lies on a disk"):
            WorkFolder(str(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_commands_over_a_home_folder(scrubjay: Command, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "partners").mkdir(parents=True)
    (home / "partners" / "one.toml").write_text(GOOD)
    here = ("--home", home)
    assert scrubjay("partner", "check", *here).out == "every record is good\n"
    assert scrubjay("partner", "list", *here).out.startswith("one ")
    claims = tmp_path / "claims.837"
    assert scrubjay("generate", "837P", "--claims", "5", "-o", claims).code == 0
    assert "file 1, taken" in scrubjay("ingest", claims, *here).out
    assert "file 1, here before" in scrubjay("ingest", claims, *here).out
    assert "INGESTED" in scrubjay("status", *here).out
    overdue = scrubjay("status", "--overdue", *here)
    assert (overdue.code, overdue.out) == (0, "nothing is overdue\n")
    assert scrubjay("partner", "pause", "one", "--reason", "night", *here).out == "one: paused\n"
    assert "one is paused: night" in scrubjay("status", *here).out
    assert scrubjay("partner", "resume", "one", "--reason", "day", *here).out == "one: resumed\n"
    assert scrubjay("partner", "pause", "two", "--reason", "x", *here).code == 2
    assert scrubjay("held", "list", *here).out == "nothing is held\n"
    assert scrubjay("held", "confirm", "1", "--reason", "x", *here).code == 2
    ended = scrubjay("trace", "S0001-00000001", *here)
    assert (ended.code, ended.out) == (1, "no claim of that number\n")


def test_a_home_without_anything_says_what_to_do(scrubjay: Command, tmp_path: Path) -> None:
    """Looking makes no folder, and an empty one is not called good."""
    here = ("--home", tmp_path / "home")
    for word in ("check", "list"):
        assert scrubjay("partner", word, *here).out.startswith("no records: write ")
    ended = scrubjay("held", "list", *here)
    assert (ended.code, "--home" in ended.err) == (2, True)
    assert not (tmp_path / "home").exists()
    wrong = tmp_path / "notes.txt"
    wrong.write_text("no claims in here")
    assert f"{wrong}: no ISA" in scrubjay("ingest", wrong, *here).err


def test_what_waits_is_counted_as_the_command_that_lists_it_does() -> None:
    """A batch that is held is the transmission's, and a file its interchanges'."""
    row = {"count": 2, "oldest": None}
    states = {
        "file": {"QUARANTINED": row},
        "interchange": {"QUARANTINED": row},
        "batch": {"HELD_UNKNOWN": row},
        "transmission": {"HELD_UNKNOWN": {"count": 1, "oldest": None}},
    }
    waiting = {"QUARANTINED": 4, "HELD_UNKNOWN": 3}
    told: dict[str, Any] = {
        "states": states,
        "queues": {},
        "partners": [],
        "waiting": waiting,
        "overdue": [],
    }
    told |= {"processes": 0, "stages": {}, "breakers": {}, "lacking": []}
    assert [line for line in status.lines(told) if line.startswith("for a person")] == [
        "for a person: 2 interchanges QUARANTINED; see: scrubjay held list",
        "for a person: 1 transmission HELD_UNKNOWN; see: scrubjay held list",
    ]


def test_what_was_taken_before_a_wrong_file_is_told(scrubjay: Command, tmp_path: Path) -> None:
    claims, wrong = tmp_path / "claims.837", tmp_path / "notes.txt"
    wrong.write_text("no claims in here")
    scrubjay("generate", "837P", "--claims", "5", "-o", claims)
    ended = scrubjay("ingest", claims, wrong, "--home", tmp_path / "home", "--json")
    assert ended.code == 2
    assert [row["file"] for row in json.loads(ended.out)["files"]] == [1]
