"""Where the pipeline knows everything: rows, their states, the audit of them, and the queue.

`contract` is what a store promises, `rows` what goes in and comes out, `states` how far things
have come, `errors` what can go wrong. SQLite is the one technology so far (`sqlite`): one file, no
server (docs/store.md).
"""
