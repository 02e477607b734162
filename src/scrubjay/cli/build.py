"""`scrubjay build`: claims as JSON lines, written as an 837."""

from __future__ import annotations

import contextlib
import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call
from scrubjay.cli.kinds import FILE
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

    from scrubjay.models import Claim

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Writes claims as an 837."""
    from scrubjay.cli.target import target
    from scrubjay.places import inputs
    from scrubjay.writing import stream_out

    (name,) = inputs([given["file"]])
    counted = Counted(claims(name))
    with target(given["output"], force=given["force"]) as file:
        file.writelines(stream_out(counted))
        if not counted.count:
            raise InputError(f"{_called(name)}: no claim in it; give one JSON object a line")
    made = {"file": given["output"], "claims": counted.count}
    if given["as_json"]:
        (sys.stderr if given["output"] == "-" else sys.stdout).write(json.dumps(made) + "\n")
    elif given["output"] != "-":
        sys.stdout.write(f"{counted.count:,} claims: {given['output']}\n")
    return 0


class Counted:
    """An iterator that knows how many it gave."""

    def __init__(self, claims: Iterator[Claim]) -> None:
        self._claims = claims
        self.count = 0

    def __iter__(self) -> Iterator[Claim]:
        for claim in self._claims:
            self.count += 1
            yield claim


def claims(name: str) -> Iterator[Claim]:
    """The claims of a file of JSON lines; a bad line is named by number, never quoted."""
    from pydantic import ValidationError

    from scrubjay.models import Claim

    with _opened(name) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                _check_names(line, f"{_called(name)} line {number}")
                yield Claim.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_input=False, include_context=False)[0]
                place = ".".join(str(step) for step in first["loc"]) or "the whole line"
                # pydantic's own sentences, which say what was wanted and not what was there
                raise InputError(
                    f"{_called(name)} line {number}: {place}: {first['msg']}; mend the line and "
                    "try again"
                ) from None


def _check_names(line: bytes, place: str) -> None:
    """A name that comes twice in one object would lose one of its values without a word."""

    def unique(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) < len(pairs):
            raise InputError(f"{place}: a name comes twice in one object; keep one of them")

    with contextlib.suppress(ValueError, RecursionError):  # what is no JSON the model tells better
        json.loads(line, object_pairs_hook=unique)


def _called(name: str) -> str:
    return "standard input" if name == "-" else name


def _opened(name: str) -> BinaryIO:
    return sys.stdin.buffer if name == "-" else open(name, "rb")


COMMAND = Call(
    name="build",
    help="Write the claims of FILE, one JSON object a line, as an 837.",
    argument=Argument(name="file", metavar="FILE", kind=FILE),
    options=(options.OUTPUT, options.AS_JSON, options.FORCE),
    examples=(
        "scrubjay build claims.jsonl -o claims.837",
        "jq -c 'select(.charge != null)' claims.jsonl | scrubjay build - -o claims.837",
    ),
    run=run,
)
