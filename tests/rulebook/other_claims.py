"""What rules are tried on that are for institutional and dental claims, alone or too."""

from typing import Any

from rulebook.clean_claims import DENTAL, INSTITUTIONAL

__all__ = ["EXAMPLES", "OF_OTHERS"]

Case = dict[str, Any]

OUTPATIENT = {
    "facility_type": "13",
    "admission_date": None,
    "admission_hour": None,
    "discharge_hour": None,
    "admitting_diagnosis": None,
    "procedures": [],
    "diagnoses": [{"qualifier": "ABK", "code": "R079"}],
}

UNTOLD = {"diagnoses": [{"qualifier": "ABK", "code": "I2101"}]}
SCAN = {
    "revenue": "0351",
    "procedure_qualifier": "HC",
    "procedure": "70450",
    "charge": 800,
    "unit": "UN",
    "units": 1,
    "service_from": "2026-02-03",
}
TWO_SCANS = OUTPATIENT | {"lines.0": SCAN, "lines.1": SCAN}
FILLING = DENTAL["lines"][0]
CLEANING = DENTAL["lines"][1]
SCALING = CLEANING | {"procedure": "D4341", "oral_cavity_1": "10"}
SEDATION = CLEANING | {"procedure": "D9223", "oral_cavity_1": "00"}
BRIDGES = FILLING | {
    "procedure": "D6999",
    "teeth": [{"number": "3"}, {"number": "4", "surface_1": "O"}],
}


def later(line: Case, **values: Any) -> Case:
    """A line like another, but for `values`, as the third of its claim."""
    return {"lines.2": line | {"number": 3, "control": "C3001-3"} | values}


EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    "DUPLICATE_LINE_INSTITUTIONAL": (
        [TWO_SCANS, TWO_SCANS | {"lines.1.modifier_1": None, "lines.2": SCAN}],
        [
            {},
            {"lines.0": SCAN, "lines.1": SCAN},
            TWO_SCANS | {"facility_type": "32"},
            TWO_SCANS | {"facility_type": "81"},
            TWO_SCANS | {"conditions": [{"code": "G0"}]},
            *(TWO_SCANS | {"lines.1.modifier_1": code} for code in ("27", "59", "76", "91", "XS")),
            TWO_SCANS | {"lines.0.modifier_1": "LT", "lines.1.modifier_1": "RT"},
            TWO_SCANS | {"lines.1.revenue": "0352"},
            TWO_SCANS | {"lines.1.charge": 900},
            TWO_SCANS | {"lines.1.units": 2},
            TWO_SCANS | {"lines.1.service_from": "2026-02-04"},
            TWO_SCANS | {"lines.0.service_from": None, "lines.1.service_from": None},
            TWO_SCANS | {"lines.0.charge": 0, "lines.1.charge": 0},
            TWO_SCANS | {"lines.0.ndc": "00002822259", "lines.1.ndc": "00002822258"},
            TWO_SCANS | {"lines.0.rendering_npi": "1234567893"},
            # lines without HCPCS, pieces, and a code of a way of payment
            OUTPATIENT
            | {f"lines.{at}": {"revenue": "0250", "charge": 12, "units": 1} for at in range(2)},
            OUTPATIENT
            | {f"lines.{at}": SCAN | {"revenue": "0278", "procedure": "C1713"} for at in range(2)},
            OUTPATIENT
            | {f"lines.{at}": SCAN | {"revenue": "0636", "procedure": "J1885"} for at in range(2)},
            OUTPATIENT
            | {f"lines.{at}": SCAN | {"revenue": "0343", "procedure": "A9500"} for at in range(2)},
            OUTPATIENT
            | {
                f"lines.{at}": SCAN | {"revenue": "0022", "procedure_qualifier": "HP"}
                for at in (0, 1)
            },
        ],
    ),
    "DUPLICATE_LINE_DENTAL": (
        [
            later(FILLING),
            later(CLEANING),
            {"lines.1": SCALING, "lines.2": SCALING | {"number": 3}},
            # the same teeth in another order, and a third line like the second
            {"lines.1": BRIDGES} | later(BRIDGES, teeth=BRIDGES["teeth"][::-1]),
            {"lines.0.teeth.0.number": "4", "lines.1": FILLING} | later(FILLING),
        ],
        [
            {},
            later(FILLING, teeth=[{"number": "4", "surface_1": "M", "surface_2": "O"}]),
            later(FILLING, teeth=[{"number": "3", "surface_1": "D", "surface_2": "O"}]),
            later(FILLING, teeth=[{"number": "3", "surface_1": "M"}]),
            later(FILLING, teeth=[*FILLING["teeth"], {"number": "4"}]),
            later(FILLING, teeth=[]),
            later(FILLING, service_from="2026-02-11"),
            later(FILLING, charge=90),
            later(FILLING, rendering_npi="1234567893"),
            {"lines.1": SCALING} | later(SCALING, oral_cavity_1="20"),
            {"lines.1": SCALING} | later(SCALING, oral_cavity_2="20"),
            # alike but for the tooth that a line of another charge has
            {"lines.1": FILLING | {"teeth": [{"number": "4"}], "charge": 90}}
            | later(FILLING, charge=90),
            # by the piece, or by quarters of an hour
            {"lines.1": CLEANING | {"procedure": "D0230"}} | later(CLEANING, procedure="D0230"),
            {"lines.1": FILLING | {"procedure": "D0230"}} | later(FILLING, procedure="D0230"),
            {"lines.1": CLEANING | {"procedure": "D9223"}} | later(CLEANING, procedure="D9223"),
            {"lines.1": SEDATION} | later(SEDATION),
            # more lines than there may be are not looked through two by two
            {f"lines.{at}": FILLING | {"number": at + 1} for at in range(1, 51)},
        ],
    ),
    # institutional
    "INVALID_ATTENDING_NPI": ([{"attending_npi": "1457382900"}], [{}, {"attending_npi": None}]),
    "INVALID_OPERATING_NPI": ([{"operating_npi": "12"}], [{}, {"operating_npi": "1234567893"}]),
    "INVALID_OTHER_OPERATING_NPI": (
        [{"other_operating_npi": "12"}],
        [{"other_operating_npi": "1234567893"}],
    ),
    "INVALID_TYPE_OF_BILL": (
        [{"facility_type": "1"}, {"facility_type": "01"}, {"facility_type": "111"}],
        [{}, OUTPATIENT],
    ),
    "INVALID_REVENUE_CODE": (
        [{"lines.0.revenue": "120"}, {"lines.0.revenue": "9120"}, {"lines.0.revenue": "012X"}],
        [{}, {"lines.0.revenue": "2101"}],
    ),
    "REVENUE_TOTAL_LINE": ([{"lines.1.revenue": "0001"}], [{}]),
    "NONCOVERED_EXCEEDS_CHARGE": (
        [{"lines.0.noncovered": 3001}],
        [{"lines.0.noncovered": 3000}, {}],
    ),
    "STATEMENT_DATES_REVERSED": (
        [{"statement_to": "2026-02-01"}],
        [{"statement_to": "2026-02-02"}],
    ),
    "FUTURE_STATEMENT_DATE": ([{"statement_to": "2026-03-03"}], [{"statement_to": "2026-03-02"}]),
    "LINE_OUTSIDE_STATEMENT": (
        [{"lines.1.service_from": "2026-02-01"}, {"lines.1.service_to": "2026-02-06"}],
        [{}, {"lines.1.service_from": "2026-02-05"}],
    ),
    "MISSING_INPATIENT_ADMISSION": ([{"admission_date": None}], [{}, OUTPATIENT]),
    "MISSING_ADMISSION_HOUR": (
        [{"admission_hour": None}],
        [{}, {"admission_hour": None, "facility_type": "21"}],
    ),
    "ADMISSION_AFTER_STATEMENT": (
        [{"admission_date": "2026-02-06"}],
        [{}, {"admission_date": "2026-01-20"}],
    ),
    "MISSING_DISCHARGE_HOUR": (
        [{"discharge_hour": None}],
        [{}, {"discharge_hour": None, "frequency": "2", "patient_status": "30"}, OUTPATIENT],
    ),
    "DISCHARGE_HOUR_ON_INTERIM": ([{"frequency": "2"}], [{}]),
    "INVALID_ADMISSION_TYPE": ([{"admission_type": "7"}], [{}, {"admission_type": None}]),
    "INVALID_PATIENT_STATUS": ([{"patient_status": "1"}, {"patient_status": "A1"}], [{}]),
    "FREQUENCY_STATUS_CONFLICT": (
        [{"patient_status": "30"}, {"frequency": "3"}],
        [{}, {"frequency": "3", "patient_status": "30"}],
    ),
    "MISSING_ATTENDING_PROVIDER": (
        [{"attending_last": None, "attending_npi": None}],
        [
            {},
            {
                "attending_last": None,
                "attending_npi": None,
                "lines": [INSTITUTIONAL["lines"][0] | {"revenue": "0540"}],
            },
        ],
    ),
    "MISSING_ADMITTING_DIAGNOSIS": ([{"admitting_diagnosis": None}], [{}, OUTPATIENT]),
    "INVALID_ADMITTING_DIAGNOSIS": (
        [{"admitting_diagnosis": "R07.9"}],
        [{}, {"admitting_qualifier": "BJ", "admitting_diagnosis": "78650"}],
    ),
    "INVALID_VISIT_REASON": (
        [{"visit_reasons": [{"qualifier": "APR", "code": "R07.9"}]}],
        [{"visit_reasons": [{"qualifier": "APR", "code": "R079"}]}],
    ),
    "INVALID_EXTERNAL_CAUSE": (
        [{"external_causes": [{"qualifier": "ABN", "code": "S8001XA"}]}],
        [{"external_causes": [{"qualifier": "ABN", "code": "W19XXXA"}]}],
    ),
    "MISSING_PRESENT_ON_ADMISSION": (
        [UNTOLD, UNTOLD | {"provider.taxonomy": None}],
        [{}, OUTPATIENT, UNTOLD | {"provider.taxonomy": "283Q00000X"}],
    ),
    "PRESENT_ON_ADMISSION_OUTPATIENT": ([{"facility_type": "13"}], [{}, OUTPATIENT]),
    "INVALID_ICD10_PCS": (
        [{"procedures.0.code": "0270OZZ"}, {"procedures.0.code": "92920"}],
        [{}, {"procedures.0.qualifier": "BR", "procedures.0.code": "0066"}],
    ),
    "PROCEDURE_AFTER_STATEMENT": ([{"procedures.0.date": "2026-02-06"}], [{}]),
    "ICD10_PCS_OUTPATIENT": ([{"facility_type": "13"}], [{}, OUTPATIENT]),
    "OCCURRENCE_SPAN_REVERSED": (
        [
            {
                "occurrence_spans": [
                    {"code": "74", "span_from": "2026-02-03", "span_to": "2026-02-02"}
                ]
            }
        ],
        [
            {
                "occurrence_spans": [
                    {"code": "74", "span_from": "2026-02-03", "span_to": "2026-02-03"}
                ]
            }
        ],
    ),
    "DUPLICATE_OCCURRENCE_CODE": (
        [{"occurrences": [{"code": "11", "date": "2026-02-01"}] * 2}],
        [{"occurrences": [{"code": "11", "date": f"2026-02-0{day}"} for day in (1, 2)]}],
    ),
    "DUPLICATE_VALUE_CODE": (
        [{"value_codes": [{"code": "80", "amount": 3}, {"code": "80", "amount": 1}]}],
        [{"value_codes": [{"code": "80", "amount": 3}, {"code": "81", "amount": 1}]}],
    ),
    "DUPLICATE_CONDITION_CODE": (
        [{"conditions": [{"code": "C1"}, {"code": "C1"}]}],
        [{"conditions": [{"code": "C1"}, {"code": "77"}]}],
    ),
    # dental
    "INVALID_ASSISTANT_NPI": ([{"assistant_npi": "1"}], [{"assistant_npi": "1234567893"}]),
    "INVALID_CDT": ([{"lines.0.procedure": "2392"}, {"lines.0.procedure": "D239"}], [{}]),
    "INVALID_TOOTH_NUMBER": (
        [{"lines.0.teeth.0.number": number} for number in ("0", "33", "83", "U", "AA")],
        [{"lines.0.teeth.0.number": number} for number in ("1", "32", "03", "51", "82", "T", "AS")],
    ),
    "INVALID_TOOTH_STATUS": (
        [{"tooth_statuses": [{"tooth": "40", "status": "M"}]}],
        [{"tooth_statuses": [{"tooth": "17", "status": "M"}]}],
    ),
    "DUPLICATE_TOOTH_SURFACE": (
        [{"lines.0.teeth.0.surface_2": "M"}, {"lines.0.teeth.0.surface_5": "M"}],
        [{}, {"lines.0.teeth.0.surface_3": "D"}],
    ),
    "SURFACE_COUNT_MISMATCH": (
        [
            {"lines.0.procedure": "D2391"},
            {"lines.0.procedure": "D2393"},
            {"lines.0.procedure": "D2394"},
            {"lines.0.procedure": "D2140", "lines.0.teeth.0.surface_1": None},
            {"lines.0.procedure": "D2150", "lines.0.teeth": []},
        ],
        [
            {},
            {"lines.0.procedure": "D2331"},
            {"lines.0.procedure": "D2335"},
            {"lines.0.procedure": "D2160", "lines.0.teeth.0.surface_3": "D"},
            {
                "lines.0.procedure": "D2394",
                "lines.0.teeth.0.surface_3": "D",
                "lines.0.teeth.0.surface_4": "B",
                "lines.0.teeth.0.surface_5": "L",
            },
        ],
    ),
    "TOOTH_SURFACE_CONFLICT": (
        [{"lines.0.teeth.0.number": "8"}, {"lines.0.teeth.0.surface_2": "I"}],
        [{}, {"lines.0.teeth.0": {"number": "8", "surface_1": "I"}}],
    ),
    "INVALID_ORAL_CAVITY": (
        [{"lines.0.oral_cavity_2": "50"}],
        [{"lines.0.oral_cavity_1": "10", "lines.0.oral_cavity_2": "20"}],
    ),
    "MISSING_PRIOR_PLACEMENT": (
        [{"lines.0.prosthesis": "R"}],
        [
            {"lines.0.prosthesis": "I"},
            {"lines.0.prosthesis": "R", "lines.0.prior_placement_date": "2016-02-01"},
            {"lines.0.prosthesis": "R", "lines.0.prior_placement_estimate": "2016-01-01"},
        ],
    ),
    "MISSING_TREATMENT_DATE": (
        [{"lines.1.service_from": None}],
        [
            {},
            {"lines.1.service_from": None, "treated_from": "2026-02-10"},
            {"lines.1.service_from": None, "predetermination": "PB"},
            {"lines.1.service_from": None, "appliance_date": "2026-02-10"},
            {"lines.1.service_from": None, "lines.1.appliance_date": "2026-02-10"},
        ],
    ),
    "PREDETERMINATION_HAS_DATE": (
        [{"predetermination": "PB"}],
        [
            {},
            {
                "predetermination": "PB",
                "lines.0.service_from": None,
                "lines.1.service_from": None,
            },
        ],
    ),
    "TREATMENT_DATES_REVERSED": (
        [{"treated_from": "2026-02-10", "treated_to": "2026-02-09"}],
        [{"treated_from": "2026-02-10", "treated_to": "2026-02-10"}],
    ),
    "FUTURE_TREATMENT_DATE": (
        [{"treated_from": "2026-03-03"}],
        [{}, {"treated_from": "2026-03-02"}],
    ),
    "COMPLETION_BEFORE_START": (
        [
            {
                "lines.0.treatment_start_date": "2026-02-10",
                "lines.0.treatment_end_date": "2026-02-09",
            }
        ],
        [
            {
                "lines.0.treatment_start_date": "2026-02-10",
                "lines.0.treatment_end_date": "2026-02-10",
            }
        ],
    ),
}

OF_OTHERS: dict[str, tuple[list[Case], list[Case]]] = {
    # rules for several kinds of claims, on those that are not professional
    "TIMELY_FILING": (
        [{"kind": "I", "statement_from": "2025-01-30", "statement_to": "2025-02-20"}],
        [
            {"kind": "I", "statement_from": "2025-02-20", "statement_to": "2025-03-05"},
            {"kind": "I", "frequency": "Q", "statement_to": "2025-02-20"},
        ],
    ),
    "DOB_AFTER_SERVICE": (
        [
            {"kind": "I", "subscriber.birth_date": "2026-02-03"},
            {"kind": "D", "subscriber.birth_date": "2026-02-11"},
        ],
        [{"kind": "I", "subscriber.birth_date": "2026-02-02"}],
    ),
    "ICD9_AFTER_TRANSITION": (
        [{"kind": "I", "diagnoses.1.qualifier": "BF"}],
        [{"kind": "I", "diagnoses.1.qualifier": "BF", "statement_to": "2015-09-30"}],
    ),
    "ICD10_BEFORE_TRANSITION": (
        [{"kind": "I", "statement_to": "2015-09-30"}],
        [{"kind": "I", "statement_from": "2015-09-30", "statement_to": "2015-10-01"}],
    ),
    "NEGATIVE_LINE_CHARGE": (
        [{"kind": "I", "lines.0.charge": -1}, {"kind": "D", "lines.1.charge": -1}],
        [{"kind": "I", "lines.0.charge": 0}, {"kind": "D", "lines.1.charge": 0}],
    ),
    "FREQ_REQUIRES_ORIGINAL_REF": (
        [{"kind": "I", "frequency": "7"}, {"kind": "D", "frequency": "8"}],
        [{"kind": "I", "frequency": "7", "original_reference": "X"}],
    ),
    "INVALID_DX_POINTER": ([], [{"kind": "D", "lines.0.pointer_1": 1}]),
    "MISSING_ACCIDENT_FIELDS": (
        [{"kind": "D", "related_cause_1": "OA"}, {"kind": "D", "related_cause_2": "OA"}],
        [{"kind": "D", "related_cause_1": "OA", "accident_date": "2026-02-01"}],
    ),
    "ACCIDENT_AFTER_SERVICE": (
        [{"kind": "D", "accident_date": "2026-02-11"}],
        [{"kind": "D", "accident_date": "2026-02-10"}],
    ),
    "BILLING_ZIP_NOT_9": (
        [{"kind": "I", "provider.zip": "62701"}, {"kind": "D", "provider.zip": "62701"}],
        [{"kind": "I"}, {"kind": "D"}],
    ),
}
