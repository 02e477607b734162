"""The commands as click knows them: help, completion, and one line for a call that is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from scrubjay._version import __version__
from scrubjay.cli.call import Call, Group, Option, obeyed
from scrubjay.cli.commands import CHAPTERS, COMMANDS, COMPLETION, called, command
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrubjay.cli.kinds import Kind

__all__ = ["answer", "complete", "completion_script", "root"]


def answer(words: Sequence[str]) -> int:
    """Runs a call, or shows the help that it asks for; what is wrong with it is a `UsageError`."""
    try:
        # Not root.main: it has its own ways with Ctrl-C and a closed pipe.
        with root.make_context("scrubjay", list(words)) as context:
            code = root.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(f"{error.format_message()}\n")
        return error.exit_code
    except click.ClickException as error:
        raise UsageError(_wrong(error, words)) from None
    return code if isinstance(code, int) else 0


def complete() -> None:
    """Answers a shell, and leaves."""
    root.main(prog_name="scrubjay", complete_var=COMPLETION)


def completion_script(shell: str) -> str:
    """What teaches a shell our commands and options."""
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completion for {shell}")
    # source() of bash asks the installed bash for its version; the template alone needs no shell.
    script = kind(root, {}, "scrubjay", COMPLETION)
    return script.source_template % script.source_vars() + "\n"


def _wrong(error: click.ClickException, words: Sequence[str]) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    if context is not None:
        return f"{text}; see: {context.command_path} --help"
    # The parser of options does not say whose they are.
    call, rest = called(words)
    names = words[: len(words) - len(rest)] if call else ()
    return f"{text}; see: {' '.join(('scrubjay', *names))} --help"


class _Root(click.Group):
    """A group whose commands are modules, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order that a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its own module."""
        del ctx
        return _made(command(cmd_name)) if cmd_name in COMMANDS else None

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
        """The list of commands by chapter, without importing any of them."""
        del ctx
        width = max(map(len, COMMANDS))
        for chapter, commands in CHAPTERS.items():
            with formatter.section(chapter):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])


class _Commands(click.Group):
    """A group that lists its commands in their order, each with all of its first sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order that they were given in."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands; click's own cuts what is long."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, _first_sentence(made.help or "")) for name, made in self.commands.items()]
            )


def _first_sentence(text: str) -> str:
    words, _, _ = " ".join(text.partition("\n\n")[0].split()).partition(". ")
    return f"{words.rstrip('.')}."


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="scrubjay COMMAND --help has examples.",
)
@click.version_option(__version__, prog_name="scrubjay", message="%(prog)s %(version)s")
def root() -> None:
    """Read, validate and scrub healthcare X12: what is right, what is not, and why."""


class _Type(click.ParamType[Any]):
    """A kind as click asks for it."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = kind.name

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """The value, or the kind's own line on how to write one."""
        try:
            return self.kind.take(str(value))
        except ValueError as error:
            return self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The shell knows its own files and folders; the kind knows its words."""
        del ctx, param
        if self.kind.completed:
            return [CompletionItem(incomplete, type=self.kind.completed)]
        words = (word for word in self.kind.words() if word.lower().startswith(incomplete.lower()))
        return [CompletionItem(word) for word in words]


def _made(made: Call | Group) -> click.Command:
    if isinstance(made, Group):
        return _Commands(
            made.name, help=made.help, commands={call.name: _made(call) for call in made.calls}
        )
    parameters: list[click.Parameter] = [_option(option) for option in made.options]
    if made.argument is not None:
        argument = made.argument
        parameters.insert(
            0,
            click.Argument(
                [argument.name],
                type=_Type(argument.kind),
                nargs=-1 if argument.many else 1,
                metavar=argument.metavar,
                required=not argument.optional,
            ),
        )
    # Examples are kept line by line.
    lines = "\n".join(f"  {line}" for line in made.examples)
    return click.Command(
        made.name,
        help=made.help,
        params=parameters,
        callback=_callback(made),
        epilog=f"\b\nExamples:\n{lines}" if lines else None,
    )


def _callback(call: Call) -> Callable[..., int]:
    def called(**given: Any) -> int:
        return obeyed(call, given)

    return called


def _option(option: Option) -> click.Option:
    names = [option.given_as, *filter(None, (option.short, option.name))]
    if option.kind is None:
        return click.Option(names, is_flag=True, help=option.help)
    # A default of None is one that was given, to click.
    default: dict[str, Any] = {} if option.default is None else {"default": option.default}
    return click.Option(
        names,
        type=_Type(option.kind),
        metavar=option.metavar or option.kind.metavar,
        **default,
        show_default=option.shows_default,
        required=option.required,
        multiple=option.many,
        help=option.help,
    )
