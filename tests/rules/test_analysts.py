"""Rules in TOML and decision tables: what they mean, what overrides them, and what is refused."""

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from scrubjay.rulebook import shipped
from scrubjay.rules import Rule, RuleError
from scrubjay.rules.interpreter import Interpreter, Tree
from scrubjay.rules.loading import assemble, gather
from scrubjay.rules.trials import lanes, outcome
from scrubjay.testing import generate
from stage import Command
from workbooks import workbook

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "rules"
DAY = (dt.date(2026, 3, 2) - dt.date(1970, 1, 1)).days
OF_A_CLAIM = """[[rule]]
id = 'ABC'
message = 'x'
judges = 'claim'
when = {{ field = '{}', is = '1' }}
"""
ACTIVE = "[[rule]]\nid='ABC'\nstate='active'\nmessage='x'\nwhen={field='line.charge', is=0}\n"
BASE: dict[str, Any] = {"provider": {"set": {}}, "subscriber": {}, "payer": {}}


def rules(*names: Path) -> dict[str, list[Rule]]:
    """All rules with those of files, by id."""
    by_id: dict[str, list[Rule]] = {}
    for rule in assemble(shipped(), [str(name) for name in names]).rules:
        by_id.setdefault(rule.id, []).append(rule)
    return by_id


def found(rule: Rule, **claim: Any) -> str:
    tree = Tree(lanes(BASE | claim))
    return outcome(rule, tree, Interpreter(DAY, DAY, duplicate=False))


def told(variants: list[Rule], **claim: Any) -> list[Rule]:
    """The variants of a rule that hit."""
    judged = [rule for rule in variants if rule.enabled]
    return [rule for rule in judged if found(rule, **claim) == "fail"]


def refused(tmp_path: Path, text: str, name: str = "own.toml") -> str:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(RuleError) as raised:
        assemble(shipped(), [str(path)])
    return str(raised.value)


def test_the_example_is_judged_as_it_reads() -> None:
    made = rules(EXAMPLES)
    (telehealth,) = made["ACME_TELEHEALTH"]
    line = {"modifier_2": "95", "modifier_1": "25"}
    acme = {"id": "60054"}
    assert found(telehealth, place_of_service="11", payer=acme, lines=[line]) == "fail"
    assert found(telehealth, place_of_service="02", payer=acme, lines=[line]) == "pass"
    assert telehealth.since == dt.date(2026, 1, 1)
    (many,) = made["ACME_MANY_LINES"]
    assert found(many, payer=acme, lines=[{"units": 101}]) == "fail"
    assert many.describe()["severity"] == "info"
    assert many.describe()["status"] is None


def test_an_override_counts_for_its_payer_and_no_other() -> None:
    variants = rules(EXAMPLES / "acme.toml")["TIMELY_FILING"]
    assert [one.whom for one in variants] == ["payer 60054", "all others"]
    late: dict[str, Any] = {
        "frequency": "1",
        "subscriber": {"filing_indicator": "CI"},
        "lines": [{"service_from": "2025-11-01"}],
    }
    (acme,) = told(variants, payer={"id": "60054"}, **late)
    assert (acme.severity, acme.title[:9]) == ("error", "The claim")
    assert told(variants, payer={"id": "99999"}, **late) == []
    old: dict[str, Any] = {
        "frequency": "1",
        "subscriber": {"filing_indicator": "MB"},
        "lines": [{"service_from": "2024-11-01"}],
    }
    (medicare,) = told(variants, payer={"id": "99999"}, **old)
    assert medicare.severity == "warning"
    assert told(variants, payer={}, **old) == [medicare]


def test_the_narrower_scope_counts(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("""\
[[override]]
rule = "LINE_ZERO_CHARGE"
severity = "info"
[[override]]
rule = "LINE_ZERO_CHARGE"
scope = { class = "commercial" }
severity = "error"
[[override]]
rule = "LINE_ZERO_CHARGE"
scope = { payer = "60054" }
enabled = false
[[override]]
rule = "LINE_ZERO_CHARGE"
scope = { client = "S1", payer = "60054" }
message = "For this client it matters"
""")
    variants = rules(path)["LINE_ZERO_CHARGE"]
    line = {"lines": [{"charge": 0}], "subscriber": {"filing_indicator": "CI"}}

    def severities(**claim: Any) -> list[str]:
        return [rule.severity.value for rule in told(variants, **{**line, **claim})]

    assert severities(payer={"id": "1"}) == ["error"]
    assert severities(payer={"id": "1"}, subscriber={"filing_indicator": "MB"}) == ["info"]
    assert severities(payer={"id": "60054"}) == []
    client = {"set": {"submitter_id": "S1"}}
    (own,) = told(variants, **line, payer={"id": "60054"}, provider=client)
    assert own.title == "For this client it matters"
    assert {rule.id for rule in variants} == {"LINE_ZERO_CHARGE"}


def test_a_decision_table_is_a_rule_a_row() -> None:
    made = rules(EXAMPLES / "acme_edits.csv")
    (therapy,) = made["ACME_EDITS_THERAPY"]
    acme = {"id": "60054"}

    def judged(rule: Rule, **line: Any) -> str:
        return found(rule, payer=acme, place_of_service="11", lines=[{"units": 1, **line}])

    day = {"service_from": "2026-02-01"}
    assert judged(therapy, procedure="97110", **day) == "fail"
    assert judged(therapy, procedure="97110", modifier_1="GP", **day) == "pass"
    assert judged(therapy, procedure="97110", modifier_1="GP", **day | {"units": 5}) == "fail"
    assert judged(therapy, procedure="97110", service_from="2025-12-31") == "pass"
    assert judged(therapy, procedure="97112", **day) == "pass"
    (imaging,) = made["ACME_EDITS_IMAGING"]
    assert judged(imaging, procedure="70450", place_of_service="21") == "fail"
    assert judged(imaging, procedure="76551", place_of_service="23") == "fail"
    assert judged(imaging, procedure="70450") == "pass"
    assert judged(imaging, procedure="71046", place_of_service="21") == "pass"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]]\nid = 'x'\n", "own.toml:2: an id is UPPER_SNAKE"),
        ("\nid = \n", "own.toml:2: this is no TOML"),
        ("\n[[rule]]\nid='ABC'\nmesage='x'\n", "own.toml:4: 'mesage' is not known here"),
        (
            "[[rule]]\nid='ABC'\nmessage='x'\nwhen={field='line.procedur', is='1'}\n",
            "own.toml:4: there is no field line.procedur; did you mean procedure",
        ),
        (
            "[[rule]]\nid='ABC'\nmessage='x'\nwhen={field='line.charge', starts_with='1'}\n",
            "starts_with is not asked of a money",
        ),
        ("[[rule]]\nid='ABC'\nmessage='x'\nwhen={field='line.charge', like=1}\n", "one of is"),
        *(
            (
                OF_A_CLAIM.format(field),
                f"own.toml:5: {said}",
            )
            for field, said in (
                (
                    "claim.subscriber.membr_id",
                    "there is no field subscriber.membr_id; did you mean",
                ),
                ("claim.charge.sex", "there is no claim.charge.sex; charge is no row above"),
                (
                    "claim.lines.charge",
                    "there is no claim.lines.charge; lines are rows below: some =",
                ),
                ("line.charge", "there is no line.charge from claim; lines are rows below: some ="),
                ("claim.subscriber", "claim.subscriber is no field"),
            )
        ),
        ("[[rule]]\nid='ABC'\nmessage='x'\nwhen={some='teeth'}\n", "an 837P has no tooth"),
        (
            ACTIVE,
            "ABC is active and needs a test",
        ),
        (
            ACTIVE
            + "test=[{expect='fail', claim={lines=[{charge=1}]}},{expect='pass', claim={}}]\n",
            "ABC, test 1: fail was expected, it is pass",
        ),
        ("[[override]]\nrule='TIMELY_FILIN'\nenabled=false\n", "did you mean TIMELY_FILING?"),
        ("[[override]]\nrule='TIMELY_FILING'\nid='OTHER'\n", "'id' is not known here"),
        ("[[override]]\nrule='TIMELY_FILING'\n", "changes nothing"),
        ("[[override]]\nrule='TIMELY_FILING'\nparameters={hours=1}\n", "no parameter 'hours'"),
        (
            "[[override]]\nrule='INVALID_NPI'\nscope={payer='1'}\nenabled=false\n",
            "judged once for each provider, whose claims may go to more than one payer",
        ),
        ("[[override]]\nrule='TIMELY_FILING'\nscope={class='rich'}\nenabled=false\n", "no class"),
        (
            "[[rule]]\nid='ABC'\nmessage='x'\nscope={payr='1'}\nwhen={field='line.charge', is=0}\n",
            "no 'payr'",
        ),
        ("[[override]]\nrule='TIMELY_FILING'\nscope='1'\nenabled=false\n", "a scope is a table"),
        (
            "[[override]]\nrule='TIMELY_FILING'\nscope={payer=1}\nenabled=false\n",
            "a text or a list",
        ),
        (
            "[[override]]\nrule='TIMELY_FILING'\nscope={payer=[]}\nenabled=false\n",
            "a text or a list",
        ),
        ("[[override]]\nrule='TIMELY_FILING'\nsince=2026-02-01\nuntil=2026-01-01\n", "so never"),
        (
            ACTIVE + "test=[{expect='fail', clam={}}]\n",
            "'clam' is not known here; did you mean claim?",
        ),
        ("[[rule]]\nid='ABC'\nmessage='x'\n", "add a [rule.when]"),
        ("[[rule]]\nid='INVALID_NPI'\nmessage='x'\nwhen={field='line.charge', is=0}\n", "is also"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_files_with_a_mark_of_their_encoding_are_read_and_others_are_told(tmp_path: Path) -> None:
    text = "[[rule]]\r\nid='ABC'\r\nmessage='x'\r\nwhen={field='line.charge', at_least=0}\r\n"
    (tmp_path / "own.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert "ABC" in rules(tmp_path / "own.toml")
    (tmp_path / "own.toml").write_bytes(text.replace("x", "é").encode("latin-1"))
    with pytest.raises(RuleError, match=r"own\.toml: this file is not UTF-8"):
        rules(tmp_path / "own.toml")
    (tmp_path / "edits.csv").write_bytes("code,deny,message\n99213,yes,é\n".encode("latin-1"))
    with pytest.raises(RuleError, match=r"edits\.csv: this file is not UTF-8"):
        rules(tmp_path / "edits.csv")


def test_check_names_every_file_of_a_folder_that_is_wrong(
    scrubjay: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("payr\n1\n")
    (tmp_path / "b.toml").write_text(ACTIVE)
    (tmp_path / "c.xlsx").write_text("no zip")
    (tmp_path / "d.toml").write_text("[[override]]\nrule='TIMELY_FILING'\nenabled=false\n")
    ended = scrubjay("rules", "check", tmp_path)
    assert ended.code == 1
    assert [line[:6].rstrip(":") for line in ended.out.splitlines()[:2]] == ["a.csv", "b.toml"]
    assert "c.xlsx: not a workbook" in ended.out
    assert ended.out.endswith("0 rules, 1 overrides, 3 with errors\n")


def test_check_names_every_rule_of_a_file_that_is_wrong(scrubjay: Command, tmp_path: Path) -> None:
    table, toml, book = (tmp_path / name for name in ("a.csv", "b.toml", "c.xlsx"))
    table.write_text("payer,units_max,message\n1,two,x\n1,2,x\n1,,x\n")
    toml.write_text(
        "[[rule]]\nid = 'ABC'\nmessage = 'x'\nstate = 'on'\nwhen = {field='line.charge', is=0}\n"
        "[[override]]\nrule = 'TIMELY_FILING'\nseverity = 'fatal'\n"
    )
    workbook(book, Edits=[["payer", "units_max", "message"], ["1", "x", "y"], [2, 3, "y"]])
    ended = scrubjay("rules", "check", tmp_path)
    assert ended.code == 1
    assert ended.out.splitlines() == [
        "a.csv:2: units_max is a number, not 'two'",
        "a.csv:4: A_3: the row demands nothing; say what must be, or deny",
        "b.toml:4: ABC: a state is draft, shadow, active, retired, not 'on'",
        "b.toml:8: severity is error, warning or info, not 'fatal'",
        "c.xlsx:Edits!B2: units_max is a number, not 'x'",
        "c.xlsx:Edits!A3: payer is a number here, without zeros in front; make it text",
        "0 rules, 0 overrides, 6 with errors",
    ]


def test_check_names_all_that_is_wrong_in_one_rule_of_an_analyst(
    scrubjay: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(
        "payer,class,code,modifiers_required,pos,from,until,age_min,sex,deny,severity,status,message\n"
        "1,gold,9921,GPX,1,2026,2025-01-01,old,X,maybe,fatal,9,\n"
    )
    (tmp_path / "b.toml").write_text(
        "[[rule]]\nid = 'abc'\nmesage = 'x'\nseverity = 'fatal'\nsnip = 9\nsince = '2026'\n"
        "at = 'line.chrge'\nscope = {class = ['gold']}\n"
        "[rule.when]\nall = [\n  {field = 'line.charg', is = 1},\n"
        "  {field = 'line.units', is = 'x'},\n  {field = 'claim.id', above = 'A'},\n]\n"
        "[[rule.test]]\nexpect = 'fails'\n"
    )
    told = scrubjay("rules", "check", tmp_path).out.splitlines()
    assert [line[:52] for line in told if line.startswith("a.csv")] == [
        "a.csv:2: no class 'gold'; there are medicare, medica",
        "a.csv:2: '9921' is no code; were zeros in front lost",
        "a.csv:2: from is YYYY-MM-DD, not '2026'; make the ce",
        "a.csv:2: 'GPX' is no modifier",
        "a.csv:2: '1' is no place of service; were zeros in f",
        "a.csv:2: age_min is a number, not 'old'",
        "a.csv:2: sex is F, M or U, not 'X'",
        "a.csv:2: deny is yes or no, not 'maybe'",
        "a.csv:2: A_1: a rule has a message that people read",
        "a.csv:2: severity is error, warning or info, not 'fa",
        "a.csv:2: a status is A7:562:85, not '9'",
    ]
    assert [line[:52] for line in told if line.startswith("b.toml")] == [
        "b.toml:3: 'mesage' is not known here; did you mean m",
        "b.toml:2: an id is UPPER_SNAKE, not 'abc'",
        "b.toml:1: abc: a test expects pass, fail, bypassed, ",
        "b.toml:11: there is no field line.charg; did you mea",
        "b.toml:12: line.units: a number is a number, not 'x'",
        "b.toml:13: claim.id: above of a text is not asked wi",
        "b.toml:8: no class 'gold'; there are medicare, medic",
        "b.toml:7: there is no field line.chrge; did you mean",
        "b.toml:1: abc: a rule has a message that people read",
        "b.toml:1: abc: snip is 1 to 7",
        "b.toml:6: a day is YYYY-MM-DD, not '2026'",
        "b.toml:4: severity is error, warning or info, not 'f",
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("{field='claim.charge', between=[1]}", "between takes the least and the most, [1, 5]"),
        ("{field='claim.charge', above='x'}", "a money is a number, not 'x'"),
        ("{field='claim.charge', above='NaN'}", "above of a money is not asked with 'NaN'"),
        ("{field='claim.charge', above=inf}", "Infinity is more than money holds"),
        ("{field='claim.admission_date', is='2026-02-30'}", "a day is YYYY-MM-DD"),
        ("{field='claim.id', matches=5}", "matches of a text is not asked with 5"),
        ("{field='claim.id', missing='no'}", "missing and present are true or false, not 'no'"),
    ],
)
def test_what_is_asked_wrongly_of_a_field_is_told(tmp_path: Path, asked: str, said: str) -> None:
    text = f"[[rule]]\nid='ABC'\nmessage='x'\njudges='claim'\nwhen={asked}\n"
    assert said in refused(tmp_path, text)


PYTHON = """
from scrubjay import rule

@rule("OWN_TESTED", severity="error", snip=7, fix="Less", state="{state}", tests=[
    {{"expect": "fail", "claim": {{"charge": 5}}}},
    {{"expect": "{expect}", "claim": {{"charge": 4}}}},
])
def tested(claim):
    \"\"\"The claim charges more than four dollars.\"\"\"
    return claim.charge > 4

@rule("OWN_UNTESTED", severity="info", snip=7, fix="Less", state="draft")
def untested(claim):
    \"\"\"The claim charges more than five dollars.\"\"\"
    return claim.charge > 5
"""


@pytest.mark.parametrize("asked", ["claim.charge > 3", "claim.charg", "claim.charg != 3"])
def test_a_loop_that_would_not_end_is_refused(
    scrubjay: Command, tmp_path: Path, asked: str
) -> None:
    """A rule is read as if what it asks were true, so that `while` asks for ever."""
    (tmp_path / "own.py").write_text(
        "from scrubjay.rules import rule\n\n"
        '@rule("OWN_RULE", severity="error", snip=7)\n'
        "def own_rule(claim):\n"
        '    """It asks again and again."""\n'
        f"    while {asked}:\n"
        "        pass\n"
        "    return claim.charge > 0\n"
    )
    ended = scrubjay("rules", "check", tmp_path / "own.py")
    assert (ended.code, "own.py:6: " in ended.err + ended.out) == (1, True)


def test_rules_in_python_have_states_and_tests_too(scrubjay: Command, tmp_path: Path) -> None:
    path, claims = tmp_path / "own.py", tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=3)))
    path.write_text(PYTHON.format(state="shadow", expect="pass"))
    tried = scrubjay("rules", "test", path)
    assert (tried.code, tried.out) == (0, "OWN_UNTESTED has no test\n2 rules, 2 tests, 0 wrong\n")
    run = scrubjay("scrub", claims, "--out", tmp_path / "out", "--rules", path)
    assert run.code == 0
    rows = map(json.loads, (tmp_path / "out/findings.jsonl").read_text().splitlines())
    assert {(row["code"], row["severity"]) for row in rows} == {("OWN_TESTED", "info")}
    path.write_text(PYTHON.format(state="active", expect="bypassed"))
    assert (
        "OWN_TESTED, test 2: bypassed was expected, it is pass"
        in scrubjay("rules", "test", path).out
    )
    assert "own.py:4: OWN_TESTED, test 2" in scrubjay("rules", "check", path).out
    path.write_text(PYTHON.format(state="on", expect="pass"))
    assert (
        "a state is draft, shadow, active, retired, not 'on'"
        in scrubjay("rules", "check", path).out
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("payr,code\n1,2\n", "no column 'payr'"),
        ("code,deny,message\n99213,,x\n", "edits.csv:2: EDITS_1: the row demands nothing"),
        ("code,units_max,message\n99213,few,x\n", "edits.csv:2: units_max is a number"),
        ("code,deny\n99213,yes\n", "a rule has a message"),
        ("code,deny,message\n99215-99213,yes,x\n", "99215-99213 is no range"),
        ("code,deny,message\n", "there is no row"),
        ("code,deny,message\n99213,yes,x,more\n", "edits.csv:2: the row has more cells"),
        ("code,deny,message\n99213,maybe,x\n", "edits.csv:2: deny is yes or no"),
        ("code,units_max,message\n99213,-4,x\n", "edits.csv:2: units_max is a number"),
        ("code,units_max,message\n99213,nan,x\n", "edits.csv:2: units_max is a number"),
        ("code,deny,message\n840,yes,x\n", "'840' is no code; were zeros in front lost?"),
        ("revenue,deny,message\n450,yes,x\n", "'450' is no code; were zeros in front lost?"),
        ("code,pos,message\n99213,1,x\n", "'1' is no place of service; were zeros"),
        ("code,modifiers_required,message\n99213,G,x\n", "'G' is no modifier"),
        ("code\tdeny\n99213\tyes\n", "parted by tabs; save it with commas"),
        ("code,from,deny,message\n99213,46023,yes,x\n", "make the cell a date, or write it so"),
        ("code,sex,message\n59400,woman,x\n", "edits.csv:2: sex is F, M or U"),
        ("code,deny,message,snip\n99213,yes,x,six\n", "snip is 1 to 7"),
        ("code,deny,message,code\n99213,yes,x,1\n", "the column 'code' is there twice"),
        ("code;deny;message\n99213;yes;x\n", "parted by semicolons"),
        ('code,deny,message\n99213,yes,"x\n', "this is no CSV"),
        (
            "code,deny,message,from,until\n99213,yes,x,2026-02-01,2026-01-01\n",
            "edits.csv:2: it holds from 2026-02-01 until 2026-01-01, so never",
        ),
    ],
)
def test_what_is_wrong_in_a_table_is_told_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in refused(tmp_path, text, "edits.csv")


def test_drafts_are_loaded_and_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(ACTIVE.replace("'active'", "'draft'"))
    ruleset = assemble(shipped(), [str(path)])
    assert "ABC" in {rule.id for rule in ruleset.rules}
    assert "ABC" not in {rule["id"] for rule in json.loads(ruleset.program)["rules"]}


def test_the_commands_say_what_rules_do(scrubjay: Command, tmp_path: Path) -> None:
    file = ROOT / "examples" / "clinic.837"
    assert scrubjay("rules", "check", EXAMPLES).out == "5 rules, 2 overrides, 0 with errors\n"
    assert scrubjay("rules", "test", EXAMPLES).out.endswith("14 tests, 0 wrong\n")
    shown = scrubjay("rules", "show", "TIMELY_FILING")
    assert "parameter days: 366" in shown.out
    own = tmp_path / "own.toml"
    own.write_text(
        "[[rule]]\nid='OWN'\nstate='shadow'\nmessage='x'\nwhen={field='line.charge', above=0}\n"
        "[[override]]\nrule='MISSING_SUBSCRIBER_NAME'\nenabled=false\n"
    )
    differs = scrubjay("rules", "diff", "-", own, "--on", file, "--json")
    assert differs.code == 1
    changes = json.loads(differs.out)
    assert {(row["code"], row["severity"]) for row in changes["changes"]} >= {("OWN", "info")}
    same = scrubjay("rules", "diff", "-", "-", "--on", file)
    assert (same.code, same.out) == (0, "no claim is seen otherwise\n")
    why = scrubjay("rules", "explain", "TIMELY_FILING", file, "--claim", "0")
    assert why.out.startswith("TIMELY_FILING: ")
    assert "subscriber.filing_indicator in MA, MB" in why.out
    dear = json.loads(scrubjay("rules", "profile", file, "--json").out)["rules"]
    assert len(dear) > 100
    assert abs(sum(row["share"] for row in dear) - 1) < 0.01


def test_a_scrub_tells_a_variant_under_its_own_words(tmp_path: Path) -> None:
    rules_file = tmp_path / "own.toml"
    rules_file.write_text(
        "[[override]]\nrule='DUPLICATE_DIAGNOSIS'\nscope={payer='99901'}\nseverity='error'\n"
        "message='Twice'\n"
    )
    from scrubjay.testing import generate

    file = tmp_path / "claims.837"
    file.write_bytes(b"".join(generate("837P", claims=400, faults=0.5)))
    run = scrubjay.scrub(file, tmp_path / "out", rules=[rules_file], as_of=dt.date(2026, 10, 1))
    plain = scrubjay.scrub(file, tmp_path / "plain", as_of=dt.date(2026, 10, 1))
    assert run.summary["findings"] == plain.summary["findings"]
    rows = map(json.loads, (tmp_path / "out/findings.jsonl").read_text().splitlines())
    twice = [row for row in rows if row["code"] == "DUPLICATE_DIAGNOSIS"]
    assert {(row["severity"], row["message"]) for row in twice} == {
        ("error", "Twice"),
        ("warning", "The same diagnosis stands on the claim twice"),
    }


def test_plug_ins_are_asked_for_by_name() -> None:
    with pytest.raises(RuleError, match="there is no plug-in 'nobody'"):
        gather(["plugin:nobody"])


def test_a_plug_in_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = ROOT / "examples" / "plugin"
    facts = tomllib.loads((plugin / "pyproject.toml").read_text())["project"]
    info = tmp_path / f"acme_claim_rules-{facts['version']}.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text(f"Name: {facts['name']}\nVersion: {facts['version']}\n")
    points = facts["entry-points"]["scrubjay.rules"]
    lines = [f"{name} = {value}\n" for name, value in points.items()]
    info.joinpath("entry_points.txt").write_text("".join(["[scrubjay.rules]\n", *lines]))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(plugin / "src"))
    (rule,) = gather(["plugin:acme"]).rules
    acme = {"id": "60054"}
    assert found(rule, payer=acme, place_of_service="12", lines=[{"number": 1}]) == "fail"
    assert found(rule, payer=acme, place_of_service="12", lines=[{"note": "BED"}]) == "pass"
