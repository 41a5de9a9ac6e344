"""Reads a text from left to right with patterns of whole words, each with the reader of what it matched."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, TypeVar

Scene = TypeVar("Scene")
Item = TypeVar("Item")


class Impossible(Exception):
    """The words name a day or a time that does not exist."""


class Patterns(Generic[Scene, Item]):
    """Patterns in the order they are tried at each word."""

    def __init__(self) -> None:
        self._readers: list[tuple[re.Pattern[str], Callable[[re.Match[str], Scene], Item | None]]] = []

    def reads(
        self, *patterns: str
    ) -> Callable[
        [Callable[[re.Match[str], Scene], Item | None]], Callable[[re.Match[str], Scene], Item | None]
    ]:
        """Registers a reader for some patterns; each has to end where a word ends."""

        def register(
            reader: Callable[[re.Match[str], Scene], Item | None],
        ) -> Callable[[re.Match[str], Scene], Item | None]:
            self._readers.extend((re.compile(rf"(?:{pattern})(?!\S)"), reader) for pattern in patterns)
            return reader

        return register

    def then(self, following: Patterns[Scene, Item]) -> Patterns[Scene, Item]:
        """These patterns, and after them the following."""
        joined: Patterns[Scene, Item] = Patterns()
        joined._readers = self._readers + following._readers
        return joined

    def items(self, text: str, scene: Scene, *, forgiving: bool = False) -> list[Item]:
        """What the readers make of the text; words that no pattern begins with are passed over.

        A reader raises Impossible for what does not exist; `forgiving` passes over that too.
        """
        found: list[Item] = []
        at = 0
        while at < len(text):
            match, reader = self._first(text, at)
            if match is None or reader is None:
                at = (text.find(" ", at) + 1) or len(text)
                continue
            at = match.end() + 1
            try:
                item = reader(match, scene)
            except Impossible:
                if not forgiving:
                    raise
                continue
            if item is not None:
                found.append(item)
        return found

    def _first(
        self, text: str, at: int
    ) -> tuple[re.Match[str] | None, Callable[[re.Match[str], Scene], Item | None] | None]:
        for pattern, reader in self._readers:
            match = pattern.match(text, at)
            if match:
                return match, reader
        return None, None
