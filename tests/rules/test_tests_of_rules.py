"""What makes a rule of a file active: tests beside it, in Python, TOML and tables."""

import json
import re
from pathlib import Path

import pytest

from rules.test_analysts import refused, rules
from scrubjay.rulebook import shipped
from scrubjay.rules.loading import assemble
from scrubjay.runs import ruleset as loaded
from stage import Command

ROOT = Path(__file__).parents[2]
PLAIN = """
from scrubjay.rules import rule

@rule("OWN_A", severity="error", snip=7{more})
def own_a(claim):
    \"\"\"It is hardly worth it.\"\"\"
    return claim.charge < 5
"""
UNTESTED = {
    "own.py": PLAIN.format(more=""),
    "own.toml": "[[rule]]\nid='OWN_A'\nmessage='x'\nwhen={field='line.charge', is=0}\n",
    "own.csv": "id,code,deny,severity,message\nA,99499,yes,error,x\n",
}


@pytest.mark.parametrize("name", UNTESTED)
def test_a_rule_without_tests_is_a_shadow_and_told_so(
    scrubjay: Command, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_text(UNTESTED[name])
    ruleset = assemble(shipped(), [str(path)])
    (own,) = (rule for rule in ruleset.rules if rule.id == "OWN_A")
    assert (own.state, own.describe()["severity"], own.describe()["status"]) == (
        *("shadow", "info", None),
    )
    (note,) = ruleset.notes
    assert re.match(rf"{re.escape(name)}:\d+: OWN_A has no tests and is a shadow", note)
    claims = ROOT / "examples" / "clinic.837"
    ended = scrubjay("scrub", claims, "--out", tmp_path / "o", "--rules", path)
    assert ended.err == f"scrubjay: {note}\n"
    checked = scrubjay("rules", "check", path)
    assert (checked.code, checked.out.splitlines()[0]) == (0, note)
    assert "(shadow)" in scrubjay("rules", "list", "--rules", path).out
    with pytest.warns(UserWarning, match="OWN_A has no tests"):
        loaded([path])


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.format(more=", state='active'"),
        PLAIN.format(more=", tests=[{'expect': 'fail', 'claim': {'charge': 4}}]"),
        PLAIN.format(more=", state='active', native=False"),
    ],
)
def test_what_is_said_to_be_active_has_tests(tmp_path: Path, text: str) -> None:
    assert "OWN_A is active and needs a test that expects fail" in refused(tmp_path, text, "own.py")


def test_a_row_of_a_table_is_held_to_its_own_tests(tmp_path: Path) -> None:
    head = "id,payer,code,modifiers_required,units_max,severity,message,fails,passes\n"
    row = "A,60054,97110,GP,4,error,x,{},{}\n"
    path = tmp_path / "own.csv"
    path.write_text(head + row.format("97110 | 97110 GP units=5", "97110 GP | 97110 payer=7"))
    (own,) = rules(path)["OWN_A"]
    assert (own.state, [test["expect"] for test in own.tests]) == (
        *("active", ["fail", "fail", "pass", "pass"]),
    )
    for fails, passes, said in (
        ("97110 GP", "97110 GP", "own.csv:2: OWN_A, test 1: fail was expected, it is pass"),
        ("97110", "", "own.csv:2: OWN_A is active and needs"),
        ("97110 unit=5", "97110 GP", "own.csv:2: unit= is not known here"),
        ("97110 day=5", "97110 GP", "own.csv:2: a day is YYYY-MM-DD, not '5'"),
        ("97110 units=x", "97110 GP", "this is no claim: 'x' is no number"),
    ):
        assert said in refused(tmp_path, head + row.format(fails, passes), "own.csv")


def test_every_fault_of_a_python_file_is_told_with_its_line(
    scrubjay: Command, tmp_path: Path
) -> None:
    text = PLAIN.format(more="")
    more = [
        text.replace("OWN_A", "own_b"),
        text.replace("charge <", "charg <").replace("OWN_A", "OWN_C"),
        text.replace("snip=7", "snip=9").replace("OWN_A", "OWN_D"),
        text.replace("claim.charge < 5", "claim.charge < 5 and claim.id == '1'"),
        "rule('OWN_E', severit='error')\n",
    ]
    path = tmp_path / "own.py"
    path.write_text(text + "".join(more))
    lines = scrubjay("rules", "check", path).out.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        *("own.py:11", "own.py:21", "own.py:25", "own.py:35", "own.py:36"),
    ]
    assert lines[-1] == "0 rules, 0 overrides, 5 with errors"


def test_a_plain_function_is_tried_on_its_tests(tmp_path: Path) -> None:
    text = """
from scrubjay.rules import rule
from scrubjay.rules.lookups import ask

@rule("OWN_A", severity="error", snip=7, native=False, tests=[
    {"expect": "fail", "claim": {}, "answers": {"plan": False}},
    {"expect": "pass", "claim": {}, "answers": {"plan": True}},
    {"expect": "no_data", "claim": {}},
])
async def own_a(claim):
    \"\"\"The plan does not know the member.\"\"\"
    return not await ask("plan", claim.subscriber.member_id)

@rule("OWN_B", severity="error", snip=7, native=False, tests=[
    {"expect": "fail", "claim": {"charge": 4.5, "lines": [{"units": 2}]}},
    {"expect": "pass", "claim": {"charge": 5, "lines": [{"units": "2"}]}},
])
def own_b(claim):
    \"\"\"It is hardly worth it.\"\"\"
    return claim.charge < 5 and claim.lines[0].units == 2
"""
    path = tmp_path / "own.py"
    path.write_text(text)
    assert [rules(path)[name][0].state for name in ("OWN_A", "OWN_B")] == ["active", "active"]
    broken = refused(tmp_path, text.replace("lines[0]", "lines[1]"), "own.py")
    assert "OWN_B, test 1: Rule OWN_B failed with IndexError" in broken
    assert "OWN_B, test 1: this is no claim: a claim has no charg" in refused(
        tmp_path, text.replace("'charge'", "'charg'").replace('"charge"', '"charg"'), "own.py"
    )


@pytest.mark.parametrize("name", ["CLAIM_TOTAL_MISMATCH", "RULE_FAILED", "LOOK_UP_NO_DATA"])
def test_no_rule_has_the_code_of_what_is_built_in(tmp_path: Path, name: str) -> None:
    said = refused(tmp_path, PLAIN.format(more="").replace("OWN_A", name), "own.py")
    assert said.startswith(f"own.py:4: {name} is the code of a finding that is built in")


def test_a_rule_that_there_is_not_is_told_with_the_nearest(scrubjay: Command) -> None:
    ended = scrubjay("rules", "show", "timely_filin")
    assert (ended.code, "did you mean TIMELY_FILING?" in ended.err) == (2, True)


def test_a_finding_that_is_built_in_is_shown_though_it_is_no_rule(scrubjay: Command) -> None:
    shown = scrubjay("rules", "show", "claim_total_mismatch")
    assert shown.code == 0
    assert shown.out.startswith("CLAIM_TOTAL_MISMATCH\nbuilt in, error, SNIP 3, 277CA, STC01 ")
    assert "\nfix: " in shown.out
    card = json.loads(scrubjay("rules", "show", "ELEMENT_REQUIRED", "--json").out)["built_in"]
    assert (card["id"], card["told"]) == ("ELEMENT_REQUIRED", "999, IK403 I9")
    explained = scrubjay("rules", "explain", "CLAIM_TOTAL_MISMATCH", "x.837", "--claim", "0")
    assert (explained.code, "is no rule, but built in" in explained.err) == (2, True)
    slip = scrubjay("rules", "show", "CLAIM_TOTAL_MISSMATCH")
    assert (slip.code, "did you mean CLAIM_TOTAL_MISMATCH?" in slip.err) == (2, True)


def test_a_rule_that_is_silent_for_want_of_a_value_says_so(
    scrubjay: Command, tmp_path: Path
) -> None:
    """The opposite of what is not known is not known: a trap for all who begin."""
    path = tmp_path / "own.toml"
    path.write_text(
        "[[rule]]\nid = 'NO_25'\nmessage = 'No 25'\n"
        "when = {all = [{field='line.procedure', is='99213'}, "
        "{field='line.modifier_1', is_not='25'}]}\n"
        "[[rule.test]]\nexpect = 'fail'\nclaim = {lines = [{procedure = '99213'}]}\n"
        "[[rule.test]]\nexpect = 'pass'\n"
        "claim = {lines = [{procedure = '99213', modifier_1 = '25'}]}\n"
    )
    told = scrubjay("rules", "test", path).out.splitlines()[0]
    assert told.startswith(
        "NO_25, test 1: fail was expected, it is bypassed; line 1 is silent for want of modifier_1:"
    )


def test_what_is_wrong_with_a_test_or_a_function_is_told_by_its_name(
    scrubjay: Command, tmp_path: Path
) -> None:
    path = tmp_path / "own.py"
    path.write_text(
        "from scrubjay.rules import Flag, rule\n"
        "@rule('PLAIN', severity='info', snip=7, fix='Do', native=False, tests=[\n"
        "    {'expect': 'fail', 'claim': {'charge': 5}}])\n"
        "def plain(claim):\n"
        "    '''Plain.'''\n"
        "    return claim.charg > 3\n"
        "@rule('TESTED', severity='info', snip=7, fix='Do', tests=[\n"
        "    {'expect': 'fail', 'claim': {'charg': 5}},\n"
        "    {'expect': 'fail', 'claim': {'lines': {'units': 1}}},\n"
        "    {'expect': 'fail', 'claim': {'payer': '60054'}},\n"
        "    {'expect': 'pass', 'on': '2026-13-01', 'claim': {'charge': 1}}])\n"
        "def tested(claim):\n"
        "    '''Tested.'''\n"
        "    return claim.charge > 3\n"
    )
    told = scrubjay("rules", "test", path).out.splitlines()
    assert told[0].startswith("PLAIN, test 1: Rule PLAIN failed with AttributeError in line 6: ")
    assert told[1:5] == [
        "TESTED, test 1: this is no claim: a claim has no charg; did you mean charge?",
        "TESTED, test 2: this is no claim: lines is a list, not {'units': 1}",
        "TESTED, test 3: this is no claim: payer is a table of values, not '60054'",
        "TESTED, test 4: a day is YYYY-MM-DD, not '2026-13-01'",
    ]
