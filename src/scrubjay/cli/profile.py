"""`scrubjay profile`: how carriers differ, shown and held to their samples."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group
from scrubjay.cli.kinds import FILE, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from scrubjay.enrollment.profile import Profile

__all__ = ["COMMAND"]


class Name(Kind):
    """A profile: one that is shipped, a TOML file, or a folder of them."""

    def words(self) -> tuple[str, ...]:
        """The shipped ones."""
        from scrubjay.enrollment.profile import shipped

        return tuple(shipped())


def listing(given: dict[str, Any]) -> int:
    """Lists the profiles that come with the package."""
    from scrubjay.enrollment.profile import known

    every = list(known())
    if given["as_json"]:
        sys.stdout.write(json.dumps({"profiles": [_card(each) for each in every]}) + "\n")
        return 0
    wide = max(len(each.name) for each in every)
    for each in every:
        sys.stdout.write(f"{each.name:<{wide}}  {each.version}  {_days(each):<24}  {each.title}\n")
    return 0


def shown(given: dict[str, Any]) -> int:
    """Shows what a profile says."""
    from scrubjay.enrollment.profile import versions

    every = versions(given["name"])
    if given["as_json"]:
        sys.stdout.write(json.dumps({"profiles": [_card(each) for each in every]}) + "\n")
        return 0
    for each in every:
        sys.stdout.writelines(f"{line}\n" for line in _lines(each))
    return 0


def checked(given: dict[str, Any]) -> int:
    """Reads profiles; a fault is one line with its place."""
    from scrubjay.enrollment.profile import read_profile
    from scrubjay.places import inputs

    read = [read_profile(name) for name in inputs(given["files"])]
    if given["as_json"]:
        sys.stdout.write(json.dumps({"profiles": [_card(each) for each in read]}) + "\n")
        return 0
    for each in read:
        sys.stdout.write(f"{os.path.basename(each.path)}: {each.name} {each.version} is one\n")
    return 0


def tested(given: dict[str, Any]) -> int:
    """Holds a profile to its samples."""
    from scrubjay.enrollment.profile import versions
    from scrubjay.enrollment.recording import read_834
    from scrubjay.enrollment.samples import check

    every = versions(given["name"])
    told = [(each, difference) for each in every for difference in check(each, read_834)]
    samples = sum(len(each.samples) for each in every)
    if given["as_json"]:
        lines = [
            {"profile": each.name, "version": each.version, **one._asdict()} for each, one in told
        ]
        sys.stdout.write(json.dumps({"samples": samples, "differences": lines}) + "\n")
        return int(bool(told))
    for each, one in told:
        place = f"{os.path.basename(each.path)}:{one.line}: {one.sample} member {one.member}"
        sys.stdout.write(f"{place}, {one.field}: {one.made}, wanted {one.wanted}\n")
    if not samples:
        sys.stdout.write("no samples: write [[samples]] with given and wanted\n")
    elif not told:
        sys.stdout.write(f"{samples} samples, as wanted\n")
    return int(bool(told) or not samples)


def _card(profile: Profile) -> dict[str, Any]:
    """What a profile says, by the names of its keys."""
    return {
        "name": profile.name,
        "version": profile.version,
        "title": profile.title,
        "since": profile.since and profile.since.isoformat(),
        "until": profile.until and profile.until.isoformat(),
        "mode": profile.mode,
        "identity": {
            "scope": [each.name for each in profile.scope],
            "subscriber": [each.name for each in profile.subscriber],
            "subscriber_is_ssn": profile.subscriber_is_ssn,
            "member": [each.name for each in profile.member],
        },
        "dates": {
            key: [one.name for one in order]
            for key, order in (("begin", profile.begin), ("end", profile.end))
        },
        "aliases": {field.name: codes for field, _, codes in profile.aliases},
        "omissions": profile.omissions._asdict(),
        "retro_days": profile.retro_days,
        "required": [each.name for each in profile.required],
        "forbidden": [each.name for each in profile.forbidden],
        "severity": {code: severity.value for code, severity in profile.severities},
        "samples": len(profile.samples),
    }


def _days(profile: Profile) -> str:
    since = profile.since.isoformat() if profile.since else "always"
    return f"{since} to {profile.until.isoformat()}" if profile.until else f"{since} on"


def _lines(profile: Profile) -> Iterator[str]:
    yield f"{profile.name} {profile.version}, {_days(profile)}: {profile.title}"
    for name, value in _card(profile).items():
        if name in {"name", "version", "title", "since", "until"} or value in (None, [], {}):
            continue
        if isinstance(value, dict):
            said = ", ".join(f"{key} {_words(each)}" for key, each in value.items() if each != [])
            yield f"  {name:<12}{said}"
        else:
            yield f"  {name:<12}{_words(value)}"


def _words(value: object) -> str:
    if isinstance(value, list):
        return " then ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={each}" for key, each in value.items())
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


_NAME = Argument(name="name", metavar="PROFILE", kind=Name())
COMMAND = Group(
    name="profile",
    help="Carriers' ways with enrollments: which differences each has.",
    calls=(
        Call(
            name="list",
            help="List the profiles that come with the package, each version with its days.",
            options=(options.AS_JSON,),
            examples=("scrubjay profile list",),
            run=listing,
        ),
        Call(
            name="show",
            help="Show what a profile says: a shipped one by name, a TOML file, or a folder.",
            argument=_NAME,
            options=(options.AS_JSON,),
            examples=("scrubjay profile show exchange", "scrubjay profile show mine.toml --json"),
            run=shown,
        ),
        Call(
            name="test",
            help="Hold a profile to its samples: what was given, and the records that are wanted.",
            argument=_NAME,
            options=(options.AS_JSON,),
            examples=("scrubjay profile test exchange", "scrubjay profile test carriers/mine/"),
            run=tested,
        ),
        Call(
            name="check",
            help="Read profiles; a fault is told with its file and line.",
            argument=Argument(name="files", metavar="FILES...", kind=FILE, many=True),
            options=(options.AS_JSON,),
            examples=("scrubjay profile check carriers/*.toml",),
            run=checked,
        ),
    ),
)
