"""Any X12 file, read set by set: in its places, whole, and without a value in a repr."""

from pathlib import Path

import pytest

from properties.files import generated
from scrubjay.documents import Segment, read, segments
from scrubjay.errors import InputError

EXAMPLE = Path(__file__).parents[1] / "examples" / "clinic.837"
ISA = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    b"*260101*1200*^*00501*000000001*0*T*:~"
)
REMITTANCE = (
    ISA + b"TA1*000000009*260101*1200*A*000~GS*HP*SENDER*RECEIVER*20260101*1200*7*X*005010X221A1~"
    b"ST*835*0001~BPR*I*5*C*NON************20260101~TRN*1*T1*1512345678~DTM*405*20260101~"
    b"N1*PR*PAYER~N3*ROAD~N4*TOWN*TX*75201~PER*BL*DESK*TE*5125550100~N1*PE*PAYEE*XX*1234567893~"
    b"LX*1~CLP*A1*5*5**MC*C1~NM1*QC*1*NOBODY*ANN~SVC*HC:99213:25*5*5~DTM*472*20260101~"
    b"CLP*A2*0*0**MC*C2~NM1*QC*1*NOBODY*BOB~ZZZ*1~SVC*HC:99214*0*0~"
    b"SE*19*0001~GE*1*7~IEA*1*000000001~"
)


def test_a_set_knows_its_envelope_and_its_loops() -> None:
    made = next(read(REMITTANCE))
    assert (made.code, made.control_number, made.version) == ("835", "0001", "005010X221A1")
    assert made.is_placed
    assert made.group is not None
    assert made.interchange is not None
    assert (made.group.functional_id, made.group.control_number) == ("HP", "7")
    assert made.interchange.sender == ("ZZ", "SENDER")
    assert made.interchange.receiver == ("ZZ", "RECEIVER")
    assert (made.interchange.date, made.interchange.time) == ("260101", "1200")
    assert made.interchange.is_test


def test_loops_come_one_by_one_with_what_is_inside() -> None:
    made = next(read(REMITTANCE))
    seen = []
    for claim in made.loops("2100"):
        first = claim.first("CLP")
        assert first is not None
        (line,) = claim.loops("2110")
        seen.append((first[1], len(claim), [segment.id for segment in line], len(claim.own)))
    assert seen == [("A1", 4, ["SVC", "DTM"], 2), ("A2", 4, ["SVC"], 2)]
    assert made.trailer is not None
    assert made.trailer[1] == "19"
    assert list(made) == []


def test_what_has_no_place_stays_where_it_stands() -> None:
    made = next(read(REMITTANCE))
    (_, claim) = made.loops("2100")
    (stray,) = (segment for segment in claim if segment.id == "ZZZ")
    assert (stray.loop, stray.path) == (None, ())
    assert claim.first("NM1", "QC") is not None
    assert claim.first("NM1", "82") is None
    assert [segment[1] for segment in claim.all("CLP")] == ["A2"]


def test_the_parts_of_a_segment_are_counted_from_one() -> None:
    made = next(read(ISA + b"GS*HB*A*B*20260101*1200*1*X*005010X279A1~ST*271*1~EB*1**30^98:X*MC*~"))
    (segment,) = made
    assert segment.elements == ("1", "", "30^98:X", "MC", "")
    assert list(segment) == list(segment.elements)
    assert len(segment) == 5
    assert (segment[1], segment[2], segment[9]) == ("1", "", "")
    assert (segment[3], segment[3, 1], segment[3, 2], segment[3, 2, 2]) == (
        "30^98:X",
        "30",
        "",
        "X",
    )
    assert segment.repetitions(3) == (("30",), ("98", "X"))
    assert segment.repetitions(2) == ()
    assert (segment.number, segment.offset, segment.raw) == (2, 156, b"EB*1**30^98:X*MC*")
    assert made.trailer is None
    for wrong in (0, (1, 0), (1, 1, 0)):
        with pytest.raises(IndexError, match="counted from 1"):
            segment[wrong]
    with pytest.raises(TypeError, match="from 1"):
        segment["1"]  # type: ignore[index]


def test_the_envelope_and_what_is_no_segment_come_too() -> None:
    heard = list(segments(b"lost" + REMITTANCE + b"tail", only=("CLP",)))
    ids = ["", "ISA", "TA1", "GS", "ST", "CLP", "CLP", "SE", "GE", "IEA", ""]
    assert [segment.id for segment in heard] == ids
    assert [heard[0].raw, heard[-1].raw] == [b"lost", b"tail"]
    assert heard[0].fault == "bytes outside any interchange"
    assert (heard[0].elements, heard[0][1], len(heard[0])) == ((), "", 0)
    assert [segment.number for segment in heard[:6]] == [None, None, None, None, 1, 11]


def test_what_is_wanted_may_be_named_by_its_first_element() -> None:
    def numbers(*only: str) -> list[int | None]:
        heard = segments(REMITTANCE, only)
        return [each.number for each in heard if each.id not in {"ST", "SE"} and each.number]

    assert numbers("CLP*A2") == [15]
    assert numbers("CLP*A2", "CLP*A1", "LX") == [10, 11, 15]
    assert numbers("CLP", "CLP*A2") == [11, 15]
    assert numbers("CLP*", "XXX") == []


def test_every_segment_says_where_it_stands_in_the_file() -> None:
    """Also where the file is many windows long."""
    content = generated(400, faults=0.3, seed=4)
    assert len(content) > 3 * 64 * 1024
    heard = list(segments(content))
    for segment in heard:
        assert content[segment.offset :].startswith(segment.raw)
    assert b"~\n".join(segment.raw for segment in heard) + b"~\n" == content
    made = next(read(content))
    assert sum(1 for _ in made.loops("2300")) > 290


def test_a_wrapped_file_is_unwrapped() -> None:
    plain = REMITTANCE
    wrapped = b"\n".join(plain[at : at + 80] for at in range(0, len(plain), 80))
    heard = list(segments(wrapped))
    assert [segment.raw for segment in heard] == [segment.raw for segment in segments(plain)]
    assert wrapped[heard[-1].offset :].startswith(b"IEA")


def test_a_set_without_a_guide_is_read_without_places() -> None:
    made = next(read(REMITTANCE.replace(b"ST*835", b"ST*999")))
    assert not made.is_placed
    assert [segment.loop for segment in made] == [None] * 17
    assert [segment.id for segment in made] == []
    assert made.trailer is not None


def test_sets_that_are_left_early_or_cut_short_do_not_hide_the_next() -> None:
    cut = REMITTANCE.replace(b"SE*19*0001~", b"ST*835*0002~LX*2~")
    numbers = []
    for made in read(cut):
        numbers.append(made.control_number)
        next(iter(made))
    assert numbers == ["0001", "0002"]
    first, _ = read(cut)
    assert first.trailer is None
    assert list(first) == []


def test_a_file_that_is_none_raises(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no interchange"):
        list(segments(b"not X12"))
    with pytest.raises(InputError, match="check the path"):
        list(read(tmp_path / "nothing"))


def test_nothing_is_shown_unasked() -> None:
    shown = []
    for made in read(EXAMPLE):
        shown.append(repr(made))
        for claim in made.loops("2300"):
            shown.append(repr(claim))
            shown.extend(repr(segment) + str(segment) for segment in claim)
    text = " ".join(shown)
    assert "Segment(CLM in 2300, 9 elements, masked)" in text
    names = {
        segment[at]
        for segment in segments(EXAMPLE, only=("NM1", "CLM"))
        if segment.id in {"NM1", "CLM"}
        for at in (1, 3, 9)
    }
    assert not [name for name in names if len(name) > 4 and name in text]


def test_bytes_that_are_no_text_are_read_as_latin_1() -> None:
    (segment,) = (each for each in segments(ISA + b"A\xff*\xfcber~") if each.id != "ISA")
    assert (segment.id, segment[1]) == ("A\xff", "\xfcber")
    assert repr(segment) == "Segment(?, 1 elements, masked)"
    assert isinstance(segment, Segment)
