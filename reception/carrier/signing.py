"""Signatures as Twilio makes them, over the address under which the service believes it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from twilio.request_validator import RequestValidator

from reception.channels.signatures import HEADER


@dataclass(frozen=True)
class Signer:
    """Signs with the account's `token`; `public` is the service's public http(s) address without a slash."""

    public: str
    token: str

    def headers(self, path: str, form: Mapping[str, str], *, socket: bool = False) -> dict[str, str]:
        """The signature header of a request to `path` (with its query) or of a handshake."""
        base = self.public.replace("http", "ws", 1) if socket else self.public
        return {HEADER: RequestValidator(self.token).compute_signature(base + path, dict(form))}

    def path(self, url: str) -> str:
        """Path and query of one of the service's own addresses, under whatever host it names."""
        prefix = httpx.URL(self.public).path.rstrip("/")
        return httpx.URL(url or "/").raw_path.decode().removeprefix(prefix)
