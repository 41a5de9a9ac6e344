"""The calendar file that a confirmation by text links to: whoever knows the address may have it."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from reception.channels.given import GivenService
from reception.errors import NotFound
from reception.messaging.notices import CALENDAR_PATH
from reception.messaging.text_words import text_words_of
from reception.scheduling.calendar_file import calendar_file

_NAME = ".ics"


@get(f"{CALENDAR_PATH}/{{name:str}}", media_type="text/calendar")
async def appointment_file(name: FromPath[str], service: GivenService) -> Response[str]:
    """The appointment as it is now, also when it was moved or cancelled; 404 for any other address."""
    link = name.removesuffix(_NAME)
    if link == name or not link:
        raise NotFound("There is no such appointment.")
    async with service.database.look_up() as store:
        found = await store.appointment_by_link(link)
        practice = None if found is None else await store.practice_by_id(found[0])
    if found is None or practice is None:
        raise NotFound("There is no such appointment.")
    words = text_words_of(service.settings.prompts_dir, practice)
    summary = words.say("calendar_title", practice=practice.name)
    now = service.clock.now(practice.time_zone)
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"', "Cache-Control": "no-store"}
    return Response(
        calendar_file(practice, [found[1]], summary, now, private=True),
        media_type="text/calendar; charset=utf-8",
        headers=headers,
    )
