"""Members and payments: envelopes around them, and what was written of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from scrubjay.sources import records

KEY = "00" * 32
PROFILE = {"name": "plain", "version": "1"}
REASONS = {
    code: ("error", code.lower(), None)
    for code in (
        *("RELATIONSHIP_MISMATCH", "END_BEFORE_BEGIN", "END_MISSING", "COVERAGE_MISSING"),
        *("COVERAGE_BEGIN_MISSING", "COVERAGE_TWICE", "SSN_INVALID", "SSN_IS_TAX_NUMBER"),
        *("FIELD_REQUIRED", "FIELD_FORBIDDEN"),
    )
}
GUIDES = {"834": ("BE", "005010X220A1"), "835": ("HP", "005010X221A1")}


class Written(NamedTuple):
    """What a run left."""

    summary: dict[str, Any]
    folder: Path

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The records of a file."""
        path = self.folder / f"{name}.jsonl"
        return list(records(str(path))) if path.exists() else []

    def files(self) -> dict[str, bytes]:
        """Every file but run.json, which tells the time."""
        paths = self.folder.iterdir()
        return {path.name: path.read_bytes() for path in paths if path.name != "run.json"}


Record = Callable[..., Written]


def enveloped(kind: str, *sets: str, ge: int | None = None, iea: str = "000000001") -> bytes:
    """Sets of segments, `ST` and `SE` left out, in one group; trailers as they ought to be."""
    group, guide = GUIDES[kind]
    text = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
        "*260930*1200*^*00501*000000001*0*T*:~"
        f"GS*{group}*SENDER*RECEIVER*20260930*1200*1*X*{guide}~"
    )
    for number, body in enumerate(sets, 1):
        own = body.replace("\n", "").strip()
        count = own.count("~") + 2
        trailer = "" if "SE*" in own else f"SE*{count}*{number:04}~"
        st = f"ST*{kind}*{number:04}*{guide}~" if kind == "834" else f"ST*{kind}*{number:04}~"
        text += st + own + trailer
    return (text + f"GE*{ge or len(sets)}*1~IEA*1*{iea}~").encode()
