"""Files with planted faults: which records have one, and what is found where in the file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import scrubjay
from scrubjay.testing import Fault, generate, inject, segments

__all__ = ["Records", "found_alone", "made"]

Records = list[tuple[str, Fault | None]]


def made(
    kind: str, fault: Fault, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> tuple[bytes, Records]:
    """A file in which some records have that fault, and its records as they stand in the file."""
    records: Records = []

    def some(texts: Any, share: float, faults: Sequence[Fault], *, seed: int) -> Any:
        for text, planted in inject(texts, share, (fault,), seed=seed):
            edited = text
            if planted is not None and planted.edit is not None:
                edited = planted.edit(text.encode()).decode()
            records.append((edited, planted))
            yield text, planted

    monkeypatch.setattr(segments, "inject", some)
    data = b"".join(generate(kind, faults=0.3, **options))
    return data, records


def found_alone(data: bytes, records: Records, folder: Path) -> None:
    """In every record that has a fault, the fault; in no other place, anything."""
    file = folder / "file.x12"
    file.write_bytes(data)
    scrubjay.validate(file, folder / "out")
    lines = (folder / "out" / "findings.jsonl").read_text().splitlines()
    findings = sorted(map(json.loads, lines), key=lambda finding: finding["byte_offset"])
    at, faulty = 0, 0
    for text, fault in records:
        start = data.index(text.encode(), at)
        at = start + len(text)
        # That a segment is missing is known when the next record begins.
        late = fault is not None and "SEGMENT_REQUIRED" in {fault.code, *fault.also}
        own = [row for row in findings if start + late <= row["byte_offset"] < at + late]
        findings = findings[len(own) :]
        told = [(row["code"], row["segment"], row["element"] or 0) for row in own]
        if fault is None:
            assert told == [], text
            continue
        faulty += 1
        assert (fault.code, *fault.place) in told, (told, text)
        assert {code for code, _, _ in told} <= {fault.code, *fault.also}, (told, text)
    assert findings == []
    assert faulty > 10
