"""The figures as tables: on the screen, in results.md, and as JSON for comparing runs."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.contestants import CONTESTANTS, PEERS
from benchmarks.data import CHECKOUT
from benchmarks.jobs import BROAD, NOTHING, SELECTIVE, Job
from benchmarks.measure import Result, Results
from benchmarks.postgresql import ROOT, Server

HERE = Path(__file__).resolve().parent
NAMES = [each.name for each in CONTESTANTS]
FLAT = ("list", "filter", "cursor")
PLANS = (
    "list",
    "filter",
    f"search {SELECTIVE}",
    f"search {BROAD}",
    f"search {NOTHING}",
    "cursor",
    "last",
    "users",
    "overlaps",
)
HASH = re.compile(r"\b[0-9a-f]{64}\b")
KILO, MEBI = 1000, 1024 * 1024


@dataclass
class Size:
    """What was measured at one number of bookings."""

    bookings: int
    seconds: float
    facts: Mapping[str, Any]
    jobs: dict[str, Job] = field(default_factory=dict)
    results: Results = field(default_factory=dict)
    resident: dict[str, int] = field(default_factory=dict)
    """Bytes that a worker holds after all pages."""
    throughput: dict[str, float] = field(default_factory=dict)
    """Lists a second."""
    load: float = 0.0
    """The machine's load average over a quarter of an hour."""

    def title(self, job: str) -> str:
        return self.jobs[job].title

    def result(self, job: str, name: str) -> Result:
        return self.results.get(job, {}).get(name, Result())


def write_report(sizes: list[Size], server: Server, rounds: int) -> None:
    """Write all sizes to results.md and results.json."""
    lines = [*_head(server, rounds)]
    for size in sizes:
        lines += [f"## {size.bookings:,} bookings", ""]
        lines += [f"The data took {size.seconds:.0f} s; the database has {size.facts['database']}."]
        lines += [f"`{BROAD}` matches {size.facts['broad']} % of the users."]
        lines += [f"The machine's load average was {size.load:.1f}.", ""]
        lines += [*_times(size), *_goals(size), *_weights(size), *_wrong(size)]
    lines += _flatness(sizes)
    lines += _plans(sizes[-1])
    lines += ["", *signals()]
    (HERE / "results.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    record = [
        {
            "bookings": size.bookings,
            "throughput": size.throughput,
            "resident": size.resident,
            "results": {
                job: {name: result.as_json() for name, result in found.items()} for job, found in size.results.items()
            },
        }
        for size in sizes
    ]
    (HERE / "results.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


@cache
def signals() -> list[str]:
    """Return what the signals find in the labelled set, told by the product's own environment."""
    command = [ROOT / ".venv" / "bin" / "python", "-m", "benchmarks.signals"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else [f"No signals: {done.stderr.strip()[-200:]}"]


def tables(size: Size) -> str:
    """Return what is shown on the screen."""
    return "\n".join([*_times(size), *_goals(size), ""])


def _head(server: Server, rounds: int) -> list[str]:
    return [
        "# The limit, the back office and its peers side by side",
        "",
        "Made by `make bench`; see [README.md](README.md) for what is measured and how.",
        "",
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory()} GiB, Linux {platform.release()}",
        f"- PostgreSQL {server.version()}, {'with' if server.has_trigrams else 'without'} pg_trgm",
        f"- Product: {_commit()}; {_versions(ROOT)}",
        f"- Limit and peers: {_versions(HERE, 'Django')}",
        f"- Up to {rounds} rounds a job, one request of each contestant in turn, one worker each",
        "",
    ]


def _times(size: Size) -> list[str]:
    """Return the table of times, in milliseconds."""
    lines = [
        f"### Times at {size.bookings:,} bookings: p50 / p95 in ms",
        "",
        "| job | " + " | ".join(NAMES) + " | product to limit | product to best peer |",
        "|---|" + "---:|" * (len(NAMES) + 2),
    ]
    for job in size.results:
        if job != "log-in":
            cells = [_pair(size.result(job, name)) for name in NAMES]
            ratios = _ratio(size, job, "limit"), _ratio_to_best_peer(size, job)
            lines.append(f"| {size.title(job)} | " + " | ".join([*cells, *ratios]) + " |")
    return [*lines, ""]


def _goals(size: Size) -> list[str]:
    """Return the table of goals, which are set for a million bookings."""
    lines = [f"### Goals at {size.bookings:,} bookings", "", "| goal | wanted | measured | |", "|---|---:|---:|---|"]
    for key, job in size.jobs.items():
        if job.goal is not None:
            ratio = _quotient(size.result(key, "product").p50, size.result(key, "limit").p50)
            lines.append(_goal(f"{job.title}, times the limit", job.goal, ratio))
    overlaps, listing = size.result("overlaps", "product").p50, size.result("list", "product").p50
    lines.append(_goal("overlapping bookings, times the product's list", 50, _quotient(overlaps, listing)))
    searches = [size.result(job, "product").p50 for job in size.results if job.startswith("search")]
    known = [seconds for seconds in searches if seconds is not None]
    slowest = max(known) * KILO if known and len(known) == len(searches) else None
    lines.append(_goal("slowest search, p50 in ms", 50, slowest))
    export, everything = size.result("csv", "product"), size.result("csv all", "product")
    lines.append(_goal("CSV: extra memory, MiB", 30, export.grown / MEBI if export.seconds else None))
    if everything.seconds:
        lines.append(_goal("CSV of 1,000,000 rows: extra memory, MiB", 30, everything.grown / MEBI))
    for result, name in ((export, "CSV"), (everything, "CSV of 1,000,000 rows")):
        if result.first_bytes:
            first = sorted(result.first_bytes)[len(result.first_bytes) // 2]
            lines.append(_goal(f"{name}: first byte, ms", 150, first * KILO))
    login, alone = size.result("log-in", "product").p50, size.result("log-in", "bcrypt").p50
    lines.append(_goal("log-in beyond bcrypt, ms", 10, (login - alone) * KILO if login and alone else None))
    lines.append(_goal("lists a second, 2 workers", 250, size.throughput.get("product"), at_least=True))
    listed = size.result("list", "product")
    lines.append(_goal("list page raw, kB", 45, listed.raw / KILO if listed.raw else None))
    lines.append(_goal("list page compressed, kB", 9, listed.compressed / KILO if listed.raw else None))
    lines.append(_goal("SQL statements of a list", 4, listed.statements))
    return [*lines, ""]


def _weights(size: Size) -> list[str]:
    """Return the tables of statements, bytes and memory."""
    lines = [
        "### SQL statements, kB raw / gzip'ed / sent to a client that accepts gzip",
        "",
        "| job | " + " | ".join(NAMES) + " |",
        "|---|" + "---:|" * len(NAMES),
    ]
    for job in size.results:
        if job != "log-in":
            cells = [_weight(size.result(job, name)) for name in NAMES]
            lines.append(f"| {size.title(job)} | " + " | ".join(cells) + " |")
    lines += ["", "### Memory of the worker, throughput", "", "| | " + " | ".join(NAMES) + " |"]
    lines += ["|---|" + "---:|" * len(NAMES)]
    resident = [_whole(size.resident[name] / MEBI if name in size.resident else None) for name in NAMES]
    lines.append("| resident after all pages, MiB | " + " | ".join(resident) + " |")
    for job in ("csv", "csv all"):
        found = [size.result(job, name) for name in NAMES]
        grown = [f"{result.grown / MEBI:.0f}" if result.seconds else "-" for result in found]
        first = [f"{min(result.first_bytes) * KILO:.0f}" if result.first_bytes else "-" for result in found]
        if job in size.results:
            lines.append(f"| {size.title(job)}: growth, MiB | " + " | ".join(grown) + " |")
            lines.append(f"| {size.title(job)}: first byte, ms | " + " | ".join(first) + " |")
    rates = [_whole(size.throughput.get(name)) for name in NAMES]
    lines.append("| lists a second, 2 workers, 4 clients | " + " | ".join(rates) + " |")
    return [*lines, ""]


def _wrong(size: Size) -> list[str]:
    """Return who answered what wrongly, which is why it has no time."""
    lines = [
        f"- {size.title(job) if job in size.jobs else job}, {name}: {result.wrong}"
        for job, found in size.results.items()
        for name, result in found.items()
        if result.wrong
    ]
    return ["### Wrong answers", "", *lines, ""] if lines else ["Every answer that is timed above was right.", ""]


def _flatness(sizes: list[Size]) -> list[str]:
    """Return how the times of the product and of the limit grow from size to size."""
    if len(sizes) < 2:
        return []
    steps = [f"{size.bookings:,} to {after.bookings:,}" for size, after in pairwise(sizes)]
    lines = ["## From size to size", "", "Times the p50 of the size before, product (limit). From a million to ten"]
    lines += ["million, list, filter and page by link are to grow no more than 1.3 times.", ""]
    lines += ["| job | " + " | ".join(steps) + " |", "|---|" + "---:|" * len(steps)]
    for key, job in sizes[0].jobs.items():
        cells = [
            f"{_growth(size, after, key, 'product')} ({_growth(size, after, key, 'limit')})"
            for size, after in pairwise(sizes)
        ]
        if not job.is_file:
            title = f"**{job.title}**" if key in FLAT else job.title
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def _plans(size: Size) -> list[str]:
    """Return the product's statements for its lists with their plans."""
    lines = [f"## Plans of the product's lists at {size.bookings:,} bookings", ""]
    for job in PLANS:
        for plan in size.result(job, "product").plans:
            lines += [
                f"<details><summary>{size.title(job)}</summary>",
                "",
                "```",
                _shortened(plan),
                "```",
                "",
                "</details>",
            ]
            lines.append("")
    return lines


def _shortened(plan: str) -> str:
    readable = HASH.sub("...", plan)
    return "\n".join(line[:400] for line in readable.splitlines())


def _pair(result: Result) -> str:
    if result.wrong:
        return "wrong"
    return f"{_figure(result.p50)} / {_figure(result.p95)}" if result.seconds else "-"


def _weight(result: Result) -> str:
    if not result.seconds or result.wrong:
        return "-"
    statements = "?" if result.statements is None else result.statements
    sent = f"{result.sent / KILO:.0f}" if result.sent else "-"
    return f"{statements}; {result.raw / KILO:.0f} / {result.compressed / KILO:.1f} / {sent}"


def _whole(number: float | None) -> str:
    return "-" if number is None else f"{number:.0f}"


def _figure(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds * KILO:.1f}" if seconds < 0.1 else f"{seconds * KILO:,.0f}"


def _quotient(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None


def _ratio(size: Size, job: str, name: str) -> str:
    ratio = _quotient(size.result(job, "product").p50, size.result(job, name).p50)
    return f"{ratio:.2f}" if ratio else "-"


def _ratio_to_best_peer(size: Size, job: str) -> str:
    known = [seconds for name in PEERS if (seconds := size.result(job, name).p50) is not None]
    ratio = _quotient(size.result(job, "product").p50, min(known, default=None))
    return f"{ratio:.3f}" if ratio else "-"


def _growth(size: Size, after: Size, job: str, name: str) -> str:
    ratio = _quotient(after.result(job, name).p50, size.result(job, name).p50)
    return f"{ratio:.2f}" if ratio else "-"


def _goal(title: str, wanted: float, measured: float | None, *, at_least: bool = False) -> str:
    if measured is None:
        return f"| {title} | {wanted} | - | not measured |"
    met = measured >= wanted if at_least else measured <= wanted
    return f"| {title} | {wanted} | {measured:.2f} | {'met' if met else '**missed**'} |"


def _processor() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return found[1] if found else platform.machine()


def _memory() -> int:
    found = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))
    return round(int(found[1]) / MEBI) if found else 0


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return f"commit {done.stdout.strip()}" if done.returncode == 0 else f"from {CHECKOUT}"


def _versions(folder: Path, *more: str) -> str:
    """Return the versions of what is installed in the environment of `folder`."""
    script = """
import platform, sys
from importlib.metadata import version
print("Python", platform.python_version(), *(f", {name} {version(name)}" for name in sys.argv[1:]))
"""
    packages = (*more, "Flask", "Flask-Admin", "SQLAlchemy", "psycopg", "gunicorn")
    command = [folder / ".venv" / "bin" / "python", "-c", script, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().replace(" ,", ",")
