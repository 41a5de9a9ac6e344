"""Staff in a conversation: they take it over, speak in the desk's place, and hand it back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from reception.database.connection import Database
from reception.database.fence import of_practice
from reception.database.records import Account, Conversation, Message, NewMessage
from reception.database.store import Store
from reception.errors import Closed, Invalid, NotFound, Taken
from reception.own_words import in_own_words
from reception.staff.audit import did
from reception.staff_words import StaffWords

#: What a chat's status becomes; a call stays open, as a call that is handed over is put through by telephone.
HANDED_OVER, OPEN = "handed_over", "open"
REQUEST, CALLBACK = "request", "callback"


class Attending:
    """Takes conversations over and hands them back. While one is attended, the desk is silent in it."""

    def __init__(self, database: Database, words: Mapping[str, StaffWords]) -> None:
        """`words`: language → sentences."""
        self._database = database
        self._words = words

    async def take_over(self, me: Account, conversation_id: UUID, instead_of: UUID | None = None) -> None:
        """Puts the conversation into my hands and tells the patient. `instead_of` has it now, if anybody.

        Taken, with the name of who has it, when that is not so any more; Closed when it is over.
        """

        async def work(store: Store) -> None:
            conversation = await self._of(store, me, conversation_id)
            if conversation.attended_by == me.id:
                return
            if conversation.status == "closed":
                raise Closed("This conversation is over.")
            if not await store.attend(me.practice_id, conversation_id, me.id, instead_of=instead_of):
                raise Taken(await _who_has_it(store, me, conversation))
            call = conversation.channel == "phone"
            await self._announce(store, me, conversation, "joined_call" if call else "joined")
            status = conversation.status if call else HANDED_OVER
            await self._save(store, conversation, status, why="joined")
            await did(
                store,
                me,
                "taken_over",
                "conversation",
                conversation_id,
                conversation_id=conversation_id,
            )

        await self._database.run(work)

    async def say(self, me: Account, conversation_id: UUID, text: str, client_id: str) -> list[Message]:
        """My words, to the patient; the same `client_id` again says nothing twice.

        Takes the conversation over where nobody has it. Taken when somebody else does.
        """
        await self._make_sure(me, conversation_id)

        async def work(store: Store) -> list[Message]:
            conversation = await self._of(store, me, conversation_id)
            if await store.replies_to(conversation_id, client_id) is not None:
                return []
            if conversation.status == "closed":
                raise Closed("This conversation is over; the patient can't read this any more.")
            if conversation.attended_by != me.id:
                raise Taken(await _who_has_it(store, me, conversation))
            said = NewMessage("staff", text, client_id=client_id)
            messages = await store.add_messages(conversation_id, [said])
            await did(store, me, "wrote", "message", messages[0].id, conversation_id=conversation_id)
            return messages

        return await self._database.run(work)

    async def _make_sure(self, me: Account, conversation_id: UUID) -> None:
        async with self._database.transaction() as store:
            conversation = await store.conversation(conversation_id)
        if conversation is not None and conversation.attended_by is None:
            await self.take_over(me, conversation_id)

    async def hand_back(self, me: Account, conversation_id: UUID) -> None:
        """Back to the desk, which tells the patient and asks again what it had asked. Taken: see `say`."""

        async def work(store: Store) -> None:
            conversation = await self._of(store, me, conversation_id)
            if not await store.attend(me.practice_id, conversation_id, None, instead_of=me.id):
                raise Taken(await _who_has_it(store, me, conversation))
            changed = await self._return(store, me, conversation)
            await self._save(store, conversation, OPEN, changed)
            await did(
                store,
                me,
                "handed_back",
                "conversation",
                conversation_id,
                conversation_id=conversation_id,
            )

        await self._database.run(work)

    async def leave(self, me: Account) -> None:
        """Gives back all conversations of somebody who goes home, so that nobody waits for them."""
        with of_practice(me.practice_id):
            async with self._database.transaction() as store:
                mine = await store.attended_by(me.practice_id, me.id)
            for conversation_id in mine:
                with suppress(Taken, NotFound):  # a colleague took it over meanwhile
                    await self.hand_back(me, conversation_id)

    async def put_through(self, me: Account, conversation_id: UUID) -> None:
        """Has the caller connected to the practice's telephone. Invalid where that can't be."""

        async def work(store: Store) -> None:
            conversation = await self._of(store, me, conversation_id)
            practice = await store.practice_by_id(me.practice_id)
            if conversation.status == "closed":
                raise Closed("This call is over.")
            if conversation.channel != "phone" or practice is None or not practice.transfer_number:
                raise Invalid(
                    "Only a call can be put through, and only where the practice has a number for it."
                )
            await store.request_transfer(conversation_id)
            await did(
                store, me, "put_through", "conversation", conversation_id, conversation_id=conversation_id
            )

        await self._database.run(work)

    async def _of(self, store: Store, me: Account, conversation_id: UUID) -> Conversation:
        """The conversation, kept from others' changes. NotFound also for one of another practice."""
        found = await store.conversation(conversation_id, lock=True)
        if found is None or found.practice_id != me.practice_id:
            raise NotFound("There is no such conversation.")
        return found

    async def _announce(self, store: Store, me: Account, conversation: Conversation, key: str) -> None:
        sentence = await self._sentence(store, me, conversation, key)
        await store.add_messages(conversation.id, [NewMessage("staff", sentence)])

    async def _return(self, store: Store, me: Account, conversation: Conversation) -> dict[str, Any]:
        """The desk's open question again, with its options; without one, what else it can do.

        Returns what changes in the desk's memory.
        """
        key = "left_call" if conversation.channel == "phone" else "left"
        left = await self._sentence(store, me, conversation, key)
        state = conversation.state
        question, expects = str(state.get("question", "")), state.get("expects")
        asked = [one for one in await store.messages(conversation.id) if one.role == "desk"]
        moot = not question or expects in (None, CALLBACK) or not asked or asked[-1].expects != expects
        if moot:
            ask = await self._sentence(store, me, conversation, "ask_request")
            new = NewMessage("desk", f"{left} {ask}", REQUEST)
        else:
            new = NewMessage("desk", f"{left} {question}", expects, asked[-1].about, asked[-1].options)
        await store.add_messages(conversation.id, [new])
        changed: dict[str, Any] = (
            {"expects": REQUEST, "about": None, "choices": [], "question": ""} if moot else {}
        )
        return {**changed, "said": new.text}

    async def _sentence(self, store: Store, me: Account, conversation: Conversation, key: str) -> str:
        practice = await store.practice_by_id(conversation.practice_id)
        words = self._of_language(conversation)
        if practice is not None:
            words = in_own_words(words, practice, conversation.language, "staff")
        return words.say(key, name=me.name, practice=practice.name if practice else "")

    def _of_language(self, conversation: Conversation) -> StaffWords:
        return self._words.get(conversation.language) or next(iter(self._words.values()))

    async def _save(
        self,
        store: Store,
        conversation: Conversation,
        status: str,
        changed: Mapping[str, Any] | None = None,
        why: str = "",
    ) -> None:
        """What the desk remembers stays, but for who is in charge and what has `changed`."""
        state: dict[str, Any] = {**conversation.state, "status": status, **(changed or {})}
        await store.save_conversation(
            conversation.id, state=state, status=status, outcome=conversation.outcome, handed_over_for=why
        )


async def _who_has_it(store: Store, me: Account, conversation: Conversation) -> str:
    if conversation.attended_by is None:
        return "The assistant has this conversation again. Take it over first."
    other = await store.account(me.practice_id, conversation.attended_by)
    return f"{other.name if other else 'Somebody else'} has this conversation already."
