"""The embedded server: shared between users, stopped by the last, up again after a crash. Ring: postgres."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reception.database.connection import Database
from reception.database.embedded import EmbeddedServer

pytestmark = pytest.mark.postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: those are closed to the account that runs the server when we are root."""
    with tempfile.TemporaryDirectory(prefix="reception-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_the_last_user_stops_it_even_in_a_directory_with_a_long_name(folder: Path) -> None:
    data_dir = folder / ("long" * 30) / "data"
    one, other = EmbeddedServer(data_dir, durable=False), EmbeddedServer(data_dir, durable=False)
    url = one.start()
    assert other.start() == url
    one.stop()
    assert answers(url)
    other.stop()
    assert not answers(url)
    assert (data_dir / "postgres" / "password").stat().st_mode & 0o077 == 0


def test_a_crash_leaves_data_and_port_as_they_were(folder: Path) -> None:
    server = EmbeddedServer(folder)
    url = server.start()
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        os.kill(server_pid(folder), signal.SIGKILL)
        assert server.start() == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        server.stop()


def test_a_process_number_given_to_somebody_else_is_not_taken_for_the_server(folder: Path) -> None:
    server = EmbeddedServer(folder, durable=False)
    server.start()
    file = folder / "postgres" / "cluster" / "postmaster.pid"
    left_over = file.read_text().replace(str(server_pid(folder)), str(os.getpid()), 1)
    server.stop()
    file.write_text(left_over)
    try:
        assert answers(server.start())
    finally:
        server.stop()


async def test_a_health_check_brings_a_crashed_server_back(folder: Path) -> None:
    database = await Database.open("", folder)
    try:
        await database.migrate()
        os.kill(server_pid(folder), signal.SIGKILL)
        await database.check()
    finally:
        await database.close()
