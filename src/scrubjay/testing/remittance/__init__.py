"""Synthetic payments of synthetic claims, their faults, and 835 files of both."""
