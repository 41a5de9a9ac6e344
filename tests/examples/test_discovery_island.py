"""The game among the examples against the real inference server, without a socket. Ring: unit."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI
from pydantic import SecretStr

from examples.discovery_island import create_game
from reception.errors import ModelMissing
from reception.inference.engine import Engine
from reception.inference.served import Served
from reception.inference.server import create_server
from tests.inference.fake_served import FakeModel
from tests.inference.tiny_model import write_tiny_model

START = ["water", "earth", "fire", "wind", "plants"]


class Table:
    """Players at one game: each method is what the page does. `asked` counts the questions to the model."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.asked = 0

    async def note(self, _: httpx.Request) -> None:
        self.asked += 1

    async def combine(self, one: str, other: str, player: str = "Mia") -> dict[str, Any]:
        answer = await self.try_to_combine(one, other, player)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def try_to_combine(self, one: str, other: str, player: str = "Mia") -> httpx.Response:
        return await self.http.post("/combine", params={"one": one, "other": other, "player": player})

    async def elements(self) -> dict[str, dict[str, Any]]:
        return {element["word"]: element for element in (await self.http.get("/elements")).json()}


@asynccontextmanager
async def playing(transport: httpx.AsyncBaseTransport, path: Path) -> AsyncIterator[Table]:
    """A game that asks the inference server behind `transport`."""
    async with httpx.AsyncClient(transport=transport) as to_model:
        model = AsyncOpenAI(base_url="http://model/v1", api_key="a-key", max_retries=0, http_client=to_model)
        game = create_game(model, path)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(game), base_url="http://game") as http:
            table = Table(http)
            to_model.event_hooks = {"request": [table.note]}
            yield table
        for close in game.on_shutdown:
            close()  # type: ignore[call-arg]


def serving(model: Served) -> httpx.ASGITransport:
    return httpx.ASGITransport(create_server(model, "tiny", SecretStr("a-key")))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture
async def engine(tiny: Path) -> AsyncIterator[Engine]:
    engine = Engine(lambda: tiny, threads=1, sequences=4, context_tokens=2048)
    yield engine
    await engine.close()


@pytest.fixture
async def table(engine: Engine, tmp_path: Path) -> AsyncIterator[Table]:
    async with playing(serving(engine), tmp_path / "island.sqlite3") as table:
        yield table


async def test_two_elements_make_one_word_that_begins_with_neither(table: Table) -> None:
    made = await table.combine("water", "fire")
    assert re.fullmatch("[a-z]{3,14}", made["word"])
    assert not made["word"].startswith(("water", "fire"))
    assert made["first"] and made["player"] == "Mia"
    assert list(await table.elements()) == [*START, made["word"]]


async def test_a_pair_makes_the_same_either_way_round_and_asks_the_model_once(table: Table) -> None:
    made = await table.combine("water", "fire")
    again = await table.combine("fire", "water", "Ben")
    assert (again["word"], again["first"], again["player"]) == (made["word"], False, "Mia")
    assert table.asked == 1


async def test_an_element_goes_with_itself_and_what_was_made_goes_on(table: Table) -> None:
    made = await table.combine("water", "water")
    assert not made["word"].startswith("water")
    assert (await table.combine(made["word"], "earth"))["word"] != made["word"]


async def test_players_of_another_process_see_it_and_it_outlasts_a_restart(
    engine: Engine, table: Table, tmp_path: Path
) -> None:
    made = await table.combine("earth", "wind", "  Mia \n the   first of the very long names ")
    async with playing(serving(engine), tmp_path / "island.sqlite3") as second:
        seen = (await second.elements())[made["word"]]
        assert (seen["player"], seen["one"], seen["other"]) == ("Mia the first of the ver", "earth", "wind")
        assert (await second.combine("wind", "earth", "Ben"))["word"] == made["word"]
        assert second.asked == 0


async def test_the_same_pair_at_once_is_discovered_once(engine: Engine, table: Table, tmp_path: Path) -> None:
    async with playing(serving(engine), tmp_path / "island.sqlite3") as second:
        made = await asyncio.gather(
            *(
                place.combine(*pair)
                for place in (table, second)
                for pair in [("fire", "wind"), ("wind", "fire")]
            )
        )
    assert len({one["word"] for one in made}) == 1
    assert [one["first"] for one in made].count(True) == 1
    assert table.asked == 1
    assert len(await table.elements()) == len(START) + 1


async def test_two_pairs_that_make_the_same_at_once_are_one_discovery(tmp_path: Path) -> None:
    async with playing(serving(FakeModel((" steam", "\n"))), tmp_path / "island.sqlite3") as table:
        pairs = [("water", "fire"), ("fire", "earth"), ("wind", "water")]
        made = await asyncio.gather(*(table.combine(*pair) for pair in pairs))
        assert {one["word"] for one in made} == {"steam"}
        assert [one["first"] for one in made].count(True) == 1
        assert (await table.elements())["steam"]["ways"] == 3


@pytest.mark.parametrize("other", ["lava", "", "Water", "water'; DROP TABLE pairs; --"])
async def test_what_nobody_discovered_is_refused(table: Table, other: str) -> None:
    answer = await table.try_to_combine("water", other)
    assert answer.status_code == 400
    assert "choose two elements from the list" in answer.json()["detail"]
    assert table.asked == 0 and list(await table.elements()) == START


def missing() -> Path:
    raise ModelMissing("The model is missing.")


async def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    "transport",
    [
        httpx.MockTransport(unreachable),
        serving(Engine(missing, threads=1)),
        serving(FakeModel(("It is ", "STEAM, of course!"))),
    ],
    ids=["unreachable", "without a model", "without grammars"],
)
async def test_while_the_model_is_away_nothing_is_stored(
    transport: httpx.AsyncBaseTransport, engine: Engine, tmp_path: Path
) -> None:
    async with playing(transport, tmp_path / "island.sqlite3") as table:
        answer = await table.try_to_combine("water", "fire")
        assert answer.status_code == 503
        assert "Please try again" in answer.json()["detail"]
        assert list(await table.elements()) == START
    async with playing(serving(engine), tmp_path / "island.sqlite3") as table:
        assert (await table.combine("water", "fire"))["first"]


async def test_the_page_needs_nothing_from_elsewhere(table: Table) -> None:
    page = await table.http.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "<h1>Discovery Island</h1>" in page.text
    assert not re.search(r"""(src|href)=["']?https?:|url\(|@import""", page.text)
