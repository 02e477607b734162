"""Acknowledgments applied to the claims that were sent: what became of each."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from scrubjay import places
from scrubjay.acks.applied import Applied, token_of
from scrubjay.acks.ledger import Ledger
from scrubjay.acks.matching import Matching
from scrubjay.acks.notices import Notice, Problem
from scrubjay.acks.outcomes import Document
from scrubjay.acks.reading import read
from scrubjay.acks.scrubbed import accepted, original, renumbered
from scrubjay.acks.sent import enter
from scrubjay.errors import InputError, UsageError
from scrubjay.keys import TokenKey
from scrubjay.models.acknowledgments import Verdict

__all__ = ["apply"]

AnyPath = str | os.PathLike[str]


def apply(
    claims: Iterable[AnyPath],
    acknowledgments: Iterable[AnyPath],
    *,
    absent: Mapping[str, Verdict | str] | None = None,
    token_key: AnyPath | None = None,
    show_phi: bool = False,
    tell: Callable[[Notice], None] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Applied:
    """What the acknowledgments, in any order, say of the claims that were sent.

    `claims` are 837 files, or output folders of `scrub`: of one of these its accepted claims.
    `absent` says by hop (its id, or "" for every other) what it means that a claim is not in a
    277CA: pending by default, accepted or rejected where a partner works that way. `tell` gets the
    notices; without it they are counted. `progress` gets the bytes done, and of how many. What is
    returned is closed when it is done with.
    """
    files = places.inputs(_meant(claims))
    if places.STDIN in files:
        raise UsageError("claims are read twice; name their file instead of standard input")
    policy = _policy(absent or {})
    answers = places.inputs(acknowledgments)
    key = TokenKey.find(token_key)
    meter = _Meter((*files, *answers), progress)
    ledger = Ledger()
    try:
        names = _entered(ledger, files, meter)
        matching = Matching(ledger, _clear if show_phi else partial(token_of, key))
        notices = _answered(matching, files, answers, meter, tell)
        documents = {no: Document(*row) for no, *row in ledger.all(_DOCUMENTS)}
    except BaseException:
        ledger.close()
        raise
    return Applied(ledger, files, names, documents, policy, matching.counts, notices, key)


class _Meter:
    """How far we are, over all files."""

    def __init__(
        self, files: Sequence[str], report: Callable[[int, int | None], None] | None
    ) -> None:
        self._report = report
        self._sizes = {file: os.path.getsize(file) for file in files if file != places.STDIN}
        self._total = None if places.STDIN in files else sum(self._sizes.values())
        self._done = 0

    def begin(self, file: str) -> Callable[[int], None] | None:
        """What a file tells its offsets to, which adds itself to what was done before."""
        if self._report is None:
            return None
        report, before = self._report, self._done
        self._done += self._sizes.get(file, 0)
        return lambda offset: report(before + offset, self._total)


def _meant(claims: Iterable[AnyPath]) -> Iterator[str]:
    """The files meant: of the output of a scrub those of its accepted claims."""
    for claim in claims:
        path = os.fspath(claim)
        if os.path.isdir(path):
            yield from accepted(path)
        else:
            yield path


def _entered(ledger: Ledger, files: Sequence[str], meter: _Meter) -> tuple[str, ...]:
    """Everything that was sent goes into the ledger; the names of the files."""
    names = _names(files)
    count = 0
    for source, (file, name) in enumerate(zip(files, names, strict=True)):
        count += enter(ledger, file, name, source, meter.begin(file))
    if not count:
        raise InputError(f"{names[0]}: no claim is in it; name the 837 that was sent")
    for folder in sorted({os.path.dirname(file) for file in files if original(_base(file))}):
        ledger.add_renumbered(folder, renumbered(folder))
    ledger.seal()
    return names


def _answered(
    matching: Matching,
    sent: Iterable[str],
    files: Iterable[str],
    meter: _Meter,
    tell: Callable[[Notice], None] | None,
) -> Counter[Problem]:
    """Everything that was answered goes into the ledger; what was wrong with it.

    In the order of their names, so that the same files say the same however they are listed.
    """
    notices: Counter[Problem] = Counter()
    own = {os.path.dirname(file) for file in sent if original(_base(file))}
    for file in sorted(files, key=lambda file: (_base(file), file)):
        told = _taken(file, matching, meter.begin(file))
        if os.path.dirname(file) in own and file != places.STDIN:
            told = _by_ourselves(file, told)
        for notice in told:
            notices[notice.problem] += 1
            if tell is not None:
                tell(notice)
    notices[Problem.AMBIGUOUS] += matching.settle()
    return +notices


_DOCUMENTS = "SELECT no, kind, hop, name, interchange, grp, sent_set, day, file FROM document"


def _taken(
    file: str, matching: Matching, progress: Callable[[int], None] | None
) -> Iterator[Notice]:
    """One file; a file that is none is a notice, and the others go on."""
    try:
        for said in read(file, progress=progress):
            if isinstance(said, Notice):
                yield said
            else:
                yield from matching.take(said)
    except InputError:
        yield Notice(Problem.UNUSABLE_FILE, _base(file))


def _by_ourselves(file: str, told: Iterable[Notice]) -> Iterator[Notice]:
    """A file of a scrub whose accepted claims were sent: it answers the rejected ones as well."""
    yield Notice(Problem.OWN, _base(file))
    yield from (notice for notice in told if notice.problem is not Problem.UNMATCHED)


def _policy(absent: Mapping[str, Verdict | str]) -> dict[str, Verdict]:
    try:
        return {hop: Verdict(verdict) for hop, verdict in absent.items()}
    except ValueError:
        known = ", ".join(Verdict)
        raise UsageError(f"a claim that is absent is one of {known}") from None


def _names(files: Iterable[str]) -> tuple[str, ...]:
    """Names without folders; the second of the same name is ``claims~1.837``."""
    seen: Counter[str] = Counter()
    names = []
    for file in files:
        name = _base(file)
        stem, dot, ending = name.rpartition(".")
        count = seen[name]
        seen[name] += 1
        if count:
            name = f"{stem}~{count}.{ending}" if dot and stem else f"{name}~{count}"
        names.append(name)
    return tuple(names)


def _base(file: str) -> str:
    return "stdin" if file == places.STDIN else os.path.basename(file)


def _clear(_: str, value: str) -> str:
    return value
