"""The servers that are measured: gunicorn processes, and how much memory their workers take."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client
from benchmarks.contestants import Contestant
from benchmarks.postgresql import Server, free_port


@dataclass(frozen=True)
class Served:
    """A running gunicorn."""

    port: int
    master: int

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text(encoding="ascii")
        return [int(word) for word in children.split()]

    def resident(self) -> int:
        """Return the bytes that the workers hold now."""
        return sum(_memory(worker, "VmRSS") for worker in self.workers())

    def peak(self) -> int:
        """Return the most bytes that the workers held since `forget_peak`."""
        return sum(_memory(worker, "VmHWM") for worker in self.workers())

    def forget_peak(self) -> None:
        for worker in self.workers():
            Path(f"/proc/{worker}/clear_refs").write_text("5", encoding="ascii")


def _memory(process: int, name: str) -> int:
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def serving(contestant: Contestant, server: Server, log: Path, *, workers: int = 1) -> Iterator[Served]:
    """Serve `contestant` under gunicorn until the block ends: one thread a worker, connections kept."""
    port = free_port()
    command = [contestant.binaries / "gunicorn", "--config", contestant.config, "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--threads", "1", "--keep-alive", "120", "--log-level", "warning"]
    environment = {
        **contestant.environment(server),
        "WEB_CONCURRENCY": str(workers),
        "WEB_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, contestant.application],
            cwd=contestant.folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(port, process, contestant.name, log)
        yield Served(port, process.pid)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    for _each in range(300):
        if process.poll() is not None:
            break
        try:
            Client(port).get("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{name} did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")
