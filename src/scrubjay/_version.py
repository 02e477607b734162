"""The version as a constant: asking package metadata for it costs 40 ms at every start."""

__version__ = "0.1.0"
