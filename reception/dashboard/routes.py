"""All addresses under /staff, and who may open them."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.params import FromPath

from reception.channels.given import GivenService
from reception.dashboard import (
    absence,
    calendar,
    calendar_changes,
    correcting,
    entrance,
    figures,
    frame,
    inbox,
    inbox_changes,
    now,
    patient_data,
    patient_edits,
    patients,
    people,
    signing_on,
    twins,
    waiting,
)
from reception.dashboard.live import live
from reception.dashboard.problems import HANDLERS
from reception.dashboard.rendering import BUILT, redirect
from reception.dashboard.settings.routes import settings_handlers
from reception.founding import FOUNDED
from reception.staff.access import PATH, Me, Received, current_account, from_our_page, logged_in

#: Handlers of pages for whoever is logged in. A page that is added stands here too.
PAGES = [
    *frame.handlers,
    *now.handlers,
    *inbox.handlers,
    *inbox_changes.handlers,
    *calendar.handlers,
    *calendar_changes.handlers,
    *absence.handlers,
    *correcting.handlers,
    *waiting.handlers,
    *figures.handlers,
    *patients.handlers,
    *patient_edits.handlers,
    *patient_data.handlers,
    *twins.handlers,
    *people.handlers,
    *settings_handlers,
]


@get("/")
async def first_page(request: Received, me: Me, service: GivenService) -> Any:
    """Now is where the day begins; with setting up, where that was not done yet."""
    if me.role == "admin":
        async with service.database.transaction() as store:
            if await store.latest_note(me.practice_id) == FOUNDED:
                return redirect(request, "/staff/setup")
    return redirect(request, "/staff/now")


@get("/assets/{name:str}")
async def assets(request: Received, name: FromPath[str]) -> Response[bytes]:
    """What `web/` was built into."""
    return BUILT.answer(request, name)


staff = Router(
    PATH,
    route_handlers=[
        assets,
        live,
        Router("/", route_handlers=[*entrance.handlers, *signing_on.handlers], guards=[from_our_page]),
        Router(
            "/",
            route_handlers=[first_page, *PAGES],
            guards=[logged_in, from_our_page],
            dependencies={"me": Provide(current_account)},
        ),
    ],
    exception_handlers=HANDLERS,  # type: ignore[arg-type]
)
