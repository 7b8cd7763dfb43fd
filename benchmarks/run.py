"""`make bench`: the limit, the product and its peers side by side, size by size."""

import argparse
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import data
from benchmarks.checks import Truth
from benchmarks.client import Client
from benchmarks.contestants import CONTESTANTS, Contestant
from benchmarks.jobs import Ground, file_jobs, page_jobs
from benchmarks.measure import Runner, measure_job, measure_jobs, measure_log_in
from benchmarks.postgresql import Server, running_server
from benchmarks.report import Size, write_report
from benchmarks.servers import serving
from benchmarks.statements import count_statements
from benchmarks.throughput import measure_throughput


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sizes: list[Size] = []
    with running_server() as server, tempfile.TemporaryDirectory(prefix="bench-logs-") as logs:
        for bookings in arguments.bookings:
            sizes.append(run_size(server, bookings, arguments.rounds, Path(logs)))
            write_report(sizes, server, arguments.rounds)  # After each size: a run that is broken off leaves something.


def run_size(server: Server, bookings: int, rounds: int, logs: Path) -> Size:
    """Measure everything at one size."""
    _say(f"{bookings:,} bookings: making the data")
    seconds = data.build(server, bookings)
    size = Size(bookings, seconds, data.facts(server))
    _say(f"  made in {seconds:.0f} s: {size.facts}")
    with ExitStack() as stack:
        connections = {name: stack.enter_context(server.connect(name)) for name in (data.PRODUCT, data.LIMIT)}
        for connection in connections.values():
            connection.execute("SET log_statement = 'none'")
        ground = Ground(server, bookings, Truth(connections[data.LIMIT]), connections)
        contestants = [each for each in CONTESTANTS if _prepared(each, server)]
        _measure_times(server, contestants, ground, rounds, logs, size)
        size.throughput = measure_throughput(server, contestants, logs)
        count_statements(server, contestants, ground, logs, size.results)
    return size


def _measure_times(
    server: Server, contestants: list[Contestant], ground: Ground, rounds: int, logs: Path, size: Size
) -> None:
    with ExitStack() as stack:
        runners = []
        for contestant in contestants:
            try:
                served = stack.enter_context(
                    serving(
                        contestant.environment(server),
                        contestant.binaries,
                        contestant.application,
                        contestant.config,
                        logs / f"{contestant.name}.log",
                    )
                )
                runner = Runner(contestant, served, Client(served.port))
                runner.sign_in()
            except Exception as failure:  # noqa: BLE001 - the others are measured all the same
                _say(f"  {contestant.name} cannot be measured: {failure}")
                continue
            runners.append(runner)
        measure_jobs(page_jobs(ground), runners, rounds, size.results)
        for runner in runners:
            size.peaks[runner.contestant.name] = runner.served.resident()
        measure_jobs(file_jobs(ground), runners, rounds, size.results)
        for runner in runners:
            if runner.contestant.name == "product":
                size.results["log-in"] = measure_log_in(runner, min(rounds, 20))
            runner.client.close()


def _prepared(contestant: Contestant, server: Server) -> bool:
    try:
        contestant.prepare(server)
    except Exception as failure:  # noqa: BLE001 - as above
        _say(f"  {contestant.name} cannot be measured: {failure}")
        return False
    return True


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bookings", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 30))
    return parser.parse_args()


if __name__ == "__main__":
    main()
