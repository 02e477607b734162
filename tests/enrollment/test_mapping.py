"""A mapping is TOML that people write: every fault in it has its line."""

from pathlib import Path

import pytest

from enrollment.made import LEAST
from scrubjay.enrollment.fields import field_of, known_fields
from scrubjay.enrollment.mapping import read_mapping
from scrubjay.enrollment.pages import PageError

FAULTS = {
    'name = "x"\n[fields\n': ("map.toml:2: ", "mend the TOML"),
    '[fields]\n\n"member.lst" = "Last"\n': ("map.toml:3: ", "did you mean 'last'?"),
    '[fields]\n"member.last" = ""\n': ("map.toml:2: ", "comes from nowhere"),
    '[fields]\n"member.last" = { form = "Last" }\n': ("map.toml:2: ", "comes from nowhere"),
    '[fields]\n"member.last" = { from = "L", form = "x" }\n': ("map.toml:2: ", "form has no mean"),
    '[fields]\n"member.last" = 3\n': ("map.toml:2: ", "is to be a table"),
    '[set]\n"member.ssn" = "900010001"\n': ("map.toml:2: ", "never the same"),
    '[set]\n\n"sponsor.id" = "1"\n"event.action" = "no"\n': ("map.toml:4: ", "cannot be"),
    '[fields]\n"member.languages.x" = "L"\n': ("map.toml:2: ", "name its items"),
    '[fields]\n"member.ids.shoe_size" = "L"\n': ("map.toml:2: ", "is none of account_category"),
    '[fields]\n"member.last" = { from = "L", qualifier = "ZZ" }\n': ("map.toml:2: ", "reporting"),
    '[[coverages]]\n[[coverages]]\nfields = { lin = "L" }\n': ("map.toml:3: ", "'line'"),
    "columns = 3\n": ("map.toml:1: ", "columns has no meaning"),
    "dates = [3]\n": ("map.toml:1: ", "a list of texts"),
    '[fields]\n"member.sex" = { from = "S", values = { 1 = 2 } }\n': ("map.toml:2: ", "in quotes"),
    '[coverages]\nwhen = "x"\n': ("map.toml:1: ", "[[coverages]]"),
    f"a = {'[' * 5000}{']' * 5000}\n": ("map.toml:1: ", "too deep"),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(PageError) as caught:
        read_mapping(tmp_path / "map.toml", "csv")
    place, said = FAULTS[text]
    assert str(caught.value).startswith(place)
    assert said in str(caught.value)


def test_a_mapping_knows_what_it_looks_for(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(f'extras = ["Note"]\n{LEAST}')
    mapping = read_mapping(tmp_path / "map.toml", "csv")
    assert (mapping.name, mapping.version) == ("map", "")
    assert mapping.sources() == {"Last", "First", "Id", "Rel", "Note"}


@pytest.mark.parametrize("coverage", [False, True])
def test_every_field_that_is_told_of_is_one(coverage: bool) -> None:  # noqa: FBT001 - a parameter
    stars = {"ids": "23", "amounts": "P3", "contacts": "EM", "dates": "007", "related": "employer"}
    stars |= {"administrators": "BO", "providers": "P3", "reporting": "PAY GROUP"}
    for name in known_fields(coverage=coverage):
        steps = name.split(".")
        filled = [stars[steps[at - 1]] if step == "*" else step for at, step in enumerate(steps)]
        assert field_of(".".join(filled), coverage=coverage).kind
