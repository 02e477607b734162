"""The plain interpreter, where random rules seldom come."""

import pytest

from scrubjay.rules.interpreter import Interpreter, Tree

TODAY = 20_000
REPEATS = ["repeats", 1, "claim", [["field", 1, [], "procedure"]]]


@pytest.mark.parametrize(("procedures", "repeated"), [(("A", "B"), False), (("A", "A"), True)])
def test_a_row_that_is_bound_twice_repeats_others_and_not_itself(
    procedures: tuple[str, str], *, repeated: bool
) -> None:
    tree = Tree({"lines": [{"procedure": procedure} for procedure in procedures]})
    last = tree.rows["line"][1]
    assert Interpreter(TODAY, TODAY).logic(REPEATS, [last, last]) is repeated
