"""A simulated clearinghouse: takes interchanges by HTTP, answers with TA1, 999 and 277CA, and errs.

It errs as partners do: it throttles, loses replies, takes what it seems not to have taken, answers
late, out of order, twice, and against its own word. Which it does when is drawn from a seed, so
that a run can be had again. docs/clearinghouse.md has the protocol and the faults.

>>> async with opened(Behaviour(seed=7, faults={"reply_lost": 0.1})) as house: # doctest: +SKIP
...     transport = HttpTransport(house.address)

`scrubjay clearinghouse` runs it as a process of its own.
"""

from scrubjay.testing.clearinghouse.behaviour import FAULTS, Behaviour, Span
from scrubjay.testing.clearinghouse.server import opened

__all__ = ["FAULTS", "Behaviour", "Span", "opened"]
