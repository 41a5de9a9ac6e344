"""A service as a process that tells all it can.

Every library logs at its lowest level, each request's address is written down as a proxy would, and the
scripted model fails with an error that quotes what it was asked.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from litestar import Litestar

from reception.app import create_app
from reception.channels.web_server import run
from reception.inference.language_model import Completion, Listener, Request
from reception.logging import configure_logging
from reception.settings import Settings
from tests.channels.fakes import ScriptedModel


class FailingModel(ScriptedModel):
    async def complete(self, request: Request, listener: Listener | None = None) -> Completion:
        if "explode" in str(request.prompt).rpartition("patient:")[2]:
            raise RuntimeError(f"can't read {request.prompt}")
        return await super().complete(request, listener)


class Written:
    """The application, with a line on stderr for each request."""

    def __init__(self, app: Litestar) -> None:
        self._app = app
        self.state = app.state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if "path" in scope:
            asked = f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}"
            sys.stderr.write(f"requested {scope.get('method', 'GET')} {asked}\n")
        await self._app(scope, receive, send)


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    configure_logging(logging.DEBUG)
    model = FailingModel(json.loads(Path(os.environ["SCRIPT_FILE"]).read_text("utf-8")))
    run(Written(create_app(Settings(), model)), "127.0.0.1", int(sys.argv[1]), lambda _: None)  # type: ignore[arg-type]
