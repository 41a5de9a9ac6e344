"""Peers answer on any model, and one that is away leaves a note and no error. Ring: unit (tiny model)."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from reception.bench.contenders import PeerMissing
from reception.bench.llama_server import Form, find, serving
from reception.bench.peers import compact_json_grammar, frame_completion, json_completion
from reception.bench.utterances import Said

SAID = Said("How can I help?", "book a flu shot on tuesday")

SERVER = f"""#!{sys.executable}
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def answer(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer({{"status": "ok"}})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        frame = "filled ::=" in asked.get("grammar", "")
        bound = "json_schema" in asked or "grammar" in asked
        fine = asked["cache_prompt"] and bound and "flu shot" in asked["prompt"]
        answer = " book_appointment\\n" if frame else '{{"intent": "book_appointment"}}'
        self.answer({{"content": answer if fine else "no"}})

    def log_message(self, *_):
        pass

options = sys.argv[1:]
assert options[options.index("-fa") + 1] == "on" and options[options.index("-np") + 1] == "4"
ThreadingHTTPServer(("127.0.0.1", int(options[options.index("--port") + 1])), Handler).serve_forever()
"""


def program(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("make", [json_completion, frame_completion])
async def test_the_library_s_own_api_answers(tiny: Path, make: type) -> None:
    with make(tiny, 1, 0) as peer:
        taken = await peer.turn(SAID)
    assert taken.ms > 0
    assert taken.work is None


def test_compact_json_has_no_room_for_blanks() -> None:
    rules = compact_json_grammar().splitlines()
    assert 'space ::= ""' in rules
    assert any(rule.startswith("root ::=") for rule in rules)


@pytest.mark.parametrize("form", Form)
async def test_llama_server_is_started_asked_and_stopped(tmp_path: Path, tiny: Path, form: Form) -> None:
    binary = program(tmp_path / "llama-server", SERVER)
    async with serving(binary, tiny, form, threads=1, slots=4) as server:
        taken = await server.turn(SAID)
        assert taken.whole
        assert not (await server.turn(Said("", "something else"))).whole


async def test_a_server_that_does_not_start_is_a_missing_peer(tmp_path: Path, tiny: Path) -> None:
    binary = program(tmp_path / "llama-server", "#!/bin/sh\nexit 1\n")
    with pytest.raises(PeerMissing, match="did not start"):
        async with serving(binary, tiny, Form.SCHEMA, threads=1):
            pass


def test_a_server_that_is_not_installed_is_a_missing_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PeerMissing, match="not installed"):
        find("")
    with pytest.raises(PeerMissing, match="/no/such"):
        find("/no/such/llama-server")
