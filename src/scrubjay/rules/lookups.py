"""Rules that ask somebody outside: eligibility, crosswalks, enrolment. `async def`, and `ask`.

A rule awaits `ask(service, question)`. Whoever runs the rules gives the services (`Asking`); what
has no answer, for whatever reason, is a `NoDataError`, and the claim gets `LOOK_UP_NO_DATA` with
the name of the service instead of the rule's verdict: it never counts as passed.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from scrubjay.rules.rule import Rule
from scrubjay.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable, Mapping, Sequence

__all__ = ["NO_DATA", "Alone", "Answering", "Asking", "NoDataError", "answers", "ask"]


def _no_data() -> None:
    """A service outside gave no answer for this claim.

    A rule asked it, and it did not answer in time, failed, is left alone after failing too often,
    or is not set up. The claim was judged by all other rules.
    """


NO_DATA = Rule(
    id="LOOK_UP_NO_DATA",
    title="A service outside gave no answer for this claim",
    severity=Severity.WARNING,
    snip=7,
    status=None,
    level="claim",
    transactions="PID",
    source="",
    fix="See that the service answers, and judge the claim again",
    since=None,
    until=None,
    at="docs/pipeline.md",
    function=_no_data,
)
"""What is told of a claim for which a service had no answer."""


class NoDataError(Exception):
    """A service has no answer now; `code` is one of `scrubjay.failures`."""

    def __init__(self, service: str, code: str) -> None:
        super().__init__(f"{service}: {code}")
        self.service = service
        self.code = code


class Asking(Protocol):
    """The services, and the loop that they are asked on."""

    async def ask(self, service: str, question: Hashable) -> Any:
        """The answer; NoDataError where there is none."""
        ...

    def run(self, asked: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        """Awaits all of them at once, in the same order; what one raised stands in its place."""
        ...


_asking: ContextVar[Asking] = ContextVar("asking")


async def ask(service: str, question: Hashable) -> Any:
    """What a service says of a question: a value that can be a key, since answers are kept."""
    asking = _asking.get(None)
    if asking is None:
        raise NoDataError(service, "NOT_FOUND")
    return await asking.ask(service, question)


class Alone:
    """Rules that are run where nobody gives services: every question is without an answer."""

    async def ask(self, service: str, question: Hashable) -> Any:  # noqa: ARG002 - nobody to ask
        """There is nobody."""
        raise NoDataError(service, "NOT_FOUND")

    def run(self, asked: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        """On a loop of its own."""

        async def together() -> list[Any]:
            return await asyncio.gather(*asked, return_exceptions=True)

        return asyncio.run(together())


class Answering(Alone):
    """Services that answer whatever they are asked with what a test says."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    async def ask(self, service: str, question: Hashable) -> Any:
        """What the test says of the service, if anything."""
        if service not in self._given:
            return await super().ask(service, question)
        return self._given[service]


def answers(asking: Asking, asked: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Runs rules that ask; what one raised stands in its place."""
    return asking.run([_within(asking, each) for each in asked])


async def _within(asking: Asking, asked: Coroutine[Any, Any, Any]) -> Any:
    _asking.set(asking)
    try:
        return await asked
    except SystemExit as error:
        return error  # raised in a task it would end the loop, and whoever waits for the others
