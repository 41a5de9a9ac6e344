"""The phone by way of Twilio: a call comes in, and is rung through or answered by the desk."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response, Router, post
from litestar.di import Provide

from reception.channels import twiml
from reception.channels.agreement import agrees
from reception.channels.call_form import GivenCall, caller_of, live_form, xml
from reception.channels.calls import (
    crowded_menu,
    practice_called,
    practice_of,
    rings_through,
    speakable,
    talk_of,
    unavailable,
    words_of,
)
from reception.channels.crowded import crowded
from reception.channels.gathering import answered, begin, gather, hear
from reception.channels.given import GivenService
from reception.channels.line import relay
from reception.channels.metrics import CONVERSATIONS
from reception.channels.phone_words import PhoneWords
from reception.channels.proxies import public_base
from reception.channels.receipts import sms_status
from reception.channels.signatures import Form, signed_form
from reception.channels.sms import sms
from reception.channels.transfers import accept, after_relay, after_transfer, whisper
from reception.channels.voicemail import recording, status, transcript, voicemail
from reception.errors import Busy, Invalid, NotFound, Overloaded, ReceptionError
from reception.practice import Practice
from reception.service import Service
from reception.turn import MAX_TEXT

log = structlog.get_logger()

Received = Request[Any, Any, Any]

#: The question before a call that is recorded; its answer is no step of the talk unless it is more than that.
CONSENT = "consent"
_KEYS = {"1": True, "2": False}


@post("/voice")
async def voice(request: Received, form: GivenCall, service: GivenService) -> Response[str]:
    """A call comes in; the same call again goes on in its conversation."""
    base, called, call = public_base(request, service.settings), form.first("To"), form.first("CallSid")
    try:
        return xml(await _answer(service, base, form, await practice_called(service, called)))
    except NotFound:
        log.warning("called_number_unknown", call=call)
        sentence = words_of(service, None).say("unknown_number")
        return xml(twiml.farewell(talk_of(service, base, None), sentence))
    except Busy:
        log.warning("calls_too_many", call=call)
        return xml(twiml.busy())
    except Overloaded:
        known = service.known_practice(called)
        return xml(crowded_menu(service, talk_of(service, base, known), known))
    except ReceptionError as error:
        log.warning("call_failed", call=call, error=type(error).__name__)
        known = service.known_practice(called)
        return xml(unavailable(service, talk_of(service, base, known), known, call))


async def _answer(service: Service, base: str, form: Form, practice: Practice) -> str:
    """TwiML that rings the practice, asks whether the call may be recorded, or begins the talk."""
    call, talk, words = (
        form.first("CallSid"),
        talk_of(service, base, practice),
        words_of(service, practice),
    )
    async with service.database.transaction() as store:
        known = await store.open_call(call, practice.id)
    if known.conversation_id is None:
        await service.limits.call(caller_of(form), practice.slug)
        await service.limits.practice(practice.slug)
    if known.conversation_id is None and rings_through(practice, service.clock.now(practice.time_zone)):
        if practice.transfer_number:
            return twiml.transfer(talk, "", practice.transfer_number, call, whisper=False)
        return twiml.voicemail(talk, words.say("voicemail", practice), words.say("goodbye"))
    started = await begin(service, form)
    if started.token:
        CONVERSATIONS.labels("phone").inc()
    if practice.record_calls and known.recording is None:
        greeting = _announced(practice, words, words.say("greeting_recorded", practice))
        return twiml.gather(talk, greeting, action=talk.url(CONSENT))
    greeting = speakable(started.messages)
    if started.token:  # it is said once, however often the carrier asks
        greeting = _announced(practice, words, greeting)
    return _talk(service, talk, greeting, str(started.id))


def _announced(practice: Practice, words: PhoneWords, greeting: str) -> str:
    return f"{words.say('written_down')} {greeting}" if practice.announce_transcripts else greeting


@post("/consent")
async def consent(request: Received, form: GivenCall, service: GivenService) -> Response[str]:
    """Whether the caller may be recorded. Only a plain yes is one; other words begin the talk at once."""
    call, practice = form.first("CallSid"), await practice_of(service, form.first("To"))
    talk, words = (
        talk_of(service, public_base(request, service.settings), practice),
        words_of(service, practice),
    )
    said, agreed = form.first("SpeechResult")[:MAX_TEXT], _KEYS.get(form.first("Digits")[:1])
    try:
        started = await begin(service, form)
        if agreed is None and said and practice is not None:
            agreed = await agrees(service, practice, words.say("greeting_recorded", practice), said)
        async with service.database.transaction() as store:
            await store.note_recording(call, "agreed" if agreed else "refused")
        if agreed is None and (said or form.first("Digits")):
            heard = await hear(service, started, form, words, CONSENT)
            return xml(await answered(service, talk, practice, call, started.id, heard))
    except Invalid:
        agreed = None
    except ReceptionError as error:
        log.warning("call_failed", call=call, error=type(error).__name__)
        return xml(unavailable(service, talk, practice, call))
    greeting = words.say("recorded" if agreed else "not_recorded")
    return xml(_talk(service, talk, greeting, str(started.id), record=bool(agreed)))


def _talk(
    service: Service, talk: twiml.Talk, greeting: str, conversation: str, *, record: bool = False
) -> str:
    if service.settings.twilio_relay:
        return twiml.relay(talk, greeting, conversation, record=record)
    return twiml.gather(talk, greeting, action=talk.url("gather", step=1), record=record)


phone = Router(
    "/twilio",
    route_handlers=[
        Router(
            "/",
            route_handlers=[
                voice, consent, gather, crowded, after_relay, whisper, accept, after_transfer, voicemail,
            ],
            dependencies={"form": Provide(live_form)},
        ),
        Router(
            "/",
            route_handlers=[recording, transcript, status, sms, sms_status],
            dependencies={"form": Provide(signed_form)},
        ),
        relay,
    ],
)  # fmt: skip
