"""A call without the relay: Twilio listens by <Gather> and brings what it heard, one turn a request."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from litestar import Request, Response, post
from litestar.params import QueryParameter

from reception.beginning import Started
from reception.channels import twiml
from reception.channels.agreement import agrees
from reception.channels.call_form import GivenCall, caller_of, xml
from reception.channels.calls import (
    crowded_menu,
    practice_called,
    practice_of,
    reachable,
    speakable,
    talk_of,
    unavailable,
    words_of,
)
from reception.channels.given import GivenService
from reception.channels.incoming import readable
from reception.channels.keypad import TYPED, Keypad
from reception.channels.left_messages import promise_callback
from reception.channels.metrics import measured_turn
from reception.channels.phone_words import PhoneWords
from reception.channels.proxies import public_base
from reception.channels.relay_voice import EMERGENCY
from reception.channels.signatures import Form
from reception.errors import Closed, Invalid, Overloaded, ReceptionError
from reception.practice import Practice
from reception.service import Service
from reception.turn import MAX_TEXT, Heard

log = structlog.get_logger()

#: The silence after which a call back is offered; after one more the call ends.
OFFERED = 3


@post("/gather")
async def gather(
    request: Request[Any, Any, Any],
    form: GivenCall,
    service: GivenService,
    step: Annotated[int, QueryParameter(ge=1, le=1000)] = 1,
    silences: Annotated[int, QueryParameter(ge=0, le=10)] = 0,
    known: Annotated[int, QueryParameter(ge=0)] = 1,
) -> Response[str]:
    """One turn; the same call and step again gives the same answer again.

    `known` messages of the conversation have been said already: what staff wrote after them is said now.
    """
    call, practice = form.first("CallSid"), await practice_of(service, form.first("To"))
    talk, words = (
        talk_of(service, public_base(request, service.settings), practice),
        words_of(service, practice),
    )
    try:
        started = await begin(service, form)
        if silences == OFFERED and await _wants_callback(service, form, practice, words):
            await service.database.run(lambda store: promise_callback(store, call))
            return xml(twiml.farewell(talk, words.say("callback_promised")))
        try:
            heard = await hear(service, started, form, words, str(step))
        except Invalid:
            heard = Heard([], started.status)
        expected = started.messages[-1].expects if started.messages else None
        document = await answered(
            service,
            talk,
            practice,
            call,
            started.id,
            heard,
            step=step,
            silences=silences,
            known=known,
            expected=expected or "",
        )
    except Closed:
        document = twiml.farewell(talk)
    except Overloaded:
        document = crowded_menu(service, talk, practice)
    except ReceptionError as error:
        log.warning("call_failed", call=call, error=type(error).__name__)
        document = unavailable(service, talk, practice, call)
    return xml(document)


async def begin(service: Service, form: Form, *, even_crowded: bool = False) -> Started:
    """The call's conversation, new or as far as it has come."""
    call = form.first("CallSid")
    practice = await practice_called(service, form.first("To"))
    started = await service.desk.beginnings.start(
        channel="phone",
        caller=caller_of(form),
        called_number=form.first("To"),
        call_sid=call,
        even_crowded=even_crowded,
    )
    async with service.database.transaction() as store:
        await store.open_call(call, practice.id, started.id)
    return started


async def hear(service: Service, started: Started, form: Form, words: PhoneWords, step: str) -> Heard:
    """The desk's answer to what was said or typed; Invalid when that was nothing."""
    said, last = form.first("SpeechResult"), started.messages[-1] if started.messages else None
    if form.first("Digits") and last is not None:
        said = Keypad(words).type(form.first("Digits"), last.expects, last.options) or said
    client_id = str(uuid5(NAMESPACE_URL, f"twilio:{form.first('CallSid')}/{step}"))
    with measured_turn("phone"):
        heard = await service.desk.hear(started.id, readable(said[:MAX_TEXT]), client_id)
    service.hub.changed(started.id)
    return heard


async def answered(
    service: Service,
    talk: twiml.Talk,
    practice: Practice | None,
    call: str,
    conversation: UUID,
    heard: Heard,
    *,
    step: int = 0,
    silences: int = 0,
    known: int = 1,
    expected: str = "",
) -> str:
    """TwiML that says what the desk and staff answered, and listens again, connects or hangs up."""
    words = words_of(service, practice)
    async with service.database.transaction() as store:
        news = await store.call_news(conversation)
        written = [one for one in await store.messages_after(conversation, known) if one.role == "staff"]
    told = [*heard.messages, *written]
    if heard.status == "closed":
        return twiml.farewell(talk, speakable(told))
    wanted = news is not None and news.transfer_requested
    now = service.clock.now(practice.time_zone) if practice is not None else None
    handed = heard.status == "handed_over" and heard.messages and now and reachable(practice, now)
    if practice is not None and practice.transfer_number and (wanted or handed):
        async with service.database.transaction() as store:
            await store.note_dialled(call)
        sentence = f"{speakable(told, without_callback=True)} {words.say('connecting')}".strip()
        return twiml.transfer(talk, sentence, practice.transfer_number, call)
    known = news.message_count if news is not None else known
    if told:
        expects = next((one.expects for one in reversed(told) if one.role == "desk"), None) or ""
        on = talk.url("gather", step=step + 1, silences=0, known=known)
        urgent = heard.manner == EMERGENCY
        return twiml.gather(talk, speakable(told), action=on, digits=TYPED.get(expects, 1), urgent=urgent)
    if (
        news is not None and news.attended
    ):  # a person is writing: nobody is asked whether they are still there
        return twiml.gather(talk, "", action=talk.url("gather", step=step + 1, silences=0, known=known))
    if silences >= OFFERED:
        return twiml.farewell(talk, words.say("goodbye"))
    again = words.say("not_heard" if silences < OFFERED - 1 else "offer_callback")
    on = talk.url("gather", step=step, silences=silences + 1, known=known)
    return twiml.gather(talk, again, action=on, digits=TYPED.get(expected, 1))


async def _wants_callback(service: Service, form: Form, practice: Practice | None, words: PhoneWords) -> bool:
    """Whether the caller, silent so far, takes the offer to be called back."""
    if form.first("Digits"):
        return form.first("Digits").startswith("1")
    said = form.first("SpeechResult")[:MAX_TEXT]
    if not said or practice is None:
        return False
    return await agrees(service, practice, words.say("offer_callback"), said) is True
