"""Postgres ring: a simulated call in a terminal, its lines given."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reception.carrier.caller import Caller
from reception.carrier.terminal import hold_call
from tests.carrier.conftest import Line, Serve
from tests.channels.conftest import NUMBER

pytestmark = pytest.mark.postgres


async def shown(line: Line, lines: Sequence[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What a call with these lines writes."""
    capsys.readouterr()
    await hold_call(line.service.settings, line.base, Caller("+12125550111", NUMBER), lines)
    return [one for one in capsys.readouterr().out.splitlines() if not one.startswith("20")]  # the log


async def test_a_call_is_written_down_as_it_goes(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    written = await shown(line, ["when are you open", "bye"], capsys)
    assert written[0].startswith("Desk: Hello, this is the automated assistant of Harbor Clinic.")
    assert written[1] == "Caller: when are you open"
    assert written[2].startswith("Desk: Our opening hours are")
    assert written[3] == "Caller: bye"
    assert written[-1] == "(the desk hung up)"


async def test_the_caller_may_interrupt_press_keys_and_lose_the_connection(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["/drop", "I'd like a check-up on Tuesday", "/interrupt can you say that again", "#1", "/hangup"]
    written = "\n".join(await shown(line, lines, capsys))
    assert "(the session failed: Twilio's error 64105)" in written and "cut off" in written
    assert " —" in written  # the offers were interrupted
    assert "name" in written.split("Caller: #1")[1]
    assert written.endswith("(the caller hung up)")


async def test_what_a_caller_cannot_do_is_said(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    async with serve(twilio_relay=False) as line:
        lines = ["/fly", "/press x", "/drop", "/help"]
        await hold_call(line.service.settings, line.base, Caller("anonymous", NUMBER), lines)
    wrong = capsys.readouterr()
    assert "/fly is nothing that a caller can do" in wrong.err and "Keys are 0 to 9" in wrong.err
    assert "no WebSocket" in wrong.err and "/silence" in wrong.out
