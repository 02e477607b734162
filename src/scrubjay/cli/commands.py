"""The commands by name, each with its line in the list; a module is imported when it is called."""

from __future__ import annotations

from importlib import import_module

from scrubjay.cli.call import Call, Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CHAPTERS", "COMMANDS", "COMPLETION", "called", "command"]

COMPLETION = "_SCRUBJAY_COMPLETE"
"""By this variable a shell asks for completions."""

CHAPTERS = {
    "Claims and other files": {
        "scrub": "Judge each claim of 837 files: accepted or rejected, why, and acknowledgments.",
        "validate": "Hold files against their implementation guide (SNIP 1 to 3).",
        "inspect": "Show the envelope and the loops of a file, values masked.",
        "repair": "Put right what cannot be meant otherwise, and record it.",
        "extract": "Take claims out of a file by number, as an 837 of their own.",
        "build": "Write claims from JSON lines as an 837.",
        "acks": "Read acknowledgments, and tell what became of the claims sent.",
        "history": "Remember claims that were sent, to find them again.",
        "generate": "Write a synthetic file of any kind, the same for the same seed.",
        "deidentify": "Write a file with other identities in it, to show how it fails.",
    },
    "Enrollments, payments and tables": {
        "enroll": "Read members of 834 files, of a table or a service into one record each.",
        "reconcile": "Hold a load of members against what was known, and say what changed.",
        "roster": "What payroll and the year's reports need of who is covered.",
        "profile": "Carriers' ways with enrollments: which differences each has.",
        "remit": "Write the payments of 835 files down, matched with the claims that they pay.",
        "export": "Write claims, members or payments as Parquet or CSV tables.",
    },
    "Guides, rules and codes": {
        "guide": "The implementation guides that are built in.",
        "rules": "The rules that scrub applies.",
        "codes": "The code tables that rules look into.",
    },
    "The pipeline": {
        "ingest": "Take files into the pipeline.",
        "serve": "Run the pipeline: from a file's arrival to the partner's acknowledgment.",
        "worker": "Run some stages of the pipeline in a process of their own.",
        "status": "Show how the pipeline stands.",
        "trace": "Tell one claim's whole story.",
        "held": "What waits for a person's word.",
        "dlq": "The dead letters: what could not be done, why, and what to do with it.",
        "partner": "Trading partners: their records, pause and resume.",
        "legalhold": "Files of which nothing is purged, whatever the policy says.",
        "audit": "Who did what to which claim, and whether that is what was written.",
        "db": "The store of the pipeline: check, back up, restore, bring to a new version.",
        "keys": "The keys that wrap the vault's data keys.",
        "apikeys": "Who may hand in files by HTTP.",
        "clearinghouse": "Run a simulated clearinghouse, which errs when asked to.",
    },
    "Your shell": {
        "completion": "Print the completion script of a shell.",
    },
}
"""What there is to do, in the order that a newcomer needs it; each is COMMAND of its module."""

COMMANDS = {name: line for chapter in CHAPTERS.values() for name, line in chapter.items()}
"""All of them, with their lines in the list."""


def command(name: str) -> Call | Group:
    """The command of that name, from its own module."""
    made: Call | Group = import_module(f"scrubjay.cli.{name}").COMMAND
    return made


def called(words: Sequence[str]) -> tuple[Call | None, Sequence[str]]:
    """The command that a call names, and the words behind its name; None where it names none."""
    if not words or words[0] not in COMMANDS:
        return None, words
    made = command(words[0])
    if isinstance(made, Call):
        return made, words[1:]
    chosen = (call for call in made.calls if words[1:2] == [call.name])
    return next(chosen, None), words[2:]
