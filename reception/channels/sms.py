"""Text messages by way of Twilio: one conversation per sender and practice, for as long as it is open."""

from __future__ import annotations

import asyncio
from uuid import NAMESPACE_URL, UUID, uuid5
from weakref import WeakValueDictionary

import structlog
from litestar import Response, post

from reception.channels.calls import CALLER, practice_of, words_of
from reception.channels.given import GivenService
from reception.channels.incoming import readable
from reception.channels.metrics import CONVERSATIONS, measured_turn
from reception.channels.signatures import GivenForm
from reception.channels.twiml import text_messages
from reception.errors import Closed, Invalid, ReceptionError, Unavailable
from reception.service import Service
from reception.turn import MAX_TEXT

log = structlog.get_logger()

#: One text at a time per sender: two at once must not open two conversations.
_senders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


@post("/sms")
async def sms(form: GivenForm, service: GivenService) -> Response[str]:
    """A text message; the same message again gives the same answer and changes nothing."""
    sender, called = form.first("From"), form.first("To")
    message_id = str(uuid5(NAMESPACE_URL, f"twilio:{form.first('MessageSid')}"))
    lock = _senders.setdefault(f"{called} {sender}", asyncio.Lock())
    try:
        text = readable(form.first("Body")[:MAX_TEXT])
        async with lock:
            with measured_turn("sms"):
                answers = await _answers(service, called, sender, text, message_id)
    except Invalid:
        practice = await practice_of(service, called)
        answers = [words_of(service, practice).say("text_only", practice)]
    except ReceptionError as error:
        log.warning("sms_failed", error=type(error).__name__)
        practice = service.known_practice(called)
        answers = [words_of(service, practice).say("away_text", practice)]
    return Response(text_messages(answers), status_code=200, media_type="application/xml")


async def _answers(service: Service, called: str, sender: str, text: str, message_id: str) -> list[str]:
    """The desk's texts: in the sender's conversation, or in a new one with the greeting before."""
    if not CALLER.fullmatch(sender):
        raise Unavailable("The sender has no number to answer to.")
    latest = await _latest(service, called, sender)
    if latest is not None:
        try:
            return await _hear(service, latest, text, message_id)
        except Closed:
            pass  # the next one begins
    started = await service.desk.start(channel="sms", caller=sender, called_number=called)
    CONVERSATIONS.labels("sms").inc()
    greeting = [message.text for message in started.messages]
    return greeting + await _hear(service, started.id, text, message_id)


async def _hear(service: Service, conversation_id: UUID, text: str, message_id: str) -> list[str]:
    heard = await service.desk.hear(conversation_id, text, message_id)
    service.hub.changed(conversation_id)
    return [message.text for message in heard.messages]


async def _latest(service: Service, called: str, sender: str) -> UUID | None:
    practice = await service.practice(called)
    async with service.database.transaction() as store:
        return await store.latest_conversation(practice.id, "sms", sender)
