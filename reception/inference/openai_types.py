"""The bodies of OpenAI's requests, and what they mean to the model.

Names and meanings are OpenAI's. `temperature` is 0 unless given: the likeliest answer, the same each time.
Beyond OpenAI's there are `top_k`, `min_p`, `repeat_penalty` (as in llama.cpp), `grammar` with
`grammar_syntax`; and `guess`, `draft`, `priority`, `conversation`, `deadline`, `remember`, `steady`, `lean`
as in `language_model.Request`.
What OpenAI has and this server has not is refused by name, never ignored, unless it changes no answer.
"""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from reception.errors import Invalid
from reception.inference.chat import Message
from reception.inference.language_model import Control, Grammar, Priority, Request, Sampling, Syntax
from reception.inference.openai_parts import (
    MOST_TEXT,
    ControlPart,
    MessageBody,
    Prediction,
    ResponseFormat,
    StreamOptions,
    StrictBody,
    as_list,
)

#: Seeds are 32 bits wide in llama.cpp, and the highest means a random one.
_SEEDS = 2**32 - 1

#: OpenAI's parameters that nothing here can follow, each with the values that ask for nothing.
UNSUPPORTED: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "best_of": (1,),
    "echo": (False,),
    "suffix": ("",),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "modalities": (["text"],),
    "audio": (),
    "web_search_options": (),
    "reasoning_effort": ("none",),
    "verbosity": ("medium",),
    "store": (False,),
}
#: OpenAI's parameters that may be given and change no answer.
HARMLESS = frozenset({"user", "metadata", "service_tier", "safety_identifier", "prompt_cache_retention",
                      "parallel_tool_calls"})  # fmt: skip


class Refused(Invalid):
    """A body that can't be followed; `param` is the first parameter at fault, "" when it is none of ours."""

    status = 400

    def __init__(self, text: str, param: str = "") -> None:
        super().__init__(text)
        self.param = param


Stop = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Lead = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class AnswerBody(StrictBody):
    """What both kinds of completion may ask for."""

    model: str = Field("", max_length=500)
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float = Field(1.0, ge=0, le=1)
    top_k: int = Field(0, ge=0, le=1_000_000)
    min_p: float = Field(0.0, ge=0, le=1)
    repeat_penalty: float = Field(1.0, gt=0, le=2)
    frequency_penalty: float = Field(0.0, ge=-2, le=2)
    presence_penalty: float = Field(0.0, ge=-2, le=2)
    seed: int | None = None
    stop: Annotated[list[Stop], BeforeValidator(as_list)] = Field([], max_length=4)
    response_format: ResponseFormat = ResponseFormat(type="text")
    grammar: str = Field("", max_length=MOST_TEXT)
    grammar_syntax: Syntax = Syntax.LARK
    guess: str = Field("", max_length=MOST_TEXT)
    draft: str = Field("", max_length=MOST_TEXT)
    prediction: Prediction | None = None
    priority: Priority = Priority.CHAT
    conversation: str = Field("", max_length=200)
    prompt_cache_key: str = Field("", max_length=200)
    deadline: float | None = Field(None, gt=0, le=3600)
    remember: bool = True
    steady: bool = False
    lean: Annotated[dict[Lead, Annotated[float, Field(ge=-100, le=100)]], Field(max_length=100)] = Field({})

    @model_validator(mode="before")
    @classmethod
    def _known_parameters(cls, body: object) -> object:
        if not isinstance(body, dict):
            return body
        given = {name: value for name, value in body.items() if value is not None and name not in HARMLESS}
        for name, neutral in UNSUPPORTED.items():
            if name in given and given.pop(name) not in neutral:
                raise Refused(f"`{name}` is not supported by this server.", name)
        return given

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if self.grammar and self.response_format.type != "text":
            raise Refused("`grammar` and `response_format` exclude each other.", "grammar")
        return self

    def request(
        self,
        prompt: str | tuple[str | Control, ...],
        max_tokens: int,
        *,
        adapter: str,
        stop: tuple[str, ...] = (),
    ) -> Request:
        """The request to the model; `stop` comes on top of the body's own."""
        written = Grammar(self.grammar, self.grammar_syntax) if self.grammar else None
        return Request(
            prompt,
            max_tokens,
            grammar=written or self.response_format.grammar(),
            guess=self.guess or (self.prediction.content if self.prediction else ""),
            draft=self.draft,
            sampling=self._sampling(),
            stop=(*self.stop, *stop),
            adapter=adapter,
            priority=self.priority,
            conversation=self.conversation or self.prompt_cache_key,
            deadline=self.deadline,
            remember=self.remember,
            steady=self.steady,
            lean=self.lean,
        )

    def _sampling(self) -> Sampling:
        return Sampling(
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            min_p=self.min_p,
            repeat_penalty=self.repeat_penalty,
            frequency_penalty=self.frequency_penalty,
            presence_penalty=self.presence_penalty,
            seed=None if self.seed is None else self.seed % _SEEDS,
        )


class CompletionBody(AnswerBody):
    """`POST /v1/completions`. `max_tokens` 0 only reads the prompt ahead.

    `prompt` is a text, or a list of parts: texts and `{"control": "…"}`, whose control tokens count.
    """

    prompt: Annotated[list[str | ControlPart], BeforeValidator(as_list)] = Field(
        min_length=1, max_length=2000
    )
    max_tokens: int = Field(16, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _one_prompt(self) -> Self:
        if len(self.prompt) > 1 and all(isinstance(part, str) for part in self.prompt):
            raise Refused("`prompt` can't be several prompts: send one request for each.", "prompt")
        if not any(part if isinstance(part, str) else part.control for part in self.prompt):
            raise Refused("`prompt` must not be empty.", "prompt")
        if sum(len(part if isinstance(part, str) else part.control) for part in self.prompt) > MOST_TEXT:
            raise Refused("`prompt` is too long.", "prompt")
        return self

    def parts(self) -> str | tuple[str | Control, ...]:
        """The prompt as the model takes it."""
        if len(self.prompt) == 1 and isinstance(self.prompt[0], str):
            return self.prompt[0]
        return tuple(part if isinstance(part, str) else Control(part.control) for part in self.prompt)


class ChatBody(AnswerBody):
    """`POST /v1/chat/completions`; without `max_tokens` an answer may fill a quarter of the model's room."""

    messages: list[MessageBody] = Field(min_length=1, max_length=10_000)
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)

    def conversation_so_far(self) -> list[Message]:
        """The messages; a developer's are the system's under a newer name."""
        return [
            Message("system" if one.role == "developer" else one.role, one.content) for one in self.messages
        ]


Body = TypeVar("Body", bound=AnswerBody)


def read(kind: type[Body], body: bytes) -> Body:
    """The body as `kind`; raises Refused, which names the first parameter at fault and repeats nothing."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if name not in kind.model_fields:
        # A name we don't know is the client's own word.
        unread = first["type"] == "json_invalid" or not name
        raise Refused(
            "The body is not the JSON object it must be." if unread else "A parameter is not known here."
        )
    raise Refused(f"`{name}`: {first['msg']}.", name)
