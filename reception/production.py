"""What a production service must not start with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import structlog

from reception.database.connection import Database
from reception.errors import MisconfiguredError
from reception.settings import Settings

log = structlog.get_logger()

_LOCAL = ("", "localhost", "::1", "127.0.0.1")
_ACCOUNT = re.compile("AC[0-9a-f]{32}")
_ENCRYPTED, _VERIFIED = ("require", "verify-ca", "verify-full"), "verify-full"
OWNER = (
    "RECEPTION_DATABASE_URL: RECEPTION_ENV=production refuses a role that owns the tables or looks past"
    " row-level security: make one as docs/runbook.md says (Who may do what in the database), or set"
    " RECEPTION_ALLOW_OWNER_ROLE=true"
)


def check_production(settings: Settings) -> None:
    """Raises MisconfiguredError naming every unsafe setting; development may do what it likes."""
    if settings.env != "production":
        return
    problems = list(unsafe(settings))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise MisconfiguredError(f"RECEPTION_ENV=production refuses to start:\n{lines}")


async def check_role(settings: Settings, database: Database) -> None:
    """Raises MisconfiguredError for a role that could look past the fences, unless a setting allows it.

    The embedded server has no other role: it serves one machine, and each transaction puts its rights aside.
    """
    if settings.env != "production" or not await database.unfenced_role():
        return
    if settings.database_url and not settings.allow_owner_role:
        raise MisconfiguredError(OWNER)
    log.warning("database_role_owns_tables", hint="docs/runbook.md: Who may do what in the database")


def unsafe(settings: Settings) -> Iterator[str]:
    """Each unsafe setting in one line, by its variable's name."""
    if settings.now is not None:
        yield "RECEPTION_NOW: the clock is pinned; unset it"
    if settings.rate_limit == 0:
        yield "RECEPTION_RATE_LIMIT: limits are off; set requests a minute"
    if not settings.public_url:
        yield "RECEPTION_PUBLIC_URL: missing; set the service's https:// address"
    elif not settings.public_url.startswith("https://"):
        yield "RECEPTION_PUBLIC_URL: must begin with https://"
    staff = urlsplit(settings.staff_url)
    if settings.staff_url and (
        staff.scheme != "https" or staff.hostname == urlsplit(settings.public_url).hostname
    ):
        yield "RECEPTION_STAFF_URL: must begin with https://, and have another name than RECEPTION_PUBLIC_URL"
    yield from _unverified(settings)
    if not settings.data_keys.get_secret_value():
        yield "RECEPTION_DATA_KEYS: missing; make one with `reception keys new`, and keep a copy elsewhere"
    if not settings.twilio_auth_token.get_secret_value():
        yield "RECEPTION_TWILIO_AUTH_TOKEN: missing; a long random text where no phone is connected"
    if settings.twilio_account_sid and not _ACCOUNT.fullmatch(settings.twilio_account_sid):
        yield "RECEPTION_TWILIO_ACCOUNT_SID: must be AC and 32 hexadecimal digits"
    elsewhere = urlsplit(settings.twilio_api_url)
    if settings.twilio_api_url and elsewhere.scheme != "https" and elsewhere.hostname not in _LOCAL:
        yield "RECEPTION_TWILIO_API_URL: must begin with https://, or be empty for Twilio itself"
    if settings.oidc_issuer and not settings.oidc_issuer.startswith("https://"):
        yield "RECEPTION_OIDC_ISSUER: must begin with https://"
    away = (urlsplit(settings.inference_url).hostname or "") not in _LOCAL
    if away and not settings.inference_api_key.get_secret_value():
        yield "RECEPTION_INFERENCE_API_KEY: missing; the inference server is another host"


def _unverified(settings: Settings) -> Iterator[str]:
    mode = ssl_mode(settings.database_url)
    if mode in _ENCRYPTED and mode != _VERIFIED and not settings.allow_unverified_database:
        yield (
            f"RECEPTION_DATABASE_URL: sslmode={mode} encrypts, but to whoever answers; set"
            " sslmode=verify-full with sslrootcert, use a socket (?host=/run/postgresql), or set"
            " RECEPTION_ALLOW_UNVERIFIED_DATABASE=true"
        )
    elif mode and mode not in _ENCRYPTED:
        yield "RECEPTION_DATABASE_URL: not encrypted to another host; add sslmode=verify-full"


def ssl_mode(database_url: str) -> str:
    """How the connection to another host is encrypted; empty where it stays on this machine."""
    parts = urlsplit(database_url)
    query = parse_qs(parts.query)
    authority = parts.netloc.rpartition("@")[2]
    hosts = [_host(each) for each in authority.split(",")]
    hosts += [host for each in query.get("host", []) for host in each.split(",")]
    if all(host in _LOCAL or host.startswith("/") for host in hosts):
        return ""
    return query.get("sslmode", [os.environ.get("PGSSLMODE") or "prefer"])[-1]


def _host(authority: str) -> str:
    """The host of `host:port` or `[address]:port`."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0].lower()
