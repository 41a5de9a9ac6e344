"""What the channels count for Prometheus; numbers only, no words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

CONVERSATIONS = Counter("reception_conversations_total", "Conversations started", ["channel"])
TURNS = Counter("reception_turns_total", "Turns by how they ended", ["channel", "outcome"])
TURN_SECONDS = Histogram(
    "reception_turn_seconds",
    "From the patient's words to the desk's answer",
    ["channel"],
    buckets=(0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2, 4, 8),
)
FIRST_WORDS = Histogram(
    "reception_phone_first_words_seconds",
    "From the caller's last word, as it reaches us, to the desk's first, fillers included",
    buckets=(0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.39, 0.5, 0.7, 0.9, 1.2, 2, 4, 8),
)
FILLERS = Counter("reception_phone_fillers_total", "Words said to bridge a turn that takes long")
WATCHERS = Gauge("reception_chat_watchers", "Open WebSockets of chats")
RELAYS = Gauge("reception_relay_sockets", "Calls whose WebSocket this process holds: what a drain waits for")
REFUSED = Counter("reception_twilio_refused_total", "Requests without a good Twilio signature")


class FirstWords:
    """Measures one turn from its making to the first word said; what is said after that counts no more."""

    def __init__(self) -> None:
        self._began: float | None = time.perf_counter()

    def said(self) -> None:
        """The desk begins to speak."""
        if self._began is not None:
            FIRST_WORDS.observe(time.perf_counter() - self._began)
            self._began = None


@contextmanager
def measured_turn(channel: str) -> Iterator[None]:
    """Counts one turn and, when it was answered, its seconds."""
    start = time.perf_counter()
    try:
        yield
    except Exception as error:
        TURNS.labels(channel, type(error).__name__).inc()
        raise
    TURNS.labels(channel, "answered").inc()
    TURN_SECONDS.labels(channel).observe(time.perf_counter() - start)
