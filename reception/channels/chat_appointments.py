"""What a chat has booked: shown beside the conversation, and as a file for the patient's own calendar."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from reception.channels.access import authorised, practice_of
from reception.channels.given import GivenService
from reception.channels.widget_words import words_for
from reception.database.records import Appointment
from reception.errors import NotFound
from reception.practice import Practice
from reception.scheduling.calendar_file import calendar_file
from reception.service import Service

Received = Request[Any, Any, Any]


@get("/{conversation:str}/appointments")
async def appointments(
    request: Received, conversation: FromPath[str], service: GivenService
) -> dict[str, Any]:
    """What was booked or moved in the conversation and still stands, in order of time."""
    _, found = await _appointments(request, conversation, service)
    return {"appointments": [_shown(one) for one in found]}


@get("/{conversation:str}/appointments.ics", media_type="text/calendar")
async def appointments_file(
    request: Received, conversation: FromPath[str], service: GivenService
) -> Response[str]:
    """The same as an iCalendar file; 404 when there is none."""
    practice, found = await _appointments(request, conversation, service)
    if not found:
        raise NotFound("There is no appointment.")
    words = words_for(service.widget_words, practice)
    summary = words["calendar_summary"].format(practice=practice.name)
    text = calendar_file(practice, found, summary, service.clock.now(practice.time_zone))
    named = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=named)


async def _appointments(
    request: Received, conversation: str, service: Service
) -> tuple[Practice, list[Appointment]]:
    conversation_id = await authorised(request, conversation, service)
    practice = await practice_of(conversation_id, service)
    async with service.database.transaction() as store:
        return practice, await store.appointments_of(practice.id, conversation_id)


def _shown(one: Appointment) -> dict[str, str]:
    return {
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "practitioner": one.practitioner,
        "appointment_type": one.appointment_type,
    }
