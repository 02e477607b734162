"""Headers and trailers lost, doubled and displaced in sets of every kind: pieces change nothing."""

from functools import cache
from pathlib import Path
from random import Random

import pytest

from properties.files import outputs, run, summary
from scrubjay.job import Command, Limits
from scrubjay.testing import KINDS, generate

WAYS = [(threads, window) for threads in (1, 2) for window in (4_096, 16_384)]
TRAILERS = (b"SE*", b"GE*", b"IEA*")
SHARP = Limits(element=60, segment=200, repetitions=2, elements=14)


@cache
def every_kind(claims: int) -> bytes:
    """An interchange of each kind, and a TA1 ahead of a group, one behind the other."""
    made = [
        b"".join(generate(kind, claims=claims, sets=min(3, claims), seed=seed, faults=0.1))
        for seed, kind in enumerate(KINDS, start=1)
        if kind != "TA1"
    ]
    made.append(b"".join(generate("TA1", seed=90)))
    made.append(made[0].replace(b"~\nGS*", b"~\nTA1*000000007*260101*1200*A*000~\nGS*", 1))
    return b"".join(made)


def stricken(document: bytes, seed: int) -> bytes:
    """The document after some accidents of its envelope."""
    chance = Random(seed)  # noqa: S311 - accidents are no secret
    segments = document.split(b"~\n")[:-1]
    of = {name: [s for s in segments if s.startswith(name)] for name in (b"ISA*", b"GS*", b"ST*")}
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(1, len(segments))
        match chance.randrange(5):
            case 0:
                name = chance.choice(TRAILERS)
                segments.remove(
                    chance.choice([s for s in segments if s.startswith(name)] or [segments[at]])
                )
            case 1:
                segments.insert(at, chance.choice(of[chance.choice(list(of))]))
            case 2:
                segments.insert(at, chance.choice([b"SE*9*0001", b"GE*1*1", b"IEA*1*000000001"]))
            case 3:
                segments.insert(at, b"TA1*000000009*260101*1200*R*024")
            case _:
                segments[at : at + 2] = reversed(segments[at : at + 2])
    return b"~\n".join(segments) + b"~\n"


def same_in_all_ways(document: bytes, folder: Path, **options: object) -> Path:
    whole = run(document, folder / "whole", threads=1, window=1_048_576, **options)
    first = outputs(whole)
    for threads, window in WAYS:
        to = folder / f"{threads}-{window}"
        out = outputs(run(document, to, threads=threads, window=window, **options))
        assert out.keys() == first.keys()
        differ = [name for name in first if out[name] != first[name]]
        assert not differ, f"{differ} with {threads} threads and a window of {window}"
    return whole


def adds_up(out: Path) -> None:
    numbers = summary(out)
    assert numbers["sets"] == numbers["sets_accepted"] + numbers["sets_rejected"]
    assert numbers["claims"] == numbers["accepted"] + numbers["rejected"] + numbers["unreadable"]


def test_what_no_accident_befell_is_the_same_in_all_ways(tmp_path: Path) -> None:
    out = same_in_all_ways(every_kind(24), tmp_path, command=Command.VALIDATE)
    numbers = summary(out)
    assert numbers["unreadable_segments"] == 0
    assert numbers["interchanges"] == len(KINDS) + 1
    adds_up(out)


@pytest.mark.parametrize("command", [Command.VALIDATE, Command.SCRUB])
@pytest.mark.parametrize("seed", range(12))
def test_accidents_of_the_envelope_are_the_same_in_all_ways(
    seed: int, command: Command, tmp_path: Path
) -> None:
    document = stricken(every_kind(24), seed)
    adds_up(same_in_all_ways(document, tmp_path, command=command))


@pytest.mark.parametrize("seed", range(100, 106))
def test_and_so_they_are_under_sharp_limits(seed: int, tmp_path: Path) -> None:
    """Where a segment over a limit opens or ends what it would have."""
    document = stricken(every_kind(24), seed)
    adds_up(same_in_all_ways(document, tmp_path, command=Command.VALIDATE, limits=SHARP))
