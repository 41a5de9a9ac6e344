"""Patients and calendar from CSV files: checked first, with each line that is refused, then taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from litestar import get, post
from pydantic import BaseModel, ValidationError

from reception.channels.given import GivenService
from reception.dashboard.rendering import part
from reception.dashboard.settings.uploads import uploaded
from reception.dashboard.settings.view import settings_page, view_of
from reception.errors import Invalid
from reception.staff.access import Me, Received, admins_only
from reception.staff.audit import did
from reception.takeover import MOST, Encoding, Kind, TakeOver, cut_off, decoded

#: Refused lines that are shown; more are counted.
SHOWN = 500
ANOTHER = "This is another file than the one that was checked. Check it first."


class Chosen(BaseModel):
    kind: Kind
    encoding: Encoding = "utf-8"
    run: str = ""
    checked: str = ""


@get("/settings/import", guards=[admins_only])
async def import_page(request: Received, me: Me, service: GivenService) -> Any:
    """Which files can be taken over, and how they must look."""
    return await settings_page(request, await view_of(service, me), "import.html", at="import")


@post("/settings/import", guards=[admins_only], status_code=200, request_max_body_size=MOST + 100_000)
async def bring(request: Received, me: Me, service: GivenService) -> Any:
    """What would become of each line of the file; or, of a file that was checked, what became of it."""
    content, sent = await uploaded(request, "file", MOST)
    given = _chosen(sent)
    text = decoded(content, given.encoding)
    sum_of = hashlib.sha256(content + given.kind.encode()).hexdigest()
    dry = given.run != "real"
    if not dry and given.checked != sum_of:
        raise Invalid(ANOTHER)
    async with service.database.transaction() as store:
        practice = await store.practice_by_id(me.practice_id)
    assert practice is not None  # whoever is logged in belongs to one
    today = service.clock.now(practice.time_zone).date()
    report = await TakeOver(service.database, practice, given.kind, today).run(text, dry=dry)
    if not dry:
        counts = {name: getattr(report, name) for name in ("added", "changed", "unchanged")}
        async with service.database.transaction() as store:
            details = {**counts, "refused": len(report.refused)}
            await did(store, me, f"imported_{given.kind}", "practice", me.practice_id, details=details)
    refused = sorted(report.refused, key=lambda one: one.line)
    return part(
        request,
        "settings/report.html",
        dry=dry,
        kind=given.kind,
        report=report,
        refused=refused[:SHOWN],
        more=max(0, len(refused) - SHOWN),
        checked=sum_of,
        cut=cut_off(text),
    )


def _chosen(sent: Mapping[str, str]) -> Chosen:
    try:
        return Chosen.model_validate(sent)
    except ValidationError:
        raise Invalid("Please say what is in the file, and how it is written.") from None


handlers = [import_page, bring]
