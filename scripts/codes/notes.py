"""Writes the shipped table of ICD-10-CM's notes and sides from the package simple-icd-10-cm.

python scripts/codes/notes.py icd10c-tabular-April-1-2026.xml    # out of the package's data folder

The tabular list is a work of the United States government (NCHS and CMS), which the package (MIT)
has as it was published. Nothing of the package's code is used. Whoever has the list of another
year adds it with `scrubjay codes add`, which reads it by the same layout.
"""

import sys
from datetime import date
from pathlib import Path

from scrubjay.codes.adding import add

TARGET = Path(__file__).parents[2] / "src/scrubjay/codes/shipped"
SOURCE = (
    "ICD-10-CM tabular list, NCHS and CMS (a work of the United States government), by way of "
    "PyPI simple-icd-10-cm 1.5.0"
)

if __name__ == "__main__":
    print(
        add(
            sys.argv[1:],
            release="FY2026, April 2026",
            source=SOURCE,
            folder=str(TARGET),
            made=date(2026, 11, 26),
        )
    )
