"""What can be seen from outside: log lines and metrics, of allow-listed fields and nothing else.

A line is one JSON object. Only the fields of `FIELDS` are written, and of those only values that
cannot hold a sentence: numbers, and short words of ours. What is neither is left out and counted,
so that a mistake shows and shows nobody (docs/decisions/0036-logs-by-allow-list.md).
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["FIELDS", "Lines", "Seeing", "about", "logger", "others"]

FIELDS = frozenset(
    {
        *("stage", "subject", "kind", "attempt", "fence", "code", "seconds", "delay", "state"),
        *("file", "interchange", "set", "batch", "transmission", "acknowledgment", "reply"),
        *("partner", "claims", "count", "bytes", "door", "fresh", "signal", "position", "call"),
        *("stages", "error", "place", "work", "trace"),
    }
)
"""What may stand in a line, besides its time, level, event and process."""
_WORD = re.compile(r"[A-Za-z0-9_.:,/-]{0,120}")
LINGERS = 2.0
"""Seconds, beside those of waiting, that something is taken for lacking."""
_SPANS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0)


_ABOUT: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)


def about(*, trace: str, work: str = "") -> None:
    """From here on lines of this task, and of threads that it waits for, say what they are about.

    `trace` is the row that is followed, such as file-12 or transmission-7; `work` is one try of one
    message, such as scrub-12-40: its topic, its subject, and its fence, which no other try has.
    """
    _ABOUT.set({**(_ABOUT.get() or {}), "trace": trace, **({"work": work} if work else {})})


class Lines(logging.Formatter):
    """Records as JSON; the message is the event, its arguments and tracebacks are never written."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0
        """Fields that were left out."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "event": _shown(record.msg),
            "process": record.process,
        }
        given = getattr(record, "seen", None)
        if given is None:
            line["logger"], given = _shown(record.name), {}
        for name, value in given.items():
            if name in FIELDS and _is_plain(value):
                line[name] = value
            else:
                self.refused += 1
        if record.args or record.exc_info:
            self.refused += 1
        return json.dumps(line)


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)


def _shown(message: object) -> str:
    """An event is a word of ours; what is not may be anything."""
    text = str(message)
    return text if _WORD.fullmatch(text) else "?"


def logger(stream: TextIO | None = None, level: int = logging.INFO) -> logging.Logger:
    """A logger of the pipeline's own: nothing of it goes to the root's handlers."""
    log = logging.Logger("scrubjay.pipeline", level)  # noqa: LOG001 - it is nobody else's
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(Lines())
    log.addHandler(handler)
    log.propagate = False
    return log


def others(stream: TextIO | None = None) -> logging.Handler:
    """What libraries warn of in this process is a line as well, without a word of theirs."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(Lines())
    logging.getLogger().addHandler(handler)
    return handler


class Seeing:
    """The log and the metrics of one process."""

    def __init__(self, log: logging.Logger | None = None) -> None:
        self._log = logger() if log is None else log
        self.registry = CollectorRegistry()
        self.counts: dict[tuple[str, str], int] = {}
        """Messages by stage and what came of them."""
        self._handled = Counter(
            *("scrubjay_handled", "Messages that a stage was done with."),
            ["stage", "result"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            *("scrubjay_handling_seconds", "How long a message took."),
            ["stage"],
            buckets=_SPANS,
            registry=self.registry,
        )
        self._failures = Counter(
            *("scrubjay_partner_failures", "Calls to partners that failed."),
            ["partner", "call", "code"],
            registry=self.registry,
        )
        self._submitted = Counter(
            *("scrubjay_submitted_claims", "Claims that a partner took."),
            ["partner"],
            registry=self.registry,
        )
        self._breakers = Gauge(
            *("scrubjay_breaker", "0 closed, 1 half open, 2 open."),
            ["partner"],
            registry=self.registry,
        )
        self._paused = Gauge(
            *("scrubjay_partner_paused", "1 where nothing is sent to a partner."),
            ["partner"],
            registry=self.registry,
        )
        self._lookups = Counter(
            *("scrubjay_lookups", "Questions of rules to services outside."),
            ["service", "result"],
            registry=self.registry,
        )
        self._lacks: dict[str, float] = {}
        """What is lacking here, and until when that is believed without being found so again."""
        self._parked = Counter(
            *("scrubjay_parked", "Work that waits for what is lacking here, and is no failed try."),
            ["code"],
            registry=self.registry,
        )
        self._lacking = Gauge(
            *("scrubjay_lacking", "1 where something is lacking here, such as room on a disk."),
            ["code"],
            registry=self.registry,
        )
        self._depths = Gauge(
            *("scrubjay_queue_ready", "Messages that wait."),
            ["topic"],
            registry=self.registry,
        )
        self._oldest = Gauge(
            *("scrubjay_queue_oldest_seconds", "How long the oldest of them has waited."),
            ["topic"],
            registry=self.registry,
        )

    def tell(self, event: str, level: int = logging.INFO, **fields: Any) -> None:
        """A line of the log, with what its task is at (`about`)."""
        self._log.log(level, event, extra={"seen": {**(_ABOUT.get() or {}), **fields}})

    def handled(self, stage: str, result: str, begun: float) -> None:
        """A message is done with; `begun` is of `time.monotonic`."""
        self._handled.labels(stage, result).inc()
        self.counts[stage, result] = self.counts.get((stage, result), 0) + 1
        seconds = time.monotonic() - begun
        self._seconds.labels(stage).observe(seconds)
        self.tell(
            "stage.handled", logging.DEBUG, stage=stage, state=result, seconds=round(seconds, 6)
        )

    def failed(self, partner: str, call: str, code: str) -> None:
        """A call to a partner failed."""
        self._failures.labels(partner, call, code).inc()
        self.tell("partner.failed", logging.WARNING, partner=partner, call=call, code=code)

    def submitted(self, partner: str, claims: int) -> None:
        """A partner took an interchange."""
        self._submitted.labels(partner).inc(claims)

    def breaker(self, partner: str, position: str) -> None:
        """How a breaker stands."""
        places = {"closed": 0, "half_open": 1, "open": 2}
        self._breakers.labels(partner).set(places[position])

    def paused(self, partner: str, *, on: bool) -> None:
        """Whether nothing is sent to it."""
        self._paused.labels(partner).set(int(on))

    def lacks(self, code: str, again: float) -> bool:
        """Work waits for what is lacking, to be tried again in so many seconds; whether it is new.

        It is believed for as long as whatever waits may take to find out that it is there again.
        """
        new = code not in self.lacking
        self._lacks[code] = time.monotonic() + 2.0 * again + LINGERS
        self._parked.labels(code).inc()
        return new

    @property
    def lacking(self) -> list[str]:
        """The codes of what is lacking now."""
        now = time.monotonic()
        return sorted(code for code, until in self._lacks.items() if now < until)

    def looked_up(self, service: str, result: str) -> None:
        """A rule asked: answered, kept, or the code of why there was no answer."""
        self._lookups.labels(service, result).inc()

    def depth(self, topic: str, ready: int, oldest: float | None) -> None:
        """How much waits."""
        self._depths.labels(topic).set(ready)
        self._oldest.labels(topic).set(oldest or 0.0)

    def exposition(self) -> bytes:
        """The metrics, as Prometheus reads them."""
        lacking = self.lacking
        for code in self._lacks:
            self._lacking.labels(code).set(int(code in lacking))
        return generate_latest(self.registry)


def place_of(error: BaseException) -> str:
    """Where an error came from, in our code: what may be said of an error beside its kind."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "scrubjay" in name:
            place = f"{os.path.basename(name)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
