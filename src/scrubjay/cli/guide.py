"""`scrubjay guide`: the implementation guides that are built in, for a person to read."""

from __future__ import annotations

import json
import os
import sys

from scrubjay.cli import options
from scrubjay.cli.call import Argument, Call, Group, Option
from scrubjay.cli.kinds import FILE, Kind
from scrubjay.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["COMMAND"]

# How wide a line is where no terminal says so: what a mail or a review takes.
WIDTH = 100
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class GuideName(Kind):
    """The name of a guide, for a shell to complete."""

    def words(self) -> tuple[str, ...]:
        """The guides that are built in."""
        from scrubjay.guides import Guide

        return tuple(guide.name for guide in Guide.known())


def listing(given: dict[str, Any]) -> int:
    """Lists the guides."""
    from dataclasses import asdict

    from scrubjay.guides import Guide

    guides = Guide.known()
    if given["as_json"]:
        sys.stdout.write(json.dumps({"guides": [asdict(guide) for guide in guides]}) + "\n")
        return 0
    wide = max((len(guide.name) for guide in guides), default=0)
    for guide in guides:
        also = f"  (also {', '.join(guide.aliases)})" if guide.aliases else ""
        sys.stdout.write(f"{guide.name:<{wide}}  {guide.version:<14}  {guide.title}{also}\n")
    return 0


def show(given: dict[str, Any]) -> int:
    """Shows a guide, a loop of it, or a segment."""
    from scrubjay.cli.guide_show import Page, asked
    from scrubjay.guides import facts
    from scrubjay.partners import ENDING

    name, *path = given["place"].strip("/").split("/")
    guide = facts(name)
    if given["overlay"] is not None:
        if not given["overlay"].endswith(ENDING):
            raise UsageError(f"{given['overlay']}: no overlay; name a file that ends with {ENDING}")
        under = facts(given["overlay"])
        if (under["name"], under["version"]) != (guide["name"], guide["version"]):
            raise UsageError(f"{given['overlay']} is over {under['name']}, not {guide['name']}")
        guide = under
    loop, segments = asked(guide, path)
    if given["as_json"]:
        names = ("name", "transaction_set", "version", "title", "overlay")
        head = {key: value for key, value in guide.items() if key in names}
        answer: Any = guide
        if loop is not None:
            answer = {
                "guide": head,
                "loop": loop if not segments else {**loop, "segments": segments},
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        return 0
    page = Page(width=_width(), style=_style(), every_code=given["codes"])
    if loop is None:
        lines = list(page.guide(guide))
    elif not segments:
        lines = list(page.loop(guide, loop))
    else:
        parts = [list(page.segment(guide, loop, each)) for each in segments]
        lines = [line for at, part in enumerate(parts) for line in (*([""] if at else []), *part)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def diff(given: dict[str, Any]) -> int:
    """Says what two guides have differently; 1 where there is anything."""
    from scrubjay.cli.guide_diff import changes, told
    from scrubjay.guides import facts

    try:
        one, other = given["guides"]
    except ValueError:
        raise UsageError("two guides are compared; see: scrubjay guide diff --help") from None
    one, other = facts(one), facts(other)
    found = list(changes(one, other))
    if given["as_json"]:
        names = ("name", "version", "overlay")
        heads = [
            {key: value for key, value in each.items() if key in names} for each in (one, other)
        ]
        answer = {"before": heads[0], "after": heads[1], "changes": found}
        sys.stdout.write(json.dumps(answer) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in told(found, _style()))
    return int(bool(found))


def check(given: dict[str, Any]) -> int:
    """Says what is wrong with overlays; 1 where anything is."""
    from scrubjay import _native
    from scrubjay.partners import overlays

    texts = list(overlays(given["overlays"]))
    faults = json.loads(_native.check_overlays(texts))
    if given["as_json"]:
        answer = {"overlays": [name for name, _ in texts], "faults": faults}
        sys.stdout.write(json.dumps(answer) + "\n")
    else:
        for fault in faults:
            place = f"{fault['file']}:{fault['line']}" if fault["line"] else fault["file"]
            sys.stdout.write(f"{place}: {fault['message']}\n")
        if not faults:
            plural = "" if len(texts) == 1 else "s"
            sys.stdout.write(f"{len(texts)} overlay{plural}: nothing is wrong\n")
    return int(bool(faults))


def _width() -> int:
    if not sys.stdout.isatty():
        return WIDTH
    from shutil import get_terminal_size

    return get_terminal_size((WIDTH, 24)).columns


def _style() -> Callable[[str, str], str]:
    """What gives a text a colour, where somebody watches who wants colours."""
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    coloured = sys.stdout.isatty() and not plain

    def style(name: str, text: str) -> str:
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if coloured and name in _STYLES else text

    return style


_OVERLAY = Option(name="--overlay", kind=FILE, help="As this overlay of a partner has it.")
_EVERY_CODE = Option(name="--codes", help="Every code, not only those that fit on a line.")

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
        Call(
            name="show",
            help="""\
Show a guide: the tree of its loops, what stands in a loop, or the elements of a segment.

R is required, S situational, > any number of times. Codes that do not fit on the line are counted;
--codes shows them all.
""",
            argument=Argument(
                name="place", metavar="GUIDE[/LOOP[/SEGMENT[/NAME]]]", kind=GuideName("guide")
            ),
            options=(_EVERY_CODE, _OVERLAY, options.AS_JSON),
            examples=(
                "scrubjay guide show 837I",
                "scrubjay guide show 837I/2300",
                "scrubjay guide show 837I/2300/CLM",
                "scrubjay guide show 837P/2010AA/REF/tax --codes",
                "scrubjay guide show 837P/2010BA --overlay mine/professional.overlay",
            ),
            run=show,
        ),
        Call(
            name="diff",
            help="""\
Say what guide B has differently from guide A: loops, segments and elements that came (+), went (-)
or changed (~). An .overlay file stands for its guide as the overlay has it.

Leaves with 0 if nothing differs, 1 if something does.
""",
            argument=Argument(name="guides", metavar="A B", kind=GuideName("guide"), many=True),
            options=(options.AS_JSON,),
            examples=(
                "scrubjay guide diff 837P 837I",
                "scrubjay guide diff 837P partners/mine/professional.overlay",
                "scrubjay guide diff 270 271 --json",
            ),
            run=diff,
        ),
        Call(
            name="check",
            help="""\
Say what is wrong with partners' OVERLAYS (.overlay files, or folders of them), with line numbers.

Those that are given together must not be for the same parties on the same days. Leaves with 0 if
nothing is wrong, 1 if something is.
""",
            argument=Argument(name="overlays", metavar="OVERLAYS...", kind=FILE, many=True),
            options=(options.AS_JSON,),
            examples=(
                "scrubjay guide check partners/mine/professional.overlay",
                "scrubjay guide check partners/mine/",
            ),
            run=check,
        ),
    ),
)
