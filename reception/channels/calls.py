"""What the ways to answer a call have in common: who is called, who calls, what is spoken, who is rung."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from reception.channels.hints import hints
from reception.channels.phone_words import PhoneWords, phone_words, phone_words_of
from reception.channels.twiml import Talk, farewell, gather, transfer
from reception.database.fence import enter
from reception.database.records import Call, Message
from reception.errors import NotFound, ReceptionError
from reception.practice import Practice
from reception.service import Service

#: A number in E.164. Callers who hide theirs come as "anonymous" or the like.
CALLER = re.compile(r"\+[1-9]\d{5,14}")
#: How Twilio names calls, and what it calls those that are over.
CALL_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
FINISHED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!Dr\.)(?<!Mr\.)(?<!Ms\.)(?<!Mrs\.)(?<!St\.) +(?=\S)")


async def practice_called(service: Service, called_number: str) -> Practice:
    """The practice that was called; from here on the request is its own. Raises what `practice` does."""
    practice = await service.practice(called_number)
    enter(practice.id)
    return practice


async def enter_call(service: Service, call_sid: str) -> Call | None:
    """The call, as far as it is known; from here on the request is its practice's."""
    async with service.database.look_up() as store:
        practice_id, call = await store.practice_of_call(call_sid), await store.call(call_sid)
    if practice_id is not None:
        enter(practice_id)
    return call


async def practice_of(service: Service, called_number: str) -> Practice | None:
    """The practice that was called, from memory while the database is away; None for nobody's number."""
    try:
        return await practice_called(service, called_number)
    except NotFound:
        return None
    except ReceptionError:
        return service.known_practice(called_number)


def words_of(service: Service, practice: Practice | None) -> PhoneWords:
    """The phone's sentences in the practice's language."""
    prompts = service.settings.prompts_dir
    return phone_words(prompts) if practice is None else phone_words_of(prompts, practice)


def talk_of(service: Service, base: str, practice: Practice | None) -> Talk:
    """How a call with this practice is spoken; `base` is the service's public address."""
    words = words_of(service, practice)
    return Talk(base, words.speaker, hints(practice, words.medicines))


def sentences(text: str) -> list[str]:
    """The sentences of what the desk says."""
    return [each for each in _SENTENCE_END.split(text.strip()) if each]


def speakable(messages: Sequence[Message], *, without_callback: bool = False) -> str:
    """The messages as one text; without the question when to call back, if there is one at its end."""
    texts = []
    for message in messages:
        text = message.text
        if without_callback and message.expects == "callback":
            text = " ".join(sentences(text)[:-1])
        texts.append(text)
    return " ".join(text for text in texts if text)


def reachable(practice: Practice | None, now: datetime) -> bool:
    """Whether somebody can be rung: the practice has a number for that and is not known to be closed."""
    return practice is not None and bool(practice.transfer_number) and practice.opens_next(now) is None


def rings_through(practice: Practice, now: datetime) -> bool:
    """Whether the practice wants to answer this call itself: always, or while it is open."""
    if practice.answering == "after_hours":
        return practice.opening_hours is not None and reachable(practice, now)
    return practice.answering == "off"


def unavailable(service: Service, talk: Talk, practice: Practice | None, call: str) -> str:
    """TwiML: nothing can be looked up, and how to reach a person."""
    words = words_of(service, practice)
    if practice is not None and reachable(practice, service.clock.now(practice.time_zone)):
        sentence = words.say("away_connecting", practice)
        return transfer(talk, sentence, practice.transfer_number, call, whisper=False)
    return farewell(talk, words.say("away", practice))


def crowded_menu(service: Service, talk: Talk, practice: Practice | None, silences: int = 0) -> str:
    """TwiML: too many calls are going on, and what the keys do meanwhile."""
    words = words_of(service, practice)
    said = [words.say("crowded", practice)]
    if practice is not None and reachable(practice, service.clock.now(practice.time_zone)):
        said.append(words.say("crowded_person"))
    return gather(talk, " ".join(said), action=talk.url("crowded", silences=silences))
