"""What holds of any load: replays, undo, order, and that everybody is told exactly once."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from enrollment.made import coverage, dependant, done, event, held, maker, many, record
from scrubjay.enrollment.making import Made
from scrubjay.enrollment.profile import PLAIN, Omissions
from scrubjay.enrollment.reconcile import Options, reconcile
from scrubjay.enrollment.standing import Standing
from scrubjay.enrollment.state import State

NUMBERS = ("EE1", "EE2", "EE3")
FIRSTS = ("CARA", "DAN")
DAYS = ("2025-12-01", "2026-02-01", "2026-06-01")
KINDS = ("adds", "changes", "terminations", "reinstatements", "omissions", "unchanged", "held")
PROFILES = [
    PLAIN._replace(omissions=Omissions(policy=policy, ends=ends, most=100, vanished=100))
    for policy in ("continue", "terminate")
    for ends in ("end_of_prior_month", "end_of_current_month")
]

coverages = some.lists(
    some.builds(
        lambda line, begin, end: coverage(line, begin, **({"end": end} if end else {})),
        some.sampled_from(("DEN", "VIS")),
        some.sampled_from(DAYS),
        some.sampled_from(("", "2026-07-31", "2026-04-30")),
    ),
    max_size=2,
    unique_by=lambda each: (each["line"], each["begin"]),
)


def _statement(who: tuple[str, str], covered: list[dict[str, Any]], middle: str) -> dict[str, Any]:
    number, first = who
    of = {"member": {"middle": middle}, "coverages": covered}
    return record(number, **of) if not first else dependant(number, first, **of)


everyone = [(number, first) for number in NUMBERS for first in ("", *FIRSTS)]
rosters = some.dictionaries(
    some.sampled_from(everyone), some.tuples(coverages, some.sampled_from("AB")), max_size=7
).map(lambda said: [_statement(who, *rest) for who, rest in said.items()])

changes = some.lists(
    some.builds(
        lambda number, action, covered, begun: record(
            number,
            event=event(action, eligibility_end="2026-05-31"),
            coverages=[done(each, of) for each, of in zip(begun, covered, strict=False)],
        ),
        some.sampled_from(NUMBERS),
        some.sampled_from(("001", "021", "024", "025", "030")),
        coverages,
        some.lists(some.sampled_from(("001", "002", "021", "024", "025", "030")), max_size=2),
    ),
    max_size=6,
)


class Place:
    """A state of its own, for as long as an example needs it."""

    def __init__(self, folder: str) -> None:
        self.path = str(Path(folder) / "state.db")

    def load(self, made: list[Made], mode: str, **more: Any) -> dict[str, Any]:
        """One load."""
        with State(self.path) as state:
            profile = more.pop("profile", PLAIN)
            return reconcile(state, made, maker(profile), Options(mode=mode, **more))

    def everybody(self) -> dict[tuple[Any, ...], Standing]:
        """Everybody by who they are, as the order of a load may number them otherwise."""
        with State(self.path) as state:
            return {_who(each.standing): each.standing for each in state.everybody()}


def _who(standing: Standing) -> tuple[Any, ...]:
    member = standing.person["member"]
    return member["subscriber_id"], member["first"], member["is_subscriber"]


@settings(max_examples=25, deadline=None)
@given(rosters, rosters, some.sampled_from(PROFILES))
def test_the_same_file_again_changes_nothing(one: Any, other: Any, profile: Any) -> None:
    with TemporaryDirectory() as folder:
        place = Place(folder)
        place.load(many(*one), "replace", profile=profile)
        place.load(many(*other), "replace", profile=profile)
        before = place.everybody()
        again = place.load(many(*other), "replace", profile=profile)
        assert again["status"] in {"replayed", "empty"}
        assert place.everybody() == before


@settings(max_examples=25, deadline=None)
@given(rosters, changes, some.booleans())
def test_undo_restores(one: Any, other: Any, replaces: bool) -> None:  # noqa: FBT001 - drawn
    with TemporaryDirectory() as folder:
        place = Place(folder)
        place.load(many(*one), "replace")
        before = place.everybody()
        mode = "replace" if replaces else "change"
        summary = place.load(many(*other), mode, release=True, profile=PROFILES[2])
        if summary["status"] == "applied" and summary["load"] != 1:
            with State(place.path) as state:
                state.undo(summary["load"])
            assert place.everybody() == before
            # What was undone can be loaded again, and comes to the same.
            again = place.load(many(*other), mode, release=True, profile=PROFILES[2])
            assert {name: again[name] for name in KINDS} == {name: summary[name] for name in KINDS}


@settings(max_examples=25, deadline=None)
@given(some.data(), rosters, rosters, some.sampled_from(PROFILES))
def test_the_order_of_a_file_of_all_members_decides_nothing(
    data: some.DataObject, one: Any, other: Any, profile: Any
) -> None:
    shuffled = data.draw(some.permutations(other))
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        ended = []
        for folder, told in ((first, other), (second, shuffled)):
            place = Place(folder)
            place.load(many(*one), "replace")
            summary = place.load(many(*told), "replace", profile=profile)
            ended.append((summary, place.everybody()))
        assert ended[0][1] == ended[1][1]
        if "replayed" not in {summary["status"] for summary, _ in ended}:
            counts = [{name: summary[name] for name in KINDS} for summary, _ in ended]
            assert counts[0] == counts[1]


@settings(max_examples=25, deadline=None)
@given(rosters, rosters, some.sets(some.sampled_from(NUMBERS)))
def test_everybody_is_told_exactly_once(one: Any, other: Any, in_quarantine: set[str]) -> None:
    with TemporaryDirectory() as folder:
        place = Place(folder)
        place.load(many(*one), "replace")
        known = place.everybody()
        flowing = [each for each in other if each["member"]["subscriber_id"] not in in_quarantine]
        made = [*many(*flowing), *map(held, sorted(in_quarantine))]
        summary = place.load(made, "replace", profile=PROFILES[2])
        if summary["status"] != "applied":
            return
        told = {
            (
                each["member"]["subscriber_id"],
                each["member"]["first"],
                each["member"]["is_subscriber"],
            )
            for each in flowing
        }
        in_force = {who for who, each in known.items() if each.is_in_force("2026-04-15")}
        count = sum(summary[name] for name in KINDS) + summary["protected"]
        assert count == len(told | in_force)
        for who, standing in place.everybody().items():
            if who[0] in in_quarantine:
                assert standing == known[who], "whoever is in quarantine stays as they were"


@settings(max_examples=25, deadline=None)
@given(rosters, changes)
def test_what_was_known_before_a_load_is_known_for_ever(one: Any, other: Any) -> None:
    with TemporaryDirectory() as folder:
        place = Place(folder)
        summary = place.load(many(*one), "replace")
        before = place.everybody()
        place.load(many(*other), "change")
        with State(place.path) as state:
            then = {_who(each.standing): each.standing for each in state.everybody(1)}
        assert then == before or summary["status"] == "empty"
