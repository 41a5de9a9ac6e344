"""Letting staff in: log-in, sessions, invitations, and the link with which the first admin sets up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from reception.database.connection import Database
from reception.database.fence import everywhere, of_practice
from reception.database.records import Access, Account, Credentials, Invitation
from reception.database.store import Store
from reception.errors import Invalid, NotFound, Taken
from reception.staff.own_sessions import OwnSessions
from reception.staff.secrets import (
    Passwords,
    check_password,
    hashed_recovery_code,
    hashed_token,
    matching_step,
    new_recovery_codes,
    new_token,
    new_totp_secret,
)

Role = Literal["admin", "staff", "viewer"]

#: What a failed log-in takes at least, so that no difference in the work shows.
LEAST_SECONDS = 0.5
SETUP_LASTS = timedelta(hours=1)
INVITATION_LASTS = timedelta(hours=48)

WRONG = "E-mail address, password or code is wrong. After several failures an account is locked for a while."
WRONG_CODE = "The code does not fit. Codes change every 30 seconds; please enter the one shown now."
GONE = "This link has been used or has expired. Please ask for a new one."


@dataclass(frozen=True)
class NewAccess:
    """What somebody got: the session's token, and codes that are shown once and never again."""

    token: str
    recovery_codes: list[str]


class Accounts:
    """Accounts of staff and their sessions. All tokens are shown once and kept as hashes."""

    def __init__(
        self,
        database: Database,
        *,
        idle: timedelta,
        longest: timedelta,
        now: Callable[[], float] = time.time,
    ) -> None:
        """A session ends after `idle` without work in it, and after `longest` in any case."""
        self._database = database
        self._idle = idle
        self._longest = longest
        self._now = now
        self._passwords = Passwords()
        #: Where somebody is logged in.
        self.sessions = OwnSessions(database, idle, longest)

    async def log_in(self, email: str, password: str, code: str) -> str:
        """A new session's token. Invalid, in the same words and after the same time, whatever was wrong."""
        began = time.monotonic()
        try:
            return await self._log_in(email, password, code)
        except Invalid:
            await self._note_failure(email)
            await asyncio.sleep(began + LEAST_SECONDS - time.monotonic())
            raise

    async def _note_failure(self, email: str) -> None:
        """A failed log-in stands in the audit log, by the account's identifier; nobody's address does not."""
        with everywhere():
            async with self._database.transaction() as store:
                account = await store.account_by_email(email.strip())
                if account is not None:
                    await store.audit(account.practice_id, None, "login_failed", "staff", account.id, {})

    async def _log_in(self, email: str, password: str, code: str) -> str:
        with everywhere():  # the address alone says of which practice somebody is
            async with self._database.transaction() as store:
                found = await store.attempt_login(email.strip())
        right = await self._passwords.right(password, found.password_hash if found else None)
        if found is None or not right:
            raise Invalid(WRONG)

        async def work(store: Store) -> str:
            if not await self._code_fits(store, found, code):
                raise Invalid(WRONG)
            await store.logged_in(found.staff_id)
            await store.audit(
                found.practice_id, None, "logged_in", "staff", found.staff_id, {}, staff_id=found.staff_id
            )
            return await self._start_session(store, found.practice_id, found.staff_id)

        with of_practice(found.practice_id):
            return await self._database.run(work)

    async def who(self, token: str, *, at_work: bool) -> Account | None:
        """Whose session that is, if it still is one; somebody `at_work` in it keeps it from going idle."""
        key = hashed_token(token)
        with everywhere():
            async with self._database.transaction() as store:
                account = await store.session_account(key, self._idle, self._longest)
                if account is not None and at_work:
                    await store.touch_session(key)
        return account

    async def log_out(self, token: str) -> Account | None:
        """Ends a session; returns whose it was when they have no other one."""
        key = hashed_token(token)
        with everywhere():
            async with self._database.transaction() as store:
                account = await store.session_account(key, self._idle, self._longest)
                await store.end_session(key)
                gone = account is not None and not await self._at_work(store, account)
        return account if gone else None

    async def gone_home(self) -> list[Account]:
        """Who still has conversations and no session any more, of whatever practice."""
        with everywhere():
            async with self._database.transaction() as store:
                return [
                    one for one in await store.attending_accounts() if not await self._at_work(store, one)
                ]

    async def _at_work(self, store: Store, account: Account) -> bool:
        return account.active and await store.at_work(account.id, self._idle, self._longest)

    async def entered(self, token: str) -> str:
        """How the session began: password, sign_on; empty without one."""
        with everywhere():
            async with self._database.transaction() as store:
                return await store.session_entered(hashed_token(token))

    async def change_password(self, account: Account, token: str, old: str, new: str) -> None:
        """Sets a new password and ends all other sessions. Invalid when the old one is wrong."""
        check_password(new, email=account.email, name=account.name)
        await self.check_own_password(account, old)
        kept = await self._passwords.hashed(new)
        async with self._database.transaction() as store:
            await store.set_password(account.id, kept)
            await store.logged_in(account.id)
            await store.end_sessions(account.id, but=hashed_token(token))
            await _audit(store, account, "password_changed", account.id)

    async def check_own_password(self, account: Account, password: str) -> None:
        """Invalid unless it is the account's, as at a log-in: failures count."""
        async with self._database.transaction() as store:
            found = await store.attempt_login(account.email)
        if found is None or not await self._passwords.right(password, found.password_hash):
            raise Invalid("The current password is wrong.")

    async def setup_token(self, practice_id: UUID) -> str | None:
        """A token for the first admin of a practice; None once it has one."""
        with of_practice(practice_id):
            async with self._database.transaction() as store:
                if await store.has_admin(practice_id):
                    return None
                return await self._invite(store, practice_id, "admin", lasts=SETUP_LASTS, first=True)

    async def invite(self, practice_id: UUID, role: Role, email: str = "", by: Account | None = None) -> str:
        """A token with which somebody makes their own account. Taken when the address has one already."""
        await self._check_free(email, "This e-mail address has an account already.")
        async with self._database.transaction() as store:
            await _audit_by(store, practice_id, by, "invited", None)
            return await self._invite(store, practice_id, role, email=email)

    async def renew(self, account: Account, by: Account | None = None) -> str:
        """A token for a new password and authenticator, for somebody who is locked out."""
        async with self._database.transaction() as store:
            await store.unlock(account.practice_id, account.id)
            await _audit_by(store, account.practice_id, by, "access_renewed", account.id)
            return await self._invite(
                store, account.practice_id, account.role, email=account.email, staff_id=account.id
            )

    async def invitation(self, token: str) -> Invitation:
        """What an invitation is for. NotFound once it was used, expired or made superfluous."""
        async with self._database.look_up() as store:
            return await self._open_invitation(store, token)

    async def accept(self, token: str, name: str, email: str, password: str, code: str) -> NewAccess:
        """Makes (or renews) an account and logs in. Invalid says what to mend; NotFound: see `invitation`."""
        invited = await self.invitation(token)
        check_password(password, email=email, name=name)
        step = matching_step(invited.totp_secret, code, self._now())
        if step is None:
            raise Invalid(WRONG_CODE)
        if invited.staff_id is None:
            await self._check_free(email, "This e-mail address has an account already: log in instead.")
        password_hash, codes = await self._passwords.hashed(password), new_recovery_codes()

        async def work(store: Store) -> NewAccess:
            invitation = await self._open_invitation(store, token, lock=True)
            kept = [hashed_recovery_code(one) for one in codes]
            access = Access(password_hash, invitation.totp_secret, step, kept)
            staff_id = invitation.staff_id
            if staff_id is None:
                role = invitation.role
                staff_id = await store.add_account(
                    invitation.practice_id, name=name, email=email, role=role, access=access
                )
            else:
                await store.renew_account(staff_id, access)
            await store.use_invitation(hashed_token(token))
            await store.audit(
                invitation.practice_id, None, "joined", "staff", staff_id, {}, staff_id=staff_id
            )
            return NewAccess(await self._start_session(store, invitation.practice_id, staff_id), codes)

        with of_practice(invited.practice_id):
            return await self._database.run(work)

    async def code_fits(self, account: Account, code: str) -> bool:
        """Whether it is a code of the account's authenticator; failures count as those of log-ins do."""

        async def work(store: Store) -> bool:
            fits = await self._code_fits(store, found, code) if found is not None else False
            if found is not None and fits:
                await store.logged_in(found.staff_id)
            return fits

        with of_practice(account.practice_id):
            async with self._database.transaction() as store:
                found = await store.attempt_login(account.email)
            return await self._database.run(work)

    async def _code_fits(self, store: Store, found: Credentials, code: str) -> bool:
        if not found.totp_secret:
            return False
        step = matching_step(found.totp_secret, code, self._now())
        if step is not None:
            return await store.use_code(found.staff_id, step)
        return await store.use_recovery_code(found.staff_id, hashed_recovery_code(code))

    async def _check_free(self, email: str, otherwise: str) -> None:
        """Taken when the address has an account, of whatever practice."""
        async with self._database.look_up() as store:
            if email and await store.account_by_email(email) is not None:
                raise Taken(otherwise)

    async def _start_session(self, store: Store, practice_id: UUID, staff_id: UUID) -> str:
        token = new_token()
        await store.add_session(hashed_token(token), practice_id, staff_id)
        return token

    async def _open_invitation(self, store: Store, token: str, *, lock: bool = False) -> Invitation:
        found = await store.invitation(hashed_token(token), lock=lock)
        if found is None:
            raise NotFound(GONE)
        if found.first:
            if lock:
                await store.lock_practice(found.practice_id)
            if await store.has_admin(found.practice_id):
                raise NotFound(GONE)
        return found

    async def _invite(
        self,
        store: Store,
        practice_id: UUID,
        role: str,
        *,
        email: str = "",
        staff_id: UUID | None = None,
        lasts: timedelta = INVITATION_LASTS,
        first: bool = False,
    ) -> str:
        token = new_token()
        await store.add_invitation(
            hashed_token(token),
            practice_id,
            role=role,
            totp_secret=new_totp_secret(),
            lasts=lasts,
            email=email,
            staff_id=staff_id,
            first=first,
        )
        return token


async def _audit(store: Store, by: Account, action: str, staff_id: UUID) -> None:
    await _audit_by(store, by.practice_id, by, action, staff_id)


async def _audit_by(
    store: Store, practice_id: UUID, by: Account | None, action: str, staff_id: UUID | None
) -> None:
    """`by` is nobody for what was done from a terminal."""
    await store.audit(practice_id, None, action, "staff", staff_id, {}, staff_id=by.id if by else None)
