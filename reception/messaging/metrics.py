"""What text messages count for Prometheus; numbers only, no words."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

SENT = Counter("reception_texts_sent_total", "Text messages handed to the carrier", ["kind"])
FAILED = Counter("reception_texts_failed_total", "Text messages that did not arrive", ["kind"])
OUTBOX = Gauge("reception_outbox_texts", "Text messages by what has become of them", ["status"])
