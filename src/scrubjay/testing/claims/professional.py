"""Synthetic professional claims: plausible, balanced, clean, and about nobody.

The same seed gives the same claims on every machine and in every run: nothing depends on the
clock or on hashes. All dates lie in the quarter that ends with `REFERENCE_DATE`, so judge such
claims as of a day in the year after it.
"""

from collections.abc import Iterator

from scrubjay.testing import catalogue
from scrubjay.testing.amounts import amount
from scrubjay.testing.claims.practice import DATES, DAYS, Practice, Row

__all__ = ["synthetic_claims"]

_PRINCIPAL = [{"qualifier": "ABK", "code": code} for code in catalogue.DIAGNOSES]
_FURTHER = [{"qualifier": "ABF", "code": code} for code in catalogue.DIAGNOSES]
_DRUG = {"drug_qualifier": "N4", "drug_unit": "ML"}
_SERVICES: list[tuple[Row, int, str]] = [
    (
        {"procedure_qualifier": "HC", "procedure": code, "unit": "UN", "units": "1"}
        | (_DRUG if kind == "drug" else {}),
        cents,
        kind,
    )
    for code, cents, kind in catalogue.PROCEDURES
]
_VISITS = frozenset(code for code, _, kind in catalogue.PROCEDURES if kind == "visit")
_ENOUGH_TO_ASK_FOR = 4000


def synthetic_claims(
    count: int, *, seed: int = 1, lines: tuple[int, int] = (1, 6)
) -> Iterator[Row]:
    """`count` claims as the nested dicts that `scrubjay.models.Claim` takes, values as in a file.

    Claims of a provider, and of a subscriber, follow each other and share their dicts.
    """
    return Professional(seed, lines).claims(count)


def _side(row: Row, diagnoses: list[Row]) -> str:
    """The side of a line: that of the diagnoses that it points at, where they have one."""
    pointers = (row.get("pointer_1"), row.get("pointer_2"))
    codes = {diagnoses[int(pointer) - 1]["code"] for pointer in pointers if pointer}
    right, left = codes & catalogue.RIGHT, codes & catalogue.LEFT
    own: str = row["modifier_1"]
    return own if bool(right) == bool(left) else "RT" if right else "LT"


class Professional(Practice):
    """Claims of physicians and clinics."""

    def __init__(self, seed: int, lines: tuple[int, int]) -> None:
        super().__init__(seed, lines)
        self._places = [place for place, share in catalogue.PLACES for _ in range(share)]

    def _fill(self, claim: Row, provider: Row, day: int) -> None:
        self._header(claim, provider, day)
        self._services(claim, provider, day)

    def _header(self, claim: Row, provider: Row, day: int) -> None:
        self._number += 1
        place = self.pick(self._places)
        claim |= {
            "id": f"S{self._seed:04d}-{self._number:08d}",
            "place_of_service": place,
            "place_qualifier": "B",
            "frequency": "1",
            "provider_signature": "Y",
            "assignment": "A",
            "benefits_assignment": "Y",
            "release": "Y",
        }
        claim |= self.pick(provider["rendering"])
        if place in {"21", "22", "23"}:
            claim |= self.pick(self._facilities)
        if place == "21":
            claim["admission_date"] = DATES[max(day - 2, 0)]
        self._circumstances(claim, self.below(100), day, provider["row"]["state"])
        if self.happens(0.25):
            claim |= self.pick(provider["referring"])
        if self.happens(0.06):
            claim["prior_authorization"] = f"AUTH{self.below(900_000) + 100_000}"
        if self.happens(0.2):
            claim["medical_record"] = f"MR{self._number:07d}"
        if self.happens(0.02):
            claim |= {"note_type": "ADD", "note": "SYNTHETIC CLAIM FOR TESTING"}

    def _circumstances(self, claim: Row, odd: int, day: int, state: str) -> None:
        """What is particular about some claims in a hundred; Medicare takes originals only."""
        if odd in range(4) and claim["subscriber"]["filing_indicator"] != "MB":
            claim["frequency"] = "7" if odd else "8"
            claim["original_reference"] = f"ICN{self._number:010d}"
        elif odd in range(4, 8):
            claim["accident_date"] = claim["onset_date"] = DATES[max(day - 3, 0)]
            claim["related_cause_1"] = "AA" if odd % 2 else "OA"
            if odd % 2:
                claim["accident_state"] = state
        elif odd in range(8, 16):
            claim["onset_date"] = DATES[max(day - 5, 0)]

    def _services(self, claim: Row, provider: Row, day: int) -> None:
        below = self.below
        least, most = self._lines
        span = most - least + 1
        count = least + (below(span) + below(span)) // 2
        # Seven has no factor in common with how many there are: no code comes twice.
        first, diagnoses = below(len(_PRINCIPAL)), 1 + min(below(6), below(6))
        claim["diagnoses"] = [_PRINCIPAL[first]] + [
            _FURTHER[(first + 7 * at) % len(_FURTHER)] for at in range(1, diagnoses)
        ]
        start = below(len(_SERVICES))
        total, kinds = 0, set()
        rows = claim["lines"] = []
        for number in range(count):
            at = start + 7 * number
            template, cents, kind = _SERVICES[at % len(_SERVICES)]
            row = template.copy()
            # The same procedure again, when all had their turn, is given on another day.
            on = (day + at // len(_SERVICES)) % DAYS
            cents += 5 * below(200)
            cents *= self._particulars(row, kind, claim["place_of_service"], on)
            row["number"] = str(number + 1)
            row["service_from"] = DATES[on]
            row["control"] = f"{claim['id']}L{number + 1}"
            row["charge"] = amount(cents)
            row["pointer_1"] = str(1 + number % diagnoses)
            if diagnoses > 1 and below(5) in {0, 1}:
                row["pointer_2"] = str(1 + (number + 1) % diagnoses)
            if kind == "side":
                row["modifier_1"] = _side(row, claim["diagnoses"])
            total += cents
            kinds.add(kind)
            rows.append(row)
        claim["charge"] = amount(total)
        if "laboratory" in kinds:
            claim["clia"] = provider["clia"]
        if "visit" in kinds and kinds - {"visit", "laboratory"}:
            for row in rows:
                if row["procedure"] in _VISITS:
                    row["modifier_2"] = row.get("modifier_1")
                    row["modifier_1"] = "25"
        if total > _ENOUGH_TO_ASK_FOR and self.happens(0.1):
            claim["patient_paid"] = "20"

    def _particulars(self, row: Row, kind: str, place: str, on: int) -> int:
        """What this kind of service needs beside its code; how many units were given."""
        units = 1
        if kind == "drug":
            units = 1 + self.below(4)
            row["ndc"] = f"99999{self.below(9_000) + 1000}{10 + self.below(90)}"
            row["drug_quantity"] = row["units"] = str(units)
        elif kind == "side":
            row["modifier_1"] = "LT" if on % 2 else "RT"
        elif kind == "image" and place != "11":
            row["modifier_1"] = "26"
        elif kind == "visit" and place == "10":
            row["modifier_1"] = "95"
        if place == "21" and self.happens(0.3):
            row["service_to"] = DATES[on + 1]
        return units
