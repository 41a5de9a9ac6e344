"""How fast staff find a patient among many: `make search` fills a throw-away database and prints a table.

Names are made up: common ones as often as they are, the rest composed of syllables, so that there are as
many different ones as in a real practice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, text

from reception.dashboard.twins import READ, ranked
from reception.database.connection import Database
from reception.database.fence import everywhere, of_practice
from reception.database.load import load_practice
from reception.database.records import FoundPatient
from reception.database.scratch import scratch_server
from reception.database.tables import PatientRow
from reception.patients.wanted import Wanted, wanted
from reception.practice_file import read_practice_file
from reception.service import DEMO_PRACTICE

_FIRST = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan "
    "Joseph Jessica Thomas Sarah Karen Lisa Nancy Anna Betty Margaret Sandra Ashley Kimberly Emily Donna "
    "Michelle Carol Amanda Melissa Deborah Stephanie Dorothy Rebecca Sharon Laura Cynthia Amy Kathleen "
    "Maria José Luis Ana Juan Carlos Sofía Wei Ming Aisha Omar Fatima Ivan Olga Jürgen Zoë Noah Liam Mia"
)
_LAST = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez "
    "Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark "
    "Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams"
)
_SYLLABLES = (
    "ka ri to sen bach man ber lin sky wicz ova rin mol dan fer nan wal ter stein hof er gold brook wood "
    "ley son ham ton field ing hart mar vel dor ran ne li su chen park kim pa tel sha ngo dinh ro ssi"
)
FIRST, LAST, SYLLABLES = _FIRST.split(), _LAST.split(), _SYLLABLES.split()
BATCH = 5_000


@dataclass(frozen=True)
class Somebody:
    """A patient made up."""

    name: str
    born: date
    phone: str
    email: str


def people(count: int, chance: random.Random) -> Iterator[Somebody]:
    """Made-up patients; about half have a common last name."""
    for number in range(count):
        last = chance.choice(LAST) if chance.random() < 0.5 else _composed(chance)
        name = f"{chance.choice(FIRST)} {last}"
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(94 * 365))
        phone = f"+1{chance.randrange(2_000_000_000, 9_999_999_999)}"
        yield Somebody(name, born, phone, f"{name.split()[0].lower()}{number}@example.org")


def _composed(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3)))).capitalize()


def _misspelled(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


WAYS: dict[str, Callable[[Somebody, random.Random], str]] = {
    "three letters of the last name": lambda one, chance: one.name.split()[1][:3],
    "the last name": lambda one, chance: one.name.split()[1],
    "the whole name": lambda one, chance: one.name,
    "last name and a letter": lambda one, chance: f"{one.name.split()[1]} {one.name[0]}",
    "the last name, misspelled": lambda one, chance: _misspelled(one.name.split()[1], chance),
    "the whole name, misspelled": lambda one, chance: _misspelled(one.name, chance),
    "nobody's name": lambda one, chance: "xq" + _composed(chance),
    "the birth date": lambda one, chance: f"{one.born:%m/%d/%Y}",
    "first name and birth date": lambda one, chance: f"{one.name.split()[0]} {one.born:%m/%d/%Y}",
    "the last four digits": lambda one, chance: one.phone[-4:],
    "the e-mail address": lambda one, chance: one.email,
}


async def fill(database: Database, practice_id: UUID, everybody: list[Somebody]) -> None:
    """Puts them on file."""
    for start in range(0, len(everybody), BATCH):
        rows = [
            {
                "id": uuid4(),
                "practice_id": practice_id,
                "name": one.name,
                "date_of_birth": one.born,
                "phone": one.phone,
                "email": one.email,
                "insurance": "",
            }
            for one in everybody[start : start + BATCH]
        ]
        async with database.transaction() as store:
            await store._connection.execute(insert(PatientRow), rows)
    async with database.transaction() as store:
        await store._connection.execute(text("RESET ROLE"))  # tending tables is for their owner
        for index in ("patients_name_trigrams", "patients_name_sounds"):  # as autovacuum does
            await store._connection.execute(text(f"SELECT gin_clean_pending_list('{index}')"))
        await store._connection.execute(text("ANALYZE patients"))


async def measure(count: int, times: int, console: Console) -> None:
    """Fills a database with `count` patients, looks each way `times` times, prints milliseconds."""
    chance = random.Random(7)
    everybody = list(people(count, chance))
    async with scratch_server() as scratch:
        database = await Database.open(await scratch.migrated(), scratch.folder)
        with everywhere():
            async with database.transaction() as store:
                practice = (await load_practice(store, read_practice_file(DEMO_PRACTICE))).practice
            await fill(database, practice.id, everybody)
        table = Table("looked for by", "median ms", "95 % ms", "found")
        all_took: list[float] = []
        for way, words in WAYS.items():
            took, hits = [], 0
            for _ in range(times):
                one = chance.choice(everybody)
                asked = wanted(words(one, chance), date.today(), "America/Chicago")
                began = time.perf_counter()
                with of_practice(practice.id):  # as a page of the practice looks
                    found = await _found(database, practice.id, asked)
                took.append(1000 * (time.perf_counter() - began))
                hits += any(each.patient.phone == one.phone for each in found)
            all_took += took
            share = f"{100 * hits / times:.0f} %"
            table.add_row(way, f"{statistics.median(took):.1f}", f"{_most(took):.1f}", share)
        table.add_section()
        table.add_row("all", f"{statistics.median(all_took):.1f}", f"{_most(all_took):.1f}", "")
        twins = [await _twins(database, practice.id) for _ in range(5)]
        table.add_row(
            "possible duplicates, all of them", f"{statistics.median(twins):.0f}", f"{max(twins):.0f}", ""
        )
        await database.close()
    console.print(f"{count} patients; the one meant is among the first 25 as often as the last column says.")
    console.print(table)


async def _found(database: Database, practice_id: UUID, asked: Wanted) -> list[FoundPatient]:
    async with database.transaction() as store:
        return await store.find_patients(practice_id, asked, 25, datetime.now(UTC))


async def _twins(database: Database, practice_id: UUID) -> float:
    """Milliseconds until the page of possible duplicates has what it compares and ranks."""
    began = time.perf_counter()
    with of_practice(practice_id):
        async with database.transaction() as store:
            pairs = await store.possible_twins(practice_id, READ)
    ranked(pairs)
    return 1000 * (time.perf_counter() - began)


def _most(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=40, help="look-ups of each way")
    given = parser.parse_args()
    asyncio.run(measure(given.patients, given.times, Console()))


if __name__ == "__main__":
    main()
