"""Pieces cross from the loop to a thread: in order, as asked for, with their errors."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from scrubjay.doors import UploadError
from scrubjay.doors.threads import in_thread


async def test_all_pieces_come_in_order_and_no_sooner_than_asked_for() -> None:
    made: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(100):
            made.append(number)
            yield b"%d " % number

    loop = asyncio.get_running_loop()

    def read() -> bytes:
        arriving = in_thread(pieces(), loop)
        first = next(arriving)
        assert made == [0]
        return first + b"".join(arriving)

    assert await asyncio.to_thread(read) == b"".join(b"%d " % number for number in range(100))


async def test_an_error_on_the_way_is_raised_in_the_thread() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        raise UploadError("UPLOAD_CUT")

    loop = asyncio.get_running_loop()
    with pytest.raises(UploadError, match="UPLOAD_CUT"):
        await asyncio.to_thread(lambda: list(in_thread(pieces(), loop)))
