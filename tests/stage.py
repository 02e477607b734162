"""What tests share: where the samples are, how a command ended, a stand-in for the engine."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from scrubjay.summary import Result

__all__ = ["SAMPLES", "Command", "Ended", "Engine", "Rules"]

SAMPLES = Path(__file__).parent / "samples"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


class Engine:
    """Stands in for the native half at the border: remembers its job, gives a set answer."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.job: dict[str, Any] = {}
        self.page: str | None = None
        self.raises: BaseException | None = None

    def run(
        self,
        job: str,
        progress: Callable[[int, int | None], None] | None = None,
        judge: object = None,
        report: Callable[[str], str] | None = None,
    ) -> str:
        """What `_native.run` is to do, without doing it."""
        del judge
        self.job = json.loads(job)
        if self.raises is not None:
            raise self.raises
        answer = json.dumps(self.result)
        if progress is not None:
            progress(1_000_000, 2_000_000)
        if report is not None:
            self.page = report(answer)
        return answer


class Rules:
    """Stands in for a set of rules: remembers which files it was made of."""

    def __init__(self, files: Iterable[object], *, note: object = None) -> None:
        self.note = note
        self.program = {"files": [str(file) for file in files]}
        self.docs = ()

    def judge(self) -> None:
        """No plain functions."""
