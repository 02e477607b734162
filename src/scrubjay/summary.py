"""What a run came to: the shapes of summary.json and run.json as Python sees them.

Plain typed dicts, since they only pass through on the way to a file, a table or a page. The JSON
Schema beside them (schemas/summary.schema.json) is the promise; a test holds the two together.
"""

from typing import NotRequired, TypedDict

__all__ = ["Digest", "Reason", "Result", "RunFacts", "Summary", "Tally", "Windows"]


class Tally(TypedDict):
    """The claims of one payer or one billing provider."""

    claims: int
    accepted: int
    rejected: int
    charges: str


class Windows(TypedDict):
    """Within how many claims, and numbers of claims, others like them were looked for.

    And whether a file had more; None where all of them were remembered.
    """

    duplicate_claims: int | None
    exceeded: bool
    numbers: int | None
    numbers_exceeded: bool


class Summary(TypedDict):
    """summary.json.

    Money is decimal text, None where nothing but the guide was looked at; rates are fractions of
    one, providers are tokens.
    """

    files: list[str]
    interchanges: int
    groups: int
    sets: int
    sets_accepted: int
    sets_rejected: int
    claims: int
    accepted: int
    rejected: int
    unreadable: int
    unreadable_sets: int
    unreadable_segments: int
    charges_accepted: str | None
    charges_rejected: str | None
    clean_claim_rate: float | None
    findings: dict[str, int]
    by_payer: dict[str, Tally]
    by_billing_npi: dict[str, Tally]
    no_data: dict[str, int]
    windows: NotRequired[Windows]
    token_key_id: NotRequired[str]


class Digest(TypedDict):
    """One file that was read or written, by content."""

    file: str
    bytes: int
    sha256: str | None


class RunFacts(TypedDict):
    """What ran, on what, with what, for how long.

    run.json has these, and ``outputs``: a :class:`Digest` of each file of the folder. It is the
    only file that differs by run.
    """

    version: str
    options: dict[str, object]
    inputs: list[Digest]
    guides: dict[str, str]
    overlay: str | None
    ruleset: str | None
    tables: dict[str, str]
    seconds: float
    bytes: int
    peak_rss_bytes: int


class Reason(TypedDict):
    """One code that was found: in plain words, how often, in how many claims, and what helps."""

    code: str
    severity: str
    title: str
    count: int
    claims: int
    fix: str | None


class Result(TypedDict):
    """What the engine hands back at the end of a run."""

    summary: Summary
    run: RunFacts
    reasons: list[Reason]
    exit: int
