"""`scrubjay acks`: what became of the claims sent, as a table, as JSON, and as files."""

import csv
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import scrubjay as package
from acks.made import PAYER, Claim, ca, nine, sent, ta1
from scrubjay.acks.folder import WORKLIST
from stage import Command

SCHEMAS = Path(package.__file__).parent / "schemas"
GOOD, BAD = Claim("KANARI1", "100"), Claim("=KANARI2", "250.5", member="KANARI3", last="KANARI4")
UNSEEN = Claim("KANARI5", "7")
ACKS = {
    "1.999": nine("IK5*A~"),
    "1.277ca": ca((GOOD, "A1:19:PR**WQ"), (BAD, "A1:19:PR**WQ")),
    "2.277ca": ca((BAD, "A7:562:85**U"), hop=PAYER, control="100"),
    "3.277ca": ca((Claim("KANARI6"), "A1:19**WQ"), batch="?", control="101"),
}
TABLE = """\
claims         3  $357.50
  accepted     1  $100.00
  rejected     1  $250.50
  pending      1    $7.00

by hop
  CLEAR CLEAR INC: 2 accepted, 1 pending
  PAYER1 PAYER1 INC: 1 rejected, 2 pending

reasons, most claims first
  1  rejected, a value is wrong: NPI (billing provider)  [A7:562:85]

acknowledgments read: 0 TA1, 1 999, 3 277CA
  2 x ACK_UNMATCHED: It acknowledges what is not among the claims sent
where each one stands: run it again with --out FOLDER
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "sent.837").write_bytes(sent([GOOD, BAD, UNSEEN]))
    (tmp_path / "acks").mkdir()
    for name, content in ACKS.items():
        (tmp_path / "acks" / name).write_bytes(content)
    return ["--claims", str(tmp_path / "sent.837"), str(tmp_path / "acks" / "*")]


def schema(name: str) -> Draft202012Validator:
    loaded = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(loaded)
    return Draft202012Validator(loaded)


def test_a_table_tells_what_became_of_the_claims(scrubjay: Command, files: list[str]) -> None:
    ended = scrubjay("acks", "apply", *files)
    assert (ended.code, ended.err) == (1, "")
    assert [line.split() for line in ended.out.splitlines()] == [
        line.split() for line in TABLE.splitlines()
    ]


def test_the_folder_has_every_claim_and_the_summary(
    scrubjay: Command, files: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = scrubjay("acks", "apply", *files, "--out", out, "--json")
    assert ended.code == 1
    summary = json.loads(ended.out)
    assert summary == json.loads((out / "summary.json").read_text())
    schema("acks-summary").validate(summary)
    outcomes = [json.loads(line) for line in (out / "outcomes.jsonl").read_text().splitlines()]
    for outcome in outcomes:
        schema("outcome").validate(outcome)
    assert [outcome["state"] for outcome in outcomes] == ["accepted", "rejected", "pending"]
    assert outcomes[1]["reasons"][0]["code"] == "A7:562:85"
    assert [(each["hop"], each["state"]) for each in outcomes[1]["hops"]] == [
        ("CLEAR", "accepted"),
        ("PAYER1", "rejected"),
    ]
    notices = [json.loads(line) for line in (out / "notices.jsonl").read_text().splitlines()]
    assert [notice["code"] for notice in notices] == ["ACK_UNMATCHED"] * 2
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
    assert {file.name for file in out.iterdir()} == {
        *("outcomes.jsonl", "worklist.csv", "notices.jsonl", "summary.json"),
    }


def test_the_worklist_is_for_who_fixes_claims(
    scrubjay: Command, files: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    scrubjay("acks", "apply", *files, "--out", out)
    with (out / "worklist.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == WORKLIST
    about = ["sent.837", "'=KANARI2", "KANARI4, ANN", "SOME PAYER", "2026-01-05", "250.50"]
    why = ["PAYER1 INC", "A7:562:85", "rejected, a value is wrong: NPI (billing provider)"]
    assert rows == [[*about, *why, "2.277ca", "19"]]
    ended = scrubjay("acks", "apply", *files, "--out", out, "--no-worklist", "--force")
    assert ended.out.endswith(f"written to {out}/: outcomes.jsonl, notices.jsonl, summary.json\n")
    assert not (out / "worklist.csv").exists()


def test_nobody_is_named_where_it_may_be_shown_around(
    scrubjay: Command, files: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = scrubjay("acks", "apply", *files, "--out", out)
    shown = (
        ended.out
        + ended.err
        + "".join(
            (out / name).read_text() for name in ("outcomes.jsonl", "notices.jsonl", "summary.json")
        )
    )
    for name in ACKS:
        for as_json in ((), ("--json",)):
            ended = scrubjay("acks", "show", tmp_path / "acks" / name, *as_json)
            assert ended.code == 0
            shown += ended.out + ended.err
    assert "KANARI" not in shown
    scrubjay("acks", "apply", *files, "--out", out, "--show-phi", "--force")
    assert '"claim": "KANARI1"' in (out / "outcomes.jsonl").read_text()
    assert '"payer_claim": "PKANARI1"' in (out / "outcomes.jsonl").read_text()
    show = scrubjay("acks", "show", tmp_path / "acks" / "1.277ca", "--show-phi").out
    assert "claim KANARI1 of DOE, ANN: accepted" in show


def test_the_tokens_are_those_of_a_scrub(scrubjay: Command, tmp_path: Path) -> None:
    source = tmp_path / "claims.837"
    scrubjay("generate", "837P", "--claims", 30, "--faults", 0.5, "-o", source)
    scrubjay("scrub", source, "--out", tmp_path / "out", "--as-of", "2026-06-30")
    acks = tmp_path / "out" / "*.277ca"
    scrubjay("acks", "apply", "--claims", source, acks, "--out", tmp_path / "told")
    findings = map(json.loads, (tmp_path / "out" / "findings.jsonl").read_text().splitlines())
    told = map(json.loads, (tmp_path / "told" / "outcomes.jsonl").read_text().splitlines())
    tokens = {outcome["claim_index"]: outcome["claim"] for outcome in told}
    found = {each["claim_index"]: each["claim"] for each in findings if each["scope"] == "claim"}
    assert len(found) > 5
    assert {index: tokens[index] for index in found} == found


def test_numbers_that_a_scrub_gave_lead_back_to_its_input(
    scrubjay: Command, tmp_path: Path
) -> None:
    """What the payer answers is what was sent; the clinic knows the file that it had scrubbed."""
    for name, faults in (("mixed.837", 0.5), ("good.837", 0)):
        source = tmp_path / name
        scrubjay("generate", "837P", "--claims", 40, "--faults", faults, "--sets", 2, "-o", source)
    first = tmp_path / "first"
    scrubjay("scrub", tmp_path / "*.837", "--out", first, "--as-of", "2026-06-30")
    (sent_file,) = first.glob("mixed*.accepted.837")
    scrubjay("scrub", sent_file, "--out", tmp_path / "second", "--as-of", "2026-06-30")
    answer = next((tmp_path / "second").glob("*.277ca"))
    out = tmp_path / "told"
    ended = scrubjay("acks", "apply", "--claims", first, answer, "--out", out, "--fail-on", "info")
    assert ended.code == 1
    told = [json.loads(line) for line in (out / "outcomes.jsonl").read_text().splitlines()]
    mixed = [outcome for outcome in told if outcome["file"] == sent_file.name]
    good = [outcome for outcome in told if outcome["file"] != sent_file.name]
    assert {outcome["state"] for outcome in mixed} == {"accepted"}
    assert {outcome["state"] for outcome in good} == {"pending"}
    assert {outcome["original"] for outcome in good} == {None}
    (envelope,) = {(each["original"]["file"], each["original"]["group"]) for each in mixed}
    assert envelope == ("mixed.837", "1")
    sets = {(outcome["set"], outcome["original"]["set"]) for outcome in mixed}
    assert sorted(old for _, old in sets) == ["0001", "0002"]
    assert all(new != old for new, old in sets)


def test_the_exit_code_is_as_bad_as_asked_for(
    scrubjay: Command, files: list[str], tmp_path: Path
) -> None:
    claims = files[:2]
    acks = tmp_path / "acks"
    assert scrubjay("acks", "apply", *claims, acks / "1.277ca").code == 0
    assert scrubjay("acks", "apply", *claims, acks / "1.277ca", "--fail-on", "info").code == 1
    assert scrubjay("acks", "apply", *claims, acks / "3.277ca").code == 0
    assert scrubjay("acks", "apply", *claims, acks / "3.277ca", "--fail-on", "warning").code == 1
    told = scrubjay("acks", "apply", *claims, acks / "2.277ca", "--absent", f"{PAYER}=accepted")
    assert told.code == 1
    assert "pending   0" in told.out


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (["acks/1.999"], "no claims: name the 837 that was sent with --claims FILE"),
        (["--claims", "nothing", "acks/1.999"], "check the path"),
        (["--claims", "acks/1.999", "acks/1.999"], "no claim is in it"),
        (["--claims", "-", "acks/1.999"], "standard input"),
        (["--claims", "acks", "acks/1.999"], "is no output of a scrub"),
        (["--claims", "sent.837", "acks/none"], "check the path"),
        (["--claims", "sent.837", "acks/1.999", "--absent", "X=gone"], "give pending, accepted"),
        (["--claims", "sent.837", "acks/1.999", "--out", "acks"], "is not empty"),
        (
            ["--claims", "sent.837", "acks/1.999", "--out", "scrubbed", "--force"],
            "is the output of a scrub",
        ),
    ],
)
def test_a_call_that_makes_no_sense_is_one_line(
    scrubjay: Command,
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: list[str],
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scrubbed").mkdir()
    (tmp_path / "scrubbed" / "run.json").touch()
    ended = scrubjay("acks", "apply", *call)
    assert ended.code == 2
    assert line in ended.err
    assert ended.out == ""


def test_a_failure_leaves_nothing_that_looks_whole(
    scrubjay: Command, files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of claims that changes under our hands is noticed."""
    out = tmp_path / "out"
    scrubjay("acks", "apply", *files, "--out", out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    source = tmp_path / "sent.837"
    monkeypatch.setattr(
        "scrubjay.acks.applying.Matching.settle",
        lambda _: source.write_bytes(sent([GOOD, GOOD])) and 0,
    )
    ended = scrubjay("acks", "apply", *files, "--out", out, "--force")
    assert (ended.code, ended.out) == (2, "")
    assert "was changed while it was read" in ended.err
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_an_acknowledgment_is_shown_in_words(
    scrubjay: Command, files: list[str], tmp_path: Path
) -> None:
    shown = scrubjay("acks", "show", tmp_path / "acks" / "2.277ca").out
    assert shown.splitlines()[:2] == [
        "277CA from PAYER1 INC: batch B1",
        "  received: receipt confirmed (payer)  [A1:19:PR]",
    ]
    shown = scrubjay("acks", "show", tmp_path / "acks" / "1.999").out
    assert shown.splitlines() == [
        "999 from CLEAR: group 1 (HC)",
        "  set 0001 (837) accepted",
        "  group accepted; 1 of 1 sets accepted",
    ]


NOTED = "IK3*CLM*22*2300*8~CTX*CLM01:KANARI7~IK4*5:1*1331*7*KANARI8~IK3*ZZZ*X~IK4**782*1~IK5*R*5~"
LINES = "SVC*HC:99213*80.5~STC*A7:454**U~"
SHOWN = {
    "1.ta1": (
        ta1("R", "006"),
        ["TA1 from CLEAR: interchange 000000001 rejected: the sender's id is invalid (ISA06)"],
    ),
    "2.999": (
        nine(NOTED, end="R"),
        [
            "999 from CLEAR: group 1 (HC)",
            "  set 0001 (837) rejected: segments are in error",
            "    segment 22: CLM in 2300: segment has faulty elements",
            "      of CLM01 ***",
            "      element 5-1: code that the standard does not have",
            "    segment ?: ZZZ: ?",
            "      element ?: required element is missing",
            "  group rejected; 1 of 1 sets accepted",
        ],
    ),
    "3.277ca": (
        ca((BAD, "A7:562:85**U"), LINES, totals=""),
        [
            "277CA from CLEAR INC: batch B1",
            "  received: receipt confirmed (payer)  [A1:19:PR]",
            "  provider CLINIC",
            "    claim *** of ***: rejected",
            "      rejected, a value is wrong: NPI (billing provider)  [A7:562:85]",
            "      line 99213",
            "        rejected, a value is wrong: procedure code  [A7:454]",
        ],
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_kind_is_shown_whole(name: str, scrubjay: Command, tmp_path: Path) -> None:
    data, lines = SHOWN[name]
    file = tmp_path / name
    file.write_bytes(data)
    ended = scrubjay("acks", "show", file)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == lines
    open_ = scrubjay("acks", "show", file, "--show-phi").out
    assert ("KANARI" in open_) == (b"KANARI" in data)


def test_a_patient_who_is_not_named_is_shown_as_that(scrubjay: Command, tmp_path: Path) -> None:
    file = tmp_path / "1.277ca"
    file.write_bytes(ca((BAD, "A7:562:85**U")).replace(b"NM1*QC*1*=KANARI4*ANN", b"NM1*QC*1**"))
    file.write_bytes(ca((BAD, "A7:562:85**U")).replace(b"*KANARI4*ANN*", b"***"))
    assert "of ?: rejected" in scrubjay("acks", "show", file, "--show-phi").out


def test_what_is_shown_as_json_is_an_object_a_line(scrubjay: Command, tmp_path: Path) -> None:
    files = []
    for name, (data, _) in SHOWN.items():
        files.append(tmp_path / name)
        files[-1].write_bytes(data)
    rows = [
        json.loads(line) for line in scrubjay("acks", "show", *files, "--json").out.splitlines()
    ]
    receipt, syntax, claims = rows
    assert (receipt["code"], receipt["note"]) == ("R", "006")
    assert syntax["sets"][0]["segments"][0]["contexts"][0] == {"kind": "CLM01", "value": "***"}
    (claim,) = claims["providers"][0]["claims"]
    assert (claim["number"], claim["patient"]) == ("***", "***")
    assert claim["lines"][0]["procedure"] == "99213"
    assert "KANARI" not in json.dumps(rows)


def test_what_is_no_acknowledgment_is_told_beside_those_that_are(
    scrubjay: Command, files: list[str], tmp_path: Path
) -> None:
    claims = tmp_path / "claims.837"
    claims.write_bytes(sent([GOOD]))
    ended = scrubjay("acks", "show", claims, tmp_path / "acks" / "1.999")
    assert "ACK_NOT_READ" in ended.out + ended.err
    assert "999 from CLEAR" in ended.out
    assert scrubjay("acks", "show", tmp_path / "nothing.999").code == 2
