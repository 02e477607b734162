"""Claims that the shipped rules are tried on: for each rule some that it must hit, and some not.

A case is what is changed in a clean claim: ``{"lines.0.charge": 0}``; None takes a value away, and
the index behind the last adds a row. All people are invented. In tests, `python -m
rulebook.examples` writes them with the program as JSON for the tests of the native half.
"""

import copy
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from rulebook.clean_claims import CLEAN, CLEANS, PATIENT
from rulebook.further_claims import EXAMPLES as FURTHER
from rulebook.history_claims import EXAMPLES as OF_HISTORY
from rulebook.history_claims import TABLES as HISTORY
from rulebook.other_claims import EXAMPLES as OF_THEIR_OWN
from rulebook.other_claims import OF_OTHERS
from rulebook.payer_claims import EXAMPLES as OF_PAYERS
from rulebook.payer_claims import TABLES as LISTS
from rulebook.table_claims import EXAMPLES as OF_CODES
from rulebook.table_claims import TABLES as OF_ALL
from scrubjay.rulebook import shipped
from scrubjay.rules import Rule, RuleSet
from scrubjay.rules.rows import TABLES, Above, Below, Field

TARGET = Path(__file__).parents[2] / "crates/x12/tests/data/rulebook.json"
AS_OF = "2026-03-02"
EPOCH = dt.date(1970, 1, 1)

Case = dict[str, Any]
LINE = CLEAN["lines"][0]
OTHER = {"responsibility": "S", "name": "SECOND HEALTH", "id": "88888"}

EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    # identity
    "INVALID_NPI": (
        [{"provider.npi": "1234567890"}, {"provider.npi": "9234567893"}, {"provider.npi": "12345"}],
        [{}, {"provider.npi": None}],
    ),
    "INVALID_RENDERING_NPI": ([{"rendering_npi": "1457382900"}], [{}, {"rendering_npi": None}]),
    "INVALID_REFERRING_NPI": ([{"referring_npi": "1"}], [{"referring_npi": "1234567893"}]),
    "INVALID_FACILITY_NPI": ([{"facility_npi": "1234567891"}], [{"facility_npi": "1234567893"}]),
    "INVALID_SUPERVISING_NPI": ([{"supervising_npi": "ABC"}], [{"supervising_npi": "1234567893"}]),
    "INVALID_LINE_RENDERING_NPI": (
        [{"lines.1.rendering_npi": "1234567899"}],
        [{}, {"lines.1.rendering_npi": "1234567893"}],
    ),
    "INVALID_ORDERING_NPI": (
        [{"lines.0.ordering_npi": "0000000000"}],
        [{"lines.0.ordering_npi": "1234567893"}],
    ),
    "MISSING_BILLING_NPI": (
        [{"provider.npi": None}],
        [{}, {"provider.npi": None, "payer.provider_id": "TAXI77"}],
    ),
    "RENDERING_EQUALS_BILLING": ([{"rendering_npi": "1234567893"}], [{}, {"rendering_npi": None}]),
    "INVALID_TAX_ID": (
        [{"provider.tax_id": "37-1234567"}, {"provider.tax_id": "000000000"}],
        [{}, {"provider.tax_id": None}, {"provider.tax_id": "999999999"}],
    ),
    "TAX_ID_FILLER": (
        [{"provider.tax_id": "999999999"}, {"provider.tax_id": "222222222"}],
        [{}, {"provider.tax_id": "37-1234567"}, {"provider.tax_id": None}],
    ),
    "BILLING_ADDRESS_PO_BOX": (
        [
            {"provider.address": "PO BOX 12"},
            {"provider.address": "P.O. Box 12"},
            {"provider.address2": "LOCK BOX 9"},
            {"provider.address": "SUITE 4 P O BOX 3"},
        ],
        [{}, {"provider.address": "4 BOXWOOD LANE"}, {"provider.address": "POBOXER STREET 3"}],
    ),
    "BILLING_ZIP_NOT_9": (
        [{"provider.zip": "62701"}, {"provider.zip": "62701-0001"}],
        [{}, {"provider.zip": "K1A 0B1", "provider.country": "CA"}],
    ),
    "FACILITY_ZIP_NOT_9": ([{"facility_zip": "62701"}], [{}, {"facility_zip": "627010001"}]),
    "INVALID_STATE_CODE": (
        [{"provider.state": "XX"}, {"provider.state": "ZZ", "provider.country": "US"}],
        [
            {},
            {"provider.state": "ON", "provider.country": "CA"},
            {"provider.state": "XX", "provider.country": "MX"},
        ],
    ),
    "ORG_HAS_PERSON_NAME": (
        [{"provider.first": "KIM"}, {"provider.suffix": "JR"}],
        [{}, {"provider.first": "KIM", "provider.entity": "1"}],
    ),
    "INVALID_TAXONOMY": ([{"provider.taxonomy": "207Q00000"}], [{}, {"provider.taxonomy": None}]),
    "INVALID_RENDERING_TAXONOMY": (
        [{"rendering_taxonomy": "207q00000x"}],
        [{}, {"rendering_taxonomy": "207R00000X"}],
    ),
    "INVALID_CLIA": ([{"clia": "1234567890"}], [{}, {"clia": "14D0000001"}]),
    # members
    "MISSING_MEMBER_ID": (
        [{"subscriber.member_id": None}],
        [
            {},
            {"subscriber.member_id": None, "subscriber.entity": "2"},
            {"subscriber.member_id": None, "subscriber.casualty_claim": "PC1"},
        ],
    ),
    "MISSING_SUBSCRIBER_NAME": (
        [{"subscriber.first": None}],
        [{}, {"subscriber.first": None, "subscriber.entity": "2"}],
    ),
    "MISSING_PATIENT_DOB": (
        [{"subscriber.birth_date": None, "subscriber.sex": None}],
        [{}, {"subscriber.birth_date": None}],
    ),
    "MISSING_PATIENT_ADDRESS": (
        [{"subscriber.address": None}],
        [{}, {"subscriber.address": None, "subscriber.relationship": None, "patient": PATIENT}],
    ),
    "MISSING_FILING_INDICATOR": ([{"subscriber.filing_indicator": None}], [{}]),
    "INVALID_SUBSCRIBER_STATE": ([{"subscriber.state": "QQ"}], [{}, {"subscriber.state": None}]),
    "INVALID_DOB": (
        [
            {"subscriber.birth_date": "2026-04-01"},
            {"subscriber.birth_date": "1876-03-01"},
            {"subscriber.relationship": None, "patient": PATIENT | {"birth_date": "2027-01-01"}},
        ],
        [{}, {"subscriber.birth_date": "1876-03-03"}, {"subscriber.birth_date": None}],
    ),
    "DOB_AFTER_SERVICE": (
        [{"subscriber.birth_date": "2026-02-11"}],
        [{}, {"subscriber.birth_date": "2026-02-10"}],
    ),
    "SERVICE_AFTER_DEATH": (
        [
            {"subscriber.death_date": "2026-02-09"},
            {"subscriber.relationship": None, "patient": PATIENT | {"death_date": "2026-01-01"}},
        ],
        [
            {},
            {"subscriber.death_date": "2026-02-10"},
            {
                "subscriber.relationship": None,
                "patient": PATIENT,
                "subscriber.death_date": "2020-01-01",
            },
        ],
    ),
    "PATIENT_LOOP_CONFLICT": (
        [{"patient": PATIENT}, {"subscriber.relationship": None}],
        [{}, {"patient": PATIENT, "subscriber.relationship": None}],
    ),
    # diagnoses
    "INVALID_ICD10_FORMAT": (
        [{"diagnoses.1.code": "I1"}, {"diagnoses.0.code": "E11.9"}, {"diagnoses.0.code": "e119"}],
        [
            {},
            {"diagnoses.0.code": "M1A0110"},
            {"diagnoses.0.code": "4019", "diagnoses.0.qualifier": "BK"},
        ],
    ),
    "DUPLICATE_DIAGNOSIS": (
        [{"diagnoses.1.code": "E119"}, {"diagnoses.2": {"qualifier": "ABF", "code": "I10"}}],
        [{}],
    ),
    "EXTERNAL_CAUSE_PRINCIPAL": (
        [{"diagnoses.0.code": "W19XXXA"}],
        [{}, {"diagnoses.1.code": "W19XXXA"}],
    ),
    "SEQUELA_PRINCIPAL": ([{"diagnoses.0.code": "S72001S"}], [{}, {"diagnoses.1.code": "S72001S"}]),
    "ICD9_AFTER_TRANSITION": (
        [{"diagnoses.0.qualifier": "BK", "diagnoses.0.code": "25000"}],
        [
            {},
            {
                "diagnoses": [{"qualifier": "BK", "code": "25000"}],
                "lines.0.service_from": "2015-09-30",
                "lines.1.service_from": "2015-09-30",
            },
        ],
    ),
    "ICD10_BEFORE_TRANSITION": (
        [{"lines.0.service_from": "2015-09-30", "lines.1.service_from": "2015-09-01"}],
        [{}, {"lines.0.service_from": "2015-09-30"}],
    ),
    "MIXED_ICD_VERSIONS": ([{"diagnoses.1.qualifier": "BF", "diagnoses.1.code": "4019"}], [{}]),
    "INVALID_DX_POINTER": (
        [{"lines.0.pointer_2": 3}, {"lines.1.pointer_4": 12}],
        [{}, {"lines.0.pointer_2": 13}, {"lines.0.pointer_1": None}, {"diagnoses": []}],
    ),
    "DUPLICATE_DX_POINTER": ([{"lines.0.pointer_2": 1}, {"lines.0.pointer_4": 2}], [{}]),
    # procedures
    "INVALID_PROCEDURE_FORMAT": (
        [
            {"lines.0.procedure": "9921"},
            {"lines.0.procedure": "AB123"},
            {"lines.0.procedure": "j1100"},
        ],
        [
            {},
            {"lines.0.procedure": "J1100"},
            {"lines.0.procedure": "0001U"},
            {"lines.0.procedure": "ABCDE", "lines.0.procedure_qualifier": "WK"},
        ],
    ),
    "INVALID_MODIFIER": (
        [{"lines.0.modifier_1": "lt"}, {"lines.1.modifier_1": "25", "lines.1.modifier_2": "5-"}],
        [{}, {"lines.0.modifier_1": "25"}, {"lines.0.modifier_1": "L"}],
    ),
    "DUPLICATE_MODIFIER": (
        [
            {"lines.0.modifier_1": "25", "lines.0.modifier_2": "25"},
            {"lines.0.modifier_1": "25", "lines.0.modifier_2": "59", "lines.0.modifier_3": "59"},
        ],
        [{}, {"lines.0.modifier_1": "25", "lines.0.modifier_2": "59"}],
    ),
    "MODIFIER_CONFLICT": (
        [
            {"lines.0.modifier_1": "LT", "lines.0.modifier_2": "RT"},
            {"lines.0.modifier_1": "26", "lines.0.modifier_2": "TC"},
            {"lines.0.modifier_1": "50", "lines.0.modifier_3": "RT"},
            {"lines.0.modifier_1": "XS", "lines.0.modifier_2": "59"},
        ],
        [{}, {"lines.0.modifier_1": "LT", "lines.1.modifier_1": "RT"}],
    ),
    "BILATERAL_UNITS": (
        [{"lines.0.modifier_1": "50", "lines.0.units": 2}],
        [{}, {"lines.0.modifier_1": "50"}, {"lines.0.units": 2}],
    ),
    "TELEHEALTH_MODIFIER_POS": (
        [
            {"lines.0.modifier_1": "95"},
            {"lines.0.modifier_1": "93", "lines.0.place_of_service": "22"},
            {"lines.0.modifier_1": "25", "lines.0.modifier_2": "95"},
        ],
        [
            {},
            {"lines.0.modifier_1": "95", "place_of_service": "10"},
            {"lines.0.modifier_1": "95", "lines.0.place_of_service": "02"},
            {"lines.0.modifier_1": "95", "lines.0.place_of_service": "22"},
            {"lines.0.modifier_1": "GP", "lines.0.modifier_2": "95"},
            {"lines.0.modifier_1": "95", "lines.0.service_from": "2023-12-31"},
        ],
    ),
    "ANESTHESIA_MODIFIER_MISSING": (
        [
            {"lines.0.procedure": "00840"},
            {"lines.0.procedure": "01999", "lines.0.modifier_1": "P1"},
        ],
        [
            {},
            {"lines.0.procedure": "00840", "lines.0.modifier_1": "AA"},
            {"lines.0.procedure": "0001U"},
        ],
    ),
    "MINUTES_WITHOUT_ANESTHESIA": (
        [{"lines.0.unit": "MJ"}],
        [
            {},
            {"lines.0.unit": "MJ", "lines.0.procedure": "00840"},
            {"lines.0.unit": "MJ", "lines.0.procedure": "27447", "lines.0.modifier_1": "QZ"},
        ],
    ),
    "INVALID_NDC": (
        [{"lines.0.drug_qualifier": "N4", "lines.0.ndc": "0002-7597-01"}],
        [
            {},
            {"lines.0.drug_qualifier": "N4", "lines.0.ndc": "00027597010"},
            {"lines.0.drug_qualifier": "UK", "lines.0.ndc": "1"},
        ],
    ),
    "INVALID_NDC_QTY": ([{"lines.0.drug_quantity": 0}], [{}, {"lines.0.drug_quantity": "0.5"}]),
    "MISSING_ADMISSION_DATE": (
        [{"place_of_service": "21"}],
        [{}, {"place_of_service": "21", "admission_date": "2026-02-01"}],
    ),
    # dates
    "DATE_RANGE_REVERSED": (
        [{"lines.0.service_to": "2026-02-09"}],
        [{}, {"lines.0.service_to": "2026-02-10"}],
    ),
    "FUTURE_SERVICE_DATE": (
        [{"lines.1.service_from": "2026-03-03"}],
        [{}, {"lines.1.service_from": "2026-03-02"}],
    ),
    "ONSET_AFTER_SERVICE": ([{"onset_date": "2026-02-11"}], [{}, {"onset_date": "2026-02-10"}]),
    "INITIAL_TREATMENT_AFTER_SERVICE": (
        [{"initial_treatment_date": "2026-02-11"}],
        [{}, {"initial_treatment_date": "2026-01-10"}],
    ),
    "ACCIDENT_AFTER_SERVICE": (
        [{"accident_date": "2026-02-20"}],
        [{}, {"accident_date": "2026-02-20", "lines.1.service_from": "2026-02-21"}],
    ),
    "MISSING_ACCIDENT_FIELDS": (
        [{"related_cause_1": "OA"}, {"related_cause_1": "EM", "related_cause_2": "AA"}],
        [{}, {"related_cause_1": "OA", "accident_date": "2026-02-01"}, {"related_cause_1": "EM"}],
    ),
    "MISSING_ACCIDENT_STATE": (
        [{"related_cause_1": "AA", "accident_date": "2026-02-01"}],
        [{}, {"related_cause_1": "AA", "accident_state": "IL"}, {"related_cause_1": "OA"}],
    ),
    "DISCHARGE_BEFORE_ADMISSION": (
        [{"admission_date": "2026-02-09", "discharge_date": "2026-02-08"}],
        [{}, {"admission_date": "2026-02-09", "discharge_date": "2026-02-09"}],
    ),
    "TIMELY_FILING": (
        [
            {
                "subscriber.filing_indicator": "MB",
                "lines.0.service_from": "2025-02-28",
                "lines.1.service_from": "2025-02-01",
            }
        ],
        [
            {},
            {"subscriber.filing_indicator": "MB", "lines.0.service_from": "2024-02-28"},
            {
                "subscriber.filing_indicator": "MB",
                "lines.0.service_from": "2025-02-01",
                "lines.1.service_from": "2025-02-01",
                "delay_reason": "3",
            },
        ],
    ),
    # charges
    "ZERO_CHARGE_CLAIM": (
        [{"charge": 0}],
        [
            {},
            {"charge": None},
            {"kind": "I", "charge": 0, "facility_type": "81", "frequency": "A"},
            {"kind": "I", "charge": 0, "frequency": "0"},
        ],
    ),
    "LINE_ZERO_CHARGE": ([{"lines.1.charge": 0}], [{}]),
    "NEGATIVE_LINE_CHARGE": ([{"lines.0.charge": "-0.01"}], [{}, {"lines.0.charge": 0}]),
    "NEGATIVE_CLAIM_CHARGE": ([{"charge": -1}], [{}, {"charge": 0}]),
    "INVALID_UNITS": (
        [{"lines.0.units": 0}, {"lines.0.units": -1}],
        [{}, {"lines.0.units": "0.5"}],
    ),
    "PATIENT_PAID_EXCEEDS_TOTAL": ([{"patient_paid": "250.01"}], [{}, {"patient_paid": 250}]),
    "NEGATIVE_PATIENT_PAID": ([{"patient_paid": -5}], [{}, {"patient_paid": 0}]),
    # submission
    "INVALID_FREQUENCY_CODE": ([{"frequency": "2"}], [{}, {"frequency": "6"}, {"frequency": "8"}]),
    "FREQ_REQUIRES_ORIGINAL_REF": (
        [{"frequency": "7"}, {"frequency": "8"}],
        [{}, {"frequency": "7", "original_reference": "P123"}],
    ),
    "FREQ_EXPECTS_ORIGINAL_REF": (
        [{"frequency": "6"}, {"kind": "D", "frequency": "6"}, {"kind": "I", "frequency": "Q"}],
        [
            {},
            {"frequency": "6", "original_reference": "P123"},
            {"frequency": "7"},
            {"kind": "I", "frequency": "5"},
        ],
    ),
    "ORIGINAL_REF_ON_ORIGINAL": (
        [{"original_reference": "P123"}],
        [{}, {"frequency": "7", "original_reference": "P123"}],
    ),
    "DUPLICATE_CLAIM": ([{"id": "SEEN"}], [{}]),
    "ORIGINAL_NEVER_SENT": (
        [
            {"id": "SEEN", "frequency": "7", "original_reference": "1"},
            {"id": "SEEN", "frequency": "6"},
            {"kind": "I", "id": "SEEN", "frequency": "Q"},
            {"kind": "D", "id": "SEEN", "frequency": "6"},
        ],
        [{}, {"id": "SEEN"}, {"frequency": "8", "original_reference": "1"}],
    ),
    "DUPLICATE_LINE": (
        [{"lines.2": LINE | {"number": 3}}, {"lines.1": LINE | {"pointer_1": 2, "control": None}}],
        [
            {},
            {"lines.2": LINE | {"modifier_1": "76"}},
            {"lines.2": LINE | {"service_from": "2026-02-11"}},
            {"lines.0.modifier_1": "59", "lines.1": LINE | {"modifier_1": "59"}},
            {"lines.2": LINE | {"note": "IN THE EVENING, ANOTHER COMPLAINT"}},
            {"lines.2": LINE | {"unit": "MJ"}},
        ],
    ),
    "LINE_CONTROL_DUPLICATE": (
        [{"lines.1.control": "A1001-1"}],
        [{}, {"lines.0.control": None, "lines.1.control": None}],
    ),
    "COB_RESPONSIBILITY_ORDER": (
        [
            {"other_payers": [OTHER | {"responsibility": "P"}]},
            {"other_payers": [OTHER, OTHER]},
        ],
        [{}, {"other_payers": [OTHER, OTHER | {"responsibility": "T"}]}],
    ),
    "COB_MISSING_OTHER_PAYER": (
        [{"subscriber.responsibility": "S"}],
        [{}, {"subscriber.responsibility": "S", "other_payers": [OTHER | {"responsibility": "P"}]}],
    ),
    "COB_MISSING_ADJUDICATION_DATE": (
        [{"other_payers": [OTHER | {"paid": 20}]}],
        [
            {},
            {"other_payers": [OTHER | {"paid": 20, "adjudication_date": "2026-02-20"}]},
            {
                "other_payers": [OTHER | {"paid": 20}],
                "lines.1.adjudications": [{"payer_id": "88888", "paid": 20, "date": "2026-02-20"}],
            },
        ],
    ),
}


CODES = OF_ALL | LISTS | HISTORY
OF_TABLES = OF_CODES | OF_PAYERS | OF_HISTORY
"""Those that are tried with all the tables, a history among them."""
EXAMPLES |= OF_THEIR_OWN | FURTHER | OF_TABLES


def changed(case: Case, kind: str = "P") -> dict[str, Any]:
    """The clean claim of a kind with the changes of a case."""
    claim = copy.deepcopy(CLEANS[case.get("kind", kind)])
    for path, given in case.items():
        if path == "kind":
            continue
        value = copy.deepcopy(given)
        *way, last = path.split(".")
        spot: Any = claim
        for step in way:
            spot = (
                spot[int(step)]
                if isinstance(spot, list)
                else spot.setdefault(step, [] if step.endswith("s") else {})
            )
        if isinstance(spot, list):
            if int(last) == len(spot):
                spot.append(value)
            elif value is None:
                del spot[int(last)]
            else:
                spot[int(last)] = value
        elif value is None:
            spot.pop(last, None)
        else:
            spot[last] = value
    return claim


def cases() -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Rule, whether it must hit, and the claim: of the first kind that the rule is for, or told."""
    kinds = {rule.id: rule.transactions[0] for rule in shipped()}
    for rule, (hits, misses) in [*EXAMPLES.items(), *OF_OTHERS.items()]:
        for case in hits:
            yield rule, True, changed(case, kinds[rule])
        for case in misses:
            yield rule, False, changed(case, kinds[rule])


def lanes(row: dict[str, Any], table: str = "claim") -> dict[str, Any]:
    """A nested row with its values as the columns hold them: cents, thousandths, days."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        member = vars(TABLES[table]).get(name)
        if name == "kind":
            out[name] = value
        elif isinstance(member, Above):
            out[name] = lanes(value, member.table)
        elif isinstance(member, Below):
            out[name] = [lanes(item, member.table) for item in value]
        elif isinstance(member, Field):
            out[name] = lane(member.kind.kind, value)
    return out


def lane(kind: str, value: Any) -> Any:
    """One value as a column holds it."""
    if kind == "date":
        return (dt.date.fromisoformat(value) - EPOCH).days
    if kind in {"money", "number"}:
        return int(Decimal(str(value)) * (100 if kind == "money" else 1000))
    return value


def on(rules: Iterable[Rule]) -> list[Rule]:
    """The rules, those too that are off unless somebody turns them on."""
    return [rule if rule.enabled else rule.but(enabled=True) for rule in rules]


def document() -> str:
    """The program and the cases, as the native tests read them."""
    rows = [
        {"rule": rule, "hit": hit, "tables": rule in OF_TABLES, "claim": lanes(claim)}
        for rule, hit, claim in cases()
    ]
    tables = {
        name: [
            [list((code,) if isinstance(code, str) else code), *span]
            for code in table
            for span in table[code]
        ]
        for name, table in CODES.items()
    }
    body = {
        "tables": tables,
        "as_of": (dt.date.fromisoformat(AS_OF) - EPOCH).days,
        "clean": {kind: lanes(claim) for kind, claim in CLEANS.items()},
        "program": json.loads(RuleSet(on(shipped())).program),
    }
    head = json.dumps(body, sort_keys=True, separators=(",", ":"))
    lines = ",\n".join(json.dumps(row, sort_keys=True, separators=(",", ":")) for row in rows)
    return f'{head[:-1]},"cases":[\n{lines}\n]}}\n'


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(document())
