"""What everybody did, as two lines each: when it began, and how and when it ended; kept in a file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, Literal, TextIO

Outcome = Literal["ok", "failed", "unknown"]


@dataclass
class Event:
    """One operation. `given` is what was asked, `got` what was answered; an unknown end is at infinity."""

    number: int
    worker: str
    kind: str
    given: dict[str, Any]
    invoked: float
    completed: float = inf
    outcome: Outcome = "unknown"
    got: dict[str, Any] = field(default_factory=dict)


class Record:
    """Writes events as they happen; `most` operations are begun, and then no more."""

    def __init__(self, path: Path, most: int, on_event: Callable[[Event], None] | None = None) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8")
        self._most = most
        self._on_event = on_event or (lambda _: None)
        self.events: list[Event] = []

    @property
    def full(self) -> bool:
        return len(self.events) >= self._most

    def invoke(self, worker: str, kind: str, **given: Any) -> Event:
        """Somebody begins something."""
        event = Event(len(self.events), worker, kind, given, time.time())
        self.events.append(event)
        self._write(event, "invoke", event.invoked, given)
        return event

    def complete(self, event: Event, outcome: Outcome, **got: Any) -> None:
        """It ended, or nobody can tell whether it did."""
        now = time.time()
        event.outcome, event.got = outcome, got
        if outcome != "unknown":
            event.completed = now
        self._write(event, outcome, now, got)
        self._on_event(event)

    def note(self, what: str) -> None:
        """Something that happened to the installation."""
        self._file.write(json.dumps({"nemesis": what, "at": time.time()}) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _write(self, event: Event, what: str, at: float, details: dict[str, Any]) -> None:
        line = {"n": event.number, "worker": event.worker, "kind": event.kind, "what": what, "at": at}
        self._file.write(json.dumps(line | details, default=str) + "\n")
