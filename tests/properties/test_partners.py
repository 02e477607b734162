"""Partners' overlays: the same in all pieces, and nothing of the guide's own is lost under one."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from properties.files import DAY, damaged, generated, outputs
from scrubjay import _native
from scrubjay.errors import ScrubjayError
from scrubjay.job import Command, Job
from scrubjay.runs import execute

HEAD = """\
overlay strict/professional 1
title Nothing is loosened
over 837P 005010X222A1
when GS02=%s
from 2020-01-01
"""
STRICTER = """\
segment 2010BA DMG R1
segment 2010AA REF/license -
segment 2300 PWK -
segment 2300 REF/auth -
segment 2010AA PER S1
loop 2310B in 2300 -
loop 2310A in 2300 R1
loop 2400 in 2300 R2
element 2010BA NM1 09 R>=8<=10
element 2300 CLM 05-3 R=1
element 2300 CLM 10 -
codes 2300 CLM 07 drop B
codes 2400 SV1 03 drop MJ
"""


def judged(document: bytes, folder: Path, overlay: str, **options: Any) -> dict[str, bytes]:
    """What a run under an overlay writes."""
    folder.mkdir(parents=True)
    source, key, partner = folder / "in.837", folder / "key", folder / "strict.overlay"
    source.write_bytes(document)
    key.write_text("tests:" + "5c" * 32)
    key.chmod(0o600)
    partner.write_text(overlay)
    job = Job(
        command=Command.SCRUB,
        inputs=(str(source),),
        out=str(folder / "out"),
        as_of=DAY,
        received_date=DAY,
        **options,
    )
    execute(job, partners=[partner], token_key=key)
    return outputs(folder / "out")


def sender(document: bytes) -> str:
    """GS02."""
    return document[document.index(b"GS*") :].split(b"*")[2].decode()


def found(out: dict[str, bytes]) -> list[dict[str, Any]]:
    """The findings of the guide and the partner, without those of rules."""
    rows = [json.loads(line) for line in out["findings.jsonl"].splitlines()]
    return [row for row in rows if not row["rule_version"]]


@pytest.mark.parametrize("seed", range(6))
def test_threads_and_windows_change_nothing(seed: int, tmp_path: Path) -> None:
    document = generated(120, seed=seed + 1, faults=0.2, sets=(1, 3)[seed % 2])
    document = damaged(document, seed) if seed > 1 else document
    overlay = HEAD % sender(document) + STRICTER
    first = judged(document, tmp_path / "first", overlay, threads=1, window=1_048_576)
    assert b"PARTNER_" in first["findings.jsonl"]
    for threads in (1, 2):
        for window in (4_096, 65_536):
            folder = tmp_path / f"{threads}-{window}"
            assert judged(document, folder, overlay, threads=threads, window=window) == first


@pytest.mark.parametrize("seed", range(16))
def test_what_the_guide_finds_is_found_under_a_stricter_overlay_too(
    seed: int, tmp_path: Path
) -> None:
    document = generated(40, seed=seed + 1, faults=0.3, sets=1)
    document = damaged(document, seed, bytewise=bool(seed % 2)) if seed else document
    under = found(judged(document, tmp_path / "under", HEAD % sender(document) + STRICTER))
    alone = found(judged(document, tmp_path / "alone", HEAD % "NOBODY" + STRICTER))
    partners = [row for row in under if row["code"].startswith("PARTNER_")]
    assert all(row["overlay"] == "strict/professional 1" for row in partners)
    assert all(row["snip"] == 7 for row in partners)
    assert [row for row in under if row not in partners] == alone


def broken(text: str, chance: Random) -> str:
    """An overlay after some slips of the pen."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        words = lines[at].split(" ")
        match chance.randrange(6):
            case 0:
                del lines[at]
                lines.append("")
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                words[chance.randrange(len(words))] = chance.choice(text.split())
                lines[at] = " ".join(words)
            case 3:
                del words[chance.randrange(len(words))]
                lines[at] = " ".join(words)
            case 4:
                lines[at] += chance.choice([" status A6:158", " status A6:999:IL", " status", " x"])
            case _:
                place = chance.randrange(len(lines[at]) + 1)
                odd = chance.choice(["|", "=", "(", ")", ">", "@", "\t", "é", "\x00", "99999"])
                lines[at] = lines[at][:place] + odd + lines[at][place:]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", range(40))
def test_an_overlay_with_slips_is_told_line_by_line_or_taken(seed: int) -> None:
    """What is wrong has a line that is there; what cannot be had has something wrong with it."""
    chance = Random(seed)  # noqa: S311 - slips are no secret
    _, name, text = chance.choice(json.loads(_native.partners()))
    text = broken(text, chance)
    faults = json.loads(_native.check_overlays([(name, text)]))
    assert all(0 <= fault["line"] <= text.count("\n") + 1 and fault["message"] for fault in faults)
    try:
        assert json.loads(_native.overlaid(name, text))["overlay"]
    except ScrubjayError:
        assert faults
