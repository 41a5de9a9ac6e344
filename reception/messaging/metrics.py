"""What text messages count for Prometheus; numbers only, no words."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Gauge

STATUSES = ("queued", "sending", "sent", "delivered", "failed", "unknown", "withdrawn")

SENT = Counter("reception_texts_sent_total", "Text messages handed to the carrier", ["kind"])
FAILED = Counter("reception_texts_failed_total", "Text messages that did not arrive", ["kind"])
OUTBOX = Gauge("reception_outbox_texts", "Text messages by what has become of them", ["status"])


def count_outbox(counts: Mapping[str, int]) -> None:
    """Shows how many texts are in each status, those in none included."""
    for status in STATUSES:
        OUTBOX.labels(status).set(counts.get(status, 0))
