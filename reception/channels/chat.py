"""The web chat over HTTP: starts conversations, takes messages, shows the whole."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.exceptions import InternalServerException
from litestar.params import FromPath
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reception.channels.access import authorised, limited
from reception.channels.chat_appointments import appointments, appointments_file
from reception.channels.cross_origin import from_some_website, from_website_of
from reception.channels.events import events
from reception.channels.given import GivenService
from reception.channels.incoming import readable
from reception.channels.limits import household
from reception.channels.metrics import CONVERSATIONS, measured_turn
from reception.channels.practice_info import practice_info
from reception.channels.problems import Malformed
from reception.channels.proxies import client_address
from reception.database.fence import enter
from reception.database.records import Message
from reception.errors import Invalid
from reception.turn import MAX_TEXT

#: No control characters: they name nothing, and the database can't hold all of them.
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewConversation(BaseModel):
    """The body of a start; both keys are optional."""

    model_config = ConfigDict(extra="forbid")

    language: Name | None = None
    practice: Name | None = None


class NewWords(BaseModel):
    """The body of a message; the same `client_id` again means the same message."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT})
    client_id: UUID | None = None


Received = Request[Any, Any, Any]
AnyBody = TypeVar("AnyBody", bound=BaseModel)


@post("/")
async def start(request: Received, service: GivenService) -> dict[str, Any]:
    """201 with a new conversation and its token; 404 for an unknown practice."""
    wanted = await body(request, NewConversation)
    practice = await service.sites.practice(wanted.practice)
    from_website_of(practice, request, service)
    enter(practice.id)
    await service.limits.practice(practice.slug)
    started = await service.desk.beginnings.start(
        channel="chat",
        caller=household(client_address(request, service.settings)),
        practice=practice.slug,
        language=wanted.language or None,
    )
    CONVERSATIONS.labels("chat").inc()
    return {"id": str(started.id), "token": started.token, **shown(started.messages, started.status)}


@post("/{conversation:str}/messages")
async def say(request: Received, conversation: FromPath[str], service: GivenService) -> dict[str, Any]:
    """201 with what desk and staff answer."""
    conversation_id = await authorised(request, conversation, service)
    said = await body(request, NewWords)
    text = readable(said.text)
    with measured_turn("chat"):
        heard = await service.desk.hear(
            conversation_id, text, str(said.client_id) if said.client_id is not None else None
        )
    service.hub.changed(conversation_id)
    return shown(heard.messages, heard.status)


@get("/{conversation:str}")
async def whole(request: Received, conversation: FromPath[str], service: GivenService) -> dict[str, Any]:
    """The whole conversation."""
    conversation_id = await authorised(request, conversation, service)
    heard = await service.desk.read(conversation_id)
    return {"id": str(conversation_id), **shown(heard.messages, heard.status)}


async def body(request: Received, model: type[AnyBody]) -> AnyBody:
    """The request's JSON; Malformed when it is none, Invalid (naming keys only) when it is not ours."""
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except InternalServerException:  # the framework's word for a browser that left: nobody's fault
        raise Malformed("The request ended before all of it had come.") from None
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors(include_input=False, include_url=False)):
            raise Malformed("The body is not JSON.") from None
        keys = ", ".join(f"`{name}`" for name in model.model_fields)
        raise Invalid(f"The body must be a JSON object with {keys} and nothing else.") from None


def shown(messages: list[Message], status: str) -> dict[str, Any]:
    """Messages and status in their public form."""
    return {"messages": [message.as_json() for message in messages], "status": status}


conversations = Router(
    "/conversations",
    route_handlers=[start, say, whole, events, appointments, appointments_file],
    guards=[from_some_website, limited],  # in this order, so that a website may read how long to wait
)
chat = Router("/api/chat", route_handlers=[conversations, practice_info])
