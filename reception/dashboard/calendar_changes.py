"""Changes to the calendar by staff, each of which can be taken back: appointments, arrivals, blocked time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import AwareDatetime, BaseModel, Field

from reception.channels.given import GivenService
from reception.dashboard.at_hand import AtHand, Clock, Day, Maybe, calendar_of, day_of, next_start
from reception.dashboard.calendar import shown_appointment
from reception.dashboard.forms import form
from reception.dashboard.new_patients import New, take_on
from reception.dashboard.rendering import Flash, by_htmx, clock_time, day, part, redirect
from reception.database.records import Appointment
from reception.errors import Invalid
from reception.patients.wanted import LONGEST, wanted
from reception.scheduling.by_hand import Bent, Outcome
from reception.staff.access import CSRF_FIELD, Me, Received, form_fields, may_change

#: Where the page asks whether a rule may be bent, and where one thing is shown beside the calendar.
ASK, PANEL = "ask", "panel"
PATH = "/staff/calendar"
#: Patients to choose from.
MOST = 6

Reason = Annotated[str, Field(max_length=500)]


class LookedFor(BaseModel):
    q: str = ""


class Placed(BaseModel):
    practitioner: UUID
    appointment_type: Annotated[str, Field(title="Kind of appointment", max_length=200)]
    day: Day
    clock: Clock
    anyway: bool = False


class Booked(Placed, New):
    patient: Maybe = None
    reason: Reason = ""


class Moved(Placed):
    seen: AwareDatetime
    seen_with: Maybe = None
    back: bool = False


class Cancelled(BaseModel):
    seen: AwareDatetime


class Restored(BaseModel):
    back: bool = False


class Arrived(BaseModel):
    arrived: bool


class Ended(BaseModel):
    outcome: Outcome


class Blocked(BaseModel):
    practitioner: UUID
    day: Day
    clock: Clock
    until_day: Annotated[date, Field(title="Last day")]
    until: Annotated[Clock, Field(title="Until")]
    reason: Reason = ""


@get("/calendar/new", guards=[may_change])
async def new_appointment(
    request: Received,
    me: Me,
    service: GivenService,
    practitioner: FromQuery[str] = "",
    day: FromQuery[str] = "",
    clock: FromQuery[str] = "",
) -> Any:
    """The form to book by hand, at the time that was clicked; without one, at the next that is free."""
    if by_htmx(request) and not clock:
        async with calendar_of(service, me) as here:
            free = await next_start(here, day_of(day, here.now.date()), practitioner)
        if free is not None:
            day, clock = f"{free.start:%Y-%m-%d}", f"{free.start:%H:%M}"
            practitioner = str(free.practitioner.id)
    return await _empty_form(request, me, service, "appointment_new.html", practitioner, day, clock)


@post("/calendar/patients", guards=[may_change], status_code=200)
async def patients(request: Received, me: Me, service: GivenService) -> Any:
    """Who is meant by a name, a birth date or a number. It is posted, so that no address holds a name."""
    given = await form(request, LookedFor)
    async with calendar_of(service, me) as here:
        asked = wanted(given.q[:LONGEST], here.now.date(), str(here.practice.time_zone))
        if asked.anybody:
            found = await here.store.seen_lately(me.practice_id, me.id, MOST, here.now)
        else:
            found = await here.store.find_patients(me.practice_id, asked, MOST, here.now)
    return part(request, "found_patients.html", found=found, lately=asked.anybody)


@post("/calendar/appointments", guards=[may_change], status_code=200)
async def book(request: Received, me: Me, service: GivenService) -> Any:
    """Books by hand, for a patient on file or a new one."""
    given = await form(request, Booked)
    try:
        async with calendar_of(service, me) as here:
            place = here.hand.place(
                given.practitioner, given.appointment_type, here.at(given.day, given.clock)
            )
            if given.patient is not None and given.new_name.strip():
                raise Invalid("You chose a patient and named a new one. Clear the one that is not meant.")
            patient = given.patient or await take_on(here.store, here.practice, me, given, here.now.date())
            booked = await here.hand.book(place, patient, given.reason.strip(), anyway=given.anyway)
            shown = await shown_appointment(here, me, booked.id)
    except Bent as question:
        return await _ask(request, question, "Book it anyway")
    undo = {"path": f"{PATH}/appointments/{booked.id}/cancel", "seen": booked.start.isoformat()}
    flash = Flash(f"Booked: {_when(booked)}.", undo=undo)
    return part(request, "appointment.html", flash=flash, into=PANEL, **shown)


@post("/calendar/appointments/{appointment_id:uuid}/move", guards=[may_change], status_code=200)
async def move(request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Gives it another place, by the form or dropped there."""
    given = await form(request, Moved)
    try:
        async with calendar_of(service, me) as here:
            old = await here.appointment(appointment_id)
            place = here.hand.place(
                given.practitioner, given.appointment_type, here.at(given.day, given.clock)
            )
            moved = await here.hand.move(
                appointment_id,
                place,
                given.seen,
                seen_with=given.seen_with,
                anyway=given.anyway,
                back=given.back,
            )
            undo = _way_back(here, old, moved)
            shown = await shown_appointment(here, me, appointment_id)
    except Bent as question:
        return await _ask(request, question, "Move it anyway")
    flash = Flash("Moved back." if given.back else f"Moved to {_when(moved)}.", undo=undo)
    return part(request, "appointment.html", flash=flash, **shown)


@post("/calendar/appointments/{appointment_id:uuid}/cancel", guards=[may_change], status_code=200)
async def cancel(request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Cancels it."""
    given = await form(request, Cancelled)
    async with calendar_of(service, me) as here:
        await here.hand.cancel(appointment_id, given.seen)
        back = "" if here.hand.unsaid else "yes"
        shown = await shown_appointment(here, me, appointment_id)
    undo = {"path": f"{PATH}/appointments/{appointment_id}/restore", **({"back": back} if back else {})}
    return part(request, "appointment.html", flash=Flash("Cancelled.", undo=undo), **shown)


@post("/calendar/appointments/{appointment_id:uuid}/restore", guards=[may_change], status_code=200)
async def restore(request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Takes a cancellation back."""
    given = await form(request, Restored)
    async with calendar_of(service, me) as here:
        await here.hand.restore(appointment_id, back=given.back)
        shown = await shown_appointment(here, me, appointment_id)
    return part(request, "appointment.html", flash=Flash("The appointment stands again."), **shown)


@post("/calendar/appointments/{appointment_id:uuid}/arrived", guards=[may_change], status_code=200)
async def arrive(request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The patient is here, or not after all."""
    given = await form(request, Arrived)
    async with calendar_of(service, me) as here:
        await here.hand.arrive(appointment_id, arrived=given.arrived)
        shown = await shown_appointment(here, me, appointment_id)
    return part(request, "appointment.html", **shown)


@post("/calendar/appointments/{appointment_id:uuid}/outcome", guards=[may_change], status_code=200)
async def end(request: Received, appointment_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The patient came, or did not."""
    given = await form(request, Ended)
    async with calendar_of(service, me) as here:
        await here.hand.end(appointment_id, given.outcome)
        shown = await shown_appointment(here, me, appointment_id)
    return part(request, "appointment.html", **shown)


@get("/calendar/block", guards=[may_change])
async def new_block(
    request: Received,
    me: Me,
    service: GivenService,
    practitioner: FromQuery[str] = "",
    day: FromQuery[str] = "",
    clock: FromQuery[str] = "",
    until: FromQuery[str] = "",
) -> Any:
    """The form to block time."""
    return await _empty_form(request, me, service, "block_new.html", practitioner, day, clock, until)


async def _empty_form(
    request: Received,
    me: Me,
    service: GivenService,
    template: str,
    practitioner: str,
    day: str,
    clock: str,
    until: str = "",
) -> Any:
    """A form for the panel, filled with what was clicked; opened by its address, the calendar."""
    if not by_htmx(request):
        return redirect(request, PATH)
    async with calendar_of(service, me) as here:
        when = {
            "day": day_of(day, here.now.date()).isoformat(),
            "clock": clock[:5] or _next_quarter(here.now),
            "until": until[:5],
        }
        return part(request, template, me=me, calendar=here.practice, chosen=practitioner, when=when)


@post("/calendar/blocks", guards=[may_change], status_code=200)
async def block(request: Received, me: Me, service: GivenService) -> Any:
    """Keeps time from being booked."""
    given = await form(request, Blocked)
    async with calendar_of(service, me) as here:
        start, end = here.at(given.day, given.clock), here.at(given.until_day, given.until)
        blocked = await here.hand.block(given.practitioner, start, end, given.reason.strip())
    undo = {"path": f"{PATH}/blocks/{blocked}/remove"}
    return part(request, "nothing.html", flash=Flash("This time is blocked.", undo=undo), into=PANEL)


@post("/calendar/blocks/{block_id:uuid}/remove", guards=[may_change], status_code=200)
async def unblock(request: Received, block_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Gives blocked time back."""
    async with calendar_of(service, me) as here:
        await here.hand.unblock(block_id)
    return part(request, "nothing.html", flash=Flash("This time can be booked again."), into=PANEL)


async def _ask(request: Received, question: Bent, yes: str) -> Any:
    """Asks whether a rule may be bent; the same form is then sent again."""
    fields = await form_fields(request)
    kept = {name: value for name, value in fields.items() if name not in (CSRF_FIELD, "anyway")}
    path = request.scope["path"]
    return part(request, "ask.html", into=ASK, question=str(question), yes=yes, fields=kept, path=path)


def _way_back(here: AtHand, old: Appointment, moved: Appointment) -> dict[str, str]:
    """The move that takes a move back; the patient hears of it only if they know of something else."""
    quiet = {} if here.hand.unsaid else {"back": "yes"}
    return {
        "path": f"{PATH}/appointments/{old.id}/move",
        "practitioner": str(old.practitioner_id),
        "appointment_type": old.appointment_type,
        "day": old.start.date().isoformat(),
        "clock": f"{old.start:%H:%M}",
        "seen": moved.start.isoformat(),
        "seen_with": str(moved.practitioner_id),
        "anyway": "yes",
        **quiet,
    }


def _when(one: Appointment) -> str:
    return f"{day(one.start)}, {clock_time(one.start)}, {one.practitioner}"


def _next_quarter(now: datetime) -> str:
    later = now + timedelta(minutes=15 - now.minute % 15)
    return f"{later:%H:%M}"


handlers = [
    new_appointment,
    patients,
    book,
    move,
    cancel,
    restore,
    arrive,
    end,
    new_block,
    block,
    unblock,
]
