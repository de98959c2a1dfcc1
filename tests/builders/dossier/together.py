"""Lets several requests arrive at one place before any of them goes on: races that happen every time."""

import asyncio
from typing import Any

import pytest


def meet_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, parties: int) -> None:
    """Hold each call of a method until so many have come."""
    barrier, method = asyncio.Barrier(parties), getattr(owner, name)

    async def met(*told: Any, **named: Any) -> Any:
        await barrier.wait()
        return await method(*told, **named)

    monkeypatch.setattr(owner, name, met)
