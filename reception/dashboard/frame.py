"""What frames every page and keeps itself fresh: the navigation's numbers, and emergencies until seen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery

from reception.channels.given import GivenService
from reception.dashboard.navigation import navigation
from reception.dashboard.rendering import part
from reception.database.records import Account
from reception.service import Service
from reception.staff.access import Me, Received, may_change
from reception.staff.audit import did


@get("/navigation")
async def navigation_part(request: Received, me: Me, service: GivenService, here: FromQuery[str] = "") -> Any:
    """The navigation with its numbers; `here` is the entry of the page it stands on."""
    async with service.database.transaction() as store:
        entries = await navigation(store, me)
    known = {one.entry.name for one in entries}
    return part(request, "navigation.html", entries=entries, here=here if here in known else "")


@get("/alarms")
async def alarms(request: Received, me: Me, service: GivenService) -> Any:
    """Emergencies that nobody has seen yet."""
    return await _alarms(request, me, service)


@post("/alarms/{request_id:uuid}/seen", guards=[may_change], status_code=200)
async def seen(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Somebody sees to it: the alarm ends for everybody."""
    async with service.database.transaction() as store:
        if await store.see_request(me.practice_id, request_id, me.id):
            await did(store, me, "alarm_seen", "request", request_id)
    return await _alarms(request, me, service)


async def _alarms(request: Received, me: Account, service: Service) -> Any:
    async with service.database.transaction() as store:
        found = await store.unseen_emergencies(me.practice_id)
    return part(request, "alarms.html", alarms=found)


handlers = [navigation_part, alarms, seen]
