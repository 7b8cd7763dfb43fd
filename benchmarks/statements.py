"""What each answer costs in SQL: the statements as the server logs them, and their plans."""

import re
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import LiteralString

from psycopg import sql

from benchmarks import data
from benchmarks.contestants import Contestant
from benchmarks.jobs import Job, concerns
from benchmarks.measure import Results, Runner, signed_in
from benchmarks.postgresql import Server

WATCHED: dict[str, LiteralString] = {
    "log_statement": "'all'",
    "session_preload_libraries": "'auto_explain'",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
}
"""Of the databases, for this pass alone; nothing is timed meanwhile."""

ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \S+ \S+ \[\d+\] \S+ LOG:  ", re.MULTILINE)
STATEMENT = re.compile(r"(?:statement|execute [^:]+): (.*)", re.DOTALL)
PLAN = re.compile(r"duration: [\d.]+ ms  plan:\n(.*)", re.DOTALL)
TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|DEALLOCATE|SAVEPOINT|RELEASE)\b|\s*$", re.IGNORECASE)
SETTLED = 0.1
"""Seconds after which the server has logged what belonged to an answer."""


def count_statements(
    server: Server, contestants: list[Contestant], jobs: Collection[Job], logs: Path, results: Results
) -> None:
    """Ask each contestant once more for everything, and put statements and plans into `results`."""
    for name in (data.PRODUCT, data.LIMIT, data.DJANGO):
        _watch(server, name)
    for contestant in contestants:
        try:
            with signed_in(contestant, server, logs) as runner:
                for job in jobs:
                    _count(server, job, runner, results)
        except Exception as failure:  # noqa: BLE001 - counts are missing then, and nothing else
            sys.stderr.write(f"  {contestant.name}: statements could not be counted: {failure}\n")


def _count(server: Server, job: Job, runner: Runner, results: Results) -> None:
    result = results.get(job.key, {}).get(runner.contestant.name)
    if result is None or result.wrong or not concerns(job, runner.contestant):
        return
    request = job.ask(runner.contestant, runner.client)
    if not job.is_file:
        runner.client.send(request)  # What is asked once in a worker's life is asked now.
        job.restore(runner.contestant)
    if job.ask_anew:
        request = job.ask(runner.contestant, runner.client)
    time.sleep(SETTLED)
    start = server.log.stat().st_size
    runner.client.send(request)
    time.sleep(SETTLED)
    with server.log.open("rb") as log:
        log.seek(start)
        text = log.read().decode("utf-8", "replace")
    job.restore(runner.contestant)
    entries = [entry.replace("\n\t", "\n") for entry in ENTRY.split(text)]
    asked = [found[1] for entry in entries if (found := STATEMENT.match(entry))]
    result.statements = sum(1 for statement in asked if not TRANSACTION.match(statement))
    result.plans = [found[1].strip() for entry in entries if (found := PLAN.match(entry))]


def _watch(server: Server, database: str) -> None:
    with server.connect() as connection:
        for name, value in WATCHED.items():
            statement = sql.SQL("ALTER DATABASE {} SET {} = ").format(
                sql.Identifier(database), sql.SQL(".").join(map(sql.Identifier, name.split(".")))
            )
            connection.execute(statement + sql.SQL(value))
