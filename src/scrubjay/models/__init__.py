"""Claims as typed, frozen values: what is read, judged by plain functions, and written.

There are three kinds: `ProfessionalClaim`, `InstitutionalClaim`, `DentalClaim`; `Claim` is any of
them. Field names are those of the claim map, so a rule's `claim.charge` and a model's are the
same thing. Dates are `datetime.date`, money is `Decimal`; what is missing is None. No model shows a
value in its repr or in an error.

Loaded when asked for: the acknowledgments beside them need none of it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrubjay.models.claim import Claim, Condition, Diagnosis, Note
    from scrubjay.models.coverage import Adjudication, Adjustment, OtherPayer
    from scrubjay.models.dental import DentalClaim, DentalLine, Tooth, ToothStatus
    from scrubjay.models.institutional import (
        ExternalCause,
        InstitutionalClaim,
        InstitutionalLine,
        Occurrence,
        OccurrenceSpan,
        Procedure,
        Treatment,
        ValueCode,
        VisitReason,
    )
    from scrubjay.models.kinds import KINDS
    from scrubjay.models.line import ProfessionalLine, ServiceLine
    from scrubjay.models.parties import Patient, Payer, Provider, Subscriber, TransactionHeader
    from scrubjay.models.professional import Anesthesia, ProfessionalClaim
    from scrubjay.models.supplements import (
        Answer,
        Attachment,
        Certification,
        FileInformation,
        Form,
        Measurement,
    )

__all__ = [
    "KINDS",
    "Adjudication",
    "Adjustment",
    "Anesthesia",
    "Answer",
    "Attachment",
    "Certification",
    "Claim",
    "Condition",
    "DentalClaim",
    "DentalLine",
    "Diagnosis",
    "ExternalCause",
    "FileInformation",
    "Form",
    "InstitutionalClaim",
    "InstitutionalLine",
    "Measurement",
    "Note",
    "Occurrence",
    "OccurrenceSpan",
    "OtherPayer",
    "Patient",
    "Payer",
    "Procedure",
    "ProfessionalClaim",
    "ProfessionalLine",
    "Provider",
    "ServiceLine",
    "Subscriber",
    "Tooth",
    "ToothStatus",
    "TransactionHeader",
    "Treatment",
    "ValueCode",
    "VisitReason",
]

_HOMES = {
    "claim": (
        "Claim",
        "Condition",
        "Diagnosis",
        "Note",
    ),
    "coverage": (
        "Adjudication",
        "Adjustment",
        "OtherPayer",
    ),
    "dental": (
        "DentalClaim",
        "DentalLine",
        "Tooth",
        "ToothStatus",
    ),
    "institutional": (
        "ExternalCause",
        "InstitutionalClaim",
        "InstitutionalLine",
        "Occurrence",
        "OccurrenceSpan",
        "Procedure",
        "Treatment",
        "ValueCode",
        "VisitReason",
    ),
    "kinds": ("KINDS",),
    "line": (
        "ProfessionalLine",
        "ServiceLine",
    ),
    "parties": (
        "Patient",
        "Payer",
        "Provider",
        "Subscriber",
        "TransactionHeader",
    ),
    "professional": (
        "Anesthesia",
        "ProfessionalClaim",
    ),
    "supplements": (
        "Answer",
        "Attachment",
        "Certification",
        "FileInformation",
        "Form",
        "Measurement",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


# Hidden from type checkers: they would take any name for one of ours.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
