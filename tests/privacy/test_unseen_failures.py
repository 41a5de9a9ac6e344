"""A task whose failure nobody awaits is told in the log without what it was about.

Ring: unit.
"""

import subprocess
import sys

PROGRAM = """
import asyncio, gc
from reception.logging import configure_logging

async def read(words):
    raise RuntimeError(f"can't read {words}")

async def main():
    asyncio.create_task(read("my gloopitis"))
    await asyncio.sleep(0)
    gc.collect()
    asyncio.get_running_loop().call_soon(int, "gloopitis")
    await asyncio.sleep(0.01)

configure_logging()
asyncio.run(main())
"""


def test_asyncio_does_not_quote_what_failed() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    told = ran.stderr.splitlines()
    assert [('"error": "RuntimeError"' in line, '"error": "ValueError"' in line) for line in told] == [
        (True, False),
        (False, True),
    ]
    assert all('"event": "task_failed"' in line for line in told)
    assert "<string>:6" in told[0]
    assert "gloopitis" not in ran.stderr
