"""Files for property tests: generated claims with faults, other delimiters, damage by seed."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from scrubjay.job import Command, Job
from scrubjay.runs import execute
from scrubjay.testing import REFERENCE_DATE, generate

__all__ = ["DAY", "claim_ids", "damaged", "generated", "outputs", "run", "summary", "variety"]

DAY = REFERENCE_DATE
_OTHER = bytes.maketrans(b"*:^~", b"|>!'")


def generated(claims: int, *, faults: float = 0.2, seed: int = 1, sets: int | None = None) -> bytes:
    """One interchange of synthetic claims."""
    return b"".join(generate("837P", claims=claims, faults=faults, seed=seed, sets=sets))


def variety() -> bytes:
    """Interchanges of every kind in one file, with line breaks and stray bytes between them."""
    one = generated(40, seed=11, sets=1)
    many = generated(60, seed=12, sets=7).translate(_OTHER)
    lines = generated(30, seed=13, faults=0.5).replace(b"~\n", b"\n")
    tight = generated(30, seed=14, faults=0.0).replace(b"~\n", b"~")
    windows = generated(20, seed=15).replace(b"~\n", b"~\r\n")
    return (
        b"\xef\xbb\xbf" + one + b"\r\n" + many + b"\x00 stray \n" + lines + tight + b"\n" + windows
    )


def damaged(document: bytes, seed: int, *, bytewise: bool = True) -> bytes:
    """The document after a few accidents: segments lost, doubled and swapped, bytes changed."""
    chance = Random(seed)  # noqa: S311 - accidents are no secret
    segments = document.split(b"~")
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(1, len(segments) - 2)
        match chance.randrange(4):
            case 0:
                del segments[at]
            case 1:
                segments.insert(at, segments[at])
            case 2:
                segments[at : at + 2] = reversed(segments[at : at + 2])
            case _:
                segments[at : at + 2] = [b"\nZZ*1", *segments[at : at + 2]]
    whole = bytearray(b"~".join(segments))
    for _ in range(chance.randint(0, 6) if bytewise else 0):
        whole[chance.randrange(120, len(whole))] = chance.choice(b"*~:^AZ09 \n\x00\xff")
    if bytewise and chance.random() < 0.2:
        del whole[chance.randrange(120, len(whole)) :]
    return bytes(whole)


def run(document: bytes, folder: Path, **options: Any) -> Path:
    """Scrubs `document` with a key that never changes; gives the output folder."""
    folder.mkdir(parents=True, exist_ok=True)
    source, key = folder / "claims.837", folder / "key"
    source.write_bytes(document)
    key.write_text("cases:" + "5c" * 32)
    key.chmod(0o600)
    given: dict[str, Any] = {"command": Command.SCRUB, "as_of": DAY, "received_date": DAY}
    given["verdicts"] = True
    given |= {"inputs": (str(source),), "out": str(folder / "out")} | options
    execute(Job(**given), token_key=key)
    return folder / "out"


def outputs(out: Path) -> dict[str, bytes]:
    """Everything a run wrote but run.json, which has the time it took."""
    return {file.name: file.read_bytes() for file in out.iterdir() if file.name != "run.json"}


def summary(out: Path) -> dict[str, Any]:
    """summary.json."""
    numbers: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return numbers


def claim_ids(document: bytes) -> Counter[bytes]:
    """CLM01 of every claim in a document with the usual delimiters."""
    parts = (segment.strip().split(b"*") for segment in document.split(b"~"))
    return Counter(part[1] for part in parts if part[0] == b"CLM")
