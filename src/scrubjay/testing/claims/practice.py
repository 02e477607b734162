"""Everybody who takes part in claims of a kind, drawn once, and how their claims follow."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from scrubjay.testing import catalogue
from scrubjay.testing.amounts import amount, cents
from scrubjay.testing.chance import Chance
from scrubjay.testing.days import TODAY, back
from scrubjay.testing.identifiers import npi

__all__ = ["DATES", "DAYS", "Practice", "Row"]

Row = dict[str, Any]

DAYS = 85
"""Services are given on that many days, the last of them three days before the claims are sent."""
DATES = [back(DAYS + 2 - day) for day in range(DAYS + 1)]
_DECIDED = ("procedure_qualifier", "procedure", "modifier_1", "modifier_2", "revenue", "units")
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


class Practice(Chance, ABC):
    """Providers, payers and people; a kind of claim adds what its own claims are of (`_fill`)."""

    billers: ClassVar[Sequence[tuple[str, str]]] = catalogue.BILLERS
    """Name and taxonomy of who bills; those without a name are persons."""

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
        name, taxonomy = self.billers[number % len(self.billers)]
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
        day = self.below(DAYS - 12)
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
            self._fill(claim, provider, day)
            if second:
                self._paid_before(claim, self._payers[at - 1])
            yield claim

    @abstractmethod
    def _fill(self, claim: Row, provider: Row, day: int) -> None:
        """Everything from CLM on."""

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

    def _paid_before(self, claim: Row, payer: Row) -> None:
        """Another payer decided first: each line is paid, written off and left, to the cent."""
        paid_in_all = left_in_all = 0
        for row in claim["lines"]:
            charged = cents(row["charge"])
            paid, off = charged * 3 // 5, charged // 4
            left = charged - paid - off
            paid_in_all += paid
            left_in_all += left
            decided = {name: row[name] for name in _DECIDED if name in row}
            row["adjudications"] = [
                decided
                | {
                    "payer_id": payer["id"],
                    "paid": amount(paid),
                    "date": TODAY,
                    "adjustments": [
                        {"group": "CO", "reason": "45", "amount": amount(off)},
                        {"group": "PR", "reason": "2", "amount": amount(left)},
                    ],
                }
            ]
        claim["other_payers"] = [
            payer
            | {
                "responsibility": "P",
                "relationship": "18",
                "filing_indicator": "CI",
                "paid": amount(paid_in_all),
                "remaining": amount(left_in_all),
                "benefits_assignment": "Y",
                "release": "Y",
                "subscriber_entity": "1",
                "subscriber_last": claim["subscriber"]["last"],
                "subscriber_first": claim["subscriber"]["first"],
                "member_id_qualifier": "MI",
                "member_id": f"OTH{self._number:08d}",
            }
        ]
