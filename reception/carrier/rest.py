"""A simulated carrier's REST interface, as Twilio's library speaks to it: texts, calls, recordings."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlencode

import httpx
from litestar import Litestar, Request, Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from twilio.request_validator import RequestValidator

from reception.carrier.messages import VERSION, CarriedText, Rejected, accepted
from reception.channels.signatures import HEADER

#: Seconds for the service to answer a status callback, as Twilio's webhooks have them.
PATIENCE = httpx.Timeout(15.0, connect=5.0)

#: How the carrier misbehaves. `down`, `busy` and `refusing` keep nothing; `lost` and `slow` have taken the
#: message although the answer is an error, or comes after `delay` seconds.
Trouble = Literal["", "down", "busy", "refusing", "lost", "slow"]
_KEPT_NOTHING: Mapping[str, tuple[int, int]] = {
    "down": (503, 20503),
    "busy": (429, 20429),
    "refusing": (403, 20005),
}


@dataclass(frozen=True)
class CallUpdate:
    """An order to a call under way: new TwiML, another URL, or its end (`status`)."""

    call_sid: str
    twiml: str = ""
    url: str = ""
    status: str = ""


@dataclass
class Carrier:
    """One account at the carrier: what was sent and ordered through it, and how it behaves.

    `numbers` may send (empty: any). With `service`, a client of the desk, status callbacks go there whatever
    host their URL names; without one they go to that URL. `reports` off means that none are sent.
    """

    account_sid: str
    auth_token: str
    numbers: frozenset[str] = frozenset()
    service: httpx.AsyncClient | None = None
    reports: bool = True
    trouble: Trouble = ""
    delay: float = 0.0
    on_text: Callable[[CarriedText], None] | None = None  # told of each message that was taken
    texts: list[CarriedText] = field(default_factory=list)
    calls: list[CallUpdate] = field(default_factory=list)
    recordings: set[str] = field(default_factory=set)  # sids of those that are kept
    requests: int = 0
    _reporting: set[asyncio.Task[None]] = field(default_factory=set)

    def app(self) -> Litestar:
        """The interface as a web application, to be served on any port."""
        return Litestar(
            [Router("/", route_handlers=[send, listed, fetched, update_call, delete_recording])],
            dependencies={"carrier": Provide(lambda: self, sync_to_thread=False)},
            exception_handlers={Rejected: _rejected},
            state=State({"carrier": self}),
            on_shutdown=[self.close],
            openapi_config=None,
            logging_config=None,
        )

    async def close(self) -> None:
        """Ends the status callbacks that are still under way."""
        for task in self._reporting:
            task.cancel()
        await asyncio.gather(*self._reporting, return_exceptions=True)

    async def settled(self) -> None:
        """Returns when every status callback has been delivered."""
        while self._reporting:
            await asyncio.gather(*self._reporting)

    def let_in(self, request: Request[Any, Any, Any], account_sid: str) -> None:
        """Rejected unless the request carries the account's sid and token."""
        self.requests += 1
        pair = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        given = request.headers.get("authorization", "")
        if account_sid != self.account_sid or not secrets.compare_digest(given, f"Basic {pair}"):
            raise Rejected(401, 20003)
        if self.trouble in _KEPT_NOTHING:
            raise Rejected(*_KEPT_NOTHING[self.trouble])

    async def take(self, form: Mapping[str, str]) -> CarriedText:
        """Takes a message and reports on it later; Rejected for what Twilio would not take."""
        taken = accepted(self.account_sid, self.numbers, form)
        self.texts.append(taken)
        if self.on_text is not None:
            self.on_text(taken)
        task = asyncio.create_task(self._carry(taken))
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)
        if self.trouble == "lost":
            raise Rejected(500, 20500)
        if self.trouble == "slow":
            await asyncio.sleep(self.delay)
        return taken

    async def _carry(self, carried: CarriedText) -> None:
        while carried.go_on():
            if carried.callback and self.reports:
                await self._report(carried)

    async def _report(self, carried: CarriedText) -> None:
        """One signed status callback; like Twilio's, it is not tried again."""
        url, form = carried.callback, carried.receipt()
        signature = RequestValidator(self.auth_token).compute_signature(url, form)
        with suppress(httpx.HTTPError):
            if self.service is not None:
                path = httpx.URL(url).raw_path.decode()
                await self.service.post(path, data=form, headers={HEADER: signature})
                return
            async with httpx.AsyncClient(timeout=PATIENCE) as client:
                await client.post(url, data=form, headers={HEADER: signature})


GivenCarrier = NamedDependency[Carrier]


def _rejected(_: Request[Any, Any, Any], error: Rejected) -> Response[dict[str, Any]]:
    return Response(error.as_json(), status_code=error.status)


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    body = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in body.items()}


@post(f"/{VERSION}/Accounts/{{account:str}}/Messages.json", status_code=201)
async def send(
    request: Request[Any, Any, Any], carrier: GivenCarrier, account: FromPath[str]
) -> dict[str, Any]:
    """A text message to be sent."""
    carrier.let_in(request, account)
    return (await carrier.take(await _form(request))).as_json()


@get(f"/{VERSION}/Accounts/{{account:str}}/Messages.json")
async def listed(
    request: Request[Any, Any, Any], carrier: GivenCarrier, account: FromPath[str]
) -> dict[str, Any]:
    """The account's messages, newest first, by page; filters: To, From, DateSent, DateSent<, DateSent>."""
    carrier.let_in(request, account)
    asked = {name: values[0] for name, values in parse_qs(request.scope["query_string"].decode()).items()}
    found = [one for one in reversed(carrier.texts) if _fits(one, asked)]
    size, page = int(asked.get("PageSize", "50")), int(asked.get("Page", "0"))
    path = f"/{VERSION}/Accounts/{account}/Messages.json"

    def uri(number: int) -> str:
        return f"{path}?{urlencode(asked | {'PageSize': str(size), 'Page': str(number)}, quote_via=quote)}"

    shown = found[page * size : (page + 1) * size]
    return {
        "end": max(0, page * size + len(shown) - 1),
        "first_page_uri": uri(0),
        "messages": [one.as_json() for one in shown],
        "next_page_uri": uri(page + 1) if len(found) > (page + 1) * size else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": uri(page - 1) if page else None,
        "start": page * size,
        "uri": uri(page),
    }


@get(f"/{VERSION}/Accounts/{{account:str}}/Messages/{{name:str}}")
async def fetched(
    request: Request[Any, Any, Any], carrier: GivenCarrier, account: FromPath[str], name: FromPath[str]
) -> dict[str, Any]:
    """One message, by `{sid}.json`."""
    carrier.let_in(request, account)
    for one in carrier.texts:
        if name == f"{one.sid}.json":
            return one.as_json()
    raise Rejected(404, 20404)


@post(f"/{VERSION}/Accounts/{{account:str}}/Calls/{{name:str}}", status_code=200)
async def update_call(
    request: Request[Any, Any, Any], carrier: GivenCarrier, account: FromPath[str], name: FromPath[str]
) -> dict[str, Any]:
    """An order to the call `{sid}.json`: Twiml, Url or Status."""
    carrier.let_in(request, account)
    form = await _form(request)
    sid = name.removesuffix(".json")
    update = CallUpdate(sid, form.get("Twiml", ""), form.get("Url", ""), form.get("Status", ""))
    carrier.calls.append(update)
    return {
        "account_sid": account,
        "api_version": VERSION,
        "direction": "inbound",
        "sid": sid,
        "status": update.status or "in-progress",
        "uri": f"/{VERSION}/Accounts/{account}/Calls/{name}",
    }


@delete(f"/{VERSION}/Accounts/{{account:str}}/Recordings/{{name:str}}", status_code=204)
async def delete_recording(
    request: Request[Any, Any, Any], carrier: GivenCarrier, account: FromPath[str], name: FromPath[str]
) -> None:
    """A recording goes, by `{sid}.json`; one that is gone already is not found."""
    carrier.let_in(request, account)
    sid = name.removesuffix(".json")
    if sid not in carrier.recordings:
        raise Rejected(404, 20404)
    carrier.recordings.remove(sid)


def _fits(one: CarriedText, asked: Mapping[str, str]) -> bool:
    """Whether a message passes the filters of a list; one that has not left yet has no date and fits none."""
    if asked.get("To", one.recipient) != one.recipient or asked.get("From", one.sender) != one.sender:
        return False
    bounds = {name: asked[name] for name in ("DateSent", "DateSent<", "DateSent>") if name in asked}
    if not bounds:
        return True
    if one.sent is None:
        return False
    sent = one.sent.replace(microsecond=0)
    after, before = bounds.get("DateSent>"), bounds.get("DateSent<")
    day = bounds.get("DateSent")
    return (
        (after is None or sent >= _instant(after))
        and (before is None or sent <= _instant(before))
        and (day is None or _instant(day) <= sent < _instant(day) + timedelta(days=1))
    )


def _instant(written: str) -> datetime:
    """A day or an instant in UTC."""
    parsed = datetime.fromisoformat(written.replace("Z", "+00:00"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
