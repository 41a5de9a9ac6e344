"""Unit ring: turns at once are bounded, the rest wait in line, and who can't be served learns it early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from reception import admission
from reception.admission import LINE, Admission
from reception.errors import Overloaded


@asynccontextmanager
async def busy(line: Admission, turns: int, channel: str = "chat") -> AsyncIterator[list[str]]:
    """So many turns that do not end before the block does; the list tells which of them run."""
    running: list[str] = []
    over = asyncio.Event()

    async def one(name: str) -> None:
        async with line.turn(channel):
            running.append(name)
            await over.wait()

    tasks = [asyncio.create_task(one(f"{channel}-{number}")) for number in range(turns)]
    await asyncio.sleep(0)
    try:
        yield running
    finally:
        over.set()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_so_many_at_once_and_the_others_in_order() -> None:
    line, order = Admission(2), []

    async def one(name: str) -> None:
        async with line.turn("chat"):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(name) for name in "abcdef"))
    assert order == list("abcdef")


async def test_the_phone_goes_before_the_chat() -> None:
    line, order = Admission(1), []

    async def one(channel: str) -> None:
        async with line.turn(channel):
            order.append(channel)

    async with busy(line, 1):
        waiting = [asyncio.create_task(one(channel)) for channel in ("chat", "phone")]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == ["phone", "chat"]


async def test_a_full_line_refuses_at_once_and_says_when_to_try_again() -> None:
    line = Admission(2)
    async with busy(line, 2 + 2 * LINE) as running:
        with pytest.raises(Overloaded) as refused:
            async with line.turn("phone"):
                pass
        assert refused.value.status == 503 and refused.value.retry_after >= 1
        assert len(running) == 2
    async with line.turn("chat"):
        pass


async def test_an_emergency_waits_for_nobody() -> None:
    line = Admission(1)
    async with busy(line, 1 + LINE), line.turn("phone", urgent=True):
        pass


async def test_new_conversations_wait_outside_before_the_line_is_full() -> None:
    line = Admission(4)
    async with busy(line, 4 + LINE):
        line.begin("chat")
    async with busy(line, 4 + 2 * LINE):
        with pytest.raises(Overloaded):
            line.begin("chat")
    line.begin("chat")


async def test_nobody_waits_in_line_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "CHAT_PATIENCE", 0.02)
    line = Admission(1)
    async with busy(line, 1):
        with pytest.raises(Overloaded):
            async with line.turn("chat"):
                pass
    async with line.turn("chat"):
        pass


async def test_who_leaves_the_line_takes_no_place_along() -> None:
    line = Admission(1)
    async with busy(line, 1):
        leaving = asyncio.create_task(anext(line.turn("chat").gen))  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    for _ in range(3):
        async with line.turn("chat"):
            pass


async def test_a_turn_that_fails_makes_room_too() -> None:
    line = Admission(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            async with line.turn("chat"):
                raise ValueError("no")
