"""The simulated carrier as a command: shows what is sent, and delivers what is typed. Ring: unit."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from reception.messaging.twilio_api import TwilioApi
from reception.settings import ROOT
from tests.messaging.conftest import ACCOUNT, PRACTICE, TOKEN


async def test_it_shows_texts_and_says_when_no_service_takes_the_answer(tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "RECEPTION_DATA_DIR": str(tmp_path),
        "RECEPTION_TWILIO_ACCOUNT_SID": ACCOUNT,
        "RECEPTION_TWILIO_AUTH_TOKEN": TOKEN,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "reception.cli", "carrier", "--port", "0", "--url", "http://127.0.0.1:1",
        env=environment, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        async with asyncio.timeout(60):
            name, _, url = (await process.stdout.readline()).decode().strip().partition("=")
            assert name == "RECEPTION_TWILIO_API_URL"
            api = TwilioApi(ACCOUNT, TOKEN, url)
            await api.send(PRACTICE, "+12125550111", "Hello")
            await api.close()
            assert (await process.stdout.readline()).decode() == f"{PRACTICE} to +12125550111: Hello\n"
            process.stdin.write(b"Thank you\n")
            assert (await process.stdout.readline()).decode() == "No service answers there.\n"
            process.stdin.close()
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
