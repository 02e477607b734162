"""Pieces that arrive on an event loop, for who reads them in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

__all__ = ["in_thread"]


def in_thread(pieces: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
    """The same pieces, one at a time as they are asked for; errors come through as they are.

    To be read in another thread than that of the loop, which must keep running::

        loop = asyncio.get_running_loop()
        await asyncio.to_thread(lambda: arrive(in_thread(pieces, loop)))
    """
    while True:
        try:
            yield asyncio.run_coroutine_threadsafe(_next(pieces), loop).result()
        except StopAsyncIteration:
            return


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    return await anext(pieces)
