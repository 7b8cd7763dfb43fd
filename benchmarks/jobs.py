"""What staff do all day, as jobs that every contestant is asked to do, each with what a right answer is."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from benchmarks.checks import Truth, wrong_file, wrong_rows, wrong_text
from benchmarks.client import Answer, Client, Request
from benchmarks.contestants import DEEP, PAGE, Contestant, Limit, Narrowing, Product
from benchmarks.data import LIMIT
from benchmarks.postgresql import Server

SELECTIVE = "Quillfeather"
BROAD = "ann"
NOTHING = "zzqqxx"
SWEEP = {"Thistledown": "0.1 % of users", "Marwick": "1 % of users", "Hollis": "10 % of users", "Yoga": "titles"}
CSV_ROWS = 100_000


@dataclass(frozen=True)
class Job:
    """One thing to ask for; `ask` returns None where a contestant has no such thing."""

    key: str
    title: str
    ask: Callable[[Contestant, Client], Request | None]
    wrong: Callable[[Contestant, Answer], str | None]
    goal: float | None = None
    """How many times the limit's p50 the product may take."""
    ask_anew: bool = False
    """Whether each round needs a request of its own."""
    restore: Callable[[Contestant], None] = lambda _contestant: None
    is_file: bool = False
    peers: bool = True


@dataclass
class Ground:
    """What the jobs of one size refer to."""

    server: Server
    bookings: int
    truth: Truth
    connections: dict[str, psycopg.Connection[Any]]
    sample: str = ""
    open_ids: list[str] = field(default_factory=list)
    batches: dict[str, Iterator[list[str]]] = field(default_factory=dict)
    batch: dict[str, list[str]] = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sample = self.truth.newest()[7]
        rows = self.connections[LIMIT].execute(
            "SELECT id::text, status FROM bookings WHERE status IN ('pending', 'confirmed') ORDER BY id LIMIT 250"
        )
        self.was = dict(rows.fetchall())
        self.open_ids = list(self.was)

    def next_batch(self, contestant: Contestant) -> list[str]:
        """Return the next 50 open bookings, the same for all contestants in the same round."""
        if contestant.name not in self.batches:
            self.batches[contestant.name] = itertools.cycle(
                [self.open_ids[start : start + PAGE] for start in range(0, len(self.open_ids) - PAGE + 1, PAGE)]
            )
        self.batch[contestant.name] = next(self.batches[contestant.name])
        return self.batch[contestant.name]

    def not_cancelled(self, contestant: Contestant) -> str | None:
        left = self.connections[contestant.database].execute(
            "SELECT count(*) FROM bookings WHERE id = ANY(%s::uuid[]) AND status <> 'cancelled'",
            [self.batch[contestant.name]],
        )
        count = left.fetchone()[0]
        return f"{count} of {PAGE} were not cancelled" if count else None

    def put_back(self, contestant: Contestant) -> None:
        for status in ("pending", "confirmed"):
            ids = [key for key in self.batch.get(contestant.name, ()) if self.was[key] == status]
            self.connections[contestant.database].execute(
                "UPDATE bookings SET status = %s WHERE id = ANY(%s::uuid[])", [status, ids]
            )

    def narrowing(self) -> tuple[Narrowing, int]:
        """Return how to narrow an export to about 100,000 rows, and how many those are."""
        if self.bookings <= CSV_ROWS:
            return Narrowing(), self.bookings
        narrowing = Narrowing("pending")
        if self.bookings > 10 * CSV_ROWS:
            share = 1 - CSV_ROWS / (self.bookings / 10)
            day = self.connections[LIMIT].execute(
                "SELECT (percentile_disc(%s) WITHIN GROUP (ORDER BY scheduled_at) AT TIME ZONE 'UTC')::date + 1"
                " FROM bookings WHERE status = 'pending'",
                [share],
            )
            narrowing = Narrowing("pending", str(day.fetchone()[0]))
        rows = self.connections[LIMIT].execute(
            "SELECT count(*) FROM bookings WHERE status = 'pending'"
            " AND (%(since)s::text IS NULL OR scheduled_at >= (%(since)s::text || ' 00:00+00')::timestamptz)",
            {"since": narrowing.since},
        )
        return narrowing, int(rows.fetchone()[0])


def page_jobs(ground: Ground) -> list[Job]:
    """Return the jobs that are answered with a page."""
    truth, sample = ground.truth, ground.sample
    row = truth.booking(sample)

    def shows(expected: Callable[[], list[str]], table: str = "bookings") -> Callable[[Contestant, Answer], str | None]:
        return lambda contestant, answer: wrong_rows(
            truth, answer, expected(), table, ties_by_id=contestant.breaks_ties_by_id
        )

    def says(*parts: str) -> Callable[[Contestant, Answer], str | None]:
        return lambda _contestant, answer: wrong_text(answer, *parts)

    def searching(term: str, title: str, goal: float | None = None, *, peers: bool = True) -> Job:
        return Job(
            f"search {term}",
            title,
            lambda contestant, _client: contestant.search(term),
            shows(lambda: truth.search(term)),
            goal,
            peers=peers,
        )

    return [
        Job("list", "list", lambda each, _: each.newest(), shows(truth.newest), 4),
        Job(
            "filter",
            "filter and sort",
            lambda each, _: each.by_amount("confirmed"),
            shows(lambda: truth.by_amount("confirmed")),
            4,
        ),
        searching(SELECTIVE, "search: 20 users", 3),
        searching(BROAD, "search: 40 % of users", 3),
        searching(NOTHING, "search: nothing"),
        *(searching(term, f"search: {share}", peers=False) for term, share in SWEEP.items()),
        Job(
            "cursor",
            f"page {DEEP} (by its link; OFFSET for the peers)",
            lambda each, client: each.deep_page(client),
            shows(lambda: truth.newest((DEEP - 1) * PAGE)),
            4,
        ),
        Job("last", "last page", lambda each, _: each.last_page(ground.bookings), shows(truth.last), 5),
        Job(
            "edit",
            "edit form",
            lambda each, _: each.edit(sample),
            says("<form", row["total_amount"], row["duration"]),
            6,
        ),
        Job("create", "create form", lambda each, _: each.create(), says("<form", "total_amount", "notes"), 5),
        Job(
            "details",
            "details page",
            lambda each, _: each.details(sample),
            says(row["title"], row["email"], row["total_amount"]),
            15,
        ),
        Job(
            "overlaps",
            "overlapping bookings",
            lambda each, _: each.overlaps(),
            lambda _, answer: wrong_text(answer, *truth.overlapping()),
        ),
        Job("users", "users", lambda each, _: each.users(), shows(truth.users, "users"), 5),
        Job(
            "cancel",
            "cancel 50 rows",
            lambda each, client: each.cancel(client, ground.next_batch(each)),
            lambda each, answer: (
                ground.not_cancelled(each) if answer.status in (200, 302, 303) else f"status {answer.status}"
            ),
            2,
            ask_anew=True,
            restore=ground.put_back,
        ),
    ]


def file_jobs(ground: Ground) -> list[Job]:
    """Return the jobs that are answered with a file."""
    narrowing, rows = ground.narrowing()
    jobs = [
        Job(
            "csv",
            f"CSV of {rows:,} rows",
            lambda each, client: each.export(client, narrowing),
            lambda _, answer: wrong_file(answer, rows),
            1.5,
            is_file=True,
        )
    ]
    if ground.bookings == 1_000_000:
        jobs.append(
            Job(
                "csv all",
                "CSV of 1,000,000 rows",
                lambda each, client: each.export(client, Narrowing()),
                lambda _, answer: wrong_file(answer, ground.bookings),
                is_file=True,
                peers=False,
            )
        )
    return jobs


def concerns(job: Job, contestant: Contestant) -> bool:
    return job.peers or isinstance(contestant, Limit | Product)
