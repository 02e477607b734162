"""Places where a process may die on purpose, so that tests can prove that it does not matter.

`failpoint("parse.before_commit")` does nothing. Where ``SCRUBJAY_FAILPOINT`` names it when the
process starts, ``parse.before_commit`` or ``parse.before_commit:3`` for the third time that it is
passed, the process is killed there as by kill -9. tests/pipeline/test_failpoints.py finds all of
them in the code.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["VARIABLE", "armed", "failpoint"]

VARIABLE = "SCRUBJAY_FAILPOINT"


def armed(environ: Mapping[str, str]) -> Callable[[str], None]:
    """What a failpoint does in this environment: nothing, unless one is named."""
    wanted, _, times = environ.get(VARIABLE, "").partition(":")
    if not wanted:
        return _pass
    left = int(times) if times.isdecimal() else 1

    def kill(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left <= 0:
                import signal

                os.kill(os.getpid(), signal.SIGKILL)

    return kill


def _pass(_: str) -> None:
    """Nobody asked for it."""


failpoint = armed(os.environ)
