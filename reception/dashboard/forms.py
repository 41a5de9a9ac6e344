"""Reads forms: typed fields, or one sentence that says which field to mend."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from reception.channels.incoming import readable
from reception.errors import Invalid
from reception.staff.access import CSRF_FIELD, Received, form_fields

AnyForm = TypeVar("AnyForm", bound=BaseModel)


def _one_line(text: str) -> str:
    kept = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    kept = " ".join(kept.encode("utf-8", "ignore").decode().split())
    if not kept:
        raise ValueError("please fill it in")
    return kept


def _email(text: str) -> str:
    plain = text.strip().lower()
    name, at, host = plain.rpartition("@")
    if not (at and name and "." in host) or any(one.isspace() for one in plain) or not plain.isprintable():
        raise ValueError("please enter an address like maria@practice.example")
    return plain


#: One line of text, such as a name.
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
#: Text of at most 2,000 characters.
Words = Annotated[str, AfterValidator(readable)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
#: Taken as it is: nothing is stripped from a password.
Secret = Annotated[str, Field(max_length=1000)]


async def form(request: Received, model: type[AnyForm], context: Mapping[str, Any] | None = None) -> AnyForm:
    """The request's form as `model`. Invalid names the first field that is wrong, and what it should be.

    `context` is what the model's checks need to know, such as the practice's country.
    """
    fields = await form_fields(request)
    fields.pop(CSRF_FIELD, None)
    try:
        return model.model_validate(fields, context=context)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "form"
        field = model.model_fields.get(name)
        label = (field.title if field else None) or name.replace("_", " ").capitalize()
        raise Invalid(f"{label}: {first['msg'].removeprefix('Value error, ')}.") from None
