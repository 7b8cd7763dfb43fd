"""How many lists a second two workers give, asked by four clients at once."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.contestants import Contestant
from benchmarks.measure import signed_in
from benchmarks.postgresql import ROOT, Server

WORKERS = 2
SECONDS = 5
PASSES = 2


def measure_throughput(server: Server, contestants: list[Contestant], logs: Path) -> dict[str, float]:
    """Return lists a second by contestant: the better of two passes, for the machine has other things to do."""
    rates: dict[str, float] = {}
    for _each in range(PASSES):
        for contestant in contestants:
            try:
                rate = _rate(server, contestant, logs)
            except Exception as failure:  # noqa: BLE001 - the others are measured all the same
                sys.stderr.write(f"  throughput: {contestant.name} failed: {failure}\n")
                continue
            rates[contestant.name] = max(rate, rates.get(contestant.name, 0))
    told = ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items())
    sys.stderr.write(f"  lists a second with {WORKERS} workers: {told}\n")
    return rates


def _rate(server: Server, contestant: Contestant, logs: Path) -> float:
    with signed_in(contestant, server, logs, workers=WORKERS) as runner:
        request = contestant.newest()
        for _each in range(10):
            runner.client.send(request)
        task = {
            "port": runner.served.port,
            "path": request.path,
            "cookies": runner.client.cookies,
            "seconds": SECONDS,
            "length": len(runner.client.send(request).body) // 2,
        }
        runner.client.close()
        # A process of its own: this one's memory and threads are no part of what is measured.
        command = [sys.executable, "-m", "benchmarks.load", json.dumps(task)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-500:])
        return float(done.stdout)
