"""Twilio's REST interface by its own client library: the one place that sends and looks up text messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from reception.errors import ReceptionError
from reception.settings import Settings

T = TypeVar("T")

#: Seconds to wait for Twilio; after that nobody knows whether the message was taken.
PATIENCE = 10.0
#: Requests at once.
THREADS = 4
#: How many messages to one number are looked through.
MOST = 50
#: Where Twilio is, and what stands there instead in tests.
_TWILIO = "https://api.twilio.com"
#: HTTP statuses of a refusal that has nothing to do with this message: our account, or too many requests.
_NOT_THIS_MESSAGE = frozenset({401, 403, 404, 429})


class NotSent(ReceptionError):
    """Nothing was sent; it may be tried again when `retryable`. `code` is Twilio's, where it gave one."""

    def __init__(self, text: str, code: int | None = None, *, retryable: bool) -> None:
        super().__init__(text)
        self.code = code
        self.retryable = retryable


class Unsure(ReceptionError):
    """Nobody knows whether the message was sent: it has to be looked up before it is sent again."""


@dataclass(frozen=True)
class Carried:
    """A message as the carrier knows it; `created` is aware, in whole seconds."""

    sid: str
    status: str
    body: str
    created: datetime
    error_code: int | None = None
    direction: str = "api"  # or reply: an answer to a text that came in


class TwilioApi:
    """Sends and looks up, each in a thread of its own: the event loop never waits for Twilio."""

    def __init__(self, account_sid: str, auth_token: str, url: str = "", patience: float = PATIENCE) -> None:
        """`url` is another server with Twilio's interface; empty means Twilio."""
        http = _Elsewhere(url, patience) if url else TwilioHttpClient(timeout=patience)
        self._client = Client(account_sid, auth_token, http_client=http, environment={})
        self._http = http
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="twilio")

    async def send(self, sender: str, recipient: str, body: str, callback: str = "") -> Carried:
        """Hands one message over; `callback` is told what becomes of it. Raises NotSent or Unsure."""
        more = {"status_callback": callback} if callback else {}
        return await self._in_thread(self._send, sender, recipient, body, more)

    async def sent_to(self, recipient: str, sender: str) -> list[Carried]:
        """The newest messages from one number to another, newest first. NotSent when it can't be told."""
        return await self._in_thread(self._sent_to, recipient, sender)

    async def redirect_call(self, call_sid: str, twiml: str) -> None:
        """Gives a call under way new TwiML to follow. Raises NotSent or Unsure."""
        await self._in_thread(self._redirect_call, call_sid, twiml)

    async def delete_recording(self, sid: str) -> None:
        """Deletes a recording; one that is gone already is fine. Raises NotSent or Unsure."""
        await self._in_thread(self._delete_recording, sid)

    async def close(self) -> None:
        """Waits for requests under way, and ends."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._http.session is not None:
            self._http.session.close()

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _send(self, sender: str, recipient: str, body: str, more: dict[str, str]) -> Carried:
        try:
            return _carried(self._client.messages.create(to=recipient, from_=sender, body=body, **more))
        except (RequestException, TwilioException) as error:
            raise _ours(error) from None  # its text may quote the number

    def _sent_to(self, recipient: str, sender: str) -> list[Carried]:
        try:
            found = self._client.messages.list(to=recipient, from_=sender, limit=MOST, page_size=MOST)
            return [_carried(each) for each in found]
        except (RequestException, TwilioException):
            raise NotSent("The carrier can't be asked", retryable=True) from None

    def _redirect_call(self, call_sid: str, twiml: str) -> None:
        try:
            self._client.calls(call_sid).update(twiml=twiml)
        except (RequestException, TwilioException) as error:
            raise _ours(error) from None

    def _delete_recording(self, sid: str) -> None:
        try:
            self._client.recordings(sid).delete()
        except (RequestException, TwilioException) as error:
            if getattr(error, "status", None) != 404:
                raise _ours(error) from None


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """Sends what is meant for Twilio to another server."""

    def __init__(self, url: str, patience: float) -> None:
        super().__init__(timeout=patience)
        self._url = url.rstrip("/")

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        return super().request(method, url.replace(_TWILIO, self._url, 1), *arguments, **named)


def twilio_api(settings: Settings) -> TwilioApi | None:
    """The interface by the settings' account; None without one: then no texts are sent."""
    token = settings.twilio_auth_token.get_secret_value()
    if not settings.twilio_account_sid or not token:
        return None
    return TwilioApi(settings.twilio_account_sid, token, settings.twilio_api_url)


def _carried(message: Any) -> Carried:
    return Carried(
        message.sid,
        str(message.status),
        message.body or "",
        message.date_created or datetime.now(UTC),
        message.error_code,
        "reply" if message.direction == "outbound-reply" else "api",
    )


def _ours(error: Exception) -> NotSent | Unsure:
    """What an error means for the message: refused for good, refused for now, or nobody knows."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    if status is not None and (status in _NOT_THIS_MESSAGE or status < 500):
        return NotSent("The carrier refused", code, retryable=status in _NOT_THIS_MESSAGE)
    if isinstance(error, ConnectTimeout) or (isinstance(error, NoConnection) and _never_connected(error)):
        return NotSent("The carrier can't be reached", retryable=True)
    return Unsure("The carrier's answer did not come")


def _never_connected(error: NoConnection) -> bool:
    """Whether no connection was made at all, as the library beneath tells it."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")
