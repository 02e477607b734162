"""Synthetic dental claims: teeth, their surfaces, and what was done to them."""

from collections.abc import Iterator

from scrubjay.testing import catalogue
from scrubjay.testing.amounts import amount, cents
from scrubjay.testing.claims.practice import DATES, DAYS, Practice, Row

__all__ = ["synthetic_treatments"]

_SURFACES = ("M", "O", "D", "B", "L")
# These are filled on an occlusal surface; front teeth have none.
_FRONT_TEETH = (*range(6, 12), *range(22, 28))
"""Those that no treatment is given to: they may be missing."""
_BACK_TEETH = (*range(1, 6), *range(12, 22), *range(28, 33))
_DIAGNOSES = ("K029", "K0510", "K056", "K0381")


def synthetic_treatments(
    count: int, *, seed: int = 1, lines: tuple[int, int] = (1, 6)
) -> Iterator[Row]:
    """`count` claims as the nested dicts that `scrubjay.models.DentalClaim` takes."""
    return Dentist(seed, lines).claims(count)


class Dentist(Practice):
    """Claims of dentists."""

    billers = catalogue.DENTISTS

    def _fill(self, claim: Row, provider: Row, day: int) -> None:
        self._number += 1
        claim |= {
            "id": f"S{self._seed:04d}-{self._number:08d}",
            "place_of_service": "22" if self.happens(0.03) else "11",
            "place_qualifier": "B",
            "frequency": "1",
            "provider_signature": "Y",
            "assignment": "A",
            "benefits_assignment": "Y",
            "release": "Y",
        }
        claim |= self.pick(provider["rendering"])
        if "rendering_taxonomy" in claim:
            claim["rendering_taxonomy"] = "1223G0001X"
        if self.happens(0.03):
            claim["frequency"] = self.pick("778")
            claim["original_reference"] = f"ICN{self._number:010d}"
        if self.happens(0.05):
            claim["prior_authorization"] = f"AUTH{self.below(900_000) + 100_000}"
        if self.happens(0.3):
            claim["diagnoses"] = [{"qualifier": "ABK", "code": self.pick(_DIAGNOSES)}]
        if self.happens(0.06):
            self._braces(claim, day)
        if self.happens(0.15):
            claim["tooth_statuses"] = [
                {"tooth": str(_FRONT_TEETH[self.below(3) + 3 * at]), "status": self.pick("EM")}
                for at in range(1 + self.below(3))
            ]
        if self.happens(0.05):
            claim["notes"] = [{"type": "ADD", "text": "SYNTHETIC CLAIM FOR TESTING"}]
        self._treatments(claim, day)

    def _braces(self, claim: Row, day: int) -> None:
        months = 12 + self.below(18)
        claim["orthodontic_months"] = str(months)
        claim["orthodontic_months_left"] = str(self.below(months))
        claim["appliance_date"] = DATES[max(day - 3, 0)]

    def _treatments(self, claim: Row, day: int) -> None:
        least, most = self._lines
        span = most - least + 1
        count = least + (self.below(span) + self.below(span)) // 2
        start = self.below(len(catalogue.TREATMENTS))
        rows = claim["lines"] = []
        for number in range(count):
            at = start + number
            code, price, kind = catalogue.TREATMENTS[at % len(catalogue.TREATMENTS)]
            row = {
                "number": str(number + 1),
                "procedure_qualifier": "AD",
                "procedure": code,
                "charge": amount(price + 5 * self.below(200)),
                "units": "1",
                # The same treatment again, when all had their turn, is given on another day.
                "service_from": DATES[(day + at // len(catalogue.TREATMENTS)) % DAYS],
                "control": f"{claim['id']}L{number + 1}",
            }
            rows.append(row | self._where(kind, alone=code == "D2391"))
            if "diagnoses" in claim:
                rows[-1]["pointer_1"] = "1"
        claim["charge"] = amount(sum(cents(row["charge"]) for row in rows))

    def _where(self, kind: str, *, alone: bool) -> Row:
        """In the mouth; on `alone` one surface of a tooth."""
        if kind == "quadrant":
            return {"oral_cavity_1": self.pick(("10", "20", "30", "40"))}
        if kind in {"tooth", "surfaces"}:
            tooth: Row = {"number": str(self.pick(_BACK_TEETH))}
            if kind == "surfaces":
                first = self.below(len(_SURFACES) - 1)
                tooth["surface_1"] = _SURFACES[first]
                if not alone:
                    tooth["surface_2"] = _SURFACES[first + 1]
            return {"teeth": [tooth]}
        return {}
