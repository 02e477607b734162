"""The root command: the name and the help line of each command; only the one called is imported."""

from importlib import import_module

import click

from scrubjay._version import __version__

__all__ = ["root"]

# Name, and what the list in --help says; the command is the attribute `command` of its module.
COMMANDS = {
    "scrub": "Judge every claim of 837 files: accepted or rejected, why, and the acknowledgments.",
    "validate": "Hold files against their implementation guide (SNIP 1 to 3).",
    "inspect": "Show the envelope and the loops of a file, values masked.",
    "generate": "Write synthetic claims, the same for the same seed.",
    "build": "Write claims from JSON lines as an 837.",
    "guide": "The implementation guides that are built in.",
    "rules": "The rules that scrub applies.",
    "completion": "Print the completion script of a shell.",
}


class LazyGroup(click.Group):
    """A group whose commands are modules, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order that a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its own module."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"scrubjay.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was called; for a slip of the finger, the one that was meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            meant = f"; did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"no command '{args[0]}'{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="scrubjay COMMAND --help has examples.",
)
@click.version_option(__version__, prog_name="scrubjay", message="%(prog)s %(version)s")
def root() -> None:
    """Read, validate and scrub healthcare X12: what is right, what is not, and why."""
