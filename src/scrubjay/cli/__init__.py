"""The command line: one file a command, loaded when it is called.

This file imports nothing on purpose. `--version` answers in the time the interpreter takes to
start; everything else goes through `scrubjay.cli.guard`, which knows every way to fail.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code (docs/contract.md)."""
    try:
        sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))
    except KeyboardInterrupt:
        # Before the guard stood, or after: there is nothing to clean up.
        sys.stderr.write("scrubjay: interrupted; nothing half-written is left behind\n")
        sys.exit(130)


def _run(words: list[str]) -> int:
    _open_streams()
    if words == ["--version"]:
        from scrubjay._version import __version__

        sys.stdout.write(f"scrubjay {__version__}\n")
        return 0
    from scrubjay.cli.guard import guarded

    return guarded(lambda: _called(words))


def _open_streams() -> None:
    """A stream that was closed before we began leads nowhere, and its number to no file of ours."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for good


def _called(words: list[str]) -> int:
    """A plain call is read from the command's table; for every other one click is asked."""
    from scrubjay.cli.call import obeyed, read
    from scrubjay.cli.commands import COMPLETION, called

    if COMPLETION in os.environ:
        from scrubjay.cli.clicked import complete

        complete()
    call, rest = called(words)
    given = None if call is None else read(call, rest)
    if call is not None and given is not None:
        return obeyed(call, given)
    from scrubjay.cli.clicked import answer

    return answer(words)
