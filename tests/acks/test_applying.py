"""What became of each claim sent: cascades, hops, twins, absences, and our own acknowledgments."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scrubjay
from acks.made import HOP, PAYER, Claim, ca, nine, sent, ta1
from properties.files import damaged, generated, run
from scrubjay.acks import Notice, Outcome, Problem, apply
from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.models.acknowledgments import Verdict
from scrubjay.testing import REFERENCE_DATE, generate

A1, A2, A3 = Claim("A1"), Claim("A2", "200", "20260106", "M2", "ROE"), Claim("A3", "300")
TAKEN, BACK = "A1:19:PR**WQ", "A7:562:85**U"


class Told:
    """The outcomes of some files, by claim in the order sent."""

    def __init__(
        self,
        folder: Path,
        claims: Sequence[bytes] | bytes,
        acks: Sequence[bytes],
        absent: Mapping[str, str] | None = None,
    ) -> None:
        self.notices: list[Notice] = []
        given = [claims] if isinstance(claims, bytes) else claims
        with apply(
            _written(folder, "sent", given),
            _written(folder, "ack", acks),
            absent=absent,
            tell=self.notices.append,
        ) as applied:
            self.outcomes: list[tuple[Any, Outcome]] = list(applied.outcomes())
            self.summary = applied.summary()
        states = sum(self.summary[state] for state in ("accepted", "rejected", "pending"))
        assert self.summary["claims"] == len(self.outcomes) == states

    @property
    def states(self) -> str:
        """A letter a claim."""
        return "".join(outcome.state.value[0] for _, outcome in self.outcomes)

    @property
    def problems(self) -> list[Problem]:
        """What was told beside."""
        return [notice.problem for notice in self.notices]

    def steps(self, claim: int) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """What was said of one."""
        _, outcome = self.outcomes[claim]
        return [(s.kind, s.level, s.state, s.codes) for hop in outcome.hops for s in hop.steps]


def _written(folder: Path, name: str, contents: Sequence[bytes]) -> list[Path]:
    files = [folder / f"{name}{number}" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


Tell = Callable[..., Told]


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    def told(
        claims: Sequence[bytes] | bytes,
        *acks: bytes,
        absent: Mapping[str, str] | None = None,
    ) -> Told:
        return Told(tmp_path, claims, acks, absent)

    return told


def test_a_claim_is_what_its_277ca_says(tell: Tell) -> None:
    told = tell(sent([A1, A2, A3]), ca((A1, TAKEN), (A2, BACK)))
    assert told.states == "arp"
    assert told.problems == []
    assert told.steps(1) == [("277CA", "claim", "rejected", ("A7:562:85",))]
    assert told.steps(2) == [("277CA", "set", "absent", ("ABSENT",))]
    (reason,) = told.summary["reasons"]
    assert reason == {
        "code": "A7:562:85",
        "title": "rejected, a value is wrong: NPI (billing provider)",
        "claims": 1,
    }
    assert told.summary["charges_rejected"] == "200.00"
    assert told.summary["charges"] == "600.00"


def test_a_line_that_is_sent_back_sends_its_claim_back(tell: Tell) -> None:
    line = "SVC*HC:99213*100~STC*A7:454**U~"
    told = tell(sent([A1]), ca((A1, "A3:21**U"), line))
    assert told.steps(0) == [("277CA", "claim", "rejected", ("A3:21", "A7:454@1"))]
    assert [reason["code"] for reason in told.summary["reasons"]] == ["A3:21", "A7:454"]


def test_a_ta1_that_rejects_reaches_every_claim(tell: Tell) -> None:
    told = tell([sent([A1], [A2]), sent([A3], control="2", batch="C")], ta1("R", "006"))
    assert told.states == "rrp"
    assert told.steps(0) == [("TA1", "interchange", "rejected", ("TA1:R:006",))]
    assert tell(sent([A1]), ta1("A")).states == "p"


def test_a_ta1_is_of_the_interchange_of_that_day(tell: Tell) -> None:
    told = tell(sent([A1]), ta1("R", "006", time="0900"))
    assert (told.states, told.problems) == ("p", [Problem.UNMATCHED])
    assert tell([sent([A1]), sent([A2])], ta1("R")).problems == [Problem.AMBIGUOUS]


def test_a_group_that_is_rejected_takes_its_claims_along(tell: Tell) -> None:
    told = tell(sent([A1], [A2]), nine(end="R"))
    assert told.states == "rr"
    assert told.steps(1) == [("999", "group", "rejected", ("AK9:R",))]


def test_a_set_that_is_rejected_takes_its_claims_along(tell: Tell) -> None:
    fault = "IK3*CLM*22*2300*8~CTX*CLM01:A3~IK4*2*782*1~IK5*R*5~"
    told = tell(sent([A1], [A2, A3]), nine("IK5*A~", fault, end="P"), ca((A1, TAKEN)))
    assert told.states == "arr"
    codes = ("IK5:R", "IK502:5", "IK304:8:CLM:2300", "IK403:1:CLM02")
    assert ("999", "set", "rejected", codes) in told.steps(1)
    assert ("999", "claim", "noted", codes[2:]) in told.steps(2)
    assert not [step for step in told.steps(1) if step[2] == "noted"]


def test_a_999_alone_accepts_no_claim(tell: Tell) -> None:
    assert tell(sent([A1], [A2]), nine("IK5*A~", "IK5*E*5~", end="E")).states == "pp"


def test_a_batch_that_is_rejected_reaches_claims_without_a_status(tell: Tell) -> None:
    told = tell(sent([A1, A2], [A3]), ca((A1, TAKEN), status="A3:24:41**U"))
    assert told.states == "arp"
    assert told.steps(1) == [("277CA", "set", "rejected", ("A3:24:41",))]


def test_a_provider_that_is_rejected_reaches_claims_without_a_status(tell: Tell) -> None:
    other = Claim("A9", provider="1999999992")
    claims = [A1, other, A2]
    told = tell(sent(claims), ca("TRN*1*0~STC*A3:24:85**U~", (A1, TAKEN)))
    assert told.states == "apr"
    assert told.steps(2) == [("277CA", "provider", "rejected", ("A3:24:85",))]
    assert told.steps(1) == [("277CA", "set", "absent", ("ABSENT",))]


def test_what_absence_means_is_the_partners_affair(tell: Tell) -> None:
    files = sent([A1, A2]), ca((A1, BACK)), ca((A1, TAKEN), hop=PAYER, control="100")
    assert tell(*files).states == "rp"
    assert tell(*files, absent={PAYER: "accepted"}).states == "ra"
    assert tell(*files, absent={"": "accepted", PAYER: "rejected"}).states == "rr"
    with pytest.raises(UsageError, match="is one of accepted, rejected, pending"):
        tell(*files, absent={"": "gone"})


def test_every_rejection_has_a_reason(tell: Tell) -> None:
    acks = ca((A1, "**U")), ca(hop=PAYER, control="100")
    told = tell(sent([A1, A2]), *acks, absent={PAYER: "rejected"})
    assert [outcome.codes for _, outcome in told.outcomes] == [("STC:U", "ABSENT"), ("ABSENT",)]
    assert [reason["title"] for reason in told.summary["reasons"]] == [
        "left out of the 277CA",
        "rejected, and no reason given",
    ]


def test_what_one_277ca_leaves_out_another_of_the_hop_may_have(tell: Tell) -> None:
    """Some send what they took and what they send back apart."""
    acks = ca((A1, TAKEN)), ca((A2, BACK), control="100")
    told = tell(sent([A1, A2, A3]), *acks, absent={HOP: "rejected"})
    assert told.states == "arr"
    assert told.steps(0) == [("277CA", "claim", "accepted", ("A1:19:PR",))]
    assert {step[2] for step in told.steps(2)} == {"absent"}


def test_hops_are_kept_apart(tell: Tell) -> None:
    """The clearinghouse takes it, the payer sends it back: normal."""
    told = tell(sent([A1]), ca((A1, TAKEN)), ca((A1, BACK), hop=PAYER, control="100"), nine())
    assert told.states == "r"
    (_, outcome) = told.outcomes[0]
    assert [(hop.id, hop.name, hop.state.value) for hop in outcome.hops] == [
        (HOP, "CLEAR INC", "accepted"),
        (PAYER, "PAYER1 INC", "rejected"),
    ]
    assert [step.kind for step in outcome.hops[0].steps] == ["999", "277CA"]
    assert told.summary["hops"][PAYER] == {
        "name": "PAYER1 INC",
        "accepted": 0,
        "rejected": 1,
        "pending": 0,
    }


def test_a_payer_that_names_another_batch_is_understood_by_the_claims(tell: Tell) -> None:
    told = tell(sent([A1, A2]), ca((A1, TAKEN), (A2, BACK), hop=PAYER, batch="CH77"))
    assert told.states == "ar"
    assert told.problems == [Problem.UNMATCHED]
    stranger = Claim("A1", "999", "20250101", "M9", "NOBODY")
    assert tell(sent([A1]), ca((stranger, BACK), batch="CH77")).states == "p"


def test_the_batch_tells_claims_of_the_same_number_apart(tell: Tell) -> None:
    told = tell([sent([A1]), sent([A1], batch="C", control="2")], ca((A1, BACK), batch="C1"))
    assert told.states == "pr"


@pytest.mark.parametrize(
    "change",
    [{"charge": "150"}, {"day": "20260109"}, {"member": "M9"}, {"last": "ROE"}, {"trace": "T2"}],
)
def test_twins_are_told_apart_by_what_differs(tell: Tell, change: dict[str, str]) -> None:
    twin = A1._replace(**change)
    told = tell(sent([A1, twin]), ca((twin, BACK), (A1, TAKEN)))
    assert (told.states, told.problems) == ("ar", [])


def test_twins_that_nothing_tells_apart_are_taken_in_order(tell: Tell) -> None:
    files = sent([A1, A1]), ca((A1, TAKEN), (A1, BACK))
    assert tell(*files).states == "ar"
    assert tell(*files, files[1]).states == "ar", "delivered twice, said once"


def test_twins_of_whom_one_is_answered_are_ambiguous(tell: Tell) -> None:
    told = tell(sent([A1, A1]), ca((A1, BACK)))
    assert told.states == "pp"
    assert told.summary["notices"] == {"ACK_AMBIGUOUS": 1}
    assert told.steps(0) == [("277CA", "claim", "ambiguous", ("A7:562:85",))]


def test_the_payers_number_comes_as_a_token(tell: Tell) -> None:
    (_, outcome) = tell(sent([A1]), ca((A1, TAKEN))).outcomes[0]
    assert outcome.payer_claim is not None
    assert "PA1" not in outcome.payer_claim


def test_groups_of_the_same_number_are_told_apart_by_their_sets(tell: Tell) -> None:
    claims = [sent([A1]), sent([A2], [A3], control="2", batch="C")]
    told = tell(claims, nine("IK5*R*5~", "IK5*A~", end="P"))
    assert (told.states, told.problems) == ("prp", [])
    told = tell([sent([A1]), sent([A2], control="2")], nine("IK5*R*5~", end="R"))
    assert (told.states, told.problems) == ("pp", [Problem.AMBIGUOUS])


def test_what_is_of_nothing_sent_is_told(tell: Tell) -> None:
    stranger = Claim("Z9")
    acks = [ta1("R", control="5"), nine(group="5"), ca((stranger, BACK), batch="Z")]
    told = tell(sent([A1]), *acks, nine("IK5*A~", "IK5*R~", control="89"))
    assert told.states == "p"
    assert told.problems == [Problem.UNMATCHED] * 5
    assert told.summary["notices"] == {"ACK_UNMATCHED": 5}


def test_a_file_that_is_none_does_not_stop_the_others(tell: Tell) -> None:
    told = tell(sent([A1]), b"no X12", b"", ca((A1, BACK)))
    assert told.states == "r"
    assert told.problems == [Problem.UNUSABLE_FILE] * 2
    assert {notice.file for notice in told.notices} == {"ack0", "ack1"}


def test_claims_without_a_guide_were_sent_too(tell: Tell) -> None:
    old = sent([A1, A2]).replace(b"005010X222A1", b"004010X098A1")
    assert tell(old, ca((A1, BACK), (A2, TAKEN))).states == "ra"


def test_progress_is_told_over_all_files(tmp_path: Path) -> None:
    claims = [Claim(f"A{number}") for number in range(900)]
    files = _written(tmp_path, "sent", [sent(claims), sent(claims, batch="C", control="2")])
    acks = _written(tmp_path, "ack", [ca(*((claim, TAKEN) for claim in claims))])
    total = sum(file.stat().st_size for file in (*files, *acks))
    told: list[tuple[int, int | None]] = []
    with apply(files, acks, progress=lambda *far: told.append(far)):
        pass
    assert len(told) > 5
    assert told == sorted(told)
    assert {all_ for _, all_ in told} == {total}
    assert total * 0.9 < told[-1][0] <= total


def test_what_is_kept_on_disk_names_nobody(tmp_path: Path) -> None:
    """The table may be written to a temporary file; here is all that would stand in it."""
    secret = Claim("KANARI1", "123.45", "19070101", "KANARI2", "KANARI3", trace="KANARI4")
    files = _written(tmp_path, "sent", [sent([secret, secret, A1])])
    acks = _written(tmp_path, "ack", [ca((secret, BACK), (A1, TAKEN)), nine("IK5*A~")])
    with apply(files, acks) as applied:
        kept = applied.ledger._base.serialize()
        assert "KANARI" not in repr(applied)
    assert b"A7:562:85" in kept
    assert b"KANARI" not in kept
    assert b"19070101" not in kept


def test_no_claim_at_all_is_an_error(tell: Tell) -> None:
    with pytest.raises(InputError, match="no claim is in it"):
        tell(sent([]), ta1("A"))
    with pytest.raises(UsageError, match="standard input"):
        apply(["-"], ["x"])


def test_parts_of_a_long_one_make_one_answer(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubjay.acks.reading.read.__defaults__", (2,))
    claims = [Claim(f"A{number}") for number in range(7)]
    said = ca(*((claim, BACK if number % 2 else TAKEN) for number, claim in enumerate(claims)))
    told = tell(sent(claims), said)
    assert (told.states, told.problems) == ("ararara", [])
    assert told.summary["acknowledgments"]["277CA"] == 1


@pytest.mark.parametrize("seed", range(25))
def test_damage_loses_no_claim(tell: Tell, seed: int) -> None:
    """Claims in are claims out, whatever the acknowledgments are."""
    claims = [Claim(f"A{number % 5}", str(number)) for number in range(8)]
    acks = [
        damaged(ca(*((claim, BACK) for claim in claims), control=str(number)), seed * 3 + number)
        for number in range(2)
    ]
    told = tell(sent(claims), *acks, damaged(nine("IK3*CLM*9*2300*8~IK5*R*5~"), seed))
    assert len(told.states) == 8


def test_a_full_disk_is_named(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubjay.acks.ledger._INDEXES", "PRAGMA max_page_count = 1;")
    claims = [Claim(f"A{number}") for number in range(500)]
    with pytest.raises(OutputError, match="make room for temporary files"):
        tell(sent(claims), ca(*((claim, BACK) for claim in claims)))


SAID = st.sampled_from([TAKEN, BACK, "A3:21**U", "A6:33:IL**U", "A0:16:PR**WQ"])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_the_order_and_the_names_of_files_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    claims = [Claim(f"A{number % 4}", str(100 + number % 3)) for number in range(6)]
    acks = [
        ca(
            *(
                (claim, data.draw(SAID))
                for claim in claims
                if data.draw(st.booleans(), label="answered")
            ),
            hop=data.draw(st.sampled_from([HOP, PAYER])),
            control=str(200 + number),
        )
        for number in range(3)
    ]
    acks.append(nine(data.draw(st.sampled_from(["IK5*A~", "IK5*R*5~"])), end="P"))
    document = sent(claims)

    def said(order: Sequence[bytes]) -> list[Any]:
        told = Told(tmp_path_factory.mktemp("acks"), document, order)
        return [
            (outcome.state, [(hop.id, hop.state, sorted(map(_bare, hop.steps))) for hop in hops])
            for _, outcome in told.outcomes
            for hops in [outcome.hops]
        ]

    def _bare(step: Any) -> tuple[object, ...]:
        return step.kind, step.level, step.state, step.codes, step.interchange

    assert said(acks) == said(data.draw(st.permutations(acks))) == said([*acks, acks[0]])


@pytest.mark.parametrize("unit", ["claim", "set"])
@pytest.mark.parametrize("sets", [1, 6])
def test_our_own_acknowledgments_say_what_the_scrub_said(
    tmp_path: Path, unit: str, sets: int
) -> None:
    """A clearinghouse scrubs; its sender applies what comes back, and learns the same."""
    document = generated(120, faults=0.4, seed=7, sets=sets)
    out = run(document, tmp_path / "out", reject_unit=unit)
    summary = json.loads((out / "summary.json").read_text())
    (tmp_path / "sent.837").write_bytes(document)
    acks = [file for file in out.iterdir() if file.suffix in {".ta1", ".999", ".277ca"}]
    notices: list[Notice] = []
    with apply([tmp_path / "sent.837"], acks, tell=notices.append) as applied:
        states = [outcome.state for _, outcome in applied.outcomes()]
        told = applied.summary()
    rejected = {
        finding["claim_index"]
        for finding in map(json.loads, (out / "findings.jsonl").read_text().splitlines())
        if finding["severity"] == "error" and finding["scope"] in {"claim", "line"}
    }
    assert notices == []
    assert (told["accepted"], told["rejected"], told["pending"]) == (
        summary["accepted"],
        summary["rejected"],
        0,
    )
    assert told["charges_rejected"] == summary["charges_rejected"]
    assert all(states[index] is Verdict.REJECTED for index in rejected)


@pytest.mark.parametrize(
    "fault",
    [
        (b"IEA*1*000000007", b"IEA*1*000000008"),
        (b"GE*3*1", b"GE*4*1"),
        (b"SE*", b"SE*9"),
        (b"*005010X222A1~\nBHT", b"*005010X999~\nBHT"),
        (b"*0*T*:", b"*1*T*:"),
    ],
)
def test_a_fault_above_the_claims_is_understood_as_it_was_meant(
    tmp_path: Path, fault: tuple[bytes, bytes]
) -> None:
    """By TA1 or 999, of which no claim is named: the cascade comes to the scrub's own numbers."""
    document = generated(30, faults=0.2, seed=7, sets=3)
    before, after = fault
    assert before in document
    document = document.replace(before, after, 1)
    out = run(document, tmp_path / "out")
    summary = json.loads((out / "summary.json").read_text())
    (tmp_path / "sent.837").write_bytes(document)
    acks = [file for file in out.iterdir() if file.suffix in {".ta1", ".999", ".277ca"}]
    with apply([tmp_path / "sent.837"], acks) as applied:
        told = applied.summary()
    back = summary["rejected"] + summary["unreadable"]
    assert (told["accepted"], told["rejected"]) == (summary["accepted"], back)
    assert told["notices"] == {}


def test_the_answers_of_the_scrub_itself_are_told_as_such(tmp_path: Path) -> None:
    """They answer the claims that it kept back as well, which nobody was sent."""
    claims, out = tmp_path / "claims.837", tmp_path / "out"
    claims.write_bytes(b"".join(generate("837P", claims=60, faults=0.5, seed=5)))
    run = scrubjay.scrub(claims, out, as_of=REFERENCE_DATE)
    assert run.rejected > 5
    files = sorted([*out.glob("*.277ca"), *out.glob("*.999")])
    told: list[Notice] = []
    with apply([out], files, tell=told.append) as applied:
        assert applied.summary()["notices"] == {"ACK_OWN": 2}
    assert [(notice.problem, notice.file) for notice in told] == [
        (Problem.OWN, file.name) for file in files
    ]
    with apply([claims], files) as applied:
        assert applied.summary()["notices"] == {}
        assert applied.summary()["rejected"] == run.rejected
