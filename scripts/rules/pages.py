"""Writes docs/rules/ from the rulebook.

python scripts/rules/pages.py            # write
"""

from pathlib import Path

from scrubjay.rulebook import shipped
from scrubjay.rules.pages import pages

TARGET = Path(__file__).parents[2] / "docs/rules"

if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    written = pages(shipped())
    for stale in TARGET.glob("*.md"):
        if stale.name not in written:
            stale.unlink()
    for name, text in written.items():
        (TARGET / name).write_text(text)
