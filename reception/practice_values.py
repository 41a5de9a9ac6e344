"""The kinds of value a practice file or a CSV row is made of: each checks a text and keeps its normal form.

A refusal says what was expected, never what was there: the caller decides whether that may be repeated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from reception.practice import Block

#: How the practice file writes hours, a local time and a day, as its refusals say it.
HOURS_AS = "HH:MM-HH:MM with the end after the start"
START_AS = "a local time as YYYY-MM-DDTHH:MM"
DAY_AS = "a date as YYYY-MM-DD"


def expected(what: str) -> PydanticCustomError:
    """A refusal that says what would have been right."""
    return PydanticCustomError("expected", "{what}", {"what": f"expected {what}"})


def context(phone: Any = "", today: date | None = None) -> Mapping[str, Any]:
    """What checks need to know: the practice's number, in whose country national ones are read, and today."""
    country = None
    if isinstance(phone, str):
        with suppress(NumberParseException):
            country = phonenumbers.region_code_for_number(phonenumbers.parse(phone, None))
    return {"country": country, "today": today}


def slug_of(name: str) -> str:
    """The default slug: the name in lower-case ASCII, words joined by hyphens (may be empty)."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_name))


def block_of(text: str) -> Block:
    """The block that "HH:MM-HH:MM" names; ValueError when it is none or does not end after its start."""
    start, _, end = text.replace("–", "-").partition("-")
    block = Block(_clock(start), _clock(end))
    if block.start >= block.end:
        raise ValueError("ends before it starts")
    return block


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _text_as(what: str, parse: Callable[[str], Any], pattern: str = ".+") -> BeforeValidator:
    """Texts of the pattern that `parse` (ValueError: no) can read; what is no text passes unchanged."""
    compiled = re.compile(pattern, re.ASCII | re.DOTALL)

    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if compiled.fullmatch(value := value.strip()):
            with suppress(ValueError):
                return parse(value)
        raise expected(what)

    return BeforeValidator(check)


def _one_line(value: str) -> str:
    """Single spaces. Control characters and half surrogates have no place in the database."""
    line = " ".join(value.split())
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
        raise ValueError("control character")
    return line


def _block(value: str) -> str:
    block = block_of(value)
    return f"{block.start:%H:%M}-{block.end:%H:%M}"


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, OSError) as error:
        raise ValueError("unknown") from error


def _origin(value: str) -> str:
    parts = urlsplit(value.lower())
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare or parts.port == 0:
        raise ValueError("not an origin")
    return f"{parts.scheme}://{parts.netloc}"


def _phone(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    with suppress(NumberParseException):
        number = phonenumbers.parse(value, (info.context or {}).get("country"))
        if phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise expected("a phone number with its country code, like +12025550100")


def _born(value: date, info: ValidationInfo) -> date:
    """Without `today` in the context the real day counts, and one more for the zones that are ahead."""
    today = (info.context or {}).get("today") or datetime.now(UTC).date() + timedelta(days=1)
    if not date(1900, 1, 1) <= value <= today:
        raise expected("a date of birth since 1900 and not in the future")
    return value


Text = Annotated[str, _text_as("a text", _one_line)]
Slug = Annotated[
    str, _text_as("lower-case letters and digits, joined by hyphens", str, r"[a-z0-9]+(-[a-z0-9]+)*")
]
Kind = Annotated[str, _text_as("a kind of record, like conversations", str, r"[a-z]+(_[a-z]+)*")]
Language = Annotated[str, _text_as("a language code like en", str, r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")]
ZoneName = Annotated[str, _text_as("a time zone like America/New_York", _zone)]
BlockText = Annotated[
    str,
    _text_as(HOURS_AS, _block, r"\d{1,2}:\d\d\s*(?:-|\u2013)\s*\d{1,2}:\d\d"),
]
Day = Annotated[date, _text_as(DAY_AS, date.fromisoformat, r"\d{4}-\d\d-\d\d")]
BirthDate = Annotated[Day, AfterValidator(_born)]
Start = Annotated[
    datetime,
    _text_as(
        START_AS,
        datetime.fromisoformat,
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:00)?",
    ),
]
Phone = Annotated[str, BeforeValidator(_phone)]
DialledNumber = Annotated[str, _text_as("a number to dial, like 911", str, r"\+?\d[\d -]{1,14}")]
Email = Annotated[str, _text_as("an e-mail address", str.lower, r"[^@\s]+@[^@\s]+\.[^@\s.]+")]
WebAddress = Annotated[str, _text_as("an address like https://www.example.com", str, r"https?://[^\s/]\S*")]
Origin = Annotated[str, _text_as("an origin like https://www.example.com, without a path", _origin)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
HoursBefore = Annotated[float, Field(gt=0, le=24 * 366, allow_inf_nan=False)]
RetentionDays = Annotated[int, Field(ge=1, le=36_500)]
