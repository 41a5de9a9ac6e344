"""Patients: looked up as one types, one of them open beside the list with all that ever was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard import patient_words
from reception.dashboard.forms import form
from reception.dashboard.rendering import by_htmx, page, part, redirect
from reception.database.records import Account, Chart, Event, FoundPatient
from reception.database.store import Store
from reception.errors import NotFound
from reception.patients.wanted import LONGEST, wanted
from reception.practice import Practice
from reception.service import Service
from reception.staff.access import Me, Received
from reception.staff.audit import saw

#: Patients in the list, and things of a history shown at once.
MOST, SHOWN = 25, 40


class LookedFor(BaseModel):
    words: str = ""


@get("/patients")
async def patients(request: Received, me: Me, service: GivenService) -> Any:
    """The search, and whom one looked at last."""
    return await page(request, "patients.html", here="patients", open=None, **await _list(service, me, ""))


@post("/patients/search", status_code=200)
async def search(request: Received, me: Me, service: GivenService, open: FromQuery[str] = "") -> Any:
    """Those who fit what was typed. It is posted, so that no address and no log holds a name."""
    given = await form(request, LookedFor)
    shown = await _list(service, me, given.words[:LONGEST])
    if by_htmx(request):
        return part(request, "patient_list.html", open_id=open, **shown)
    return await page(request, "patients.html", here="patients", open=None, **shown)


@get("/patients/{patient_id:uuid}")
async def patient(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """One patient's page, beside the list."""
    opened = await open_patient(service, me, patient_id)
    if opened["open"].merged_into is not None:
        return redirect(request, f"/staff/patients/{opened['open'].merged_into}")
    return await page(request, "patients.html", here="patients", **await _list(service, me, ""), **opened)


@get("/patients/{patient_id:uuid}/chart")
async def chart(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The patient's page without what is around it."""
    return part(request, "patient.html", **await open_patient(service, me, patient_id))


@get("/patients/{patient_id:uuid}/history")
async def history(
    request: Received,
    patient_id: FromPath[UUID],
    me: Me,
    service: GivenService,
    at: FromQuery[datetime],
    id: FromQuery[UUID],
) -> Any:
    """What was before the event `id`, which was `at`."""
    async with service.database.transaction() as store:
        await chart_of(store, me, patient_id)
        practice = await practice_of(store, me)
        shown = await _history(store, practice, service, patient_id, (at, id))
    return part(request, "patient_history.html", patient_id=patient_id, **shown)


async def open_patient(service: Service, me: Account, patient_id: UUID) -> dict[str, Any]:
    """A patient with the newest of their history, noted as seen by `me`."""
    async with service.database.transaction() as store:
        found = await chart_of(store, me, patient_id)
        practice = await practice_of(store, me)
        await saw(store, me, "patient", found.patient.id)
        merges = await store.merges_into(me.practice_id, patient_id)
        shown = await _history(store, practice, service, found.patient.id)
    return {
        "merges": merges,
        "open": found,
        "patient_id": found.patient.id,
        "age": patient_words.age(found.patient, _today(service, practice)),
        **shown,
    }


async def chart_of(store: Store, me: Account, patient_id: UUID) -> Chart:
    """NotFound also for a patient of another practice."""
    found = await store.chart(me.practice_id, patient_id)
    if found is None:
        raise NotFound("There is no such patient.")
    return found


async def practice_of(store: Store, me: Account) -> Practice:
    practice = await store.practice_by_id(me.practice_id)
    assert practice is not None  # a foreign key keeps it for whoever is logged in
    return practice


def _today(service: Service, practice: Practice) -> date:
    return service.clock.now(practice.time_zone).date()


async def _history(
    store: Store,
    practice: Practice,
    service: Service,
    patient_id: UUID,
    before: tuple[datetime, UUID] | None = None,
) -> dict[str, Any]:
    events: list[Event] = await store.history(practice.id, patient_id, SHOWN + 1, before)
    last = events[SHOWN - 1] if len(events) > SHOWN else None
    now = service.clock.now(practice.time_zone)
    return {
        "groups": patient_words.by_time(events[:SHOWN], now),
        "last": last,
        "line": patient_words.line,
        "beginning": before is None,
    }


async def _list(service: Service, me: Account, words: str) -> dict[str, Any]:
    async with service.database.transaction() as store:
        practice = await practice_of(store, me)
        now = service.clock.now(practice.time_zone)
        asked = wanted(words, now.date(), str(practice.time_zone))
        found: list[FoundPatient]
        if asked.anybody:
            found = await store.seen_lately(me.practice_id, me.id, MOST, now)
        else:
            found = await store.find_patients(me.practice_id, asked, MOST, now)
    return {"found": found, "words": words, "lately": asked.anybody}


handlers = [patients, search, patient, chart, history]
