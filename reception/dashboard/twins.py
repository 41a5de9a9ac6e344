"""Possible duplicates: side by side, made one, told apart, and made two again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard.forms import form
from reception.dashboard.patients import LookedFor, chart_of, practice_of
from reception.dashboard.rendering import Flash, by_htmx, page, part, redirect
from reception.database.records import Patient
from reception.errors import Invalid
from reception.patients.alike import Likeness, likeness
from reception.patients.details import FIELDS
from reception.patients.merging import merge, undo
from reception.patients.wanted import LONGEST, wanted
from reception.staff.access import Me, Received, form_fields, may_change
from reception.staff.audit import did, saw

PAGE = "/staff/patients"
#: Pairs that are compared, and shown.
READ, SHOWN = 5_000, 50


class Versions(BaseModel):
    """What the page showed of the two records."""

    kept_version: int
    other_version: int


@get("/patients/duplicates")
async def duplicates(request: Received, me: Me, service: GivenService) -> Any:
    """Who may be on file twice, most likely first."""
    async with service.database.transaction() as store:
        pairs = await store.possible_twins(me.practice_id, READ)
    alike = ranked(pairs)
    return await page(
        request, "duplicates.html", here="patients", pairs=alike[:SHOWN], more=len(alike) > SHOWN
    )


@get("/patients/{patient_id:uuid}/twins")
async def twins_of(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Records that may be the same person as this one, and a search for others."""
    async with service.database.transaction() as store:
        found = await chart_of(store, me, patient_id)
        await saw(store, me, "patient", patient_id)
        like = await store.patients_like(me.practice_id, found.patient.name)
    others = [(found.patient, one) for one in like if one.id != patient_id]
    alike = [(other, why) for _, other, why in ranked(others)]
    return await page(request, "twins.html", here="patients", open=found, ranked=alike[:10], words="")


@post("/patients/{patient_id:uuid}/twins/search", status_code=200)
async def twin_search(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Those who fit what was typed, without the patient."""
    given = await form(request, LookedFor)
    async with service.database.transaction() as store:
        opened = await chart_of(store, me, patient_id)
        practice = await practice_of(store, me)
        now = service.clock.now(practice.time_zone)
        asked = wanted(given.words[:LONGEST], now.date(), str(practice.time_zone))
        found = [] if asked.anybody else await store.find_patients(me.practice_id, asked, 11, now)
    others = [
        (one.patient, likeness(opened.patient, one.patient)) for one in found if one.patient.id != patient_id
    ]
    shown: dict[str, Any] = {"open": opened, "ranked": others[:10], "words": given.words}
    if by_htmx(request):
        return part(request, "twin_list.html", **shown)
    return await page(request, "twins.html", here="patients", **shown)


@get("/patients/{kept_id:uuid}/merge/{other_id:uuid}")
async def side_by_side(
    request: Received, kept_id: FromPath[UUID], other_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """Two records, detail by detail; the first one is kept."""
    async with service.database.transaction() as store:
        kept, other = await chart_of(store, me, kept_id), await chart_of(store, me, other_id)
        for one in (kept, other):
            await saw(store, me, "patient", one.patient.id)
        counts = [await store.record_counts(me.practice_id, one.patient.id) for one in (kept, other)]
    if kept_id == other_id or kept.merged_into or other.merged_into:
        return redirect(
            request, f"{PAGE}/{kept.merged_into or kept_id}", flash=Flash("These are one already.")
        )
    rows = [
        (name, label, _shown(kept.patient, name), _shown(other.patient, name))
        for name, label in FIELDS.items()
    ]
    return await page(
        request,
        "merge.html",
        here="patients",
        kept=kept,
        other=other,
        rows=rows,
        counts=counts,
        why=likeness(kept.patient, other.patient),
    )


@post("/patients/{kept_id:uuid}/merge/{other_id:uuid}", guards=[may_change], status_code=200)
async def make_one(
    request: Received, kept_id: FromPath[UUID], other_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """Makes them one, with the details that were chosen."""
    given = await form(request, Versions)
    fields = await form_fields(request)
    taken = [name for name in FIELDS if fields.get(f"use_{name}") == "other"]
    versions = (given.kept_version, given.other_version)
    await service.database.run(lambda store: merge(store, me, kept_id, other_id, versions, taken))
    return redirect(
        request, f"{PAGE}/{kept_id}", flash=Flash("They are one record now. This can be undone below.")
    )


@post("/patients/{patient_id:uuid}/apart/{other_id:uuid}", guards=[may_change], status_code=200)
async def apart(
    request: Received, patient_id: FromPath[UUID], other_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """They are two people; the pair is not suggested again."""
    if patient_id == other_id:
        raise Invalid("Choose two different records.")
    async with service.database.transaction() as store:
        await chart_of(store, me, patient_id)
        await chart_of(store, me, other_id)
        await store.tell_apart(me.practice_id, patient_id, other_id, me.id)
        await store.settle_twins(me.practice_id, (patient_id, other_id))
        await did(store, me, "told_apart", "patient", patient_id, details={"other": str(other_id)})
    flash = Flash("Remembered: two different people.")
    return redirect(request, f"{PAGE}/duplicates", flash=flash)


@post("/patients/merges/{merge_id:uuid}/undo", guards=[may_change], status_code=200)
async def make_two(request: Received, merge_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Two records again."""
    undone = await service.database.run(lambda store: undo(store, me, merge_id))
    flash = Flash("Two records again. What came since the merge stays with this one.")
    return redirect(request, f"{PAGE}/{undone.kept_id}", flash=flash)


def ranked(pairs: list[tuple[Patient, Patient]]) -> list[tuple[Patient, Patient, Likeness]]:
    """The pairs that are alike, and why, most likely first."""
    like = [(one, other, why) for one, other in pairs if (why := likeness(one, other)) is not None]
    return sorted(like, key=lambda pair: (-pair[2].weight, pair[0].name.casefold(), str(pair[0].id)))


def _shown(patient: Patient, name: str) -> str:
    value = getattr(patient, name)
    if name == "date_of_birth" and value:
        return f"{value:%b} {value.day}, {value.year}"
    return str(value or "")


handlers = [duplicates, twins_of, twin_search, side_by_side, make_one, apart, make_two]
