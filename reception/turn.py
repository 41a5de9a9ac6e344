"""One turn of a conversation in reading order: load, understand, decide, act, save, reply."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from reception.acting import Actor
from reception.admission import Admission
from reception.anticipation import Anticipation
from reception.beginning import Beginnings, facts_of, hashed
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.records import Conversation, Message, NewMessage
from reception.database.store import Store
from reception.dialogue.hearing import as_heard
from reception.dialogue.meaning import Frame, Manner
from reception.dialogue.outdated import forget_what_is_gone
from reception.dialogue.policy import decide
from reception.dialogue.safety import is_emergency
from reception.dialogue.state import Reply, State
from reception.dialogue.wording import Wording
from reception.errors import Closed, Invalid, NotFound, Unavailable
from reception.interruption import note_interruption
from reception.kept import frame_json, pack, unpack
from reception.messaging.notices import Notices
from reception.ongoing import Ongoing
from reception.practice import Practice
from reception.replies import Replies
from reception.scheduling.absence import Absences
from reception.scheduling.booking import Booking
from reception.scheduling.waiting import AskByText, WaitingList
from reception.stages import OUTCOMES, span, stage
from reception.understanding.interpret import Setting
from reception.understanding.sayings import without_fillers
from reception.understanding.understander import Understander
from reception.utterance import Understood, understand

MAX_TEXT = 2000
#: How often a turn is taken again when another one of the same conversation came in between.
ATTEMPTS = 3


@dataclass(frozen=True)
class Heard:
    """What a turn answers: the new messages of desk and staff, and who is in charge now.

    `manner` is how to speak it: "emergency" for what nothing may interrupt, "waits" where the other side
    asked for a moment. `outcome` is what has come of the conversation so far.
    """

    messages: list[Message]
    status: str
    manner: str = ""
    outcome: str = ""


class Desk:
    """The receptionist: takes the turns of conversations, whatever the channel; `beginnings` opens them."""

    def __init__(
        self,
        database: Database,
        understander: Understander,
        wordings: Mapping[str, Wording],
        clock: Clock,
        default_practice: str = "",
        notices: Notices | None = None,
        ask: AskByText | None = None,
        *,
        limited: bool = True,
        admission: Admission | None = None,
    ) -> None:
        """Without `notices` patients get no texts of what was booked or changed; `ask` offers freed times.

        `limited`: whether guesses at birth dates are bounded over all conversations together. Without an
        `admission` any number of turns go on at once.
        """
        self._admission = admission or Admission(sys.maxsize)
        self._ahead = Anticipation(understander)
        self._ongoing = Ongoing()
        self.beginnings = Beginnings(
            database, wordings, clock, self._admission, self._ahead, self._ongoing, default_practice
        )
        self._limited = limited
        self._database = database
        self._understander = understander
        self._wordings = wordings
        self._clock = clock
        self._replies = Replies(wordings, clock)
        self._notices = notices
        self._ask = ask
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def hear(self, conversation_id: UUID, text: str, client_id: str | None = None) -> Heard:
        """Takes one turn. The same `client_id` again gives the same answer and changes nothing.

        Raises Invalid (blank or over 2,000 characters), NotFound, Closed, Busy, Unavailable, Overloaded.
        """
        if not text.strip() or len(text) > MAX_TEXT:
            raise Invalid(f"A message has between 1 and {MAX_TEXT} characters; please shorten or fill it in.")
        lock = self._turns.setdefault(conversation_id, asyncio.Lock())
        with span("turn", conversation=conversation_id), named(conversation_id):
            return await self._heard(lock, conversation_id, text.strip(), client_id)

    async def _heard(
        self, lock: asyncio.Lock, conversation_id: UUID, text: str, client_id: str | None
    ) -> Heard:
        """One turn after the other of the same conversation."""
        async with lock:
            began = time.perf_counter()
            self._ahead.stop(conversation_id)
            for _ in range(ATTEMPTS):
                heard = await self._turn(conversation_id, text, client_id, began)
                if heard is not None:
                    if heard.status == "closed":
                        self._ongoing.over(conversation_id)
                    self._anticipate(conversation_id, heard.messages, heard.status)
                    return heard
        raise Unavailable("Several messages arrived at once; please send the last one again.")

    def overhear(self, conversation_id: UUID, words: str) -> None:
        """What has been heard so far of an utterance that is not over; read ahead, and nothing else."""
        self._ahead.overheard(conversation_id, words[:MAX_TEXT])

    async def interrupted(self, conversation_id: UUID, spoken: str) -> int | None:
        """The caller spoke over the desk when it had said `spoken`: the rest counts as not said.

        How many of the options were heard; None when `spoken` is no part of the desk's last words.
        """

        async def work(store: Store) -> tuple[int, str] | None:
            return await note_interruption(store, self._wordings, conversation_id, spoken)

        changed = await self._database.run(work)
        if changed is None:
            return None
        self._ahead.said(conversation_id, changed[1])
        return changed[0]

    async def hang_up(self, conversation_id: UUID) -> None:
        """The caller is gone: a turn under way here ends first, then what was held is given back."""
        async with self._turns.setdefault(conversation_id, asyncio.Lock()):
            self._ahead.forget(conversation_id)
            self._ongoing.over(conversation_id)
            async with self._database.transaction() as store:
                await store.conversation(conversation_id, lock=True)
                await store.drop_holds(conversation_id)
                await store.close_conversation(conversation_id)

    async def close(self) -> None:
        """Ends what runs in the background."""
        await self._ahead.close()

    async def read(self, conversation_id: UUID) -> Heard:
        """The whole conversation."""
        async with self._database.transaction() as store:
            conversation = await store.conversation(conversation_id)
            if conversation is None:
                raise NotFound("There is no such conversation.")
            return Heard(await store.messages(conversation_id), conversation.status)

    async def check_token(self, conversation_id: UUID, token: str) -> UUID:
        """The id of the conversation's practice. NotFound unless the token is the conversation's."""
        async with self._database.look_up() as store:
            kept = await store.token_hash(conversation_id)
        if kept is None or not secrets.compare_digest(kept[1], hashed(token)):
            raise NotFound("There is no such conversation.")
        return kept[0]

    def _anticipate(self, conversation_id: UUID, messages: Sequence[Message], status: str) -> None:
        if status == "open" and messages:
            self._ahead.said(conversation_id, messages[-1].text)
        elif status != "open":
            self._ahead.forget(conversation_id)

    async def _turn(
        self, conversation_id: UUID, text: str, client_id: str | None, began: float
    ) -> Heard | None:
        """One attempt at a turn that `began` then; None when another of the conversation was faster."""
        async with self._database.glance() as store:
            begun = await store.turn(conversation_id, client_id)
            if begun is None:
                raise NotFound("There is no such conversation.")
            conversation, practice, taken = begun
            before = await store.replies_to(conversation_id, client_id) if taken and client_id else None
            if before is not None:
                return Heard(before, conversation.status)
        if conversation.status == "closed":
            raise Closed("This conversation has ended; please start a new one.")
        self._ongoing.seen(conversation_id, conversation.channel)
        if conversation.attended_by is not None and not is_emergency(text):
            return await self._keep(conversation_id, text, client_id)
        state = _remembered(conversation, practice)
        picked = self._replies.picked(state, text, practice, conversation.language)
        self._ahead.speaks(conversation_id, conversation.language)
        words = without_fillers(text, conversation.language)
        async with self._admission.turn(conversation.channel, urgent=is_emergency(text)):
            with stage("understand", conversation=conversation_id):
                setting = Setting(self._clock.now(practice.time_zone), practice, conversation.language)
                understood = await understand(self._understander, state, words, picked, setting, conversation)

            async def work(store: Store) -> Heard | None:
                now = await store.conversation(conversation_id, lock=True)
                if now is None or now.version != conversation.version:
                    return None
                return await self._act(store, now, practice, understood, text, client_id, began)

            with stage("act", conversation=conversation_id):
                heard = await self._database.run(work)
            if heard is not None and heard.outcome not in ("", conversation.outcome):
                OUTCOMES.labels(conversation.channel, heard.outcome).inc()
            return heard

    async def _keep(self, conversation_id: UUID, text: str, client_id: str | None) -> Heard | None:
        """A person attends to the conversation: the words are kept for them, and the desk is silent.

        None when they have just left.
        """

        async def work(store: Store) -> Heard | None:
            now = await store.conversation(conversation_id, lock=True)
            if now is None or now.attended_by is None:
                return None
            await store.add_messages(conversation_id, [NewMessage("patient", text, client_id=client_id)])
            return Heard([], now.status)

        return await self._database.run(work)

    async def _act(
        self,
        store: Store,
        conversation: Conversation,
        practice: Practice,
        understood: Understood,
        text: str,
        client_id: str | None,
        began: float,
    ) -> Heard:
        """Decides, does and saves, all in one transaction."""
        state = _remembered(conversation, practice)
        phone = conversation.caller if conversation.channel != "chat" else ""
        facts = facts_of(self._clock, practice, phone, conversation.language)
        actor = Actor(
            store,
            Booking(store, practice, facts.now),
            WaitingList(store, practice, facts.now, self._ask),
            Absences(store, practice, facts.now, self._notices),
            practice,
            conversation.id,
            conversation.caller,
            conversation.channel,
            self._notices,
            self._limited,
        )
        frame = as_heard(understood.frame, state)
        talk = decide(state, frame, understood.words, understood.picked, facts)
        answer: Any = None
        while True:
            try:
                need = talk.send(answer)
            except StopIteration as stop:
                reply: Reply = stop.value
                break
            answer = await actor.meet(need)
        said = NewMessage("patient", text, client_id=client_id, frame=frame_json(understood.frame))
        answered = self._replies.render(state, reply, practice, conversation.language, conversation.channel)
        answered = replace(answered, took_ms=round(1000 * (time.perf_counter() - began)))
        saved = await store.add_messages(conversation.id, [said, answered])
        await store.save_conversation(
            conversation.id,
            state=pack(state),
            status=state.status,
            outcome=state.outcome or None,
            handed_over_for=state.handed_over_for,
        )
        return Heard(saved[1:], state.status, _manner(frame, reply), state.outcome)


def named(conversation_id: UUID) -> AbstractContextManager[None]:
    """What is logged within carries the conversation's identifier."""
    return structlog.contextvars.bound_contextvars(conversation=str(conversation_id))


def _remembered(conversation: Conversation, practice: Practice) -> State:
    """The conversation's memory, as far as the practice's settings of now go."""
    state = unpack(conversation.state)
    forget_what_is_gone(state, practice)
    return state


def _manner(frame: Frame, reply: Reply) -> str:
    if any(line.key in ("emergency", "mean_emergency") for line in reply.lines):
        return "emergency"
    return "waits" if frame.manner is Manner.WAITS else ""
