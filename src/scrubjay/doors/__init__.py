"""Where files come in by HTTP: who may hand something over, how, and what they are told.

`contract` has what a door asks of the pipeline behind it, `identities` who knocks, `http` the
routes, `serving` the port. docs/intake.md is the page for whoever sends.
"""

from __future__ import annotations

from scrubjay.doors.contract import Accept, Accepted, Behind, Identity, Status, UploadError

__all__ = ["Accept", "Accepted", "Behind", "Identity", "Status", "UploadError"]
