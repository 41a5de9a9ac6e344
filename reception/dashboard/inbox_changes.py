"""Changes to the inbox by staff: a request done, opened again, given to somebody, noted on, answered."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from pydantic import BaseModel, BeforeValidator

from reception.channels.given import GivenService
from reception.dashboard.forms import Words, form
from reception.dashboard.inbox import changed, in_conversation, item_for, number_of, opened
from reception.dashboard.inbox_filter import query_of, stands_on
from reception.dashboard.rendering import Flash, by_htmx, part, redirect
from reception.database.records import Account
from reception.errors import Invalid, NotFound, Taken
from reception.messaging.again import send_again
from reception.staff.access import Me, Received, may_change
from reception.staff.audit import did


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


@post("/inbox/{request_id:uuid}/done", guards=[may_change], status_code=200)
async def done(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Marks it as done, and goes on to the next one of the list."""
    given = await form(request, Version)
    wanted = stands_on(request)
    async with service.database.transaction() as store:
        item = await item_for(store, me, request_id, given.version)
        following = await store.inbox(me.practice_id, me.id, wanted, 1, after=item)
        if not await store.finish_request(item, me.id):
            raise Taken(changed(item))
        await did(store, me, "done", "request", item.id, conversation_id=item.conversation_id)
        next_one = following or await store.inbox(me.practice_id, me.id, wanted, 1)
    where = f"/staff/inbox/{next_one[0].id}" if next_one else "/staff/inbox"
    query = query_of(service, wanted, done=str(request_id))
    return redirect(request, f"{where}?{query}", flash=Flash("Done."))


@post("/inbox/{request_id:uuid}/reopen", guards=[may_change], status_code=200)
async def reopen(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Opens a request again that was done."""
    async with service.database.transaction() as store:
        item = await item_for(store, me, request_id)
        if item.status == "done":
            await store.reopen_request(item)
            await did(store, me, "reopened", "request", item.id, conversation_id=item.conversation_id)
    return redirect(request, f"/staff/inbox/{request_id}", flash=Flash("It is open again."))


@post("/inbox/{request_id:uuid}/assign", guards=[may_change], status_code=200)
async def assign(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Gives it to somebody of the practice, or to nobody."""
    given = await form(request, Assigned)
    async with service.database.transaction() as store:
        item = await item_for(store, me, request_id, given.version)
        names = dict(await store.colleagues(me.practice_id))
        if given.to is not None and given.to not in names:
            raise Invalid("Choose somebody who works here.")
        if not await store.assign_request(item, given.to):
            raise Taken(changed(item))
        details = {"to": str(given.to) if given.to else None}
        await did(store, me, "assigned", "request", item.id, details=details)
    said = "Nobody has it now." if given.to is None else f"{names[given.to]} has it now."
    return await _again(request, me, request_id, Flash("You have it now." if given.to == me.id else said))


@post("/inbox/{request_id:uuid}/note", guards=[may_change], status_code=200)
async def note(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """A note for colleagues; patients never see it."""
    given = await form(request, Noted)
    async with service.database.transaction() as store:
        item = await item_for(store, me, request_id)
        note_id = await store.add_note(item, me.id, given.text)
        await did(store, me, "noted", "request", item.id, details={"note": str(note_id)})
    return await _again(request, me, request_id, Flash("Noted."))


@post("/inbox/{request_id:uuid}/reply", guards=[may_change], status_code=200)
async def reply(request: Received, request_id: FromPath[UUID], me: Me, service: GivenService) -> Any:
    """Words to the patient: into the conversation while that goes on, else by text message."""
    given = await form(request, Replied)
    async with service.database.transaction() as store:
        item = await item_for(store, me, request_id)
    if item.conversation_id is not None and in_conversation(item):
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
        item = await item_for(store, me, request_id, given.version)
        failed = await store.failed_text(me.practice_id, request_id)
        practice = await store.practice_by_id(me.practice_id)
        if failed is None or practice is None:
            raise NotFound("This request tells of no text message.")
        queued = await send_again(store, failed, service.clock.now(practice.time_zone))
        if item.status == "open" and not await store.finish_request(item, me.id):
            raise Taken(changed(item))
        await did(store, me, "sent_again", "request", item.id, details={"text": str(queued)})
    flash = Flash("On its way. If it does not arrive either, you find that here.")
    return await _again(request, me, request_id, flash)


async def _again(request: Received, me: Account, request_id: UUID, flash: Flash) -> Any:
    if not by_htmx(request):
        return redirect(request, f"/staff/inbox/{request_id}", flash=flash)
    return part(request, "request.html", flash=flash, me=me, **await opened(request, me, request_id))


handlers = [done, reopen, assign, note, reply, send_text_again]
