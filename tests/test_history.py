"""Claims that were sent are found again, whatever run reads them, and by their own key alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from scrubjay.codes.file import CodeFile
from scrubjay.errors import InputError, UsageError
from scrubjay.history import Remembered, remember
from scrubjay.runs import execute, known
from scrubjay.testing import generate
from stage import Command

ONE = "testkey:" + "5a" * 32
OTHER = "other:" + "5b" * 32


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Three claims that were sent."""
    path = tmp_path / "sent.837"
    path.write_bytes(b"".join(generate("837P", claims=3)))
    return path


def key(tmp_path: Path, text: str = ONE) -> Path:
    path = tmp_path / text.partition(":")[0]
    path.write_text(text)
    path.chmod(0o600)
    return path


def told(tmp_path: Path, file: Path, **options: Any) -> list[tuple[int, str]]:
    """Which claims were sent before, and which replace nothing."""
    out = tmp_path / "out"
    scrubjay.scrub(file, out, force=True, token_key=key(tmp_path), **options)
    rows = [json.loads(line) for line in (out / "findings.jsonl").read_text().splitlines()]
    wanted = {"DUPLICATE_CLAIM", "ORIGINAL_NEVER_SENT"}
    return [(row["claim_index"], row["code"]) for row in rows if row["code"] in wanted]


def replacing(tmp_path: Path, file: Path, member: str = "") -> Path:
    """The same claims as replacements, of another member if one is named."""
    text = re.sub(r":B:1\*", ":B:7*", file.read_text())
    text = re.sub(r"HI\*ABK", "REF*F8*PAYER1~HI*ABK", text)
    if member:
        text = re.sub(r"(NM1\*IL\*[^~]*\*MI\*)[^*~]*", rf"\g<1>{member}", text)
    more = text.count("REF*F8")
    text = re.sub(r"\bSE\*(\d+)", lambda found: f"SE*{int(found[1]) + more}", text)
    path = tmp_path / "replacing.837"
    path.write_text(text)
    return path


def test_what_was_sent_is_told_and_what_was_not_is_not(tmp_path: Path, sent: Path) -> None:
    assert told(tmp_path, sent) == []
    history = tmp_path / "sent.codes"
    first = remember([sent], history, token_key=key(tmp_path))
    assert first == Remembered(first.claims, first.claims)
    assert told(tmp_path, sent, history=history) == [
        (number, "DUPLICATE_CLAIM") for number in range(first.claims)
    ]
    assert history.stat().st_mode & 0o777 == 0o600
    assert remember([sent], history, token_key=key(tmp_path)).known == first.known


def test_a_replacement_is_no_duplicate_and_wants_its_patient(tmp_path: Path, sent: Path) -> None:
    history = tmp_path / "sent.codes"
    claims = remember([sent], history, token_key=key(tmp_path)).claims
    own, strange = replacing(tmp_path, sent), "ORIGINAL_NEVER_SENT"
    assert told(tmp_path, own) == []
    assert told(tmp_path, own, history=history) == []
    other = replacing(tmp_path, sent, member="ZZ999")
    assert told(tmp_path, other, history=history) == [(at, strange) for at in range(claims)]


def test_a_history_says_nothing_of_patients(tmp_path: Path, sent: Path) -> None:
    remember([sent], tmp_path / "sent.codes", token_key=key(tmp_path))
    file = CodeFile(tmp_path / "sent.codes")
    assert all(re.fullmatch("[0-9a-f]{16}", code) for (code,), _ in file.rows())
    members = re.findall(r"NM1\*IL\*1\*([^*]+)", sent.read_text())
    assert members
    assert not any(name.encode() in Path(file.path).read_bytes() for name in members)


def test_another_key_no_history_and_no_claims_are_told(
    tmp_path: Path, sent: Path, scrubjay: Command
) -> None:
    history, payment = tmp_path / "sent.codes", tmp_path / "payment.835"
    payment.write_bytes(b"".join(generate("835", claims=2)))
    remember([sent], history, token_key=key(tmp_path))
    with pytest.raises(UsageError, match="made with the key testkey"):
        remember([sent], history, token_key=key(tmp_path, OTHER))
    with pytest.raises(UsageError, match="no such history"):
        told(tmp_path, sent, history=tmp_path / "none.codes")
    with pytest.raises(InputError, match="no claim in these files"):
        remember([payment], tmp_path / "new.codes", token_key=key(tmp_path))
    assert not (tmp_path / "new.codes").exists()
    ended = scrubjay("history", sent, "--into", history, "--token-key", key(tmp_path), "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["claims"] > 0


def test_two_that_remember_at_once_lose_nothing(
    tmp_path: Path, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, history = tmp_path / "other.837", tmp_path / "sent.codes"
    other.write_bytes(b"".join(generate("837P", claims=3, seed=2)))
    secret = key(tmp_path)

    def meanwhile(*given: Any, **options: Any) -> Any:
        run = execute(*given, **options)
        monkeypatch.setattr("scrubjay.history.execute", execute)
        remember([other], history, token_key=secret)
        return run

    monkeypatch.setattr("scrubjay.history.execute", meanwhile)
    remember([sent], history, token_key=secret)
    rows = CodeFile(history).lists[""]
    assert remember([sent, other], history, token_key=secret).known == rows


def test_a_damaged_history_is_told(tmp_path: Path, sent: Path, scrubjay: Command) -> None:
    """Any bit of it, in the header or a row, and what is next is no table of codes."""
    history, secret = tmp_path / "sent.codes", key(tmp_path)
    remember([sent], history, token_key=secret)
    good = history.read_bytes()
    for at in range(0, len(good), 3):
        damaged = bytearray(good)
        damaged[at] ^= 1 << at % 8
        history.write_bytes(damaged)
        with pytest.raises(UsageError) as failure:
            known(history, "testkey")
        assert "codes add" not in str(failure.value)
        assert re.search("history|--token-key", str(failure.value))
    damaged = bytearray(good)
    damaged[-20] ^= 1
    history.write_bytes(damaged)
    with pytest.raises(UsageError, match="damaged; restore the history"):
        remember([sent], history, token_key=secret)
    assert history.read_bytes() == damaged
    told = scrubjay("scrub", sent, "--out", tmp_path / "new", "--history", history)
    assert (told.code, (tmp_path / "new").exists()) == (2, False)


def test_a_history_of_before_is_read_and_grows(tmp_path: Path, sent: Path) -> None:
    """One without a digest: a row that cannot be one is told, and the next that is made has one."""
    history, secret = tmp_path / "sent.codes", key(tmp_path)
    claims = remember([sent], history, token_key=secret).claims
    digest = b'"digest": "%s", ' % CodeFile(history).header["digest"].encode()
    old = history.read_bytes().replace(digest, b"")
    history.write_bytes(old)
    assert len(told(tmp_path, sent, history=history)) == claims
    damaged = bytearray(old)
    damaged[old.index(b"\n", 20) + 3] = 0xFF
    history.write_bytes(damaged)
    with pytest.raises(UsageError, match="a row is damaged"):
        remember([sent], history, token_key=secret)
    history.write_bytes(old)
    assert remember([sent], history, token_key=secret).known == claims
    assert CodeFile(history).header["digest"]
