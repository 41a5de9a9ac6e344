"""What the navigation shows: one entry a page, some with a number of things that wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from reception.database.records import Account
from reception.database.store import Store

Counter = Callable[[Store, Account], Awaitable[int]]


@dataclass(frozen=True)
class Entry:
    """A page; `key` opens it by keyboard, after a g. `count` is how many things there wait for somebody."""

    name: str
    label: str
    path: str
    key: str
    count: Counter | None = None
    admins_only: bool = False


@dataclass(frozen=True)
class Shown:
    """An entry as it is shown to somebody."""

    entry: Entry
    count: int


async def _waiting(store: Store, me: Account) -> int:
    return await store.count_waiting_conversations(me.practice_id)


async def _open_requests(store: Store, me: Account) -> int:
    return (await store.inbox_counts(me.practice_id, me.id))["open"]


#: In the order in which they are shown. A page that is added stands here too.
ENTRIES: Sequence[Entry] = (
    Entry("now", "Now", "/staff/now", "n", _waiting),
    Entry("inbox", "Inbox", "/staff/inbox", "i", _open_requests),
    Entry("calendar", "Calendar", "/staff/calendar", "c"),
    Entry("patients", "Patients", "/staff/patients", "p"),
    Entry("waiting", "Waiting list", "/staff/waiting-list", "w"),
    Entry("figures", "Figures", "/staff/figures", "f"),
    Entry("settings", "Settings", "/staff/settings", "e", admins_only=True),
    Entry("accounts", "Staff", "/staff/accounts", "s", admins_only=True),
)


async def navigation(store: Store, me: Account) -> list[Shown]:
    """The entries that `me` may open, with their numbers."""
    return [
        Shown(one, await one.count(store, me) if one.count else 0)
        for one in ENTRIES
        if me.role == "admin" or not one.admins_only
    ]
