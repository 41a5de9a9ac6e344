"""Queries for staff accounts, and for attempts to log in to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from reception.database.records import Access, Account, Credentials
from reception.database.store.queries import real_time
from reception.database.store.staff_sessions import ACCOUNT, StaffSessions
from reception.database.tables import ConversationRow, PracticeRow, StaffRow

CREDENTIALS = (StaffRow.id, StaffRow.practice_id, StaffRow.password_hash, StaffRow.totp_secret)
#: Attempts that fail before an account is locked; each further one doubles the time, from seconds to a limit.
FREE_ATTEMPTS = 5
FIRST_LOCK, LONGEST_LOCK, MOST_DOUBLINGS = 30, 900, 10


class Staff(StaffSessions):
    """Accounts of a practice, and what lets people into them. Times are real, never pinned."""

    async def accounts(self, practice_id: UUID) -> list[Account]:
        """Everybody who has, or had, access; by name."""
        query = select(*ACCOUNT).where(StaffRow.practice_id == practice_id)
        rows = await self._connection.execute(query.order_by(StaffRow.name, StaffRow.id))
        return [Account(*row) for row in rows]

    async def account(self, practice_id: UUID, staff_id: UUID) -> Account | None:
        query = select(*ACCOUNT).where(StaffRow.practice_id == practice_id, StaffRow.id == staff_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Account(*row)

    async def account_by_email(self, email: str) -> Account | None:
        query = select(*ACCOUNT).where(StaffRow.email == email.lower())
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Account(*row)

    async def account_by_subject(self, subject: str) -> Account | None:
        """Whom the OpenID provider calls so."""
        row = (
            await self._connection.execute(select(*ACCOUNT).where(StaffRow.subject == subject))
        ).one_or_none()
        return None if row is None else Account(*row)

    async def bind_subject(self, staff_id: UUID, subject: str) -> bool:
        """From now on the OpenID provider's name is theirs; False when they have another one."""
        query = update(StaffRow).where(StaffRow.id == staff_id, StaffRow.subject.is_(None))
        bound = await self._connection.scalar(query.values(subject=subject).returning(StaffRow.id))
        return bound is not None

    async def has_authenticator(self, staff_id: UUID) -> bool:
        """Whether a code can be asked of them: who came in by the OpenID provider alone has none."""
        query = select(StaffRow.totp_secret != "").where(StaffRow.id == staff_id)
        return bool(await self._connection.scalar(query))

    async def attending_accounts(self) -> list[Account]:
        """Who, of any practice, has a conversation that is not over."""
        attended = select(ConversationRow.attended_by).where(
            ConversationRow.attended_by.is_not(None), ConversationRow.status != "closed"
        )
        rows = await self._connection.execute(select(*ACCOUNT).where(StaffRow.id.in_(attended)))
        return [Account(*row) for row in rows]

    async def has_admin(self, practice_id: UUID) -> bool:
        """Whether an active admin exists."""
        query = select(literal(True)).where(
            StaffRow.practice_id == practice_id, StaffRow.role == "admin", StaffRow.active
        )
        return await self._connection.scalar(query.limit(1)) is not None

    async def lock_practice(self, practice_id: UUID) -> None:
        """Two first admins at once come one after the other; patients wait for neither."""
        query = select(PracticeRow.id).where(PracticeRow.id == practice_id)
        await self._connection.execute(query.with_for_update(key_share=True))

    async def add_account(
        self,
        practice_id: UUID,
        *,
        name: str,
        email: str,
        role: str,
        access: Access,
    ) -> UUID:
        """Adds an account; look with `account_by_email` before, as an address has one account only."""
        staff_id = uuid4()
        await self._connection.execute(
            insert(StaffRow).values(
                id=staff_id,
                practice_id=practice_id,
                name=name,
                email=email.lower(),
                role=role,
                **_columns(access),
                logged_in_at=real_time(),
            )
        )
        return staff_id

    async def renew_account(self, staff_id: UUID, access: Access) -> None:
        """New password and second factor; unlocks the account and ends its sessions."""
        await self._connection.execute(
            update(StaffRow)
            .where(StaffRow.id == staff_id)
            .values(
                **_columns(access),
                subject=None,  # whoever is given a new link may sign on by another name
                failed_logins=0,
                locked_until=None,
                logged_in_at=real_time(),
            )
        )
        await self.end_sessions(staff_id)

    async def set_password(self, staff_id: UUID, password_hash: str) -> None:
        await self._connection.execute(
            update(StaffRow).where(StaffRow.id == staff_id).values(password_hash=password_hash)
        )

    async def set_role(self, practice_id: UUID, staff_id: UUID, role: str) -> None:
        await self._change(practice_id, staff_id, role=role)

    async def set_active(self, practice_id: UUID, staff_id: UUID, active: bool) -> bool:
        """Lets somebody in again, or keeps them out; the latter ends their sessions. False if it was so."""
        query = update(StaffRow).where(
            StaffRow.practice_id == practice_id, StaffRow.id == staff_id, StaffRow.active != active
        )
        changed = await self._connection.scalar(query.values(active=active).returning(StaffRow.id))
        if changed is not None and not active:
            await self.end_sessions(staff_id)
        return changed is not None

    async def unlock(self, practice_id: UUID, staff_id: UUID) -> None:
        await self._change(practice_id, staff_id, failed_logins=0, locked_until=None)

    async def _change(self, practice_id: UUID, staff_id: UUID, **values: Any) -> None:
        await self._connection.execute(
            update(StaffRow)
            .where(StaffRow.practice_id == practice_id, StaffRow.id == staff_id)
            .values(values)
        )

    async def credentials(self, staff_id: UUID) -> Credentials | None:
        """What an active account's password and codes are checked against."""
        query = select(*CREDENTIALS).where(StaffRow.id == staff_id, StaffRow.active)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Credentials(*row)

    async def attempt_login(self, email: str) -> Credentials | None:
        """What to check a log-in against; the attempt counts as failed until `logged_in`.

        None when there is nobody of that address, or not now: too many attempts failed.

        Counting comes first, so that many attempts at once don't get more tries than one after the other.
        """
        attempts = StaffRow.failed_logins + 1
        doublings = func.least(attempts - FREE_ATTEMPTS, MOST_DOUBLINGS)
        seconds = func.least(LONGEST_LOCK, FIRST_LOCK * func.power(2, doublings))
        lock = case(
            (attempts >= FREE_ATTEMPTS, real_time() + seconds * literal(timedelta(seconds=1))), else_=None
        )
        query = (
            update(StaffRow)
            .where(
                StaffRow.email == email.lower(),
                StaffRow.active,
                or_(StaffRow.locked_until.is_(None), StaffRow.locked_until < real_time()),
            )
            .values(failed_logins=attempts, locked_until=lock)
        )
        row = (await self._connection.execute(query.returning(*CREDENTIALS))).one_or_none()
        return None if row is None else Credentials(*row)

    async def use_code(self, staff_id: UUID, step: int) -> bool:
        """Marks a time step's code as used; False when it, or a later one, was used before."""
        query = update(StaffRow).where(StaffRow.id == staff_id, StaffRow.totp_step < step)
        changed = await self._connection.scalar(query.values(totp_step=step).returning(StaffRow.id))
        return changed is not None

    async def use_recovery_code(self, staff_id: UUID, code_hash: str) -> bool:
        """Takes a recovery code off the list; False when it is not on it."""
        query = update(StaffRow).where(StaffRow.id == staff_id, StaffRow.recovery_codes.contains([code_hash]))
        left = StaffRow.recovery_codes.op("-", return_type=JSONB())(code_hash)
        changed = await self._connection.scalar(query.values(recovery_codes=left).returning(StaffRow.id))
        return changed is not None

    async def logged_in(self, staff_id: UUID) -> None:
        """A log-in succeeded: earlier failures no longer count."""
        await self._connection.execute(
            update(StaffRow)
            .where(StaffRow.id == staff_id)
            .values(failed_logins=0, locked_until=None, logged_in_at=real_time())
        )


def _columns(access: Access) -> dict[str, Any]:
    return vars(access) | {"recovery_codes": list(access.recovery_codes)}
