"""How stages get their work: one contract (`contract`), and technologies that keep it.

`embedded` is a table of the store; `memory` is its twin for tests.
"""
