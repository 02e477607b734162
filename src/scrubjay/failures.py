"""The one table of failure codes: what each means, and what doing the same again would bring.

A failure is ours or a partner's; what is wrong in a claim is a finding and has its own table. Codes
are kept with dead letters, in the audit and in metrics: they are never renamed, and never hold a
value. docs/failures.md is this table as a page.
"""

from __future__ import annotations

import errno

from scrubjay.errors import Fate
from scrubjay.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAILURES", "SHORTAGES", "Failure", "fate_of"]

SHORTAGES = {
    errno.ENOSPC: "DISK_FULL",
    errno.EDQUOT: "DISK_FULL",
    errno.EMFILE: "OUT_OF_HANDLES",
    errno.ENFILE: "OUT_OF_HANDLES",
    errno.ENOMEM: "OUT_OF_MEMORY",
}
"""What the system lacks, by the number of its error: the same for whatever was being written."""


class Failure(Frozen):
    """One code."""

    code: str
    fate: Fate
    meaning: str
    step: str
    """What comes next, by itself or by hand."""


_WAIT = "it is tried again later"
_KEYS = "mount or restore the folder of keys; it goes on by itself"
_HISTORY = "restore the folder history, or remove it; it goes on by itself"
_OUTBOX = "mend the folder or its rights; it goes on by itself"
_AGAIN = "it is tried again later; where bytes had left, the partner is asked first"
_ASK = "the partner is asked before anything is sent again"
_MEND = "mend it, then: scrubjay dlq retry"
_RECORD = "write a record that takes it, then: scrubjay dlq retry"
_SHUT = "the partner is paused: mend its record, then: scrubjay partner resume"
_SETTING = "mend the partner's record, then: scrubjay partner check"

_RETRYABLE = (
    ("CONNECT_FAILED", "no connection to the partner", _WAIT),
    ("CONNECT_TIMEOUT", "the partner's address did not answer in time", _WAIT),
    ("HTTP_429", "the partner says: too many requests", _WAIT),
    ("HTTP_500", "the partner failed", _AGAIN),
    ("HTTP_502", "a gateway before the partner failed", _AGAIN),
    ("HTTP_503", "the partner is not available", _AGAIN),
    ("HTTP_504", "a gateway before the partner waited in vain", _AGAIN),
    ("RATE_LIMITED", "the partner's limit a second is reached", _WAIT),
    ("CLEARINGHOUSE_QUEUE_FULL", "the clearinghouse has no room in its queue", _WAIT),
    ("COLLECT_TIMEOUT", "what waits at the partner's could not be fetched in time", _WAIT),
    ("COLLECT_FAILED", "what waits at the partner's could not be fetched", _WAIT),
    ("CLOSED", "the way to the partner is closed here", _WAIT),
    ("LOOK_UP_FAILED", "the partner could not be asked whether it has it", _WAIT),
    ("UPLOAD_TIMEOUT", "the file came too slowly", "send it again"),
    ("UPLOAD_CUT", "the file ended before its end", "send it again"),
    ("DIGEST_MISMATCH", "the bytes are not those that Content-Digest speaks of", "send it again"),
    ("LOCKED", "somebody else holds it", _WAIT),
    ("KEY_UNAVAILABLE", "the keeper of keys cannot be reached", _KEYS),
    ("HISTORY_UNAVAILABLE", "what was sent before cannot be read", _HISTORY),
    ("DISK_FULL", "no room on the disk", "make room; it goes on by itself"),
    ("OUTBOX_FAILED", "the submitters' folder cannot be written", _OUTBOX),
    ("OUT_OF_HANDLES", "too many files are open at once", _WAIT),
    ("OUT_OF_MEMORY", "no room in memory", _WAIT),
    ("BREAKER_OPEN", "the partner failed too often and is left alone for a while", _WAIT),
    ("OVERRUN", "more work waits than may", _WAIT),
    ("DEADLINE", "the work took longer than it may", _WAIT),
    ("WORKER_DIED", "the process that worked on it ended", _WAIT),
)

_AMBIGUOUS = (
    ("REPLY_TIMEOUT", "all bytes left, and no reply came in time", _ASK),
    ("CONNECTION_LOST", "the connection ended after bytes had left", _ASK),
    ("SEND_TIMEOUT", "the partner did not take all bytes in time", _ASK),
    ("REPLY_UNREADABLE", "the partner's reply makes no sense", _ASK),
    ("DISK_FAILED", "the disk did not do what was asked", "look at the disk, then start again"),
    ("LOOK_UP_UNDECIDED", "not even its traces tell whether it arrived", "scrubjay held"),
    ("STORE_FAILED", "the store's disk failed", "look at the disk, then start again"),
    ("INTERRUPTED", "sending was broken off here", _ASK),
)

_FINAL = (
    ("MALFORMED_ISA", "the interchange cannot be read", _MEND),
    ("MALFORMED_FILE", "the file is no X12, or ends before its time", _MEND),
    ("UPLOAD_TOO_LARGE", "the file is larger than is taken here", "send it in parts"),
    ("ENCODED", "the file is compressed, which is not taken here", "send it as it is"),
    ("UNKNOWN_FILE", "there is no such file of yours", "look at the id"),
    ("REFUSED", "the partner refuses it", _MEND),
    ("UNAUTHORIZED", "the partner does not accept our credentials", _SHUT),
    ("NOT_FOUND", "there is nothing at the partner's address", _SHUT),
    ("TOO_LARGE", "it is larger than the partner takes", _SETTING),
    ("INBOUND_GONE", "the partner does not have that file any more", "nothing: it was confirmed"),
    ("KEY_REUSED", "the partner has other bytes under the same key", _MEND),
    ("TLS_REQUIRED", "an address off this machine without TLS", _SHUT),
    ("TLS_UNTRUSTED", "the partner's certificate is not to be trusted", _SHUT),
    ("ADDRESS_FORBIDDEN", "an address that may not be called", _SHUT),
    ("REDIRECTED", "the partner points elsewhere, which is not followed", _SHUT),
    ("LOOK_UP_NOT_OFFERED", "the partner cannot be asked", "confirm or resend it: scrubjay held"),
    ("PAYLOAD_CHANGED", "the bytes are not those that were to be sent", "restore the vault"),
    ("PAYLOAD_REFUSED", "the payload is not what was sealed", "restore the vault"),
    ("PAYLOAD_EXISTS", "the id of a new payload is taken", "report it, never the claim"),
    ("PAYLOAD_GONE", "the payload was purged", "ask its sender for it again"),
    ("DUPLICATE_CLAIM", "the claim was sent before", _MEND),
    ("INVALID_NPI", "a provider's number does not check", _MEND),
    ("MISSING_ICD10", "a claim has no diagnosis", _MEND),
    ("DELIMITER_IN_DATA", "a delimiter that the partner wants stands in the data", _SETTING),
    ("ATTEMPTS", "it was tried as often as the partner's record says", _MEND),
    ("NO_PARTNER", "no partner's record takes its payer", _RECORD),
    ("CONFLICT", "what must be alone of its kind is there already", "look in the audit"),
    ("STALE_LEASE", "somebody else has the work by now", "nothing: they do it"),
    ("POISON", "the engine failed on it, alone and every time", "report it, never the claim"),
)


def _table() -> dict[str, Failure]:
    by_fate = ((Fate.RETRYABLE, _RETRYABLE), (Fate.AMBIGUOUS, _AMBIGUOUS), (Fate.FINAL, _FINAL))
    return {
        code: Failure(code=code, fate=fate, meaning=meaning, step=step)
        for fate, rows in by_fate
        for code, meaning, step in rows
    }


FAILURES: Mapping[str, Failure] = _table()


def fate_of(code: str) -> Fate:
    """What the table says of a code; a code that is not there is nobody's to repeat: ambiguous."""
    failure = FAILURES.get(code)
    return Fate.AMBIGUOUS if failure is None else failure.fate
