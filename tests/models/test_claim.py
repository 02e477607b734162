"""The models say what the claim map says, and show nothing they are not asked for."""

import datetime as dt
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from scrubjay import _native, models
from scrubjay.models.row import Code, Day, Money, Number, Row, Text

SHARED: dict[str, type[Row]] = {
    "set": models.TransactionHeader,
    "provider": models.Provider,
    "subscriber": models.Subscriber,
    "payer": models.Payer,
    "patient": models.Patient,
    "diagnosis": models.Diagnosis,
    "condition": models.Condition,
    "note": models.Note,
    "other_payer": models.OtherPayer,
    "adjudication": models.Adjudication,
    "adjustment": models.Adjustment,
    "attachment": models.Attachment,
    "certification": models.Certification,
    "file_information": models.FileInformation,
}
"""Models that several kinds of claims have: each has what any of them has."""

OWN: dict[str, dict[str, type[Row]]] = {
    "837P": {
        "claim": models.ProfessionalClaim,
        "line": models.ProfessionalLine,
        "anesthesia": models.Anesthesia,
        "measurement": models.Measurement,
        "form": models.Form,
        "answer": models.Answer,
    },
    "837I": {
        "claim": models.InstitutionalClaim,
        "line": models.InstitutionalLine,
        "visit_reason": models.VisitReason,
        "external_cause": models.ExternalCause,
        "procedure": models.Procedure,
        "occurrence_span": models.OccurrenceSpan,
        "occurrence": models.Occurrence,
        "value_code": models.ValueCode,
        "treatment": models.Treatment,
    },
    "837D": {
        "claim": models.DentalClaim,
        "line": models.DentalLine,
        "tooth_status": models.ToothStatus,
        "tooth": models.Tooth,
    },
}
"""Models that one kind of claim has."""

TABLES = [(kind, table) for kind in OWN for table, *_ in _native.claim_fields(kind)]
KINDS = {
    "text": Text,
    "code": Code,
    "money": get_args(Money)[0],
    "number": get_args(Number)[0],
    "date": Day,
}


def model(kind: str, table: str) -> type[Row]:
    return OWN[kind].get(table) or SHARED[table]


def test_every_model_is_a_table_of_a_map_and_has_nothing_that_no_map_has() -> None:
    told: dict[type[Row], set[str]] = {models.Claim: set(), models.ServiceLine: set()}
    for kind, table in TABLES:
        told.setdefault(model(kind, table), set()).update(_expected(kind, table))
    for each, names in told.items():
        assert set(each.model_fields) == names, each
    assert {each.__name__ for each in told} == set(models.__all__) - {"KINDS"}
    assert {kind: OWN[kind]["claim"] for kind in OWN} == models.KINDS


def _expected(kind: str, table: str) -> set[str]:
    """The fields of a table, and the names of the rows that belong to it."""
    tables = {
        name: (key, above, dict(of)) for name, key, _, above, of in _native.claim_fields(kind)
    }
    names = list(tables)
    contexts = names[: names.index("claim")]
    above = contexts if table == "claim" else []
    below = [name for name in names if name not in contexts and table in tables[name][1]]
    rows = {tables[name][0] for name in above + (below if table not in contexts else [])}
    return set(tables[table][2]) | rows | ({"kind"} if table == "claim" else set())


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_a_model_has_the_fields_of_its_table_each_of_its_kind(kind: str, table: str) -> None:
    (fields,) = (fields for name, *_, fields in _native.claim_fields(kind) if name == table)
    found = model(kind, table).model_fields
    for name, of in fields:
        assert found[name].annotation == KINDS[of], name
    if table in OWN[kind]:
        assert set(found) == _expected(kind, table)


@pytest.mark.parametrize("kind", list(OWN))
def test_the_json_of_a_model_has_the_order_of_the_map(kind: str) -> None:
    for table, *_, fields in _native.claim_fields(kind):
        if kind == "837P" or table in OWN[kind]:
            names = [name for name, _ in fields]
            assert [key for key in model(kind, table).model_fields if key in names] == names, table


def claim(**more: Any) -> models.ProfessionalClaim:
    return models.ProfessionalClaim.model_validate(
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
    day = dt.date(2026, 1, 5)
    statement = models.InstitutionalClaim(statement_from=day, lines=(models.InstitutionalLine(),))
    assert statement.service_from == day
    assert models.DentalClaim(treated_from=day, lines=(models.DentalLine(),)).service_to == day


def test_a_line_gathers_what_it_has_of_four() -> None:
    line = claim().lines[1]
    assert line.modifiers == ("25", "LT")
    assert line.pointers == (Decimal(1),)


def test_a_claim_is_frozen_and_knows_no_other_names() -> None:
    with pytest.raises(ValidationError):
        claim().charge = Decimal(1)
    with pytest.raises(ValidationError):
        claim(chrage=1)


@pytest.mark.parametrize("kind", list(OWN))
def test_json_brings_the_claim_back_as_the_kind_that_it_is(kind: str) -> None:
    made = models.KINDS[kind].model_validate({"id": "1", "lines": [{"procedure": "99213"}]})
    back = models.Claim.model_validate_json(made.model_dump_json())
    assert (type(back), back) == (models.KINDS[kind], made)
    assert models.Claim.model_validate(made) == made


def test_a_claim_is_of_the_kind_that_it_says_and_professional_if_it_says_nothing() -> None:
    assert type(models.Claim(id="1")) is models.ProfessionalClaim
    assert type(models.Claim(kind="837D", id="1")) is models.DentalClaim
    assert type(models.Claim.model_validate({"kind": "837I"})) is models.InstitutionalClaim
    with pytest.raises(ValidationError, match="kind"):
        models.Claim.model_validate({"kind": "835"})
    with pytest.raises(ValidationError, match="Invalid JSON"):
        models.Claim.model_validate_json("{")
