"""`make bench`: the limit, the product and its peers side by side, size by size."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import data
from benchmarks.checks import Truth
from benchmarks.contestants import CONTESTANTS, Contestant, Product
from benchmarks.jobs import Ground, file_jobs, page_jobs
from benchmarks.measure import Runner, measure_jobs, measure_log_in, signed_in
from benchmarks.postgresql import Server, running_server
from benchmarks.report import Size, signals, tables, write_report
from benchmarks.statements import count_statements
from benchmarks.throughput import measure_throughput


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sizes: list[Size] = []
    with running_server() as server, tempfile.TemporaryDirectory(prefix="bench-logs-") as logs:
        for bookings in arguments.bookings:
            for size in measured(server, bookings, arguments.rounds, Path(logs)):
                write_report([*sizes, size], server, arguments.rounds)
            sizes.append(size)
            sys.stdout.write(tables(size))
    sys.stdout.write("\n".join(["", *signals(), ""]))


def measured(server: Server, bookings: int, rounds: int, logs: Path) -> Iterator[Size]:
    """Measure everything at one size; yield it after each stage, so that a run that is broken off leaves something."""
    _say(f"{bookings:,} bookings: making the data")
    seconds = data.build(server, bookings)
    size = Size(bookings, seconds, data.facts(server))
    _say(f"  made in {seconds:.0f} s: {size.facts}")
    with ExitStack() as stack:
        connections = {name: stack.enter_context(server.connect(name)) for name in (data.PRODUCT, data.LIMIT)}
        for connection in connections.values():
            connection.execute("SET log_statement = 'none'")
            connection.execute("SET statement_timeout = 0")
        ground = Ground(server, bookings, Truth(connections[data.LIMIT]), connections)
        pages, files = page_jobs(ground), file_jobs(ground)
        size.jobs = {job.key: job for job in (*pages, *files)}
        contestants = [each for each in CONTESTANTS if _prepared(each, server)]
        with ExitStack() as servers:
            runners = _start(contestants, server, logs, servers)
            measure_jobs(pages, runners, rounds, size.results)
            size.resident = {runner.contestant.name: runner.served.resident() for runner in runners}
            for runner in runners:
                if isinstance(runner.contestant, Product):
                    size.results["log-in"] = measure_log_in(runner, min(rounds, 20))
            size.load = os.getloadavg()[2]
            yield size
            measure_jobs(files, runners, rounds, size.results)
        yield size
        size.throughput = measure_throughput(server, contestants, logs)
        yield size
        count_statements(server, contestants, size.jobs.values(), logs, size.results)
        yield size


def _start(contestants: list[Contestant], server: Server, logs: Path, servers: ExitStack) -> list[Runner]:
    """Serve all contestants at once; one that cannot be started is told and left out."""
    runners = []
    for contestant in contestants:
        try:
            runners.append(servers.enter_context(signed_in(contestant, server, logs)))
        except Exception as failure:  # noqa: BLE001 - the others are measured all the same
            _say(f"  {contestant.name} cannot be measured: {failure}")
    return runners


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
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # As the shell calls it; the servers have been stopped on the way here.
