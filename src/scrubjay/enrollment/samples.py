"""A profile held to its samples: what came in, and the records that it is to become."""

import json
import os
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from scrubjay.enrollment.identity import Tokens
from scrubjay.enrollment.making import Made, Maker
from scrubjay.enrollment.profile import Profile, Sample
from scrubjay.enrollment.reading import Read834, members
from scrubjay.errors import InputError
from scrubjay.keys import TokenKey

__all__ = ["KEY", "Difference", "canonical", "check"]

KEY = TokenKey(id="sample", secret="00" * 32)
"""The key behind the tokens of samples, so that everybody gets the same."""


class Difference(NamedTuple):
    """A member that did not become what is wanted."""

    sample: str
    line: int
    """Of the sample in the profile."""
    member: int
    """Ordinal in the sample, from 0."""
    field: str
    """The first field that differs; of samples nobody is real, so values may be shown."""
    wanted: str
    made: str


def check(profile: Profile, read_834: Read834 | None = None) -> Iterator[Difference]:
    """What differs, sample by sample; nothing where the profile does what it says."""
    for sample in profile.samples:
        yield from _differences(profile, sample, read_834)


def canonical(made: Made) -> dict[str, Any]:
    """A member as samples have them: the record without the digest of its file, or why not."""
    if made.record is None:
        codes = sorted({each.code for each in made.reasons if each.severity == "error"})
        return {"held": codes}
    said: dict[str, Any] = json.loads(made.record.to_json())
    said["source"].pop("sha256", None)
    return said


def _differences(
    profile: Profile, sample: Sample, read_834: Read834 | None
) -> Iterator[Difference]:
    folder = os.path.dirname(profile.path)
    made = members(
        os.path.join(folder, sample.given),
        Maker(Tokens(KEY), profile),
        mapping=os.path.join(folder, sample.mapping) if sample.mapping else None,
        read_834=read_834,
    )
    wanted = _wanted(os.path.join(folder, sample.wanted))
    for number, (one, other) in enumerate(zip_longest(map(canonical, made), wanted)):
        if one != other:
            field, is_, was = _first(one, other)
            yield Difference(sample.given, sample.line, number, field, was, is_)


def _wanted(path: str) -> list[dict[str, Any]]:
    try:
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.strip()]
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; a profile's samples stand beside it") from None
    except ValueError:
        raise InputError(f"{path}: no JSON; one record a line is wanted") from None


def _first(one: Any, other: Any, at: str = "") -> tuple[str, str, str]:
    """The first place where two values differ, and both of them there."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*other, *one)):
            if one.get(key) != other.get(key):
                return _first(one.get(key), other.get(key), f"{at}.{key}".strip("."))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            if mine != theirs:
                return _first(mine, theirs, f"{at}.{number}")
    return at or "the whole member", _shown(one), _shown(other)


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value)
