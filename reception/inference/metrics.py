"""What an engine counts for Prometheus; numbers only, no words."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

COMPLETIONS = Counter("reception_inference_completions_total", "Completions by how they ended", ["outcome"])
TOKENS = Counter("reception_inference_tokens_total", "Tokens by how they came about", ["kind"])
NEAR_TIES = Counter("reception_inference_near_ties_total", "Choices that rounding could have turned")
SECONDS = Histogram(
    "reception_inference_seconds",
    "From request to completion",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2, 4, 8),
)
WAITING = Gauge("reception_inference_waiting", "Requests waiting for a sequence")
RUNNING = Gauge("reception_inference_running", "Requests being worked on")
WAIT = Histogram(
    "reception_inference_wait_seconds",
    "From request to the first step of work on it",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
BATCH = Histogram(
    "reception_inference_batch_tokens",
    "Tokens evaluated in one step",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
ANSWERS = Counter(
    "reception_inference_answers_total", "Answers by the model that gave them: remote or local", ["model"]
)
#: What a desk sees of its inference server: exported by the desk, since a server that sleeps exports nothing.
ASKED = Gauge("reception_inference_asked", "Requests that wait for the inference server's answer now")
REMOTE_SECONDS = Histogram(
    "reception_inference_remote_seconds",
    "From a desk's request to its inference server's answer",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2, 4, 8),
)
AWAY = Gauge("reception_inference_away", "1 while the local model answers in place of the inference server")
