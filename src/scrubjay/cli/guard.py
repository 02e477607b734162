"""Every way a command can end, as an exit code and at most one line on standard error.

A traceback is never shown: it names our files, not the user's next step, and may quote a value out
of a claim. SCRUBJAY_DEBUG=1 brings it back for whoever works on Scrubjay itself.
"""

import contextlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence

import click

from scrubjay.errors import InternalError, Interrupted, OutputError, ScrubjayError, UsageError

__all__ = ["COMPLETION", "guarded"]

COMPLETION = "_SCRUBJAY_COMPLETE"


def guarded(command: click.Command, arguments: Sequence[str]) -> int:
    """Run `command`; whatever happens becomes an exit code."""
    # A polite kill cleans up as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _forgive(sys.stdout, sys.stderr)
    if COMPLETION in os.environ:
        # A shell asks for completions: click answers and leaves.
        command.main(prog_name="scrubjay")
    try:
        # Not command.main: it has its own ways with Ctrl-C and a closed pipe.
        with command.make_context("scrubjay", list(arguments)) as context:
            code = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except BrokenPipeError:
        # The reader of our output has seen enough: `scrubjay inspect big.837 | head`.
        _silence()
        return 0
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(f"{error.format_message()}\n")
        return error.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - no traceback, ever
        return _say(_failure(error))
    return code if isinstance(code, int) else 0


def _forgive(*streams: object) -> None:
    """A terminal without Unicode shows a question mark; it does not end the run."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _failure(error: BaseException) -> ScrubjayError:
    """What went wrong, in our own terms."""
    match error:
        case ScrubjayError():
            return error
        case KeyboardInterrupt() | click.Abort():
            return Interrupted("interrupted; nothing half-written is left behind")
        case click.ClickException():
            return UsageError(_usage(error))
        case MemoryError():
            return OutputError("out of memory; try --threads 1, or a machine with more")
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            reason = (error.strerror or type(error).__name__).lower()
            return OutputError(f"{place}{reason}; make room or mend the path, and run it again")
        case _:
            return InternalError(_unexpected(error))


def _usage(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "scrubjay"
    return f"{text}; see: {path} --help"


def _unexpected(error: BaseException) -> str:
    """The kind and the place of a fault of ours; never its message, which may quote a claim."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "scrubjay" in frame.filename] or frames
    last = ours[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    return (
        f"internal error, {type(error).__name__} at {place}; please report this line and the "
        "version, never the claims (SCRUBJAY_DEBUG=1 shows where it came from)"
    )


def _say(error: ScrubjayError) -> int:
    if os.environ.get("SCRUBJAY_DEBUG") == "1":
        traceback.print_exc()
    line = " ".join(str(error).split())
    with contextlib.suppress(OSError):
        sys.stderr.write(f"scrubjay: {line}\n")
        sys.stderr.flush()
    _silence()
    return error.exit_code


def _silence() -> None:
    """What is still buffered would fail once more when the interpreter closes the stream."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
