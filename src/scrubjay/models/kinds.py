"""The classes of claims by their kind, and what the engine makes claims of."""

from functools import cache
from typing import Any, get_args, get_type_hints

from scrubjay.models.claim import Claim
from scrubjay.models.dental import DentalClaim
from scrubjay.models.institutional import InstitutionalClaim
from scrubjay.models.professional import ProfessionalClaim
from scrubjay.models.row import Row

__all__ = ["KINDS", "Form", "form"]

KINDS: dict[str | None, type[Claim]] = {
    "837P": ProfessionalClaim,
    "837I": InstitutionalClaim,
    "837D": DentalClaim,
}
"""What the map of a guide calls itself, and the class of its claims."""

Form = tuple[type[Row], dict[str, Any], dict[str, "Form"]]
"""A model, the fields of one that tells nothing, and by field the same of the rows within."""


@cache
def form(model: type[Row]) -> Form:
    """What an instance of `model` is made of."""
    blank = {name: field.get_default() for name, field in model.model_fields.items()}
    hints = get_type_hints(model)
    rows = {name: _row(hints[name]) for name in model.model_fields}
    return model, blank, {name: form(row) for name, row in rows.items() if row}


def _row(annotation: Any) -> type[Row] | None:
    """The model in ``Model``, ``Model | None`` or ``tuple[Model, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Row):
        return annotation
    return next(filter(None, map(_row, get_args(annotation))), None)
