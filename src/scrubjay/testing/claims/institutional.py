"""Synthetic institutional claims: stays in a hospital, and what outpatients came for."""

from collections.abc import Iterator

from scrubjay.testing import catalogue
from scrubjay.testing.amounts import amount, cents
from scrubjay.testing.claims.practice import DATES, DAYS, Practice, Row

__all__ = ["synthetic_stays"]

_CODES = len(catalogue.DIAGNOSES)
_PRESENT = ("Y", "Y", "Y", "Y", "N", "U", "W")
_OPERATING_ROOM, _TREATMENT_ROOM = "0360", "0760"
_ROOM = 145_000
"""Cents a day."""


def synthetic_stays(count: int, *, seed: int = 1, lines: tuple[int, int] = (1, 6)) -> Iterator[Row]:
    """`count` claims as the nested dicts that `scrubjay.models.InstitutionalClaim` takes."""
    return Hospital(seed, lines).claims(count)


class Hospital(Practice):
    """Claims of hospitals."""

    billers = catalogue.HOSPITALS

    def _fill(self, claim: Row, provider: Row, day: int) -> None:
        inpatient = self.happens(0.3)
        days = min(1 + self.below(8), day) if inpatient else 0
        begun = day - days
        self._number += 1
        claim |= {
            "id": f"S{self._seed:04d}-{self._number:08d}",
            "facility_type": "11" if inpatient else "13",
            "place_qualifier": "A",
            "frequency": "1",
            "assignment": "A",
            "benefits_assignment": "Y",
            "release": "Y",
            "statement_from": DATES[begun],
            "statement_to": DATES[day],
            "admission_type": self.pick("123"),
            "admission_source": self.pick("1245"),
            "patient_status": "01",
            "medical_record": f"MR{self._number:07d}",
        }
        if inpatient:
            claim["admission_date"] = DATES[begun]
            claim["admission_hour"] = f"{self.below(24):02d}{self.below(60):02d}"
            claim["discharge_hour"] = f"{8 + self.below(12):02d}00"
        if self.happens(0.04):
            claim["frequency"] = self.pick("778")
            claim["original_reference"] = f"ICN{self._number:010d}"
            claim["conditions"] = [{"qualifier": "BG", "code": "D9"}]
        if self.happens(0.1):
            claim["prior_authorization"] = f"AUTH{self.below(900_000) + 100_000}"
        self._physicians(claim, provider)
        self._diagnoses(claim, inpatient=inpatient)
        if inpatient:
            self._stay(claim, begun, days)
        else:
            self._visit(claim, day)

    def _physicians(self, claim: Row, provider: Row) -> None:
        for role, share in (("attending", 1.0), ("operating", 0.15), ("referring", 0.1)):
            if self.happens(share):
                person = self.pick(provider["referring"])
                renamed = {name.replace("referring", role): person[name] for name in person}
                claim |= renamed
        claim["attending_taxonomy"] = self.pick(catalogue.TAXONOMIES)

    def _diagnoses(self, claim: Row, *, inpatient: bool) -> None:
        """Why the patient came, and of a stay, what was there when it began."""
        first, count = self.below(_CODES), 1 + min(self.below(9), self.below(9))
        rows = claim["diagnoses"] = [
            {
                "qualifier": "ABF" if at else "ABK",
                "code": catalogue.DIAGNOSES[(first + 7 * at) % _CODES],
            }
            for at in range(count)
        ]
        if inpatient:
            for row in rows:
                row["present_on_admission"] = self.pick(_PRESENT)
            claim["admitting_qualifier"] = "ABJ"
            claim["admitting_diagnosis"] = rows[0]["code"]
        else:
            claim["visit_reasons"] = [{"qualifier": "APR", "code": rows[0]["code"]}]

    def _stay(self, claim: Row, day: int, days: int) -> None:
        claim["drg"] = f"{1 + self.below(900):03d}"
        claim["value_codes"] = [{"qualifier": "BE", "code": "80", "amount": str(days)}]
        if self.happens(0.4):
            start = self.below(len(catalogue.OPERATIONS))
            claim["procedures"] = [
                {
                    "qualifier": "BBQ" if at else "BBR",
                    "code": catalogue.OPERATIONS[(start + at) % len(catalogue.OPERATIONS)],
                    "date": DATES[day + self.below(days)],
                }
                for at in range(1 + self.below(3))
            ]
            self._operated(claim)
        if self.happens(0.1):
            claim["occurrence_spans"] = [
                {"code": "74", "span_from": DATES[day], "span_to": DATES[day + 1]}
            ]
        rows = [self._line(claim, 1, "0120", _ROOM * days) | {"unit": "DA", "units": str(days)}]
        start = self.below(len(catalogue.STAY))
        for number in range(2, self._count() + 1):
            revenue, price = catalogue.STAY[(start + number) % len(catalogue.STAY)]
            if revenue == _OPERATING_ROOM and "procedures" not in claim:
                revenue = _TREATMENT_ROOM
            rows.append(self._line(claim, number, revenue, price))
        self._add_up(claim, rows)

    @staticmethod
    def _operated(claim: Row) -> None:
        """An operation was done by somebody: who attended, where nobody else did it."""
        if any(row["code"].startswith("0") for row in claim["procedures"]):
            for name in ("last", "first", "npi"):
                claim.setdefault(f"operating_{name}", claim[f"attending_{name}"])

    def _visit(self, claim: Row, day: int) -> None:
        if self.happens(0.2):
            claim["occurrences"] = [
                {"qualifier": "BH", "code": "11", "date": DATES[max(day - 4, 0)]}
            ]
        if self.happens(0.1):
            told = {"qualifier": "BG", "code": self.pick(("17", "18", "67"))}
            claim["conditions"] = [*claim.get("conditions", ()), told]
        rows: list[Row] = []
        start = self.below(len(catalogue.OUTPATIENT))
        for number in range(1, self._count() + 1):
            at = start + number
            revenue, procedure, price = catalogue.OUTPATIENT[at % len(catalogue.OUTPATIENT)]
            on = min(day + at // len(catalogue.OUTPATIENT), DAYS)
            served = {
                "procedure_qualifier": "HC",
                "procedure": procedure,
                "service_from": DATES[on],
            }
            rows.append(self._line(claim, number, revenue, price) | served)
            claim["statement_to"] = max(claim["statement_to"], DATES[on])
        self._add_up(claim, rows)

    def _count(self) -> int:
        least, most = self._lines
        span = most - least + 1
        return least + (self.below(span) + self.below(span)) // 2

    def _line(self, claim: Row, number: int, revenue: str, price: int) -> Row:
        return {
            "number": str(number),
            "revenue": revenue,
            "charge": amount(price + 5 * self.below(200)),
            "unit": "UN",
            "units": "1",
            "control": f"{claim['id']}L{number}",
        }

    @staticmethod
    def _add_up(claim: Row, rows: list[Row]) -> None:
        claim["lines"] = rows
        claim["charge"] = amount(sum(cents(row["charge"]) for row in rows))
