"""Inbox: what patients want done, most pressing first; one request open beside the list."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

from litestar import get, post
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel, BeforeValidator

from reception.channels.given import GivenService
from reception.dashboard import request_words
from reception.dashboard.forms import Words, form
from reception.dashboard.insight import understood
from reception.dashboard.rendering import Flash, by_htmx, page, part, redirect
from reception.dashboard.undelivered import undelivered
from reception.data_keys import MARK
from reception.database.records import Account, InboxItem
from reception.database.store import Store
from reception.database.store.inbox import InboxFilter, Show
from reception.errors import Invalid, MisconfiguredError, NotFound, Taken
from reception.messaging.again import send_again
from reception.messaging.numbers import textable
from reception.service import Service
from reception.staff.access import Me, Received, may_change
from reception.staff.audit import did, saw

#: Requests on one page of the list.
PAGE = 50
_SHOWN: dict[str, Show] = {"open": "open", "mine": "mine", "done": "done"}


#: What the encryption of searched words holds on to.
_SEARCHED = "inbox search"


class Search(BaseModel):
    q: str = ""
    kind: str = ""
    show: str = ""


class Version(BaseModel):
    """What the page showed: changes to anything newer are refused."""

    version: int


class Assigned(Version):
    to: Annotated[UUID | None, BeforeValidator(lambda chosen: chosen or None)] = None


class Noted(BaseModel):
    text: Words


class Replied(BaseModel):
    text: Words
    client_id: UUID


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
    wanted = InboxFilter(_SHOWN.get(given.show, "open"), kind, " ".join(given.q.split())[:100])
    return redirect(request, f"/staff/inbox?{_query(service, wanted)}")


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
    shown = {**await _list(service, me, show, kind, q, after), **await _open(request, me, request_id)}
    return await page(request, "inbox.html", here="inbox", undo=done if _is_id(done) else "", **shown)


@get("/inbox/{request_id:uuid}/detail")
async def detail(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """The request again."""
    return part(request, "request.html", me=me, **await _open(request, me, request_id))


@post("/inbox/{request_id:uuid}/done", guards=[may_change], status_code=200)
async def done(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Marks it as done, and goes on to the next one of the list."""
    given = await form(request, Version)
    wanted = _stands_on(request)
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id, given.version)
        following = await store.inbox(me.practice_id, me.id, wanted, 1, after=item)
        if not await store.finish_request(item, me.id):
            raise Taken(_changed(item))
        await did(store, me, "done", "request", item.id, conversation_id=item.conversation_id)
        next_one = following or await store.inbox(me.practice_id, me.id, wanted, 1)
    where = f"/staff/inbox/{next_one[0].id}" if next_one else "/staff/inbox"
    return redirect(request, f"{where}?{_query(service, wanted, done=str(request_id))}", flash=Flash("Done."))


@post("/inbox/{request_id:uuid}/reopen", guards=[may_change], status_code=200)
async def reopen(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Opens a request again that was done."""
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id)
        if item.status == "done":
            await store.reopen_request(item)
            await did(store, me, "reopened", "request", item.id, conversation_id=item.conversation_id)
    return redirect(request, f"/staff/inbox/{request_id}", flash=Flash("It is open again."))


@post("/inbox/{request_id:uuid}/assign", guards=[may_change], status_code=200)
async def assign(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Gives it to somebody of the practice, or to nobody."""
    given = await form(request, Assigned)
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id, given.version)
        names = dict(await store.colleagues(me.practice_id))
        if given.to is not None and given.to not in names:
            raise Invalid("Choose somebody who works here.")
        if not await store.assign_request(item, given.to):
            raise Taken(_changed(item))
        details = {"to": str(given.to) if given.to else None}
        await did(store, me, "assigned", "request", item.id, details=details)
    said = "Nobody has it now." if given.to is None else f"{names[given.to]} has it now."
    return await _again(request, me, request_id, Flash("You have it now." if given.to == me.id else said))


@post("/inbox/{request_id:uuid}/note", guards=[may_change], status_code=200)
async def note(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """A note for colleagues; patients never see it."""
    given = await form(request, Noted)
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id)
        note_id = await store.add_note(item, me.id, given.text)
        await did(store, me, "noted", "request", item.id, details={"note": str(note_id)})
    return await _again(request, me, request_id, Flash("Noted."))


@post("/inbox/{request_id:uuid}/reply", guards=[may_change], status_code=200)
async def reply(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Words to the patient: into the conversation while that goes on, else by text message."""
    given = await form(request, Replied)
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id)
    if item.conversation_id is not None and _in_conversation(item):
        await service.attending.say(me, item.conversation_id, given.text, str(given.client_id))
        service.hub.changed(item.conversation_id)
        return await _again(request, me, request_id, Flash("Written to the patient."))
    async with service.database.transaction() as store:
        queued = await store.queue_text(
            me.practice_id,
            to=number_of(item),
            body=given.text,
            kind="reply",
            key=f"reply/{given.client_id}",
            conversation_id=item.conversation_id,
        )
        if queued is None:
            raise Invalid("This number takes no text messages from us. Please call instead.")
        await did(store, me, "texted", "request", item.id, details={"text": str(queued)})
    return await _again(request, me, request_id, Flash("The text message is on its way."))


@post("/inbox/{request_id:uuid}/send-again", guards=[may_change], status_code=200)
async def send_text_again(
    request: Received, request_id: FromPath[UUID], me: Me, service: GivenService
) -> Any:
    """Sends the text that did not arrive once more; the request is done with that."""
    given = await form(request, Version)
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id, given.version)
        failed = await store.failed_text(me.practice_id, request_id)
        practice = await store.practice_by_id(me.practice_id)
        if failed is None or practice is None:
            raise NotFound("This request tells of no text message.")
        queued = await send_again(store, failed, service.clock.now(practice.time_zone))
        if item.status == "open" and not await store.finish_request(item, me.id):
            raise Taken(_changed(item))
        await did(store, me, "sent_again", "request", item.id, details={"text": str(queued)})
    flash = Flash("On its way. If it does not arrive either, you find that here.")
    return await _again(request, me, request_id, flash)


def number_of(item: InboxItem) -> str:
    """The number to which a reply can be texted; empty where there is none."""
    known = (item.patient.phone if item.patient else "", item.caller if item.channel != "chat" else "")
    return next((number for number in known if number and textable(number)), "")


def _in_conversation(item: InboxItem) -> bool:
    """What is written in goes on being answered there, until it is over."""
    return item.channel in ("chat", "sms") and not item.conversation_over


async def _item(store: Store, me: Account, request_id: UUID, version: int | None = None) -> InboxItem:
    """The request. NotFound for another practice's; Taken when it is newer than the version shown."""
    item = await store.inbox_item(me.practice_id, request_id)
    if item is None:
        raise NotFound("There is no such request.")
    if version is not None and item.version != version:
        raise Taken(_changed(item))
    return item


def _changed(item: InboxItem) -> str:
    if item.status == "done":
        return f"{item.done_by or 'Somebody'} has marked this as done meanwhile."
    if item.assigned_to_name:
        return f"This was changed meanwhile; {item.assigned_to_name} has it. Look at it again."
    return "Somebody has changed this meanwhile. Look at it again."


async def _again(request: Received, me: Account, request_id: UUID, flash: Flash) -> Any:
    if not by_htmx(request):
        return redirect(request, f"/staff/inbox/{request_id}", flash=flash)
    return part(request, "request.html", flash=flash, me=me, **await _open(request, me, request_id))


def _filter(service: Service, show: str, kind: str, q: str) -> InboxFilter:
    """`q` is what is searched for, as `_query` wrote it; anything else searches for nothing."""
    search = ""
    if q.startswith(MARK):
        with suppress(MisconfiguredError):
            search = service.database.keys.decrypt_alike(q, _SEARCHED)
    return InboxFilter(_SHOWN.get(show, "open"), kind if kind in request_words.KINDS else "", search)


def _stands_on(request: Received) -> InboxFilter:
    """The filter of the page that somebody stands on, which htmx tells."""
    stands_on = urlsplit(request.headers.get("hx-current-url") or str(request.url))
    given = {name: values[-1] for name, values in parse_qs(stands_on.query).items()}
    service: Service = request.app.state.service
    return _filter(service, given.get("show", ""), given.get("kind", ""), given.get("q", ""))


def _query(service: Service, wanted: InboxFilter, **more: str) -> str:
    """The filter as part of an address, where words and names stand encrypted: proxies keep addresses."""
    sought = service.database.keys.encrypt_alike(wanted.search, _SEARCHED) if wanted.search else ""
    given = {"show": wanted.show, "kind": wanted.kind, "q": sought, **more}
    return urlencode(
        {name: value for name, value in given.items() if value and (name, value) != ("show", "open")}
    )


async def _list(service: Service, me: Account, show: str, kind: str, q: str, after: str) -> dict[str, Any]:
    wanted = _filter(service, show, kind, q)
    async with service.database.transaction() as store:
        last = await store.inbox_item(me.practice_id, UUID(after)) if _is_id(after) else None
        found = await store.inbox(me.practice_id, me.id, wanted, PAGE + 1, after=last)
        counts = await store.inbox_counts(me.practice_id, me.id)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return {
        "items": found[:PAGE],
        "more": None if more is None else _query(service, wanted, after=str(more)),
        "beginning": last is None,
        "wanted": wanted,
        "counts": counts,
        "kinds": request_words.KINDS,
        "words": request_words,
        "query": _query(service, wanted),
        "list_query": _query(service, wanted, after=after if last else ""),
    }


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _open(request: Received, me: Account, request_id: UUID) -> dict[str, Any]:
    """A request with its notes and conversation, noted as seen by `me`."""
    service: Service = request.app.state.service
    async with service.database.transaction() as store:
        item = await _item(store, me, request_id)
        await saw(store, me, "request", item.id)
        return {
            "open": item,
            "notes": await store.notes(item.id),
            "messages": await store.messages(item.conversation_id) if item.conversation_id else [],
            "colleagues": await store.colleagues(me.practice_id),
            "reply_in_conversation": _in_conversation(item),
            "reply_number": number_of(item),
            "words": request_words,
            "query": _query(service, _stands_on(request)),
            "understood": understood,
            "client_id": uuid4(),
            **await undelivered(service, store, item),
        }


handlers = [
    inbox,
    search,
    requests,
    one_request,
    detail,
    done,
    reopen,
    assign,
    note,
    reply,
    send_text_again,
]
