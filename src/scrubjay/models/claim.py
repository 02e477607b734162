"""What the three kinds of claims share: `Claim` is the name of any of them."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from pydantic_core import ValidationError

from scrubjay.models.row import Code, Row, Text

if TYPE_CHECKING:
    from pydantic_core import InitErrorDetails

    from scrubjay.models.coverage import OtherPayer
    from scrubjay.models.line import ServiceLine
    from scrubjay.models.parties import Patient, Payer, Provider, Subscriber, TransactionHeader
    from scrubjay.models.row import Money
    from scrubjay.models.supplements import Attachment, FileInformation

__all__ = ["Claim", "Condition", "Diagnosis", "Note"]


class Diagnosis(Row):
    """A diagnosis, the principal one first; lines point at them by their order.

    `present_on_admission` is for institutional claims only.
    """

    # 2300 HI
    qualifier: Code = None
    code: Code = None
    present_on_admission: Code = None


class Condition(Row):
    """A condition code (HI*BG)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None


class Note(Row):
    """A note on the claim (NTE), where there may be several."""

    # 2300 NTE
    type: Code = None
    text: Text = None


class Claim(Row):
    """A claim of any kind: professional, institutional or dental. `kind` says which.

    What all kinds have is named here; each has it at its place in its guide, so that its JSON has
    the order of the guide. Made or validated as `Claim`, a claim is of the kind that it says, and a
    professional one if it says nothing. A value that was unreadable in the file is missing here;
    the validator's finding says so. `patient` is there only where the patient is not the
    subscriber.
    """

    if TYPE_CHECKING:
        kind: Any = None
        set: TransactionHeader | None = None
        provider: Provider | None = None
        subscriber: Subscriber | None = None
        payer: Payer | None = None
        patient: Patient | None = None
        id: Text = None
        charge: Money = None
        frequency: Code = None
        assignment: Code = None
        benefits_assignment: Code = None
        release: Code = None
        delay_reason: Code = None
        original_reference: Text = None
        prior_authorization: Text = None
        referral: Text = None
        clearinghouse_reference: Text = None
        diagnoses: tuple[Diagnosis, ...] = ()
        attachments: tuple[Attachment, ...] = ()
        file_information: tuple[FileInformation, ...] = ()
        other_payers: tuple[OtherPayer, ...] = ()
        lines: tuple[ServiceLine, ...] = ()

    def __new__(cls, **fields: Any) -> Self:
        """A claim of the kind that it says."""
        return super().__new__(_kind(cls, fields))

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """As pydantic's; of `Claim` itself, a claim of the kind that `obj` says."""
        kind = _kind(cls, obj)
        return super(Claim, kind).model_validate(obj, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """As pydantic's; of `Claim` itself, a claim of the kind that the JSON says."""
        if cls is not Claim:
            return super().model_validate_json(json_data, **options)
        from pydantic_core import from_json

        try:
            fields = from_json(json_data)
        except ValueError:
            fields = {}  # which says what is wrong with it
        kind = _kind(cls, fields)
        return super(Claim, kind).model_validate_json(json_data, **options)

    @property
    def service_from(self) -> dt.date | None:
        """The first date of service of all lines."""
        return min((line.service_from for line in self.lines if line.service_from), default=None)

    @property
    def service_to(self) -> dt.date | None:
        """The last date of service of all lines."""
        last = (getattr(line, "service_to", None) or line.service_from for line in self.lines)
        return max((day for day in last if day), default=None)


C = TypeVar("C", bound=Claim)


def _kind(cls: type[C], fields: Any) -> type[C]:
    """The class of the claim that `fields` describe: of `Claim`, that of its kind."""
    if cls is not Claim:
        return cls
    from scrubjay.models import KINDS

    told = fields.get("kind", "837P") if isinstance(fields, dict) else getattr(fields, "kind", None)
    if told is None or (isinstance(told, str) and told in KINDS):
        return cast("type[C]", KINDS.get(told, KINDS["837P"]))
    expected = ", ".join(f"'{kind}'" for kind in KINDS)
    wrong: InitErrorDetails = {
        "type": "literal_error",
        "loc": ("kind",),
        "input": None,
        "ctx": {"expected": expected},
    }
    raise ValidationError.from_exception_data(cls.__name__, [wrong], hide_input=True)
