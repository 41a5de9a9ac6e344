"""A hundred conversations, after which everything the processes wrote is searched for what was said.

Ring: postgres.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from uuid import uuid4

import httpx
import psycopg
import pytest
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed

from reception.carrier.rest import Carrier
from reception.carrier.server import ServiceProcess, own_service
from reception.database.connection import Database
from reception.settings import ROOT, Settings
from reception.staff.access import SESSION
from tests.channels.twilio import call, relayed, say, send, tell
from tests.conftest import NOW, PRACTICE_YAML
from tests.messaging.conftest import ACCOUNT, PRACTICE, TOKEN
from tests.messaging.conftest import carrier as carrier
from tests.messaging.conftest import carrier_url as carrier_url
from tests.staff.access import person

pytestmark = pytest.mark.postgres

CHATS, CALLS, TEXTS = 50, 25, 25
DIGITS = str.maketrans("0123456789", "abcdefghij")
#: What marks a name, a reason, a medicine, a number and an address; whatever holds one is a leak.
NAMES = (b"zylph", b"quibbet")
OTHERS = (b"gloopitis", b"xantholin", b"1212556", b"212) 556", b"@marked.example")


@dataclass(frozen=True)
class Marked:
    """A patient whose every word can be told again, wherever it turns up."""

    number: int

    @property
    def letters(self) -> str:
        return f"{self.number:03}".translate(DIGITS)

    @property
    def name(self) -> str:
        return f"Zylph{self.letters} Quibbet{self.letters}"

    @property
    def phone(self) -> str:
        return f"+1212556{self.number:04}"

    def lines(self) -> dict[str, str]:
        """What they say → how it is understood; the last is what the model breaks on."""
        medicine, reason = f"Xantholin{self.letters}", f"gloopitis{self.letters}"
        mail = f"z{self.letters}@marked.example"
        return {
            f"Tuesday for my {reason}": f"book_appointment; date: Tuesday; reason: {reason}",
            f"I am {self.name}, {self.phone}": f"inform; patient_name: {self.name}; phone: {self.phone}",
            f"{mail}, and {medicine}": f"request_prescription; medication: {medicine}; email: {mail}",
            f"explode {reason} {self.name}": "",
        }


PEOPLE = [Marked(number) for number in range(CHATS + CALLS + TEXTS)]


async def chat(http: httpx.AsyncClient, who: Marked) -> None:
    begun = (await http.post("/api/chat/conversations", json={})).json()
    path = f"/api/chat/conversations/{begun['id']}/messages"
    key = {"authorization": f"Bearer {begun['token']}"}
    for line in who.lines():
        await http.post(path, json={"text": line, "client_id": str(uuid4())}, headers=key)
    if who.number % 10:
        return
    for wrong in ({"text": f"{who.name} " * 200}, {"text": {who.name: 1}}, {who.name: who.phone}):
        assert (await http.post(path, json=wrong, headers=key)).status_code == 422


async def telephone(http: httpx.AsyncClient, who: Marked) -> None:
    sid = f"CA{who.number}"
    await send(http, "/twilio/voice", call(sid, AccountSid=ACCOUNT, From=who.phone))
    async with relayed(http, sid, f"VX{who.number}", accountSid=ACCOUNT, **{"from": who.phone}) as socket:
        with suppress(ConnectionClosed, AssertionError):  # a call that failed is put through
            for line in who.lines():
                await tell(socket, type="prompt", voicePrompt=f"explode {who.name}", lang="en-US", last=False)
                await say(socket, line)
        with suppress(ConnectionClosed):
            await tell(socket, type="interrupt", utteranceUntilInterrupt=f"sorry {who.name}")
            await tell(socket, type="prompt", voicePrompt={"words": who.name}, lang=who.name, last="x")
            await tell(socket, type=who.name)
    left = {"TranscriptionStatus": "completed", "TranscriptionText": f"I am {who.name}, gloopitis"}
    tape = {
        "RecordingSid": "RE" + "0" * 32,
        "RecordingUrl": "https://carrier.example/RE",
        "RecordingDuration": "9",
    }
    await send(http, "/twilio/voicemail", call(sid, AccountSid=ACCOUNT, From=who.phone, **tape))
    await send(http, "/twilio/transcript", call(sid, AccountSid=ACCOUNT, From=who.phone, **tape, **left))
    await send(http, "/twilio/status", call(sid, AccountSid=ACCOUNT, From=who.phone, CallStatus="completed"))


async def text(http: httpx.AsyncClient, who: Marked) -> None:
    for turn, line in enumerate(who.lines()):
        form = {
            "MessageSid": f"SM{who.number}x{turn}",
            "From": who.phone,
            "To": PRACTICE,
            "Body": line,
            "AccountSid": ACCOUNT,
        }
        await send(http, "/twilio/sms", form)
    forged = {"From": who.phone, "Body": who.name, "To": PRACTICE, "AccountSid": ACCOUNT}
    assert (await http.post("/twilio/sms", data=forged)).status_code == 403


async def look_around(http: httpx.AsyncClient, database: Database) -> None:
    """Staff look for people, read, and open what they find."""
    async with database.transaction() as store:
        practice = await store.practice()
    assert practice is not None
    who = await person(database, practice, "Maria Keller", "admin")
    headers = {"cookie": f"{SESSION}={who.session}", "origin": str(http.base_url).rstrip("/")}
    page = (await http.get("/staff/account", headers=headers)).text
    csrf = re.search(r'name="csrf" value="(\w+)"', page)
    assert csrf is not None
    for path, field in (("/staff/inbox/search", "q"), ("/staff/patients/search", "words")):
        for sought in (PEOPLE[0].name, PEOPLE[60].phone, "gloopitis"):
            form = {"csrf": csrf[1], field: sought}
            found = await http.post(path, data=form, headers=headers)
            assert found.status_code in (200, 303), found.text
            if "location" in found.headers:
                assert (await http.get(found.headers["location"], headers=headers)).status_code == 200
    for path in ("/staff/now", "/staff/inbox", "/staff/patients", "/staff/audit"):
        shown = await http.get(path, headers=headers)
        assert shown.status_code == 200
        for link in set(re.findall(r'(?:href|hx-get)="(/staff/[^"]*)"', shown.text)) - {"/staff/logout"}:
            await http.get(link.replace("&amp;", "&"), headers=headers)


async def write_to(who: Marked, database: Database, carrier: Carrier) -> None:
    """A text goes out, by the carrier's own library."""
    async with database.transaction() as store:
        practice = await store.practice()
        assert practice is not None
        body = f"{who.name}: gloopitis"
        await store.queue_text(practice.id, to=who.phone, body=body, kind="reply", key="marked")
    async with asyncio.timeout(30):
        while not any(one.recipient == who.phone for one in carrier.texts):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def break_rules(url: str) -> None:
    """Changes that the database refuses, whose refusal could quote the whole row."""
    with psycopg.connect(url, autocommit=True) as connection:
        for change in (
            "UPDATE patients SET phone = NULL",
            "UPDATE messages SET role = 'nobody'",
            "UPDATE patients SET id = (SELECT id FROM patients LIMIT 1)",
            "SELECT name::int FROM patients",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(change)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where all is written, and PostgreSQL's own account may pass: pytest keeps its folders to itself."""
    with tempfile.TemporaryDirectory(prefix="reception-", ignore_cleanup_errors=True) as made:
        yield Path(made)


class Collector(BaseHTTPRequestHandler):
    """Takes traces as an OTLP collector does, and keeps them as they came."""

    kept: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.kept.append(self.rfile.read(int(self.headers["content-length"])).lower())
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None: ...


@pytest.fixture
def traces_url() -> Iterator[str]:
    Collector.kept.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/traces"
        server.shutdown()


@pytest.fixture
async def settings(folder: Path, carrier_url: str) -> Settings:
    (folder / "practice.yaml").write_text(PRACTICE_YAML + "reminders: {hours_before: [24]}\n", "utf-8")
    return Settings(
        data_dir=folder / "data",
        practice_file=folder / "practice.yaml",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_api_url=carrier_url,
    )


@pytest.fixture
async def service(settings: Settings, folder: Path, traces_url: str) -> AsyncIterator[ServiceProcess]:
    """A service that writes nowhere but into `folder`."""
    script = {line: frame for who in PEOPLE for line, frame in who.lines().items()}
    (folder / "script.json").write_text(json.dumps(script), "utf-8")
    assert settings.practice_file is not None
    places = {name: str(folder / name.lower()) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for name in places:
        (folder / name.lower()).mkdir()
    changes = {
        **own_service(settings.data_dir, settings.practice_file, NOW.isoformat()),
        **places,
        "RECEPTION_TWILIO_ACCOUNT_SID": ACCOUNT,
        "RECEPTION_TWILIO_AUTH_TOKEN": TOKEN,
        "RECEPTION_TWILIO_API_URL": settings.twilio_api_url,
        "RECEPTION_MODEL_DIR": str(folder / "models"),
        "RECEPTION_TRACES_URL": traces_url,
        "SCRIPT_FILE": str(folder / "script.json"),
        "PYTHONPATH": str(ROOT),
    }
    process = ServiceProcess(folder, changes, ("-m", "tests.privacy.talkative_service", "{port}"))
    await process.start()
    yield process
    await process.stop()


async def test_what_a_hundred_patients_say_is_in_the_database_and_nowhere_else(
    settings: Settings, service: ServiceProcess, carrier: Carrier, folder: Path
) -> None:
    chats, calls, texts = PEOPLE[:CHATS], PEOPLE[CHATS : CHATS + CALLS], PEOPLE[CHATS + CALLS :]
    database = await Database.of(settings)
    async with httpx.AsyncClient(base_url=service.base, timeout=60) as http:
        few = asyncio.Semaphore(8)

        async def lead(talk: Callable[[httpx.AsyncClient, Marked], Any], who: Marked) -> None:
            async with few:
                await talk(http, who)

        await asyncio.gather(
            *(lead(chat, one) for one in chats),
            *(lead(telephone, one) for one in calls),
            *(lead(text, one) for one in texts),
        )
        await look_around(http, database)
        await write_to(PEOPLE[1], database, carrier)
        metrics = (await http.get("/metrics")).content.lower()
    async with database.transaction() as store:
        kept = [said.text for _, messages in await store.all_conversations() for said in messages]
    await asyncio.to_thread(
        break_rules, database._engine.url.set(drivername="postgresql").render_as_string(False)
    )
    await database.close()
    await service.stop()
    unheard = [who.number for who in PEOPLE if not any(f"gloopitis{who.letters}" in line for line in kept)]
    assert unheard == []
    log = service.log.read_bytes()
    assert log.count(b"\nrequested POST") > 400 and b'"event": "call_status"' in log
    traces = b"".join(Collector.kept)
    assert b"reception.conversation" in traces
    assert [mark for mark in (*NAMES, *OTHERS) if mark in metrics or mark in traces] == []
    assert leaks(folder) == []


def leaks(folder: Path) -> list[str]:
    """The files in which something stands that was said, and the lines around it."""
    found = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.name == "script.json":
            continue
        in_database = "cluster" in file.relative_to(folder).parts  # where names are looked for
        words = file.read_bytes().lower()
        for mark in OTHERS if in_database else (*NAMES, *OTHERS):
            place = words.find(mark)
            if place >= 0:
                found.append(f"{file.relative_to(folder)}: {words[max(0, place - 200) : place + 60]!r}")
    return found
