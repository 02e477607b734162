"""What rules are tried on that ask for a payer's own lists, and those lists."""

from typing import Any

from rulebook.clean_claims import CLEAN
from rulebook.further_claims import MEDICARE
from rulebook.table_claims import codes
from scrubjay.rules.interpreter import Table

__all__ = ["EXAMPLES", "TABLES"]

Case = dict[str, Any]

TABLES: dict[str, Table] = {
    "taxonomy_required": codes("99999"),
    "member_ids.least": codes("88888", value=11),
    "member_ids.most": codes("88888", value=12),
    "filing": codes(("88888", "BL")),
    "filing.payers": codes("88888"),
    "supervision_required": codes(("99999", "363L00000X")),
    "procedure_age.least": codes("99396", value=40),
    "procedure_age.most": codes("99393", value=11),
    "procedure_sex.female": codes("59400"),
    "procedure_sex.male": codes("55250"),
    "modifier_denied": codes(("36415", "25")),
    "modifier_required": codes(("97530", "GP"), ("97530", "GO")),
    "modifier_required.procedures": codes("97530"),
    "anatomic.finger": codes("26055"),
    "anatomic.toe": codes("28285"),
    "anatomic.eyelid": codes("67800"),
    "anatomic.coronary": codes("92928"),
    "procedure_pos": codes(("99284", "23")),
    "procedure_pos.procedures": codes("99284"),
    "msp": codes("S72001A"),
}

LINE = CLEAN["lines"][0]
WOMAN: Case = {"lines.0.procedure": "55250"}
TOOTH = {"tooth": "14", "status": "M"}

EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    "MISSING_TAXONOMY": (
        [{"provider.taxonomy": None}],
        [{}, {"provider.taxonomy": None, "payer.id": "77777"}],
    ),
    "MEMBER_ID_FORMAT": (
        [
            {"payer.id": "88888"},
            {"payer.id": "88888", "subscriber.member_id": "W000123456789"},
        ],
        [
            {},
            {"payer.id": "88888", "subscriber.member_id": "W0001234567"},
            {"payer.id": "88888", "subscriber.member_id": "W00012345678"},
        ],
    ),
    "INVALID_FILING_INDICATOR": (
        [{"payer.id": "88888"}],
        [{}, {"payer.id": "88888", "subscriber.filing_indicator": "BL"}],
    ),
    "MISSING_SUPERVISING_PROVIDER": (
        [{"rendering_taxonomy": "363L00000X"}],
        [
            {},
            {"rendering_taxonomy": "363L00000X", "supervising_last": "HEALER"},
            {
                "rendering_taxonomy": "363L00000X",
                "lines.0.supervising_last": "HEALER",
                "lines.1.supervising_last": "HEALER",
            },
        ],
    ),
    "PROC_AGE_CONFLICT": (
        [
            {"lines.0.procedure": "99393"},
            {"lines.0.procedure": "99396", "subscriber.birth_date": "1986-02-11"},
        ],
        [
            {},
            {"lines.0.procedure": "99396", "subscriber.birth_date": "1986-02-10"},
            {"lines.0.procedure": "99393", "subscriber.birth_date": "2014-02-11"},
        ],
    ),
    "PROC_SEX_CONFLICT": (
        [WOMAN, {"lines.0.procedure": "59400", "subscriber.sex": "M"}],
        [
            {},
            WOMAN | {"subscriber.sex": "M"},
            WOMAN | {"subscriber.sex": "U"},
            WOMAN | {"lines.0.modifier_1": "KX"},
            WOMAN | {"conditions": [{"qualifier": "BG", "code": "45"}]},
        ],
    ),
    "MODIFIER_NOT_ALLOWED": (
        [
            {"lines.0.procedure": "36415", "lines.0.modifier_1": "25"},
            {
                "lines.0.procedure": "36415",
                "lines.0.modifier_1": "59",
                "lines.0.modifier_2": "25",
            },
        ],
        [{}, {"lines.0.procedure": "36415"}, {"lines.0.modifier_1": "25"}],
    ),
    "MODIFIER_REQUIRED": (
        [
            {"lines.0.procedure": "97530"},
            {"lines.0.procedure": "97530", "lines.0.modifier_1": "59"},
        ],
        [
            {},
            {
                "lines.0.procedure": "97530",
                "lines.0.modifier_1": "59",
                "lines.0.modifier_2": "GO",
            },
        ],
    ),
    "ANATOMIC_MODIFIER_MISSING": (
        [
            {"lines.0.procedure": "26055"},
            {"lines.0.procedure": "28285", "lines.0.modifier_1": "F1"},
            {"lines.0.procedure": "67800", "lines.0.modifier_1": "RT"},
            {"lines.0.procedure": "92928"},
        ],
        [
            {},
            {"lines.0.procedure": "26055", "lines.0.modifier_1": "FA"},
            {
                "lines.0.procedure": "28285",
                "lines.0.modifier_1": "59",
                "lines.0.modifier_2": "T5",
            },
            {"lines.0.procedure": "92928", "lines.0.modifier_1": "LD"},
        ],
    ),
    "POS_PROCEDURE_MISMATCH": (
        [
            {"lines.0.procedure": "99284"},
            {
                "lines.0.procedure": "99284",
                "place_of_service": "23",
                "lines.0.place_of_service": "11",
            },
        ],
        [
            {},
            {"lines.0.procedure": "99284", "place_of_service": "23"},
            {"lines.0.procedure": "99284", "lines.0.place_of_service": "23"},
        ],
    ),
    "MSP_DX_ALERT": (
        [MEDICARE | {"diagnoses.0.code": "S72001A"}, {"kind": "I", "diagnoses.1.code": "S72001A"}],
        [
            {},
            {"diagnoses.0.code": "S72001A"},
            MEDICARE | {"diagnoses.0.code": "S72001A", "subscriber.responsibility": "S"},
        ],
    ),
    "MISSING_TOOTH_EXTRACTED": (
        [
            {
                "tooth_statuses": [TOOTH],
                "lines.1.teeth": [{"number": "14"}],
                "lines.1.procedure": "D2392",
            }
        ],
        [
            {},
            {
                "tooth_statuses": [TOOTH],
                "lines.1.teeth": [{"number": "13"}],
                "lines.1.procedure": "D2392",
            },
            {
                "tooth_statuses": [TOOTH],
                "lines.1.teeth": [{"number": "14"}],
                "lines.1.procedure": "D6010",
            },
            {
                "tooth_statuses": [TOOTH | {"status": "E"}],
                "lines.1.teeth": [{"number": "14"}],
                "lines.1.procedure": "D7140",
            },
        ],
    ),
    "REPEAT_NEEDS_76_77_91": (
        [{"lines.2": LINE | {"number": 3, "charge": 10, "units": 2}}],
        [
            {},
            {"lines.2": LINE | {"number": 3, "modifier_1": "76"}},
            {"lines.2": LINE | {"number": 3, "service_from": "2026-02-11"}},
            {"lines.2": LINE | {"number": 3, "rendering_npi": "1234567893"}},
        ],
    ),
}
