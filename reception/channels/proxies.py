"""Who asks, and under which address: forwarding headers count only from proxies that the settings name."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from reception.errors import MisconfiguredError
from reception.settings import Settings

Connection = ASGIConnection[Any, Any, Any, Any]
Networks = tuple[IPv4Network | IPv6Network, ...]


@lru_cache(maxsize=8)
def networks(trusted: str) -> Networks:
    """The networks of RECEPTION_TRUSTED_PROXIES; MisconfiguredError for what is none."""
    try:
        return tuple(ip_network(each.strip()) for each in trusted.split(",") if each.strip())
    except ValueError:
        raise MisconfiguredError(
            "RECEPTION_TRUSTED_PROXIES: expected addresses or networks, such as 10.0.0.0/8, between commas"
        ) from None


def client_address(connection: Connection, settings: Settings) -> str:
    """The address of whoever asks: the last one that no trusted proxy has.

    Where only the number of proxies is known: each adds the address it sees, so those that a client made up
    stand further left.
    """
    peer, trusted = _peer(connection), networks(settings.trusted_proxies)
    lines = connection.headers.getall("x-forwarded-for", [])
    passed = [each.strip() for line in lines for each in line.split(",") if each.strip()]
    if settings.proxies:
        return passed[-settings.proxies] if len(passed) >= settings.proxies else peer
    if not _within(peer, trusted):
        return peer
    for address in reversed(passed):
        if not _within(address, trusted):
            return address
    return peer


def public_base(connection: Connection, settings: Settings) -> str:
    """Scheme and host (http or https) under which the service is reached from outside."""
    return settings.public_url.rstrip("/") or _asked(connection, settings)


def staff_base(connection: Connection, settings: Settings) -> str:
    """The same for the dashboard, which may have a name of its own."""
    return settings.staff_base or public_base(connection, settings)


def misplaced(connection: Connection, settings: Settings, for_staff: bool) -> bool:
    """Whether the dashboard is asked for by another name than its own, or by its own something else."""
    if not settings.staff_url:
        return False
    asked = urlsplit(_asked(connection, settings)).hostname
    return for_staff != (asked == urlsplit(settings.staff_url).hostname)


def _asked(connection: Connection, settings: Settings) -> str:
    """Scheme and host as the request names them, or a trusted proxy does."""
    scheme = "https" if connection.scope["scheme"] in ("https", "wss") else "http"
    host = connection.headers.get("host", "localhost")
    if _within(_peer(connection), networks(settings.trusted_proxies)):
        scheme = _last(connection, "x-forwarded-proto") or scheme
        host = _last(connection, "x-forwarded-host") or host
    return f"{'https' if scheme in ('https', 'wss') else 'http'}://{host}"


def _last(connection: Connection, header: str) -> str:
    """What the nearest proxy added."""
    return connection.headers.get(header, "").rpartition(",")[2].strip()


def _peer(connection: Connection) -> str:
    return connection.client.host if connection.client else "unknown"


def _within(address: str, trusted: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)
