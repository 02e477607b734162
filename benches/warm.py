"""Touches the memory that is free, so that a bench finds it as a machine in use has it.

A virtual machine may get its memory a page at a time, when that is touched for the first time: a
file of 300 MB took 0.25 to 0.45 s to write where its pages were new, 0.07 to 0.1 where some process
had had them. Run in a process of its own, so that no peak counts what it took.
"""

import mmap
import os
import subprocess
import sys

LEFT = 2 << 30
"""Bytes that are left alone, for who else is at work."""


def warm() -> None:
    """Touches it, in another process; does nothing where the system has no such call."""
    subprocess.run([sys.executable, "-I", "-S", __file__], check=True)  # noqa: S603


def main() -> None:
    """Takes what is free, and gives it back."""
    populate = getattr(mmap, "MAP_POPULATE", None)
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") - LEFT
    if populate is not None and free > 0:
        mmap.mmap(-1, free, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | populate).close()


if __name__ == "__main__":
    main()
