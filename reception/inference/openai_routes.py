"""OpenAI's routes: models, completions and chats, answered at once or as they are written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, TypeVar

from litestar import Request as HttpRequest
from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from reception.errors import UnknownAdapter
from reception.inference import chat
from reception.inference.language_model import Control, Request
from reception.inference.openai_answers import ChatShape, Json, Shape, extras, reason
from reception.inference.openai_errors import HungUp, describe, foreseen
from reception.inference.openai_types import AnswerBody, ChatBody, CompletionBody, read
from reception.inference.served import Served

Http = HttpRequest[Any, Any, Any]
T = TypeVar("T")
Model = NamedDependency[Served]
Name = NamedDependency[str]


@get("/models")
async def models(model: Model, name: Name) -> Json:
    """The model and its adapters: each is a `model` that a request may name."""
    return {"object": "list", "data": [_model(one) for one in (name, *model.adapters)]}


@get("/models/{wanted:str}")
async def one_model(wanted: FromPath[str], model: Model, name: Name) -> Json:
    """One of them."""
    return _model(_adapter(wanted, model, name) or name)


@post("/completions", status_code=200)
async def complete(request: Http, model: Model, name: Name) -> Response[Json] | Stream:
    """A continuation; with `confidence`, `ms` and `near_ties` beside OpenAI's fields."""
    body = read(CompletionBody, await request.body())
    adapter = _adapter(body.model, model, name)
    question = body.request(body.parts(), body.max_tokens, adapter=adapter)
    return await _answer(request, model, question, body, Shape("cmpl-", "text_completion", adapter or name))


@post("/chat/completions", status_code=200)
async def converse(request: Http, model: Model, name: Name) -> Response[Json] | Stream:
    """The assistant's next message; a conversation too long for the model loses its oldest turns."""
    body = read(ChatBody, await request.body())
    adapter = _adapter(body.model, model, name)
    template = await model.chat_template()
    limit = await model.limit()
    most = body.max_completion_tokens or body.max_tokens or limit // 4
    rendering = await _fitting(model, template, body.conversation_so_far(), limit - most)
    stop = () if template else (chat.CHATML_END,)
    question = body.request(rendering.prompt(), most, adapter=adapter, stop=stop)
    return await _answer(
        request, model, question, body, ChatShape("chatcmpl-", "chat.completion", adapter or name)
    )


async def _fitting(
    model: Served, template: str, messages: Sequence[chat.Message], room: int
) -> chat.Rendering:
    """The conversation in the model's template, without what does not fit into `room` tokens."""
    bos, eos = await model.special_tokens()
    start = await model.count("")  # what the tokeniser adds to any text
    rendered = partial(chat.render, template, bos=bos, eos=eos, begun=start > 0)
    whole = rendered(messages)
    if not whole.pieces or await model.count(whole.prompt()) <= room:
        return whole
    # What stands before the first message may be more than its frame: it stays, whichever will be the first.
    costs = [0] * len(messages)
    for number, piece in enumerate(whole.pieces):
        parts = (Control(piece.before), piece.content) if number else piece.content
        costs[piece.index] += await model.count(parts) - start
    around = await model.count((Control(whole.pieces[0].before), Control(whole.after)))
    return rendered(chat.fit(messages, costs, room - around))


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": 0, "owned_by": "reception"}


def _adapter(wanted: str, model: Served, name: str) -> str:
    """The adapter that a request's `model` means, "" for the model itself."""
    if wanted in ("", name):
        return ""
    if wanted not in model.adapters:
        raise UnknownAdapter("This model is not served here; /v1/models lists those that are.")
    return wanted


class Writing:
    """A request at work, and its text as it is written."""

    def __init__(self, model: Served, question: Request, *, heard: bool) -> None:
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()
        listener = self._pieces.put_nowait if heard else None
        self.work = asyncio.create_task(model.complete(question, listener))
        self.work.add_done_callback(lambda _: self._pieces.put_nowait(None))

    async def next(self) -> str | None:
        """The next piece; None after the last, when `work` is done."""
        return await self._pieces.get()

    async def stop(self) -> None:
        """Ends the work, if it still goes on."""
        self.work.cancel()


async def _answer(
    request: Http, model: Served, question: Request, body: AnswerBody, shape: Shape
) -> Response[Json] | Stream:
    writing = Writing(model, question, heard=body.stream)
    if not body.stream:
        return Response(shape.whole(await _unless_hung_up(request, writing, writing.work)))
    # An error before the first piece still gets a status of its own.
    first = asyncio.create_task(writing.next())
    piece = await _unless_hung_up(request, writing, first)
    if piece is None:
        await writing.work
    return Stream(
        _events(writing, piece, shape, body.stream_options.include_usage),
        media_type="text/event-stream",
        background=BackgroundTask(writing.stop),  # also when the client left between two pieces
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _unless_hung_up(request: Http, writing: Writing, wanted: asyncio.Task[T]) -> T:
    """What `wanted` gives; when the client hangs up before, its work ends, and so does this, as HungUp."""
    gone = asyncio.create_task(_hung_up(request))
    try:
        await asyncio.wait({wanted, gone}, return_when=asyncio.FIRST_COMPLETED)
        if wanted.done():
            return wanted.result()
        raise HungUp("The client went away.")
    except BaseException:
        writing.work.cancel()
        wanted.cancel()
        raise
    finally:
        gone.cancel()


async def _hung_up(request: Http) -> None:
    """Returns when the client hangs up: its answer then costs nobody any more time."""
    while (await request.receive())["type"] != "http.disconnect":
        continue


async def _events(writing: Writing, piece: str | None, shape: Shape, with_usage: bool) -> AsyncIterator[str]:
    """The stream; the framework closes it when the client hangs up, which ends the work."""
    unknown = {"usage": None} if with_usage else {}
    try:
        for one in shape.opening():
            yield _event(one | unknown)
        while piece is not None:
            if piece:
                yield _event(shape.piece(piece) | unknown)
            piece = await writing.next()
        done = await writing.work
        yield _event(shape.piece("", reason(done)) | unknown | extras(done))
        if with_usage:
            yield _event(shape.usage(done))
        yield "data: [DONE]\n\n"
    except Exception as error:
        yield _event(describe(foreseen(error))[1])
    finally:
        await writing.stop()


def _event(content: Json) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False, separators=(',', ':'))}\n\n"
