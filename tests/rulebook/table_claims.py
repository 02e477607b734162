"""What rules that ask for code tables are tried on, and the few codes of the tables beside them."""

import datetime as dt
from typing import Any

from rulebook.clean_claims import CLEAN
from rulebook.further_claims import MEDICARE
from rulebook.other_claims import OUTPATIENT
from scrubjay.rules.interpreter import Table

__all__ = ["EXAMPLES", "TABLES"]

Case = dict[str, Any]
EPOCH = dt.date(1970, 1, 1)
EVER, NEVER = -(2**31), 2**31 - 1


def day(text: str) -> int:
    """Days since 1970-01-01."""
    return (dt.date.fromisoformat(text) - EPOCH).days


def codes(*names: Any, value: int = 0) -> Table:
    """Codes, or pairs of codes, that hold always."""
    return {name: [(EVER, NEVER, value)] for name in names}


Spans = list[tuple[int, ...]]
_OLD: Spans = [(EVER, day("2025-09-30"), 0)]
_NEW: Spans = [(day("2025-10-01"), NEVER, 0)]

TABLES: dict[str, Table] = {
    "icd10cm": {**codes("E119", "I10", "R079", "I2101", "Z3800"), "M5450": _NEW, "M545": _OLD},
    "icd10cm.category": codes("E11", "S72001"),
    "icd10cm.seventh": codes("S72001"),
    "icd10cm.manifestation": codes("D631"),
    "icd10cm.unacceptable": codes("Z1231", "Z5189"),
    "icd10cm.requires_secondary": codes("Z5189"),
    "icd10cm.newborn": codes("P220"),
    "icd10cm.pediatric": codes("R6250"),
    "icd10cm.maternity": codes("O0900"),
    "icd10cm.adult": codes("I2510"),
    "icd10cm.female": codes("N800"),
    "icd10cm.male": codes("N400"),
    "icd10cm.unspecified_laterality": codes("C50919"),
    "icd10cm.questionable_admission": codes("R51"),
    "icd10cm_notes.excludes1": codes(("E10", "E11"), ("E11", "E10")),
    "icd10cm_notes.caused": codes("D630", "B902"),
    "icd10cm_notes.cause_named": codes("G130"),
    "icd10cm_notes.code_first": codes(("G130", "C50")),
    "icd10cm_notes.right": codes("M1711"),
    "icd10cm_notes.left": codes("M1712"),
    "icd10cm_notes.bilateral": codes("M170"),
    "icd10pcs": codes("02703ZZ"),
    "icd10pcs.noncovered": codes("0UB50ZZ"),
    "icd10pcs.limited_coverage": codes("02YA0Z0"),
    "icd10pcs.long_stay": codes("5A1955Z"),
    "icd10pcs.cesarean": codes("10D00Z1"),
    "icd10pcs.vaginal_delivery": codes("10E0XZZ"),
    "patient_status": {**codes("01", "30"), "61": _NEW},
    "poa_exempt": codes("Z3800"),
    "pos": codes("02", "10", "11", "21", "22", "23", "24", "31", "41", "51", "61", "81"),
    "nppes": {"1234567893": [(EVER, day("2025-12-31"), 2)], "1457382905": [(EVER, NEVER, 1)]},
    "nppes.person": codes("1457382905"),
    "nppes.group": codes("1234567893"),
    "enrolment": codes(("99999", "1457382905")),
    "enrolment.payers": codes("99999"),
    "submitters": codes(("S1", "1234567893")),
    "submitters.known": codes("S1"),
    "nucc": codes("207Q00000X", "261Q00000X"),
    "nucc.group": codes("261Q00000X"),
    "hcpcs": {**codes("J1885"), "J0001": _OLD},
    "cpt": codes("99213", "85025"),
    "cdt": codes("D2392", "D1110"),
    "modifiers": codes("25", "59"),
    "unlisted": codes("99499"),
    "referral_required": codes("99243"),
    "order_required": codes("85025"),
    "clia_required": codes("85025"),
    "authorization_required": codes(("99999", "70553")),
    "ndc_required": codes(("99999", "J1885")),
    "therapy": codes("97110"),
    "tooth_required": codes("D1110", "D2392"),
    "hac": codes("L89154"),
    "msdrg": codes("247"),
    "ptp.0": codes(("11102", "99213")),
    "ptp.1": codes(("99213", "85025")),
    "mue.1": codes("99213", value=1),
    "mue.2": codes("85025", value=2),
    "mue.3": codes("97110", value=4),
    "addon.type_1": codes("99417"),
    "addon.primary": codes(("99417", "99215")),
    "pfs.global_000": codes("20610"),
    "pfs.global_010": codes("11402"),
    "pfs.global_090": codes("27447"),
    "pfs.bilateral_0": codes("99213"),
    "pfs.bilateral_3": codes("71046"),
    "pfs.bilateral_9": codes("A0429"),
    "pfs.assistant_1": codes("11402"),
    "pfs.assistant_9": codes("A0429"),
    "pfs.cosurgeon_0": codes("11402"),
    "pfs.cosurgeon_9": codes("A0429"),
    "pfs.team_0": codes("11402"),
    "pfs.team_9": codes("A0429"),
    **{f"pfs.pctc_{kind}": codes(f"1000{kind}") for kind in "023459"},
    "lcd": codes(("83036", "E119")),
    "lcd.procedures": codes("83036"),
    "opps.c": codes("27447"),
    "opps.n": codes("36415", "92920"),
    "revenue_hcpcs": codes("0360"),
    "device": codes(("33208", "C1785")),
    "device.procedures": codes("33208"),
}

TWO = {"lines.0.procedure": "99213", "lines.1.procedure": "85025"}
CHILD = {"subscriber.birth_date": "2015-01-01"}
OVERNIGHT = {"statement_from": "2025-09-30", "statement_to": "2025-10-01"}
YOUNG = {"subscriber.birth_date": "2009-01-01"}


def first(code: str, **more: Any) -> Case:
    """A claim of this principal diagnosis."""
    return {"diagnoses.0.code": code, **more}


def two(one: str, other: str, **more: Any) -> Case:
    """A claim of these two diagnoses."""
    return {"diagnoses.0.code": one, "diagnoses.1.code": other, **more}


EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    "INVALID_POS": ([{"place_of_service": "30"}, {"place_of_service": "1"}], [{}]),
    "INVALID_LINE_POS": (
        [{"lines.0.place_of_service": "98"}],
        [{}, {"lines.0.place_of_service": "22"}],
    ),
    "EXCLUDES1_CONFLICT": (
        [two("E109", "E119"), two("E119", "E1065"), {"kind": "I", **two("E109", "E119")}],
        [{}, two("E109", "I10"), two("E109", "E109"), {"kind": "I"}],
    ),
    "CODE_FIRST_MISSING": (
        [first("B902"), two("I10", "G130"), two("G130", "C50911"), {"kind": "I", **first("B902")}],
        [{}, two("C50911", "G130"), two("I10", "B902"), first("D631"), {"kind": "I"}],
    ),
    "LATERALITY_DX_MISMATCH": (
        [
            two("M1711", "I10", **{"lines.0.modifier_1": "LT"}),
            two("M1712", "I10", **{"lines.0.modifier_1": "59", "lines.0.modifier_2": "RT"}),
        ],
        [
            {},
            two("M1711", "I10", **{"lines.0.modifier_1": "RT"}),
            two("M1711", "I10", **{"lines.0.modifier_1": "59"}),
            two("M1711", "M1712", **{"lines.0.modifier_1": "LT"}),
            two("M1711", "M170", **{"lines.0.modifier_1": "LT"}),
            two("M1711", "I10", **{"lines.0.modifier_1": "LT", "lines.0.modifier_2": "50"}),
            two("I10", "M1711", **{"lines.0.modifier_1": "LT", "lines.0.pointer_2": None}),
        ],
    ),
    "INVALID_ICD10": (
        [
            first("Z9999"),
            {"diagnoses.1.code": "M545", "lines.0.pointer_2": 2},
            first("M545", **{"lines.0.service_from": "2025-09-30"}),
            {"kind": "I", "diagnoses.1.code": "M545"},
            OVERNIGHT | {"kind": "I", "diagnoses.1.code": "M545"},
            {"kind": "D", "diagnoses": [{"qualifier": "ABK", "code": "M545"}]},
        ],
        [
            {},
            first("E11"),
            first("M5450"),
            first("25000", **{"diagnoses.0.qualifier": "BK"}),
            {"kind": "I"},
            {"kind": "I", "diagnoses.1.code": "M545", "statement_to": "2025-09-30"},
            OUTPATIENT | OVERNIGHT | first("M545", kind="I"),
            # over the first of October: the line that points at the old code is of September
            {
                "diagnoses.1.code": "M545",
                "lines.0.service_from": "2025-09-30",
                "lines.1.pointer_1": 1,
            },
        ],
    ),
    "ICD10_NOT_SPECIFIC": (
        [first("E11"), {"kind": "I", "diagnoses.1.code": "E11"}],
        [{}, first("S72001")],
    ),
    "ICD10_7TH_CHAR_MISSING": ([first("S72001")], [{}, first("E11")]),
    "UNKNOWN_ADMITTING_DIAGNOSIS": (
        [{"admitting_diagnosis": "R0790"}],
        [{}, {"admitting_diagnosis": "R07.9"}, {"admitting_diagnosis": None}],
    ),
    "UNKNOWN_ICD10_PCS": (
        [{"procedures.0.code": "0270344"}],
        [{}, {"procedures.0.code": "92920"}],
    ),
    "MANIFESTATION_PRINCIPAL": ([first("D631")], [{}, {"diagnoses.1.code": "D631"}]),
    "UNACCEPTABLE_PRINCIPAL_DX": (
        [first("Z1231")],
        [{}, first("Z5189"), {"diagnoses.1.code": "Z1231"}, OUTPATIENT | first("Z1231")],
    ),
    "PRINCIPAL_REQUIRES_SECONDARY": (
        [{"diagnoses": [{"qualifier": "ABK", "code": "Z5189"}]}],
        [{}, first("Z5189")],
    ),
    "DX_AGE_CONFLICT": (
        [first(code) for code in ("P220", "R6250")]
        + [first("O0900", **CHILD | {"subscriber.birth_date": "2020-01-01"})]
        + [first("I2510", **CHILD)]
        + [first("O0900", **YOUNG | {"lines.0.service_from": "2019-09-30"})],
        [
            {},
            *(first("I2510"), first("O0900"), first("R6250", **CHILD)),
            first("O0900", **YOUNG | {"lines.0.service_from": "2019-10-01"}),
        ],
    ),
    "DX_SEX_CONFLICT": (
        [
            first("N400", **{"lines.0.service_from": "2024-09-30"}),
            {"kind": "I", "diagnoses.1.code": "N400", "statement_to": "2024-09-30"},
        ],
        [
            {},
            first("N400"),
            first("N800", **{"lines.0.service_from": "2024-09-30"}),
            first("N400", **{"lines.0.service_from": "2024-09-30", "lines.1.modifier_1": "KX"}),
        ],
    ),
    "UNSPECIFIED_LATERALITY_DX": (
        [{"diagnoses.1.code": "C50919"}],
        [{}, {"diagnoses.1.code": "C50919", "subscriber.filing_indicator": "CI"}],
    ),
    "QUESTIONABLE_ADMISSION_DX": ([first("R51")], [{}, {"diagnoses.1.code": "R51"}]),
    "NONCOVERED_PROCEDURE": (
        [{"procedures.0.code": "0UB50ZZ"}],
        [{}, {"procedures.0.code": "0UB50ZZ", "subscriber.filing_indicator": "CI"}],
    ),
    "LIMITED_COVERAGE_PROCEDURE": ([{"procedures.0.code": "02YA0Z0"}], [{}]),
    "PROC_LOS_INCONSISTENT": (
        [{"procedures.0.code": "5A1955Z"}],
        [{}, {"procedures.0.code": "5A1955Z", "statement_to": "2026-02-06"}],
    ),
    "QUESTIONABLE_OB_ADMISSION": (
        [{"procedures.0.code": "10D00Z1"}, {"procedures.0.code": "10E0XZZ"}],
        [{}, {"procedures.0.code": "10E0XZZ", "diagnoses.1.code": "Z370"}],
    ),
    "UNKNOWN_PATIENT_STATUS": (
        [{"patient_status": "99"}, {"patient_status": "61", "statement_to": "2025-09-30"}],
        [{}, {"patient_status": "61"}, {"patient_status": "A1"}],
    ),
    "POA_MISSING": (
        [{"diagnoses.1.present_on_admission": None}],
        [
            {},
            {"diagnoses.1.present_on_admission": None, "diagnoses.1.code": "Z3800"},
            {"diagnoses": [{"qualifier": "ABK", "code": "I2101"}]},
        ],
    ),
    "POA_ON_EXEMPT": ([{"diagnoses.1.code": "Z3800"}], [{}]),
    "EXTERNAL_CAUSE_POINTED": (
        [{"diagnoses.1.code": "W19XXXA", "lines.0.pointer_1": 2}],
        [{}, {"diagnoses.1.code": "W19XXXA"}],
    ),
    "UNREFERENCED_DX": ([{"lines.0.pointer_2": None}], [{}]),
    # what may be billed together
    "NCCI_PTP_NOT_ALLOWED": (
        [MEDICARE | {"lines.1.procedure": "11102"}],
        [
            MEDICARE,
            {"lines.1.procedure": "11102"},
            MEDICARE | {"lines.1.procedure": "11102", "lines.1.service_from": "2026-02-11"},
            MEDICARE | {"lines.1.procedure": "11102", "lines.1.rendering_npi": "1234567893"},
            {"lines.1.procedure": "11102", "subscriber.filing_indicator": "MC"},
        ],
    ),
    "NCCI_PTP_NEEDS_MODIFIER": (
        [MEDICARE | TWO],
        [
            TWO,
            MEDICARE | TWO | {"lines.1.modifier_1": "59"},
            MEDICARE | TWO | {"lines.0.modifier_1": "25"},
        ],
    ),
    "MUE_LINE_EXCEEDED": (
        [MEDICARE | {"lines.0.units": 2}],
        [
            MEDICARE,
            {"lines.0.units": 2},
            {"lines.0.units": 2, "subscriber.filing_indicator": "MC"},
            MEDICARE | {"lines.1.units": 9},
        ],
    ),
    "MUE_DAY_EXCEEDED_ABSOLUTE": (
        [
            MEDICARE | {"lines.1.units": 3},
            MEDICARE | {"lines.1.units": 2, "lines.2": CLEAN["lines"][1] | {"number": 3}},
        ],
        [
            MEDICARE | {"lines.1.units": 2},
            MEDICARE
            | {
                "lines.1.units": 2,
                "lines.2": CLEAN["lines"][1] | {"number": 3, "service_from": "2026-02-11"},
            },
        ],
    ),
    "MUE_DAY_EXCEEDED_CLINICAL": (
        [MEDICARE | {"lines.1.procedure": "97110", "lines.1.units": 5}],
        [MEDICARE | {"lines.1.procedure": "97110", "lines.1.units": 4}],
    ),
    "ADDON_WITHOUT_PRIMARY": (
        [{"lines.1.procedure": "99417"}],
        [{}, {"lines.1.procedure": "99417", "lines.0.procedure": "99215"}],
    ),
    "EM_WITH_PROC_NEEDS_25": (
        [{"lines.1.procedure": "20610"}, {"lines.1.procedure": "11402"}],
        [
            {},
            {"lines.1.procedure": "20610", "lines.0.modifier_1": "25"},
            {"lines.1.procedure": "20610", "lines.1.service_from": "2026-02-11"},
        ],
    ),
    "EM_DECISION_NEEDS_57": (
        [
            {"lines.1.procedure": "27447"},
            {"lines.1.procedure": "27447", "lines.1.service_from": "2026-02-11"},
        ],
        [
            {},
            {"lines.1.procedure": "27447", "lines.0.modifier_1": "57"},
            {"lines.1.procedure": "27447", "lines.1.service_from": "2026-02-12"},
        ],
    ),
    "BILATERAL_NOT_ALLOWED": (
        [
            {"lines.0.procedure": code, "lines.0.modifier_1": "50"}
            for code in ("99213", "71046", "A0429")
        ],
        [{}, {"lines.1.modifier_1": "50"}],
    ),
    "ASSISTANT_NOT_ALLOWED": (
        [{"lines.0.procedure": "11402", "lines.0.modifier_1": "80"}],
        [{"lines.0.procedure": "11402"}, {"lines.0.modifier_1": "AS"}],
    ),
    "COSURGEON_NOT_ALLOWED": (
        [
            {"lines.0.procedure": "11402", "lines.0.modifier_1": "62"},
            {"lines.0.procedure": "11402", "lines.0.modifier_1": "66"},
        ],
        [{"lines.0.procedure": "11402"}, {"lines.0.modifier_1": "62"}],
    ),
    "PCTC_MODIFIER_INVALID": (
        [{"lines.0.procedure": f"1000{kind}", "lines.0.modifier_1": "26"} for kind in "023459"],
        [{"lines.0.procedure": "10000"}, {"lines.0.modifier_1": "TC"}],
    ),
    "MEDICAL_NECESSITY_LCD": (
        [MEDICARE | {"lines.0.procedure": "83036", "diagnoses.0.code": "I10"}],
        [
            MEDICARE,
            MEDICARE | {"lines.0.procedure": "83036"},
            {"lines.0.procedure": "83036", "diagnoses.0.code": "I10"},
            MEDICARE | first("I10", **{"lines.0.procedure": "83036", "lines.0.modifier_1": "GZ"}),
        ],
    ),
    "INPATIENT_ONLY_OUTPATIENT": (
        [OUTPATIENT | {"lines.1.procedure": "27447"}],
        [{}, OUTPATIENT, {"lines.1.procedure": "27447"}],
    ),
    "OPPS_PACKAGED_ONLY": (
        [OUTPATIENT],
        [{}, OUTPATIENT | {"lines.1.procedure": "99284"}],
    ),
    "REV_CENTER_REQUIRES_HCPCS": (
        [OUTPATIENT | {"lines.0.revenue": "0360"}],
        [{}, OUTPATIENT, {"lines.0.revenue": "0360"}],
    ),
    "DEVICE_PROCEDURE_PAIR": (
        [{"lines.1.procedure": "33208"}],
        [{}, {"lines.1.procedure": "33208", "lines.0.procedure": "C1785"}],
    ),
    # registries
    "NPI_DEACTIVATED": (
        [{}],
        [
            {"provider.npi": "1457382905"},
            {"lines.0.service_from": "2025-12-31", "lines.1.service_from": "2025-12-31"},
        ],
    ),
    "RENDERING_NPI_DEACTIVATED": ([{"rendering_npi": "1234567893"}], [{}]),
    "NPI_ENTITY_TYPE_MISMATCH": (
        [{"provider.entity": "1"}, {"provider.npi": "1457382905"}],
        [{}, {"provider.entity": "1", "provider.npi": "1457382905"}],
    ),
    "NPI_NOT_ENROLLED_PAYER": (
        [{}],
        [{"provider.npi": "1457382905"}, {"payer.id": "77777"}],
    ),
    "SUBMITTER_PROVIDER_UNLINKED": (
        [
            {
                "provider.npi": "1457382905",
                "provider.set": {"date": "2026-03-01", "submitter_id": "S1"},
            }
        ],
        [{}, {"provider.set": {"date": "2026-03-01", "submitter_id": "S1"}}],
    ),
    "UNKNOWN_TAXONOMY": ([{"provider.taxonomy": "207Q00001X"}], [{}, {"provider.taxonomy": "1"}]),
    "TAXONOMY_ROLE_MISMATCH": (
        [{"provider.entity": "1", "provider.taxonomy": "261Q00000X"}],
        [{}, {"provider.taxonomy": "261Q00000X"}],
    ),
    "INVALID_HCPCS": (
        [{"lines.0.procedure": "J9999"}],
        [{}, {"lines.0.procedure": "J1885"}, {"lines.0.procedure": "J0001"}],
    ),
    "HCPCS_TERMINATED": (
        [{"lines.0.procedure": "J0001"}],
        [{}, {"lines.0.procedure": "J0001", "lines.0.service_from": "2025-09-30"}],
    ),
    "UNKNOWN_CPT": ([{"lines.0.procedure": "99299"}], [{}, {"lines.0.procedure": "J1885"}]),
    "UNKNOWN_CDT": ([{"lines.0.procedure": "D9986"}], [{}]),
    "UNKNOWN_MODIFIER": (
        [{"lines.0.modifier_1": "25", "lines.0.modifier_2": "QQ"}],
        [{}, {"lines.0.modifier_1": "59"}, {"lines.0.modifier_1": "qq"}],
    ),
    "UNLISTED_PROC_NO_DESC": (
        [{"lines.0.procedure": "99499"}],
        [
            {},
            {"lines.0.procedure": "99499", "lines.0.description": "HOUSE CALL"},
            {"lines.0.procedure": "99499", "lines.0.note": "HOUSE CALL"},
        ],
    ),
    "MISSING_REFERRING_PROVIDER": (
        [{"lines.0.procedure": "99243"}],
        [{}, {"lines.0.procedure": "99243", "referring_last": "SENDER"}],
    ),
    "MISSING_ORDERING_PROVIDER": ([{}], [{"lines.1.ordering_last": "ORDERER"}]),
    "MISSING_CLIA": ([{}], [{"clia": "14D0000001"}, {"lines.1.clia": "14D0000001"}]),
    "MISSING_PRIOR_AUTH": (
        [{"lines.0.procedure": "70553"}],
        [
            {},
            {"lines.0.procedure": "70553", "prior_authorization": "A1"},
            {"lines.0.procedure": "70553", "payer.id": "77777"},
        ],
    ),
    "MISSING_NDC": (
        [{"lines.0.procedure": "J1885"}],
        [{}, {"lines.0.procedure": "J1885", "lines.0.ndc": "00027597010"}],
    ),
    "THERAPY_MODIFIER_MISSING": (
        [
            {"lines.0.procedure": "97110"},
            {"lines.0.procedure": "97110", "lines.0.modifier_1": "59"},
        ],
        [{}, {"lines.0.procedure": "97110", "lines.0.modifier_1": "GP"}],
    ),
    "TOOTH_REQUIRED": ([{}], [{"lines.1.procedure": "D0120"}]),
    "HAC_POA_REVIEW": (
        [{"diagnoses.1.code": "L89154", "diagnoses.1.present_on_admission": "N"}],
        [{}, {"diagnoses.1.code": "L89154"}],
    ),
    "UNKNOWN_DRG": ([{"drg": "999"}], [{}, {"drg": "247"}]),
}
