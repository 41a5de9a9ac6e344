"""What the bodies of OpenAI's requests are made of."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from reception.inference.language_model import Grammar, Syntax

MOST_TEXT = 400_000  # characters; far more than a prompt may have, and little to read


class StrictBody(BaseModel):
    """A body without parameters that nobody knows."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ControlPart(StrictBody):
    """A part of a prompt in which control tokens count."""

    control: str = Field(max_length=MOST_TEXT)


class JsonSchema(StrictBody):
    """OpenAI's wrapping of a schema; answers always keep to it, `strict` or not."""

    name: str = ""
    description: str = ""
    strict: bool = True
    content: dict[str, Any] = Field(alias="schema")


class ResponseFormat(StrictBody):
    """What an answer must look like, in OpenAI's words."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    def grammar(self) -> Grammar | None:
        """The same as a grammar."""
        if self.type == "text":
            return None
        schema = self.json_schema.content if self.json_schema else {"type": "object"}
        return Grammar(json.dumps(schema), Syntax.JSON_SCHEMA)

    @model_validator(mode="after")
    def _has_schema(self) -> Self:
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise ValueError("a json_schema belongs to the type of this name")
        return self


class StreamOptions(StrictBody):
    """How a stream is sent; `include_obfuscation` is accepted and never done."""

    include_usage: bool = False
    include_obfuscation: bool = False


class Prediction(StrictBody):
    """OpenAI's name for a guess."""

    type: Literal["content"]
    content: str = Field(max_length=MOST_TEXT)


def as_list(value: object) -> object:
    """A single text as a list of it."""
    return [value] if isinstance(value, str) else value


def _only_text(value: object) -> object:
    """OpenAI's list of content parts as one text."""
    if not isinstance(value, list):
        return value
    if not all(isinstance(part, dict) and part.get("type") == "text" for part in value):
        raise ValueError("only text can be read here")
    return "".join(str(part.get("text", "")) for part in value)


class MessageBody(BaseModel):
    """One message; OpenAI's other fields (`name`, `refusal` …) do not reach the model."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, BeforeValidator(_only_text)] = Field(max_length=MOST_TEXT)
    tool_calls: list[Any] | None = Field(None, max_length=0)
