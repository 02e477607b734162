"""What a payer decides about synthetic claims, as the loops 2100 and 2110 of an 835.

Each charge is paid, written off, left to the patient or denied, to the cent: lines add up to their
claims, and a set's total to its claims. The claims are those of the 837P with the same seed, so
CLP01 is a CLM01 of it, and REF*6R one of its lines.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from scrubjay.testing import catalogue
from scrubjay.testing.amounts import amount, cents
from scrubjay.testing.chance import Chance
from scrubjay.testing.days import back
from scrubjay.testing.remittance.decisions import Decision, reasons

__all__ = ["Payer", "Payment"]

Row = dict[str, Any]

_DENIALS = (("16", "N290"), ("29", ""), ("50", "N115"), ("97", "M15"), ("197", "M62"), ("18", ""))
# An 835 has other words than an 837 for some kinds of insurance.
_FILING = {"CI": "15", "BL": "12"}
_RECEIVED = f"DTM*050*{back(1)}~\n"


class Payment(NamedTuple):
    """Claims that were decided together (a reversal and its correction), and what they come to."""

    text: str
    paid: int


class Payer(Chance):
    """Decides claims, one after the other."""

    def decide(self, claims: Iterator[Row]) -> Iterator[Payment]:
        """A payment for each claim."""
        for claim in claims:
            roll = self.below(100)
            if roll in range(3):
                yield self._again(claim)
            elif "other_payers" in claim:
                yield self._told(claim, "2", [self._second(row) for row in claim["lines"]])
            elif roll in range(3, 10):
                yield self._told(claim, "4", [self._denied(row) for row in claim["lines"]])
            else:
                status = "19" if roll in range(10, 14) else "1"
                yield self._told(claim, status, [self._first(row) for row in claim["lines"]])

    # ---- what is decided about a line

    def _first(self, row: Row) -> Decision:
        """Paid at the contract's price, less what the patient bears."""
        charged = cents(row["charge"])
        off = charged * (10 + self.below(30)) // 100
        shared = (charged - off) // 5
        borne = min(charged - off - shared, 2000) if self.happens(0.15) else 0
        adjusted = [("CO", "45", off)]
        if borne:
            adjusted.append(("PR", "1", borne))
        if shared:
            adjusted.append(("PR", "2", shared))
        return Decision(charged, charged - off - shared - borne, tuple(adjusted))

    def _second(self, row: Row) -> Decision:
        """Paid from what the first payer left."""
        charged, (before,) = cents(row["charge"]), row["adjudications"]
        left = cents(before["adjustments"][-1]["amount"])
        shared = left // 5
        adjusted = [("OA", "23", charged - left)]
        if shared:
            adjusted.append(("PR", "2", shared))
        return Decision(charged, left - shared, tuple(adjusted))

    def _denied(self, row: Row) -> Decision:
        charged = cents(row["charge"])
        reason, remark = self.pick(_DENIALS)
        return Decision(charged, 0, (("CO", reason, charged),), remark)

    # ---- how it is told

    def _again(self, claim: Row) -> Payment:
        """An earlier payment is taken back, and the claim decided anew."""
        before = [self._first(row) for row in claim["lines"]]
        taken = self._told(claim, "22", [decision.reversed() for decision in before])
        anew = self._told(claim, "1", [self._first(row) for row in claim["lines"]])
        return Payment(taken.text + anew.text, taken.paid + anew.paid)

    def _told(self, claim: Row, status: str, decisions: list[Decision]) -> Payment:
        inpatient = claim["place_of_service"] == "21" and self.happens(0.5)
        whole = Decision(
            sum(decision.charged for decision in decisions),
            sum(decision.paid for decision in decisions),
            _together(decisions) if inpatient else (),
        )
        left = sum(decision.left for decision in decisions)
        text = (
            f"CLP*{claim['id']}*{status}*{amount(whole.charged)}*{amount(whole.paid)}"
            f"*{amount(left) if left else ''}*{self._insurance(claim)}*PCN{claim['id'][1:]}"
            f"*{claim['place_of_service']}*{claim['frequency']}~\n"
            f"{reasons(whole)}{self._parties(claim, status)}"
            f"{self._circumstances(claim, whole, inpatient=inpatient)}"
        )
        if not inpatient:
            text += "".join(map(self._line, claim["lines"], decisions))
        return Payment(text, whole.paid)

    @staticmethod
    def _insurance(claim: Row) -> str:
        indicator: str = claim["subscriber"]["filing_indicator"]
        return _FILING.get(indicator, indicator)

    def _parties(self, claim: Row, status: str) -> str:
        """Who was treated, who is insured, by whom, and who decides next."""
        insured = claim["subscriber"]
        patient: Row = claim.get("patient") or insured
        member = insured["member_id"]
        text = f"NM1*QC*1*{patient['last']}*{patient['first']}****MI*{member}~\n"
        if patient is not insured:
            text += f"NM1*IL*1*{insured['last']}*{insured['first']}****MI*{member}~\n"
        if self.happens(0.02):
            text += f"NM1*74*1*{self.pick(catalogue.LAST_NAMES)}~\n"
        if "rendering_npi" in claim:
            name = f"{claim['rendering_last']}*{claim['rendering_first']}"
            text += f"NM1*82*1*{name}****XX*{claim['rendering_npi']}~\n"
        if status == "19":
            name, ident, _ = self.pick(catalogue.PAYERS)
            text += f"NM1*TT*2*{name}*****PI*{ident}~\n"
        return text

    def _circumstances(self, claim: Row, whole: Decision, *, inpatient: bool) -> str:
        """What else is said of a claim: remarks, references, days and sums."""
        days = 1 + self.below(9) if inpatient else 0
        text = ""
        if inpatient:
            text += f"MIA*{days}***{amount(abs(whole.paid))}*MA01~\n"
        elif claim["subscriber"]["filing_indicator"] == "MB":
            text += "MOA***MA01~\n"
        if "group_number" in claim["subscriber"]:
            text += f"REF*1L*{claim['subscriber']['group_number']}~\n"
        if "medical_record" in claim:
            text += f"REF*EA*{claim['medical_record']}~\n"
        if "original_reference" in claim:
            text += f"REF*F8*{claim['original_reference']}~\n"
        if inpatient:
            first = claim["lines"][0]["service_from"]
            text += f"DTM*232*{first}~\nDTM*233*{first}~\n"
        text += _RECEIVED
        if self.happens(0.03):
            text += "PER*CX*TEST CLAIM DESK*TE*2125550111~\n"
        text += f"AMT*AU*{amount(whole.charged)}~\n"
        if "patient_paid" in claim:
            text += f"AMT*F5*{claim['patient_paid']}~\n"
        return text + (f"QTY*CA*{days}~\n" if inpatient else "")

    def _line(self, row: Row, decision: Decision) -> str:
        procedure = f"{row['procedure_qualifier']}:{row['procedure']}"
        for name in ("modifier_1", "modifier_2"):
            if row.get(name):
                procedure += f":{row[name]}"
        text = (
            f"SVC*{procedure}*{amount(decision.charged)}*{amount(decision.paid)}**{row['units']}~\n"
        )
        if row.get("service_to"):
            text += f"DTM*150*{row['service_from']}~\nDTM*151*{row['service_to']}~\n"
        else:
            text += f"DTM*472*{row['service_from']}~\n"
        text += f"{reasons(decision)}REF*6R*{row['control']}~\n"
        if decision.paid:
            text += f"AMT*B6*{amount(decision.allowed)}~\n"
        return text + (f"LQ*HE*{decision.remark}~\n" if decision.remark else "")


def _together(decisions: list[Decision]) -> tuple[tuple[str, str, int], ...]:
    """The adjustments of all lines, one a group and reason, those of a group in a row."""
    sums: dict[tuple[str, str], int] = {}
    for decision in decisions:
        for group, reason, part in decision.adjusted:
            sums[group, reason] = sums.get((group, reason), 0) + part
    return tuple((*why, part) for why, part in sorted(sums.items()))
