"""A service with a scripted model as a process that can be killed: the script is in its environment."""

from __future__ import annotations

import json
import os
import sys

from reception.app import create_app
from reception.channels.web_server import run
from reception.settings import Settings
from tests.channels.fakes import ScriptedModel

if __name__ == "__main__":
    model = ScriptedModel(json.loads(os.environ["SCRIPTED_MODEL"]))
    run(create_app(Settings(), model), "127.0.0.1", int(sys.argv[1]), lambda _: None)
