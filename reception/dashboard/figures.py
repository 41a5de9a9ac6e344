"""Figures: what the desk achieves, by day, week or month, beside the time before; each table also as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from babel.dates import format_date
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from reception.channels.given import GivenService
from reception.dashboard.counted import WISHES, Counted
from reception.dashboard.figure_sheets import sheets
from reception.dashboard.rendering import page
from reception.dashboard.sheets import Sheet, shown
from reception.dashboard.tiles import Tile, tiles
from reception.database.records import Account
from reception.database.store import Store
from reception.database.store.figures import Stretch
from reception.errors import NotFound
from reception.service import Service
from reception.spans import By, Span
from reception.staff.access import Me, Received

BYS: dict[str, By] = {"day": "day", "week": "week", "month": "month"}
#: Years that can be asked for: outside of them dates can't be reckoned with.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class Shown:
    """All that a page of figures shows."""

    span: Span
    tiles: list[Tile]
    sheets: list[Sheet]
    running: bool


@get("/figures")
async def figures(
    request: Received, me: Me, service: GivenService, by: FromQuery[str] = "week", of: FromQuery[str] = ""
) -> Any:
    """The span that lies around the day `of`, else the present one. What is counted is counted by the real
    clock, in the practice's zone."""
    found = await _shown(service, me, by, of)
    span = found.span
    return await page(
        request,
        "figures.html",
        here="figures",
        by=span.by,
        bys=BYS,
        tiles=found.tiles,
        sheets=found.sheets,
        shown=shown,
        title=title(span),
        compared=_compared(span, found.running),
        of=span.first.isoformat(),
        earlier=_query(span.before),
        later=None if found.running else _query(span.following),
    )


@get("/figures/{name:str}")
async def download(
    request: Received,
    name: FromPath[str],
    me: Me,
    service: GivenService,
    by: FromQuery[str] = "week",
    of: FromQuery[str] = "",
) -> Response[str]:
    """One table as CSV: `conversations.csv` and so on. NotFound for another name."""
    found = await _shown(service, me, by, of)
    for sheet in found.sheets:
        if name == f"{sheet.key}.csv":
            file = f"{sheet.key}-{found.span.by}-{found.span.first}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{file}"'}
            return Response(sheet.csv(), media_type="text/csv; charset=utf-8", headers=headers)
    raise NotFound("There is no such table.")


def title(span: Span) -> str:
    """The span in words."""
    if span.by == "month":
        return format_date(span.first, "MMMM y", locale="en_US")
    if span.by == "day":
        return format_date(span.first, "EEEE, MMMM d, y", locale="en_US")
    last = span.after_last - timedelta(days=1)
    first = format_date(span.first, "MMM d", locale="en_US")
    same = last.month == span.first.month
    return f"{first} - {format_date(last, 'd, y' if same else 'MMM d, y', locale='en_US')}"


async def count(
    store: Store, within: Stretch, unit: str, minutes: Mapping[str, float] = MappingProxyType({})
) -> Counted:
    """Everything about one stretch; `minutes` are the practice's own for what the desk did."""
    return Counted(
        talks=await store.talks_by_time(within, unit),
        weekdays=await store.talks_by_weekday(within),
        endings=await store.endings(within),
        reasons=await store.reasons(within, WISHES),
        handed_over=await store.handed_over(within),
        readings=await store.readings(within, unit),
        mistaken=await store.mistaken(within),
        pace=await store.pace(within),
        paces=await store.pace(within, unit),
        attendance=await store.attendance(within),
        waiting=await store.waiting_figures(within),
        texts=await store.texts_by_kind(within),
        minutes=minutes,
    )


async def _shown(service: Service, me: Account, by: str, of: str) -> Shown:
    async with service.database.transaction() as store:
        practice = await store.practice_by_id(me.practice_id)
        assert practice is not None  # whoever is logged in belongs to a practice
        zone = practice.time_zone
        now = (await store.server())[0].astimezone(zone)
        span = Span.around(BYS.get(by, "week"), _day(of) or now.date(), zone)
        before = span.before

        def stretch(start: datetime, end: datetime) -> Stretch:
            return Stretch(me.practice_id, start, end, str(zone))

        running = now < span.end
        minutes = practice.staff_minutes
        here = await count(store, stretch(span.start, span.end), span.unit, minutes)
        whole = await count(store, stretch(before.start, before.end), span.unit, minutes)
        comparable = whole
        if running:
            until = before.as_far_as(span, now)
            comparable = await count(store, stretch(before.start, until), span.unit, minutes)
    return Shown(span, tiles(here, comparable), sheets(span, here, comparable, whole), running)


def _compared(span: Span, running: bool) -> str:
    until = " up to the same hour" if running else ""
    return f"Compared with the {span.by} before{until}."


def _day(given: str) -> date | None:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    return day if EARLIEST < day < LATEST else None


def _query(span: Span) -> str:
    return f"by={span.by}&of={span.first.isoformat()}"


handlers = [figures, download]
