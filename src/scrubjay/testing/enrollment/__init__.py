"""Synthetic members, the faults that enrollments have, and 834 files of both."""
