"""What a process freed is given back, though a block that stays lies behind it."""

import asyncio
import ctypes

import psutil
import pytest

from kernel.allocator import keep_giving_back

MEGABYTE = 2**20
BLOCK = 60_000
"""Bytes: large enough for the C library's heap, too small for pages of its own."""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what was freed")
async def test_freed_memory_goes_back_to_the_system() -> None:
    blocks = [bytes([1]) * BLOCK for _ in range(2_000)]
    stays = blocks[::100]
    del blocks
    before = psutil.Process().memory_info().rss
    stopping = asyncio.Event()
    giving = asyncio.create_task(keep_giving_back(stopping, every_seconds=0.01))
    async with asyncio.timeout(10):
        while psutil.Process().memory_info().rss > before - 80 * MEGABYTE:
            await asyncio.sleep(0.01)
    stopping.set()
    await giving
    assert len(stays) == 20
