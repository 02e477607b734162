"""The files of publishers, each in its own layout, read as entries of code tables.

A layout is told by what is in a file, not by what the file is called. What cannot be read of a
file is counted with the number of its line; the rest is taken.
"""

from scrubjay.codes.layouts.layout import EPOCH, Found, Layout, Reading, Source

__all__ = ["EPOCH", "Found", "Layout", "Reading", "Source", "sniff"]


def sniff(source: Source) -> tuple[Layout, Found] | None:
    """The layout of a file, and what it is; None when it is in none that is known."""
    from scrubjay.codes.layouts import delimited, fixed, tables, tabular

    for layout in (*fixed.LAYOUTS, *delimited.LAYOUTS, *tables.LAYOUTS, *tabular.LAYOUTS):
        if found := layout.told(source):
            return layout, found
    return None
