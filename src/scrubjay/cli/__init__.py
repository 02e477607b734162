"""The command line: one file a command, loaded when it is called.

This file imports nothing on purpose. `--version` answers in the time the interpreter takes to
start; everything else goes through `scrubjay.cli.guard`, which knows every way to fail.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

from scrubjay._version import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code (docs/contract.md)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        sys.stdout.write(f"scrubjay {__version__}\n")
        sys.exit(0)
    from scrubjay.cli.guard import guarded
    from scrubjay.cli.root import root

    sys.exit(guarded(root, given))
