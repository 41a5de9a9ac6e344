"""What the ways to answer a call have in common: who is called, who calls, and what is spoken."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reception.channels.phone_words import PhoneWords, phone_words
from reception.channels.twiml import farewell, transfer
from reception.database.records import Message
from reception.errors import ReceptionError
from reception.practice import Practice
from reception.service import Service

#: A number in E.164. Callers who hide theirs come as "anonymous" or the like.
CALLER = re.compile(r"\+[1-9]\d{5,14}")


async def practice_of(service: Service, called_number: str) -> Practice | None:
    """The practice that was called, from memory while the database is away."""
    try:
        return await service.practice(called_number)
    except ReceptionError:
        return service.known_practice(called_number)


def words_of(service: Service, practice: Practice | None) -> PhoneWords:
    """The phone's sentences in the practice's language."""
    language = practice.languages[0] if practice is not None else "en"
    return phone_words(service.settings.prompts_dir, language)


def speakable(messages: Sequence[Message], *, without_callback: bool = False) -> str:
    """The messages as one text; without the question when to call back, if there is one at its end."""
    texts = []
    for message in messages:
        text = message.text
        if without_callback and message.expects == "callback":
            sentences = re.split(r"(?<=[.!?])\s+", text)
            text = " ".join(sentences[:-1])
        texts.append(text)
    return " ".join(text for text in texts if text)


def to_a_person(service: Service, base: str, practice: Practice | None, sentence: str) -> str:
    """TwiML: says the sentence and connects the caller, or says that nobody is there."""
    words = words_of(service, practice)
    voice = words.say("voice")
    if practice is not None and practice.transfer_number:
        return transfer(base, sentence, voice, practice.transfer_number)
    return farewell(sentence or words.say("nobody_there", practice), voice)


def unavailable(service: Service, base: str, practice: Practice | None) -> str:
    """TwiML: nothing can be looked up, and how to reach a person."""
    words = words_of(service, practice)
    connecting = practice is not None and practice.transfer_number
    sentence = words.say("away_connecting" if connecting else "away", practice)
    return to_a_person(service, base, practice, sentence)
