"""Members of an 834 as records: what they say, what is hidden, what holds them back."""

import hashlib
import hmac
from typing import Any

import pytest

from records.made import KEY, Record, enveloped
from scrubjay.testing import generate

HEADER = (
    "BGN*00*REF1*20260930*1200****2~REF*38*MASTER~"
    "N1*P5*EMPLOYER*FI*123456789~N1*IN*PAYER*FI*987654321~"
)


def member(
    ssn: str = "123456789", of: str = "FAM1", *, ins: str = "INS*Y*18*021*28*A***FT", rest: str = ""
) -> str:
    """A member with a number of the family, and one coverage unless `rest` says more."""
    return (
        f"{ins}~REF*0F*{of}~{rest}NM1*IL*1*SAMPLE*ANN****34*{ssn}~"
        "HD*021**HLT*PLAN~DTP*348*D8*20260101~"
    )


def token(ssn: str) -> str:
    """What stands for a number, as everywhere."""
    made = hmac.new(bytes.fromhex(KEY), b"ssn\0" + ssn.encode(), hashlib.sha256).hexdigest()
    return f"test.{made[:32]}"


def test_a_member_says_what_the_guide_lets_it_say(record: Record) -> None:
    body = HEADER + member(rest="REF*1L*POL~REF*23*M1~DTP*356*D8*20260101~")
    (line,) = record(enveloped("834", body)).lines("enrollments")
    assert line["source"]["interchange"] == "000000001"
    assert (line["source"]["index"], line["source"]["segment_index"]) == (0, 6)
    assert line["sponsor"] == {
        "policy": "MASTER",
        "name": "EMPLOYER",
        "id_qualifier": "FI",
        "id": "123456789",
    }
    assert line["event"]["action"] == "addition"
    assert line["event"]["eligibility_begin"] == "2026-01-01"
    own = line["member"]
    assert (own["is_subscriber"], own["relationship"], own["relationship_code"]) == (
        True,
        "self",
        "18",
    )
    assert own["ids"] == [{"name": "client_number", "qualifier": "23", "value": "M1"}]
    (coverage,) = line["coverages"]
    assert (coverage["line"], coverage["line_code"], coverage["plan"]) == ("health", "HLT", "PLAN")
    assert coverage["begin"] == "2026-01-01"


def test_a_social_security_number_is_nowhere_and_its_token_is(record: Record) -> None:
    run = record(
        enveloped("834", HEADER + member("123-45-6789", of="123456789", rest="REF*23*123456789~"))
    )
    (line,) = run.lines("enrollments")
    own = line["member"]
    assert (own["ssn_last4"], own["ssn_token"]) == ("6789", token("123456789"))
    assert own["subscriber_ssn_token"] == own["ssn_token"]
    assert "subscriber_id" not in own
    assert own["ids"][0]["ssn_token"] == own["ssn_token"]
    # the employer's own number has the same nine digits here, and is no person's
    written = run.files()["enrollments.jsonl"] + run.files()["sources.jsonl"]
    assert written.count(b"123456789") == 1
    assert b"123-45-6789" not in written


def test_a_family_shares_what_one_of_it_shows(record: Record) -> None:
    child = member("223456789", of="123456789", ins="INS*N*19*021*28*A", rest="REF*3H*123456789~")
    run = record(enveloped("834", HEADER + member(of="123456789") + child))
    first, second = (line["member"] for line in run.lines("enrollments"))
    assert first["subscriber_ssn_token"] == second["subscriber_ssn_token"] == token("123456789")
    assert second["ids"][0]["ssn_token"] == token("123456789")
    assert second["ssn_token"] == token("223456789")


def test_nine_digits_alone_are_an_identifier(record: Record) -> None:
    (line,) = record(enveloped("834", HEADER + member(of="555667788"))).lines("enrollments")
    assert line["member"]["subscriber_id"] == "555667788"


def test_a_profile_may_say_that_subscribers_go_by_it(record: Record) -> None:
    profile = {"name": "carrier", "version": "2", "subscriber_is_ssn": True}
    (line,) = record(enveloped("834", HEADER + member(of="555667788")), profile=profile).lines(
        "enrollments"
    )
    assert line["member"]["subscriber_ssn_token"] == token("555667788")
    assert (line["source"]["profile"], line["source"]["profile_version"]) == ("carrier", "2")


def test_a_number_that_nobody_has_holds_its_member_back(record: Record) -> None:
    run = record(enveloped("834", HEADER + member("123-00-6789") + member(of="FAM2")))
    (reason,) = run.lines("quarantine")
    assert (reason["code"], reason["index"], reason["value"]) == ("SSN_INVALID", 0, "999-99-9999")
    assert (reason["loop"], reason["segment"], reason["element"]) == ("2100A", "NM1", 9)
    made = hmac.new(bytes.fromhex(KEY), b"subscriber\0FAM1", hashlib.sha256).hexdigest()
    assert reason["subscriber"] == f"test.{made[:32]}"


def test_a_tax_number_in_a_mutual_reference_is_hidden(record: Record) -> None:
    body = HEADER + member(rest="REF*ZZ*900701234~")
    (line,) = record(enveloped("834", body)).lines("enrollments")
    assert line["member"]["ids"][0]["ssn_token"] == token("900701234")


def test_a_bad_member_is_held_back_alone(record: Record) -> None:
    bad = member(ins="INS*Q*18*021*28*A***FT")
    run = record(enveloped("834", HEADER + member() + bad + member(of="FAM3")))
    assert [line["source"]["index"] for line in run.lines("enrollments")] == [0, 2]
    assert run.summary | {"members": 3, "enrolled": 2, "quarantined": 1} == run.summary
    reasons = run.lines("quarantine")
    assert {reason["index"] for reason in reasons} == {1}
    assert (reasons[0]["segment"], reasons[0]["element"], reasons[0]["value"]) == ("INS", 1, "A")
    ack = next(text for name, text in run.files().items() if name.endswith(".999"))
    assert b"IK5*E" in ack
    assert b"CTX*SUBSCRIBER NUMBER REF02:FAM1" in ack


def test_what_a_member_leaves_open_is_its_own_fault(record: Record) -> None:
    """No NM1: noticed at the next INS, and at the trailer."""
    bare = "INS*Y*18*030*XN*A***FT~REF*0F*FAM2~"
    for body, held in ((bare + member(), 0), (member() + bare, 1)):
        run = record(enveloped("834", HEADER + body))
        assert {reason["index"] for reason in run.lines("quarantine")} == {held}
        assert run.summary["enrolled"] == 1


@pytest.mark.parametrize(
    ("content", "scope"),
    [
        (enveloped("834", HEADER + member() + "SE*99*0001~"), "set"),
        (enveloped("834", HEADER + member() + "SE*11*0009~"), "set"),
        (enveloped("834", HEADER.replace("N1*IN", "N1*QQ") + member()), "set"),
        (enveloped("834", HEADER + "QTY*TO*5~" + member()), "set"),
        (enveloped("834", HEADER + member(), ge=4), "group"),
        (enveloped("834", HEADER + member(), iea="000000002"), "interchange"),
    ],
)
def test_what_is_wrong_with_the_whole_takes_the_whole_back(
    record: Record, content: bytes, scope: str
) -> None:
    run = record(content)
    assert run.lines("enrollments") == []
    assert (run.summary["members"], run.summary["enrolled"], run.summary["quarantined"]) == (
        1,
        0,
        1,
    )
    back = [reason for reason in run.lines("quarantine") if reason["scope"] == scope]
    assert back
    assert back[0]["members"] == 1
    assert back[0]["index"] is None


def test_a_bad_set_leaves_its_neighbours(record: Record) -> None:
    good, bad = HEADER + member(), HEADER + member() + "SE*99*0002~"
    run = record(enveloped("834", good, bad, good))
    assert [line["source"]["set"] for line in run.lines("enrollments")] == ["0001", "0003"]
    assert [line["source"]["index"] for line in run.lines("enrollments")] == [0, 2]


CHECKS = [
    ("INS*Y*19*021*28*A***FT", "", "RELATIONSHIP_MISMATCH"),
    ("INS*N*18*021*28*A", "", "RELATIONSHIP_MISMATCH"),
    ("INS*Y*18*021*28*A***FT", "DTP*356*D8*20260201~DTP*357*D8*20260101~", "END_BEFORE_BEGIN"),
    ("INS*Y*18*024*28*A***FT", "", "END_MISSING"),
]


@pytest.mark.parametrize(("ins", "rest", "code"), CHECKS)
def test_what_a_member_shows_by_itself_holds_it_back(
    record: Record, ins: str, rest: str, code: str
) -> None:
    run = record(enveloped("834", HEADER + member(ins=ins, rest=rest)))
    assert code in {reason["code"] for reason in run.lines("quarantine")}
    assert run.summary["enrolled"] == 0


COVERAGES = [
    ("", "COVERAGE_MISSING"),
    (
        "HD*021**HLT*PLAN~DTP*348*D8*20260101~HD*021**HLT*PLAN~DTP*348*D8*20260101~",
        "COVERAGE_TWICE",
    ),
    ("HD*021**HLT*PLAN~DTP*303*D8*20260101~", "COVERAGE_BEGIN_MISSING"),
    ("HD*021**HLT*PLAN~DTP*348*D8*20260301~DTP*349*D8*20260201~", "END_BEFORE_BEGIN"),
]


@pytest.mark.parametrize(("coverages", "code"), COVERAGES)
def test_what_coverages_show_holds_their_member_back(
    record: Record, coverages: str, code: str
) -> None:
    text = f"INS*Y*18*021*28*A***FT~REF*0F*FAM1~NM1*IL*1*SAMPLE*ANN****34*123456789~{coverages}"
    run = record(enveloped("834", HEADER + text + member(of="FAM2")))
    assert [(r["code"], r["index"]) for r in run.lines("quarantine") if r["code"] == code] == [
        (code, 0)
    ]
    assert run.summary["enrolled"] == 1


def test_a_date_that_is_told_twice_is_noted_and_the_first_counts(record: Record) -> None:
    text = (
        "INS*Y*18*021*28*A***FT~REF*0F*FAM1~DTP*336*D8*20260101~DTP*356*D8*20260101~"
        "DTP*336*D8*20250101~NM1*IL*1*SAMPLE*ANN****34*123456789~"
        "HD*021**HLT*GOLD~DTP*348*D8*20260101~DTP*348*D8*20260201~"
        "HD*021**DEN*GOLD~DTP*348*D8*20260101~DTP*349*D8*20261231~"
    )
    told = {"DATE_TWICE": ("warning", "twice", None)}
    run = record(enveloped("834", HEADER + text + member(of="FAM2")), reasons=told)
    noted = [(r["code"], r["loop"], r["index"]) for r in run.lines("quarantine")]
    assert noted == [("DATE_TWICE", "2000", 0), ("DATE_TWICE", "2300", 0)]
    one, _ = run.lines("enrollments")
    assert one["member"]["employment"]["begin"] == "2026-01-01"
    assert [each["begin"] for each in one["coverages"]] == ["2026-01-01", "2026-01-01"]


def test_what_is_not_asked_is_not_judged(record: Record) -> None:
    run = record(enveloped("834", HEADER + member(ins="INS*Y*19*021*28*A***FT")), reasons={})
    assert run.summary["enrolled"] == 1


PROFILE: dict[str, Any] = {
    "name": "state",
    "version": "1",
    "subscriber": ["member.ids.ABB", "member.ids.23"],
    "begin": ["coverage.begin", "event.eligibility_begin"],
    "end": ["coverage.end", "event.eligibility_end", "event.effective end_of_month"],
    "aliases": {"line": {"MED": "HLT"}},
    "splits": [
        {"field": "member.ids.23", "by": ";", "into": ["member.ids.23", None, None]},
        {"field": "coverage.plan", "by": ";", "into": ["coverage.plan", "coverage.ids.XX1"]},
    ],
    "required": ["member.ids.23"],
}


def test_a_profile_puts_a_carriers_ways_where_everybody_has_them(record: Record) -> None:
    body = HEADER + (
        "INS*Y*18*024*28*A***FT~REF*0F*CASE~REF*23*9;20260811;X~DTP*303*D8*20260210~"
        "DTP*356*D8*20260101~NM1*IL*1*SAMPLE*ANN~HD*024**MED*123;01~DTP*303*D8*20260210~"
    )
    run = record(enveloped("834", body), profile=PROFILE)
    (line,) = run.lines("enrollments")
    assert line["member"]["subscriber_id"] == "9"
    assert line["member"]["ids"][0]["value"] == "9"
    (coverage,) = line["coverages"]
    assert (coverage["line_code"], coverage["line"], coverage["plan"]) == ("HLT", "health", "123")
    assert coverage["ids"][0] | {"qualifier": "XX1", "value": "01"} == coverage["ids"][0]
    assert (coverage["begin"], coverage["end"]) == ("2026-01-01", "2026-02-28")


def test_a_profile_may_want_a_field(record: Record) -> None:
    run = record(enveloped("834", HEADER + member()), profile=PROFILE)
    assert [reason["code"] for reason in run.lines("quarantine")] == ["FIELD_REQUIRED"]


def test_members_in_are_members_out_whatever_the_window_and_the_threads(record: Record) -> None:
    content = b"".join(generate("834", claims=400, faults=0.2, seed=5))
    whole = record(content, threads=1, window=1 << 20, worklist=True)
    assert len(whole.files()["worklist.csv"].splitlines()) > 10
    counts = whole.summary
    assert counts["members"] == counts["enrolled"] + counts["quarantined"]
    assert counts["enrolled"] == len(whole.lines("enrollments"))
    indices = {line["source"]["index"] for line in whole.lines("enrollments")}
    held = {r["index"] for r in whole.lines("quarantine") if r["severity"] == "error"} - {None}
    assert not indices & held
    for threads, window in ((1, 4096), (2, 4097), (2, 5000), (8, 4096), (8, 9999), (1, 20_011)):
        other = record(content, threads=threads, window=window, worklist=True)
        assert other.files() == whole.files(), (threads, window)
