"""Twilio's requests about a call: signed, tried again, given up after 15 s, delivered twice if need be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import httpx

from reception.carrier.signing import Signer
from reception.errors import MisconfiguredError, Unavailable

#: Seconds to connect and to wait for an answer, and all attempts together.
LIMITS = httpx.Timeout(15.0, connect=5.0)
TOTAL = 15.0
#: Seconds before the next attempt; Twilio's own first comes at once.
PAUSES = (0.0, 1.0, 2.0, 4.0, 7.0)
#: Marks the attempts at one request.
TOKEN = "I-Twilio-Idempotency-Token"

REFUSED = (
    "The service refused the signature. It must run with the same RECEPTION_DATA_DIR, "
    "RECEPTION_TWILIO_AUTH_TOKEN and RECEPTION_PUBLIC_URL as this command."
)


class WebhookFailed(Unavailable):
    """No usable answer; `code` is the error that Twilio would log."""

    def __init__(self, code: int, text: str, *, worth_another: bool = True) -> None:
        super().__init__(text)
        self.code = code
        self.worth_another = worth_another


@dataclass(frozen=True)
class Delivery:
    """How requests are delivered: how often one is tried again, and whether each comes twice."""

    retries: int = 1
    twice: bool = False


class Webhooks:
    """Posts forms to one service, and remembers what it posted."""

    def __init__(self, http: httpx.AsyncClient, signer: Signer, delivery: Delivery | None = None) -> None:
        self.signer = signer
        self.posted: list[tuple[str, Mapping[str, str]]] = []
        self._http = http
        self._delivery = delivery or Delivery()

    async def post(self, url: str, form: Mapping[str, str]) -> str:
        """The answer's body. WebhookFailed, with Twilio's error, when no attempt succeeds."""
        path, token = self.signer.path(url), str(uuid4())
        self.posted.append((path, form))
        if not self._delivery.twice:
            return await self._tried(path, form, token)
        first, second = await asyncio.gather(self._tried(path, form, token), self._tried(path, form, token))
        return min(first, second)  # the same; where they aren't, the call must not depend on which came first

    async def again(self, part: str) -> str:
        """Delivers the latest request whose path contains `part` once more, late."""
        path, form = next(one for one in reversed(self.posted) if part in one[0])
        return await self._tried(path, form, str(uuid4()))

    async def _tried(self, path: str, form: Mapping[str, str], token: str) -> str:
        began = time.monotonic()
        for attempt in range(self._delivery.retries + 1):
            left = TOTAL - (time.monotonic() - began)
            try:
                async with asyncio.timeout(left):
                    return await self._once(path, form, token)
            except TimeoutError:
                raise WebhookFailed(11205, "The service does not answer.") from None
            except WebhookFailed as error:
                pause = PAUSES[min(attempt, len(PAUSES) - 1)]
                last = attempt == self._delivery.retries or time.monotonic() - began + pause > TOTAL
                if last or not error.worth_another:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, path: str, form: Mapping[str, str], token: str) -> str:
        headers = {**self.signer.headers(path, form), TOKEN: token}
        try:
            response = await self._http.post(path, data=dict(form), headers=headers, timeout=LIMITS)
        except httpx.HTTPError as error:
            raise WebhookFailed(11205, "The service does not answer.") from error
        if response.status_code == 403:
            raise MisconfiguredError(REFUSED)
        if not response.is_success:
            text = f"The service answered {path.partition('?')[0]} with {response.status_code}."
            raise WebhookFailed(11200, text, worth_another=response.status_code >= 500)
        return response.text
