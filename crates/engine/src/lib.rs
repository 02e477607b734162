//! Files, windows, threads and staged outputs around the X12 core.
