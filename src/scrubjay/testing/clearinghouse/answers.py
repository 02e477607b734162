"""Acknowledgments of what was taken: the real ones, written by the engine as a payer's."""

import datetime as dt
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from scrubjay import _native
from scrubjay.job import Command, Job, RejectUnit
from scrubjay.runs import ruleset
from scrubjay.testing.clearinghouse.behaviour import Behaviour
from scrubjay.testing.clearinghouse.objections import (
    claims_refused,
    interchange_refused,
    sets_refused,
)
from scrubjay.testing.clearinghouse.reading import Interchange

__all__ = ["Answer", "Answers", "duplicate", "renumbered"]

Answer = tuple[str, bytes]
"""The kind (ta1, 999, 277ca) and the interchange."""

_IN_MEMORY = "/dev/shm"  # noqa: S108 - names inside are TemporaryDirectory's
_CONTROL = slice(90, 99)


class Answers:
    """Judges interchanges; one at a time, in whichever thread."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._rules = ruleset()
        self._numbers = iter(range(500_000_001, 900_000_000))

    def judge(self, interchange: Interchange) -> list[Answer]:
        """Every acknowledgment that it is due, in the order TA1, 999, 277CA."""
        happens, key = self._behaviour.happens, interchange.digest
        if happens("interchange_rejected", key):
            return self._judged(interchange_refused(interchange), RejectUnit.CLAIM)
        if happens("set_rejected", key):
            return self._judged(sets_refused(interchange), RejectUnit.SET)
        text = claims_refused(interchange, lambda number: happens("claim_rejected", key, number))
        return self._judged(text, RejectUnit.CLAIM)

    def contradict(self, interchange: Interchange) -> list[Answer]:
        """A 277CA that rejects every claim."""
        text = claims_refused(interchange, lambda _: True)
        judged = self._judged(text, RejectUnit.CLAIM)
        return [answer for answer in judged if answer[0] == "277ca"]

    def _judged(self, text: bytes, reject_unit: RejectUnit) -> list[Answer]:
        base = _IN_MEMORY if os.path.isdir(_IN_MEMORY) else None
        with TemporaryDirectory(prefix="clearinghouse-", dir=base) as name:
            folder = Path(name)
            (folder / "taken.837").write_bytes(text)
            today = dt.datetime.now(dt.UTC).date()
            job = Job(
                command=Command.SCRUB,
                inputs=(str(folder / "taken.837"),),
                out=str(folder / "out"),
                as_of=today,
                received_date=today,
                reject_unit=reject_unit,
                threads=1,
                worklist=False,
                payer_mode=True,
                token_key="5c" * 32,
                token_key_id="synthetic",  # noqa: S106 - of made-up people
                program=self._rules.program,
                docs=self._rules.docs,
            )
            json.loads(_native.run(job.to_json(), None, self._rules.judge(), None))
            return [
                (kind, renumbered(file.read_bytes(), next(self._numbers)))
                for kind in self._behaviour.kinds
                for file in sorted((folder / "out").glob(f"*.{kind}"))
            ]


def renumbered(text: bytes, number: int) -> bytes:
    """An acknowledgment with a control number of the partner's own (ISA13, IEA02)."""
    control = b"%09d" % number
    head, iea, tail = text.rpartition(b"IEA")
    count = tail.split(text[3:4])[1]
    end = iea + text[3:4] + count + text[3:4] + control + text[105:106] + b"\n"
    return head[: _CONTROL.start] + control + head[_CONTROL.stop :] + end


def duplicate(interchange: Interchange, number: int) -> bytes:
    """The TA1 that says: this control number was here before (note 025)."""
    now = dt.datetime.now(dt.UTC)
    control = f"{number:09d}"
    isa = interchange.text[:105].decode("ascii", "replace").split(interchange.element.decode())
    made = (
        f"ISA*00*{'':10}*00*{'':10}*{isa[7]}*{isa[8]}*{isa[5]}*{isa[6]}"
        f"*{now:%y%m%d}*{now:%H%M}*^*00501*{control}*0*{isa[15]}*:~\n"
        f"TA1*{interchange.control}*{isa[9]}*{isa[10]}*R*025~\n"
        f"IEA*0*{control}~\n"
    )
    return made.encode("ascii", "replace")
