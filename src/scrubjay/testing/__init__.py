"""For tests, ours and yours: synthetic claims, the faults claims have, and files of both.

>>> from scrubjay.testing import generate
>>> b"".join(generate("837P", claims=3)).count(b"CLM*")
3
"""

from scrubjay.testing.faults import FAULTS, Fault, inject
from scrubjay.testing.generated import generate
from scrubjay.testing.synthetic import REFERENCE_DATE, npi, synthetic_claims

__all__ = ["FAULTS", "REFERENCE_DATE", "Fault", "generate", "inject", "npi", "synthetic_claims"]
