"""Conversations as prompts: the model's own chat template, and what to leave out when one grows too long.

A chat template mixes control tokens and what people said into one text. What people said must never act as
control tokens, so the template is rendered with unguessable stand-ins, and the prompt is put together from
parts: the template's text as `Control`, everybody's words as plain text.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reception.errors import Invalid, MisconfiguredError, PromptTooLong
from reception.inference.language_model import Control

#: For models without a template of their own.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CHATML_END = "<|im_end|>"

#: Put around a stand-in: white space that no template has, gone where the template trims what was said.
_EDGE = "\u2003"


@dataclass(frozen=True)
class Message:
    """One message of a conversation; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Piece:
    """A message as it stands in a prompt: the template's text before it, and its own; `index` says which."""

    before: str
    index: int
    content: str


@dataclass(frozen=True)
class Rendering:
    """A conversation in a model's template: `pieces`, then the text that opens the answer."""

    pieces: tuple[Piece, ...]
    after: str

    def prompt(self) -> tuple[str | Control, ...]:
        """The parts of a request's prompt; empty ones are left out."""
        parts: list[str | Control] = []
        for piece in self.pieces:
            parts += [Control(piece.before)] if piece.before else []
            parts += [piece.content] if piece.content else []
        return (*parts, Control(self.after)) if self.after else tuple(parts)


def render(
    template: str, messages: Sequence[Message], *, bos: str = "", eos: str = "", begun: bool = False
) -> Rendering:
    """The conversation in the template ("" for ChatML), ready for the assistant's next message.

    `bos` and `eos` are the texts of the model's first and last token. `begun`: the tokeniser begins each text
    with `bos` on its own, so that the template's is left out. Raises Invalid when the template refuses the
    conversation, for instance for the order of its roles, and MisconfiguredError when it can't be read.
    """
    compiled = _compile(template or CHATML)
    mark = secrets.token_hex(16)
    try:
        text = compiled.render(
            messages=[
                {"role": one.role, "content": f"{_EDGE}{mark}n{index}e{_EDGE}" if one.content else ""}
                for index, one in enumerate(messages)
            ],
            add_generation_prompt=True,
            bos_token=bos,
            eos_token=eos,
            tools=None,
            documents=None,
        )
    except Exception as error:  # a template is a program of the model's file: anything may go wrong in it
        raise Invalid("The model's chat template does not accept this order of messages.") from error
    return _split(text.removeprefix(bos) if begun else text, mark, messages)


def _split(text: str, mark: str, messages: Sequence[Message]) -> Rendering:
    pieces: list[Piece] = []
    end = 0
    for found in re.finditer(f"({_EDGE}?){mark}n([0-9]+)e({_EDGE}?)", text):
        index = int(found[2])
        content = messages[index].content
        content = content if found[1] else content.lstrip()
        content = content if found[3] else content.rstrip()
        pieces.append(Piece(text[end : found.start()], index, content))
        end = found.end()
    missing = {index for index, one in enumerate(messages) if one.content} - {one.index for one in pieces}
    if any(messages[index].role != "assistant" for index in missing):
        raise Invalid("The model's chat template leaves out a message of this conversation.")
    return Rendering(tuple(pieces), text[end:])


@lru_cache(maxsize=8)
def _compile(template: str) -> Template:
    # The file of a model may come from anywhere: its template sees what is passed to it and nothing else.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda shape: datetime.now().astimezone().strftime(shape)
    try:
        return environment.from_string(template)
    except TemplateSyntaxError as error:
        raise MisconfiguredError("The model's chat template can't be read: use another model.") from error


def _tojson(value: Any, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(reason: str) -> NoReturn:
    raise TemplateError(reason)


def fit(messages: Sequence[Message], costs: Sequence[int], room: int) -> list[Message]:
    """The messages that go into `room` tokens, where message `i` takes `costs[i]`: those of the system, and
    the newest turns.

    A turn is a user's message with the answers to it, and goes as a whole. Whenever the conversation
    outgrew the room, its oldest turns went until three quarters of it were used; this replays that from the
    first turn on. So what is left begins the same way for many turns, and a cache of that beginning stays of
    use. Raises PromptTooLong when the newest turn alone does not fit.
    """
    turns: deque[tuple[int, int]] = deque()  # where each turn begins, and its tokens
    used = 0
    for index, (message, cost) in enumerate(zip(messages, costs, strict=True)):
        used += cost
        if message.role != "system":
            if message.role == "user" or not turns:
                turns.append((index, 0))
            start, tokens = turns.pop()
            turns.append((start, tokens + cost))
        # The model was asked after each message of the user: what did not fit then was left out from then on.
        if used > room and (message.role == "user" or index == len(messages) - 1):
            while len(turns) > 1 and used > room * 3 // 4:
                used -= turns.popleft()[1]
    if used > room:
        raise PromptTooLong("The newest message is too long for the model.")
    first = turns[0][0] if turns else len(messages)
    return [one for index, one in enumerate(messages) if one.role == "system" or index >= first]
