"""Discovery Island, a small game for many players: the desk's inference server serves others, too.

A player combines two elements, the language model thinks of the noun that they make, and everybody keeps it.
Two commands, after `RECEPTION_MODEL=smollm2-135m .venv/bin/reception model pull`; then http://127.0.0.1:8200:

    RECEPTION_MODEL=smollm2-135m .venv/bin/reception inference
    .venv/bin/python examples/discovery_island.py    # OPENAI_BASE_URL, OPENAI_API_KEY: another server
"""

import asyncio
import logging
import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromQuery
from openai import AsyncOpenAI, OpenAIError

PAGE = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
RECIPES = """rain + sun = rainbow, bee + flower = honey, cow + grass = milk, clay + oven = brick,
drop + drop = lake, cold + water = ice, fire + sand = glass, earth + plants = garden, stone + wall = house,
fire + water = steam, axe + wood = plank, cloud + cloud = storm, hill + hill = mountain, egg + hen = chick,
fire + flour = bread"""
PROMPT = "Two things combined make one new thing.\n\n" + re.sub(r",\s", "\n", RECIPES)
AWAY = "The island's language model is away, so nothing was combined. Please try again in a minute."
TABLE = """
CREATE TABLE IF NOT EXISTS pairs
    (one, other, word, player, at DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (one, other));
INSERT OR IGNORE INTO pairs SELECT '', value, value, '', ''
    FROM json_each('["water", "earth", "fire", "wind", "plants"]');
"""
ELEMENTS = "SELECT *, count(*) AS ways, min(rowid) AS number FROM pairs GROUP BY word ORDER BY number"
FIND = "SELECT word FROM pairs WHERE one = ? AND other = ?"
KEEP = "INSERT OR IGNORE INTO pairs (one, other, word, player) VALUES (?, ?, ?, ?)"


async def think(model: AsyncOpenAI, one: str, other: str) -> str:
    """The model's word for what two elements make; it begins with neither. Raises OpenAIError."""
    grammar = f'start: " " WORD "\\n"\nWORD: /[a-z]{{3,14}}/ & ~/({one}|{other}).*/'
    prompt, extra = f"{PROMPT}\n{one} + {other} =", {"grammar": grammar, "grammar_syntax": "lark"}
    answer = await model.completions.create(model="", prompt=prompt, max_tokens=20, extra_body=extra)
    word = answer.choices[0].text.strip()
    if not re.fullmatch("[a-z]{3,14}", word):
        raise OpenAIError("The server does not keep to grammars.")
    return word


def create_game(model: AsyncOpenAI, path: Path) -> Litestar:
    """The game; `path` is the SQLite file of what the players know, which several processes may share."""
    database = sqlite3.connect(path, isolation_level=None)  # each statement is a transaction of its own
    database.row_factory = sqlite3.Row
    database.executescript(TABLE)
    turns: dict[tuple[str, ...], asyncio.Lock] = {}

    def discovered() -> dict[str, dict[str, Any]]:
        return {row["word"]: dict(row) for row in database.execute(ELEMENTS)}

    @get("/", media_type=MediaType.HTML)
    async def page() -> str:
        return PAGE

    @get("/elements")
    async def elements() -> list[dict[str, Any]]:
        return list(discovered().values())

    @post("/combine", status_code=200)
    async def combine(
        one: FromQuery[str], other: FromQuery[str], player: FromQuery[str] = ""
    ) -> dict[str, Any]:
        pair = tuple(sorted((one, other)))
        if not discovered().keys() >= set(pair):
            raise ClientException("Please choose two elements from the list of what is discovered.")
        async with turns.setdefault(pair, asyncio.Lock()):  # at once asked, the same pair makes the same word
            known, new = database.execute(FIND, pair).fetchone(), 0
            if not known:
                found = (*pair, await think(model, *pair), " ".join(player.split())[:24] or "somebody")
                new = database.execute(KEEP, found).rowcount
            element = discovered()[database.execute(FIND, pair).fetchone()["word"]]
        return element | {"first": new == 1 and pair == (element["one"], element["other"])}

    def away(_: Request[Any, Any, Any], error: OpenAIError) -> Response[dict[str, Any]]:
        logging.getLogger(__name__).warning("No word from the model: %s", error)
        return Response({"detail": AWAY}, status_code=503)

    return Litestar(
        [page, elements, combine], exception_handlers={OpenAIError: away}, on_shutdown=[database.close]
    )


if __name__ == "__main__":
    os.environ.setdefault("OPENAI_BASE_URL", "http://127.0.0.1:8100/v1")
    os.environ.setdefault("OPENAI_API_KEY", "none")
    Path("data").mkdir(exist_ok=True)
    uvicorn.run(create_game(AsyncOpenAI(timeout=20), Path("data/discovery_island.sqlite3")), port=8200)
