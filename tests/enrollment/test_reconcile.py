"""A load against what was known: what each member is told, and what a load may not do."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enrollment.made import coverage, dependant, done, event, held, maker, many, record
from scrubjay.enrollment.making import Made
from scrubjay.enrollment.profile import PLAIN, Omissions, Profile
from scrubjay.enrollment.reconcile import Options, Said, reconcile
from scrubjay.enrollment.standing import Standing
from scrubjay.enrollment.state import State
from scrubjay.errors import InputError, OutputError, UsageError
from scrubjay.scratch import begin_draft

Loads = Callable[..., dict[str, Any]]
TERMINATE = PLAIN._replace(omissions=Omissions(policy="terminate", most=5, vanished=10))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def said() -> list[Said]:
    return []


@pytest.fixture
def load(state: Path, said: list[Said]) -> Loads:
    """Reconciles records, or members as they come; what is told is in `said`."""

    def run(
        *records: dict[str, Any] | Made,
        mode: str = "change",
        profile: Profile = PLAIN,
        release: bool = False,
    ) -> dict[str, Any]:
        said.clear()
        plain = [each for each in records if isinstance(each, dict)]
        made = [*many(*plain), *(each for each in records if isinstance(each, Made))]
        with State(str(state)) as held_state:
            options = Options(mode=mode, release=release)
            return reconcile(held_state, made, maker(profile), options, said.append)

    return run


def everybody(state: Path, known_at: int | None = None) -> dict[int, Standing]:
    with State(str(state)) as opened:
        return {each.person: each.standing for each in opened.everybody(known_at)}


def kinds(summary: dict[str, Any]) -> dict[str, int]:
    names = ("adds", "changes", "terminations", "reinstatements", "omissions", "unchanged", "held")
    return {name: summary[name] for name in (*names, "protected") if summary[name]}


def codes(said: list[Said]) -> list[str]:
    return [each.held.code for each in said if each.held]


def periods(state: Path, person: int = 1) -> list[tuple[str, str, str | None]]:
    standing = everybody(state)[person]
    return sorted((key[0], key[2], each.get("end")) for key, each in standing.periods.items())


# ---- changes


def test_a_first_load_adds_everybody_and_the_same_again_does_nothing(load: Loads) -> None:
    family = (record(event=event("021")), dependant(event=event("021")))
    assert kinds(load(*family)) == {"adds": 2}
    again = load(*family)
    assert (again["status"], again["load"], kinds(again)) == ("replayed", 1, {})


CHANGES: dict[str, tuple[dict[str, Any], str, list[tuple[str, str, str | None]]]] = {
    "an address": (
        record(event=event("001"), member={"residence": {"city": "FAUXFIELD"}}, coverages=[]),
        "changes",
        [("DEN", "2026-01-01", None)],
    ),
    "nothing new": (
        record(event=event("001"), coverages=[]),
        "unchanged",
        [("DEN", "2026-01-01", None)],
    ),
    "a new line": (
        record(event=event("001"), coverages=[done("021", coverage("VIS", "2026-05-01"))]),
        "changes",
        [("DEN", "2026-01-01", None), ("VIS", "2026-05-01", None)],
    ),
    "an end of all": (
        record(event=event("024", eligibility_end="2026-04-30"), coverages=[]),
        "terminations",
        [("DEN", "2026-01-01", "2026-04-30")],
    ),
    "an end of one": (
        record(event=event("001"), coverages=[done("024", coverage(end="2026-03-31"))]),
        "terminations",
        [("DEN", "2026-01-01", "2026-03-31")],
    ),
    "a cancellation": (
        record(event=event("024", eligibility_end="2025-12-31"), coverages=[]),
        "terminations",
        [],
    ),
    "another plan from later on": (
        record(
            event=event("001"), coverages=[done("001", coverage(begin="2026-06-01", plan="P2"))]
        ),
        "changes",
        [("DEN", "2026-01-01", "2026-05-31"), ("DEN", "2026-06-01", None)],
    ),
    "one for another": (
        record(
            event=event("001"),
            coverages=[
                done("021", coverage(begin="2026-06-01", plan="P2")),
                done("024", coverage(end="2026-05-31")),
            ],
        ),
        "changes",
        [("DEN", "2026-01-01", "2026-05-31"), ("DEN", "2026-06-01", None)],
    ),
    "a deletion": (
        record(event=event("001"), coverages=[done("002", coverage())]),
        "terminations",
        [],
    ),
    "nothing that applies": (
        record(event=event("001"), coverages=[done("032", coverage("VIS"))]),
        "unchanged",
        [("DEN", "2026-01-01", None)],
    ),
    "an audit of one more": (
        record(event=event("001"), coverages=[done("030", coverage("VIS"))]),
        "changes",
        [("DEN", "2026-01-01", None), ("VIS", "2026-01-01", None)],
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_comes_to_its_word_and_its_coverages(case: str, load: Loads, state: Path) -> None:
    told, word, wanted = CHANGES[case]
    load(record(event=event("021")))
    assert kinds(load(told)) == {word: 1}
    assert periods(state) == wanted


def test_a_change_without_coverages_leaves_what_it_does_not_say(load: Loads, state: Path) -> None:
    load(record(event=event("021"), member={"residence": {"city": "TESTVILLE", "state": "NY"}}))
    load(record(event=event("001"), member={"residence": {"city": "MOCKFORD"}}, coverages=[]))
    assert everybody(state)[1].person["member"]["residence"] == {"city": "MOCKFORD", "state": "NY"}


def test_an_end_and_a_reinstatement_by_name_go_together(load: Loads, state: Path) -> None:
    load(record(event=event("021")))
    load(record(event=event("024", eligibility_end="2026-04-30"), coverages=[]))
    back = record(event=event("025"), coverages=[done("025", coverage())])
    assert kinds(load(back)) == {"reinstatements": 1}
    assert periods(state) == [("DEN", "2026-01-01", None)]
    assert "eligibility_end" not in everybody(state)[1].person


def test_a_reinstatement_after_a_gap_is_another_period(load: Loads, state: Path) -> None:
    load(record(event=event("021")))
    load(record(event=event("024", eligibility_end="2026-02-28"), coverages=[]))
    later = coverage(begin="2026-04-01")
    assert kinds(load(record(event=event("025"), coverages=[done("025", later)]))) == {
        "reinstatements": 1
    }
    assert periods(state) == [("DEN", "2026-01-01", "2026-02-28"), ("DEN", "2026-04-01", None)]


def test_eligibility_alone_reinstates_no_coverage(load: Loads, state: Path) -> None:
    load(record(event=event("021")))
    load(record(event=event("024", eligibility_end="2026-02-28"), coverages=[]))
    assert kinds(load(record(event=event("025"), coverages=[]))) == {"changes": 1}
    assert periods(state) == [("DEN", "2026-01-01", "2026-02-28")]


REFUSED = {
    "MEMBER_UNKNOWN": record("EE2", event=event("001")),
    "MEMBER_KNOWN": record(event=event("021")),
    "REINSTATED_WITHOUT_END": record(event=event("025"), coverages=[done("025", coverage())]),
    "ORPHAN_DEPENDANT": dependant("EE2", event=event("021")),
    "END_MISSING": record(event=event("024"), coverages=[done("024", coverage())]),
    "SUBSCRIBER_TWICE": record(
        event=event("001"), member={"first": "BEN", "birth_date": "1970-01-01"}
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_does_not_fit_is_held_and_nothing_of_it_is_known(
    code: str, load: Loads, state: Path, said: list[Said]
) -> None:
    load(record(event=event("021")))
    before = everybody(state)
    summary = load(REFUSED[code], record("EE9", event=event("021")))
    assert codes(said) == [code]
    assert summary["adds"] == 1, "others go on"
    after = everybody(state)
    assert {person: after[person] for person in before} == before


def test_an_end_of_a_coverage_that_nobody_knows_is_held(load: Loads, said: list[Said]) -> None:
    load(record(event=event("021")))
    for action in ("001", "002", "024", "025"):
        load(
            record(event=event("001"), coverages=[done(action, coverage("VIS", end="2026-05-31"))])
        )
        assert codes(said) == ["MEMBER_UNKNOWN"], action


def test_dependants_come_before_their_subscriber_or_alone(load: Loads) -> None:
    assert kinds(load(dependant(event=event("021")), record(event=event("021")))) == {"adds": 2}
    alone = dependant(first="DAN", event=event("021"))
    assert kinds(load(alone)) == {"adds": 1}


def test_several_changes_of_one_member_are_taken_in_their_order(load: Loads, state: Path) -> None:
    summary = load(
        record(event=event("021")),
        record(event=event("001"), coverages=[done("024", coverage(end="2026-03-31"))]),
        record(event=event("001"), coverages=[done("021", coverage("VIS"))]),
    )
    assert kinds(summary) == {"adds": 1}
    assert periods(state) == [("DEN", "2026-01-01", "2026-03-31"), ("VIS", "2026-01-01", None)]


def test_a_date_further_back_than_the_profile_allows_is_held(load: Loads, said: list[Said]) -> None:
    profile = PLAIN._replace(retro_days=60)
    load(record(event=event("021")))
    late = record(event=event("024", eligibility_end="2026-01-31"), coverages=[])
    load(late, profile=profile)
    assert codes(said) == ["TOO_FAR_BACK"]
    just = record(event=event("024", eligibility_end="2026-02-28"), coverages=[])
    assert kinds(load(just, profile=profile)) == {"terminations": 1}


def test_a_tier_for_one_with_dependants_is_noted(load: Loads, said: list[Said]) -> None:
    alone = coverage(tier="employee_only", tier_code="EMP")
    summary = load(record(event=event("021"), coverages=[alone]), dependant(event=event("021")))
    assert codes(said) == ["TIER_MISMATCH"]
    assert kinds(summary) == {"adds": 2}


def test_somebody_is_found_again_without_a_birth_date_by_number_or_correction(
    load: Loads, state: Path
) -> None:
    ids = [{"qualifier": "23", "name": "client_number", "value": "M1"}]
    load(record(event=event("021")), dependant(event=event("021"), member={"ids": ids}))
    renamed = dependant(event=event("001"), coverages=[])
    renamed["member"] |= {"first": "KARA", "ids": ids}
    right = dependant(event=event("001"), coverages=[])
    right["member"] |= {
        "first": "CARLA",
        "birth_date": "2010-07-05",
        "is_corrected": True,
        "prior": {"first": "KARA", "birth_date": "2010-07-04"},
    }
    unborn = record(event=event("001"), coverages=[])
    del unborn["member"]["birth_date"]
    assert kinds(load(renamed)) == {"changes": 1}
    assert kinds(load(right)) == {"changes": 1}
    assert kinds(load(unborn)) == {"unchanged": 1}
    assert everybody(state)[2].person["member"]["first"] == "CARLA"
    assert len(everybody(state)) == 2


def test_a_number_that_everybody_has_is_no_family(load: Loads) -> None:
    crowd = [dependant("0", first=f"N{at}", event=event("021")) for at in range(501)]
    summary = load(*crowd, record("EE1", event=event("021")))
    assert summary["quarantine"] == {"FAMILY_TOO_LARGE": 501}
    assert kinds(summary) == {"adds": 1, "held": 501}


# ---- files of all members


def test_a_file_of_all_members_is_adds_changes_ends_and_omissions(load: Loads, state: Path) -> None:
    load(record("EE1"), record("EE2"), record("EE3"), record("EE4"), mode="replace")
    summary = load(
        record("EE1"),
        record("EE2", member={"last": "MOCKSON"}),
        record("EE3", event=event("024", eligibility_end="2026-04-30"), coverages=[]),
        record("EE5"),
        mode="replace",
    )
    wanted = {"adds": 1, "changes": 1, "terminations": 1, "omissions": 1, "unchanged": 1}
    assert kinds(summary) == wanted
    assert periods(state, 4) == [("DEN", "2026-01-01", None)], "left out, and nothing is concluded"


ENDS = {
    "end_of_prior_month": "2026-03-31",
    "end_of_current_month": "2026-04-30",
    "file_date": "2026-04-15",
}


@pytest.mark.parametrize("ends", ENDS)
def test_whoever_is_left_out_ends_as_the_profile_says(
    ends: str, load: Loads, state: Path, said: list[Said]
) -> None:
    profile = TERMINATE._replace(omissions=TERMINATE.omissions._replace(ends=ends))
    load(record("EE1"), record("EE2"), mode="replace", profile=profile)
    summary = load(record("EE1"), mode="replace", profile=profile)
    assert kinds(summary) == {"omissions": 1, "unchanged": 1}
    assert periods(state, 2) == [("DEN", "2026-01-01", ENDS[ends])]
    (line,) = (each.change for each in said if each.change)
    assert (line["change"], line["outcome"], line["person"]) == ("omission", "terminated", 2)
    again = load(record("EE1"), record("EE3"), mode="replace", profile=profile)
    still_covered = ends != "end_of_prior_month"
    assert kinds(again) == {"adds": 1, "unchanged": 1} | ({"omissions": 1} if still_covered else {})


def test_whoever_is_in_quarantine_is_not_left_out(load: Loads, state: Path) -> None:
    load(record("EE1"), record("EE2"), dependant("EE2"), mode="replace", profile=TERMINATE)
    summary = load(record("EE1"), held("EE2"), mode="replace", profile=TERMINATE)
    assert kinds(summary) == {"protected": 2, "unchanged": 1}
    assert summary["quarantined"] == 1
    assert periods(state, 2) == [("DEN", "2026-01-01", None)]


def test_of_a_family_that_nobody_knows_everybody_may_be(load: Loads) -> None:
    load(record("EE1"), record("EE2"), mode="replace", profile=TERMINATE)
    summary = load(record("EE1"), held(None), mode="replace", profile=TERMINATE)
    assert kinds(summary) == {"protected": 1, "unchanged": 1}


def test_a_coverage_that_is_left_out_follows_the_policy(load: Loads, state: Path) -> None:
    both = record("EE1", coverages=[coverage(), coverage("VIS")])
    load(both, mode="replace", profile=TERMINATE)
    load(record("EE1"), mode="replace")
    assert periods(state) == [("DEN", "2026-01-01", None), ("VIS", "2026-01-01", None)]
    summary = load(record("EE1", member={"middle": "B"}), mode="replace", profile=TERMINATE)
    assert summary["coverages"] == {"omission": 1}
    assert periods(state) == [("DEN", "2026-01-01", None), ("VIS", "2026-01-01", "2026-03-31")]


def test_a_list_of_every_month_ends_nothing_of_the_month_before(load: Loads, state: Path) -> None:
    january = record(coverages=[coverage(end="2026-01-31")])
    february = record(coverages=[coverage(begin="2026-02-01", end="2026-02-28")])
    for each, day in ((january, "2026-01-01"), (february, "2026-01-25")):
        each["source"]["date"] = day
        load(each, mode="replace", profile=TERMINATE)
    assert periods(state) == [
        ("DEN", "2026-01-01", "2026-01-31"),
        ("DEN", "2026-02-01", "2026-02-28"),
    ]


def test_a_later_begin_is_a_renewal_or_where_the_profile_says_so_a_correction(
    load: Loads, state: Path
) -> None:
    load(record(), mode="replace")
    load(record(coverages=[coverage(begin="2026-03-01")]), mode="replace")
    assert periods(state) == [("DEN", "2026-01-01", "2026-02-28"), ("DEN", "2026-03-01", None)]
    profile = PLAIN._replace(moved_begin="correction")
    load(record(coverages=[coverage(begin="2026-04-01")]), mode="replace", profile=profile)
    assert periods(state) == [("DEN", "2026-01-01", "2026-02-28"), ("DEN", "2026-04-01", None)]


def test_one_member_in_several_loops_is_one_unless_they_say_the_same_twice(
    load: Loads, said: list[Said]
) -> None:
    parts = (record(), record(coverages=[coverage("VIS")]))
    assert kinds(load(*parts, mode="replace")) == {"adds": 1}
    load(record(), record(), mode="replace")
    assert codes(said) == ["MEMBER_TWICE"]


def test_a_file_to_compare_tells_and_changes_nothing(load: Loads, state: Path) -> None:
    load(record("EE1"), record("EE2"), mode="replace")
    before = everybody(state)
    summary = load(record("EE1", member={"last": "MOCK"}), record("EE3"), mode="verify")
    assert (summary["status"], kinds(summary)) == (
        "verified",
        {"adds": 1, "changes": 1, "omissions": 1},
    )
    assert everybody(state) == before
    with State(str(state)) as opened:
        assert [each.id for each in opened.loads()] == [1]


def test_groups_of_other_sponsors_are_not_left_out(load: Loads) -> None:
    load(record("EE1"), record("EE2", sponsor={"id": "970000002"}), mode="replace")
    assert kinds(load(record("EE1", member={"middle": "B"}), mode="replace")) == {"changes": 1}


# ---- the guard


def test_too_many_omissions_hold_the_load_until_it_is_released(load: Loads, state: Path) -> None:
    everyone = [record(f"EE{at}") for at in range(20)]
    load(*everyone, mode="replace", profile=TERMINATE)
    before = everybody(state)
    summary = load(*everyone[:12], mode="replace", profile=TERMINATE)
    assert (summary["status"], summary["omissions"]) == ("held", 8)
    assert summary["guard"] == ["8 of 20 members are left out, more than the profile allows"]
    assert everybody(state) == before
    taken = load(*everyone[:12], mode="replace", profile=TERMINATE, release=True)
    assert (taken["status"], taken["load"]) == ("applied", 3)
    assert sum(each.horizon == "2026-03-31" for each in everybody(state).values()) == 8


@pytest.mark.parametrize(("what", "vanished"), [("policy", "GRP2"), ("line", "VIS")])
def test_a_group_that_vanishes_holds_the_load(what: str, vanished: str, load: Loads) -> None:
    rule = Omissions(policy="terminate", most=100, vanished=3)
    profile = PLAIN._replace(omissions=rule)
    more = {
        "member": {"policy": "GRP2"},
        "coverages": [coverage("VIS" if what == "line" else "DEN")],
    }
    others = [record(f"EE1{at}", **more) for at in range(3)]
    load(*(record(f"EE{at}") for at in range(9)), *others, mode="replace", profile=profile)
    summary = load(*(record(f"EE{at}") for at in range(9)), mode="replace", profile=profile)
    assert f"{what} {vanished}: all 3 members are gone" in summary["guard"]


def test_a_profile_that_rejects_omissions_holds_for_one(load: Loads) -> None:
    profile = PLAIN._replace(omissions=Omissions(policy="reject"))
    load(record("EE1"), record("EE2"), mode="replace", profile=profile)
    summary = load(record("EE1"), mode="replace", profile=profile)
    assert (summary["status"], summary["guard"]) == (
        "held",
        ["1 of 2 members are left out, and the profile rejects that"],
    )


def test_the_same_numbers_with_other_members_hold_the_load(load: Loads) -> None:
    source = {"kind": "834", "sender": "S", "reference": "R1", "set": "0001"}
    load(record("EE1", source=source))
    summary = load(record("EE2", source=source))
    assert summary["status"] == "held"
    assert summary["guard"] == [
        "one set has numbers (BGN02, ST02) that load 1 had with other members"
    ]
    sent_again = record("EE1", source={**source, "interchange": "000000009"})
    assert load(sent_again)["status"] == "replayed"


# ---- undo, and what was known when


def test_undo_brings_back_what_was_known(load: Loads, state: Path) -> None:
    load(record("EE1"), record("EE2"), mode="replace")
    before = everybody(state)
    load(record("EE1", member={"last": "MOCK"}), record("EE3"), mode="replace", profile=TERMINATE)
    with State(str(state)) as opened:
        opened.undo(2)
        assert [(each.id, each.status) for each in opened.loads()] == [
            (1, "applied"),
            (2, "undone"),
        ]
    assert everybody(state) == before
    assert kinds(load(record("EE3"), event_free := record("EE1"), mode="replace"))["adds"] == 1
    assert event_free["member"]["last"] == "SAMPLETON"


def test_only_the_last_load_is_undone(load: Loads, state: Path) -> None:
    load(record("EE1"), mode="replace")
    load(record("EE2"), mode="replace")
    with State(str(state)) as opened:
        with pytest.raises(UsageError, match="load 2 came after load 1; undo that one first"):
            opened.undo(1)
        with pytest.raises(UsageError, match="load 7 is not in force"):
            opened.undo(7)
        opened.undo(2)
        opened.undo(1)
    assert everybody(state) == {}


def test_what_was_known_when_can_be_asked(load: Loads, state: Path) -> None:
    load(record(), mode="replace")
    load(record(event=event("024", eligibility_end="2026-04-30"), coverages=[]))
    assert everybody(state, known_at=1)[1].horizon == "9999-99-99"
    assert everybody(state, known_at=2)[1].horizon == "2026-04-30"
    assert everybody(state, known_at=0) == {}


# ---- the file


def test_the_state_is_its_owners_alone_and_nothing_stays_beside_it(
    load: Loads, state: Path
) -> None:
    load(record())
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert sorted(each.name for each in state.parent.iterdir() if each.name != "state") == [
        "state.db"
    ]
    state.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        load(record())


def test_what_a_killed_load_left_is_taken_away(load: Loads, state: Path) -> None:
    (state.parent / f"state.db.load-{os.getppid()}").write_text("left")
    alive = state.parent / "state.db.load-4194305"
    held = begin_draft(alive)
    load(record())
    os.close(held)
    assert sorted(each.name for each in state.parent.glob("state.db.*")) == [alive.name]


def test_a_file_that_is_no_state_is_refused(state: Path, load: Loads) -> None:
    state.write_bytes(b"something else")
    state.chmod(0o600)
    with pytest.raises(UsageError, match="is no state of enrollments"):
        load(record())
    state.write_bytes(b"SQLite format 3\0" + b"\0" * 100)
    with pytest.raises((InputError, OutputError, UsageError)):
        load(record())


def test_a_load_that_breaks_off_leaves_nothing(load: Loads, state: Path) -> None:
    load(record("EE1"), mode="replace")
    before = everybody(state)

    def break_off() -> Any:
        yield from many(record("EE2"))
        raise KeyboardInterrupt

    with State(str(state)) as opened, pytest.raises(KeyboardInterrupt):
        reconcile(opened, break_off(), maker(), Options(mode="replace"))
    told: list[Said] = []

    def tell(each: Said) -> None:
        told.append(each)
        raise OSError("no room")

    with State(str(state)) as opened, pytest.raises(OSError, match="no room"):
        reconcile(opened, many(record("EE3")), maker(), Options(mode="replace"), tell)
    assert told
    assert everybody(state) == before


def test_two_loads_at_once_are_told(load: Loads, state: Path) -> None:
    load(record())
    with State(str(state)) as one, State(str(state)) as other:
        one._db.execute("PRAGMA busy_timeout = 0")
        other.begin()
        with pytest.raises(OutputError, match="another load is at work"):
            one.begin()


def test_a_load_that_says_nothing_of_its_mode_is_asked(load: Loads) -> None:
    with pytest.raises(UsageError, match="--mode change, replace or verify"):
        load(record(), mode="")
    source = {"action": "replace", "action_code": "RX"}
    assert load(record(source=source), mode="")["status"] == "applied"
    both = (record("EE1", source=source), record("EE2", source={"action": "change"}))
    with pytest.raises(UsageError, match="load these sets one at a time"):
        load(*both, mode="")


def test_a_load_of_nobody_changes_nothing(load: Loads) -> None:
    assert load(held("EE1"))["status"] == "empty"


def test_nobody_is_looked_for_by_reading_through_everybody(load: Loads, state: Path) -> None:
    from scrubjay.enrollment.state import _EVERYBODY, _OTHERS

    load(record())
    with State(str(state)) as opened:
        for query, given in ((_OTHERS, (1, "", 0, 9)), (_EVERYBODY, (1, 0, 9))):
            plan = [row[3] for row in opened._db.execute(f"EXPLAIN QUERY PLAN {query}", given)]
            assert not any("SCAN" in step or "TEMP" in step for step in plan), plan
