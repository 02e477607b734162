"""Writes the small shipped tables: places of service, states, countries, teeth and surfaces.

python scripts/codes/small.py

The countries are those of the time zone database (PyPI tzdata, public domain; ISO 3166-1), the
places CMS's (May 2024), the states those of USPS Publication 28 and Canada Post.
"""

from datetime import date
from importlib.resources import files
from pathlib import Path

from scrubjay.codes.file import Entry, write
from scrubjay.rulebook.identity import STATES

TARGET = Path(__file__).parents[2] / "src/scrubjay/codes/shipped"
MADE = date(2026, 11, 26)
PLACES = [f"{place:02}" for place in (*range(1, 28), *range(31, 35), 41, 42, *range(49, 59))]
PLACES += ["60", "61", "62", "65", "66", "71", "72", "81", "99"]
LETTERS = "ABCDEFGHIJKLMNOPQRST"


def countries() -> list[str]:
    """ISO 3166-1 codes of two letters."""
    text = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text()
    return [line.split("\t")[0] for line in text.splitlines() if not line.startswith("#")]


def teeth() -> list[str]:
    """The universal system: permanent and primary teeth, and the supernumerary one beside each."""
    numbers = [str(number) for number in (*range(1, 33), *range(51, 83))]
    return [*numbers, *LETTERS, *(f"{letter}S" for letter in LETTERS)]


TABLES = {
    "pos": (sorted(PLACES), "2024-05", "place of service code set, CMS (public)"),
    "states": (sorted(STATES), "", "USPS Publication 28, appendix B; Canada Post"),
    "countries": (countries(), "", "ISO 3166-1, by way of PyPI tzdata (public domain)"),
    "teeth": (teeth(), "", "universal tooth designation: 1 to 32, 51 to 82, A to T, AS to TS"),
    "surfaces": (list("BDFILMO"), "", "tooth surfaces: the letters of X12 element TOO03"),
}

if __name__ == "__main__":
    for table, (codes, release, source) in TABLES.items():
        header = {"table": table, "release": release, "source": source, "made": str(MADE)}
        widths = {"": max(map(len, codes))}
        print(table, write(TARGET / f"{table}.codes", header, widths, (Entry((c,)) for c in codes)))
