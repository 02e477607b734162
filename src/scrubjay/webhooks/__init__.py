"""Telling somebody else's system that work waits for a person: overdue, held, quarantined, dead.

An `Alert` holds ids, codes and counts, and has no field for anything else. It is signed as the
Standard Webhooks convention has it, and goes to an address of the settings and nowhere else. A
delivery that fails is tried again for a while; what then still fails is for whoever called to
keep, since nothing is remembered here.
"""

from __future__ import annotations

from scrubjay.webhooks.alert import Alert
from scrubjay.webhooks.signing import Secret, verified

__all__ = ["Alert", "Secret", "verified"]
