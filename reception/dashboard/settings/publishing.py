"""From draft to what holds: what would change, whom it would touch, publishing, undo, the switch."""

from __future__ import annotations

from typing import Any, Literal

from litestar import Response, get, post
from litestar.params import FromPath
from pydantic import BaseModel, Field

from reception.channels.given import GivenService
from reception.dashboard.forms import form
from reception.dashboard.rendering import Flash, by_htmx, part, redirect
from reception.dashboard.settings.differences import differences
from reception.dashboard.settings.pages import HOME
from reception.dashboard.settings.sections import section_of
from reception.dashboard.settings.view import View, settings_page, view, view_of
from reception.database.records import Account
from reception.database.store import Store
from reception.drafts import Drafts
from reception.errors import NotFound
from reception.scheduling.contradictions import Contradiction
from reception.service import Service
from reception.staff.access import Me, Received, admins_only, may_change
from reception.staff.audit import did

WHY = {
    "practitioner": "would not be booked any more",
    "appointment_type": "This kind of visit would be gone",
    "type": "would not offer this kind of visit any more",
    "length": "Visits of this kind would have another length",
    "closed": "The practice would be closed",
    "hours": "Outside of the new hours",
    "grid": "Not at a start that could be booked",
}
AFTER = {
    "practitioner": "Stays booked with them; nobody new is.",
    "appointment_type": "Stays booked; nothing of this kind can be booked any more.",
    "type": "Stays booked; they get no other one of this kind.",
    "length": "Stays as long as it was booked.",
}
STAYS = "Stays booked; nobody else is offered a time like it."
SWITCHED = {
    "on": "The desk answers calls, chats and texts.",
    "off": "The desk is off: calls ring through, chats and texts are told so.",
    "after_hours": "The desk answers only while the practice is closed.",
}
#: Contradicted appointments that are listed; more are counted.
MOST = 200


class Published(BaseModel):
    note: str = Field("", max_length=200)


class Switched(BaseModel):
    mode: Literal["on", "off", "after_hours"]


@get("/settings/review", guards=[admins_only])
async def review(request: Received, me: Me, service: GivenService) -> Any:
    """What the draft would change, what is wrong in it, and the appointments that it would contradict."""
    seen = await view_of(service, me)
    in_the_way = await _contradicted(service, me, seen)
    marked = [(section_of(one.path), one) for one in seen.wrong]
    return await settings_page(
        request,
        seen,
        "review.html",
        at="review",
        marked=marked,
        in_the_way=in_the_way[:MOST],
        more=max(0, len(in_the_way) - MOST),
        why=why,
        after=lambda one: AFTER.get(one.why, STAYS),
    )


@post("/settings/publish", guards=[admins_only])
async def publish(request: Received, me: Me, service: GivenService) -> Any:
    """Makes the draft hold, at once and for every channel."""
    given = await form(request, Published)
    async with service.database.transaction() as store:
        seen = await view(store, me)
        if not seen.begun:
            raise NotFound("There is no draft any more: it was published or discarded meanwhile.")
        number = await Drafts(store, me.practice_id, me.id).publish(" ".join(given.note.split()))
        await did(store, me, "settings_published", "practice", me.practice_id, details={"version": number})
    service.sites.forget()
    return redirect(
        request, f"{HOME}/versions", flash=Flash(f"Published: version {number} is in use from now on.")
    )


@post("/settings/discard", guards=[admins_only])
async def discard(request: Received, me: Me, service: GivenService) -> Any:
    """Forgets the draft."""
    async with service.database.transaction() as store:
        await Drafts(store, me.practice_id, me.id).discard()
        await did(store, me, "settings_draft_discarded", "practice", me.practice_id)
    return redirect(
        request, f"{HOME}/practice", flash=Flash("The draft is gone; what is in use is unchanged.")
    )


@post("/settings/rebase", guards=[admins_only])
async def rebase(request: Received, me: Me, service: GivenService) -> Any:
    """Takes over what others published since the draft was begun, and keeps its changes."""
    async with service.database.transaction() as store:
        await Drafts(store, me.practice_id, me.id).rebase()
    return redirect(request, f"{HOME}/review", flash=Flash("The draft now starts from what is in use."))


@get("/settings/versions", guards=[admins_only])
async def versions(request: Received, me: Me, service: GivenService) -> Any:
    """All that held, with who published it and what it changed."""
    seen = await view_of(service, me)
    async with service.database.transaction() as store:
        found = await store.versions(me.practice_id)
    before = [*found[1:], None]
    listed = [
        (one, differences(old.settings, one.settings) if old else None)
        for one, old in zip(found, before, strict=True)
    ]
    return await settings_page(request, seen, "versions.html", at="versions", versions=listed)


@post("/settings/versions/{number:int}/undo", guards=[admins_only])
async def undo(request: Received, number: FromPath[int], me: Me, service: GivenService) -> Any:
    """Makes an earlier version hold again."""
    async with service.database.transaction() as store:
        new = await Drafts(store, me.practice_id, me.id).undo(number)
        details = {"version": new, "of": number}
        await did(store, me, "settings_taken_back", "practice", me.practice_id, details=details)
    service.sites.forget()
    flash = Flash(f"Version {number} is in use again, as version {new}.")
    return redirect(request, f"{HOME}/versions", flash=flash)


@post("/answering", guards=[may_change], status_code=200)
async def switch(request: Received, me: Me, service: GivenService) -> Any:
    """Switches the desk on, off, or on after hours alone, for calls, chats and texts, at once."""
    given = await form(request, Switched)
    async with service.database.transaction() as store:
        await Drafts(store, me.practice_id, me.id).answer(given.mode)
        await did(store, me, f"desk_{given.mode}", "practice", me.practice_id)
    if not by_htmx(request):
        return redirect(request, "/staff", flash=Flash(SWITCHED[given.mode]))
    return await _switch(request, me, service, Flash(SWITCHED[given.mode]))


@get("/answering")
async def answering(request: Received, me: Me, service: GivenService) -> Any:
    """The switch again."""
    return await _switch(request, me, service)


def why(one: Contradiction) -> str:
    """Why an appointment is in the way, in words."""
    words = WHY[one.why]
    return f"{one.appointment.practitioner} {words}" if words[0].islower() else words


async def _switch(
    request: Received, me: Account, service: Service, flash: Flash | None = None
) -> Response[str]:
    async with service.database.transaction() as store:
        practice = await store.practice_by_id(me.practice_id)
    answer: Response[str] = part(request, "answering.html", flash=flash, me=me, practice=practice)
    return answer


async def _contradicted(service: Service, me: Account, seen: View) -> list[Contradiction]:
    if not seen.begun or seen.wrong:
        return []
    async with service.database.transaction() as store:
        return await _in_the_way(store, service, me)


async def _in_the_way(store: Store, service: Service, me: Account) -> list[Contradiction]:
    practice = await store.practice_by_id(me.practice_id)
    assert practice is not None  # whoever is logged in belongs to one
    now = service.clock.now(practice.time_zone)
    return await Drafts(store, me.practice_id, me.id).contradicted(now)


handlers = [review, publish, discard, rebase, versions, undo, switch, answering]
