"""What follows the relay: the call ends, goes on where it was, or a person hears of it and takes it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import structlog
from litestar import Request, Response, post
from litestar.params import QueryParameter

from reception.channels import twiml
from reception.channels.call_ends import hang_up
from reception.channels.call_form import GivenCall, xml
from reception.channels.calls import (
    FINISHED,
    crowded_menu,
    practice_of,
    speakable,
    talk_of,
    unavailable,
    words_of,
)
from reception.channels.gathering import begin
from reception.channels.given import GivenService
from reception.channels.line import frame_of
from reception.channels.proxies import public_base
from reception.channels.signatures import Form
from reception.channels.summaries import Summary, summary
from reception.errors import ReceptionError
from reception.practice import Practice
from reception.service import Service

log = structlog.get_logger()

Received = Request[Any, Any, Any]
#: Relays that may fail in one call before it goes on without.
MOST_FAILURES = 1


@post("/after-relay")
async def after_relay(
    request: Received,
    form: GivenCall,
    service: GivenService,
    failures: Annotated[int, QueryParameter(ge=0, le=10)] = 0,
) -> Response[str]:
    """The relay has ended: on to a person where one is wanted, on with the talk where it failed, or over."""
    call, practice = form.first("CallSid"), await practice_of(service, form.first("To"))
    talk = talk_of(service, public_base(request, service.settings), practice)
    reason = _reason(form.first("HandoffData"))
    try:
        if form.first("CallStatus") in FINISHED:
            await hang_up(service, call)
            return xml(twiml.go_on(talk))
        if reason in ("handed_over", "transfer"):
            return xml(await _to_a_person(service, talk, practice, call))
        if reason == "crowded":
            return xml(crowded_menu(service, talk, practice))
        if reason == "away":
            return xml(unavailable(service, talk, practice, call))
        if not reason and await _unfinished(service, call):
            return xml(await _go_on(service, talk, form, failures))
    except ReceptionError as error:
        log.warning("call_failed", call=call, error=type(error).__name__)
        return xml(unavailable(service, talk, practice, call))
    return xml(twiml.farewell(talk))


async def _unfinished(service: Service, call: str) -> bool:
    """Whether nobody ended the talk: the WebSocket, or the process behind it, is gone."""
    async with service.database.transaction() as store:
        conversation = await store.conversation_by_call(call)
    return conversation is not None and conversation.status != "closed"


async def _go_on(service: Service, talk: twiml.Talk, form: Form, failures: int) -> str:
    """The same talk from the desk's last words on: by a new relay, unless one could not even be reached."""
    started = await begin(service, form)
    async with service.database.transaction() as store:
        call = await store.call(form.first("CallSid"))
        news = await store.call_news(started.id)
    log.warning("relay_failed", call=form.first("CallSid"), failures=failures + 1)
    words = words_of(service, await practice_of(service, form.first("To")))
    again = f"{words.say('cut_off')} {speakable(started.messages)}"
    reached = call is not None and bool(call.relay_session)
    if service.settings.twilio_relay and reached and failures < MOST_FAILURES:
        return twiml.relay(talk, again, str(started.id), failures=failures + 1)
    known = news.message_count if news is not None else 1
    return twiml.gather(talk, again, action=talk.url("gather", step=1, known=known))


async def _to_a_person(service: Service, talk: twiml.Talk, practice: Practice | None, call: str) -> str:
    words = words_of(service, practice)
    if practice is None or not practice.transfer_number:
        return twiml.farewell(talk, words.say("nobody_there", practice))
    async with service.database.transaction() as store:
        await store.note_dialled(call)
    return twiml.transfer(talk, "", practice.transfer_number, call)


@post("/whisper")
async def whisper(
    request: Received, form: GivenCall, service: GivenService, call: Annotated[str, QueryParameter()] = ""
) -> Response[str]:
    """What whoever picks up hears first, which is no word of the caller's; `call` is the caller's."""
    known = await _summary(service, call)
    talk = talk_of(service, public_base(request, service.settings), known.practice if known else None)
    announced = known.announced if known else words_of(service, None).say("whisper_accept")
    return xml(twiml.whisper(talk, announced, call))


@post("/accept")
async def accept(
    request: Received, form: GivenCall, service: GivenService, call: Annotated[str, QueryParameter()] = ""
) -> Response[str]:
    """A person takes the call, and hears what it is about as the last thing before the caller."""
    known = await _summary(service, call)
    with suppress(ReceptionError):
        async with service.database.transaction() as store:
            await store.note_answered(call)
    talk = talk_of(service, public_base(request, service.settings), known.practice if known else None)
    return xml(twiml.go_on(talk, known.told if known else words_of(service, None).say("whisper_done")))


async def _summary(service: Service, call: str) -> Summary | None:
    """None where nothing can be looked up: better connected without a word than not at all."""
    try:
        async with service.database.transaction() as store:
            return await summary(store, call, lambda practice: words_of(service, practice))
    except ReceptionError as error:
        log.warning("no_summary", error=type(error).__name__)
        return None


@post("/after-transfer")
async def after_transfer(
    request: Received,
    form: GivenCall,
    service: GivenService,
    whispered: Annotated[bool, QueryParameter()] = False,
) -> Response[str]:
    """The transfer has ended: over when a person took it, else the caller may leave a message."""
    call, practice = form.first("CallSid"), await practice_of(service, form.first("To"))
    talk = talk_of(service, public_base(request, service.settings), practice)
    words = words_of(service, practice)
    try:
        if form.first("CallStatus") in FINISHED:
            await hang_up(service, call)
            return xml(twiml.go_on(talk))
        if await _was_answered(service, form, whispered=whispered):
            return xml(twiml.farewell(talk))
    except ReceptionError:
        return xml(twiml.farewell(talk, words.say("nobody_there", practice)))
    return xml(twiml.voicemail(talk, words.say("voicemail", practice), words.say("goodbye")))


async def _was_answered(service: Service, form: Form, *, whispered: bool) -> bool:
    """Whether caller and person talked: a mailbox that picks up presses no key."""
    if form.first("DialBridged"):
        return form.first("DialBridged") == "true"
    if not whispered:
        return form.first("DialCallStatus") in ("completed", "answered")
    async with service.database.transaction() as store:
        call = await store.call(form.first("CallSid"))
    return call is not None and call.answered_at is not None


def _reason(handoff_data: str) -> str:
    reason = frame_of(handoff_data).get("reason")
    return reason if isinstance(reason, str) else ""
