"""`scrubjay guide list`: the implementation guides that are built in."""

from __future__ import annotations

import json
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Call, Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def listing(given: dict[str, Any]) -> int:
    """Lists the guides."""
    from dataclasses import asdict

    from scrubjay.guides import Guide

    guides = Guide.known()
    if given["as_json"]:
        sys.stdout.write(json.dumps({"guides": [asdict(guide) for guide in guides]}) + "\n")
        return 0
    for guide in guides:
        also = f"  (also {', '.join(guide.aliases)})" if guide.aliases else ""
        sys.stdout.write(f"{guide.transaction_set:<4}  {guide.version:<14}  {guide.title}{also}\n")
    return 0


COMMAND = Group(
    name="guide",
    help="The implementation guides that are built in.",
    calls=(
        Call(
            name="list",
            help="List the guides, each with the version that GS08 names it by.",
            options=(options.AS_JSON,),
            examples=("scrubjay guide list", "scrubjay guide list --json"),
            run=listing,
        ),
    ),
)
