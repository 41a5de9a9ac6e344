"""How a conversation begins: with a call, a chat, a text, or the answer to a text of ours."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from reception.admission import Admission
from reception.anticipation import Anticipation
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.records import Conversation, Message, NewMessage
from reception.database.store import Store
from reception.dialogue.policy import resting, welcome
from reception.dialogue.state import Facts, State
from reception.dialogue.wording import Wording
from reception.errors import NotFound
from reception.kept import pack
from reception.messaging.asked import state_of
from reception.ongoing import Ongoing
from reception.practice import Practice
from reception.replies import Replies
from reception.understanding.interpret import language_of
from reception.understanding.values.matching import practitioners_of


@dataclass(frozen=True)
class Started:
    """A new conversation; `token` is shown once and kept as a hash only."""

    id: UUID
    token: str
    messages: list[Message]
    status: str


class Beginnings:
    """Opens conversations."""

    def __init__(
        self,
        database: Database,
        wordings: Mapping[str, Wording],
        clock: Clock,
        admission: Admission,
        ahead: Anticipation,
        ongoing: Ongoing,
        default_practice: str,
    ) -> None:
        self._ahead = ahead
        self._ongoing = ongoing
        self._database = database
        self._wordings = wordings
        self._clock = clock
        self._admission = admission
        self._replies = Replies(wordings, clock)
        self._default_practice = default_practice

    async def start(
        self,
        *,
        channel: str,
        caller: str,
        practice: str | None = None,
        called_number: str | None = None,
        language: str | None = None,
        call_sid: str | None = None,
        even_off: bool = False,
        even_crowded: bool = False,
    ) -> Started:
        """Opens a conversation. `caller` is an address or a number; NotFound without such a practice.

        Overloaded while there are too many, unless `even_crowded`.

        A call that has a conversation already goes on in it, with the desk's last words again. Chats and
        texts of a practice that answers itself now are told so, and closed, unless `even_off`.
        """

        async def work(store: Store) -> Started:
            known = await store.conversation_by_call(call_sid) if call_sid else None
            if known is not None:
                return await self._resume(store, known)
            if not even_crowded:
                self._admission.begin(channel)
            where = await self._practice(store, practice, called_number)
            spoken = self._language(language, where)
            token, state = secrets.token_urlsafe(24), State()
            facts = facts_of(self._clock, where, caller if channel != "chat" else "", spoken)
            rests = channel != "phone" and not even_off and where.rests(facts.now)
            reply = resting(state, facts) if rests else welcome(state, facts)
            opening = self._replies.render(state, reply, where, spoken, channel)
            conversation = await store.create_conversation(
                where.id,
                channel,
                spoken,
                hashed(token),
                caller,
                pack(state),
                call_sid,
                notice=where.notice_in(channel),
            )
            messages = await store.add_messages(conversation.id, [opening])
            if rests:
                await store.close_conversation(conversation.id)
            self._ahead.speaks(conversation.id, spoken)
            return Started(conversation.id, token, messages, state.status)

        started = await self._database.run(work)
        self._ongoing.seen(started.id, channel)
        if started.status == "open" and started.messages:
            self._ahead.said(started.id, started.messages[-1].text)
        return started

    async def start_with_text(self, text_id: UUID) -> Started | None:
        """Opens a conversation in which a text of ours is answered; None when it was answered already."""

        async def work(store: Store) -> Started | None:
            question = await store.question(text_id)
            practice = None if question is None else await store.practice_by_id(question.practice_id)
            if question is None or practice is None:
                return None
            state = state_of(question, practice.time_zone)
            conversation = await store.create_conversation(
                practice.id, "sms", self._language(None, practice), "", question.recipient, pack(state)
            )
            await store.answer_in(question, conversation.id)
            if question.kind == "waitlist":
                await store.hand_hold(UUID(question.about["held"]), conversation.id, 0)
            asked = NewMessage("desk", question.body, state.expects)
            return Started(conversation.id, "", await store.add_messages(conversation.id, [asked]), "open")

        return await self._database.run(work)

    def _language(self, wanted: str | None, practice: Practice) -> str:
        """The wanted language if practice and desk speak it, else the first that both do, else any."""
        both = [one for one in practice.languages if one in self._wordings] or list(self._wordings)
        return wanted if wanted in both else both[0]

    async def _resume(self, store: Store, known: Conversation) -> Started:
        messages = await store.messages(known.id)
        desk = [one for one in messages if one.role != "patient"]
        return Started(known.id, "", desk[-1:], known.status)

    async def _practice(self, store: Store, slug: str | None, number: str | None) -> Practice:
        default = slug or self._default_practice
        if number is not None:
            found = await store.practice_called(number, default)
        else:
            found = await store.practice(default or None)
        if found is None:
            raise NotFound("There is no such practice; load one with `reception practice load FILE`.")
        return found


def facts_of(clock: Clock, practice: Practice, caller_phone: str, language: str) -> Facts:
    """What holds for a turn now."""

    def of_specialty(words: str) -> tuple[str, ...]:
        return tuple(one.name for one in practitioners_of(words, practice, language_of(language)))

    return Facts(practice, clock.now(practice.time_zone), caller_phone, of_specialty, language)


def hashed(token: str) -> str:
    """How a conversation's token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()
