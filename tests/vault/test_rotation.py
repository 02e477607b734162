"""Keys change while another process reads and seals: nothing is ever unreadable."""

import subprocess
import sys
from pathlib import Path

from scrubjay.testing.contracts.vault import text_of
from scrubjay.vault import FRAME, new_payload_id
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import KeyringFile

READER = """
import sys
from scrubjay.testing.contracts.vault import text_of
from scrubjay.vault import new_payload_id
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.keyring import KeyringFile

vault = FolderVault(sys.argv[1], KeyringFile(sys.argv[2]))
known = {payload_id: vault.verify(payload_id).digest for payload_id in vault.payload_ids()}
print("ready", flush=True)
rounds = 0
while not sys.stdin.closed:
    sealed = vault.seal(new_payload_id(), [text_of(rounds)])
    known[sealed.payload_id] = sealed.digest
    for payload_id, digest in known.items():
        assert vault.verify(payload_id).digest == digest
    rounds += 1
    print(rounds, flush=True)
    if not sys.stdin.readline().strip():
        break
print(" ".join(known), flush=True)
"""


def test_while_keys_are_rotated_rewrapped_and_retired(tmp_path: Path) -> None:
    """A process that does nothing but read and seal never notices."""
    ring = KeyringFile.find_or_make(tmp_path / "vault.keys")
    vault = FolderVault(tmp_path / "vault", ring)
    for size in (0, 10, FRAME, 3 * FRAME + 1):
        vault.seal(new_payload_id(), [text_of(size)])
    words = [sys.executable, "-c", READER, str(tmp_path / "vault"), ring.path]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"ready\n"
        for number in range(1, 8):
            old = ring.current()
            ring.rotate()
            while vault.rewrap().moved:
                pass
            assert reader.stdout.readline() == b"%d\n" % number
            # It may have sealed with the old key until this line.
            while vault.rewrap().moved:
                pass
            assert {key_id for _, key_id in vault.wrapped_with()} == {ring.current()}
            ring.retire(old)
            reader.stdin.write(b"go on\n")
            reader.stdin.flush()
        reader.stdin.close()
        known = reader.stdout.read().split()[1:]
        assert reader.wait() == 0
    assert len(known) == 4 + 8
    assert len(ring.listed()) == 1
    assert all(vault.verify(payload_id.decode()) for payload_id in known)
    vault.close()
