"""Places where a process may die on purpose, so that tests can prove that it does not matter.

`failpoint("parse.read")` does nothing. Where ``SCRUBJAY_FAILPOINT`` names it when the process
starts, ``parse.read`` or ``parse.read:3`` for the third time that it is passed, the process is
killed there as by kill -9. scripts/pipeline/crashes.py finds all of them in the code.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["VARIABLE", "arm", "failpoint"]

VARIABLE = "SCRUBJAY_FAILPOINT"


def failpoint(name: str) -> None:
    """The process dies here, if that is what was asked for."""
    if _armed is not None:
        _armed(name)


def arm(spec: str) -> None:
    """Names the place, and at which passing of it; nothing where it is empty."""
    global _armed  # noqa: PLW0603 - of the process, as a kill is
    _armed = _killing(spec) if spec else None


def _killing(spec: str) -> Callable[[str], None]:
    wanted, _, times = spec.partition(":")
    left = int(times) if times.isdecimal() else 1

    def kill(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left <= 0:
                import signal

                os.kill(os.getpid(), signal.SIGKILL)

    return kill


_armed: Callable[[str], None] | None = None
arm(os.environ.get(VARIABLE, ""))
