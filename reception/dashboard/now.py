"""Now: the conversations going on, one of them open beside the list, and taking it over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard.forms import Words, form
from reception.dashboard.insight import caller_name, plan, understood
from reception.dashboard.rendering import Flash, by_htmx, page, part, redirect
from reception.database.records import Account, GoingOn
from reception.errors import NotFound
from reception.service import Service
from reception.staff.access import Me, Received, may_change
from reception.staff.audit import saw

#: The filters above the list, by name.
FILTERS: Mapping[str, tuple[str, Callable[[GoingOn, Account], bool]]] = {
    "all": ("All", lambda one, me: True),
    "waiting": ("Waiting", lambda one, me: one.waiting or one.emergency),
    "mine": ("Mine", lambda one, me: one.attended_by == me.id),
    "chat": ("Chats", lambda one, me: one.channel == "chat"),
    "phone": ("Calls", lambda one, me: one.channel == "phone"),
    "sms": ("Texts", lambda one, me: one.channel == "sms"),
}


class Said(BaseModel):
    text: Words
    client_id: UUID


class TakeOver(BaseModel):
    instead_of: UUID | None = None


@get("/now")
async def now(request: Received, me: Me, service: GivenService, show: FromQuery[str] = "all") -> Any:
    """The list alone: nothing is open yet."""
    return await page(request, "now.html", here="now", open=None, **await _list(service, me, show))


@get("/now/list")
async def conversations(
    request: Received, me: Me, service: GivenService, show: FromQuery[str] = "all", open: FromQuery[str] = ""
) -> Any:
    """The list again, for a page on which something changed; `open` is the conversation beside it."""
    return part(request, "conversations.html", open_id=open, **await _list(service, me, show))


@get("/now/{conversation:uuid}")
async def conversation(
    request: Received,
    conversation: FromPath[UUID],
    me: Me,
    service: GivenService,
    show: FromQuery[str] = "all",
) -> Any:
    """The list, and one conversation beside it."""
    shown = {**await _list(service, me, show), **await _open(service, me, conversation)}
    return await page(request, "now.html", here="now", **shown)


@get("/now/{conversation:uuid}/talk")
async def talk(request: Received, conversation: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """What was said, and who has the conversation, again."""
    return part(request, "talk.html", me=me, **await _open(service, me, conversation))


@post("/now/{conversation:uuid}/take", guards=[may_change], status_code=200)
async def take_over(request: Received, conversation: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Takes it over; the second of two who try learns who has it."""
    given = await form(request, TakeOver)
    await service.attending.take_over(me, conversation, given.instead_of)
    return await _again(request, service, me, conversation, Flash("You have this conversation now."))


@post("/now/{conversation:uuid}/say", guards=[may_change], status_code=200)
async def say(request: Received, conversation: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Words to the patient."""
    given = await form(request, Said)
    await service.attending.say(me, conversation, given.text, str(given.client_id))
    return await _again(request, service, me, conversation)


@post("/now/{conversation:uuid}/back", guards=[may_change], status_code=200)
async def hand_back(request: Received, conversation: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Back to the desk."""
    await service.attending.hand_back(me, conversation)
    return await _again(request, service, me, conversation, Flash("The assistant has it again."))


@post("/now/{conversation:uuid}/transfer", guards=[may_change], status_code=200)
async def put_through(request: Received, conversation: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The caller is connected to the practice's telephone."""
    await service.attending.put_through(me, conversation)
    return await _again(request, service, me, conversation, Flash("The caller is being put through."))


async def _again(
    request: Received, service: Service, me: Account, conversation: UUID, flash: Flash | None = None
) -> Any:
    service.hub.changed(conversation)
    if not by_htmx(request):
        return redirect(request, f"/staff/now/{conversation}", flash=flash)
    return part(request, "talk.html", flash=flash, me=me, **await _open(service, me, conversation))


async def _list(service: Service, me: Account, show: str) -> dict[str, Any]:
    chosen = show if show in FILTERS else "all"
    async with service.database.transaction() as store:
        found = await store.going_on(me.practice_id)
    counts = {name: sum(keep(one, me) for one in found) for name, (_, keep) in FILTERS.items()}
    shown = [one for one in found if FILTERS[chosen][1](one, me)]
    return {
        "conversations": shown,
        "filters": [(name, label, counts[name]) for name, (label, _) in FILTERS.items()],
        "show": chosen,
        "caller_name": caller_name,
    }


async def _open(service: Service, me: Account, conversation_id: UUID) -> dict[str, Any]:
    """A conversation with all that was said, noted as seen by `me`."""
    async with service.database.transaction() as store:
        found = await store.shown_conversation(me.practice_id, conversation_id)
        if found is None:
            raise NotFound("There is no such conversation.")
        messages = await store.messages(conversation_id)
        consent = await store.consent(conversation_id)
        await saw(store, me, "conversation", conversation_id)
        practice = await store.practice_by_id(me.practice_id)
    assert practice is not None  # whoever is logged in belongs to a practice that is kept by a foreign key
    return {
        "open": found,
        "transfer_number": practice.transfer_number if found.channel == "phone" else "",
        "messages": messages,
        "consent": consent,
        "plan": plan(found.state, practice.time_zone, attended=found.attended_by is not None),
        "understood": understood,
        "caller_name": caller_name,
        "client_id": uuid4(),
    }


handlers = [now, conversations, conversation, talk, take_over, say, hand_back, put_through]
