"""A language model that reads from a script, for tests of everything around it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from reception.errors import ReceptionError
from reception.inference.language_model import Completion, Listener, Request

#: What the patient says → the frame, as the model writes it.
SCRIPT = {
    "hello": "greet",
    "bye": "goodbye",
    "can you say that again": "repeat",
    "I want to speak to a person": "speak_to_staff",
    "I'd like a check-up on Tuesday": "book_appointment; appointment_type: check-up; date: Tuesday",
    "when are you open": "practice_question; topic: open",
    "I want to cancel my appointment": "cancel_appointment",
    "Mary Jones": "inform; patient_name: Mary Jones",
    "March 3, 1980": "inform; date_of_birth: March 3, 1980",
    "the first one": "inform; choice: first one",
    "yes": "affirm",
    "no": "deny",
}


class ScriptedModel:
    """Answers from a script (out_of_scope otherwise) after `pause` seconds; fails while `trouble` is set."""

    def __init__(self, script: Mapping[str, str] | None = None) -> None:
        self.script = {**SCRIPT, **(script or {})}
        self.asked: list[str] = []
        self.prompts: list[str] = []
        self.read_ahead: list[str] = []
        self.pause = 0.0
        self.paused = asyncio.Event()
        self.trouble: ReceptionError | None = None

    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        await self.ready()
        if request.max_tokens == 0:
            self.read_ahead.append(str(request.prompt))
            return Completion("", 1.0, 0, 1.0)
        found = re.search(r"patient: (.*)\nframe:$", str(request.prompt))
        said = found[1] if found else ""
        self.asked.append(said)
        self.prompts.append(str(request.prompt))
        if self.pause:
            self.paused.set()
            await asyncio.sleep(self.pause)
        return Completion(f" {self.script.get(said, 'out_of_scope')}\n", 0.9, 8, 1.0)

    async def ready(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    async def close(self) -> None:
        self.trouble = None
