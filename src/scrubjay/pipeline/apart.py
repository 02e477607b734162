"""The engine in a process of its own: it may die, and takes nothing with it (`Engine`).

Reads an order as JSON from standard input, runs its job within limits, prints the engine's answer.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import TYPE_CHECKING, Any

from scrubjay import _native
from scrubjay.errors import OutputError, ScrubjayError
from scrubjay.runs import ruleset

if TYPE_CHECKING:
    from scrubjay.pipeline.lookups import Services

__all__ = ["NO_ROOM", "main"]

NO_ROOM = 4
"""Exit code where there was no room for what the engine writes: nothing that a claim has done."""


def main() -> int:
    """Exit codes as everywhere; no word of what went wrong, which may quote a claim."""
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    try:
        judge = ruleset(order["rules"]).judge(asking=_asking(order)) if order["rules"] else None
        answer = _native.run(order["job"], None, judge, None)
    except OutputError:
        return NO_ROOM
    except ScrubjayError as error:
        return error.exit_code
    sys.stdout.write(answer)
    return 0


def _asking(order: dict[str, Any]) -> Services | None:
    """The services of the settings, with breakers and answers of this process's own."""
    if not order["lookups"]:
        return None
    from scrubjay.pipeline.lookups import Service, Services

    return Services([Service(**each) for each in order["lookups"]], lambda *_: None)


if __name__ == "__main__":
    sys.exit(main())
