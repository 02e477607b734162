"""The classes of claims by their kind."""

from scrubjay.models.claim import Claim
from scrubjay.models.dental import DentalClaim
from scrubjay.models.institutional import InstitutionalClaim
from scrubjay.models.professional import ProfessionalClaim

__all__ = ["KINDS"]

KINDS: dict[str | None, type[Claim]] = {
    "837P": ProfessionalClaim,
    "837I": InstitutionalClaim,
    "837D": DentalClaim,
}
"""What the map of a guide calls itself, and the class of its claims."""
