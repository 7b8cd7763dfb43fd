"""The back office as production runs it: gunicorn, in a process of its own, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marketplace import ROOT

PATIENCE = 60
"""Seconds that a start, or an end, may take on a busy machine."""


@contextmanager
def served(log: Path, **settings: str) -> Iterator[str]:
    """Serve the app with `settings` (names as in the environment); yield its origin, end the server afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as output:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(  # noqa: S603 - this very interpreter, with arguments of our own
            [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "app:app"],
            cwd=ROOT,
            env={"BIND": f"fd://{listener.fileno()}", **environment(origin), **settings},
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, origin, log)
        yield origin
    finally:
        process.terminate()
        process.wait(PATIENCE)


def environment(origin: str) -> dict[str, str]:
    """Return what the server knows: nothing of ours but the paths, and what every run of these tests has in common."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return inherited | {
        "SECRET_KEY": "c41b7e0d9a5f4e36b8d2a7f1630c9e58",
        "RESET_LINK_BASE_URL": origin,
        "REQUIRE_SECOND_FACTOR": "none",
        "BCRYPT_COST": "4",
        "LOG_LEVEL": "WARNING",
        "WEB_CONCURRENCY": "1",
        "BATCH_SECONDS": "0",  # The least that a request does of a batch, so that few rows take several.
    }


def _wait_until_ready(process: subprocess.Popen[bytes], origin: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended with {process.returncode}:\n{log.read_text(errors='replace')}")
        try:
            with urllib.request.urlopen(f"{origin}/readyz", timeout=PATIENCE):  # noqa: S310 - http, to this machine
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            problem = f"/readyz answers {answer.code}"
        except OSError as failure:
            problem = str(failure)
        if time.monotonic() > deadline:
            raise RuntimeError(f"gunicorn does not get ready: {problem}\n{log.read_text(errors='replace')}")
        time.sleep(0.1)
