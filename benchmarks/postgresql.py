"""A PostgreSQL of the benchmark's own: started in a temporary folder, stopped and deleted at the end."""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL."""

    port: int
    password: str
    log: Path
    has_trigrams: bool

    def url(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(database), autocommit=True)

    def create_database(self, name: str, template: str = "template0") -> None:
        with self.connect() as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy ENCODING 'UTF8'")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def version(self) -> str:
        with self.connect() as connection:
            return str(connection.execute("SHOW server_version").fetchone()[0])


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server on a free port of 127.0.0.1; its folder is deleted when the block ends, however it ends."""
    binaries, has_trigrams = _binaries()
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="bench-postgresql-"))
    try:
        if owner is not None:
            os.chown(folder, owner["user"], owner["group"])
        password = secrets.token_hex(16)
        secret = folder / "password"
        secret.write_text(password, encoding="utf-8")
        secret.chmod(0o644)
        _initdb(binaries, folder, secret, owner)
        yield from _serve(binaries, folder, password, has_trigrams, owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(
    binaries: Path, folder: Path, password: str, has_trigrams: bool, owner: dict[str, Any] | None
) -> Iterator[Server]:
    server = Server(free_port(), password, folder / "log", has_trigrams)
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *_settings(server.port, folder)],
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the benchmark, which stops the server last.
            **(owner or {}),
        )
    try:
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # A fast shutdown.
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binaries() -> tuple[Path, bool]:
    """Return the folder of the newest server's programs, and whether that server has pg_trgm."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    if not found and (path := shutil.which("postgres")):
        found = [Path(path).resolve()]
    if found:
        folder = found[-1].parent
        shared = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
        trigrams = Path(shared.stdout.strip()) / "extension" / "pg_trgm.control"
        if not trigrams.exists():
            sys.stderr.write(f"The PostgreSQL in {folder} has no pg_trgm: searches are slower than they could be.\n")
        return folder, trigrams.exists()
    for path in (ROOT / ".venv").glob("lib/python3*/site-packages/*pgserver/pginstall*/bin"):
        sys.stderr.write("No PostgreSQL is installed: the wheel's own is taken, which has no pg_trgm.\n")
        return path, False
    raise SystemExit("There is no PostgreSQL: install one (Debian: postgresql), or run `make install`.")


def _owner() -> dict[str, Any] | None:
    """Return whom to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`.")


def _initdb(binaries: Path, folder: Path, secret: Path, owner: dict[str, Any] | None) -> None:
    command = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "scram-sha-256"]
    command += [f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **(owner or {}))
    if done.returncode:
        raise SystemExit(f"initdb failed: {done.stderr.strip()}")


def _settings(port: int, folder: Path) -> list[str]:
    megabytes = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))[1]) // 1024
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "shared_buffers": f"{min(1024, megabytes // 4)}MB",
        "fsync": "off",
        "max_wal_size": "8GB",
        "maintenance_work_mem": f"{min(512, megabytes // 8)}MB",
        "log_line_prefix": "%m [%p] %d ",
        "log_checkpoints": "off",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _each in range(300):
        if process.poll() is not None:
            raise SystemExit(f"PostgreSQL did not start:\n{server.log.read_text(encoding='utf-8')}")
        try:
            server.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("PostgreSQL did not answer within 30 seconds.")
