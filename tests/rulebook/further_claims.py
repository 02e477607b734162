"""What rules about numbers, Medicare, visits, stays and other payers are tried on."""

from typing import Any

from rulebook.clean_claims import CLEAN, INSTITUTIONAL
from rulebook.other_claims import OUTPATIENT

__all__ = ["EXAMPLES"]

Case = dict[str, Any]
LINE = CLEAN["lines"][0]
MEDICARE = {"subscriber.filing_indicator": "MB", "subscriber.member_id": "1EG4TE5MK73"}
OTHER = {"responsibility": "S", "name": "SECOND HEALTH", "id": "88888"}
SPINE = {"lines.0.procedure": "98941"}
ROOM = INSTITUTIONAL["lines"][0]


def paid(**values: Any) -> Case:
    """A line that another payer decided."""
    return {"lines.0.adjudications": [{"payer_id": "88888", "paid": 20, **values}]}


def days(**codes: Any) -> Case:
    """Value codes of days, v80 for the covered ones."""
    return {"value_codes": [{"code": code[1:], "amount": amount} for code, amount in codes.items()]}


ASLEEP = {"lines.0.procedure": "00840", "lines.0.unit": "MJ", "lines.0.units": 1440}
THERAPY = {"lines.0.procedure": "97110", "lines.1.procedure": "97140"}
MORE = {"lines.0.units": 60, "lines.1.units": 37}
"""Quarters of an hour, one more than a day has."""

EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    "IMPOSSIBLE_DAY": (
        [
            ASLEEP | {"lines.0.units": 1441},
            ASLEEP | {"lines.1": LINE | {"number": 2, "procedure": "97110", "unit": "UN"}},
            {"lines.0.procedure": "97110", "lines.0.units": 97},
            THERAPY | MORE,
        ],
        [
            {},
            ASLEEP,
            {"lines.0.units": 1441},
            {"lines.0.procedure": "97110", "lines.0.units": 96},
            THERAPY | MORE | {"lines.1.rendering_npi": "1234567893"},
            THERAPY | MORE | {"lines.1.service_from": "2026-02-11"},
            ASLEEP
            | {
                "lines.0.units": 1500,
                "lines.0.service_from": "2026-02-10",
                "lines.0.service_to": "2026-02-11",
            },
        ],
    ),
    # numbers
    **{
        rule: ([{field: "1234567890"}], [{}, {field: "1234567893"}])
        for rule, field in {
            "INVALID_PRIMARY_CARE_NPI": "primary_care_npi",
            "INVALID_LINE_SUPERVISING_NPI": "lines.0.supervising_npi",
            "INVALID_LINE_REFERRING_NPI": "lines.0.referring_npi",
            "INVALID_LINE_FACILITY_NPI": "lines.1.facility_npi",
            "INVALID_PURCHASED_NPI": "lines.1.purchased_npi",
            "INVALID_LINE_OPERATING_NPI": "lines.1.operating_npi",
            "INVALID_LINE_OTHER_OPERATING_NPI": "lines.1.other_operating_npi",
            "INVALID_LINE_ASSISTANT_NPI": "lines.0.assistant_npi",
        }.items()
    },
    "INVALID_SSN": (
        [{"subscriber.ssn": number} for number in ("123-45-6789", "000123456", "900123456")],
        [{}, {"subscriber.ssn": "123456789"}, {"subscriber.ssn": "GROUP1"}],
    ),
    "INVALID_UPIN": (
        [{"provider.secondary_id_qualifier": "1G", "provider.secondary_id": "12345"}],
        [
            {},
            {"provider.secondary_id_qualifier": "1G", "provider.secondary_id": "A12345"},
            {"provider.secondary_id_qualifier": "0B", "provider.secondary_id": "12345"},
        ],
    ),
    "INVALID_PHONE": (
        [{"provider.phone": number} for number in ("217-555-0100", "1175550100", "2171550100")],
        [
            {},
            {"provider.phone": "2175550100"},
            {"provider.phone": "52155501001", "provider.country": "MX"},
        ],
    ),
    "INVALID_LINE_CLIA": ([{"lines.1.clia": "14X0000001"}], [{}, {"lines.1.clia": "14D0000001"}]),
    "INVALID_REFERRING_CLIA": (
        [{"lines.1.referring_clia": "14D1"}],
        [{}, {"lines.1.referring_clia": "14D0000001"}],
    ),
    "MISSING_REFERRING_CLIA": (
        [MEDICARE | {"lines.0.modifier_1": "90"}, MEDICARE | {"lines.0.modifier_2": "90"}],
        [
            {"lines.0.modifier_1": "90"},
            MEDICARE,
            MEDICARE | {"lines.0.modifier_1": "90", "lines.0.referring_clia": "14D0000001"},
        ],
    ),
    # identity
    "MISSING_COUNTRY_CODE": (
        [{"provider.state": None}],
        [{}, {"provider.state": None, "provider.country": "FR"}],
    ),
    "POSTAL_CODE_NOT_ALLOWED": (
        [{"provider.country": "FR", "provider.zip": "75001"}],
        [{}, {"provider.country": "CA", "provider.zip": "K1A0B1"}],
    ),
    # Medicare
    "INVALID_MBI": (
        [
            MEDICARE | {"subscriber.member_id": number}
            for number in ("123456789A", "1SG4TE5MK73", "0EG4TE5MK73", "1EG4-TE5-MK73")
        ],
        [{}, MEDICARE, MEDICARE | {"subscriber.member_id": None}],
    ),
    "PAYER_REJECTS_REPLACEMENT": (
        [MEDICARE | {"frequency": code} for code in "678"],
        [MEDICARE, {"frequency": "7"}],
    ),
    "COB_PRIMARY_MEDICARE_MISSING_MSP": (
        [MEDICARE | {"subscriber.responsibility": "S"}],
        [
            MEDICARE,
            {"subscriber.responsibility": "S"},
            MEDICARE | {"subscriber.responsibility": "S", "subscriber.insurance_type": "12"},
        ],
    ),
    "CONDITION_CODE_REQUIRED": (
        [{"frequency": "7"}, {"frequency": "8", "conditions": [{"code": "77"}]}],
        [{}, {"frequency": "7", "conditions": [{"code": "77"}, {"code": "D1"}]}],
    ),
    "TIMELY_FILING_NEAR": (
        [MEDICARE | {"lines.0.service_from": "2025-03-10", "lines.1.service_from": "2025-03-10"}],
        [
            {},
            MEDICARE,
            MEDICARE | {"lines.0.service_from": "2025-02-10", "lines.1.service_from": "2025-02-10"},
        ],
    ),
    "CHIRO_SUBLUXATION_DX": (
        [MEDICARE | SPINE | {"lines.0.modifier_1": "AT"}],
        [
            SPINE,
            MEDICARE,
            MEDICARE | SPINE | {"lines.0.modifier_1": "GA"},
            MEDICARE | SPINE | {"diagnoses.0.code": "M9903"},
        ],
    ),
    "CHIRO_AT_MODIFIER": (
        [MEDICARE | SPINE, MEDICARE | SPINE | {"lines.0.modifier_1": "25"}],
        [
            SPINE,
            MEDICARE | SPINE | {"lines.0.modifier_1": "25", "lines.0.modifier_2": "AT"},
            MEDICARE | SPINE | {"lines.0.modifier_1": "GZ"},
        ],
    ),
    "TC_IN_FACILITY": (
        [
            {"lines.0.modifier_1": "TC", "place_of_service": "22"},
            {"lines.0.modifier_2": "TC", "lines.0.modifier_1": "RT", "place_of_service": "21"},
        ],
        [
            {"lines.0.modifier_1": "TC"},
            {"lines.0.modifier_1": "26", "place_of_service": "22"},
            {
                "lines.0.modifier_1": "TC",
                "place_of_service": "22",
                "lines.0.place_of_service": "11",
            },
        ],
    ),
    # visits
    "MISSING_RENDERING_PROVIDER": (
        [{"rendering_last": None, "rendering_npi": None}],
        [
            {},
            {"rendering_last": None, "provider.entity": "1"},
            {"rendering_last": None, "provider.taxonomy": None},
            {"rendering_last": None, "place_of_service": "81"},
            {"rendering_last": None, "provider.taxonomy": "291U00000X"},
            {
                "rendering_last": None,
                "lines.0.rendering_last": "HEALER",
                "lines.1.rendering_last": "HEALER",
            },
        ],
    ),
    "SERVICE_FACILITY_MISSING": (
        [{"place_of_service": "21"}, {"place_of_service": "31"}],
        [
            {},
            {"place_of_service": "22", "facility_name": "MEADOW HOSPITAL"},
            {
                "place_of_service": "22",
                "lines.0.facility_name": "MEADOW HOSPITAL",
                "lines.1.facility_name": "MEADOW HOSPITAL",
            },
        ],
    ),
    "MISSING_ATTACHMENT_CONTROL": (
        [
            {"attachments": [{"type": "OZ", "transmission": "FX"}]},
            {"lines.0.attachments": [{"type": "OZ", "transmission": "EL"}]},
        ],
        [
            {"attachments": [{"type": "OZ", "transmission": "AA"}]},
            {"attachments": [{"type": "OZ", "transmission": "FX", "control": "P1"}]},
        ],
    ),
    "MULTIPLE_EM_SAME_DAY": (
        [
            {"lines.1.procedure": "99214"},
            {
                "lines.1.procedure": "99214",
                "lines.2": LINE | {"number": 3, "service_from": "2026-02-11"},
            },
        ],
        [
            {},
            {"lines.1.procedure": "99214", "lines.1.rendering_npi": "1234567893"},
            {"lines.1.procedure": "99214", "lines.1.modifier_1": "25"},
            {"lines.1.procedure": "99214", "lines.1.service_from": "2026-02-11"},
        ],
    ),
    "PREVENTIVE_DX_MISSING": (
        [{"lines.0.procedure": "99396"}, {"lines.0.procedure": "99381"}],
        [{}, {"lines.0.procedure": "99396", "diagnoses.1.code": "Z0000"}],
    ),
    "AMBULANCE_MODIFIER_INVALID": (
        [
            {"lines.0.procedure": "A0429"},
            {"lines.0.procedure": "A0425", "lines.0.modifier_1": "QM"},
        ],
        [
            {},
            {"lines.0.procedure": "A0429", "lines.0.modifier_1": "RH"},
            {"lines.0.procedure": "A0429", "lines.0.modifier_1": "GM", "lines.0.modifier_2": "SX"},
            {"lines.0.procedure": "A0429", "lines.0.modifier_1": "QL"},
        ],
    ),
    "LAST_MENSTRUAL_AFTER_SERVICE": (
        [{"last_menstrual_date": "2026-02-11"}],
        [{}, {"last_menstrual_date": "2026-01-11"}],
    ),
    # other payers
    "NEGATIVE_PAID_AMOUNT": ([paid(paid=-1)], [{}, paid(paid=0)]),
    "NEGATIVE_ADJUDICATED_UNITS": ([paid(units=-1)], [paid(), paid(units=0)]),
    "COB_DUPLICATE_LEVELS": (
        [{"other_payers": [OTHER | {"remaining": 5}]} | paid(remaining=5)],
        [
            {"other_payers": [OTHER | {"remaining": 5}]},
            {"other_payers": [OTHER]} | paid(remaining=5),
            {"other_payers": [OTHER | {"remaining": 5, "id": "77777"}]} | paid(remaining=5),
        ],
    ),
    "COB_INVALID_CARC": (
        [
            paid(adjustments=[{"group": "CO", "reason": "045", "amount": 1}]),
            {"other_payers": [OTHER | {"adjustments": [{"group": "PR", "reason": "PR2"}]}]},
        ],
        [
            paid(adjustments=[{"group": "CO", "reason": reason} for reason in ("45", "A1", "P12")]),
            {"other_payers": [OTHER | {"adjustments": [{"group": "PR", "reason": "2"}]}]},
        ],
    ),
    "COB_INVALID_RARC": (
        [
            {"other_payers": [OTHER | {"remark_1": "45"}]},
            {"other_payers": [OTHER | {"remark_1": "MA01", "remark_2": "X9"}]},
        ],
        [{}, {"other_payers": [OTHER | {"remark_1": "MA01", "remark_2": "N130"}]}],
    ),
    # stays
    "COVERED_DAYS_MISMATCH": (
        [days(v80=2), days(v80=3, v81=2)],
        [{}, days(v80=3), days(v80=2, v81=1), days(v80=4), OUTPATIENT | days(v80=9)],
    ),
    "ROOM_UNITS_MISMATCH": (
        [days(v80=2), days(v80=3) | {"lines.2": ROOM | {"number": 3, "units": 1}}],
        [
            {},
            days(v80=3),
            days(v80=2, v81=1),
            days(v80=3) | {"lines.2": ROOM | {"number": 3, "revenue": "0183"}},
        ],
    ),
    "VALUE_CODE_AMOUNT": (
        [days(v80="2.5"), days(v82=-1)],
        [days(v80=3, v81="1.00"), days(v37="2.5")],
    ),
    "DUPLICATE_OCCURRENCE_SPAN": (
        [
            {
                "occurrence_spans": [
                    {"code": "74", "span_from": "2026-02-03", "span_to": "2026-02-04"}
                ]
                * 2
            }
        ],
        [
            {
                "occurrence_spans": [
                    {"code": code, "span_from": "2026-02-03", "span_to": "2026-02-04"}
                    for code in ("74", "77")
                ]
            }
        ],
    ),
    "INVALID_ADMISSION_SOURCE": (
        [{"admission_source": "7"}, {"admission_type": "4"}],
        [
            {},
            {"admission_source": "D"},
            {"admission_source": None},
            {"admission_type": "4", "admission_source": "5"},
        ],
    ),
    "INVALID_DRG": ([{"drg": "47"}, {"drg": "47A"}], [{}, {"drg": "047"}, {"drg": "1941"}]),
    "MISSING_OPERATING_PROVIDER": (
        [{"operating_last": None}],
        [
            {},
            {"operating_last": None, "procedures.0.code": "5A1935Z"},
            {
                "operating_last": None,
                "lines.0.operating_last": "HEALER",
                "lines.1.operating_last": "HEALER",
            },
        ],
    ),
    "INPATIENT_MISSING_PRINCIPAL_PROC": (
        [{"procedures": []}],
        [{}, OUTPATIENT, {"procedures": [], "lines.1.revenue": "0320"}],
    ),
    "PROCEDURE_BEFORE_ADMISSION": (
        [{"procedures.0.date": "2026-01-29"}],
        [{}, {"procedures.0.date": "2026-01-30"}],
    ),
    "MISSING_REASON_FOR_VISIT": (
        [OUTPATIENT | {"lines.1.revenue": "0450"}],
        [
            {},
            OUTPATIENT,
            OUTPATIENT | {"lines.1.revenue": "0450", "admission_type": "3"},
            OUTPATIENT
            | {
                "lines.1.revenue": "0450",
                "visit_reasons": [{"qualifier": "APR", "code": "R079"}],
            },
        ],
    ),
    "WRONG_PROCEDURE_DX": ([{"diagnoses.1.code": "Y6552"}], [{}, {"diagnoses.1.code": "Y658"}]),
    "REVENUE_TOB_MISMATCH": ([OUTPATIENT], [{}, OUTPATIENT | {"lines.0.revenue": "0320"}]),
    "INVALID_HIPPS": (
        [{"lines.0.procedure_qualifier": "HP", "lines.0.procedure": "KAG"}],
        [{}, {"lines.0.procedure_qualifier": "HP", "lines.0.procedure": "KAGD1"}],
    ),
    "MISSING_HIPPS": (
        [{"lines.0.revenue": "0022"}, {"lines.1.revenue": "0023"}],
        [{}, {"lines.0.revenue": "0022", "lines.0.procedure_qualifier": "HP"}],
    ),
    "MISSING_HIPPS_LINE": (
        [
            {"facility_type": "21"},
            {"facility_type": "21", "lines.0.revenue": "0023"},
            {"facility_type": "32", "frequency": "9"},
        ],
        [
            {},
            {"facility_type": "21", "subscriber.filing_indicator": "CI"},
            {"facility_type": "21", "frequency": "0"},
            {"facility_type": "32", "frequency": "A"},
            {"facility_type": "21", "lines.1.revenue": "0022"},
            {"facility_type": "32", "lines.0.revenue": "0023"},
        ],
    ),
    "MISSING_OUTPATIENT_DATE": (
        [OUTPATIENT],
        [
            {},
            OUTPATIENT | {"statement_to": "2026-02-02"},
            OUTPATIENT | {"lines.0.service_from": "2026-02-02"},
        ],
    ),
    "DATE_SPAN_SPLIT_YEAR": (
        [OUTPATIENT | {"statement_from": "2025-09-30", "statement_to": "2025-10-01"}],
        [
            {"statement_from": "2025-09-30"},
            OUTPATIENT,
            OUTPATIENT | {"statement_from": "2025-10-01", "statement_to": "2025-12-01"},
        ],
    ),
    # dental
    "SURFACE_WITHOUT_TOOTH": ([{"lines.0.teeth.0.number": None}], [{}]),
    "QUADRANT_TOOTH_CONFLICT": (
        [{"lines.0.oral_cavity_1": "10"}],
        [{}, {"lines.1.oral_cavity_1": "10"}, {"lines.0.oral_cavity_1": "01"}],
    ),
    "ORTHO_FIELDS_MISSING": (
        [{"lines.0.procedure": "D8080"}],
        [
            {},
            {"lines.0.procedure": "D8670"},
            {"lines.0.procedure": "D8080", "orthodontic_months": 24},
            {"lines.0.procedure": "D8080", "lines.0.appliance_date": "2026-02-10"},
        ],
    ),
    "MISSING_PERIODONTAL_AREA": (
        [{"lines.0.procedure": "D4341"}],
        [{}, {"lines.0.procedure": "D4341", "lines.0.oral_cavity_1": "10"}],
    ),
}
