"""Claims as typed, frozen values: what is read, judged by plain functions, and written.

Field names are those of the claim map, so a rule's `claim.charge` and a model's are the same
thing. Dates are `datetime.date`, money is `Decimal`; what is missing is None. No model shows a
value in its repr or in an error.
"""

from scrubjay.models.claim import Anesthesia, Claim, Condition, Diagnosis
from scrubjay.models.coverage import Adjudication, Adjustment, OtherPayer
from scrubjay.models.line import ServiceLine
from scrubjay.models.parties import Patient, Payer, Provider, Subscriber, TransactionHeader
from scrubjay.models.supplements import (
    Answer,
    Attachment,
    Certification,
    FileInformation,
    Form,
    Measurement,
)

__all__ = [
    "Adjudication",
    "Adjustment",
    "Anesthesia",
    "Answer",
    "Attachment",
    "Certification",
    "Claim",
    "Condition",
    "Diagnosis",
    "FileInformation",
    "Form",
    "Measurement",
    "OtherPayer",
    "Patient",
    "Payer",
    "Provider",
    "ServiceLine",
    "Subscriber",
    "TransactionHeader",
]
