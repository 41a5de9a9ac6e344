"""Reads one turn: the model's frame, or two where two wishes were said, put right by what was asked."""

from __future__ import annotations

from typing import Protocol

from reception.dialogue.meaning import Frame
from reception.inference.language_model import Priority
from reception.understanding.expected import complete
from reception.understanding.interpret import Setting
from reception.understanding.wishes import Halves, may_be_second, together


class Understands(Protocol):
    """What turns words into a frame."""

    async def understand(
        self,
        desk: str,
        patient: str,
        setting: Setting,
        *,
        priority: Priority = ...,
        conversation: str = ...,
        deadline: float | None = ...,
    ) -> Frame: ...

    def halves(self, desk: str, patient: str, expects: str | None, language: str) -> Halves | None: ...


async def read(
    understander: Understands,
    desk: str,
    expects: str | None,
    heard: str,
    setting: Setting,
    *,
    priority: Priority,
    conversation: str,
    deadline: float,
) -> tuple[Frame, str]:
    """What was meant by `heard`, said after `desk` asked for `expects`, and the words of the main wish.

    Raises what the model raises: Busy, Late, Unavailable, ModelMissing.
    """

    async def understand(desk: str, expects: str | None, words: str) -> Frame:
        frame = await understander.understand(
            desk, words, setting, priority=priority, conversation=conversation, deadline=deadline
        )
        return complete(frame, expects, words, desk, setting)

    cut = understander.halves(desk, heard, expects, setting.language)
    if cut is None:
        return await understand(desk, expects, heard), heard
    second = await understand("" if cut.answers else desk, "request", cut.second)
    both = None
    if may_be_second(second):
        first = await understand(desk, expects, cut.first)
        both = together(cut, first, second, setting.language)
    return both or (await understand(desk, expects, heard), heard)
