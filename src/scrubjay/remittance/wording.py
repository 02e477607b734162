"""The words for the codes of a payment: data, beside the other codes."""

import os

__all__ = ["by_code", "words"]


def words() -> str:
    """As the engine reads them."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "codes", "remittance.words")
    with open(path, encoding="ascii") as file:
        return file.read()


def by_code() -> dict[str, str]:
    """By list and code: ``claim_status 4``."""
    lines = (line.split("#")[0].rpartition(" ") for line in words().splitlines())
    return {known: word for known, _, word in lines if known}
