"""`scrubjay completion`: the script that teaches a shell our commands and options."""

import sys

import click

from scrubjay.cli import options

__all__ = ["command"]


@click.command(
    "completion",
    epilog=options.examples(
        'eval "$(scrubjay completion bash)"        # in ~/.bashrc',
        'eval "$(scrubjay completion zsh)"         # in ~/.zshrc',
        "scrubjay completion fish > ~/.config/fish/completions/scrubjay.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    from scrubjay.cli.guard import COMPLETION
    from scrubjay.cli.root import root

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    # source() of bash asks the installed bash for its version; the template alone needs no shell.
    script = kind(root, {}, "scrubjay", COMPLETION)
    sys.stdout.write(script.source_template % script.source_vars() + "\n")
    return 0
