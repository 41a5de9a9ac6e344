"""What the person who is rung must know of a call before they take it: who it is, and what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import format_date

from reception.channels.phone_words import PhoneWords
from reception.database.store import Store
from reception.dialogue.state import State
from reception.errors import NotFound
from reception.kept import unpack
from reception.practice import Practice

#: Words of the patient that are read out.
MOST_WORDS = 40


@dataclass(frozen=True)
class Summary:
    """What is said to whoever picks up (a machine may), and what only to the person who takes the call."""

    practice: Practice
    announced: str
    told: str


async def summary(store: Store, call_sid: str, words_of: Callable[[Practice], PhoneWords]) -> Summary:
    """What there is to know of the call; NotFound without such a call."""
    conversation = await store.conversation_by_call(call_sid)
    practice = await store.practice_by_id(conversation.practice_id) if conversation else None
    if conversation is None or practice is None:
        raise NotFound("There is no such call.")
    words, state = words_of(practice), unpack(conversation.state)
    urgent = [words.say("whisper_emergency")] if conversation.outcome == "emergency" else []
    announced = " ".join([words.say("whisper", practice), *urgent, words.say("whisper_accept")])
    said = state.details.get("words") or state.wish.reason
    if not said:
        patient = [one.text for one in await store.messages(conversation.id) if one.role == "patient"]
        said = patient[-1] if patient else ""
    told = _who(words, state)
    if said:
        told.append(words.say("whisper_words", words=" ".join(said.split()[:MOST_WORDS]).rstrip(".")))
    return Summary(practice, announced, " ".join([*told, words.say("whisper_done")]))


def _who(words: PhoneWords, state: State) -> list[str]:
    name, born = state.who.name or state.claims.name, state.claims.date_of_birth
    if not name:
        return []
    if state.who.patient_id is None or born is None:
        return [words.say("whisper_claimed", name=name)]
    return [words.say("whisper_patient", name=name, born=format_date(born, "long", words.language))]
