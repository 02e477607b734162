"""Enrollments: members from every source as one record, and what changed since the last load.

Sources are an 834, a table (`tables`) and a REST service (`rest`), the latter two by a mapping that
people write; a carrier's ways are a profile (`profile`). Every member becomes a record or stays in
quarantine with its reasons (`making`). `reconcile` holds loads against what was known.
"""
