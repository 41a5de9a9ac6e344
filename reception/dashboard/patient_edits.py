"""Changing a patient's details, taking somebody on by hand, and who may speak for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard.forms import form
from reception.dashboard.patients import LookedFor, chart_of, practice_of
from reception.dashboard.rendering import Flash, by_htmx, page, part, redirect
from reception.database.records import Account, Chart, Patient
from reception.database.store import Store
from reception.errors import Invalid, NotFound, Taken
from reception.patients.details import FIELDS, Details, changed, twins
from reception.patients.wanted import LONGEST, wanted
from reception.practice_values import context
from reception.service import Service
from reception.staff.access import Me, Received, form_fields, may_change
from reception.staff.audit import did, saw

PAGE = "/staff/patients"
#: Shown to choose a guardian from.
MOST = 10


class Edited(Details):
    """`version` is the one the page showed: changes to anything newer are refused."""

    version: int


class New(Details):
    """`anyway`: also where somebody much like them is on file."""

    anyway: bool = False


class Guardian(BaseModel):
    guardian: UUID


@get("/patients/new", guards=[may_change])
async def new_patient(request: Received) -> Any:
    """An empty form."""
    return await _form(request, {})


@post("/patients/new", guards=[may_change], status_code=200)
async def take_on(request: Received, me: Me, service: GivenService) -> Any:
    """Takes somebody on; who may be here already is shown first."""
    try:
        given = await form(request, New, await _context(service, me))
    except Invalid as error:
        return await _form(request, await form_fields(request), error=str(error))
    async with service.database.transaction() as store:
        alike = await twins(store, me.practice_id, given)
        for one in alike:
            await saw(store, me, "patient", one.id)
        if not alike or given.anyway:
            details = {name: getattr(given, name) for name in FIELDS}
            added = await store.add_patient(me.practice_id, **details, possible_duplicate=bool(alike))
            await did(store, me, "taken_on", "patient", added.id)
            return redirect(request, f"{PAGE}/{added.id}", flash=Flash(f"{added.name} is on file now."))
    return await _form(request, await form_fields(request), alike=alike)


@get("/patients/{patient_id:uuid}/edit", guards=[may_change])
async def edit(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The form with what is on file."""
    async with service.database.transaction() as store:
        found = await chart_of(store, me, patient_id)
        await saw(store, me, "patient", patient_id)
    return await _form(request, _fields(found), found)


@post("/patients/{patient_id:uuid}/edit", guards=[may_change], status_code=200)
async def save(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Saves the details. Where a colleague was faster, both versions are shown."""
    async with service.database.transaction() as store:
        found = await chart_of(store, me, patient_id)
    try:
        given = await form(request, Edited, await _context(service, me))
        async with service.database.transaction() as store:
            await _save(store, me, patient_id, given)
    except Invalid as error:
        return await _form(request, await form_fields(request), found, error=str(error))
    except Taken as error:
        async with service.database.transaction() as store:
            newer = await chart_of(store, me, patient_id)
        typed = {**await form_fields(request), "version": str(newer.version)}
        return await _form(request, typed, newer, error=str(error), status=error.status, conflict=True)
    return redirect(request, f"{PAGE}/{patient_id}", flash=Flash("Saved."))


async def _save(store: Store, me: Account, patient_id: UUID, given: Edited) -> None:
    before = (await chart_of(store, me, patient_id)).patient
    after = given.of(patient_id)
    if not await store.change_patient(me.practice_id, after, given.version):
        raise Taken("A colleague changed this meanwhile. Both are shown: save again if yours is right.")
    await did(store, me, "changed", "patient", patient_id, details={"fields": changed(before, after)})


@get("/patients/{patient_id:uuid}/guardians", guards=[may_change])
async def guardians(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Who may speak for the patient, and a search for somebody to add."""
    async with service.database.transaction() as store:
        found = await chart_of(store, me, patient_id)
        await saw(store, me, "patient", patient_id)
    return await page(request, "guardians.html", here="patients", open=found, found=[], words="")


@post("/patients/{patient_id:uuid}/guardians/search", guards=[may_change], status_code=200)
async def guardian_search(
    request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """Those who fit what was typed, without the patient."""
    given = await form(request, LookedFor)
    async with service.database.transaction() as store:
        open_chart = await chart_of(store, me, patient_id)
        practice = await practice_of(store, me)
        now = service.clock.now(practice.time_zone)
        asked = wanted(given.words[:LONGEST], now.date(), str(practice.time_zone))
        found = [] if asked.anybody else await store.find_patients(me.practice_id, asked, MOST + 1, now)
    others = [one for one in found if one.patient.id != patient_id][:MOST]
    shown: dict[str, Any] = {"open": open_chart, "found": others, "words": given.words}
    if by_htmx(request):
        return part(request, "guardian_list.html", **shown)
    return await page(request, "guardians.html", here="patients", **shown)


@post("/patients/{patient_id:uuid}/guardians", guards=[may_change], status_code=200)
async def add_guardian(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Lets another patient speak for this one."""
    given = await form(request, Guardian)
    if given.guardian == patient_id:
        raise Invalid("Patients speak for themselves anyway.")
    async with service.database.transaction() as store:
        await chart_of(store, me, patient_id)
        other = (await chart_of(store, me, given.guardian)).patient
        await store.add_guardian(me.practice_id, patient_id, other.id)
        await store.touch_patient(me.practice_id, patient_id)
        await _did_guardian(store, me, "guardian_added", patient_id, other.id)
    return redirect(request, f"{PAGE}/{patient_id}", flash=Flash(f"{other.name} may speak for them now."))


@post("/patients/{patient_id:uuid}/guardians/{other_id:uuid}/remove", guards=[may_change], status_code=200)
async def remove_guardian(
    request: Received, patient_id: FromPath[UUID], other_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """Another patient speaks for this one no longer."""
    async with service.database.transaction() as store:
        await chart_of(store, me, patient_id)
        if not await store.remove_guardian(me.practice_id, patient_id, other_id):
            raise NotFound("They did not speak for this patient.")
        await store.touch_patient(me.practice_id, patient_id)
        await _did_guardian(store, me, "guardian_removed", patient_id, other_id)
    return redirect(request, f"{PAGE}/{patient_id}", flash=Flash("They speak for this patient no longer."))


async def _did_guardian(store: Store, me: Account, action: str, patient_id: UUID, other: UUID) -> None:
    await did(store, me, action, "patient", patient_id, details={"guardian": str(other)})


async def _context(service: Service, me: Account) -> Mapping[str, Any]:
    async with service.database.transaction() as store:
        practice = await practice_of(store, me)
    return context(practice.phone, service.clock.now(practice.time_zone).date())


def _fields(found: Chart) -> dict[str, str]:
    on_file = {name: getattr(found.patient, name) for name in FIELDS}
    return {name: str(value or "") for name, value in on_file.items()} | {"version": str(found.version)}


async def _form(
    request: Received,
    typed: Mapping[str, str],
    found: Chart | None = None,
    *,
    error: str = "",
    status: int | None = None,
    alike: list[Patient] | None = None,
    conflict: bool = False,
) -> Any:
    """The form with what was `typed`; after a `conflict` what is on file now stands beside it."""
    return await page(
        request,
        "patient_form.html",
        here="patients",
        status=status or (422 if error else 200),
        typed={name: typed.get(name, "")[:300] for name in (*FIELDS, "version")},
        labels=FIELDS,
        open=found,
        error=error,
        alike=alike or [],
        now=_fields(found) if found and conflict else {},
    )


handlers = [
    new_patient,
    take_on,
    edit,
    save,
    guardians,
    guardian_search,
    add_guardian,
    remove_guardian,
]
