"""Writes src/scrubjay/rulebook/program.json: the shipped rules as the native half runs them."""

from pathlib import Path

from scrubjay.rulebook import LOWERED, shipped
from scrubjay.rules import RuleSet

if __name__ == "__main__":
    Path(LOWERED).write_text(RuleSet(shipped()).program)
