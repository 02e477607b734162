"""Whatever is done to a sealed file, no byte of it is given away as if nothing had happened."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from scrubjay.testing.contracts.vault import text_of
from scrubjay.vault import FRAME, PayloadRefusedError
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.frames import HEADER_BYTES
from vault.sealed import frames_of, key_file, opened, payload_file, seal

MUTATIONS = 10_000
SIZE = 2 * FRAME + 17

Mutation = Callable[[Random, list[bytes], list[bytes]], list[bytes]]


def bit_flipped(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """One bit of one frame, or of the header."""
    at = chance.randrange(len(mine))
    changed = bytearray(mine[at])
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return [*mine[:at], bytes(changed), *mine[at + 1 :]]


def cut(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """The file ends at any byte."""
    whole = b"".join(mine)
    return [whole[: chance.randrange(len(whole))]]


def cut_between(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """The file ends where a frame does."""
    return mine[: chance.randrange(len(mine))]


def grown(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """Something stands behind the last frame."""
    return [*mine, chance.randbytes(chance.choice([1, 15, 16, 17, 1000]))]


def swapped(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """Two frames have changed places."""
    one, other = chance.sample(range(1, len(mine)), 2)
    changed = list(mine)
    changed[one], changed[other] = mine[other], mine[one]
    return changed


def dropped(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """A frame is not there."""
    at = chance.randrange(len(mine))
    return mine[:at] + mine[at + 1 :]


def doubled(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """A frame is there twice."""
    at = chance.randrange(1, len(mine))
    return mine[: at + 1] + mine[at:]


def from_another(chance: Random, mine: list[bytes], other: list[bytes]) -> list[bytes]:
    """A frame, or the header, is that of another payload at the same place."""
    at = chance.randrange(len(mine))
    return [*mine[:at], other[at], *mine[at + 1 :]]


def overwritten(chance: Random, mine: list[bytes], _: list[bytes]) -> list[bytes]:
    """A stretch of the file is something else."""
    whole = bytearray(b"".join(mine))
    at = chance.randrange(len(whole) - 64)
    whole[at : at + 64] = chance.choice([bytes(64), chance.randbytes(64)])
    return [bytes(whole)]


KINDS: tuple[Mutation, ...] = (
    bit_flipped,
    cut,
    cut_between,
    grown,
    swapped,
    dropped,
    doubled,
    from_another,
    overwritten,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_mutation_is_read(kind: Mutation, tmp_path: Path) -> None:
    """By each kind its share of 10,000; any single frame that is still read is the right one."""
    chance = Random(f"{kind.__name__} 1")  # noqa: S311 - the same each time
    with opened(tmp_path) as vault:
        mine, other = seal(vault, SIZE), seal(vault, SIZE)
        file = payload_file(tmp_path, mine.payload_id)
        frames = frames_of(file.read_bytes())
        others = frames_of(payload_file(tmp_path, other.payload_id).read_bytes())
        whole = b"".join(frames)
        for trial in range(-(-MUTATIONS // len(KINDS))):
            changed = b"".join(kind(chance, frames, others))
            assert changed != whole, (kind, trial)
            file.write_bytes(changed)
            assert refused(vault, mine.payload_id), (kind, trial)


def refused(vault: FolderVault, payload_id: str) -> bool:
    """Reading all of it ends in the one error; what came before is what was sealed."""
    text = bytearray()
    try:
        with vault.open(payload_id) as payload:
            for piece in payload:
                text += piece
    except PayloadRefusedError:
        return text == text_of(SIZE)[: len(text)]
    return False


def test_a_range_beside_the_damage_is_still_the_right_one(tmp_path: Path) -> None:
    """What a reader gets is authenticated frame by frame, and so is the end."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, SIZE)
        file = payload_file(tmp_path, sealed.payload_id)
        damaged = bytearray(file.read_bytes())
        damaged[HEADER_BYTES + 5] ^= 1
        file.write_bytes(damaged)
        with vault.open(sealed.payload_id) as payload:
            assert payload.read(FRAME, 100) == text_of(SIZE)[FRAME : FRAME + 100]
            with pytest.raises(PayloadRefusedError):
                payload.read(FRAME - 1, 2)


@pytest.mark.parametrize("size", [0, 1, FRAME, 2 * FRAME])
def test_a_key_of_another_payload_opens_nothing(tmp_path: Path, size: int) -> None:
    """Neither the key alone nor the key with its file, since each is bound to its id."""
    with opened(tmp_path) as vault:
        mine, other = seal(vault, size), seal(vault, size)
        own_key = key_file(tmp_path, mine.payload_id).read_bytes()
        foreign = key_file(tmp_path, other.payload_id).read_bytes()
        file = payload_file(tmp_path, mine.payload_id)
        key_file(tmp_path, mine.payload_id).write_bytes(foreign)
        with pytest.raises(PayloadRefusedError):
            vault.open(mine.payload_id)
        file.write_bytes(payload_file(tmp_path, other.payload_id).read_bytes())
        with pytest.raises(PayloadRefusedError):
            vault.open(mine.payload_id)
        key_file(tmp_path, mine.payload_id).write_bytes(own_key)
        with pytest.raises(PayloadRefusedError):
            vault.open(mine.payload_id)


def test_no_mutation_of_a_wrapped_key_opens_anything(tmp_path: Path) -> None:
    """Every bit of the line, and every length of it."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, 100)
        file = key_file(tmp_path, sealed.payload_id)
        line = file.read_bytes()
        flipped = [flip(line, bit) for bit in range(8 * len(line))]
        for changed in [*flipped, *(line[:length] for length in range(len(line)))]:
            file.write_bytes(changed)
            with pytest.raises(PayloadRefusedError):
                vault.open(sealed.payload_id)


def flip(line: bytes, bit: int) -> bytes:
    """The line with one bit other."""
    changed = bytearray(line)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_refusal_reads_the_same(tmp_path: Path) -> None:
    """A forger learns from the error that it is refused, and nothing else."""
    with opened(tmp_path) as vault:
        said = set()
        chance = Random(1)  # noqa: S311 - the same each time
        for kind in KINDS:
            mine, other = seal(vault, SIZE), seal(vault, SIZE)
            file = payload_file(tmp_path, mine.payload_id)
            frames = frames_of(file.read_bytes())
            others = frames_of(payload_file(tmp_path, other.payload_id).read_bytes())
            file.write_bytes(b"".join(kind(chance, frames, others)))
            with pytest.raises(PayloadRefusedError) as failure:
                vault.verify(mine.payload_id)
            said.add(str(failure.value).replace(mine.payload_id, "ID"))
    assert len(said) == 1


def test_a_payload_of_an_unknown_version_is_refused(tmp_path: Path) -> None:
    """Whoever writes another format writes another name for it."""
    with opened(tmp_path) as vault:
        sealed = seal(vault, 10)
        file = payload_file(tmp_path, sealed.payload_id)
        file.write_bytes(b"SJVAULT2" + file.read_bytes()[8:])
        with pytest.raises(PayloadRefusedError):
            vault.open(sealed.payload_id)
