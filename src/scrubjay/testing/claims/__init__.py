"""Synthetic claims, the faults that claims have, and 837 files of both."""
