"""Every way a command can end, as an exit code and at most one line on standard error.

A traceback is never shown: it names our files, not the user's next step, and may quote a value out
of a claim. SCRUBJAY_DEBUG=1 brings it back for whoever works on Scrubjay itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from scrubjay.errors import InternalError, Interrupted, OutputError, ScrubjayError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["guarded", "is_asked_to_end"]


def guarded(work: Callable[[], int]) -> int:
    """Do the work; whatever happens becomes an exit code."""
    global _asked  # noqa: PLW0603 - of the process, as a signal is
    _asked = False
    # A polite kill cleans up as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupted)
    _forgive(sys.stdout, sys.stderr)
    try:
        code = work()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has seen enough: `scrubjay inspect big.837 | head`.
        _silence()
        return 0
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - no traceback, ever
        return _say(_failure(error), error)
    return code


def is_asked_to_end() -> bool:
    """Whether a polite kill came, be it that what it raised was lost: in an import it may be."""
    return _asked


def _interrupted(number: int, frame: Any) -> None:
    global _asked  # noqa: PLW0603 - of the process, as a signal is
    _asked = True
    signal.default_int_handler(number, frame)


_asked = False


def _forgive(*streams: Any) -> None:
    """A terminal without Unicode shows a question mark; it does not end the run."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _failure(error: BaseException) -> ScrubjayError:
    """What went wrong, in our own terms."""
    match error:
        case ScrubjayError():
            return error
        case KeyboardInterrupt():
            return Interrupted("interrupted; nothing half-written is left behind")
        case ModuleNotFoundError() if not str(error.name).startswith("scrubjay"):
            # What the pipeline needs beside the engine is an extra.
            library = str(error.name).partition(".")[0]
            return UsageError(f"{library} is missing; run: pip install 'scrubjay[service]'")
        case MemoryError():
            return OutputError("out of memory; try --threads 1, or a machine with more")
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            reason = (error.strerror or type(error).__name__).lower()
            return OutputError(f"{place}{reason}; make room or mend the path, and run it again")
        case _:
            return InternalError(_unexpected(error))


def _unexpected(error: BaseException) -> str:
    """The kind and the place of a fault of ours; never its message, which may quote a claim."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "scrubjay" in frame.filename] or frames
    last = ours[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    return (
        f"internal error, {type(error).__name__} at {place}; please report this line and the "
        "version, never the claims (SCRUBJAY_DEBUG=1 shows where it came from)"
    )


def _say(failure: ScrubjayError, cause: BaseException) -> int:
    if os.environ.get("SCRUBJAY_DEBUG") == "1":
        import traceback

        traceback.print_exception(cause)
    line = " ".join(str(failure).split())
    if failure.further:
        line += f" ({len(failure.further):,} more, see: scrubjay rules check)"
    with contextlib.suppress(OSError):
        sys.stderr.write(f"scrubjay: {line}\n")
        sys.stderr.flush()
    _silence()
    return failure.exit_code


def _silence() -> None:
    """What is still buffered would fail once more when the interpreter closes the stream."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
