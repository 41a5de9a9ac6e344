"""Postgres ring: schemathesis asks every operation of the OpenAPI document, as nobody and as each role.

The suite asks each a few times; `make api-fuzz` (API_EXAMPLES=50) many times.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from reception.database.connection import Database
from reception.practice import Practice
from reception.staff.access import CSRF_HEADER, SESSION
from reception.staff.secrets import form_token
from tests.attacks.routes import NOBODY, requests
from tests.channels.conftest import MakeApp
from tests.channels.test_chat import START
from tests.channels.twilio import signed
from tests.conftest import Server
from tests.staff.access import person

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.filterwarnings("ignore"),  # the tool's own
]

EXAMPLES = int(os.environ.get("API_EXAMPLES", "1"))
MANY = EXAMPLES > 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Where what is wrong must be refused. Elsewhere it may lead to another page, or get TwiML that helps.
STRICT = "/api/"
BASE = "http://testserver.local"
NOT_BUILT = "make web"
LOG_OUT = "/staff/logout"
Ids = Callable[[], Mapping[str, str]]


class Attacker:
    """Asks as somebody: `headers` go along, Twilio's requests are signed, most ask for what there is."""

    def __init__(
        self, client: TestClient[Litestar], headers: Mapping[str, str], known: Mapping[str, str]
    ) -> None:
        self.client = client
        self.headers = headers
        self.known = {"slug": "harbor-clinic", **known}
        self.asked = 0

    def ask(self, case: schemathesis.Case) -> None:
        """One request, held against the document. AssertionError (a group of failures) for a breach."""
        self.asked += 1
        wrong = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
        if self.asked % 3 and not wrong:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = self.known.get(name.removesuffix("_id"), NOBODY)
        sent: dict[str, Any] = case.as_transport_kwargs(base_url=BASE)
        headers = {**dict(sent.get("headers") or {}), **self.headers}
        request = self.client.build_request(
            sent["method"],
            sent["url"],
            params=sent.get("params"),
            headers=headers,
            **{key: sent[key] for key in ("json", "data", "content") if sent.get(key) is not None},
        )
        if case.path.startswith("/twilio") and self.asked % 5 and isinstance(case.body, dict):
            form = {name: value for name, value in case.body.items() if isinstance(value, str)}
            request = self.client.build_request("POST", request.url, data=form, headers=headers)
            request.headers.update(signed(str(request.url), form))
        self.client.cookies.clear()
        request.headers.pop("cookie", None)
        request.headers.update(self.headers)
        answer = self.client.send(request, follow_redirects=False)
        if answer.status_code == 503 and NOT_BUILT in answer.text:
            return
        strict = [negative_data_rejection] if case.path.startswith(STRICT) else []
        case.validate_response(answer, checks=CHECKS + strict)


def operations(app: Litestar, client: TestClient[Litestar]) -> Iterator[Any]:
    document = client.get("/api/openapi.json").json()
    for item in document["paths"].values():
        for operation in item.values():
            operation.pop("security", None)  # who asks is ours to say
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        yield found.ok()


def cases(operation: Any) -> SearchStrategy[schemathesis.Case]:
    """Requests as documented; where something can be wrong with one, others with that wrong."""
    right = operation.as_strategy(GenerationMode.POSITIVE)
    if not (operation.body or operation.query or operation.path_parameters):
        return right  # type: ignore[no-any-return]
    return right | operation.as_strategy(GenerationMode.NEGATIVE)  # type: ignore[no-any-return]


def attack(app: Litestar, headers: Mapping[str, str], ids: Ids, only: Callable[[Any], bool]) -> int:
    """Asks every operation but logging out, in the suite those that `only` picks; how many there are."""
    number = 0
    with TestClient(app, base_url=BASE) as client:
        started = client.post(START).json()
        mine = {"Authorization": f"Bearer {started['token']}", **headers}
        said = {"text": "I want to speak to a person"}
        assert client.post(f"{START}/{started['id']}/messages", json=said, headers=mine).status_code == 201
        attacker = Attacker(client, mine, {**ids(), "conversation": started["id"]})
        for operation in operations(app, client):
            number += 1
            if operation.path == LOG_OUT or not (MANY or only(operation)):
                continue

            @settings(
                max_examples=EXAMPLES,
                database=None,
                derandomize=not MANY,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=cases(operation))
            def each(case: schemathesis.Case) -> None:
                attacker.ask(case)

            each()
    return number


@pytest.fixture
def ids(server: Server, migrated: str, practice: Practice) -> Callable[[], dict[str, str]]:
    """One identifier of each kind that there is: what an address may name."""

    def looked_up() -> dict[str, str]:
        with psycopg.connect(server.url(migrated)) as connection:
            found = {
                name: connection.execute(f"SELECT id FROM {name}s ORDER BY id LIMIT 1").fetchone()
                for name in ("patient", "request", "appointment", "practitioner")
            }
            message = "SELECT id FROM messages WHERE role = 'patient' LIMIT 1"
            found["message"] = connection.execute(message).fetchone()
            return {name: str(row[0]) for name, row in found.items() if row is not None}

    return looked_up


def test_nobody_breaks_the_interface(make_app: MakeApp, ids: Ids) -> None:
    app = make_app()
    # Staff's pages turn everybody away by one guard.
    documented = attack(app, {}, ids, lambda one: not one.path.startswith("/staff/") or len(one.path) < 16)
    walked = {path for _, path in requests(app) if not path.startswith(("/static", "/api/openapi", "/api"))}
    assert documented >= len(walked)


@pytest.mark.parametrize("role", ["admin", "staff", "viewer"])
async def test_no_role_breaks_the_interface(
    make_app: MakeApp, database: Database, practice: Practice, ids: Ids, role: str
) -> None:
    who = await person(database, practice, "Somebody Else", role)  # type: ignore[arg-type]
    headers = {
        "Cookie": f"{SESSION}={who.session}",
        CSRF_HEADER: form_token(who.session),
        "Origin": BASE,
    }
    # What others may see is what an admin sees; what they may change is less.
    attack(make_app(), headers, ids, lambda one: role == "admin" or one.method == "post")
