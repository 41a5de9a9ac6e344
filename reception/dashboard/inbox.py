"""Inbox: what patients want done, most pressing first; one request open beside the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard import request_words
from reception.dashboard.forms import form
from reception.dashboard.inbox_filter import SHOWN, filter_of, query_of, stands_on
from reception.dashboard.insight import understood
from reception.dashboard.rendering import page, part, redirect
from reception.dashboard.undelivered import undelivered
from reception.database.records import Account, InboxItem
from reception.database.store import Store
from reception.database.store.inbox import InboxFilter
from reception.errors import NotFound, Taken
from reception.messaging.numbers import textable
from reception.service import Service
from reception.staff.access import Me, Received
from reception.staff.audit import saw

#: Requests on one page of the list.
PAGE = 50


class Search(BaseModel):
    q: str = ""
    kind: str = ""
    show: str = ""


@get("/inbox")
async def inbox(
    request: Received,
    me: Me,
    service: GivenService,
    show: FromQuery[str] = "open",
    kind: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Any:
    """The list alone."""
    shown = await _list(service, me, show, kind, q, after)
    return await page(request, "inbox.html", here="inbox", open=None, **shown)


@post("/inbox/search", status_code=200)
async def search(request: Received, service: GivenService) -> Any:
    """What is searched for goes into the address encrypted."""
    given = await form(request, Search)
    kind = given.kind if given.kind in request_words.KINDS else ""
    wanted = InboxFilter(SHOWN.get(given.show, "open"), kind, " ".join(given.q.split())[:100])
    return redirect(request, f"/staff/inbox?{query_of(service, wanted)}")


@get("/inbox/list")
async def requests(
    request: Received,
    me: Me,
    service: GivenService,
    show: FromQuery[str] = "open",
    kind: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
    open: FromQuery[str] = "",
) -> Any:
    """The list again, for a page on which something changed; `open` is the request beside it."""
    return part(request, "requests.html", open_id=open, **await _list(service, me, show, kind, q, after))


@get("/inbox/{request_id:uuid}")
async def one_request(
    request: Received,
    request_id: FromPath[UUID],
    me: Me,
    service: GivenService,
    show: FromQuery[str] = "open",
    kind: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Any:
    """The list, and one request with its conversation beside it."""
    shown = {**await _list(service, me, show, kind, q, after), **await opened(request, me, request_id)}
    return await page(request, "inbox.html", here="inbox", undo=done if _is_id(done) else "", **shown)


@get("/inbox/{request_id:uuid}/detail")
async def detail(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The request again."""
    return part(request, "request.html", me=me, **await opened(request, me, request_id))


def number_of(item: InboxItem) -> str:
    """The number to which a reply can be texted; empty where there is none."""
    known = (item.patient.phone if item.patient else "", item.caller if item.channel != "chat" else "")
    return next((number for number in known if number and textable(number)), "")


def in_conversation(item: InboxItem) -> bool:
    """What is written in goes on being answered there, until it is over."""
    return item.channel in ("chat", "sms") and not item.conversation_over


async def item_for(store: Store, me: Account, request_id: UUID, version: int | None = None) -> InboxItem:
    """The request. NotFound for another practice's; Taken when it is newer than the version shown."""
    item = await store.inbox_item(me.practice_id, request_id)
    if item is None:
        raise NotFound("There is no such request.")
    if version is not None and item.version != version:
        raise Taken(changed(item))
    return item


def changed(item: InboxItem) -> str:
    """What to say to somebody whose page shows an older version."""
    if item.status == "done":
        return f"{item.done_by or 'Somebody'} has marked this as done meanwhile."
    if item.assigned_to_name:
        return f"This was changed meanwhile; {item.assigned_to_name} has it. Look at it again."
    return "Somebody has changed this meanwhile. Look at it again."


async def _list(service: Service, me: Account, show: str, kind: str, q: str, after: str) -> dict[str, Any]:
    wanted = filter_of(service, show, kind, q)
    async with service.database.transaction() as store:
        last = await store.inbox_item(me.practice_id, UUID(after)) if _is_id(after) else None
        found = await store.inbox(me.practice_id, me.id, wanted, PAGE + 1, after=last)
        counts = await store.inbox_counts(me.practice_id, me.id)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return {
        "items": found[:PAGE],
        "more": None if more is None else query_of(service, wanted, after=str(more)),
        "beginning": last is None,
        "wanted": wanted,
        "counts": counts,
        "kinds": request_words.KINDS,
        "words": request_words,
        "query": query_of(service, wanted),
        "list_query": query_of(service, wanted, after=after if last else ""),
    }


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def opened(request: Received, me: Account, request_id: UUID) -> dict[str, Any]:
    """A request with its notes and conversation, noted as seen by `me`."""
    service: Service = request.app.state.service
    async with service.database.transaction() as store:
        item = await item_for(store, me, request_id)
        await saw(store, me, "request", item.id)
        return {
            "open": item,
            "notes": await store.notes(item.id),
            "messages": await store.messages(item.conversation_id) if item.conversation_id else [],
            "colleagues": await store.colleagues(me.practice_id),
            "reply_in_conversation": in_conversation(item),
            "reply_number": number_of(item),
            "words": request_words,
            "query": query_of(service, stands_on(request)),
            "understood": understood,
            "client_id": uuid4(),
            **await undelivered(service, store, item),
        }


handlers = [inbox, search, requests, one_request, detail]
