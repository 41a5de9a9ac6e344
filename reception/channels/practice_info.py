"""What the widget must know before anything is said: the practice's name, numbers, links and sentences."""

from __future__ import annotations

from typing import Annotated, Any

import phonenumbers
from litestar import Request, get
from litestar.params import FromPath, QueryParameter

from reception.channels.access import limited
from reception.channels.given import GivenService
from reception.channels.sites import names, origin_of
from reception.channels.widget_words import language_for, words_for
from reception.practice import Practice
from reception.turn import MAX_TEXT


@get("/practices/{slug:str}", guards=[limited])
async def practice_info(
    request: Request[Any, Any, Any],
    slug: FromPath[str],
    service: GivenService,
    language: Annotated[str, QueryParameter(max_length=35)] = "",
) -> dict[str, Any]:
    """404 for an unknown practice. Once seen, it is known while the database is away too.

    `allowed` says whether the page that asks may chat.
    """
    practice = await service.sites.practice(slug)
    chosen = language_for(service.widget_words, practice, language)
    return {
        "slug": practice.slug,
        "name": practice.name,
        "phone": shown_number(practice.phone),
        "emergency_number": practice.emergency_number,
        "privacy_url": practice.notice_url,
        "time_zone": practice.time_zone.key,
        "language": chosen,
        "allowed": service.sites.own(request) or names(practice, origin_of(request)),
        "longest": MAX_TEXT,
        "words": words_for(service.widget_words, practice, language),
    }


def shown_number(number: str) -> dict[str, str] | None:
    """A telephone number to dial and to read: `(212) 555-0100`, as people of that country write it."""
    if not number:
        return None
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return {"number": number, "text": number}
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return {"number": number, "text": text}


def reachable(practice: Practice) -> str:
    """The practice's number as people read it; empty where none is known."""
    shown = shown_number(practice.phone)
    return shown["text"] if shown else ""
