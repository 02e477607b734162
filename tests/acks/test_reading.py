"""TA1, 999 and 277CA become typed values, whatever is wrong with them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from acks.made import Claim, ca, isa, nine, ta1
from properties.files import damaged
from scrubjay.acks import Notice, Problem, read
from scrubjay.errors import InputError
from scrubjay.models.acknowledgments import (
    ClaimAcknowledgment,
    ImplementationAcknowledgment,
    InterchangeAcknowledgment,
    Verdict,
)

NOTES = (
    "IK3*CLM*22*2300*8~CTX*CLM01:A1~IK4*2:1*782*5*1234567~CTX*SITUATIONAL TRIGGER*DTP*9*2300*3~"
    "IK3*ZZZ*30**1~IK5*R*5*I5~"
)
LINE = (
    "SVC*HC:99213:25:59*80.5**0450~STC*A7:454**U*******A7:453*A6:476:82~REF*FJ*L1~"
    "DTP*472*RD8*20260105-20260107~"
)


def problems(source: bytes, part: int = 1000) -> list[Problem]:
    return [said.problem for said in read(source, part) if isinstance(said, Notice)]


def test_a_ta1_says_what_became_of_an_interchange() -> None:
    (said,) = read(ta1("R", "006"))
    assert isinstance(said, InterchangeAcknowledgment)
    assert (said.control_number, said.date, said.time) == ("000000001", "260101", "1200")
    assert said.verdict is Verdict.REJECTED
    assert said.text == "rejected: the sender's id is invalid (ISA06)"
    assert (said.origin.sender, said.origin.receiver) == ("CLEAR", "CLINIC")
    (taken,) = read(ta1("A"))
    assert isinstance(taken, InterchangeAcknowledgment)
    assert (taken.verdict, taken.text) == (Verdict.ACCEPTED, "accepted")


def test_a_999_says_what_was_wrong_and_where() -> None:
    (said,) = read(nine("IK5*A~", NOTES, end="P"))
    assert isinstance(said, ImplementationAcknowledgment)
    assert (said.functional_id, said.group_control) == ("HC", "1")
    assert (said.verdict, said.text) == (Verdict.PENDING, "accepted in part")
    assert (said.included, said.received, said.accepted) == (2, 2, 2)
    good, bad = said.sets
    assert (good.verdict, good.control_number) == (Verdict.ACCEPTED, "0001")
    assert bad.verdict is Verdict.REJECTED
    assert bad.text == "rejected: segments are in error; segments break the guide"
    faulty, unknown = bad.segments
    assert (faulty.segment, faulty.position, faulty.loop, faulty.fault) == ("CLM", 22, "2300", "8")
    assert (faulty.contexts[0].kind, faulty.contexts[0].value) == ("CLM01", "A1")
    (element,) = faulty.elements
    assert (element.element, element.component, element.data_element) == (2, 1, "782")
    assert (element.text, element.value) == ("value too long", "1234567")
    assert element.contexts[0].segment == "DTP"
    assert element.contexts[0].position == 9
    assert (unknown.segment, unknown.loop, unknown.text) == ("ZZZ", None, "unknown segment")


def test_a_277ca_says_it_of_every_level() -> None:
    claim = Claim("A1", "80.5")
    totals = f"QTY*AA*1~AMT*YY*{claim.charge}~"
    (said,) = read(ca((claim, "A3:21:82*20260103*U"), LINE, hop="PAYER1", totals=totals))
    assert isinstance(said, ClaimAcknowledgment)
    assert (said.source.entity, said.source.id, said.batch) == ("PR", "PAYER1", "B1")
    assert (said.reference, said.created) == ("R1", date(2026, 1, 2))
    assert (said.received, said.processed) == (date(2026, 1, 2), date(2026, 1, 3))
    assert (said.rejected_count, said.rejected_amount) == (1, Decimal(claim.charge))
    assert (said.verdict, said.receiver.id) == (Verdict.ACCEPTED, "CLINIC")
    (provider,) = said.providers
    assert (provider.provider.id, provider.verdict) == ("1234567893", Verdict.PENDING)
    (one,) = provider.claims
    assert (one.number, one.payer_number, one.patient.id) == ("A1", "PA1", "M1")
    assert (one.service_from, one.service_to) == (date(2026, 1, 5), date(2026, 1, 5))
    (status,) = one.statuses
    assert (status.date, status.action, status.amount) == (date(2026, 1, 3), "U", Decimal("80.5"))
    assert status.statuses[0].code == "A3:21:82"
    told = "sent back, cannot be processed: something is missing or wrong (rendering provider)"
    assert status.statuses[0].text == told
    (line,) = one.lines
    assert (line.procedure, line.modifiers, line.charge) == ("99213", ("25", "59"), Decimal("80.5"))
    assert (line.revenue_code, line.control_number) == ("0450", "L1")
    assert (line.service_from, line.service_to) == (date(2026, 1, 5), date(2026, 1, 7))
    codes = [status.code for each in line.statuses for status in each.statuses]
    assert codes == ["A7:454", "A7:453", "A6:476:82"]


@pytest.mark.parametrize("part", [1, 2, 3, 1000])
def test_a_long_one_comes_in_parts_that_say_the_same(part: int) -> None:
    claims = [(Claim(f"A{number}"), "A1:19**WQ") for number in range(9)]
    second = "HL*8*2*19*1~NM1*85*2*OTHER*****XX*2222222222~TRN*1*0~STC*A3:24:85**U~"
    parts = list(read(ca(*claims[:4], second, *claims[4:]), part))
    assert [each.part for each in parts if isinstance(each, ClaimAcknowledgment)] == [
        number + 1 for number in range(len(parts))
    ]
    heard = [
        (each.batch, one.provider.id, one.verdict, claim.number)
        for each in parts
        if isinstance(each, ClaimAcknowledgment)
        for one in each.providers
        for claim in one.claims
    ]
    first, other = ("1234567893", Verdict.PENDING), ("2222222222", Verdict.REJECTED)
    expected = [("B1", *(first if number < 4 else other), f"A{number}") for number in range(9)]
    assert heard == expected
    last = parts[-1]
    assert isinstance(last, ClaimAcknowledgment)
    assert last.is_last
    assert part == 1000 or len(parts) > 2


def test_a_long_999_comes_in_parts_too() -> None:
    notes = "".join(f"IK3*CLM*{number}*2300*8~IK4*1*1028*1~" for number in range(1, 8))
    parts = list(read(nine(notes + "IK5*R*5~", "IK5*A~", end="P"), 3))
    said = [each for each in parts if isinstance(each, ImplementationAcknowledgment)]
    assert len(said) == len(parts) > 2
    assert [each.code for each in said] == [""] * (len(said) - 1) + ["P"]
    sets = [one for each in said for one in each.sets]
    assert {one.control_number for one in sets} == {"0001", "0002"}
    assert [note.position for one in sets for note in one.segments] == list(range(1, 8))
    assert all(len(note.elements) == 1 for one in sets for note in one.segments)
    assert [one.code for one in sets if one.code] == ["R", "A"]


def test_what_is_no_acknowledgment_is_named() -> None:
    other = isa("A", "B") + "GS*FA*A*B*20260101*1200*1*X*005010~ST*997*1~AK1*HC*1~SE*3*1~GE*1*1~"
    assert problems(other.encode()) == [Problem.FORMER_997]
    assert problems(ca().replace(b"BHT*0085", b"BHT*0010")) == [Problem.NOT_READ]
    assert problems(ca().replace(b"ST*277", b"ST*835")) == [Problem.NOT_READ]
    with pytest.raises(InputError):
        list(read(b"nothing"))


def test_what_is_wrong_in_one_is_told_and_the_rest_is_read() -> None:
    whole = ca((Claim("A1"), "A1:19**WQ"), (Claim("A2"), "A7:21**U"))
    assert problems(whole) == []
    cut = whole[: whole.index(b"SE*9")]
    assert problems(cut) == [Problem.CUT_SHORT]
    (_, said) = read(cut)
    assert isinstance(said, ClaimAcknowledgment)
    assert len(said.providers[0].claims) == 2
    assert problems(whole.replace(b"TRN*2*A2", b"TRN*2*")) == [
        Problem.INCOMPLETE,
        Problem.INCOMPLETE,
    ]
    assert problems(whole.replace(b"A7:21**U", b"A7:21**WQ")) == [Problem.CONTRADICTORY]
    assert problems(whole.replace(b"REF*1K*PA1~", b"ZZZ*1~")) == [Problem.UNEXPECTED]
    assert problems(b"lost" + whole) == [Problem.UNREADABLE]
    assert problems(nine("IK5*A~").replace(b"AK2*837*0001~", b"")) == [Problem.INCOMPLETE]
    assert problems(ta1("A").replace(b"*A*000", b"")) == [Problem.INCOMPLETE]


def test_no_part_grows_with_the_file() -> None:
    """Whatever repeats in an acknowledgment without end, a part holds so much of it."""
    statuses = "STC*A7:21**U~" * 3000
    claims = "TRN*2*A1~STC*A1:19**WQ~" * 3000
    (*_, said) = read(ca((Claim("A1"), "A1:19**WQ"), statuses))
    assert isinstance(said, ClaimAcknowledgment)
    assert len(said.providers[0].claims[0].statuses) == 1000
    for part in read(ca((Claim("A1"), "A1:19**WQ"), claims), 100):
        assert isinstance(part, ClaimAcknowledgment)
        assert sum(len(one.claims) for one in part.providers) <= 101
    for source in ("IK5*A~AK2*837*9~" * 3000, "IK3*CLM*1*2300*8~" * 3000):
        for each in read(nine(source), 100):
            assert isinstance(each, ImplementationAcknowledgment)
            assert len(each.sets) + sum(len(one.segments) for one in each.sets) <= 102
    elements = "IK3*CLM*1*2300*8~" + "IK4*1*1028*1~" * 3000 + "IK5*R*5~"
    assert problems(nine(elements)) == [Problem.TOO_MANY] * 2000


@pytest.mark.parametrize("seed", range(40))
def test_damage_never_ends_the_reading(seed: int) -> None:
    claims = [(Claim(f"A{number}"), "A1:19**WQ") for number in range(6)]
    for whole in (ca(*claims), nine(NOTES, NOTES), ta1("R", "006") + nine(NOTES)):
        for part in (1, 1000):
            list(read(damaged(whole, seed), part))


def test_an_unknown_code_is_kept_and_shown_as_it_is() -> None:
    (said,) = read(ca((Claim("A1"), "Q9:99999:ZQ**U")))
    assert isinstance(said, ClaimAcknowledgment)
    (status,) = said.providers[0].claims[0].statuses
    assert status.statuses[0].text == "Q9: status 99999 (ZQ)"
    assert status.verdict is Verdict.REJECTED


def test_every_notice_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "acknowledgments.md").read_text()
    assert [problem.code for problem in Problem if f"`{problem.code}`" not in page] == []


def test_nothing_is_shown_unasked() -> None:
    shown = repr(list(read(ca((Claim("SECRET1", last="SECRET2", member="SECRET3"), "A1:19**WQ")))))
    assert "SECRET" not in shown


A, B, C = (Claim(name, charge) for name, charge in (("A", "100"), ("B", "25.5"), ("C", "7")))
TAKEN, BACK = "A1:19:PR**WQ", "A7:562:85**U"


@pytest.mark.parametrize(
    ("totals", "right"),
    [
        ("QTY*90*2~QTY*AA*1~AMT*YU*107~AMT*YY*25.50~", True),
        ("QTY*AA*1~AMT*YY*25.5~", True),
        ("", True),
        ("QTY*90*3~", False),
        ("QTY*AA*0~", False),
        ("AMT*YU*107.01~", False),
        ("QTY*90*2~QTY*AA*1~AMT*YY*25~", False),
        ("QTY*90*two~", True),
    ],
)
@pytest.mark.parametrize("part", [1, 1000])
def test_totals_are_held_against_the_claims(
    totals: str,
    right: bool,  # noqa: FBT001 - a parameter of the test
    part: int,
) -> None:
    told = list(read(ca((A, TAKEN), (B, BACK), (C, TAKEN), totals=totals), part))
    notices = [each for each in told if isinstance(each, Notice)]
    assert [notice.problem for notice in notices] == ([] if right else [Problem.TOTALS])
    assert right or (notices[0].segment, notices[0].segment_index) == (totals[:3], 12)


def test_a_provider_has_totals_of_its_own() -> None:
    level = "HL*7*2*19*1~NM1*85*2*OTHER*****XX*1245319599~QTY*QA*{}~AMT*YU*{}~"
    for count, amount, right in (("1", "7", True), ("2", "7", False), ("1", "8", False)):
        data = ca((A, TAKEN), level.format(count, amount), (C, TAKEN), totals="QTY*90*2~")
        found = [one.segment_index for one in read(data) if isinstance(one, Notice)]
        assert found == ([] if right else [23])


def test_who_tells_what_is_rejected_only_counts_the_others() -> None:
    """Neither does a batch that is rejected as a whole have to name its claims."""
    for data in (
        ca((B, BACK), totals="QTY*90*7~QTY*AA*1~AMT*YU*900~AMT*YY*25.5~"),
        ca(status=BACK, totals="QTY*AA*7~AMT*YY*900~"),
    ):
        assert not any(isinstance(each, Notice) for each in read(data))
