"""The service of the channels' tests, for those who mean it no good."""

from __future__ import annotations

from tests.channels.conftest import client, live, make_app, model, practice_path, serve

__all__ = ["client", "live", "make_app", "model", "practice_path", "serve"]
