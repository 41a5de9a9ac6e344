"""Where somebody of staff is logged in, for themselves to see and to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reception.database.connection import Database
from reception.database.records import Account
from reception.errors import NotFound
from reception.staff.audit import did
from reception.staff.secrets import hashed_token

#: Letters of a token's hash by which a form names a session: enough to tell them apart, and no way in.
MARK = 16


@dataclass(frozen=True)
class OwnSession:
    """A browser in which somebody is logged in; `here` is the one that asks. Times are aware."""

    mark: str
    began: datetime
    seen: datetime
    entered: str  # password | sign_on
    here: bool


class OwnSessions:
    """The sessions of one account at a time."""

    def __init__(self, database: Database, idle: timedelta, longest: timedelta) -> None:
        self._database = database
        self._idle = idle
        self._longest = longest

    async def of(self, account: Account, token: str) -> list[OwnSession]:
        """Those that have not ended, the last used first."""
        async with self._database.transaction() as store:
            rows = await store.sessions(account.id, self._idle, self._longest)
        here = hashed_token(token)
        return [
            OwnSession(hashed[:MARK], began, seen, entered, hashed == here)
            for hashed, began, seen, entered in rows
        ]

    async def end(self, account: Account, token: str, mark: str) -> None:
        """Ends the session with this mark, or without one all but the present. NotFound for none."""
        async with self._database.transaction() as store:
            if not mark:
                await store.end_sessions(account.id, but=hashed_token(token))
            elif len(mark) != MARK or not await store.end_marked_session(account.id, mark):
                raise NotFound("This session has ended already.")
            await did(store, account, "session_ended", "staff", account.id)
