"""After a load run: nothing said was lost, nobody booked twice, and what callers were told is so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from reception.carrier.load.crowd import Person
from reception.carrier.speech import Spoken
from reception.database.connection import Database
from reception.database.export import export
from reception.settings import ROOT
from reception.yaml_text import parse

_SENTENCES = ROOT / "prompts" / "en" / "desk.yaml"


@dataclass
class Said:
    """One call: what the caller said, in order (keys begin with `#`), and what they heard."""

    call: str
    name: str
    wish: str
    heard: Sequence[Spoken]
    words: list[str] = field(default_factory=list)


async def check(database: Database, calls: Sequence[Said], people: Mapping[str, Person]) -> list[str]:
    """Everything that is wrong in the books, one line each, by identifiers only."""
    async with database.look_up() as store:
        books = await export(store)
        conversations = {
            one.call: known.id for one in calls if (known := await store.conversation_by_call(one.call))
        }
    return compare(calls, {call: str(one) for call, one in conversations.items()}, books, people)


def compare(
    calls: Sequence[Said],
    conversations: Mapping[str, str],
    books: Mapping[str, Any],
    people: Mapping[str, Person],
) -> list[str]:
    """See `check`; `conversations` are those of the calls, `books` is the export."""
    problems = list(_double_bookings(books))
    by_id = {one["id"]: one for one in books["conversations"]}
    for one in calls:
        known = by_id.get(conversations.get(one.call, ""))
        if known is None:
            problems.append(f"{one.call}: no conversation")
            continue
        problems += _lost_turns(one, known)
        problems += _broken_promises(one, known["id"], books, people[one.name])
    return problems


def _double_bookings(books: Mapping[str, Any]) -> Iterator[str]:
    by_doctor: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in books["appointments"]:
        if one["status"] == "booked":
            times = (datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
            by_doctor.setdefault(one["practitioner"], []).append(times)
    for doctor, all_times in by_doctor.items():
        for earlier, later in pairwise(sorted(all_times)):
            if later[0] < earlier[1]:
                yield f"{doctor} has two appointments at {later[0].isoformat()}"


def _lost_turns(call: Said, conversation: Mapping[str, Any]) -> Iterator[str]:
    kept = [one["text"] for one in conversation["messages"] if one["role"] == "patient"]
    if len(kept) != len(call.words):
        yield f"{call.call}: {len(call.words)} turns were said, {len(kept)} are kept"
        return
    for number, (said, text) in enumerate(zip(call.words, kept, strict=True), 1):
        if not said.startswith("#") and said != text:
            yield f"{call.call}: turn {number} is kept with other words"


def _broken_promises(
    call: Said, conversation: str, books: Mapping[str, Any], person: Person
) -> Iterator[str]:
    """What was said to be done, although it isn't; told by the beginning of the desk's own sentences."""
    heard = "".join(f"{one.text.strip()} " for one in call.heard)
    own = [one for one in books["appointments"] if one["patient"]["name"] == person.name]
    here = [one for one in books["appointments"] if one["conversation_id"] == conversation]
    booked = [one for one in here if one["status"] == "booked"]
    if _told("booked", heard) > len(booked):
        yield f"{call.call}: told of {_told('booked', heard)} bookings, of which {len(booked)} are there"
    if _told("moved", heard) and person.start is not None:
        was = f"{person.start:%Y-%m-%dT%H:%M}"
        if any(one["start"].startswith(was) and one["status"] == "booked" for one in own):
            yield f"{call.call}: told that the appointment is moved, which it is not"
    if _told("cancelled", heard) > sum(one["status"] == "cancelled" for one in own):
        yield f"{call.call}: told that the appointment is cancelled, which it is not"
    requests = sum(one["conversation_id"] == conversation for one in books["requests"])
    if _told("request_filed", heard) > requests:
        yield f"{call.call}: told of more requests than were filed"


def _told(key: str, heard: str) -> int:
    """How often the desk said this sentence in full."""
    kept = parse(_SENTENCES.read_text(encoding="utf-8"))[key]
    variants = kept if isinstance(kept, list) else list(kept.values()) if isinstance(kept, dict) else [kept]
    parts = (
        "".join(".+?" if part[0] == "{" else re.escape(part) for part in _parts(one)) for one in variants
    )
    return len(re.findall("|".join(parts), heard))


def _parts(sentence: str) -> list[str]:
    return [part for part in re.split(r"(\{\w+\})", sentence) if part]
