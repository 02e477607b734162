"""The models say what the claim map says, and show nothing they are not asked for."""

import datetime as dt
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from scrubjay import _native, models
from scrubjay.models.row import Code, Day, Money, Number, Row, Text

MODELS: dict[str, type[Row]] = {
    "set": models.TransactionHeader,
    "provider": models.Provider,
    "subscriber": models.Subscriber,
    "payer": models.Payer,
    "patient": models.Patient,
    "claim": models.Claim,
    "diagnosis": models.Diagnosis,
    "anesthesia": models.Anesthesia,
    "condition": models.Condition,
    "other_payer": models.OtherPayer,
    "line": models.ServiceLine,
    "measurement": models.Measurement,
    "adjudication": models.Adjudication,
    "form": models.Form,
    "answer": models.Answer,
    "adjustment": models.Adjustment,
    "attachment": models.Attachment,
    "certification": models.Certification,
    "file_information": models.FileInformation,
}
KINDS = {
    "text": Text,
    "code": Code,
    "money": get_args(Money)[0],
    "number": get_args(Number)[0],
    "date": Day,
}


def test_every_table_of_the_map_is_a_model() -> None:
    assert set(MODELS) == {table for table, *_ in _native.claim_fields()}
    assert {model.__name__ for model in MODELS.values()} == set(models.__all__)


@pytest.mark.parametrize("table", list(MODELS))
def test_a_model_has_the_fields_of_its_table_and_the_rows_that_belong_to_it(table: str) -> None:
    tables = {
        name: (key, parents, fields) for name, key, _, parents, fields in _native.claim_fields()
    }
    _, parents, fields = tables[table]
    expected = {name: KINDS[kind] for name, kind in fields}
    found = {name: info.annotation for name, info in MODELS[table].model_fields.items()}
    assert {name: found.get(name) for name in expected} == expected
    names = list(tables)
    above = names[: names.index("claim")] if table == "claim" else []
    below = [
        name
        for name in names[names.index("claim") + 1 :]
        if table in tables[name][1] and table not in names[: names.index("claim")]
    ]
    assert found.keys() - expected.keys() == {tables[name][0] for name in above + below}
    assert all(parent in MODELS for parent in parents)


def test_the_json_of_a_model_has_the_order_of_the_map() -> None:
    for table, *_, fields in _native.claim_fields():
        names = [name for name, _ in fields]
        assert [name for name in MODELS[table].model_fields if name in names] == names, table


def claim(**more: Any) -> models.Claim:
    return models.Claim.model_validate(
        {
            "id": "SECRET-1",
            "charge": Decimal("100.50"),
            "subscriber": {"last": "HIDDEN", "birth_date": dt.date(1970, 1, 2)},
            "lines": [
                {"number": Decimal(1), "service_from": dt.date(2026, 3, 1)},
                {
                    "number": Decimal(2),
                    "service_from": dt.date(2026, 2, 1),
                    "service_to": dt.date(2026, 4, 1),
                    "modifier_1": "25",
                    "modifier_3": "LT",
                    "pointer_1": Decimal(1),
                },
            ],
            **more,
        }
    )


def test_no_value_is_shown_unasked() -> None:
    shown = f"{claim()!r} {claim()} {claim().lines!r} {claim().subscriber}"
    for value in ("SECRET", "HIDDEN", "1970", "100"):
        assert value not in shown
    assert "Claim(4 fields, masked)" in shown


def test_an_error_names_the_field_and_quotes_nothing() -> None:
    with pytest.raises(ValidationError) as caught:
        claim(subscriber={"last": 4711, "birth_date": "SECRET"})
    assert "subscriber.last" in str(caught.value)
    assert "4711" not in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_dates_of_service_are_those_of_the_lines() -> None:
    assert claim().service_from == dt.date(2026, 2, 1)
    assert claim().service_to == dt.date(2026, 4, 1)
    assert models.Claim().service_from is None


def test_a_line_gathers_what_it_has_of_four() -> None:
    line = claim().lines[1]
    assert line.modifiers == ("25", "LT")
    assert line.pointers == (Decimal(1),)


def test_a_claim_is_frozen_and_knows_no_other_names() -> None:
    with pytest.raises(ValidationError):
        claim().charge = Decimal(1)
    with pytest.raises(ValidationError):
        claim(chrage=1)


def test_json_brings_the_claim_back() -> None:
    assert models.Claim.model_validate_json(claim().model_dump_json()) == claim()
