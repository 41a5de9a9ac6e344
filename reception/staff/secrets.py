"""Passwords, tokens, one-time codes: how they are made, kept and compared."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from functools import lru_cache

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from reception.errors import Invalid

SHORTEST, LONGEST = 12, 200
#: Seconds one code of an authenticator app is valid; one step before and after is let through.
STEP = 30
RECOVERY_CODES = 8
ISSUER = "Reception"

#: Of four: some 10^8 guesses for somebody who knows what people choose, beside the lock after a few of them.
_HARD_ENOUGH = 3
#: Characters that are looked at; more of them make a password no easier, and take long to judge.
_LOOKED_AT = 72
#: What passwords of a practice are made of.
_KNOWN_WORDS = (
    "reception",
    "receptionist",
    "practice",
    "doctor",
    "clinic",
    "medical",
    "dashboard",
    "patient",
)

_hasher = PasswordHasher()


class Passwords:
    """Argon2 in a thread, few at a time: each needs 64 MiB and a core for some hundredths of a second."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(2)

    async def hashed(self, password: str) -> str:
        async with self._room:
            return await asyncio.to_thread(_hasher.hash, password)

    async def right(self, password: str, kept: str | None) -> bool:
        """Whether the password is that of the hash. Without a hash it takes as long, and is wrong."""
        async with self._room:
            return await asyncio.to_thread(_right, password, kept)


def _right(password: str, kept: str | None) -> bool:
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that no password fits, to spend the same time on."""
    return _hasher.hash(secrets.token_urlsafe(32))


def check_password(password: str, *, email: str, name: str) -> None:
    """Invalid, with what to do, for a password that is too easy to guess. Length is what counts."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"A password has {SHORTEST} to {LONGEST} characters; a few words make a good one.")
    plain = password.casefold()
    personal = {email.casefold(), email.partition("@")[0].casefold(), name.casefold()}
    if any(len(one) > 3 and one in plain for one in personal) or len(set(plain)) < 5:
        raise Invalid("That password is too easy to guess: please choose one without your name in it.")
    known = [*_KNOWN_WORDS, *name.casefold().split(), *email.casefold().replace("@", ".").split(".")]
    if zxcvbn(password[:_LOOKED_AT], known)["score"] < _HARD_ENOUGH:
        raise Invalid(
            "That password is too easy to guess: people choose it, or one like it. A few words that don't"
            " belong together make a good one."
        )


def new_token() -> str:
    """A token of 256 random bits, fit for a cookie or a link."""
    return secrets.token_urlsafe(32)


def hashed_token(token: str) -> str:
    """How a token is kept; it is too random to need more than this."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(token: str) -> str:
    """What a page's forms carry to show that they come from a page of this session (or visit)."""
    return hashlib.sha256(b"form:" + token.encode()).hexdigest()


def new_totp_secret() -> str:
    return pyotp.random_base32()


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The time step whose code this is, at `now` (Unix seconds) or one step off; None for a wrong code."""
    digits = code.replace(" ", "")
    for step in (int(now) // STEP + offset for offset in (0, -1, 1)):
        if secrets.compare_digest(pyotp.HOTP(secret).at(step).encode(), digits.encode()):
            return step
    return None


def qr_code(secret: str, email: str) -> str:
    """The secret for an authenticator app, as an SVG image without style or script."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email or None, issuer_name=ISSUER)
    return segno.make(uri, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True)


def new_recovery_codes() -> list[str]:
    """Codes of 120 random bits, for when the authenticator is lost; each works once."""
    return [_grouped(pyotp.random_base32()[:24]) for _ in range(RECOVERY_CODES)]


def hashed_recovery_code(code: str) -> str:
    """How a recovery code is kept, however it was typed."""
    return hashed_token("".join(filter(str.isalnum, code.upper())))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4)).lower()
