"""`scrubjay completion`: the script that teaches a shell our commands and options."""

from __future__ import annotations

import sys

from scrubjay.cli.call import Argument, Call
from scrubjay.cli.kinds import Choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["COMMAND"]


def run(given: dict[str, Any]) -> int:
    """Prints the script."""
    from scrubjay.cli.clicked import completion_script

    sys.stdout.write(completion_script(given["shell"]))
    return 0


COMMAND = Call(
    name="completion",
    help="Print the completion script of SHELL: bash, zsh or fish.",
    argument=Argument(name="shell", metavar="SHELL", kind=Choice("bash", "zsh", "fish")),
    examples=(
        'eval "$(scrubjay completion bash)"        # in ~/.bashrc',
        'eval "$(scrubjay completion zsh)"         # in ~/.zshrc',
        "scrubjay completion fish > ~/.config/fish/completions/scrubjay.fish",
    ),
    run=run,
)
