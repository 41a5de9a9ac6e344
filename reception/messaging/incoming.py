"""A text message that is no matter of the desk's: STOP, START and HELP, and what comes after a STOP."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from reception.database.store import Store
from reception.messaging.keywords import Keyword, is_bare_cancel
from reception.messaging.text_words import text_words_of
from reception.practice import Practice

#: For how long a question by text can be answered.
ANSWERABLE = timedelta(days=14)


async def obey(
    store: Store, practice: Practice, number: str, word: Keyword, text: str, prompts_dir: Path
) -> str:
    """Does what the word asks for, and returns what to answer; again changes nothing.

    A bare CANCEL in answer to a reminder stops the texts, as the carrier does so whatever we want, and
    staff are told that the patient may have meant the appointment.
    """
    words = text_words_of(prompts_dir, practice)
    if word == "help":
        return words.say(
            "help", practice=practice.name, phone=practice.phone, number=practice.emergency_number
        )
    if word == "start":
        await store.opt_in(practice.id, number)
        return words.say("started", practice=practice.name)
    if is_bare_cancel(text):
        await _perhaps_the_appointment(store, practice, number, prompts_dir)
    await store.opt_out(practice.id, number)
    return words.say("stopped", practice=practice.name)


async def leave_to_staff(store: Store, practice: Practice, number: str, text: str, prompts_dir: Path) -> None:
    """Files what somebody wrote who wants no texts: a person reads it, as no text may answer it."""
    words = text_words_of(prompts_dir, practice).say("unanswered", number=number, text=text.strip())
    await store.file_request(practice.id, "message", {"text": words}, "routine", None, None)


async def _perhaps_the_appointment(store: Store, practice: Practice, number: str, prompts_dir: Path) -> None:
    if await store.opted_out(practice.id, number):
        return  # told before
    found = await store.open_question(practice.id, number, ANSWERABLE)
    question = None if found is None else await store.question(found[0])
    if question is None or question.kind != "reminder":
        return
    words = text_words_of(prompts_dir, practice)
    when = words.when(datetime.fromisoformat(question.about["start"]).astimezone(practice.time_zone))
    details = {"words": words.say("stopped_by_cancel", number=number, when=when)}
    appointment = question.appointment_id and await store.appointment(practice.id, question.appointment_id)
    patient = appointment.patient.id if appointment and appointment.patient else None
    await store.file_request(practice.id, "staff", details, "routine", patient, None)
