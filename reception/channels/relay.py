"""One call over ConversationRelay: Twilio's frames in, ours out. Knows no socket."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from reception.beginning import Started
from reception.channels.agreement import agrees
from reception.channels.calls import (
    CALL_SID,
    CALLER,
    practice_called,
    reachable,
    sentences,
    speakable,
    words_of,
)
from reception.channels.incoming import readable
from reception.channels.keypad import Keypad
from reception.channels.left_messages import promise_callback
from reception.channels.metrics import FirstWords, measured_turn
from reception.channels.patience import Silence
from reception.channels.relay_voice import EMERGENCY, Send, Voice
from reception.channels.signatures import ours
from reception.database.records import Message
from reception.database.store import Store
from reception.dialogue import safety
from reception.errors import Closed, Invalid, NotFound, Overloaded, ReceptionError
from reception.practice import Practice
from reception.service import Service
from reception.turn import MAX_TEXT, Heard

log = structlog.get_logger()

#: Questions to which the options are the answer, and some of which may not have been heard.
_CHOOSING = frozenset({"slot", "appointment", "date"})
#: How a question can be answered by keys.
_BY_KEYS = {"date_of_birth": "type_date_of_birth", "phone": "type_phone", "confirmation": "type_confirmation"}


class RelaySession:
    """What one WebSocket of a call remembers. Its methods are called one after the other, never at once."""

    def __init__(self, service: Service, send: Send) -> None:
        self._service = service
        self._practice: Practice | None = None
        self._called = ""
        self._call = ""
        self._session = ""
        self._step = 0
        self._token = secrets.token_hex(8)
        self._known = 0  # messages of the conversation that need no more saying
        self._own: set[UUID] = set()  # and those that came of our own turns since
        self._last: Message | None = None
        self._options: Sequence[Mapping[str, Any]] = ()
        self._callback_offered = False
        self._attended = False
        self.conversation: UUID | None = None
        self.introduced: asyncio.Future[UUID] = asyncio.get_running_loop().create_future()
        self.voice = Voice(send, words_of(service, None))
        self._keypad = Keypad(self.voice.words)

    async def receive(self, frame: Mapping[str, Any]) -> None:
        """Takes one of Twilio's frames. Frames unknown or out of order are passed over."""
        match frame.get("type"):
            case "setup" if self.conversation is None:
                await self._setup(frame)
            case _ if self.conversation is None or self.voice.over:
                return
            case "prompt" if isinstance(frame.get("voicePrompt"), str):
                self.voice.patience.heard()
                if frame.get("last", True) is True:
                    await self._prompt(frame["voicePrompt"])
                else:
                    self._overhear(frame["voicePrompt"])
            case "dtmf" if isinstance(frame.get("digit"), str):
                await self._key(frame["digit"])
            case "interrupt" if isinstance(frame.get("utteranceUntilInterrupt"), str):
                await self._interrupted(frame["utteranceUntilInterrupt"])
            case "error":
                log.warning("relay_error", session=self._session)

    async def silent(self) -> None:
        """Nothing has been heard for as long as the voice's patience lasts."""
        say = self.voice.words.say
        if self.conversation is None:
            self.voice.over = True  # nobody said which call this is
        elif self._keypad.begun:
            await self._key("#")
        elif self._attended:
            self.voice.patience.heard()  # a person is writing: nobody is asked whether they are still there
        else:
            match self.voice.patience.over():
                case Silence.ASK:
                    await self.voice.aside(" ".join([say("still_there"), *self._question()]))
                case Silence.OFFER_CALLBACK:
                    self._callback_offered = True
                    await self.voice.aside(say("offer_callback"))
                case Silence.GIVE_UP:
                    await self.voice.end(say("goodbye"), "silent")

    async def news(self) -> None:
        """Speaks what others wrote meanwhile, and does what they want done with the call."""
        if self.conversation is None or self.voice.over:
            return
        with suppress(ReceptionError):  # while the database is away: a turn will say so, if one comes
            async with self._service.database.transaction() as store:
                news = await store.call_news(self.conversation)
                more = news is not None and news.message_count > self._known
                said = await store.messages_after(self.conversation, self._known) if more else []
            if news is None or news.relay_session != self._token:
                self.voice.over = True  # another WebSocket speaks for the call now
                return
            self._known, self._attended = max(self._known, news.message_count), news.attended
            new = [one for one in said if one.role != "patient" and one.id not in self._own]
            self._own.clear()
            if new:
                self._remember(new)
                await self.voice.say(speakable(new))
            if news.transfer_requested:
                await self.voice.end(self.voice.words.say("connecting"), "transfer")

    async def _setup(self, frame: Mapping[str, Any]) -> None:
        call, session = frame.get("callSid"), frame.get("sessionId")
        if not (isinstance(call, str) and CALL_SID.fullmatch(call)):
            return
        if not ours(str(frame.get("accountSid", "")), self._service.settings):
            log.warning("twilio_account_refused", session=call)
            await self.voice.end("", "refused")
            return
        self._called, self._call = str(frame.get("to", "")), call
        self._session = f"{call}/{session if isinstance(session, str) else ''}"
        caller = str(frame.get("from", ""))
        try:
            self._practice = await practice_called(self._service, self._called)
            started = await self._service.desk.beginnings.start(
                channel="phone",
                caller=caller if CALLER.fullmatch(caller) else "",
                called_number=self._called,
                call_sid=call,
            )
            transfer = await self._service.database.run(lambda store: self._join(store, started))
        except Closed:
            await self.voice.end("", "")
            return
        except ReceptionError as error:
            await self._away(error)
            return
        self.voice.words = words_of(self._service, self._practice)
        self._keypad = Keypad(self.voice.words)
        self.conversation = started.id
        self.introduced.set_result(started.id)
        self._remember(started.messages)
        self._service.hub.changed(started.id)  # an older WebSocket of this call learns that it is one
        self.voice.patience.spoke(speakable(started.messages))
        if started.status == "closed":
            await self.voice.end("", "")
        elif transfer or (started.status == "handed_over" and not self._attended and self._connects()):
            await self.voice.end(
                self.voice.words.say("connecting"), "transfer" if transfer else "handed_over"
            )

    async def _join(self, store: Store, started: Started) -> bool:
        """Speaks for the call from now on; whether staff want it put through."""
        conversation = await store.conversation(started.id)
        assert conversation is not None  # it was started a moment ago
        call = await store.open_call(self._call, conversation.practice_id, started.id)
        if call.ended_at is not None:
            raise Closed("The call has ended.")
        await store.take_over_relay(self._call, self._token)
        news = await store.call_news(started.id)
        assert news is not None
        self._known, self._attended = news.message_count, news.attended
        return news.transfer_requested

    async def _prompt(self, words: str) -> None:
        self._keypad.clear()
        if self._callback_offered and self._practice is not None:
            self._callback_offered = False
            if await agrees(self._service, self._practice, self.voice.words.say("offer_callback"), words):
                await self._promise_callback()
                return
        await self._hear(words)

    async def _key(self, key: str) -> None:
        self.voice.patience.typed()
        if self._callback_offered and key == "1":
            await self._promise_callback()
            return
        self._callback_offered = False
        said = self._keypad.press(key, self._last.expects if self._last else None, self._options)
        if said is not None:
            await self._hear(said)

    async def _hear(self, words: str) -> None:
        """One turn. The same step of the same session acts once, however often it arrives."""
        first = FirstWords()
        assert self.conversation is not None  # nothing is heard before
        self._step += 1
        step = uuid5(NAMESPACE_URL, f"twilio:{self._session}/{self._step}")
        try:
            text = readable(words[:MAX_TEXT])
            with measured_turn("phone"):
                turn = asyncio.create_task(self._service.desk.hear(self.conversation, text, str(step)))
                if not safety.is_emergency(text):
                    await self.voice.bridge(turn, first)
                heard = await turn
        except Invalid:  # silence, or noise without a word
            return
        except (Closed, NotFound):
            await self.voice.end("", "")
        except ReceptionError as error:
            await self._away(error)
        else:
            self._own.update(message.id for message in heard.messages)
            self._remember(heard.messages)
            await self._answer(heard, first)
            self._service.hub.changed(self.conversation)

    async def _answer(self, heard: Heard, first: FirstWords) -> None:
        """Says what the desk answered; then the call goes on, ends, or a person takes it."""
        if heard.status == "closed":
            await self.voice.end(speakable(heard.messages), "", heard.manner, first)
        elif heard.status == "handed_over" and heard.messages and self._connects():
            # The question when to call back is moot: a person is about to answer.
            told = speakable(heard.messages, without_callback=True)
            connecting = self.voice.words.say("connecting")
            await self.voice.end(f"{told} {connecting}", "handed_over", heard.manner, first)
        else:
            await self.voice.say(speakable(heard.messages), heard.manner, first)

    async def _interrupted(self, utterance: str) -> None:
        self.voice.patience.heard()
        assert self.conversation is not None  # nothing is interrupted before
        with suppress(ReceptionError):
            heard = await self._service.desk.interrupted(self.conversation, utterance[:MAX_TEXT])
            if heard is not None and self._last is not None and self._last.expects in _CHOOSING:
                self._options = self._options[:heard]

    def _overhear(self, words: str) -> None:
        """The recogniser's words so far, which it may still take back: read ahead, never answered."""
        assert self.conversation is not None  # nothing is heard before
        with suppress(ReceptionError):
            self._service.desk.overhear(self.conversation, words)

    async def _promise_callback(self) -> None:
        try:
            await self._service.database.run(lambda store: promise_callback(store, self._call))
        except ReceptionError as error:
            await self._away(error)
        else:
            await self.voice.end(self.voice.words.say("callback_promised"), "silent")

    async def _away(self, error: ReceptionError) -> None:
        """Nothing can be looked up: says so, and how to reach a person; Twilio then asks what to do."""
        if isinstance(error, Overloaded):
            await self.voice.end("", "crowded")  # Twilio asks what to do then: the keys are left
            return
        log.warning("call_failed", session=self._session, error=type(error).__name__)
        say = self.voice.words.say
        if isinstance(error, NotFound):
            await self.voice.end(say("unknown_number"), "unknown_number", EMERGENCY)
            return
        self._practice = self._practice or self._service.known_practice(self._called)
        sentence = say("away_connecting" if self._connects() else "away", self._practice)
        await self.voice.end(sentence, "away")

    def _connects(self) -> bool:
        """Whether a person can be rung now."""
        practice = self._practice
        return practice is not None and reachable(practice, self._service.clock.now(practice.time_zone))

    def _question(self) -> list[str]:
        """The question that was asked last, and how it can be answered by keys."""
        last = self._last
        if last is None or last.expects is None:
            return []
        choosing = "type_choice" if self._options and last.expects in _CHOOSING else ""
        by_keys = _BY_KEYS.get(last.expects, choosing)
        return [*sentences(last.text)[-1:], *([self.voice.words.say(by_keys)] if by_keys else [])]

    def _remember(self, messages: Sequence[Message]) -> None:
        desk = [message for message in messages if message.role == "desk"]
        if desk:
            self._last, self._options = desk[-1], desk[-1].options
