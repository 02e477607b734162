"""The border to the Rust half: crossed with batches, the interpreter lock released behind it.

Four calls, each taking its options as one JSON object, the *job* (`scrubjay.job.Job` writes it)::

    {"command": "scrub" | "validate" | "read" | "inspect",
     "inputs": [path | "-", ...], "out": path | null,
     "threads": 0,                       # 0: one a core
     "window": 65536,                    # bytes read at a time; bounds memory, never results
     "guide_aliases": false, "reject_unit": "claim" | "set",
     "as_of": "YYYY-MM-DD" | null, "received_date": "YYYY-MM-DD" | null,
     "control_start": int | null, "max_claims_per_set": 5000,
     "token_key": hex, "token_key_id": str,
     "show_phi": false, "worklist": true, "force": false, "exact": false,
     "program": text | null,             # the rule set, lowered to JSON of its own
     "docs": {rule id: text},            # where to read of rules that have no page
     "limits": {"element": int, "segment": int, "repetitions": int, "elements": int},
     "payer_mode": false}

A limit that is absent is the engine's own. Every call raises the classes of `scrubjay.errors`, by
their import name: `InputError`, `OutputError`, `UsageError`, `Interrupted`, and `InternalError` for
a panic. Signals are looked at once a window, so Ctrl-C is answered while a call runs.
"""

from collections.abc import Callable
from typing import Any

VERSION: str
"""The version of the Rust half; the same as `scrubjay.__version__`."""

def run(
    job: str,
    progress: Callable[[int, int | None], None] | None = None,
    judge: Callable[[list[dict[str, Any]]], list[list[dict[str, Any]]]] | None = None,
    report: Callable[[str], str] | None = None,
) -> str:
    """One scrub or validate, whole: reads the inputs, writes `out`, returns the result as JSON.

    The result is ``{"summary": {}, "run": {}, "reasons": [], "exit": 0 | 1}``: the contents
    of summary.json and run.json (`scrubjay.summary`), and every code that was found, most claims
    first, as ``{"code", "severity", "title", "count", "claims", "fix"}``. `exit` is 1 when an error
    was found.

    `progress` gets (bytes done, bytes in all or None for a pipe) some ten times a second, from the
    thread that called. `judge` gets claims as plain dicts, each with its `kind`, and gives a list
    of findings for each, ``{"code", "message", "line", "field"}``: the rules that are plain
    functions. `report` gets the result before the output is committed and gives the HTML page,
    which is staged with the other files and renamed before summary.json.
    """

def inspect(path: str, job: str, emit: Callable[[str], None]) -> str:
    """The envelope and loop tree of one file, streamed, as JSON objects, one line each.

    ``{"depth", "kind", "id", "title", "loop", "segment", "elements", "offset"}``: `kind` is one of
    interchange, group, set, loop, segment; `id` the segment's, `segment` its ordinal in the set (ST
    is 1). Values are masked unless the job says `show_phi`; the envelope's never are. `emit` gets
    whole lines, a good many at a time. Returns the summary (counts by kind) as JSON.
    """

def digest(text: str) -> str:
    """SHA-256 of `text` in UTF-8, as lower-case hexadecimals: hashlib costs 4 MB, this nothing."""

def pattern_fault(text: str) -> str | None:
    """What is wrong with a pattern of the rule language, or None when it can be used."""

def guides() -> str:
    """The guides compiled in, as a JSON list.

    ``[{"name", "transaction_set", "version", "title", "aliases", "fingerprint"}, ...]``
    """

class Reader:
    """A file, or the bytes of one, as claims with their findings, in the order of the file."""

    def __init__(self, source: str | bytes, job: str) -> None: ...
    def next(self, limit: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]] | None:
        """At most `limit` claims, each with its findings (findings.jsonl's names); None at the end.

        A claim is the nested dict that `scrubjay.models.Claim` takes, with its `kind`.
        """

class ClaimWriter:
    """Claims, as the nested dicts that `scrubjay.models.Claim` takes, written as one interchange.

    `envelope` is lines ``name=value`` (`scrubjay.writing.Envelope` writes them). ValueError for an
    unknown name and for a value that holds a delimiter; TypeError for a value that is none.
    """

    def __init__(self, envelope: str) -> None: ...
    def add(self, claims: list[dict[str, Any]], kind: str = "837P") -> bytes:
        """Writes claims of one kind; gives the bytes that are final.

        Claims of another kind than those before begin a functional group.
        """

    def finish(self) -> bytes:
        """Ends the interchange; gives the rest of the bytes."""

def write_claims(claims: list[dict[str, Any]], envelope: str, kind: str = "837P") -> bytes:
    """Claims of one kind as one interchange, at once."""

def claim_fields(
    kind: str = "837P",
) -> list[tuple[str, str, bool, list[str], list[tuple[str, str]]]]:
    """The tables of a kind: name, name in the claim, is it a list, parents, (field, kind)s."""
