"""The audit: who did what to which row, in a chain that nobody without the key can mend.

`chain` makes and judges rows, `keys` holds the key, `checkpoints` tell another place how far the
chain went, `verifying` holds all of them against each other, `reconciling` counts claims in against
claims out (docs/audit.md).
"""
