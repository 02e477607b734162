"""The store in one SQLite file: write-ahead log, synchronous FULL, one writer a process.

`store.SqliteStore` is the way in.
"""
