"""The border to the Rust half: crossed with batches, the interpreter lock released behind it.

Four calls, each taking its options as one JSON object, the *job* (`scrubjay.job.Job` writes it)::

    {"command": "scrub" | "validate" | "read" | "inspect",
     "inputs": [path | "-", ...], "out": path | null,
     "threads": 0,                       # 0: one a core
     "window": 65536,                    # bytes read at a time; bounds memory, never results
     "overlays": [[name, text], ...],    # partners' overlays, each with its name in messages
     "guide_aliases": false, "reject_unit": "claim" | "set",
     "as_of": "YYYY-MM-DD" | null, "received_date": "YYYY-MM-DD" | null,
     "control_start": int | null, "max_claims_per_set": 5000,
     "token_key": hex, "token_key_id": str,
     "show_phi": false, "worklist": true, "force": false, "exact": false,
     "program": text | null,             # the rule set, lowered to JSON of its own
     "tables": [path, ...],              # files of codes that rules look into
     "docs": {rule id: text},            # where to read of rules that have no page
     "limits": {"element": int, "segment": int, "repetitions": int, "elements": int},
     "payer_mode": false,
     "measure_rules": false}             # what each rule costs

A limit that is absent is the engine's own. Every call raises the classes of `scrubjay.errors`, by
their import name: `InputError`, `OutputError`, `UsageError`, `Interrupted`, and `InternalError` for
a panic. Signals are looked at once a window, so Ctrl-C is answered while a call runs.
"""

from collections.abc import Callable, Iterator
from typing import Any, overload

VERSION: str
"""The version of the Rust half; the same as `scrubjay.__version__`."""

def run(
    job: str,
    progress: Callable[[int, int | None], None] | None = None,
    judge: Callable[[list[dict[str, Any]]], list[list[dict[str, Any]]]] | None = None,
    report: Callable[[str], str] | None = None,
) -> str:
    """One scrub, validate, enroll or remit, whole: reads the inputs, writes `out`; gives JSON.

    The result is ``{"summary": {}, "run": {}, "reasons": [], "exit": 0 | 1}``: the contents
    of summary.json and run.json (`scrubjay.summary`), and every code that was found, most claims
    first, as ``{"code", "severity", "title", "count", "claims", "fix"}``. `exit` is 1 when an error
    was found. With `measure_rules` it has also ``"profile": {rule id: nanoseconds}``, else null.

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

def built_in() -> list[tuple[str, str, int, str, str, tuple[str, str, str]]]:
    """The findings that are built in: code, severity, SNIP type, title, fix, and where it is told.

    That is an acknowledgment, a segment of it, and the code there; empty where it is told in none.
    """

def pattern_fault(text: str) -> str | None:
    """What is wrong with a pattern of the rule language, or None when it can be used."""

def guides() -> str:
    """The guides compiled in, as a JSON list.

    ``[{"name", "transaction_set", "version", "title", "aliases", "fingerprint"}, ...]``
    """

def guide(name: str) -> str:
    """All that one guide says, as JSON: `scrubjay.guides.GuideFacts`. `name` is its kind, 837P."""

def overlaid(name: str, text: str) -> str:
    """The same of what an overlay makes of its guide; `name` is what messages call it."""

def partners() -> str:
    """The overlays that come as examples, as a JSON list of ``[partner, file, text]``."""

def check_overlays(overlays: list[tuple[str, str]]) -> str:
    """What is wrong with overlays, given by name and text: ``[{"file", "line", "message"}, ...]``.

    A line of 0 is no line in particular.
    """

def export(
    job: str,
    names: list[str],
    phi: str,
    form: str = "parquet",
    progress: Callable[[int, int | None], None] | None = None,
) -> str:
    """Tables of the inputs as files in `out`; returns ``{"summary": {}, "run": {}, ...}``.

    `form` is parquet or csv. `summary` also has ``tables`` (rows by name), ``phi`` and
    ``schema_version``.
    """

def export_recorded(
    job: str,
    to: str,
    names: list[str],
    phi: str,
    form: str,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[tuple[str, int]]:
    """Tables of the records of the job's inputs as files in the folder `to`; rows by name."""

def export_records(
    job: str, places: tuple[str, str], names: list[str], phi: str, form: str
) -> list[tuple[str, int]]:
    """Tables of the records in one folder as files in another; rows by name. Of `job` the key."""

def table_columns() -> list[tuple[str, str | None, list[tuple[str, str, str]]]]:
    """All tables: name, the file whose records it has, and its columns.

    A column is its name, its Arrow type, and open, id, person, born, text or token.
    """

class TableStream:
    """A table of the inputs as an Arrow stream, read anew each time that it is taken.

    One of records is that of the records in `folder`.
    """

    def __init__(self, job: str, name: str, phi: str, folder: str | None = None) -> None: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

class Disguiser:
    """A file rewritten with other identities: given piece by piece, and given back likewise.

    Of `job` the token key; `dates` is shift, year or keep.
    """

    changed: int
    """How many values were replaced so far."""
    interchanges: int

    def __init__(self, job: str, dates: str) -> None: ...
    def feed(self, bytes: bytes, last: bool) -> bytes:  # noqa: A002 - as it is there
        """Takes the next bytes, the last ones with `last`; gives those written so far."""

class Reader:
    """A file, or the bytes of one, as claims with their findings, in the order of the file."""

    def __init__(self, source: str | bytes, job: str) -> None: ...
    @overload
    def next(self, limit: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]] | None:
        """At most `limit` claims, each with its findings (findings.jsonl's names); None at the end.

        A claim is the nested dict that `scrubjay.models.Claim` takes, with its `kind`.
        """
    @overload
    def next(
        self, limit: int, forms: dict[str, Forms]
    ) -> list[tuple[Any, list[dict[str, Any]]]] | None:
        """The same, with a model for each claim, of the kinds that `forms` has: all three.

        Findings above claims go along with every claim below them, as one dict within a call.
        """
    def late(self) -> list[tuple[dict[str, Any], int, int]]:
        """What was found since the last call above claims that had been given, or above none.

        A finding, the first of these claims by its number in the file, and the one behind the last.
        """

class Forms:
    """What the claims of a kind are made of."""

    def __init__(self, kind: str, form: tuple[type, dict[str, Any], dict[str, Any]]) -> None:
        """A model, the fields of one that tells nothing, and by field the same of the rows within.

        ValueError where the claim map does not have such rows.
        """

class DocumentReader:
    """A file, or the bytes of one, as placed segments, in the order of the file.

    Of the segments inside of sets those that `wanted` names, if it names any, by id (``CLM``) or by
    id and first element (``DTP*472``); the envelope, ST and SE always, and whatever is no segment.
    """

    def __init__(self, source: str | bytes, job: str, wanted: list[str]) -> None: ...
    @property
    def wrapped(self) -> bool:
        """True where a file was broken into lines of one length: `raw` is without their breaks.

        Known when the first segments were read.
        """
    def next(self) -> list[Segment] | None:
        """A window's worth of segments; None at the end."""

class Segment:
    """One segment with its place; its parts are cut when they are asked for, never shown unasked.

    ``segment[3]`` is element 3 as it stands in the file, ``segment[5, 2]`` its second component,
    ``segment[3, 1, 2]`` the first component of its second repetition; what is not there is "".
    """

    @property
    def id(self) -> str:
        """Such as NM1; "" for bytes that are no segment."""
    @property
    def loop(self) -> str | None:
        """The loop that it stands in; None where it has no place, or the guide is not known."""
    @property
    def path(self) -> tuple[str, ...]:
        """The loops around it, outermost first, its own last."""
    @property
    def opens(self) -> bool:
        """Whether its loop begins with it."""
    @property
    def number(self) -> int | None:
        """Its ordinal in the set, ST being 1; None outside of one."""
    @property
    def offset(self) -> int:
        """Where it begins in the file, in bytes."""
    @property
    def fault(self) -> str | None:
        """Why these bytes are no segment."""
    @property
    def raw(self) -> bytes:
        """Its bytes without the terminator."""
    @property
    def elements(self) -> tuple[str, ...]:
        """Its elements as they stand in the file; the first is element 1."""
    def repetitions(self, number: int) -> tuple[tuple[str, ...], ...]:
        """The repetitions of an element, each as its components; none where it is empty."""
    def __getitem__(self, part: int | tuple[int, int] | tuple[int, int, int]) -> str: ...
    def __iter__(self) -> Iterator[str]:
        """The elements, the first being element 1."""
    def __len__(self) -> int:
        """How many elements it has."""
    def __bool__(self) -> bool: ...

class ClaimWriter:
    """Claims, as the nested dicts that `scrubjay.models.Claim` takes, written as one interchange.

    `envelope` is lines ``name=value`` (`scrubjay.writing.Envelope` writes them). ValueError for an
    unknown name, a value that is none, and one that holds a delimiter: it begins with the number of
    the claim, ``claim 1: ...`` being the first that was added.
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

def envelope_marks(
    piece: bytes, start: int, element: int, terminator: int
) -> tuple[list[tuple[str, int, int, int]], int]:
    """The segments of the envelope in a piece of a file, from `start` on.

    Of each: its name, its first byte, its terminator, and how many claims (CLM) stand between it
    and the one before; then the claims behind the last. An ISA or IEA is the last that is told. A
    segment that the piece cuts has -1 for its terminator and is the last too; its name may be CLM,
    and that claim is not counted.
    """

def gathered_rows(digests: str, lists: int, out: str) -> list[int]:
    """What a run wrote for a history (`Job.digests`), sorted into files; how many rows each has.

    `out.0` is of the claims, `out.1` of their parties, and one follows for each of the lists. A row
    is as a file of codes has it. All of them are in memory meanwhile.
    """

def merged_rows(runs: list[tuple[str, int, int]], out: str) -> int:
    """Sorted rows of several files as one; how many there are then, the same row counted once.

    Of each: its path, where the first row is, and how many there are. OSError where one is cut.
    """

def rewritten(body: bytes, source: bytes, target: bytes, line_breaks: bool) -> bytes | None:
    """A set with other delimiters, four bytes each: element, component, repetition, terminator.

    Ends of lines behind segments go, or become line feeds. None where a delimiter that is wanted
    stands in the data.
    """

class Verdicts:
    """verdicts.jsonl of a scrub, and who takes the claims of each payer, as `route` says."""

    def __init__(self, path: str, route: Callable[[str | None], str | None]) -> None: ...
    def sections(self) -> list[tuple[int, str, int, list[tuple[str, list[tuple[int, int]]]]]]:
        """The interchanges that have claims.

        Of each: the engine's ordinal, ISA13, how many claims were accepted, and by partner, in the
        order of their names, which of these: ranges by number, ends included.
        """

    def plan(
        self,
        number: int,
        at: int,
        partner: str | None,
        accepted: str | None,
        *,
        beside: bool,
        removed: list[int],
        base: int | None,
    ) -> Iterator[tuple[Any, ...]]:
        """The lines of the plan (`scrubjay.pipeline.packing`) of one of them, for one partner.

        `at` is the interchange's ordinal in its file, `accepted` the path of the partner's claims;
        with `beside` claims that go nowhere are told too. Of a batch: (set as JSON, rows as JSON,
        bytes, claims, cents, [(place, REF*F8, token of CLM01) of a claim that corrects another]);
        of others: (set, rows, whether they were accepted).
        """
