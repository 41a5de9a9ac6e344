"""Who signed on elsewhere becomes somebody here: by the provider's name for them, or a verified e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reception.database.connection import Database
from reception.database.fence import everywhere, of_practice
from reception.database.records import Access, Account
from reception.database.store import Store
from reception.errors import Invalid
from reception.staff.accounts import Accounts
from reception.staff.provider import Signed
from reception.staff.secrets import hashed_token, new_token

UNKNOWN = "Nobody here has your e-mail address. Ask an admin of your practice for an invitation."
NO_ROLE = "Your account there gives you no access here. Ask whoever runs it."
NO_FACTOR = (
    "Single sign-on did not ask for a second factor. Open your invitation once to set up an authenticator, "
    "or ask whoever runs single sign-on."
)
ELSE = "This e-mail address belongs to somebody else's sign-on. Ask an admin of your practice."
WRONG_CODE = "The code does not fit. After several failures an account is locked for a while."

#: How a session began: what it still lacks, and where its end leads.
BY_SIGN_ON, LACKS_CODE = "sign_on", "code_needed"


@dataclass(frozen=True)
class SignedOn:
    """A session's token; until a code was given it opens nothing."""

    token: str
    code_needed: bool


class SigningOn:
    """Sessions for whoever signed on at the provider."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        *,
        roles_from_provider: bool,
    ) -> None:
        """With `roles_from_provider` its claims decide at each sign-on who may do what.

        They also let in whoever has a role then; else only who was invited comes in.
        """
        self._database = database
        self._accounts = accounts
        self._roles_from_provider = roles_from_provider

    async def sign_on(self, signed: Signed, practice_id: UUID) -> SignedOn:
        """A new session. Who is new and has a role comes into `practice_id`. Invalid says why not."""
        if self._roles_from_provider and signed.role is None:
            raise Invalid(NO_ROLE)

        async def work(store: Store) -> SignedOn:
            account = await self._account(store, signed, practice_id)
            if not account.active:
                raise Invalid(UNKNOWN)
            if signed.role is not None and signed.role != account.role:
                await store.set_role(account.practice_id, account.id, signed.role)
                await _note(store, account, f"made_{signed.role}")
            lacks = not signed.second_factor
            if lacks and not await store.has_authenticator(account.id):
                raise Invalid(NO_FACTOR)
            token = new_token()
            await store.add_session(
                hashed_token(token),
                account.practice_id,
                account.id,
                entered=LACKS_CODE if lacks else BY_SIGN_ON,
            )
            if not lacks:
                await store.logged_in(account.id)
                await _note(store, account, "logged_in")
            return SignedOn(token, lacks)

        with everywhere():  # the address alone says of which practice somebody is
            return await self._database.run(work)

    async def give_code(self, token: str, code: str) -> str:
        """The token of a whole session, for one that lacked the code. Invalid when it does not fit."""
        async with self._database.look_up() as store:
            account = await store.waiting_account(hashed_token(token), LACKS_CODE)
        if account is None:
            raise Invalid("This took too long. Please sign on again.")
        if not await self._accounts.code_fits(account, code):
            raise Invalid(WRONG_CODE)
        whole = new_token()
        with of_practice(account.practice_id):
            async with self._database.transaction() as store:
                await store.end_session(hashed_token(token))
                await store.add_session(
                    hashed_token(whole), account.practice_id, account.id, entered=BY_SIGN_ON
                )
                await _note(store, account, "logged_in")
        return whole

    async def _account(self, store: Store, signed: Signed, practice_id: UUID) -> Account:
        known = await store.account_by_subject(signed.subject)
        if known is not None:
            return known
        await store.lock_practice(practice_id)  # of two sign-ons at once the second finds the account
        known = await store.account_by_email(signed.email)
        if known is None:
            return await self._new(store, signed, practice_id)
        if not await store.bind_subject(known.id, signed.subject):
            if await store.account_by_subject(signed.subject) is None:
                raise Invalid(ELSE)
            return known
        await _note(store, known, "sign_on_linked")
        return known

    async def _new(self, store: Store, signed: Signed, practice_id: UUID) -> Account:
        """An account for who was invited, or (where the provider decides) has a role there."""
        invited = await store.invitation_for(signed.email)
        if invited is None and signed.role is None:
            raise Invalid(UNKNOWN)
        if not signed.second_factor:
            raise Invalid(NO_FACTOR)
        where = invited.practice_id if invited is not None else practice_id
        role = signed.role or (invited.role if invited is not None else "viewer")
        nothing = Access(
            "", "", 0, []
        )  # no password and no authenticator: they come in by the provider alone
        staff_id = await store.add_account(
            where, name=signed.name, email=signed.email, role=role, access=nothing
        )
        await store.bind_subject(staff_id, signed.subject)
        await store.use_invitations_for(signed.email)
        account = await store.account(where, staff_id)
        assert account is not None  # just added
        await _note(store, account, "joined")
        return account


async def _note(store: Store, account: Account, action: str) -> None:
    await store.audit(account.practice_id, None, action, "staff", account.id, {}, staff_id=account.id)
