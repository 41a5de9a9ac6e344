"""Text messages by way of Twilio: one conversation per sender and practice, while it is open and not too old.

What the carriers demand (STOP, START, HELP) is obeyed before anything else, and a text of ours that asked
something (a reminder, an offer) is answered in a conversation that begins with it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from weakref import WeakValueDictionary

import structlog
from litestar import Response, post

from reception.channels.calls import CALLER, practice_called, practice_of, words_of
from reception.channels.given import GivenService
from reception.channels.incoming import readable
from reception.channels.metrics import CONVERSATIONS, measured_turn
from reception.channels.signatures import Form, GivenForm
from reception.channels.twiml import text_messages
from reception.dialogue.safety import is_emergency
from reception.errors import Busy, Closed, Invalid, NotFound, ReceptionError, Unavailable
from reception.messaging.incoming import ANSWERABLE, leave_to_staff, obey
from reception.messaging.keywords import keyword
from reception.practice import Practice
from reception.service import Service
from reception.turn import MAX_TEXT

log = structlog.get_logger()

#: After so long without a word the next text begins a new conversation: who was identified is asked again.
IDLE = timedelta(hours=6)

#: One text at a time per sender: two at once must not open two conversations.
_senders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


@post("/sms")
async def sms(form: GivenForm, service: GivenService) -> Response[str]:
    """A text message; the same message again gives the same answer and changes nothing."""
    sender, called = form.first("From"), form.first("To")
    lock = _senders.setdefault(f"{called} {sender}", asyncio.Lock())
    try:
        if not CALLER.fullmatch(sender):
            raise Unavailable("The sender has no number to answer to.")
        async with lock:
            answers = await _answers(service, form)
    except NotFound:  # nobody's number, where there are several practices: nobody can answer for it
        log.warning("sms_to_nobody", message=form.first("MessageSid")[:64])
        answers = []
    except Busy:  # a machine that answers our answers: no more words for it
        log.warning("texts_too_many", message=form.first("MessageSid")[:64])
        answers = []
    except Invalid:
        practice = await practice_of(service, called)
        answers = [words_of(service, practice).say("text_only", practice)]
    except ReceptionError as error:
        log.warning("sms_failed", error=type(error).__name__)
        practice = service.known_practice(called)
        answers = [words_of(service, practice).say("away_text", practice)]
    return Response(text_messages(answers), status_code=200, media_type="application/xml")


async def _answers(service: Service, form: Form) -> list[str]:
    """What is answered, now or when the same message came before."""
    sid, sender, text = form.first("MessageSid"), form.first("From"), form.first("Body")[:MAX_TEXT]
    practice = await practice_called(service, form.first("To"))
    word = keyword(text, form.first("OptOutType"))
    async with service.database.transaction() as store:
        before = await store.received_text(sid) if sid else None
        if before is not None:
            return before
        if word is not None:
            answer = await obey(store, practice, sender, word, text, service.settings.prompts_dir)
            answers = [] if form.first("OptOutType") else [answer]  # the carrier has answered itself
            await store.note_received_text(practice.id, sid, answers)
            return answers
        # Who wants no texts gets none, but for the number to call in an emergency.
        unanswered = not is_emergency(text) and await store.opted_out(practice.id, sender)
    await service.limits.text(sender)
    if unanswered:
        async with service.database.transaction() as store:
            await leave_to_staff(store, practice, sender, text, service.settings.prompts_dir)
            await store.note_received_text(practice.id, sid, [])
        return []
    message_id = str(uuid5(NAMESPACE_URL, f"twilio:{sid}"))
    with measured_turn("sms"):
        answers = await _desk_answers(service, practice, form, readable(text), message_id)
    async with service.database.transaction() as store:
        await store.note_received_text(practice.id, sid, answers)
    return answers


async def _desk_answers(
    service: Service, practice: Practice, form: Form, text: str, message_id: str
) -> list[str]:
    """The desk's texts: in the sender's conversation, or in a new one with the greeting before."""
    sender = form.first("From")
    conversation_id = await _conversation(service, practice, sender)
    if conversation_id is not None:
        with suppress(Closed):  # the next one begins
            return await _hear(service, conversation_id, text, message_id)
    await service.limits.practice(practice.slug)
    started = await service.desk.beginnings.start(
        channel="sms", caller=sender, called_number=form.first("To"), even_off=is_emergency(text)
    )
    CONVERSATIONS.labels("sms").inc()
    greeting = [message.text for message in started.messages]
    if started.status == "closed":  # the practice answers itself at the moment
        return greeting
    return greeting + await _hear(service, started.id, text, message_id)


async def _conversation(service: Service, practice: Practice, sender: str) -> UUID | None:
    """The conversation this text belongs to: the one in which we spoke last, or one about what we asked."""
    async with service.database.transaction() as store:
        latest = await store.latest_conversation_used(practice.id, "sms", sender, IDLE)
        asked = await store.open_question(practice.id, sender, ANSWERABLE)
    if asked is not None and (latest is None or latest[1] < asked[1]):
        started = await service.desk.beginnings.start_with_text(asked[0])
        if started is not None:
            CONVERSATIONS.labels("sms").inc()
            return started.id
    return None if latest is None else latest[0]


async def _hear(service: Service, conversation_id: UUID, text: str, message_id: str) -> list[str]:
    heard = await service.desk.hear(conversation_id, text, message_id)
    service.hub.changed(conversation_id)
    return [message.text for message in heard.messages]
