"""What a claim's frequency code (CLM05-3) says of an earlier claim.

The codes are NUBC's, the last digit of a type of bill. Of professional and dental claims payers
take 1, 7, 8 and, some, 6; of institutional ones the digits, and letters for notices, reopenings,
encounters and the adjustments that payers make themselves.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scrubjay.rules.expressions import Bool
    from scrubjay.rules.fields import Claim

__all__ = ["CHANGES", "PAYERS_OWN", "changes", "is_original"]

PAYERS_OWN = ("F", "G", "H", "I", "J", "K", "M", "P")
"""Adjustments that payers and reviewers make: on what payers pass on, not sent by providers."""

CHANGES = ("6", "7", "8", "D", *PAYERS_OWN, "Q", "X", "Y")
"""Codes of a claim that changes one that was sent before, and is no new work.

6 corrects, 7 replaces, 8 voids; D cancels a hospice's notice; Q reopens, beyond timely filing; X
voids and Y replaces an abbreviated encounter. 5, late charges, and 9, the end of a home health
episode, bill what was not billed before. The native half has the same codes (`CHANGES` in
crates/x12/src/scrub/duplicate.rs and crates/pack/src/sets.rs).
"""


def changes(claim: Claim) -> Bool:
    """The claim corrects, replaces, voids or reopens another."""
    return claim.frequency.is_in(CHANGES)


def is_original(claim: Claim) -> Bool:
    """The claim changes none that was sent before."""
    return ~changes(claim)
