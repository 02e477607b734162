"""`scrubjay apikeys`: who may hand in files by HTTP."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.homes import HOME, settings, writing_down
from scrubjay.cli.kinds import DAY, FILE, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def made(given: dict[str, Any]) -> int:
    """A key, which is shown this once."""
    from scrubjay.doors.identities import ApiKeys

    until = given["until"]
    path = _file(given)
    os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
    key = ApiKeys.make(
        path,
        tenant=given["tenant"],
        practice=given["practice"],
        partner=given["partner"] or "",
        until=until.isoformat() if until else "",
    )
    _write_down(given, "apikey.made", {"key": key.split("_")[1]})
    _print(json.dumps({"key": key}) if given["as_json"] else key)
    if not given["as_json"]:
        sys.stderr.write("This is the only time that it is shown; its digest is kept.\n")
    return 0


def listed(given: dict[str, Any]) -> int:
    """Whom each key stands for."""
    from scrubjay.doors.identities import ApiKeys

    keys = ApiKeys(_file(given)).listed()
    names = ("id", "tenant", "practice", "partner", "made", "until")
    rows = [{name: getattr(key, name) for name in names} for key in keys]
    if given["as_json"]:
        _print(json.dumps({"keys": rows}))
        return 0
    for row in rows:
        until = f"until {row['until']}" if row["until"] else ""
        _print("  ".join((row["id"], row["made"], row["tenant"], row["practice"], until)).rstrip())
    return 0


def revoked(given: dict[str, Any]) -> int:
    """A key that opens nothing any more."""
    from scrubjay.doors.identities import ApiKeys

    ApiKeys(_file(given)).revoke(given["key"])
    revoked_id = given["key"]
    _write_down(given, "apikey.revoked", {"key": revoked_id})
    _print(json.dumps({"revoked": revoked_id}) if given["as_json"] else f"{revoked_id} is out")
    return 0


def _file(given: dict[str, Any]) -> str:
    from scrubjay.doors.identities import FILE as NAME

    path: str = given["file"] or os.path.join(settings(given).folders.keys, NAME)
    return path


def _write_down(given: dict[str, Any], event: str, detail: dict[str, Any]) -> None:
    """A file of its own has no audit."""
    if not given["file"]:
        with writing_down(given) as note:
            note(event, detail)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


KEYS = (
    HOME,
    Option(
        name="--file",
        kind=FILE,
        help="The file with their digests, where it is not that of the home folder.",
    ),
)

COMMAND = Group(
    name="apikeys",
    help="Who may hand in files by HTTP.",
    calls=(
        Call(
            name="new",
            help="Make a key for a practice; it is shown once, and its digest kept.",
            options=(
                *KEYS,
                Option(
                    name="--tenant",
                    kind=Kind(),
                    metavar="NAME",
                    required=True,
                    help="Whose files they are.",
                ),
                Option(
                    name="--practice",
                    kind=Kind(),
                    metavar="NAME",
                    required=True,
                    help="The practice that they come from.",
                ),
                Option(
                    name="--partner",
                    kind=Kind(),
                    metavar="NAME",
                    help="Who hands them in for it, where that is another.",
                ),
                Option(name="--until", kind=DAY, help="The last day on which it opens."),
                options.AS_JSON,
            ),
            examples=(
                "scrubjay apikeys new --tenant north --practice clinic-12 --home /var/lib/scrubjay",
            ),
            run=made,
        ),
        Call(
            name="list",
            help="List whom the keys stand for.",
            options=(*KEYS, options.AS_JSON),
            examples=("scrubjay apikeys list --home /var/lib/scrubjay",),
            run=listed,
        ),
        Call(
            name="revoke",
            help="Take KEY out, by its id; from the next request on it opens nothing.",
            argument=Argument(name="key", metavar="KEY", kind=Kind()),
            options=(*KEYS, options.AS_JSON),
            examples=("scrubjay apikeys revoke a1b2c3d4 --home /var/lib/scrubjay",),
            run=revoked,
        ),
    ),
)
