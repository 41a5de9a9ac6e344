"""Postgres ring: a back-up is taken while the server works, and restored to the moment before a mistake."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from reception.database.embedded import _binaries
from tests.conftest import Server
from tests.deploy.fleet import free_port
from tests.deploy.rendered import DEPLOY
from tests.deploy.test_schemas import custom_problems

pytestmark = pytest.mark.postgres

RESTORE = DEPLOY / "restore"


class Cluster:
    """PostgreSQL's own programs in a folder, as the account that may run them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._who: dict[str, Any] = {}
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._environment = {
            "PATH": f"{_binaries()}:{os.defpath}", "LC_ALL": "C", "BACKUPS": str(folder / "backups"),
            "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "reception", "KEEP": "2",
        }  # fmt: skip

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        # PostgreSQL holds on to what it inherits, so its output goes to a file.
        with (self.folder / "output").open("w+") as output:
            done = subprocess.run(
                command,
                cwd="/",
                env=self._environment,
                stdout=output,
                stderr=output,
                check=False,
                **self._who,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read())

    def create(self, data: Path) -> None:
        made = self.run("initdb", "-D", str(data), "-U", "reception", "--auth=trust", "--encoding=UTF8", "-N")
        assert made.returncode == 0, made.stdout

    def start(self, data: Path) -> None:
        archive = archive_command().replace("/backups", str(self.folder / "backups"))
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        if data.name == "data":
            options += f" -c archive_mode=on -c archive_command='{archive}'"
        log = str(self.folder / "log")
        started = self.run("pg_ctl", "start", "-D", str(data), "-l", log, "-o", options, "-w", "-t", "30")
        assert started.returncode == 0, started.stdout + Path(log).read_text()

    def stop(self, data: Path, how: str = "immediate") -> None:
        self.run("pg_ctl", "stop", "-D", str(data), "-m", how, "-w")

    def query(self, statement: str) -> Any:
        url = f"postgresql://reception@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None


def archive_command() -> str:
    """As the single server has it."""
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["postgres"]["command"]
    [found] = [each for each in command if each.startswith("archive_command=")]
    return str(found).removeprefix("archive_command=")


@pytest.fixture
def cluster(server: Server) -> Iterator[Cluster]:
    """Also waits for the embedded server: it makes the programs readable for the account that runs them."""
    folder = Path(tempfile.mkdtemp(prefix="reception-restore-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
    cluster.run("mkdir", "-p", str(folder / "backups" / "wal"))
    yield cluster
    for data in ("data", "restored"):
        cluster.stop(folder / data)
    shutil.rmtree(folder, ignore_errors=True)


def test_what_was_booked_before_the_mistake_is_back_and_the_mistake_is_not(cluster: Cluster) -> None:
    data, restored, backups = (cluster.folder / name for name in ("data", "restored", "backups"))
    cluster.create(data)
    cluster.start(data)
    cluster.query("CREATE TABLE booked (name text)")
    cluster.query("INSERT INTO booked VALUES ('before the back-up')")
    taken = cluster.run(str(RESTORE / "back_up.sh"))
    assert taken.returncode == 0, taken.stdout
    cluster.query("INSERT INTO booked VALUES ('after the back-up')")
    cluster.query("SELECT pg_sleep(1.1)")
    [(moment,)] = cluster.query("SELECT now()::text")
    cluster.query("SELECT pg_sleep(0.1)")
    cluster.query("DELETE FROM booked")
    cluster.query("SELECT pg_switch_wal()")
    cluster.stop(data, "fast")  # waits for the archive
    made = cluster.run(str(RESTORE / "restore.sh"), str(backups), str(restored), moment)
    assert made.returncode == 0 and "is ready" in made.stdout, made.stdout
    cluster.start(restored)
    found = {name for (name,) in cluster.query("SELECT name FROM booked")}
    assert found == {"before the back-up", "after the back-up"}


def test_nothing_is_overwritten_and_what_is_impossible_is_said(cluster: Cluster) -> None:
    full, backups = cluster.folder / "full", cluster.folder / "backups"
    cluster.run("mkdir", "-p", str(full / "something"))
    refused = cluster.run(str(RESTORE / "restore.sh"), str(backups), str(full))
    assert refused.returncode == 1 and "not empty" in refused.stdout
    none = cluster.run(str(RESTORE / "restore.sh"), str(backups), str(cluster.folder / "new"), "2026-01-01")
    assert none.returncode == 1 and "No base back-up" in none.stdout
    wrong = cluster.run(str(RESTORE / "restore.sh"), str(backups), str(cluster.folder / "new"), "some day")
    assert wrong.returncode == 1 and "no moment" in wrong.stdout
    assert not (cluster.folder / "new").exists()


def test_the_clusters_way_back_has_the_shape_that_its_operator_asks_for() -> None:
    assert custom_problems([yaml.safe_load((RESTORE / "cluster.yaml").read_text("utf-8"))]) == [[]]
