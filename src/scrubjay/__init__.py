"""Scrubjay reads healthcare X12 and says, claim by claim, what is right, what is not, and what happens next."""

from scrubjay._version import __version__

__all__ = ["__version__"]
