"""The desk's replies as messages: sentences, options, and which of these was picked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from reception.clock import Clock
from reception.database.records import NewMessage
from reception.dialogue.state import Choice, Reply, State
from reception.dialogue.wording import Wording
from reception.own_words import in_own_words
from reception.practice import Practice


class Replies:
    """Puts replies into words; `wordings`: language → sentences."""

    def __init__(self, wordings: Mapping[str, Wording], clock: Clock) -> None:
        self._wordings = wordings
        self._clock = clock

    def render(
        self, state: State, reply: Reply, practice: Practice, language: str, channel: str
    ) -> NewMessage:
        """The reply as a message; the state remembers the words, to repeat them or ask again."""
        wording = in_own_words(self._wordings[language], practice, language, "desk")
        today = self._today(practice)
        how = {"spoken": channel == "phone", "texted": channel == "sms"}
        sentences = [wording.say(line, today, state.turns, **how) for line in reply.lines]
        state.said = " ".join(sentences)
        state.heard = None
        state.question = sentences[-1] if reply.expects is not None else ""
        options = [self._option(one, wording, practice) for one in reply.choices]
        return NewMessage("desk", state.said, reply.expects, reply.about, options)

    def _option(self, choice: Choice, wording: Wording, practice: Practice) -> dict[str, Any]:
        shown = wording.option(choice, self._today(practice))
        one = choice.offer or choice.existing
        value: Any = choice.yes if choice.day is None else choice.day.isoformat()
        if one is not None:
            value = {
                "start": one.start.astimezone(practice.time_zone).isoformat(),
                "practitioner": one.practitioner,
                "appointment_type": one.appointment_type,
            }
        return {"label": shown.label, "text": shown.text, "value": value}

    def picked(self, state: State, text: str, practice: Practice, language: str) -> Choice | None:
        """The option whose text this is, if it is one."""
        wording, today = self._wordings[language], self._today(practice)
        said = " ".join(text.split()).casefold()
        return next(
            (one for one in state.choices if wording.option(one, today).text.casefold() == said), None
        )

    def _today(self, practice: Practice) -> date:
        return self._clock.now(practice.time_zone).date()
