"""What the commands of the pipeline have in common: the home folder, and who asks."""

from __future__ import annotations

import contextlib
import os

from scrubjay.cli.call import Option
from scrubjay.cli.kinds import FOLDER
from scrubjay.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from scrubjay.settings import Settings

__all__ = ["HOME", "actor", "settings", "there", "unwritten", "writing_down"]

HOME = Option(
    name="--home",
    kind=FOLDER,
    help="The pipeline's folder; else SCRUBJAY_DATA, else your own.",
)


def settings(given: dict[str, Any]) -> Settings:
    """The settings of the home folder that a call means."""
    from scrubjay.settings import read
    from scrubjay.store.places import data_folder

    return read(data_folder(given["home"], os.environ), os.environ)


def there(given: dict[str, Any]) -> Settings:
    """The same, of a folder in which a pipeline has worked: a slip in its name makes no other."""
    from scrubjay.store.sqlite.store import STORE_FILE

    tree = settings(given)
    if not os.path.exists(os.path.join(tree.folders.home, STORE_FILE)):
        raise InputError(f"no store in {tree.folders.home}; name the pipeline's folder with --home")
    return tree


def actor() -> str:
    """Who asks, as the audit has it."""
    from getpass import getuser

    try:
        return f"user:{getuser()}"
    except (KeyError, OSError):
        return f"uid:{os.getuid()}"


def unwritten(event: str, detail: dict[str, Any]) -> None:
    """Where there is no audit."""
    del event, detail


@contextlib.contextmanager
def writing_down(given: dict[str, Any]) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Writes what is done to keys into the audit of the home folder, where there is a store.

    It is open before anything is done: a key that cannot be written down is left alone.
    """
    from scrubjay.app import kept
    from scrubjay.store.sqlite.store import STORE_FILE
    from scrubjay.store.states import Kind

    tree = settings(given)
    if not os.path.exists(os.path.join(tree.folders.home, STORE_FILE)):
        yield unwritten
        return
    with kept(tree, actor()) as both:

        def note(event: str, detail: dict[str, Any]) -> None:
            both.store.do(lambda tx: tx.note(event, Kind.KEY, 0, detail))

        yield note
