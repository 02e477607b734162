"""What rules are tried on that ask what was sent before, and the history that they ask.

A history is by the values that it remembers here, and by their digests in the native tests. A claim
of the number AGAIN came earlier in the file.
"""

from typing import Any

from rulebook.clean_claims import CLEAN
from rulebook.table_claims import codes, day

__all__ = ["EXAMPLES", "TABLES"]

Case = dict[str, Any]

PERSON = ("SAMPLE", "ROBIN", day("1980-05-06"))
PHYSICIAN = (*PERSON, "1457382905")
CHILD = ("SAMPLE", "KIT", day("2015-01-01"))
SERVED = ("99999", "W000123456", *PERSON)
SET = ("S1", "R1", "0001", "B77", day("2026-03-01"), "0930")


def on(date: str, value: Any = 0) -> list[tuple[Any, ...]]:
    """One row of a list of a history."""
    return [(day(date), day(date), value)]


TABLES: dict[str, Any] = {
    "history.physicians": {
        PHYSICIAN: [
            *on("2023-03-01", "99203"),
            *on("2025-12-01", "27447"),
            *on("2026-01-20", "11402"),
        ],
        (*CHILD, "1457382905"): on("2022-01-05", "99393"),
    },
    "history.services": {
        (*SERVED, "99213"): [*on("2026-02-01", 1000), *on("2025-06-01", 2000)],
        (*SERVED, "85025"): on("2024-01-01", 1000),
    },
    "history.originals": {("99999", "ICN1"): [(-(2**31), 2**31 - 1, 0)]},
    "history.files": {SET: [(-(2**31), 2**31 - 1, 0)]},
    "frequency.day": codes(("99999", "99214"), value=1),
    "frequency.month": codes(("99999", "99213"), value=1),
    "frequency.year": codes(("99999", "99215"), ("99999", "99213"), value=9),
    "frequency.life": codes(("99999", "85025"), value=1),
}

KIT = {"last": "SAMPLE", "first": "KIT", "birth_date": "2015-01-01"}
SENT = {
    "date": "2026-03-01",
    "submitter_id": "S1",
    "receiver_id": "R1",
    "control": "0001",
    "reference": "B77",
    "time": "0930",
}
NEW = {"lines.0.procedure": "99203"}
SECOND = CLEAN["lines"][1]
TWICE = {"lines.0.procedure": "99214", "lines.1.procedure": "99214"}
"""Two lines, one unit each, of what is paid for once a day."""

EXAMPLES: dict[str, tuple[list[Case], list[Case]]] = {
    "DUPLICATE_PCN_IN_BATCH": (
        [{"id": "AGAIN"}, {"kind": "I", "id": "AGAIN"}, {"kind": "D", "id": "AGAIN"}],
        [
            {},
            {"id": "AGAIN", "frequency": "7", "original_reference": "1"},
            {"id": "AGAIN", "frequency": "6"},
            {"kind": "I", "id": "AGAIN", "frequency": "Q"},
            {"kind": "D", "id": "AGAIN", "frequency": "6"},
            {"id": "SEEN"},
        ],
    ),
    "REF_F8_REUSED": (
        [
            {"id": "AGAIN", "frequency": "7", "original_reference": "ICN2"},
            {"frequency": "8", "original_reference": "ICN1"},
            {"kind": "I", "frequency": "7", "original_reference": "icn1"},
            {"frequency": "6", "original_reference": "ICN1"},
            {"kind": "I", "frequency": "Q", "original_reference": "ICN1"},
            {"kind": "D", "frequency": "6", "original_reference": "ICN1"},
        ],
        [
            {},
            {"original_reference": "ICN1"},
            {"frequency": "7", "original_reference": "ICN3"},
            {"frequency": "7", "original_reference": "ICN1", "payer.id": "77777"},
        ],
    ),
    "DUPLICATE_FILE": (
        [{"provider.set": SENT}, {"kind": "D", "provider.set": SENT}],
        [{}, {"provider.set": SENT | {"time": "0931"}}, {"provider.set": SENT | {"control": "2"}}],
    ),
    "NEW_PATIENT_WITHIN_3Y": (
        [
            NEW,
            NEW | {"lines.0.service_from": "2026-01-21", "lines.0.rendering_npi": "1457382905"},
            NEW | {"rendering_npi": None, "provider.npi": "1457382905"},
            NEW | {"subscriber.last": "Sample", "lines.0.service_from": "2025-12-02"},
        ],
        [
            {},
            NEW | {"rendering_npi": "1234567893"},
            NEW | {"lines.0.rendering_npi": "1234567893"},
            NEW | {"lines.0.service_from": "2025-11-30", "subscriber.birth_date": "1980-05-07"},
            NEW | {"lines.0.service_from": "2023-03-01"},
            NEW | {"frequency": "7", "original_reference": "1"},
            NEW | {"subscriber.relationship": None, "patient": KIT},
            NEW | {"subscriber.birth_date": None},
        ],
    ),
    "GLOBAL_PERIOD_EM": (
        [
            {},
            {"lines.0.service_from": "2026-01-30"},
            {"lines.0.service_from": "2026-03-01", "lines.0.service_to": "2026-03-01"},
        ],
        [
            {"lines.0.modifier_1": "24"},
            {"lines.0.service_from": "2026-03-02"},
            {"lines.0.service_from": "2025-12-01"},
            {"rendering_npi": "1234567893"},
            {"lines.0.procedure": "85025"},
        ],
    ),
    "GLOBAL_PERIOD_SURGERY": (
        [
            {"lines.0.procedure": "11402"},
            {"lines.0.procedure": "27447", "lines.0.service_from": "2026-01-29"},
        ],
        [
            {},
            {"lines.0.procedure": "20610"},
            {"lines.0.procedure": "11402", "lines.0.modifier_1": "79"},
            {"lines.0.procedure": "11402", "lines.0.service_from": "2026-03-02"},
            {"lines.0.procedure": "27447", "lines.0.service_from": "2025-12-01"},
        ],
    ),
    "FREQUENCY_EXCEEDED": (
        [
            {},
            {"lines.0.procedure": "99214", "lines.0.units": 2},
            {
                "lines.0.procedure": "99215",
                "lines.0.units": 5,
                "lines.1": SECOND | {"procedure": "99215", "units": 5},
            },
            {"kind": "I", "subscriber.member_id": "W000123456", "lines.1.procedure": "99213"},
            TWICE | {"lines.1.service_from": "2026-02-10"},
            {"lines.0.procedure": "85025", "lines.1": SECOND | {"service_from": "2026-01-01"}},
        ],
        [
            {"lines.0.procedure": "99214", "lines.1.procedure": "36415"},
            {"lines.0.service_from": "2026-04-01", "lines.1.procedure": "36415"},
            {"payer.id": "77777"},
            {"frequency": "7", "original_reference": "1"},
            {"frequency": "6"},
            # one on each of two days, where one a day is paid for
            TWICE | {"lines.0.service_from": "2026-02-11"},
            # what was done later is of no month that ends before it
            {"lines.0.service_from": "2026-01-31", "lines.1.procedure": "36415"},
            # the second day of the claim is more than a month away
            {
                "lines.0.service_from": "2026-06-01",
                "lines.1": SECOND | {"procedure": "99213", "service_from": "2026-04-20"},
            },
        ],
    ),
}
