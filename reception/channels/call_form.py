"""What Twilio sends along with every request about a call, and how it is answered."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog
from litestar import Request, Response
from litestar.di import NamedDependency

from reception.channels.calls import CALLER, FINISHED, enter_call
from reception.channels.given import GivenService
from reception.channels.metrics import REFUSED
from reception.channels.problems import Forbidden
from reception.channels.signatures import Form, signed_form
from reception.errors import ReceptionError

log = structlog.get_logger()

GivenCall = NamedDependency[Form]


async def live_form(request: Request[Any, Any, Any], service: GivenService) -> Form:
    """The form of a request about a call; Forbidden when it is not signed, or repeats one of an ended call.

    Twilio's own late requests about an ended call say that it is over, and do no harm.
    """
    form = await signed_form(request, service)
    if form.first("CallStatus") in FINISHED:
        return form
    call = request.query_params.get("call", "") or form.first("CallSid")
    ended = None
    with suppress(ReceptionError):  # while the database is away, callers still reach a person
        ended = await enter_call(service, call)
    if ended is not None and ended.ended_at is not None:
        REFUSED.inc()
        log.warning("request_of_ended_call_refused", path=request.scope["path"], call=ended.call_sid)
        raise Forbidden("The call has ended.")
    return form


def caller_of(form: Form) -> str:
    """The caller's number; empty where it is withheld."""
    number = form.first("From")
    return number if CALLER.fullmatch(number) else ""


def xml(document: str) -> Response[str]:
    """TwiML as Twilio wants it."""
    return Response(document, status_code=200, media_type="application/xml")
