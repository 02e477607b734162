"""Members and payments through the real engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from records.made import KEY, REASONS, Record, Written
from scrubjay import _native
from scrubjay.job import Command, Job


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Has a file recorded by the engine."""
    count = iter(range(1000))

    def run(content: bytes, command: str = "enroll", **job: Any) -> Written:
        number = next(count)
        file = tmp_path / "in" / f"{number}" / "file.x12"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        out = tmp_path / f"out{number}"
        asked: dict[str, Any] = {
            "words": "relationship 18 self\nrelationship 19 child\nid 23 client_number\n"
            "line HLT health\nline DEN dental\naction 021 addition\n",
            "reasons": REASONS,
            "worklist": False,
            **job,
        }
        made = Job(
            command=Command(command),
            inputs=(str(file),),
            out=str(out),
            token_key=KEY,
            token_key_id="test",  # noqa: S106 - the name of a key
            **asked,
        )
        text = made.to_json()
        answer = json.loads(_native.run(text))
        return Written(answer["summary"], out)

    return run
