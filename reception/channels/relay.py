"""One call over ConversationRelay: Twilio's frames in, ours out. Knows no socket."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from reception.channels.calls import CALLER, practice_of, speakable, words_of
from reception.channels.incoming import readable
from reception.channels.keypad import Keypad
from reception.channels.metrics import measured_turn
from reception.database.records import Message
from reception.errors import Closed, Invalid, NotFound, ReceptionError
from reception.service import Service
from reception.turn import MAX_TEXT

log = structlog.get_logger()

_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!Dr\.)(?<!Mr\.)(?<!Ms\.)(?<!Mrs\.)(?<!St\.) +(?=\S)")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")

Frame = dict[str, Any]


class RelaySession:
    """What one WebSocket of a call remembers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._words = words_of(service, None)
        self._keypad = Keypad(self._words)
        self._conversation: UUID | None = None
        self._called = ""
        self._session = ""
        self._step = 0
        self._expects: str | None = None
        self._options: Sequence[Mapping[str, Any]] = ()

    async def receive(self, frame: Mapping[str, Any]) -> list[Frame]:
        """Our frames in answer to one of Twilio's. Frames unknown or out of order are passed over."""
        match frame.get("type"):
            case "setup":
                return await self._setup(frame)
            case "prompt" if frame.get("last", True) is True and isinstance(frame.get("voicePrompt"), str):
                self._keypad.clear()
                return await self._hear(frame["voicePrompt"])
            case "prompt" if isinstance(frame.get("voicePrompt"), str):
                self._overhear(frame["voicePrompt"])
                return []
            case "dtmf" if isinstance(frame.get("digit"), str):
                said = self._keypad.press(frame["digit"], self._expects, self._options)
                return await self._hear(said) if said is not None else []
            case "error":
                log.warning("relay_error", session=self._session)
                return []
            case _:  # interrupt: the desk has said it all the same, and can say it again when asked
                return []

    async def _setup(self, frame: Mapping[str, Any]) -> list[Frame]:
        call, session = frame.get("callSid"), frame.get("sessionId")
        if not (isinstance(call, str) and _IDENTIFIER.fullmatch(call)) or self._conversation is not None:
            return []
        self._called = str(frame.get("to", ""))
        self._session = f"{call}/{session if isinstance(session, str) else ''}"
        caller = str(frame.get("from", ""))
        try:
            started = await self._service.desk.start(
                channel="phone",
                caller=caller if CALLER.fullmatch(caller) else "",
                called_number=self._called,
                call_sid=call,
            )
        except ReceptionError as error:
            return self._away(error)
        self._conversation = started.id
        self._words = words_of(self._service, await practice_of(self._service, self._called))
        self._keypad = Keypad(self._words)
        self._remember(started.messages)
        return [{"type": "end"}] if started.status == "closed" else []

    async def _hear(self, words: str) -> list[Frame]:
        """One turn. The same step of the same session acts once, however often it arrives."""
        if self._conversation is None:
            return []
        self._step += 1
        step = uuid5(NAMESPACE_URL, f"twilio:{self._session}/{self._step}")
        try:
            text = readable(words[:MAX_TEXT])
            with measured_turn("phone"):
                heard = await self._service.desk.hear(self._conversation, text, str(step))
        except Invalid:  # silence, or noise without a word
            return []
        except (Closed, NotFound):
            return [{"type": "end"}]
        except ReceptionError as error:
            return self._away(error)
        self._service.hub.changed(self._conversation)
        self._remember(heard.messages)
        return await self._answer(heard.messages, heard.status)

    def _overhear(self, words: str) -> None:
        """The recogniser's words so far, which it may still take back: read ahead, never answered."""
        with suppress(ReceptionError):
            if self._conversation is not None:
                self._service.desk.overhear(self._conversation, words)

    async def _answer(self, messages: Sequence[Message], status: str) -> list[Frame]:
        if status == "closed":
            return [*spoken(speakable(messages)), {"type": "end"}]
        if status == "handed_over":
            practice = await practice_of(self._service, self._called)
            if practice is not None and practice.transfer_number:
                # The question when to call back is moot: a person is about to answer.
                last = self._words.say("connecting")
                return [
                    *spoken(speakable(messages, without_callback=True) + " " + last),
                    _handoff("handed_over"),
                ]
        return spoken(speakable(messages))

    def _away(self, error: ReceptionError) -> list[Frame]:
        """Nothing can be looked up: says so, and how to reach a person; Twilio then asks what to do."""
        log.warning("call_failed", session=self._session, error=type(error).__name__)
        practice = self._service.known_practice(self._called)
        connecting = practice is not None and practice.transfer_number
        sentence = self._words.say("away_connecting" if connecting else "away", practice)
        return [*spoken(sentence), _handoff("away")]

    def _remember(self, messages: Sequence[Message]) -> None:
        if messages:
            self._expects, self._options = messages[-1].expects, messages[-1].options


def spoken(text: str) -> list[Frame]:
    """Text frames, one a sentence, so that the first is spoken while the others are still on their way."""
    sentences = _SENTENCE_END.split(text.strip())
    return [
        {
            "type": "text",
            "token": sentence if last else f"{sentence} ",
            "last": last,
        }
        for sentence, last in zip(sentences, [False] * (len(sentences) - 1) + [True], strict=True)
        if sentence
    ]


def _handoff(reason: str) -> Frame:
    return {"type": "end", "handoffData": json.dumps({"reason": reason})}
