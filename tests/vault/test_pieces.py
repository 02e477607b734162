"""Whatever a payload is cut into, and whatever range is asked for, the bytes are those sealed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.testing.contracts.vault import text_of
from scrubjay.vault import FRAME, new_payload_id
from scrubjay.vault.folder import FolderVault
from scrubjay.vault.memory import MemoryKeys

NEAR = st.sampled_from([0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME])
LENGTHS = st.lists(NEAR | st.integers(0, FRAME * 2), max_size=6)


@given(lengths=LENGTHS, data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_pieces_and_any_range(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], data: st.DataObject
) -> None:
    """Pieces of no length, of a frame, of anything between; ranges within, over and beyond."""
    vault = FolderVault(tmp_path_factory.mktemp("vault"), MemoryKeys())
    text = text_of(sum(lengths))
    ends = [sum(lengths[: n + 1]) for n in range(len(lengths))]
    pieces = [text[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    payload_id = new_payload_id()
    assert vault.seal(payload_id, pieces).size == len(text)
    with vault.open(payload_id) as payload:
        assert b"".join(payload) == text
        for _ in range(10):
            start = data.draw(NEAR | st.integers(0, len(text) + 10))
            length = data.draw(NEAR | st.integers(0, len(text) + 10))
            assert payload.read(start, length) == text[start : start + length]
    vault.shred(payload_id)
    vault.close()
