"""Synthetic professional claims: plausible, balanced, clean, and about nobody.

The same seed gives the same claims on every machine and in every run: nothing depends on the
clock or on hashes. All dates lie in the quarter that ends with `REFERENCE_DATE`, so judge such
claims as of a day in the year after it.
"""

from collections.abc import Iterator
from typing import Any

from scrubjay.testing import catalogue
from scrubjay.testing.chance import Chance
from scrubjay.testing.days import TODAY, back
from scrubjay.testing.identifiers import npi

__all__ = ["synthetic_claims"]

Row = dict[str, Any]

_DAYS = 85
"""Services are given on that many days, the last of them three days before the claims are sent."""
_DATES = [back(_DAYS + 2 - day) for day in range(_DAYS + 1)]
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
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


def synthetic_claims(
    count: int, *, seed: int = 1, lines: tuple[int, int] = (1, 6)
) -> Iterator[Row]:
    """`count` claims as the nested dicts that `scrubjay.models.Claim` takes, values as in a file.

    Claims of a provider, and of a subscriber, follow each other and share their dicts.
    """
    return Practice(seed, lines).claims(count)


class Practice(Chance):
    """Everybody who takes part, drawn once; then claims, one after the other."""

    def __init__(self, seed: int, lines: tuple[int, int]) -> None:
        super().__init__(seed)
        self._seed = seed % 10_000
        self._lines = lines
        self._number = 0
        self._member = 0
        self._providers = [self._provider(number) for number in range(24)]
        self._payers = [
            {"name": name, "id_qualifier": "PI", "id": ident} for name, ident, _ in catalogue.PAYERS
        ]
        self._persons = [self._person(number) for number in range(200)]
        self._facilities = [self._facility(number) for number in range(12)]
        self._places = [place for place, share in catalogue.PLACES for _ in range(share)]

    def claims(self, count: int) -> Iterator[Row]:
        """The next `count` claims."""
        pick = self.pick
        provider, left = self._providers[0], 0
        while count > 0:
            if left <= 0:
                provider, left = pick(self._providers), 20 + self.below(40)
            for claim in self._of_subscriber(provider, min(count, 1 + self.below(3))):
                count -= 1
                left -= 1
                yield claim

    # ---- who takes part

    def _address(self, city: tuple[str, ...], *, full: bool) -> Row:
        return {
            "address": f"{1 + self.below(999)} {self.pick(catalogue.STREETS)}",
            "city": city[0],
            "state": city[1],
            "zip": city[2] + (city[3] if full else ""),
        }

    def _person(self, number: int) -> Row:
        sex = "FM"[number % 2]
        return {
            "entity": "1",
            "last": self.pick(catalogue.LAST_NAMES),
            "first": self.pick(catalogue.FIRST_NAMES[sex]),
            "birth_date": self.birthday(1940, 66),
            "sex": sex,
        } | self._address(self.pick(catalogue.CITIES), full=False)

    def _clinician(self, number: int, role: str) -> Row:
        person = {
            "last": self.pick(catalogue.LAST_NAMES),
            "first": self.pick(catalogue.FIRST_NAMES["FM"[number % 2]]),
            "npi": npi(100_000_000 + self.below(900_000) * 100 + number % 100),
        }
        if role == "rendering":
            person |= {"entity": "1", "taxonomy": self.pick(catalogue.TAXONOMIES)}
        return {f"{role}_{name}": value for name, value in person.items()}

    def _facility(self, number: int) -> Row:
        city = catalogue.CITIES[number % len(catalogue.CITIES)]
        named = {"name": f"{city[0]} TEST HOSPITAL", "npi": npi(199_000_000 + number)}
        address = self._address(city, full=True)
        return {f"facility_{name}": value for name, value in (named | address).items()}

    def _provider(self, number: int) -> Row:
        name, taxonomy = catalogue.BILLERS[number % len(catalogue.BILLERS)]
        city = catalogue.CITIES[number % len(catalogue.CITIES)]
        person = self._clinician(number, "referring")
        row: Row = {"taxonomy": taxonomy, "npi": npi(120_000_000 + number)}
        if name:
            row |= {"entity": "2", "name": name.format(city[0])}
        else:
            row |= {
                "entity": "1",
                "name": person["referring_last"],
                "first": person["referring_first"],
            }
        row |= self._address(city, full=True)
        row |= {
            "tax_id_qualifier": "EI",
            "tax_id": f"{12 + number}{3_000_000 + self.below(900_000)}",
            "contact": "TEST BILLING OFFICE",
            "phone": f"{city[4]}5550{100 + number}",
        }
        return {
            "row": row,
            "rendering": [self._clinician(at, "rendering") for at in range(6)] if name else [{}],
            "referring": [self._clinician(at + 50, "referring") for at in range(8)],
            "clia": f"{10 + number}D{1_000_000 + number}",
        }

    # ---- claims

    def _of_subscriber(self, provider: Row, count: int) -> Iterator[Row]:
        self._member += 1
        person = self.pick(self._persons)
        at = self.below(len(self._payers))
        indicator = catalogue.PAYERS[at][2]
        second = indicator != "MB" and self.happens(0.12)
        subscriber = person | {
            "responsibility": "S" if second else "P",
            "relationship": "18",
            "member_id_qualifier": "MI",
            "member_id": self._member_id(indicator),
            "filing_indicator": indicator,
        }
        if indicator in {"CI", "BL"}:
            subscriber["group_number"] = f"GRP{self.below(9000) + 1000}"
        patient = None
        if indicator not in {"MB", "MC"} and self.happens(0.35):
            patient = self._dependent(subscriber)
        day = self.below(_DAYS - 12)
        for _ in range(count):
            # Claims of one patient are of different days: they are no duplicates.
            day += 1 + self.below(4)
            claim: Row = {
                "provider": provider["row"],
                "subscriber": subscriber,
                "payer": self._payers[at],
            }
            if patient is not None:
                claim["patient"] = patient
            self._header(claim, provider, day)
            self._services(claim, provider, day)
            if second:
                self._paid_before(claim, self._payers[at - 1])
            yield claim

    def _member_id(self, indicator: str) -> str:
        number = self._member
        if indicator == "MB":
            # The form of a Medicare number, such as 1EG4TE5MK73.
            a, b, c, d = (_LETTERS[number // 20**power % 20] for power in range(4))
            three, six = number // 160_000 % 10, number // 1_600_000 % 10
            return f"1{a}{a}{three}{b}{b}{six}{c}{d}{number % 100:02d}"
        return f"SYN{self._seed:04d}{number:08d}"

    def _dependent(self, subscriber: Row) -> Row:
        """The patient, where it is not the subscriber, of whom less is told then."""
        sex = self.pick("FM")
        patient = {
            "relationship": "19" if self.happens(0.7) else "01",
            "entity": "1",
            "last": subscriber["last"],
            "first": self.pick(catalogue.FIRST_NAMES[sex]),
            "birth_date": self.birthday(2006, 19),
            "sex": sex,
        }
        if patient["relationship"] == "01":
            patient["birth_date"] = self.birthday(1960, 40)
        for name in ("address", "city", "state", "zip"):
            patient[name] = subscriber.pop(name)
        for name in ("relationship", "birth_date", "sex"):
            del subscriber[name]
        return patient

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
            claim["admission_date"] = _DATES[max(day - 2, 0)]
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
        """What is particular about some claims in a hundred."""
        if odd in range(4):
            claim["frequency"] = "7" if odd else "8"
            claim["original_reference"] = f"ICN{self._number:010d}"
        elif odd in range(4, 8):
            claim["accident_date"] = claim["onset_date"] = _DATES[max(day - 3, 0)]
            claim["related_cause_1"] = "AA" if odd % 2 else "OA"
            if odd % 2:
                claim["accident_state"] = state
        elif odd in range(8, 16):
            claim["onset_date"] = _DATES[max(day - 5, 0)]

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
            on = (day + at // len(_SERVICES)) % _DAYS
            cents += 5 * below(200)
            cents *= self._particulars(row, kind, claim["place_of_service"], on)
            row["number"] = str(number + 1)
            row["service_from"] = _DATES[on]
            row["control"] = f"{claim['id']}L{number + 1}"
            row["charge"] = _dollars(cents)
            row["pointer_1"] = str(1 + number % diagnoses)
            if diagnoses > 1 and below(5) in {0, 1}:
                row["pointer_2"] = str(1 + (number + 1) % diagnoses)
            total += cents
            kinds.add(kind)
            rows.append(row)
        claim["charge"] = _dollars(total)
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
            row["service_to"] = _DATES[on + 1]
        return units

    def _paid_before(self, claim: Row, payer: Row) -> None:
        """Another payer decided first: each line is paid, written off and left, to the cent."""
        paid_in_all = left_in_all = 0
        for row in claim["lines"]:
            cents = round(float(row["charge"]) * 100)
            paid, off = cents * 3 // 5, cents // 4
            left = cents - paid - off
            paid_in_all += paid
            left_in_all += left
            decided = {name: row[name] for name in ("procedure_qualifier", "procedure", "units")}
            decided["modifier_1"] = row.get("modifier_1")
            decided["modifier_2"] = row.get("modifier_2")
            row["adjudications"] = [
                decided
                | {
                    "payer_id": payer["id"],
                    "paid": _dollars(paid),
                    "date": TODAY,
                    "adjustments": [
                        {"group": "CO", "reason": "45", "amount": _dollars(off)},
                        {"group": "PR", "reason": "2", "amount": _dollars(left)},
                    ],
                }
            ]
        claim["other_payers"] = [
            payer
            | {
                "responsibility": "P",
                "relationship": "18",
                "filing_indicator": "CI",
                "paid": _dollars(paid_in_all),
                "remaining": _dollars(left_in_all),
                "benefits_assignment": "Y",
                "release": "Y",
                "subscriber_entity": "1",
                "subscriber_last": claim["subscriber"]["last"],
                "subscriber_first": claim["subscriber"]["first"],
                "member_id_qualifier": "MI",
                "member_id": f"OTH{self._number:08d}",
            }
        ]


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
