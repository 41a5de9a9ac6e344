"""Calendar: the page, what it draws, and one appointment, hold or block beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from reception.channels.given import GivenService
from reception.dashboard.at_hand import AtHand, calendar_of, day_of
from reception.dashboard.calendar_events import (
    Event,
    appointment_event,
    block_event,
    closed_events,
    closure_of,
    hidden_weekdays,
    hours_shown,
    wall,
)
from reception.dashboard.rendering import page, part
from reception.database.records import Account, Appointment, TimeBlock
from reception.errors import Invalid, NotFound
from reception.staff.access import Me, Received
from reception.staff.audit import saw

#: Days that are drawn at once, at most.
LONGEST = 42
#: Of a practitioner who was taken out of the settings, and still has appointments.
LEAVING = "No longer bookable"


class Column(NamedTuple):
    """Somebody whose appointments are shown."""

    id: UUID
    name: str
    about: str
    bookable: bool


@get("/calendar")
async def calendar(
    request: Received,
    me: Me,
    service: GivenService,
    day: FromQuery[str] = "",
    view: FromQuery[str] = "day",
    who: FromQuery[str] = "",
    open: FromQuery[str] = "",
) -> Any:
    """The page; the browser then fetches what stands in the days that it shows."""
    async with calendar_of(service, me) as here:
        options = await _options(here, me, day_of(day, here.now.date()), view, who, open)
    return await page(request, "calendar.html", here="calendar", options=options, calendar=here.practice)


@get("/calendar/options")
async def options(
    me: Me,
    service: GivenService,
    day: FromQuery[str] = "",
    view: FromQuery[str] = "day",
    who: FromQuery[str] = "",
) -> Response[dict[str, Any]]:
    """What the page is told of the practice, again: its settings have changed."""
    async with calendar_of(service, me) as here:
        told = await _options(here, me, day_of(day, here.now.date()), view, who, "")
    return Response(told, headers={"Cache-Control": "no-store"})


@get("/calendar/events")
async def events(
    me: Me, service: GivenService, start: FromQuery[str], end: FromQuery[str], who: FromQuery[str] = ""
) -> Response[list[Event]]:
    """All that is to be drawn from day `start` up to day `end` (not included)."""
    first, last = _days(start, end)
    async with calendar_of(service, me) as here:
        zone = here.practice.time_zone
        begin, until = (datetime.combine(each, time(), zone) for each in (first, last + timedelta(days=1)))
        appointments = await here.store.day_sheet(me.practice_id, begin, until)
        blocks = await here.store.time_blocks(me.practice_id, begin, until)
        await saw(here.store, me, "calendar", me.practice_id)
    drawn = [appointment_event(one, movable=me.may_change) for one in appointments]
    drawn += [block_event(one) for one in blocks]
    drawn += closed_events(here.practice, first, last)
    drawn = [one for one in drawn if who in ("", one["resource"])]
    return Response(drawn, headers={"Cache-Control": "no-store"})


@get("/calendar/list")
async def day_list(request: Received, me: Me, service: GivenService, day: FromQuery[str] = "") -> Any:
    """One day as a list, by practitioner; made to be printed."""
    async with calendar_of(service, me) as here:
        shown = day_of(day, here.now.date())
        begin, until = (
            datetime.combine(each, time(), here.practice.time_zone)
            for each in (shown, shown + timedelta(days=1))
        )
        sheet = await here.store.day_sheet(me.practice_id, begin, until)
        blocks = await here.store.time_blocks(me.practice_id, begin, until)
        await saw(here.store, me, "calendar", me.practice_id)
    entries: list[Appointment | TimeBlock] = [*sheet, *blocks]
    entries.sort(key=lambda one: one.start.timestamp())
    columns = _columns(here, {one.practitioner_id: one.practitioner for one in sheet})
    lists = [(who, [each for each in entries if each.practitioner_id == who.id]) for who in columns]
    return await page(
        request,
        "day_list.html",
        here="calendar",
        day=shown,
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1),
        closure=closure_of(here.practice, shown),
        lists=lists,
        printed=here.now,
    )


@get("/calendar/appointments/{appointment_id:uuid}")
async def appointment(
    request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """An appointment or hold, beside the calendar."""
    async with calendar_of(service, me) as here:
        return part(request, "appointment.html", **await shown_appointment(here, me, appointment_id))


@get("/calendar/appointments/{appointment_id:uuid}/state")
async def appointment_state(
    request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """How it stands, again."""
    async with calendar_of(service, me) as here:
        return part(request, "appointment_state.html", **await shown_appointment(here, me, appointment_id))


@get("/calendar/blocks/{block_id:uuid}")
async def block(request: Received, block_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Blocked time, beside the calendar."""
    async with calendar_of(service, me) as here:
        found = await here.store.time_block(me.practice_id, block_id)
        if found is None:
            raise NotFound("This time is no longer blocked.")
        names = {one.id: one.name for one in here.practice.practitioners}
    return part(request, "block.html", me=me, block=found, practitioner=names.get(found.practitioner_id, ""))


async def shown_appointment(here: AtHand, me: Account, appointment_id: UUID) -> dict[str, Any]:
    """What the parts about an appointment show; noted as seen by `me`."""
    found = await here.appointment(appointment_id)
    await saw(here.store, me, "appointment", appointment_id)
    told = await here.store.last_text_about(appointment_id)
    return {
        "me": me,
        "one": found,
        "told": told and (*told[:2], told[2].astimezone(here.practice.time_zone)),
        "calendar": here.practice,
        "began": found.start <= here.now,
        "today": found.start.date() == here.now.date(),
    }


async def _options(here: AtHand, me: Account, day: date, view: str, who: str, opened: str) -> dict[str, Any]:
    first, last = hours_shown(here.practice)
    earliest = min(day, here.now.date())
    monday = earliest - timedelta(days=earliest.weekday())
    since = datetime.combine(monday, time(), here.practice.time_zone)
    columns = _columns(here, await here.store.booked_with(me.practice_id, since))
    return {
        "day": day.isoformat(),
        "today": here.now.date().isoformat(),
        "view": "week" if view == "week" else "day",
        "who": who if who in {str(one.id) for one in columns} else "",
        "open": opened,
        "now": wall(here.now),
        "offset": f"{here.now:%z}"[:3] + ":" + f"{here.now:%z}"[3:],
        "grid": here.practice.booking.grid_minutes,
        "first": first,
        "last": last,
        "hidden": hidden_weekdays(here.practice, day),
        "mayChange": me.may_change,
        "practitioners": [
            {"id": str(one.id), "title": one.name, "about": one.about, "bookable": one.bookable}
            for one in columns
        ],
    }


def _columns(here: AtHand, booked_with: Mapping[UUID, str]) -> list[Column]:
    """All practitioners, then those of `booked_with` (names by id) whom the settings no longer have."""
    columns = [Column(one.id, one.name, one.specialty, True) for one in here.practice.practitioners]
    known = {one.id for one in columns}
    leaving = sorted((name, each) for each, name in booked_with.items() if each not in known)
    return [*columns, *(Column(each, name, LEAVING, False) for name, each in leaving)]


def _days(start: str, end: str) -> tuple[date, date]:
    """First and last day of an address."""
    try:
        first, after = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    except ValueError:
        raise Invalid("Give the days as in 2026-06-15.") from None
    last = max(after - timedelta(days=1), first)
    if not 1990 <= first.year <= 2200 or (last - first).days > LONGEST:
        raise Invalid(f"At most {LONGEST} days can be shown at once.")
    return first, last


handlers = [calendar, options, events, day_list, appointment, appointment_state, block]
