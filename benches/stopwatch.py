"""Runs a command and prints its wall seconds, its peak in bytes and its exit code, as JSON.

A process of its own, and a small one: Linux counts in the peak of a command what its parent held
when it was started, so that a large bench would measure itself.
"""

import json
import os
import sys
import time

QUIET = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]


def main() -> None:
    """The command is what stands behind our own name."""
    begun = time.perf_counter()
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=QUIET)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([seconds, usage.ru_maxrss * 1024, code]))


if __name__ == "__main__":
    main()
