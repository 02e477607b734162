"""Partners' overlays: where their texts are found."""

from __future__ import annotations

import json
import os

from scrubjay import _native
from scrubjay.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    AnyPath = str | os.PathLike[str]

__all__ = ["ENDING", "overlays", "text_of"]

ENDING = ".overlay"


def overlays(partners: Iterable[AnyPath]) -> Iterator[tuple[str, str]]:
    """The overlays of some partners, each as the name that messages call it by, and its text.

    A partner is a folder of ``.overlay`` files, one such file, or one of the examples that come
    along (``example-health-plan``). In the order given, files by name.
    """
    for given in partners:
        partner = os.fspath(given)
        if os.path.isdir(partner):
            names = sorted(name for name in os.listdir(partner) if name.endswith(ENDING))
            if not names:
                raise UsageError(
                    f"{partner}: no file in it ends with {ENDING}; name the folder that has them"
                )
            for name in names:
                path = os.path.join(partner, name)
                yield path, text_of(path)
        elif partner.endswith(ENDING):
            yield partner, text_of(partner)
        else:
            yield from _example(partner)


def text_of(path: str) -> str:
    """The text of an overlay: a file, or ``PARTNER/NAME.overlay`` of an example."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        for name, text in _examples():
            if name == path:
                return text
        raise InputError(f"{path}: no such file; name an overlay that is there") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: no UTF-8; an overlay is plain text") from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(f"{path}: {reason}; name an overlay that can be read") from None


def _examples() -> Iterator[tuple[str, str]]:
    for partner, file, text in json.loads(_native.partners()):
        yield f"{partner}/{file}", text


def _example(partner: str) -> Iterator[tuple[str, str]]:
    found = [each for each in _examples() if each[0].startswith(f"{partner}/")]
    if not found and os.path.exists(partner):
        raise UsageError(f"{partner}: no overlay; name a file that ends with {ENDING}, or a folder")
    if not found:
        known = ", ".join(sorted({name.partition("/")[0] for name, _ in _examples()}))
        raise UsageError(f"{partner}: no such folder, and no example either; those are {known}")
    yield from found
