"""A test chat against the draft: beside every form, on a copy of the practice that touches nothing."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from litestar import get, post
from pydantic import BaseModel

from reception.channels.given import GivenService
from reception.dashboard.forms import Words, form
from reception.dashboard.insight import understood
from reception.dashboard.rendering import part
from reception.database.fence import everywhere, of_practice
from reception.database.records import Account, Trial
from reception.drafts import TRIAL_PATIENTS, Drafts
from reception.errors import Closed, NotFound
from reception.practice_file import whole_if_right
from reception.service import Service
from reception.staff.access import Me, Received, admins_only

GONE = "This test chat was begun anew meanwhile."


class Begun(BaseModel):
    channel: Literal["chat", "phone"] = "chat"


class Said(BaseModel):
    conversation: UUID
    text: Words


@get("/settings/try", guards=[admins_only])
async def chat(request: Received, me: Me, service: GivenService) -> Any:
    """The test chat as it stands."""
    return await _shown(request, me, service)


@post("/settings/try/begin", guards=[admins_only], status_code=200)
async def begin(request: Received, me: Me, service: GivenService) -> Any:
    """A fresh copy of the practice with the draft's settings, and the desk's first words there."""
    given = await form(request, Begun)

    with everywhere():  # the copy is a practice of its own
        async with service.database.transaction() as store:
            practice = await store.practice_by_id(me.practice_id)
            assert practice is not None  # whoever is logged in belongs to one
            today = service.clock.now(practice.time_zone).date()
            copy = await Drafts(store, me.practice_id, me.id).trial(today)
    with of_practice(copy.id):
        await service.desk.beginnings.start(channel=given.channel, caller="", practice=copy.slug)
    return await _shown(request, me, service)


@post("/settings/try/say", guards=[admins_only], status_code=200)
async def say(request: Received, me: Me, service: GivenService) -> Any:
    """One turn with the desk. NotFound when the chat is not that of my practice's copy."""
    given = await form(request, Said)
    async with service.database.look_up() as store:
        trial = await store.latest_trial(me.practice_id)
    if trial is None or trial.conversation_id != given.conversation:
        raise NotFound(GONE)
    if trial.status == "closed":
        raise Closed("This test chat is over; begin another one.")
    with of_practice(trial.practice_id):
        await service.desk.hear(given.conversation, given.text)
    return await _shown(request, me, service)


async def _shown(request: Received, me: Account, service: Service) -> Any:
    async with service.database.look_up() as store:
        trial = await store.latest_trial(me.practice_id)
        messages = await store.messages(trial.conversation_id) if trial else []
        draft = await Drafts(store, me.practice_id, me.id).current()
    return part(
        request,
        "settings/trial.html",
        trial=trial,
        messages=messages,
        stale=trial is not None and _stale(trial, draft.settings),
        understood=understood,
        patients=TRIAL_PATIENTS,
    )


def _stale(trial: Trial, settings: Any) -> bool:
    """Whether the draft was changed since the copy was made."""
    now = whole_if_right(settings)
    mine = {"slug", "answering"}
    ours, theirs = (
        {**one, "practice": {key: value for key, value in one["practice"].items() if key not in mine}}
        for one in (now, whole_if_right(trial.settings))
    )
    return ours != theirs


handlers = [chat, begin, say]
