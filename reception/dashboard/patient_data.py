"""One patient's data: handed out as a file, or erased for good once their name was typed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard.forms import Line, form
from reception.dashboard.patients import chart_of
from reception.dashboard.rendering import HEADERS, page
from reception.database.records import Account, Chart, RecordCounts
from reception.erasure import erase as erase_everywhere
from reception.erasure import export_patient
from reception.errors import Invalid
from reception.service import Service
from reception.staff.access import Me, Received, admins_only, may_change
from reception.staff.audit import did


class Confirmed(BaseModel):
    """The patient's name, typed."""

    name: Line


@get("/patients/{patient_id:uuid}/export", guards=[may_change])
async def export_data(patient_id: FromPath[UUID], me: Me, service: GivenService) -> Response[bytes]:
    """All that is kept of the patient, as a JSON file to be handed to them."""
    async with service.database.transaction(snapshot=True) as store:
        found = await chart_of(store, me, patient_id)
        data = await export_patient(store, me.practice_id, found.merged_into or patient_id)
    async with service.database.transaction() as store:
        await did(store, me, "exported", "patient", patient_id)
    return Response(
        json.dumps(data, ensure_ascii=False, indent=2).encode(),
        media_type="application/json; charset=utf-8",
        headers={
            **HEADERS,
            "Content-Disposition": f'attachment; filename="patient-{patient_id}.json"',
            "Cache-Control": "no-store",
        },
    )


@get("/patients/{patient_id:uuid}/erase", guards=[admins_only])
async def erase_page(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """What would go and what would stay, and a field for the name."""
    found, counts = await _look(service, me, patient_id)
    return await _page(request, found, counts)


@post("/patients/{patient_id:uuid}/erase", guards=[admins_only], status_code=200)
async def erase(request: Received, patient_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Erases the patient, once their name was typed rightly."""
    found, counts = await _look(service, me, patient_id)
    try:
        given = await form(request, Confirmed)
        if given.name.casefold() != " ".join(found.patient.name.split()).casefold():
            raise Invalid("Name: that is not this patient's name. Nothing was erased.")
    except Invalid as error:
        return await _page(request, found, counts, str(error))
    erased = await erase_everywhere(
        service.database, service.recordings, me.practice_id, patient_id, staff_id=me.id
    )
    return await page(request, "erased.html", here="patients", erased=erased)


async def _look(service: Service, me: Account, patient_id: UUID) -> tuple[Chart, RecordCounts]:
    async with service.database.transaction() as store:
        found = await chart_of(store, me, patient_id)
        return found, await store.record_counts(me.practice_id, patient_id)


async def _page(request: Received, found: Chart, counts: RecordCounts, error: str = "") -> Any:
    status = 422 if error else 200
    return await page(
        request, "erase.html", here="patients", status=status, open=found, counts=counts, error=error
    )


handlers = [export_data, erase_page, erase]
