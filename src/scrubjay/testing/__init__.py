"""For tests, ours and yours: synthetic files, what is in them, and the faults they can have.

>>> from scrubjay.testing import generate
>>> b"".join(generate("837P", claims=3)).count(b"CLM*")
3
"""

from scrubjay.testing.claims.faults import FAULTS
from scrubjay.testing.claims.professional import synthetic_claims
from scrubjay.testing.days import REFERENCE_DATE
from scrubjay.testing.faults import Fault, inject
from scrubjay.testing.generated import KINDS, Kind, generate
from scrubjay.testing.identifiers import npi, ssn

__all__ = [
    "FAULTS",
    "KINDS",
    "REFERENCE_DATE",
    "Fault",
    "Kind",
    "generate",
    "inject",
    "npi",
    "ssn",
    "synthetic_claims",
]
