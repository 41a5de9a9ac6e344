"""Whether a caller agrees to a question that is the phone's own, and not the desk's."""

from __future__ import annotations

from reception.dialogue.meaning import SURE, Intent
from reception.errors import ReceptionError
from reception.inference.language_model import Priority
from reception.practice import Practice
from reception.service import Service
from reception.understanding.interpret import Setting
from reception.utterance import PHONE_DEADLINE


async def agrees(service: Service, practice: Practice, question: str, words: str) -> bool | None:
    """True for a plain yes and False for a plain no; None for anything else, and where nobody can tell."""
    setting = Setting(service.clock.now(practice.time_zone), practice, practice.languages[0])
    try:
        frame = await service.understander.understand(
            question, words, setting, priority=Priority.PHONE, deadline=PHONE_DEADLINE
        )
    except ReceptionError:
        return None
    if frame.slots or frame.confidence < SURE or frame.intent not in (Intent.AFFIRM, Intent.DENY):
        return None
    return frame.intent is Intent.AFFIRM
