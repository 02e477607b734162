"""Random rules on random claims, with what the plain interpreter says of them.

`python tests/rules/differential.py` writes them for the native half, whose test must come to the
same on every row. Deterministic: the seed is in the file.
"""

# ruff: noqa: E501, PLR0911, S311 - a generator of nonsense, for tests only

import json
import random
from itertools import product
from pathlib import Path
from typing import Any

from scrubjay.findings import Severity
from scrubjay.rules import Bool, Rule, RuleSet
from scrubjay.rules.interpreter import NO_DATA, Interpreter, Tree
from scrubjay.rules.rows import TABLES, Above, Below

TARGET = Path(__file__).parents[2] / "crates/x12/tests/data/differential.json"
RULES, CLAIMS, SEED, TODAY = 600, 40, 20_260_301, 20_514
TABLE: dict[str, Any] = {
    "dx": {"A1": [(0, 20_500, 2)], "B22": [(20_490, 30_000, 1)]},
    "begins": {
        ("A", "7"): [(0, 20_500)],
        ("1", "B2"): [(20_490, 30_000)],
        ("B22", "A1"): [(0, 30_000)],
        ("L", "1"): [(0, 30_000)],
        ("7", "A"): [(0, 20_550)],
        ("11", "1"): [(20_490, 30_000)],
    },
    "pairs": {("A1", "7"): [(0, 20_500)], ("A1", "B22"): [(20_490, 30_000)]},
    "five": {"99213": [(0, 30_000, 0)], "J1885": [(0, 30_000, 0)]},
    "most": {("X", "1"): [(0, 30_000, 2)], ("A1", "A1"): [(0, 30_000, 4)], ("Yy", "7"): [(0, 30_000, 1)],
             ("x", "7"): [(0, 30_000, 2)], ("x", "A1"): [(0, 30_000, 1)], ("A1", "7"): [(0, 30_000, 0)]},
    "history.done": {
        (text, code): [(20_480, 20_490, "99213"), (20_500 + at, 20_514, "80053"), (20_514, 20_600, "J1885")][at % 3 :]
        for at, (text, code) in enumerate(product(("X", "YY", "1234567893", "A1"), ("A1", "7", "LT")))
    } | {("X", "1"): [(-(2**31), 2**31 - 1, "99213")]},
    "history.billed": {
        (code, day): [(day, day, 500 * at), (20_480, 20_500, 500)][: 1 + at % 2]
        for at, (code, day) in enumerate(product(("A1", "1", "7", "B22"), (20_480, 20_490, 20_500, 20_514)))
    },
}  # fmt: skip
PAST = {"done": ("text", "code"), "billed": ("code", "date"), "nowhere": ("text",)}
"""The lists of a history, with the kinds of what they are found by."""

VALUES: dict[str, list[Any]] = {
    "code": ["1", "7", "11", "A1", "B22", "LT"],
    "text": ["x", "Yy", "1234567893", "1234567890", "A1", "abc def"],
    "money": [-100, 0, 1, 15_000, 25_000],
    "number": [-1000, 0, 500, 1000, 2000],
    "date": [20_480, 20_490, 20_500, 20_514, 20_600],
}
FIELDS: dict[str, dict[str, str]] = {
    "claim": {"id": "text", "charge": "money", "place_of_service": "code", "frequency": "code",
              "accident_date": "date", "patient_paid": "money", "note": "text"},
    "provider": {"npi": "text", "state": "code"},
    "subscriber": {"birth_date": "date", "relationship": "code"},
    "patient": {"birth_date": "date", "last": "text"},
    "line": {"procedure": "code", "modifier_1": "code", "modifier_2": "code", "charge": "money",
             "units": "number", "service_from": "date", "service_to": "date", "control": "text"},
    "diagnosis": {"code": "code", "qualifier": "code"},
    "adjudication": {"payer_id": "text", "paid": "money", "date": "date"},
}  # fmt: skip
UPS = {
    "claim": ["provider", "subscriber", "patient"],
    "line": ["claim"],
    "diagnosis": ["claim"],
    "adjudication": ["line"],
}
DOWNS = {"claim": ["line", "diagnosis"], "line": ["adjudication"]}
PATTERNS = ["[A-Z].*", r"\d+", "(A1|B22|7)", ".{2}", "[^0-9]+", "x?Y*y{1,2}"]


class Maker:
    """Makes random expressions; `bound` are the tables of the rows in scope."""

    def __init__(self, seed: int, values: dict[str, list[Any]] = VALUES) -> None:
        self.random = random.Random(seed)
        self.values = values

    def row(self, bound: list[str]) -> tuple[str, int, list[str]]:
        """A row in scope or above one: its table, number and way."""
        number = self.random.randrange(len(bound))
        table, way = bound[number], []
        while table in UPS and self.random.random() < 0.4:
            table = self.random.choice(UPS[table])
            way.append(table)
        return table, number, way

    def field(self, kind: str, bound: list[str]) -> list[Any] | None:
        for _ in range(20):
            table, number, way = self.row(bound)
            names = [name for name, other in FIELDS[table].items() if other == kind]
            if names:
                return ["field", number, way, self.random.choice(names)]
        return None

    def rows(self, bound: list[str]) -> tuple[list[Any], str] | None:
        for _ in range(20):
            table, number, way = self.row(bound)
            if table in DOWNS:
                child = self.random.choice(DOWNS[table])
                return ["rows", number, way, child], child
        return None

    def value(self, kind: str, bound: list[str], depth: int) -> list[Any]:
        pick = self.random.random()
        if kind in {"money", "number", "date"} and pick < 0.15:
            return [kind, self.random.choice(self.values[kind])]
        if kind == "code" and pick < 0.1:
            return ["code", self.random.choice(self.values["code"])]
        if kind == "date" and pick < 0.25:
            return [self.random.choice(["as_of", "received"])]
        if depth > 0 and pick < 0.5:
            made = self.derived(kind, bound, depth - 1)
            if made:
                return made
        return self.field(kind, bound) or [kind, self.random.choice(self.values[kind])]

    def derived(self, kind: str, bound: list[str], depth: int) -> list[Any] | None:
        def take(wanted: str) -> list[Any]:
            return self.value(wanted, bound, depth)

        options: list[Any] = [
            lambda: ["first_of", self.field(kind, bound) or take(kind), take(kind)]
        ]
        found = self.rows(bound) if kind in {"money", "number", "date"} else None
        if found and len(bound) < 4:
            node, child = found
            inside = [*bound, child]
            where = self.logic(inside, depth) if self.random.random() < 0.5 else None
            names = ["min", "max"] if kind == "date" else ["sum", "min", "max"]
            options.append(
                lambda: [self.random.choice(names), node, where, self.value(kind, inside, depth)]
            )
            if kind == "number":
                options.append(lambda: ["count", node, where])
        if kind in {"money", "number"}:
            options.append(lambda: [self.random.choice(["add", "sub"]), take(kind), take(kind)])
            options.append(lambda: ["mul", take(kind), take("number")])
        if kind == "number":
            options.append(lambda: ["sub", take("date"), take("date")])
            options.append(lambda: ["years", take("date"), take("date")])
            options.append(lambda: ["length", take("code")])
            placed = [at for at, table in enumerate(bound) if table in {"line", "diagnosis"}]
            if placed:
                options.append(lambda: ["position", self.random.choice(placed), "claim"])
        if kind == "date":
            options.append(
                lambda: [self.random.choice(["add", "sub"]), take("date"), take("number")]
            )
        made = self.random.choice(options)()
        return made if kind != "text" or self.random.random() < 0.5 else None

    def logic(self, bound: list[str], depth: int) -> list[Any]:
        if depth <= 0:
            return self.leaf(bound)
        pick = self.random.random()
        if pick < 0.35:
            parts = [self.logic(bound, depth - 1) for _ in range(self.random.randint(2, 3))]
            return [self.random.choice(["and", "or"]), *parts]
        if pick < 0.45:
            return ["not", self.logic(bound, depth - 1)]
        found = self.rows(bound) if pick < 0.65 and len(bound) < 4 else None
        if found:
            node, child = found
            return [
                self.random.choice(["any", "all"]),
                node,
                self.logic([*bound, child], depth - 1),
            ]
        return self.leaf(bound)

    def leaf(self, bound: list[str]) -> list[Any]:
        kind = self.random.choice(["code", "text", "money", "number", "date"])
        value = self.value(kind, bound, 1)
        if kind == "text" and value[0] == "text":
            return ["true"]
        pick = self.random.random()
        if pick < 0.15:
            return ["missing", value]
        if pick < 0.2:
            return ["absent", *self.row(bound)[1:]]
        if pick < 0.25:
            at = self.random.randrange(len(bound))
            if bound[at] in {"line", "diagnosis"}:
                names = self.random.sample(sorted(FIELDS[bound[at]]), 2)
                return ["repeats", at, "claim", [["field", at, [], name] for name in names]]
        if pick < 0.28:
            at = self.random.randrange(len(bound))
            code = {"line": "procedure", "diagnosis": "code"}.get(bound[at])
            if code:
                table = self.random.choice(["begins", "begins", "nowhere"])
                on = ["field", at, ["claim"], "accident_date"]
                day = self.random.choice([None, ["as_of"], on])
                return ["follows", table, at, "claim", ["field", at, [], code], day]
        if pick < 0.5:
            return (
                self.past(bound)
                if pick < 0.35
                else ["in", value, sorted(self.random.sample(self.values[kind], 3))]
            )
        if kind in {"code", "text"}:
            return self.characters(kind, value, bound)
        return [
            self.random.choice(["eq", "ne", "lt", "le", "gt", "ge"]),
            value,
            self.value(kind, bound, 1),
        ]

    def past(self, bound: list[str]) -> list[Any]:
        """Whether something was sent before: anything, something of a list, or too much of it."""
        name = self.random.choice(["done", "done", "done", "billed", "billed", "billed", "nowhere"])
        keys = [self.value(kind, bound, 1 if kind == "date" else 0) for kind in PAST[name]]
        if any(key[0] == "text" for key in keys):
            return ["true"]  # no text is a constant
        days = [
            self.value("date", bound, 0) if self.random.random() < 0.5 else None for _ in range(2)
        ]
        limit = [self.field("text", bound), self.field("code", bound)]
        if name == "done" or None in limit:
            return [
                "past",
                name,
                ["keys", *keys],
                *days,
                self.random.choice([None, "five", "nothing"]),
            ]
        table = self.random.choice(["most", "most", "most", "nothing"])
        return [
            "past",
            name,
            ["keys", *keys],
            *days,
            self.value("number", bound, 1),
            table,
            ["keys", *limit],
        ]

    def characters(self, kind: str, value: list[Any], bound: list[str]) -> list[Any]:
        pick = self.random.random()
        if pick < 0.3:
            return ["matches", value, self.random.choice(PATTERNS)]
        if pick < 0.45:
            return ["starts", value, ["1", "A"]]
        if pick < 0.6:
            return ["check", "npi", value]
        if pick < 0.75:
            day = self.value("date", bound, 0) if self.random.random() < 0.6 else None
            return self.looked_up(value, day, bound)
        other = self.field(kind, bound)
        return [self.random.choice(["eq", "ne"]), value, other] if other else ["missing", value]

    def looked_up(self, value: list[Any], day: list[Any] | None, bound: list[str]) -> list[Any]:
        pick = self.random.random()
        code = self.field("code", bound)
        if pick < 0.3 and code:
            return ["paired", self.random.choice(["pairs", "nowhere"]), value, code, day]
        if pick < 0.5:
            units = self.value("number", bound, 0)
            return ["over", self.random.choice(["dx", "dx", "nowhere"]), units, value, day]
        return ["listed", self.random.choice(["dx", "nowhere"]), value, day]

    def claim(self) -> dict[str, Any]:
        claim = self.fill("claim")
        claim["provider"], claim["subscriber"] = self.fill("provider"), self.fill("subscriber")
        if self.random.random() < 0.5:
            claim["patient"] = self.fill("patient")
        claim["lines"] = [self.fill("line") for _ in range(self.random.choice([0, 1, 2, 3, 15]))]
        for line in claim["lines"]:
            line["adjudications"] = [
                self.fill("adjudication") for _ in range(self.random.randint(0, 2))
            ]
        claim["diagnoses"] = [self.fill("diagnosis") for _ in range(self.random.randint(0, 4))]
        return claim

    def fill(self, table: str) -> dict[str, Any]:
        kinds = FIELDS[table]
        return {
            name: self.random.choice(self.values[kind])
            for name, kind in kinds.items()
            if name != "note" and self.random.random() < 0.7
        }


def rule(number: int, table: str, node: list[Any]) -> Rule:
    """A rule around an expression."""
    return Rule(
        id=f"RANDOM_{number}", title="Random", severity=Severity.ERROR, snip=1, status=None,
        level="claim", transactions="P", source="", fix="", since=None, until=None, at="", function=lambda: None,
        table=table, expression=Bool(node), evidence=(),
    )  # fmt: skip


def document() -> str:
    """Rules, claims and the states of all rows: T, F, U (unknown), N (no data)."""
    maker = Maker(SEED)
    claims = [maker.claim() for _ in range(CLAIMS)]
    tables = [maker.random.choice(["claim", "line", "diagnosis"]) for _ in range(RULES)]
    rules = [rule(at, table, maker.logic([table], 3)) for at, table in enumerate(tables)]
    judge = Interpreter(TODAY, TODAY, tables=TABLE)
    trees = [Tree(claim) for claim in claims]
    letters = {True: "T", False: "F", None: "U", NO_DATA: "N"}
    states = [
        "".join(letters[state] for tree in trees for state in judge.judge(one, tree))
        for one in rules
    ]
    held = {
        name: [
            [[key] if isinstance(key, str) else key, *span, *[0] * (3 - len(span))]
            for key in table
            for span in table[key]
        ]
        for name, table in TABLE.items()
    }
    body = {
        "today": TODAY,
        "tables": held,
        "claims": claims,
        "states": states,
        "program": json.loads(RuleSet(rules).program),
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    assert all(isinstance(vars(TABLES["claim"])[name], Above) for name in UPS["claim"])
    assert isinstance(vars(TABLES["claim"])["lines"], Below)
    TARGET.write_text(document())
