"""What is made of an utterance in a turn: by an option it names, by rule, and otherwise by the model."""

from __future__ import annotations

from dataclasses import dataclass

from reception.database.records import Conversation
from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.state import Choice, State
from reception.dialogue.texted import answered_plainly
from reception.inference.language_model import Priority
from reception.understanding.interpret import Setting
from reception.understanding.reading import read
from reception.understanding.understander import Understander

#: Seconds within which words must be understood: after that, a caller has long spoken again.
PHONE_DEADLINE = 8.0
CHAT_DEADLINE = 20.0


@dataclass(frozen=True)
class Understood:
    """What was made of an utterance: its frame, the words of its main wish without hesitations, and the
    option it names."""

    frame: Frame
    words: str
    picked: Choice | None


async def understand(
    understander: Understander,
    state: State,
    text: str,
    picked: Choice | None,
    setting: Setting,
    conversation: Conversation,
) -> Understood:
    """An option chosen by its text needs no model, nor does a C to a reminder; no transaction is open."""
    if conversation.attended_by is not None:  # then the desk speaks only where the rules see danger
        return Understood(Frame(Intent.EMERGENCY), text, None)
    if picked is not None:
        return Understood(Frame(Intent.INFORM), text, picked)
    if answered_plainly(state, text, conversation.language):
        return Understood(Frame(Intent.INFORM), text, None)
    phone = conversation.channel == "phone"
    frame, words = await read(
        understander,
        state.heard_words,
        state.expects,
        text,
        setting,
        priority=Priority.PHONE if phone else Priority.CHAT,
        conversation=str(conversation.id),
        deadline=PHONE_DEADLINE if phone else CHAT_DEADLINE,
    )
    return Understood(frame, words, None)
