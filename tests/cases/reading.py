"""Cases as they are written in Markdown (cases/README.md): their files, their expectations."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["CASES", "Case", "Expected", "cases", "codes_not_provoked", "unreachable"]

CASES = Path(__file__).parents[2] / "cases"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
_ESCAPE = re.compile(rb"\\(?:x([0-9a-f]{2})|([rn]))")
_ORDINAL = re.compile(r"#(\d+) (.+)", re.DOTALL)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of a case beside its findings."""

    counts: dict[str, int]
    answers: list[tuple[str, str]]
    absent: list[tuple[str, str]]
    error: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Case:
    """One heading: a file and what the engine says of it."""

    file: str
    title: str
    document: bytes
    options: dict[str, str]
    findings: list[Row]
    expected: Expected

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


@dataclass(slots=True)
class _Draft:
    """A document while it is changed, segment by segment."""

    segments: list[bytes] = field(default_factory=list)
    ahead: bytes = b""
    behind: bytes = b""

    def find(self, text: str, has: Callable[[bytes, bytes], bool]) -> int:
        """The one segment that `text` names, or the one that its `#n` says."""
        marked = _ORDINAL.fullmatch(text)
        wanted = _bytes(marked[2] if marked else text)
        found = [at for at, segment in enumerate(self.segments) if has(segment, wanted)]
        assert found, f"no segment has {text}"
        assert marked or len(found) == 1, f"{len(found)} segments have {text}"
        return found[int(marked[1]) - 1 if marked else 0]

    def replace(self, change: str) -> None:
        old, new = change.split(" -> ")
        at = self.find(old, lambda segment, wanted: wanted in segment)
        old = old.split(" ", 1)[1] if old.startswith("#") else old
        self.segments[at] = self.segments[at].replace(_bytes(old), _bytes(new))

    def drop(self, text: str) -> None:
        at = self.find(text, bytes.startswith)
        if not self.segments.pop(at).startswith(b"SE*"):
            self.recount(at, -1)

    def insert(self, at: int, text: str) -> None:
        fresh = [segment + b"~\n" for segment in _bytes(text).split(b"~") if segment]
        self.segments[at:at] = fresh
        self.recount(at + len(fresh), len(fresh))

    def recount(self, at: int, more: int) -> None:
        """Adds `more` to SE01 of the set that segment `at` is in."""
        for place in range(at, len(self.segments)):
            name, _, rest = self.segments[place].partition(b"*")
            if name in {b"ST", b"GS", b"GE", b"ISA", b"IEA"}:
                return
            if name == b"SE":
                count, _, control = rest.partition(b"*")
                self.segments[place] = b"SE*%d*%s" % (int(count) + more, control)
                return


def cases() -> Iterator[Case]:
    """All cases, in the order of their files."""
    bases = dict(_sections((CASES / "bases.md").read_text()))
    for path in sorted(CASES.glob("*.md")):
        if path.stem not in {"README", "not-provoked"}:
            for title, body in _sections(path.read_text()):
                yield _case(path.stem, title, body, bases)


def codes_not_provoked() -> dict[str, str]:
    """The codes that no case provokes, with the reason."""
    rows = _table((CASES / "not-provoked.md").read_text())
    return {row["code"]: row["reason"] for row in rows}


def unreachable() -> dict[tuple[str, str], str]:
    """The codes of acknowledgments that no HIPAA file brings about, with the reason."""
    with (CASES / "unreachable.tsv").open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["element"], row["code"]): row["reason"] for row in rows}


def _sections(text: str) -> Iterator[tuple[str, str]]:
    pieces = _HEADING.split(text)
    return zip(pieces[1::2], pieces[2::2], strict=True)


def _case(file: str, title: str, body: str, bases: dict[str, str]) -> Case:
    blocks = dict(_BLOCK.findall(body))
    change = list(_steps(blocks.get("change", "")))
    options = dict(value.split(" ", 1) for name, value in change if name == "option")
    document = _document(blocks, change, bases)
    expected = _expected(_steps(blocks.get("expect", "")))
    return Case(file, title, document, options, _table(_BLOCK.sub("", body)), expected)


def _steps(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        name, _, value = line.partition(": ")
        yield name, value


def _document(
    blocks: dict[str, str], change: list[tuple[str, str]], bases: dict[str, str]
) -> bytes:
    draft, beside = _Draft(_segments(blocks.get("x12", ""))), ("", "")
    for name, value in change:
        match name:
            case "base":
                draft.segments = _segments(dict(_BLOCK.findall(bases[value]))["x12"])
            case "replace":
                draft.replace(value)
            case "drop":
                draft.drop(value)
            case "after" | "before":
                beside = (name, value)
            case "insert":
                at = draft.find(beside[1], bytes.startswith) + (beside[0] == "after")
                draft.insert(at, value)
            case "append":
                draft.behind += _bytes(value)
            case "prepend":
                draft.ahead += _bytes(value)
            case "option":
                pass
            case _:
                raise AssertionError(f"no change is called {name!r}")
    return draft.ahead + b"".join(draft.segments) + draft.behind


def _segments(block: str) -> list[bytes]:
    return [_bytes(line) + b"\n" for line in block.splitlines()]


def _bytes(text: str) -> bytes:
    def byte(match: re.Match[bytes]) -> bytes:
        return (
            bytes.fromhex(match[1].decode()) if match[1] else {b"r": b"\r", b"n": b"\n"}[match[2]]
        )

    return _ESCAPE.sub(byte, text.encode())


def _table(text: str) -> list[Row]:
    rows = [[cell.strip() for cell in row.split("|")] for row in _ROW.findall(text)]
    if not rows:
        return []
    head, _, *body = rows
    return [dict(zip(head, row, strict=True)) for row in body]


def _expected(steps: Iterable[tuple[str, str]]) -> Expected:
    expected = Expected({}, [], [], None)
    for name, value in steps:
        match name:
            case "counts":
                for pair in value.split(", "):
                    what, number = pair.split(" ")
                    expected.counts[what] = int(number)
            case "no":
                kind, _, segment = value.partition(" ")
                expected.absent.append((kind, segment))
            case "exit":
                code, _, text = value.partition(" ")
                expected = Expected(
                    expected.counts, expected.answers, expected.absent, (int(code), text)
                )
            case "TA1" | "999" | "277CA":
                expected.answers.append((name, value))
            case _:
                raise AssertionError(f"nothing is expected as {name!r}")
    return expected
