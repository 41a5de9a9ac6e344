"""The phone by way of Twilio: webhooks for calls and text messages, and the WebSocket of a call."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from litestar import Request, Response, Router, WebSocket, post, websocket
from litestar.di import Provide
from litestar.exceptions import WebSocketDisconnect
from litestar.params import QueryParameter

from reception.channels import twiml
from reception.channels.calls import CALLER, practice_of, speakable, to_a_person, unavailable, words_of
from reception.channels.given import GivenService
from reception.channels.incoming import readable
from reception.channels.keypad import TYPED, Keypad
from reception.channels.metrics import CONVERSATIONS, RELAYS, measured_turn
from reception.channels.phone_words import PhoneWords
from reception.channels.problems import Forbidden
from reception.channels.receipts import sms_status
from reception.channels.relay import RelaySession
from reception.channels.signatures import Form, GivenForm, check_signature, public_base, signed_form
from reception.channels.sms import sms
from reception.errors import Closed, Invalid, ReceptionError
from reception.service import Service
from reception.turn import MAX_TEXT, Heard

log = structlog.get_logger()

Received = Request[Any, Any, Any]

#: How often a silent caller is asked again before we hang up.
MOST_SILENCES = 3


def xml(document: str) -> Response[str]:
    """TwiML as Twilio wants it."""
    return Response(document, status_code=200, media_type="application/xml")


@post("/voice")
async def voice(request: Received, form: GivenForm, service: GivenService) -> Response[str]:
    """A call comes in; the same call again goes on in its conversation."""
    base, called = public_base(request, service.settings), form.first("To")
    try:
        practice = await service.practice(called)
        started = await service.desk.start(
            channel="phone",
            caller=caller_of(form),
            called_number=called,
            call_sid=form.first("CallSid"),
        )
    except ReceptionError as error:
        log.warning("call_failed", call=form.first("CallSid"), error=type(error).__name__)
        return xml(unavailable(service, base, service.known_practice(called)))
    if started.token:
        CONVERSATIONS.labels("phone").inc()
    spoken = words_of(service, practice).say("voice")
    greeting = speakable(started.messages)
    if service.settings.twilio_relay:
        return xml(twiml.relay(base, greeting, spoken, str(started.id)))
    return xml(twiml.gather(base, greeting, spoken, step=1))


@post("/gather")
async def gather(
    request: Received,
    form: GivenForm,
    service: GivenService,
    step: Annotated[int, QueryParameter(ge=1, le=1000)] = 1,
    silences: Annotated[int, QueryParameter(ge=0, le=10)] = 0,
) -> Response[str]:
    """One turn without the relay. The same call and step again gives the same answer again."""
    base, called, call = public_base(request, service.settings), form.first("To"), form.first("CallSid")
    practice = await practice_of(service, called)
    words = words_of(service, practice)
    spoken = words.say("voice")
    try:
        heard = await _gathered(service, form, words, step)
    except Invalid:
        if silences >= MOST_SILENCES:
            return xml(twiml.farewell(words.say("goodbye"), spoken))
        again = words.say("not_heard")
        return xml(twiml.gather(base, again, spoken, step=step, silences=silences + 1))
    except Closed:
        return xml(twiml.farewell("", spoken))
    except ReceptionError as error:
        log.warning("call_failed", call=call, error=type(error).__name__)
        return xml(unavailable(service, base, practice))
    if heard.status == "closed":
        return xml(twiml.farewell(speakable(heard.messages), spoken))
    if heard.status == "handed_over" and practice is not None and practice.transfer_number:
        sentence = speakable(heard.messages, without_callback=True)
        return xml(to_a_person(service, base, practice, f"{sentence} {words.say('connecting')}"))
    digits = TYPED.get(heard.messages[-1].expects or "", 1) if heard.messages else 1
    return xml(twiml.gather(base, speakable(heard.messages), spoken, step=step + 1, digits=digits))


async def _gathered(service: Service, form: Form, words: PhoneWords, step: int) -> Heard:
    """The desk's answer to what was said or typed; Invalid when that was nothing."""
    call = form.first("CallSid")
    started = await service.desk.start(
        channel="phone", caller=caller_of(form), called_number=form.first("To"), call_sid=call
    )
    said, last = form.first("SpeechResult"), started.messages[-1] if started.messages else None
    if form.first("Digits") and last is not None:
        said = Keypad(words).type(form.first("Digits"), last.expects, last.options) or said
    with measured_turn("phone"):
        heard = await service.desk.hear(
            started.id, readable(said[:MAX_TEXT]), str(uuid5(NAMESPACE_URL, f"twilio:{call}/{step}"))
        )
    service.hub.changed(started.id)
    return heard


@post("/after-relay")
async def after_relay(request: Received, form: GivenForm, service: GivenService) -> Response[str]:
    """The relay has ended: on to a person where one is needed, else the call is over."""
    practice = await practice_of(service, form.first("To"))
    voice_name = words_of(service, practice).say("voice")
    if _reason(form.first("HandoffData")) not in ("handed_over", "away"):
        return xml(twiml.farewell("", voice_name))
    return xml(to_a_person(service, public_base(request, service.settings), practice, ""))


@post("/after-transfer")
async def after_transfer(form: GivenForm, service: GivenService) -> Response[str]:
    """The transfer has ended: over when it was answered, else the caller learns that nobody is there."""
    practice = await practice_of(service, form.first("To"))
    words = words_of(service, practice)
    answered = form.first("DialCallStatus") in ("completed", "answered")
    return xml(twiml.farewell("" if answered else words.say("nobody_there", practice), words.say("voice")))


@post("/status", status_code=204)
async def status(form: GivenForm) -> None:
    """Call status: noted by its identifier."""
    log.info("call_status", call=form.first("CallSid")[:64], status=form.first("CallStatus")[:32])


@websocket("/relay")
async def relay(socket: WebSocket[Any, Any, Any], service: GivenService) -> None:
    """ConversationRelay; a handshake that Twilio did not sign gets 403."""
    try:
        check_signature(socket, Form(), service.settings)
    except Forbidden:
        await socket.close()  # before it is accepted, this is a 403
        return
    await socket.accept()
    session = RelaySession(service)
    with RELAYS.track_inprogress(), suppress(WebSocketDisconnect):
        while True:
            frame = _frame(await socket.receive_text())
            for answer in await session.receive(frame):
                await socket.send_json(answer)


def caller_of(form: Form) -> str:
    """The caller's number; empty where it is withheld."""
    number = form.first("From")
    return number if CALLER.fullmatch(number) else ""


def _frame(text: str) -> dict[str, Any]:
    """A frame of Twilio's; an empty one when it is no JSON object."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _reason(handoff_data: str) -> str:
    reason = _frame(handoff_data).get("reason")
    return reason if isinstance(reason, str) else ""


phone = Router(
    "/twilio",
    route_handlers=[
        Router(
            "/",
            route_handlers=[voice, gather, after_relay, after_transfer, status, sms, sms_status],
            dependencies={"form": Provide(signed_form)},
        ),
        relay,
    ],
)
