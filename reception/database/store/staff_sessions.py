"""Queries for what lets staff in without a password: sessions of browsers, and invitations by link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from reception.database.records import Account, Invitation
from reception.database.store.queries import Queries, real_time
from reception.database.tables import InvitationRow, StaffRow, StaffSessionRow

SWEPT_AFTER = timedelta(days=30)
#: For whoever signed on without a second factor, to give the code.
COMPLETED_WITHIN = timedelta(minutes=10)
ACCOUNT = (
    StaffRow.id,
    StaffRow.practice_id,
    StaffRow.name,
    StaffRow.email,
    StaffRow.role,
    StaffRow.active,
    StaffRow.logged_in_at,
)
INVITATION = (
    InvitationRow.practice_id,
    InvitationRow.staff_id,
    InvitationRow.role,
    InvitationRow.first,
    InvitationRow.email,
    InvitationRow.totp_secret,
)


class StaffSessions(Queries):
    """Sessions and invitations; of their tokens only hashes are kept. Times are real, never pinned."""

    async def add_session(
        self, token_hash: str, practice_id: UUID, staff_id: UUID, *, entered: str = "password"
    ) -> None:
        """`entered`: password, sign_on, or code_needed for a session that opens nothing yet."""
        await self._connection.execute(
            insert(StaffSessionRow).values(
                token_hash=token_hash, practice_id=practice_id, staff_id=staff_id, entered=entered
            )
        )

    async def session_entered(self, token_hash: str) -> str:
        """How a session began; empty without one."""
        query = select(StaffSessionRow.entered).where(StaffSessionRow.token_hash == token_hash)
        return await self._connection.scalar(query) or ""

    async def waiting_account(self, token_hash: str, entered: str) -> Account | None:
        """Whose session that is which lacks something; None when it took too long."""
        query = (
            select(*ACCOUNT)
            .join(StaffSessionRow, StaffSessionRow.staff_id == StaffRow.id)
            .where(
                StaffSessionRow.token_hash == token_hash,
                StaffSessionRow.entered == entered,
                StaffSessionRow.created_at > real_time() - COMPLETED_WITHIN,
                StaffRow.active,
            )
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Account(*row)

    async def session_account(self, token_hash: str, idle: timedelta, longest: timedelta) -> Account | None:
        """Whose session that is; None when it ended, was idle too long, or the account is not active."""
        query = (
            select(*ACCOUNT)
            .join(StaffSessionRow, StaffSessionRow.staff_id == StaffRow.id)
            .where(StaffSessionRow.token_hash == token_hash, *_alive(idle, longest), StaffRow.active)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Account(*row)

    async def at_work(self, staff_id: UUID, idle: timedelta, longest: timedelta) -> bool:
        """Whether an account has a session that has not ended."""
        query = select(StaffSessionRow.token_hash).where(
            StaffSessionRow.staff_id == staff_id, *_alive(idle, longest)
        )
        return await self._connection.scalar(query.limit(1)) is not None

    async def touch_session(self, token_hash: str) -> None:
        """Somebody is at work in the session; noted twice a minute at most."""
        await self._connection.execute(
            update(StaffSessionRow)
            .where(
                StaffSessionRow.token_hash == token_hash,
                StaffSessionRow.seen_at < real_time() - timedelta(seconds=30),
            )
            .values(seen_at=real_time())
        )

    async def end_session(self, token_hash: str) -> None:
        await self._connection.execute(
            delete(StaffSessionRow).where(StaffSessionRow.token_hash == token_hash)
        )

    async def end_sessions(self, staff_id: UUID, *, but: str = "") -> None:
        """Ends all sessions of an account, except the one with the token hash `but`."""
        await self._connection.execute(
            delete(StaffSessionRow).where(
                StaffSessionRow.staff_id == staff_id, StaffSessionRow.token_hash != but
            )
        )

    async def sessions(
        self, staff_id: UUID, idle: timedelta, longest: timedelta
    ) -> Sequence[Row[str, datetime, datetime, str]]:
        """The sessions of an account that have not ended, the last used first."""
        row = StaffSessionRow
        query = select(row.token_hash, row.created_at, row.seen_at, row.entered).where(
            row.staff_id == staff_id, *_alive(idle, longest)
        )
        return (await self._connection.execute(query.order_by(row.seen_at.desc()))).all()

    async def end_marked_session(self, staff_id: UUID, mark: str) -> bool:
        """Ends the session of an account whose token's hash begins so; False where there is none."""
        ended = delete(StaffSessionRow).where(
            StaffSessionRow.staff_id == staff_id, func.starts_with(StaffSessionRow.token_hash, mark)
        )
        return await self._connection.scalar(ended.returning(StaffSessionRow.token_hash)) is not None

    async def sweep_sessions(self) -> None:
        """Removes sessions and invitations that nobody has been able to use for long."""
        old = real_time() - SWEPT_AFTER
        await self._connection.execute(delete(InvitationRow).where(InvitationRow.expires_at < old))
        await self._connection.execute(delete(StaffSessionRow).where(StaffSessionRow.seen_at < old))

    async def add_invitation(
        self,
        token_hash: str,
        practice_id: UUID,
        *,
        role: str,
        totp_secret: str,
        lasts: timedelta,
        email: str = "",
        staff_id: UUID | None = None,
        first: bool = False,
    ) -> None:
        """Lets whoever has the token make an account once, or renew the account `staff_id`."""
        await self._connection.execute(
            insert(InvitationRow).values(
                token_hash=token_hash,
                practice_id=practice_id,
                staff_id=staff_id,
                role=role,
                first=first,
                email=email.lower(),
                totp_secret=totp_secret,
                expires_at=real_time() + lasts,
            )
        )

    async def invitation(self, token_hash: str, *, lock: bool = False) -> Invitation | None:
        """An invitation that can still be used; with `lock` by nobody else until this transaction ends."""
        query = select(*INVITATION).where(
            InvitationRow.token_hash == token_hash,
            InvitationRow.used_at.is_(None),
            InvitationRow.expires_at > real_time(),
        )
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else Invitation(*row)

    async def invitation_for(self, email: str) -> Invitation | None:
        """The newest invitation of this address for a new account that can still be used."""
        query = _open_for(select(*INVITATION), email).order_by(InvitationRow.created_at.desc()).limit(1)
        row = (await self._connection.execute(query.with_for_update())).one_or_none()
        return None if row is None else Invitation(*row)

    async def use_invitations_for(self, email: str) -> None:
        """Whoever has an account now needs no invitation any more."""
        await self._connection.execute(_open_for(update(InvitationRow), email).values(used_at=real_time()))

    async def use_invitation(self, token_hash: str) -> None:
        await self._connection.execute(
            update(InvitationRow).where(InvitationRow.token_hash == token_hash).values(used_at=real_time())
        )


def _alive(idle: timedelta, longest: timedelta) -> list[ColumnElement[bool]]:
    return [
        StaffSessionRow.entered != "code_needed",
        StaffSessionRow.seen_at > real_time() - idle,
        StaffSessionRow.created_at > real_time() - longest,
    ]


def _open_for(query: Any, email: str) -> Any:
    """Of the invitations, those of an address for a new account that nobody has used."""
    return query.where(
        InvitationRow.email == email.lower(),
        InvitationRow.email != "",
        InvitationRow.staff_id.is_(None),
        InvitationRow.first.is_(False),
        InvitationRow.used_at.is_(None),
        InvitationRow.expires_at > real_time(),
    )
