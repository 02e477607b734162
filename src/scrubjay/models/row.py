"""What every model of a claim is: a frozen row of named fields that shows no value unasked."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Code", "Day", "Money", "Number", "Row", "Text"]

Text = str | None
"""Ids, names and other free text, as it stands in the file."""

Code = str | None
"""A code of a bounded list. Unknown codes are kept: a wrong claim must be representable."""

Money = Annotated[Decimal | None, Field(strict=False)]
"""Dollars, exact to the cent."""

Number = Annotated[Decimal | None, Field(strict=False)]
"""A count or measure, exact to a thousandth."""

Day = dt.date | None
"""A calendar date. One that does not exist was reported by the validator and is missing here."""


class Row(BaseModel):
    """The base of all models: frozen, no unknown names, types not guessed, no value in its repr."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        # An error names the field; it never quotes what stood in it.
        hide_input_in_errors=True,
    )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.model_fields_set)} fields, masked)"

    __str__ = __repr__

    def to_dict(self) -> dict[str, Any]:
        """Nested plain values by field name; what is missing is left out."""
        return self.model_dump(exclude_none=True)
