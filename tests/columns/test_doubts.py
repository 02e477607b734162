"""What is read in the place of a provider or payer and is none is told as patients are."""

import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrubjay import _native
from scrubjay.columns import export, tables
from scrubjay.recorded import kind_of
from scrubjay.testing import generate

_CLAIMS = list(tables())[: list(tables()).index("findings") + 1]
"""The tables of claims; those of records stand behind them."""
_NOBODYS = ("IL", "QC", "03")
"""Codes (NM101) of a member, a patient, and one that no loop of a claim has."""
_LEVELS = ("20", "22", "23")
_AFTER = "N3*{0}A~\nN4*{0}C*TX*{0}Z~\nREF*0B*{0}R~\nREF*G2*{0}S~\nPER*IC*{0}P*TE*{0}T~\n"


def _wronged(text: str) -> Iterator[str]:
    """The file with one thing wrong: a level, who somebody is, of which sort a number is."""
    for level, other in itertools.permutations(_LEVELS, 2):
        yield re.sub(rf"(HL\*\d+\*\d*)\*{level}\*", rf"\1*{other}*", text)
    for level in _LEVELS[1:]:
        yield re.sub(rf"HL\*(\d+)\*\d+\*{level}\*", r"HL*\1**20*", text)
        yield re.sub(rf"HL\*\d+\*\d+\*{level}\*\d~\n", "", text)
    for code in _NOBODYS:
        yield re.sub(r"NM1\*\w\w\*", f"NM1*{code}*", text)
        for mine in sorted(set(re.findall(r"NM1\*(\w\w)\*", text))):
            yield text.replace(f"NM1*{mine}*", f"NM1*{code}*")
    yield text.replace("*XX*", "*MI*").replace("*PI*", "*MI*")
    yield text.replace("*XX*", "**").replace("*PI*", "**")


def _marked(texts: Iterator[str]) -> tuple[str, list[str]]:
    """All of these in one file, where whoever is nobody's is called as nobody else is."""
    canaries: list[str] = []

    def mark(found: re.Match[str]) -> str:
        elements = found[0].rstrip("~\n").split("*")
        elements += [""] * (10 - len(elements))
        if elements[1] not in _NOBODYS:
            if elements[8] in {"XX", "PI", "46"}:
                return found[0]
            canary = f"{8_000_000_000 + len(canaries)}"
            canaries.append(canary)
            return "*".join([*elements[:9], canary]) + "~\n"
        canary = f"QZ{len(canaries):05}"
        canaries.append(canary)
        names = [f"{canary}{letter}" for letter in "LFM"]
        named = [*elements[:3], *names, "", "", elements[8] or "MI", f"{canary}I"]
        return "*".join(named) + "~\n" + _AFTER.format(canary)

    return "".join(re.sub(r"NM1\*[^~]*~\n", mark, text) for text in texts), canaries


@pytest.mark.parametrize("kind", ["837P", "837I", "837D"])
def test_nobodys_names_and_numbers_stand_in_no_table(kind: str, tmp_path: Path) -> None:
    whole = b"".join(generate(kind, claims=8)).decode()
    text, canaries = _marked(_wronged(whole))
    claims = tmp_path / "claims.837"
    claims.write_text(text)
    for phi in ("drop", "mask", "token", "keep"):
        made = export(claims, tmp_path / phi, _CLAIMS, phi=phi, rules=False, form="csv")
        told = b"".join(path.read_bytes() for path in Path(made.folder).glob("*.csv")).decode()
        found = [canary for canary in canaries if canary in told]
        assert (found == []) is (phi != "keep"), (phi, found[:3])


def first_claim(file: Path, out: Path, phi: str) -> dict[str, str]:
    """The first row of the table of claims."""
    export(file, out, ["claims"], phi=phi, rules=False, form="csv")
    with (out / "claims.csv").open(newline="") as table:
        return next(csv.DictReader(table))


@pytest.mark.parametrize("phi", ["drop", "mask", "token"])
def test_who_is_who_he_should_be_is_told(phi: str, tmp_path: Path) -> None:
    claims = tmp_path / "claims.837"
    claims.write_bytes(b"".join(generate("837P", claims=8)))
    first = first_claim(claims, tmp_path / "out", phi)
    text = claims.read_text()
    assert re.fullmatch(r"\d{10}", first["provider_npi"])
    for name in ("provider_npi", "provider_name", "provider_address", "provider_zip", "payer_id"):
        assert f"*{first[name]}" in text, name


def test_a_number_of_a_provider_has_ten_digits_or_is_told_as_a_tax_id_is(tmp_path: Path) -> None:
    claims = tmp_path / "claims.837"
    text = b"".join(generate("837P", claims=2)).decode()
    tax_id = re.findall(r"REF\*EI\*(\d+)~", text)[0]
    claims.write_text(re.sub(r"(NM1\*85.*\*XX\*)\d+~", rf"\g<1>{tax_id}~", text))
    first = first_claim(claims, tmp_path / "token", "token")
    assert first["provider_npi"] == first["provider_tax_id"] != tax_id
    assert first_claim(claims, tmp_path / "mask", "mask")["provider_npi"] == "9" * len(tax_id)
    assert first_claim(claims, tmp_path / "drop", "drop")["provider_npi"] == ""


@pytest.mark.parametrize("kind", ["834", "835"])
def test_who_is_nobody_is_in_no_table_of_records(kind: str, tmp_path: Path) -> None:
    """A wrong qualifier is an error there: what is of it is held back."""
    file = tmp_path / f"records.{kind}"
    whole = b"".join(generate(kind, claims=4)).decode()
    names = [name for name, made, _ in _native.table_columns() if kind_of(name, made) == kind]
    parties = sorted(set(re.findall(r"\n(N1|NM1)\*(\w\w)\*", whole)))
    assert len(parties) > 3
    for (segment, code), other in itertools.product(parties, _NOBODYS):
        if code == other:
            continue
        wrong = re.sub(
            rf"\n{segment}\*{code}\*(\d\*)?\w[^*~]*", rf"\n{segment}*{other}*\g<1>QZQZ", whole
        )
        file.write_text(wrong)
        assert "QZQZ" in wrong
        for phi in ("drop", "mask", "token"):
            made = export(file, tmp_path / "out", names, phi=phi, form="csv", force=True)
            told = b"".join(path.read_bytes() for path in Path(made.folder).glob("*.csv"))
            assert b"QZQZ" not in told, (segment, code, other, phi)
