"""What nobody saw the end of is told by the books; all that was answered must be kept, once, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile

from tests.history.books import Books
from tests.history.calling import PhonePatient
from tests.history.chatting import Chatter, slot_of
from tests.history.people import People
from tests.history.record import Event
from tests.history.rules import change_of
from tests.history.texting import TextPatient
from tests.history.world import Reader, Slot


def resolve(books: Books, events: Sequence[Event], people: People, reader: Reader) -> None:
    """Gives each event of unknown outcome its outcome, and its end: when the transaction committed."""
    _see_patients(books, people.chatters, people.callers, reader)
    _see_texts(books, people.texters, reader)
    _see_choices(books, events)
    _see_staff(books, events, people.ids)


def _see_patients(
    books: Books, chatters: Sequence[Chatter], callers: Sequence[PhonePatient], reader: Reader
) -> None:
    """What nobody saw end was kept, answer and all, or was not: the stored conversation tells."""
    for chatter in chatters:
        for chat in chatter.chats:
            if chat.unknown is not None:
                words = [one.text for one in books.conversations[chat.id] if one.role == "patient"]
                _decide(chat.unknown, books, chat.id, len(words) > len(chat.sent), reader)
    for caller in callers:
        for talk in caller.talks:
            if talk.unknown is not None:
                known = books.calls.get(talk.call_sid, "")
                words = [one.text for one in books.conversations.get(known, []) if one.role == "patient"]
                _decide(talk.unknown, books, known, len(words) > len(talk.said), reader)


def _see_texts(books: Books, texters: Sequence[TextPatient], reader: Reader) -> None:
    """An answer by text belongs to the conversation that keeps it, and to the time that was offered."""
    asked = {row["id"]: row["about"] for row in books.texts if row["kind"] == "waitlist"}
    for texter in texters:
        for texted in texter.answered:
            event, about = texted.event, asked[texted.offer]
            start = datetime.fromisoformat(about["start"]).timestamp()
            event.given["slot"] = Slot(about["practitioner"], start)
            conversation = books.by_client.get(texted.client_id)
            if conversation is None:
                event.outcome, event.got = "failed", {"why": "not kept"}
                continue
            event.given["conversation"] = conversation
            if event.outcome == "unknown":
                [place] = [
                    place for place, one in enumerate(books.conversations[conversation])
                    if books.client_of.get(str(one.id)) == texted.client_id
                ]  # fmt: skip
                _kept(event, books, conversation, place, reader)


def _see_staff(books: Books, events: Sequence[Event], ids: Mapping[str, str]) -> None:
    """What staff never heard the end of is told by the rows: each change is one event's, and of those who
    heard first."""
    explained: set[int] = set()
    by_staff = [one for one in events if one.given.get("channel") == "staff" and one.outcome != "failed"]
    for event in sorted(by_staff, key=lambda one: (one.outcome == "unknown", one.invoked)):
        place = change_of(books, event.kind, event.given, event.invoked, ids, explained)
        if place is not None:
            explained.add(place)
        if event.outcome == "unknown" and place is None:
            event.outcome, event.got = "failed", {"why": "not kept"}
        elif event.outcome == "unknown" and place is not None:
            event.outcome, event.completed = "ok", books.changes[place].committed


def _see_choices(books: Books, events: Sequence[Event]) -> None:
    """Which times callers chose by "the first one" is told by the options that are kept."""
    said: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "say" and event.given["channel"] == "phone" and event.outcome == "ok":
            said[event.given["conversation"]].append(event)
    for call, turns in said.items():
        messages = books.conversations.get(books.calls.get(call, ""), [])
        places = [place for place, one in enumerate(messages) if one.role == "patient"]
        for event, place in zip(turns, places, strict=False):
            asked = messages[place - 1]
            picks = event.given["words"] == "the first one" or event.given["words"].startswith("yes")
            if asked.expects == "slot" and picks:
                event.given |= {"slot": slot_of(asked.options[0]["value"]), "about": "option"}


def _decide(event: Event, books: Books, conversation: str, kept: bool, reader: Reader) -> None:
    if not kept:
        event.outcome = "failed"
        return
    messages = books.conversations[conversation]
    _kept(
        event, books, conversation, max(n for n, one in enumerate(messages) if one.role == "patient"), reader
    )


def _kept(event: Event, books: Books, conversation: str, place: int, reader: Reader) -> None:
    """The message at that place of the conversation, and what was answered."""
    messages = books.conversations[conversation]
    following = list(takewhile(lambda one: one.role != "patient", messages[place + 1 :]))
    told = reader.told(" ".join(one.text for one in following if one.role == "desk"))
    event.outcome, event.completed = "ok", books.committed[str(messages[place].id)]
    event.got = {"told": told, "offered": []}


def what_was_kept(books: Books, people: People) -> list[str]:
    """What was acknowledged is kept once, in order; what was shown is kept; again is the same."""
    problems = []
    for chatter in people.chatters:
        for chat in chatter.chats:
            kept = books.conversations.get(chat.id, [])
            words = [one.text for one in kept if one.role == "patient"]
            sent = [said for _, said in chat.sent]
            if words[: len(sent)] != sent or len(words) > len(sent) + (chat.unknown is not None):
                problems.append(f"{chat.id}: {len(sent)} messages were taken, {len(words)} are kept")
            shown = {str(one["id"]) for one in chat.seen}
            stored = [str(one.id) for one in kept if one.role != "patient"]
            if not shown <= set(stored) or len(stored) > len(shown) + (chat.unknown is not None):
                problems.append(f"{chat.id}: {len(shown)} answers were shown, {len(stored)} are kept")
            problems += [f"{chat.id}: the same message again was answered otherwise" for _ in chat.differing]
    for caller in people.callers:
        for talk in caller.talks:
            kept = books.conversations.get(books.calls.get(talk.call_sid, ""), [])
            words = [one.text for one in kept if one.role == "patient"]
            if words[: len(talk.said)] != talk.said or len(words) > len(talk.said) + (
                talk.unknown is not None
            ):
                problems.append(
                    f"{talk.call_sid}: {len(talk.said)} turns were answered, {len(words)} are kept"
                )
    for texter in people.texters:
        for texted in texter.answered:
            if texted.answers and texted.client_id not in books.by_client:
                problems.append(f"{texted.sid}: was answered, and is not kept")
            if texted.differing:
                problems.append(f"{texted.sid}: the same text again was answered otherwise")
    return problems
