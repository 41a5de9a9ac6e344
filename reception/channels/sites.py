"""Which practices there are and which websites are theirs, known even while the database is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from reception.database.connection import Database
from reception.errors import NotFound, Unavailable
from reception.practice import Practice

#: Seconds for which what was read of the practices counts as fresh.
FRESH = 5.0


class Sites:
    """The practices as last seen. `database` gives the database, or raises Unavailable without one."""

    def __init__(self, database: Callable[[], Database], default: str = "", public_url: str = "") -> None:
        self._database = database
        self._default = default
        self._public = _normal(public_url)
        self._practices: Sequence[Practice] = ()
        self._looked = float("-inf")

    async def practice(self, slug: str | None = None) -> Practice:
        """The practice of that slug, or the default one. NotFound; Unavailable when none was ever seen."""
        wanted = slug or self._default
        for age in (FRESH, 0.0):  # one that is missing may have been loaded just now
            await self._look(age)
            for one in self._practices:
                if not wanted or one.slug == wanted:
                    return one
        raise NotFound("There is no such practice; load one with `reception practice load FILE`.")

    def forget(self) -> None:
        """What was seen is out of date: settings were published here."""
        self._looked = float("-inf")

    async def named_by_any(self, origin: str) -> bool:
        """Whether any practice names this origin as its website."""
        await self._look(FRESH)
        return any(names(one, origin) for one in self._practices)

    def own(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        """Whether the request came from one of our own pages, or from no browser's page at all."""
        origin = origin_of(connection)
        if not origin or origin == self._public:
            return True
        return urlsplit(origin).netloc == connection.headers.get("host", "").lower()

    async def _look(self, age: float) -> None:
        """Reads the practices unless that was done within `age` seconds; keeps the old ones if it can't."""
        if time.monotonic() - self._looked < age:
            return
        try:
            async with self._database().look_up() as store:
                self._practices = await store.practices()
        except Unavailable:
            if not self._practices:
                raise
        self._looked = time.monotonic()


def origin_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The origin of the page that asks; empty where no browser's page does, `null` where it hides."""
    return _normal(connection.headers.get("origin", ""))


def names(practice: Practice, origin: str) -> bool:
    """Whether the practice names this origin as its website."""
    return origin != "" and origin in map(_normal, practice.origins)


def _normal(origin: str) -> str:
    return origin.rstrip("/").lower()
