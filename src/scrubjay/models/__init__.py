"""Claims as typed, frozen values: what is read, judged by plain functions, and written.

There are three kinds: `ProfessionalClaim`, `InstitutionalClaim`, `DentalClaim`; `Claim` is any of
them. Field names are those of the claim map, so a rule's `claim.charge` and a model's are the
same thing. Dates are `datetime.date`, money is `Decimal`; what is missing is None. No model shows a
value in its repr or in an error.
"""

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

KINDS: dict[str | None, type[Claim]] = {
    "837P": ProfessionalClaim,
    "837I": InstitutionalClaim,
    "837D": DentalClaim,
}
"""The classes of claims by their kind."""
