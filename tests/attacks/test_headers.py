"""Postgres ring: every answer carries the security headers; cookies, hosts, slow clients get no further."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import AsyncTestClient
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from reception import slow_clients
from reception.channels.limits import Watchers
from reception.channels.pages import HTTPS_ONLY, SECURITY_HEADERS
from reception.database.connection import Database
from reception.errors import Busy
from reception.practice import Practice
from reception.staff.access import SESSION
from tests.attacks.routes import requests
from tests.channels.conftest import Client, MakeApp, Serve
from tests.channels.fakes import ScriptedModel
from tests.channels.test_chat import begin
from tests.channels.test_events import url_of
from tests.staff.access import PASSWORD, person

pytestmark = pytest.mark.postgres


async def test_every_answer_of_every_route_carries_the_headers(make_app: MakeApp) -> None:
    app = make_app(public_url="https://desk.example")
    walked = {*requests(app), ("GET", "/nowhere"), ("DELETE", "/"), ("GET", "/static/page.css")}
    async with AsyncTestClient(app, base_url="https://desk.example") as client:
        for method, path in sorted(walked):
            answer = await client.request(method, path, follow_redirects=False)
            assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.text)
            for name, value in {**SECURITY_HEADERS, **HTTPS_ONLY}.items():
                if name not in ("Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Resource-Policy"):
                    assert answer.headers.get(name) == value, (method, path, name)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, (method, path)
            assert "unsafe" not in policy and answer.headers["referrer-policy"] in (
                "no-referrer",
                "same-origin",
            )
            assert "server" not in answer.headers and "x-powered-by" not in answer.headers
            anywhere = path in ("/widget.js",)
            assert (answer.headers["cross-origin-resource-policy"] == "same-origin") or anywhere, path
            assert answer.headers.get("access-control-allow-origin") in (None, "*"), path
            assert "access-control-allow-credentials" not in answer.headers
            cached = answer.headers["cache-control"]
            assert cached == "no-store" or path.startswith(("/static", "/widget.js", "/staff/assets")), path
    assert len(walked) > 40


async def test_over_https_cookies_go_nowhere_else(
    serve: Serve, database: Database, practice: Practice
) -> None:
    maria = await person(database, practice)
    async with serve(public_url="https://desk.example") as client:
        client.base_url = httpx.URL("https://desk.example")
        page = await client.get("/staff/login")
        given = {"email": maria.email, "password": PASSWORD, "code": maria.code(), "csrf": token_of(page)}
        origin = {"Origin": "https://desk.example"}
        let_in = await client.post("/staff/login", data=given, headers=origin, follow_redirects=False)
        assert let_in.status_code == 303, let_in.text
        for cookie in [*page.headers.get_list("set-cookie"), *let_in.headers.get_list("set-cookie")]:
            assert cookie.startswith("__Host-"), cookie
            assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; ")), cookie
        page = await client.get("/staff/account", follow_redirects=False)
        assert page.status_code == 200
        out = await client.post(
            "/staff/logout", data={"csrf": token_of(page)}, headers=origin, follow_redirects=False
        )
        assert out.headers["clear-site-data"] == '"storage"'


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found is not None
    return found[1]


async def test_a_form_for_logging_in_must_come_from_our_own_page(
    client: Client, database: Database, practice: Practice
) -> None:
    maria = await person(database, practice)
    given = {"email": maria.email, "password": PASSWORD, "code": maria.code(), "csrf": "0" * 64}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "http://desk.example"}, {}):
        refused = await client.post("/staff/login", data=given, headers=headers)
        assert refused.status_code == 403
        assert "reception_staff" not in str(refused.headers)


async def test_no_link_takes_its_host_from_a_request(serve: Serve) -> None:
    async with serve(public_url="https://desk.example") as client:
        for name in ("Host", "X-Forwarded-Host", "X-Host", "Forwarded"):
            value = "host=evil.example" if name == "Forwarded" else "evil.example"
            for path in ("/", "/staff", "/staff/login", "/.well-known/security.txt", "/staff/now"):
                answer = await client.get(path, headers={name: value}, follow_redirects=False)
                assert "evil.example" not in answer.text + str(answer.headers), (name, path)
                assert not urlsplit(answer.headers.get("location", "")).netloc


@pytest.mark.parametrize(
    ("contact", "told"),
    [("", "tel:+12125550100"), ("mailto:safe@harbor.example", "mailto:safe@harbor.example")],
)
async def test_who_finds_a_weakness_learns_whom_to_tell(serve: Serve, contact: str, told: str) -> None:
    async with serve(security_contact=contact, public_url="https://desk.example") as client:
        answer = await client.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == told
    assert fields["Canonical"] == "https://desk.example/.well-known/security.txt"
    assert datetime.fromisoformat(fields["Expires"]) > datetime.now(UTC)


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"GET / HTT",
        b"POST /api/chat/conversations HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
        b"POST /api/chat/conversations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
)
async def test_a_request_that_does_not_come_whole_is_hung_up_on(
    live: httpx.AsyncClient, part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "WHOLE_REQUEST", 0.2)
    reader, writer = await asyncio.open_connection(live.base_url.host, live.base_url.port)
    writer.write(part)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 10)
    writer.close()
    assert (await live.get("/health/live")).status_code == 200


async def test_a_connection_may_lie_idle_after_its_request(
    live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "WHOLE_REQUEST", 0.1)
    reader, writer = await asyncio.open_connection(live.base_url.host, live.base_url.port)
    for _ in range(2):
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\nok"), 10)
        assert answer.startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.3)
    writer.close()


async def test_a_websocket_and_a_slow_answer_have_all_the_time(
    live: httpx.AsyncClient, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "WHOLE_REQUEST", 0.2)
    talk = await begin(live)
    async with connect(url_of(talk)) as socket:
        await socket.send(talk.started["token"])
        model.pause = 0.5
        await talk.say("hello")
        assert await asyncio.wait_for(socket.recv(), 5)


async def test_staff_and_patients_may_have_a_name_each(
    make_app: MakeApp, database: Database, practice: Practice
) -> None:
    app = make_app(public_url="https://desk.example", staff_url="https://staff.example")
    maria = await person(database, practice)
    async with AsyncTestClient(app, base_url="https://desk.example") as client:

        async def status(host: str, path: str) -> int:
            return (await client.get(f"https://{host}{path}", follow_redirects=False)).status_code

        for path in ("/", "/api/openapi.json", "/widget.js"):
            assert await status("desk.example", path) != 404 == await status("staff.example", path), path
        for path in ("/staff/login", "/staff/now"):
            assert await status("staff.example", path) != 404 == await status("desk.example", path), path
        for host in ("desk.example", "staff.example", "10.0.0.7"):
            assert await status(host, "/health/live") == 200
        cookie = {"cookie": f"__Host-{SESSION}={maria.session}"}
        page = await client.get("https://staff.example/staff/account", headers=cookie)
        assert page.status_code == 200 and maria.email in page.text
        socket = await client.websocket_connect("wss://desk.example/staff/live", headers=cookie)
        with pytest.raises(WebSocketDisconnect), socket:
            pass


async def test_enormous_headers_are_refused(live: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(live.base_url.host, live.base_url.port)
    writer.write(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/1.1 400 ")
    writer.close()


@pytest.mark.parametrize("path", ["/api/chat/conversations", "/twilio/voice", "/twilio/sms", "/staff/login"])
async def test_five_megabytes_are_refused_whoever_sends_them(client: Client, path: str) -> None:
    answer = await client.post(path, content=b"x" * 5_000_000)
    assert answer.status_code == 413


async def test_who_floods_a_websocket_is_hung_up_on(live: httpx.AsyncClient) -> None:
    talk = await begin(live)
    async with connect(url_of(talk)) as socket:
        await socket.send(talk.started["token"])
        await socket.recv()
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(10_000):
                await socket.send("x" * 1000)
            await asyncio.wait_for(socket.recv(), 60)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
    assert (await talk.say("hello"))["status"] == "open"


async def test_only_so_many_windows_watch_one_conversation(live: httpx.AsyncClient) -> None:
    talk = await begin(live)
    sockets = [await connect(url_of(talk)) for _ in range(11)]
    for socket in sockets[:10]:
        await socket.send(talk.started["token"])
        await socket.recv()
    await sockets[10].send(talk.started["token"])
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(sockets[10].recv(), 5)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
    for socket in sockets:
        await socket.close()


def test_a_window_that_is_closed_makes_room() -> None:
    watchers = Watchers(1, 1)
    for _ in range(3):
        with watchers.one_more("10.0.0.1", "one"), pytest.raises(Busy), watchers.one_more("10.0.0.1", "two"):
            pass
    with watchers.one_more("10.0.0.2", "one"):
        pass
