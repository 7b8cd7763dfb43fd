"""Four clients that ask for one page as often as they can; prints how many answers a second they got."""

import json
import sys
import threading
import time
from typing import Any

from benchmarks.client import Client

CLIENTS = 4
REQUESTS = 20
"""After so many a client connects anew, so that no worker keeps more than its share of the clients."""


def ask(task: dict[str, Any], until: float, counts: list[int], failures: list[str]) -> None:
    client = Client(task["port"], dict(task["cookies"]))
    count = 0
    try:
        while time.monotonic() < until:
            answer = client.get(task["path"])
            if answer.status != 200 or len(answer.body) < task["length"]:
                failures.append(f"status {answer.status}, {len(answer.body)} bytes")
                return
            count += 1
            if count % REQUESTS == 0:
                client.close()
    except Exception as failure:  # noqa: BLE001 - told by the main thread
        failures.append(str(failure))
    counts.append(count)


def main() -> None:
    task = json.loads(sys.argv[1])
    counts: list[int] = []
    failures: list[str] = []
    started = time.monotonic()
    threads = [
        threading.Thread(target=ask, args=(task, started + task["seconds"], counts, failures)) for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit(failures[0])
    sys.stdout.write(f"{sum(counts) / (time.monotonic() - started):.1f}\n")


if __name__ == "__main__":
    main()
