"""The pipeline, watched: claims arrive, a partner errs, the process is killed, and all is well.

    demo.py FOLDER      a new folder for the home, the partner's book and the files

What it does is what anybody would type: scrubjay clearinghouse, ingest, serve, status, trace.
"""

# ruff: noqa: S603 - our own commands

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from scrubjay.cli.status import lines
from scrubjay.testing import generate
from scrubjay.testing.clearinghouse.ledger import read as read_ledger

FILES, CLAIMS = 6, 400
FAULTS = (
    *("reply_lost=0.2", "unavailable=0.1", "throttled=0.1", "reply_never=0.05"),
    *("look_up_failed=0.1", "ack_twice=0.2", "claim_rejected=0.03"),
)
RECORD = """\
payers = ["*"]
[envelope]
sender = "SCRUBJAY"
receiver = "CLEARING"
[limits]
claims = 300
window_seconds = 0.5
[sending]
backoff_seconds = 0.2
deadline_seconds = 2.0
quiet_seconds = 2.5
[acknowledgments]
collect_seconds = 0.3
[transport]
kind = "http"
address = "{address}"
"""
PATIENCE = 120.0
ENDS = {"ACKNOWLEDGED", "REJECTED_BY_SCRUB", "REJECTED_BY_PARTNER", "DEAD_LETTERED", "HELD_UNKNOWN"}


def command(*words: str) -> list[str]:
    """A call of scrubjay, by this interpreter."""
    return [sys.executable, "-m", "scrubjay", *words]


def status(home: Path) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """What `scrubjay status --json` says."""
    call = command("status", "--home", str(home), "--json")
    told: dict[str, dict[str, dict[str, dict[str, int]]]] = json.loads(
        subprocess.run(call, check=True, capture_output=True, text=True).stdout
    )
    return told


def claims(told: dict[str, dict[str, dict[str, dict[str, int]]]]) -> dict[str, int]:
    """The claims by state."""
    return {state: row["count"] for state, row in told["states"]["claim"].items()}


def written(base: Path) -> list[Path]:
    """Synthetic files, a few faults in them, each under numbers of its own."""
    paths = []
    for seed in range(1, FILES + 1):
        text = b"".join(generate(claims=CLAIMS, faults=0.04, seed=seed, sets=2))
        text = text.replace(b"*1*X*", b"*%d*X*" % seed).replace(b"GE*2*1~", b"GE*2*%d~" % seed)
        paths.append(base / f"clinic-{seed}.837")
        paths[-1].write_bytes(text)
    return paths


def shown(home: Path, note: str) -> dict[str, int]:
    """Prints how it stands; the claims by state."""
    told = status(home)
    # on a terminal each look takes the place of the one before
    clear = "\x1b[2J\x1b[H" if sys.stdout.isatty() else "\n"
    sys.stdout.write(f"{clear}--- {note}\n")
    sys.stdout.writelines(f"{line}\n" for line in lines(told))
    sys.stdout.flush()
    return claims(told)


def watched(home: Path, log: Path) -> None:
    """Serves until all claims are where they end; the process is killed once on the way."""
    serve = command("serve", "--home", str(home))
    with log.open("a") as errors:
        process = subprocess.Popen(serve, stderr=errors)
        killed, until = False, time.monotonic() + PATIENCE
        try:
            while time.monotonic() < until:
                time.sleep(1.5)
                found = shown(home, "scrubjay status")
                if not killed and found.get("SUBMITTED", 0) + found.get("ACKNOWLEDGED", 0):
                    process.kill()
                    process.wait()
                    sys.stdout.write("\n--- kill -9, and begun again\n")
                    process, killed = subprocess.Popen(serve, stderr=errors), True
                elif killed and sum(found.values()) == FILES * CLAIMS and set(found) <= ENDS:
                    return
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
    sys.exit("the demo has not come to its end; look at the log")


def main() -> None:
    """The demo."""
    base = Path(sys.argv[1]).resolve()
    shutil.rmtree(base, ignore_errors=True)
    home = base / "home"
    (home / "partners").mkdir(parents=True)
    ledger = base / "taken.jsonl"
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    call = command("clearinghouse", "--ledger", str(ledger), "--answers-after", "0:2", *faults)
    environ = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=environ) as house:
        try:
            first = house.stdout.readline() if house.stdout else ""
            address = next(word for word in first.split() if word.startswith("http://"))
            record = RECORD.format(address=address.rstrip(".,;"))
            (home / "partners" / "clearing.toml").write_text(record)
            sys.stdout.write(f"a clearinghouse that errs: {address}\n")
            names = [str(path) for path in written(base)]
            subprocess.run(command("ingest", *names, "--home", str(home)), check=True)
            watched(home, base / "serve.log")
        finally:
            house.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                house.wait(10)
    taken = [entry for entry in read_ledger(ledger) if entry.event == "taken"]
    book = [claim for entry in taken for claim in entry.claims]
    twice = len(book) - len(set(book))
    sys.stdout.write(f"\n--- the partner's book: {len(book):,} claims taken, {twice} twice\n")
    sys.stdout.flush()
    subprocess.run(command("trace", book[0], "--home", str(home)), check=True)
    sys.stdout.write(f"\nThe store, the vault and the outbox are in {home}.\n")


if __name__ == "__main__":
    main()
