"""After the talk: messages left on tape and their transcripts, recordings, and the end of the call."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response, post

from reception.channels import twiml
from reception.channels.call_ends import hang_up
from reception.channels.call_form import GivenCall, caller_of, xml
from reception.channels.calls import FINISHED, enter_call, practice_called, practice_of, talk_of, words_of
from reception.channels.given import GivenService
from reception.channels.left_messages import keep_voicemail
from reception.channels.proxies import public_base
from reception.channels.signatures import Form, GivenForm
from reception.database.store import Store
from reception.errors import ReceptionError
from reception.service import Service

log = structlog.get_logger()

#: Characters of an address that are kept.
_LONGEST_URL = 500


@post("/voicemail")
async def voicemail(request: Request[Any, Any, Any], form: GivenCall, service: GivenService) -> Response[str]:
    """A message was recorded: it is in the inbox from now on, with or without a transcript."""
    practice = await practice_of(service, form.first("To"))
    words = words_of(service, practice)
    talk = talk_of(service, public_base(request, service.settings), practice)
    unwritten = words.say("voicemail_unwritten", seconds=form.first("RecordingDuration")[:6] or "0")
    try:
        await _keep(service, form, unwritten=unwritten)
        if form.first("CallStatus") in FINISHED:
            await hang_up(service, form.first("CallSid"))
    except ReceptionError as error:
        log.error("voicemail_lost", call=form.first("CallSid")[:64], error=type(error).__name__)
        return xml(twiml.farewell(talk, words.say("away", practice)))
    return xml(twiml.farewell(talk, words.say("message_kept")))


@post("/transcript", status_code=204)
async def transcript(form: GivenForm, service: GivenService) -> None:
    """A message's words, which may come late, or never: then staff listen to the recording."""
    if form.first("TranscriptionStatus") != "completed" or not form.first("TranscriptionText").strip():
        log.info("voicemail_unwritten", call=form.first("CallSid")[:64])
        return
    await _keep(service, form, transcript=form.first("TranscriptionText").strip())


async def _keep(service: Service, form: Form, **details: str) -> None:
    practice = await practice_called(service, form.first("To"))
    details["recording"] = form.first("RecordingUrl")[:_LONGEST_URL]

    async def work(store: Store) -> None:
        await store.open_call(form.first("CallSid"), practice.id)
        call = await store.call(form.first("CallSid"), lock=True)
        assert call is not None  # it was opened a moment ago
        await keep_voicemail(
            store,
            call,
            recording=form.first("RecordingSid"),
            caller=caller_of(form),
            language=practice.languages[0],
            details=details,
        )

    await service.database.run(work)


@post("/recording", status_code=204)
async def recording(form: GivenForm, service: GivenService) -> None:
    """The talk was recorded, as the caller agreed: noted in the audit log by its identifier."""
    call = await enter_call(service, form.first("CallSid"))
    if call is not None:
        details = {"recording": form.first("RecordingSid")[:64], "call": call.call_sid}
        async with service.database.transaction() as store:
            await store.audit(call.practice_id, call.conversation_id, "recorded", "call", None, details)


@post("/status", status_code=204)
async def status(form: GivenForm, service: GivenService) -> None:
    """Call status, noted by its identifier; once the call is over, what it held is given back."""
    log.info("call_status", call=form.first("CallSid")[:64], status=form.first("CallStatus")[:32])
    if form.first("CallStatus") in FINISHED:
        await hang_up(service, form.first("CallSid"))
