"""What the commands of the pipeline have in common: the home folder, and who asks."""

from __future__ import annotations

import os

from scrubjay.cli.call import Option
from scrubjay.cli.kinds import FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from scrubjay.settings import Settings

__all__ = ["HOME", "settings"]

HOME = Option(
    name="--home",
    kind=FOLDER,
    metavar="FOLDER",
    help="The pipeline's folder; else SCRUBJAY_DATA, else your own.",
)


def settings(given: dict[str, Any]) -> Settings:
    """The settings of the home folder that a call means."""
    from scrubjay.settings import read
    from scrubjay.store.places import data_folder

    return read(data_folder(given["home"], os.environ), os.environ)
