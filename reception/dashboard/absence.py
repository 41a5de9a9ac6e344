"""One form for "Dr. Weber is ill today" blocks the time; then each patient is followed to another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import AwareDatetime, BaseModel, Field

from reception.channels.given import GivenService
from reception.dashboard.at_hand import AtHand, calendar_of, day_of
from reception.dashboard.forms import form
from reception.dashboard.rendering import Flash, clock_time, day, page, part, redirect
from reception.database.records import Absence, AbsenceCase, Account
from reception.errors import Invalid, NotFound
from reception.practice import Practitioner
from reception.scheduling.absence import Absences
from reception.scheduling.other_times import OtherTimes
from reception.service import Service
from reception.staff.access import Me, Received, form_fields, may_change
from reception.staff.audit import saw

PAGE = "/staff/calendar/absence"
#: Times to choose from while somebody is on the telephone, and earlier absences that are listed.
TIMES, EARLIER = 4, 8
#: How cases are grouped, in the order in which they are shown.
GROUPS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("To be called", ("call", "declined", "silent")),
    ("Asked by text", ("waiting", "asked")),
    ("Settled", ("accepted", "settled", "restored")),
)


class Begun(BaseModel):
    practitioner: UUID
    first: Annotated[date, Field(title="First day")]
    last: Annotated[date, Field(title="Last day")]
    with_others: bool = False


class Chosen(BaseModel):
    practitioner: UUID
    start: AwareDatetime


@get("/calendar/absence", guards=[may_change])
async def new_absence(
    request: Received, me: Me, service: GivenService, practitioner: FromQuery[str] = ""
) -> Any:
    """The form, and absences that were noted lately."""
    async with absences_of(service, me) as (here, absences):
        earlier = await here.store.absences(me.practice_id, EARLIER)
        doctors = here.practice.practitioners
        chosen = next(
            (one for one in doctors if str(one.id) == practitioner), doctors[0] if doctors else None
        )
        today = here.now.date()
        shown = await _affected(here, absences, me, chosen, today, today)
    return await page(
        request,
        "absence_new.html",
        here="calendar",
        doctors=doctors,
        chosen=chosen,
        today=today,
        earlier=earlier,
        days_of=days_of,
        texts=service.notices is not None,
        **shown,
    )


@get("/calendar/absence/affected", guards=[may_change])
async def affected(
    request: Received,
    me: Me,
    service: GivenService,
    practitioner: FromQuery[str] = "",
    first: FromQuery[str] = "",
    last: FromQuery[str] = "",
) -> Any:
    """Whom it hits, as the form stands now."""
    async with absences_of(service, me) as (here, absences):
        doctor = next((one for one in here.practice.practitioners if str(one.id) == practitioner), None)
        today = here.now.date()
        days = day_of(first, today), day_of(last, today)
        shown = await _affected(here, absences, me, doctor, *days)
    return part(request, "absence_affected.html", texts=service.notices is not None, **shown)


@post("/calendar/absence", guards=[may_change], status_code=200)
async def begin(request: Received, me: Me, service: GivenService) -> Any:
    """Blocks the time, and begins to find the patients another."""
    given = await form(request, Begun)
    calls = [name for name, way in (await form_fields(request)).items() if way == "call"]
    async with absences_of(service, me) as (here, absences):
        doctor = next((one for one in here.practice.practitioners if one.id == given.practitioner), None)
        if doctor is None:
            raise Invalid("Choose who is away.")
        start, end = absences.span(given.first, given.last)
        chosen = {UUID(name[4:]) for name in calls if name.startswith("way-") and len(name) == 40}
        absence = await absences.begin(me, doctor, start, end, chosen, with_others=given.with_others)
    return redirect(
        request, f"{PAGE}/{absence}", flash=Flash("The time is blocked; nothing more is booked into it.")
    )


@get("/calendar/absence/{absence_id:uuid}")
async def absence(request: Received, absence_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """How far it has come, patient by patient."""
    return await page(request, "absence.html", here="calendar", **await _shown(service, me, absence_id))


@get("/calendar/absence/{absence_id:uuid}/cases")
async def cases(request: Received, absence_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The patients, again."""
    return part(request, "absence_cases.html", me=me, **await _shown(service, me, absence_id))


@post("/calendar/absence/{absence_id:uuid}/end", guards=[may_change], status_code=200)
async def end(request: Received, absence_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """They are back."""
    async with absences_of(service, me) as (_, absences):
        await absences.end(me, absence_id)
    return redirect(request, f"{PAGE}/{absence_id}", flash=Flash("The rest of the time can be booked again."))


@post("/calendar/absence/{absence_id:uuid}/back", guards=[may_change], status_code=200)
async def take_back(request: Received, absence_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """It was a mistake."""
    async with absences_of(service, me) as (_, absences):
        lost = await absences.take_back(me, absence_id)
    said = "Taken back: the appointments stand again."
    if lost:
        said = f"Taken back, but the time of {lost} is gone: please call them."
    return redirect(request, f"{PAGE}/{absence_id}", flash=Flash(said, "bad" if lost else "good"))


@get("/calendar/absence/cases/{case_id:uuid}/times", guards=[may_change])
async def times(request: Received, case_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Times to offer on the telephone."""
    async with calendar_of(service, me) as here:
        case = await here.store.absence_case(me.practice_id, case_id)
        if case is None:
            raise NotFound("There is no such patient in this list.")
        other = OtherTimes(here.store, here.practice, here.now)
        day_begins = case.was.replace(hour=0, minute=0)
        found = await other.free(case, TIMES, soonest=max(here.now, day_begins))
    return part(request, "absence_times.html", case=case, times=found)


@post("/calendar/absence/cases/{case_id:uuid}/book", guards=[may_change], status_code=200)
async def book(request: Received, case_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The time that was agreed on."""
    given = await form(request, Chosen)
    async with absences_of(service, me) as (here, absences):
        start = given.start.astimezone(here.practice.time_zone)
        await absences.book(me, case_id, given.practitioner, start)
        found = await _absence_of(here, me, case_id)
    return await _again(
        request, service, me, found, Flash("Booked; the patient is told by text where that can be.")
    )


@post("/calendar/absence/cases/{case_id:uuid}/settle", guards=[may_change], status_code=200)
async def settle(request: Received, case_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """No new time is wanted."""
    async with absences_of(service, me) as (here, absences):
        await absences.settle(me, case_id)
        found = await _absence_of(here, me, case_id)
    return await _again(request, service, me, found, Flash("Settled."))


@post("/calendar/absence/cases/{case_id:uuid}/call", guards=[may_change], status_code=200)
async def call(request: Received, case_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Somebody calls instead of waiting for an answer."""
    async with absences_of(service, me) as (here, absences):
        await absences.call(me, case_id)
        found = await _absence_of(here, me, case_id)
    return await _again(request, service, me, found, Flash("On the list to be called."))


@asynccontextmanager
async def absences_of(service: Service, me: Account) -> AsyncIterator[tuple[AtHand, Absences]]:
    """The practice's absences within one transaction."""
    async with calendar_of(service, me) as here:
        yield here, Absences(here.store, here.practice, here.now, service.notices)


async def _affected(
    here: AtHand, absences: Absences, me: Account, doctor: Practitioner | None, first: date, last: date
) -> dict[str, Any]:
    """Whom it hits; a wrong day is said where the list would stand."""
    try:
        if doctor is None:
            raise Invalid("Choose who is away.")
        start, end = absences.span(first, last)
    except Invalid as error:
        return {"affected": [], "wrong": str(error), "soon": here.now}
    found = await absences.affected(doctor, start, end)
    await saw(here.store, me, "calendar", me.practice_id)
    return {"affected": found, "wrong": "", "soon": here.now + timedelta(hours=2)}


async def _absence_of(here: AtHand, me: Account, case_id: UUID) -> UUID:
    case = await here.store.absence_case(me.practice_id, case_id)
    assert case is not None  # it was just changed
    return case.absence_id


async def _again(request: Received, service: Service, me: Account, absence_id: UUID, flash: Flash) -> Any:
    return part(request, "absence_cases.html", flash=flash, me=me, **await _shown(service, me, absence_id))


async def _shown(service: Service, me: Account, absence_id: UUID) -> dict[str, Any]:
    async with calendar_of(service, me) as here:
        found = await here.store.absence(me.practice_id, absence_id)
        if found is None:
            raise NotFound("There is no such absence.")
        all_cases = await here.store.absence_cases(me.practice_id, absence_id)
        await saw(here.store, me, "absence", absence_id)
    return {"absence": found, "groups": _grouped(all_cases), "state": case_words, "days_of": days_of}


def _grouped(cases: Sequence[AbsenceCase]) -> list[tuple[str, list[AbsenceCase]]]:
    groups = [(label, [one for one in cases if one.status in statuses]) for label, statuses in GROUPS]
    return [(label, among) for label, among in groups if among]


def days_of(absence: Absence) -> str:
    """When somebody is away: its days, the last included, and the hour at which it began within one."""
    last = (absence.last - timedelta(minutes=1)).date()
    days = day(absence.first) if absence.first.date() == last else f"{day(absence.first)} to {day(last)}"
    return days if absence.first.time() == time() else f"{days}, from {clock_time(absence.first)}"


def case_words(case: AbsenceCase) -> tuple[str, str]:
    """The colour of a case's tag, and how it stands in few words."""
    if case.elsewhere is not None and case.status not in ("accepted", "restored"):
        return "green", "Has found another time"
    match case.status:
        case "waiting":
            return "blue", "Is being asked"
        case "asked":
            sent = {"queued": "Text goes out in a moment", "delivered": "Text arrived"}
            return "blue", sent.get(case.text or "", "Asked by text")
        case "accepted":
            return "green", "Has a new time"
        case "declined":
            return "amber", "Wants another time"
        case "silent":
            return "amber", "No answer to the text"
        case "settled":
            return "", "Settled without a new time"
        case "restored":
            return "green", "Takes place after all"
    return "amber", "The text did not arrive" if case.text == "failed" else "To be called"


handlers = [
    new_absence,
    affected,
    begin,
    absence,
    cases,
    end,
    take_back,
    times,
    book,
    settle,
    call,
]
