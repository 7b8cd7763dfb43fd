"""Asking every contestant in turn, round by round, and keeping what came of it."""

import gzip
import math
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import bcrypt

from benchmarks import data
from benchmarks.client import Answer, Client, Request
from benchmarks.contestants import Contestant
from benchmarks.jobs import Job, concerns
from benchmarks.postgresql import Server
from benchmarks.servers import Served, serving

WARM_UP = 6
"""Requests; a driver prepares a statement at its fifth."""
SLOW = 0.5
"""Seconds; what takes longer is warm after one request."""
PATIENCE = 10
"""Seconds that the rounds of one job may take a contestant."""


@dataclass
class Result:
    """What one contestant did in one job."""

    seconds: list[float] = field(default_factory=list)
    first_bytes: list[float] = field(default_factory=list)
    raw: int = 0
    compressed: int = 0
    """Bytes at gzip's level 6, whoever does it."""
    sent: int = 0
    """Bytes on the wire when the client accepts gzip."""
    grown: int = 0
    """Bytes by which the worker grew meanwhile."""
    statements: int | None = None
    wrong: str | None = None
    plans: list[str] = field(default_factory=list)

    @property
    def p50(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def p95(self) -> float | None:
        ordered = sorted(self.seconds)
        return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "p50": self.p50, "p95": self.p95}


@dataclass
class Runner:
    """A contestant that is being served, and the client that asks it."""

    contestant: Contestant
    served: Served
    client: Client


@contextmanager
def signed_in(contestant: Contestant, server: Server, logs: Path, *, workers: int = 1) -> Iterator[Runner]:
    """Serve `contestant` and log in there; the server ends with the block."""
    with serving(contestant, server, logs / f"{contestant.name}.log", workers=workers) as served:
        runner = Runner(contestant, served, Client(served.port))
        contestant.sign_in(runner.client)
        yield runner
        runner.client.close()


Results = dict[str, dict[str, Result]]
"""Job to contestant to what it did."""


def measure_jobs(jobs: Iterable[Job], runners: list[Runner], rounds: int, results: Results) -> None:
    for job in jobs:
        results[job.key] = measure_job(job, runners, 5 if job.is_file else rounds)
        told = (f"{name} {_milliseconds(result)}" for name, result in results[job.key].items())
        sys.stderr.write(f"  {job.title}: {', '.join(told)}\n")


def measure_job(job: Job, runners: list[Runner], rounds: int) -> dict[str, Result]:
    """Do `job` so many times, one request of each contestant in turn, the first one another each time."""
    results: dict[str, Result] = {}
    turns: dict[str, int] = {}
    requests: dict[str, Request] = {}
    for runner in runners:
        if not concerns(job, runner.contestant):
            continue
        result = Result()
        request = _guarded(job, runner, result, lambda runner=runner: _prepare(job, runner))
        if result.wrong:
            results[runner.contestant.name] = result
        elif request is not None:
            name = runner.contestant.name
            results[name], requests[name] = result, request
            turns[name] = min(rounds, _warm_up(job, runner, result, request))
    for turn in range(rounds):
        for runner in runners[turn % len(runners) :] + runners[: turn % len(runners)]:
            name = runner.contestant.name
            if turn < turns.get(name, 0) and not results[name].wrong:
                _one_round(job, runner, results[name], requests[name])
    return results


def _prepare(job: Job, runner: Runner) -> Request | None:
    return job.ask(runner.contestant, runner.client)


def _warm_up(job: Job, runner: Runner, result: Result, request: Request) -> int:
    """Ask until warm, check the answer, weigh it; return how many rounds there is patience for."""
    longest = 0.0
    for number in range(WARM_UP):
        answer = _checked(job, runner, result, request)
        if answer is None:
            return 0
        longest = answer.seconds
        if number == 0:
            result.raw, result.compressed = len(answer.body), len(gzip.compress(answer.body, 6))
        if answer.seconds > SLOW or job.is_file:
            break
    if not job.ask_anew and not job.is_file:
        result.sent = len(runner.client.send(request, encoding="gzip").body)
    return max(1 if longest > 2 * PATIENCE else 3, int(PATIENCE / max(longest, 0.001)))


def _one_round(job: Job, runner: Runner, result: Result, request: Request) -> None:
    answer = _checked(job, runner, result, request)
    if answer is not None:
        result.seconds.append(answer.seconds)
        result.first_bytes.append(answer.first_byte)


def _checked(job: Job, runner: Runner, result: Result, request: Request) -> Answer | None:
    """Ask once; return the answer, or None after noting in what way it was wrong."""

    def ask() -> Answer:
        asked = job.ask(runner.contestant, runner.client) if job.ask_anew else request
        runner.served.forget_peak()
        before = runner.served.resident()
        answer = runner.client.send(asked)
        result.grown = max(result.grown, runner.served.peak() - before)
        try:
            result.wrong = job.wrong(runner.contestant, answer)
        finally:
            job.restore(runner.contestant)
        return answer

    answer = _guarded(job, runner, result, ask)
    return None if result.wrong else answer


def _guarded(job: Job, runner: Runner, result: Result, act: Any) -> Any:
    try:
        return act()
    except Exception as failure:  # noqa: BLE001 - a contestant that fails in one job is measured in the next
        result.wrong = f"{type(failure).__name__}: {str(failure)[:200]}"
        runner.client.close()
        sys.stderr.write(f"  {job.title}: {runner.contestant.name} failed: {result.wrong}\n")
        return None


def measure_log_in(runner: Runner, rounds: int) -> dict[str, Result]:
    """Time the product's log-in beside bcrypt alone, at the cost that it uses."""
    results = {"product": Result(), "bcrypt": Result()}
    password = data.STAFF_PASSWORD.encode()
    hashed = bcrypt.hashpw(password, bcrypt.gensalt(12))
    for _each in range(rounds):
        client = Client(runner.served.port)
        try:
            answer = client.send(runner.contestant.log_in(client))
        except Exception as failure:  # noqa: BLE001 - as above
            results["product"].wrong = f"{type(failure).__name__}: {failure}"
            break
        finally:
            client.close()
        if answer.status != 302:
            results["product"].wrong = f"status {answer.status}"
            break
        results["product"].seconds.append(answer.seconds)
        started = time.perf_counter()
        bcrypt.checkpw(password, hashed)
        results["bcrypt"].seconds.append(time.perf_counter() - started)
    return results


def _milliseconds(result: Result) -> str:
    if result.wrong:
        return f"WRONG ({result.wrong})"
    return f"{result.p50 * 1000:.1f}" if result.p50 is not None else "-"
