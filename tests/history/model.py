"""A language model for the phrases that the history's people use, with no weights and no delay."""

from __future__ import annotations

import asyncio
import re

from reception.errors import ReceptionError
from reception.inference.language_model import Completion, Listener, Request

_DAY, _CLOCK = r"(?P<date>[A-Z]\w+ \d+)", r"(?P<time>\d+:\d+ [AP]M)"
#: What is said → its intent; the named groups are the slots.
PHRASES = [
    (
        rf"I'd like a (?P<appointment_type>.+) on {_DAY} at {_CLOCK} with (?P<practitioner>.+)",
        "book_appointment",
    ),
    (rf"I'd like a (?P<appointment_type>.+) on {_DAY}", "book_appointment"),
    (rf"I have to move my appointment to {_DAY} at {_CLOCK}", "reschedule_appointment"),
    (r"I want to cancel my appointment", "cancel_appointment"),
    (r"I'd like to leave a message", "leave_message"),
    (r"My name is (?P<patient_name>.+)", "inform"),
    (r"I was born on (?P<date_of_birth>.+)", "inform"),
    (r"It is about (?P<reason>.+)", "inform"),
    (rf"on {_DAY} at {_CLOCK}", "inform"),
    (r"the (?P<choice>\w+ one)", "inform"),
    (r"yes, please", "affirm"),
    (r"no, thank you", "deny"),
    (r"goodbye", "goodbye"),
    (r".*", "inform"),
]
_ORDER = (
    ["practitioner", "appointment_type", "reason", "date", "time", "patient_name", "date_of_birth", "choice"]
)  # fmt: skip


class PhraseModel:
    """Reads the phrases above, one after the other; anything else is information without a slot.

    `pause` is how many seconds each takes.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self.trouble: ReceptionError | None = None
        self._pause = pause
        self._reading = asyncio.Lock()

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        if request.max_tokens == 0:
            return Completion("", 1.0, 0, 0.0)
        if self._pause:
            async with self._reading:
                await asyncio.sleep(self._pause)
        found = re.search(r"patient: (.*)\nframe:$", str(request.prompt))
        return Completion(f" {frame_of(found[1] if found else '')}\n", 0.95, 8, 0.0)

    async def ready(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    async def close(self) -> None: ...


def frame_of(words: str) -> str:
    """The frame as the desk's own model writes it."""
    for pattern, intent in PHRASES:
        match = re.fullmatch(pattern, words)
        if match:
            slots = {name: value for name, value in match.groupdict().items() if value}
            return "; ".join([intent, *(f"{name}: {slots[name]}" for name in _ORDER if name in slots)])
    return "inform"
