"""What the carrier reports of texts that were sent: delivered, or not and why."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated
from uuid import UUID

import structlog
from litestar import post
from litestar.params import QueryParameter

from reception.channels.given import GivenService
from reception.channels.signatures import GivenForm
from reception.database.fence import enter
from reception.messaging.delivery import text_failed

log = structlog.get_logger()

#: What the carrier's words mean for us; those left out say nothing new.
_STATUS = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


@post("/sms-status", status_code=204)
async def sms_status(
    form: GivenForm, service: GivenService, text: Annotated[str, QueryParameter(max_length=36)] = ""
) -> None:
    """A delivery receipt for one of our texts; again, late or in odd order it changes nothing.

    A receipt also tells of a text whose worker died before it could note that it was sent. While the
    database is away this is an error, so that the carrier's log shows it.
    """
    status, sid = _STATUS.get(form.first("MessageStatus")), form.first("MessageSid")[:64]
    text_id = None
    with suppress(ValueError):
        text_id = UUID(text)
    if status is None or text_id is None:
        return
    code = form.first("ErrorCode")
    log.info("text_receipt", text=str(text_id), status=status, code=code[:8])
    async with service.database.look_up() as store:
        practice_id = await store.practice_of_text(text_id)
    if practice_id is None:
        return
    enter(practice_id)
    async with service.database.transaction() as store:
        if status == "failed":
            await text_failed(
                store, service.settings.prompts_dir, text_id, int(code) if code.isdecimal() else None, sid=sid
            )
        else:
            await store.note_text(text_id, status, sid=sid)
