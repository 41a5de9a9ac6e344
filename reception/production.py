"""What a production service must not start with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from reception.errors import MisconfiguredError
from reception.settings import Settings

_LOCAL = ("", "localhost", "::1", "127.0.0.1")
_ACCOUNT = re.compile("AC[0-9a-f]{32}")
_ENCRYPTED = ("require", "verify-ca", "verify-full")


def check_production(settings: Settings) -> None:
    """Raises MisconfiguredError naming every unsafe setting; development may do what it likes."""
    if settings.env != "production":
        return
    problems = list(unsafe(settings))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise MisconfiguredError(f"RECEPTION_ENV=production refuses to start:\n{lines}")


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
    if not encrypted(settings.database_url):
        yield "RECEPTION_DATABASE_URL: not encrypted to another host; add sslmode=verify-full"
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


def encrypted(database_url: str) -> bool:
    """Whether the connection stays on this machine or is forced to be encrypted."""
    parts = urlsplit(database_url)
    query = parse_qs(parts.query)
    authority = parts.netloc.rpartition("@")[2]
    hosts = [_host(each) for each in authority.split(",")]
    hosts += [host for each in query.get("host", []) for host in each.split(",")]
    if all(host in _LOCAL or host.startswith("/") for host in hosts):
        return True
    mode = query.get("sslmode", [os.environ.get("PGSSLMODE", "")])[-1]
    return mode in _ENCRYPTED


def _host(authority: str) -> str:
    """The host of `host:port` or `[address]:port`."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0].lower()
