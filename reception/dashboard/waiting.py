"""Waiting list: who waits for what, since when, what they were offered, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard import waiting_words
from reception.dashboard.forms import form
from reception.dashboard.rendering import Flash, by_htmx, page, part, redirect
from reception.database.records import Account, InboxItem, Request
from reception.database.store import Store
from reception.errors import Invalid, NotFound, Taken
from reception.messaging.numbers import number_for_texts
from reception.practice import Practice
from reception.scheduling.booking import Booking
from reception.scheduling.calendar import OpenSlot
from reception.scheduling.waiting import WaitingList, fits
from reception.service import Service
from reception.staff.access import Me, Received, may_change
from reception.staff.audit import did, saw

PATH = "/staff/waiting-list"
#: Those who no longer wait are shown up to so many, and so many free times to offer.
MOST_SHOWN, MOST_TIMES = 200, 40
#: Days ahead that are looked through for free times.
AHEAD = timedelta(days=21)


class Version(BaseModel):
    """What the page showed: changes to anything newer are refused."""

    version: int


class Offered(BaseModel):
    """A time as the page offers it: practitioner, kind of appointment and start."""

    place: str

    def parts(self, practice: Practice) -> tuple[UUID, str, datetime]:
        """Invalid when it is no place that the page can have offered."""
        try:
            practitioner, kind, start = self.place.split("|")
            at = datetime.fromisoformat(start)
            if at.tzinfo is None or not 2000 < at.year < 2200:
                raise ValueError
            return UUID(practitioner), kind, at.astimezone(practice.time_zone)
        except ValueError:
            raise Invalid("Choose one of the times that are offered.") from None


@get("/waiting-list")
async def waiting(request: Received, me: Me, service: GivenService, show: FromQuery[str] = "open") -> Any:
    """The list alone."""
    return await page(request, "waiting.html", here="waiting", open=None, **await _list(service, me, show))


@get("/waiting-list/list")
async def people(
    request: Received, me: Me, service: GivenService, show: FromQuery[str] = "open", open: FromQuery[str] = ""
) -> Any:
    """The list again; `open` is whose wish stands beside it."""
    return part(request, "waiting_list.html", open_id=open, **await _list(service, me, show))


@get("/waiting-list/{request_id:uuid}")
async def one(
    request: Received,
    request_id: FromPath[UUID],
    me: Me,
    service: GivenService,
    show: FromQuery[str] = "open",
) -> Any:
    """The list, and one who waits beside it."""
    shown = {**await _list(service, me, show), **await _open(service, me, request_id)}
    return await page(request, "waiting.html", here="waiting", **shown)


@get("/waiting-list/{request_id:uuid}/detail")
async def detail(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """One who waits, again."""
    return part(request, "waiting_one.html", me=me, **await _open(service, me, request_id))


@post("/waiting-list/{request_id:uuid}/offer", guards=[may_change], status_code=200)
async def offer(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Keeps a free time for them, and asks them by text where that can be."""
    given = await form(request, Offered)
    async with service.database.transaction() as store:
        practice = await _practice(store, me)
        wanted = await _waits(store, me, request_id)
        place = given.parts(practice)
        asked = await _waiting_list(service, store, practice).offer(wanted, place)
        details = {"start": place[2].isoformat()}
        await did(store, me, "offered", "request", request_id, details=details)
    flash = Flash("Asked by text: the time is kept until they answer.")
    if not asked:
        flash = Flash("The time is kept for two hours. No text can be sent: please call them.")
    return await _again(request, service, me, request_id, flash)


@post("/waiting-list/{request_id:uuid}/take-back", guards=[may_change], status_code=200)
async def take_back(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Takes back the time that is kept for them: the next who waits for one like it is asked."""
    async with service.database.transaction() as store:
        practice = await _practice(store, me)
        wanted = await _waits(store, me, request_id)
        if not await _give_back(service, store, practice, wanted):
            raise Taken("Nothing is kept for them any more.")
        await did(store, me, "offer_taken_back", "request", request_id)
    return await _again(request, service, me, request_id, Flash("The time goes to the next, if it fits."))


@post("/waiting-list/{request_id:uuid}/off", guards=[may_change], status_code=200)
async def take_off(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """They wait no longer; what is kept for them goes to the next."""
    given = await form(request, Version)
    async with service.database.transaction() as store:
        practice = await _practice(store, me)
        item = await _item(store, me, request_id)
        wanted = await _waits(store, me, request_id)
        if item.version != given.version or not await store.finish_request(item, me.id):
            raise Taken("Somebody has changed this meanwhile. Look at it again.")
        await _give_back(service, store, practice, wanted)
        await did(store, me, "taken_off", "request", request_id)
    return await _again(request, service, me, request_id, Flash("They are off the list."))


@post("/waiting-list/{request_id:uuid}/on", guards=[may_change], status_code=200)
async def put_on(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """They wait again, since when they did before."""
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id)
        if item.status == "done":
            await store.reopen_request(item)
            await did(store, me, "put_on_list", "request", request_id)
    return await _again(request, service, me, request_id, Flash("They are on the list again."))


def _waiting_list(service: Service, store: Store, practice: Practice) -> WaitingList:
    return WaitingList(store, practice, service.clock.now(practice.time_zone), service.ask_by_text)


async def _give_back(service: Service, store: Store, practice: Practice, wanted: Request) -> bool:
    """Passes on what is kept for them; False where nothing is."""
    if wanted.conversation_id is None:
        return False
    held = await store.hold_of(practice.id, wanted.conversation_id)
    if held is None:
        return False
    await _waiting_list(service, store, practice).pass_on(held.id, wanted.conversation_id, but=wanted.id)
    return True


async def _item(store: Store, me: Account, request_id: UUID) -> InboxItem:
    item = await store.inbox_item(me.practice_id, request_id)
    if item is None or item.kind != "waitlist":
        raise NotFound("Nobody like that is on the waiting list.")
    return item


async def _waits(store: Store, me: Account, request_id: UUID) -> Request:
    """Whoever still waits. Taken when they no longer do."""
    item = await _item(store, me, request_id)
    if item.status == "done":
        raise Taken("They no longer wait: somebody took them off, or they got a time.")
    return Request(
        item.id,
        item.kind,
        item.patient,
        item.details,
        item.priority,
        item.status,
        item.conversation_id,
        item.created_at,
    )


async def _practice(store: Store, me: Account) -> Practice:
    practice = await store.practice_by_id(me.practice_id)
    assert practice is not None  # whoever is logged in belongs to a practice that a foreign key keeps
    return practice


async def _again(request: Received, service: Service, me: Account, request_id: UUID, flash: Flash) -> Any:
    if not by_htmx(request):
        return redirect(request, f"{PATH}/{request_id}", flash=flash)
    shown = await _open(service, me, request_id)
    return part(request, "waiting_one.html", flash=flash, me=me, **shown)


async def _list(service: Service, me: Account, show: str) -> dict[str, Any]:
    status = "done" if show == "done" else "open"
    async with service.database.transaction() as store:
        items = await store.waiting_list(me.practice_id, status, MOST_SHOWN)
        return {
            "items": items,
            "offers": await store.waiting_offers(me.practice_id, items),
            "waiting_count": await store.waiting_count(me.practice_id),
            "show": status,
            "words": waiting_words,
        }


async def _open(service: Service, me: Account, request_id: UUID) -> dict[str, Any]:
    """One who waits, noted as seen, with the times that could be offered."""
    async with service.database.transaction() as store:
        practice = await _practice(store, me)
        item = await _item(store, me, request_id)
        await saw(store, me, "request", item.id)
        history = (await store.waiting_offers(me.practice_id, [item]))[item.id]
        now = service.clock.now(practice.time_zone)
        return {
            "open": item,
            "history": history,
            "kept": waiting_words.open_offer(history),
            "times": await _times(store, practice, item, now) if me.may_change else [],
            "reached_by_text": service.ask_by_text is not None
            and bool(number_for_texts(practice, item.patient)),
            "words": waiting_words,
        }


async def _times(store: Store, practice: Practice, item: InboxItem, now: datetime) -> list[OpenSlot]:
    """Free times that fit the wish, soonest first; without a kind in the wish, of the shortest there is."""
    kinds = sorted(practice.appointment_types, key=lambda one: one.minutes)
    kind = practice.type_by_name.get(str(item.details.get("appointment_type", ""))) or kinds[0]
    doctors = [one for one in practice.practitioners if one.id in kind.practitioners]
    first = now.date()
    last = first + min(AHEAD, timedelta(days=practice.booking.horizon_days))
    free = await Booking(store, practice, now).free(kind, doctors, first, last)
    fitting = [one for one in free if fits(item.details, one.practitioner.name, one.start)]
    return fitting[:MOST_TIMES]


handlers = [waiting, people, one, detail, offer, take_back, take_off, put_on]
