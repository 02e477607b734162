"""The vault beside plain AES-GCM over the same bytes, in one run, in turns, by CPU time.

    python benches/vault.py [--megabytes 64] [--rounds 5] [--folder DIR]

Plain is one `AESGCM.encrypt` a frame into memory, and one SHA-256: what sealing cannot do without.
The vault also writes, syncs and names. CPU seconds of this thread are compared, not the clock.
"""

import argparse
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scrubjay.vault import FRAME, new_payload_id
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import KeyringFile


def main() -> None:
    """Print megabytes a CPU second, of each the best round, and what a small payload takes."""
    given = arguments()
    text = os.urandom(given.megabytes << 20)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        vault = FolderVault(folder / "vault", KeyringFile.find_or_make(folder / "vault.keys"))
        best: dict[str, float] = {}
        for _ in range(given.rounds):
            payload_id = new_payload_id()
            for what, work in (
                ("plain", lambda: plain(text)),
                ("seal", lambda: vault.seal(payload_id, pieces(text))),  # noqa: B023 - run at once
                ("open", lambda: read(vault, payload_id)),  # noqa: B023 - run at once
            ):
                best[what] = min(best.get(what, 1e9), seconds(work))
            vault.shred(payload_id)
        for what, took in best.items():
            print(f"{what:6} {given.megabytes / took:8,.0f} MB a CPU second")
        print(f"seal / plain: {best['seal'] / best['plain']:.2f}")
        small(vault)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where the vault is made")
    return parser.parse_args()


def plain(text: bytes) -> None:
    """Encrypted in frames, and digested, in memory."""
    gcm, digest = AESGCM(bytes(32)), hashlib.sha256()
    for number, piece in enumerate(pieces(text)):
        digest.update(piece)
        gcm.encrypt(number.to_bytes(12), piece, b"")


def pieces(text: bytes) -> list[memoryview]:
    """As a stream brings them."""
    view = memoryview(text)
    return [view[start : start + FRAME] for start in range(0, len(text), FRAME)]


def read(vault: FolderVault, payload_id: str) -> None:
    """All of it, frame by frame."""
    with vault.open(payload_id) as payload:
        for _ in payload:
            pass


def small(vault: FolderVault) -> None:
    """What is fixed: a payload of 1,000 bytes, by the clock too, since the disk is most of it."""
    count = 200
    ids = [new_payload_id() for _ in range(count)]
    for what, work in (
        ("seal", lambda payload_id: vault.seal(payload_id, [b"x" * 1000])),
        ("open", lambda payload_id: read(vault, payload_id)),
        ("shred", vault.shred),
    ):
        began, cpu = time.perf_counter(), time.thread_time()
        for payload_id in ids:
            work(payload_id)
        took, worked = time.perf_counter() - began, time.thread_time() - cpu
        each = f"{1e3 * took / count:8.2f} ms, {1e3 * worked / count:.2f} of CPU"
        print(f"{what:6} {each}, a payload of 1,000 bytes")


def seconds(work: Callable[[], object]) -> float:
    """Of this thread's CPU."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


if __name__ == "__main__":
    main()
