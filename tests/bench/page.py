"""docs/performance.md and its chart, made from kept results. One rule: every figure comes from the results; the words
around them are here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.bench import chart, table
from tests.processes import ROOT

PAGE, CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg"
DRAWN = ("singles", "bulk", "peers", "checks", "calls")

_HEAD = """# Performance

What one small machine does, each figure beside a baseline that ran in the same minutes on the same machine. Rates
depend on the machine; ratios travel. PostgreSQL is as durable as in production: `fsync`, `full_page_writes` and
`synchronous_commit` are on, and an acknowledged event is on disk.

```bash
make bench                           # all of it, about half an hour
make bench CASES=singles,peers       # some of it
make bench ROWS=10000000             # the big table with ten million pending invoices
make bench-page                      # this page and performance.json beside it, from the last results
```

![Bars: ours and the baselines](performance.svg)
"""

WORDS = {
    "singles": "`hello` is a Starlette route that reads nothing; `validated` FastAPI and pydantic without a database; "
    "`inserted` the same with one asyncpg INSERT a request; `session` with a SQLModel session, add and commit. "
    "Ours validates, keeps the invoice, its history, its schedule and its counts, and commits in groups.",
    "bulk": "`unnest` and `copy` write the bare facts into one narrow table, without HTTP, validation or conflicts.",
    "peers": "Each engine in its users' natural code, one process, 100 at once (Celery: two processes). The lower "
    "bound is two seconds. The peers do less: none keeps answers, moves a state or writes an outbox. Ours asks at ages "
    "of an invoice (0, 1 and 2 seconds), the peers a second after the last answer. DBOS works while it enqueues.",
    "checks": "A twentieth of the answers is *found*: it writes a transition, a message and a delivery. `limit` is the "
    "least that claiming and recording can be: narrow tables, bare asyncpg, nothing decided.",
    "lateness": "How long after its due time a question is asked, under a steady load.",
    "held": "A transaction that keeps its snapshot open stops PostgreSQL from clearing anything away. Costs are of the "
    "whole check, in microseconds of PostgreSQL.",
    "disk": "A freshly filled table, with all indexes, history, schedule and counts.",
    "scrape": "The whole answer over HTTP. Gauges come from maintained counts and first index entries.",
    "idle": "A real process and its database, nothing due, half a minute.",
    "metrics": "`its metrics` tells the same numbers as a check does, without the check.",
    "memory": "Real processes; the worker asks a simulated tax system.",
    "batch": "`bare` fetches the same bytes and reads them as JSON, without asking or believing anything. `all kept` "
    "makes the masked text of every answer, too, which a worker does for those alone that say something new.",
    "flight": "Private memory of the process. anaf_ro, ksef_pl and nav_hu end at their first step.",
    "calls": "The same server for all, plain HTTP, connections kept.",
    "webhooks": "`one by one` claims, sends and settles each delivery by itself, 100 workers; `bare calls` are the "
    "same signed calls through the same way out, without a database. Ours keeps a record of every attempt.",
    "crowd": "Every receiver gets its messages evenly over half a minute; those that hang answer nobody.",
    "backlog": "Nothing in the process grows with what waits in the database.",
    "deadlines": "All late in the same minute. `limit` moves rows of a narrow table and decides nothing.",
}


def write(results: Mapping[str, Any]) -> None:
    drawn = [chart.panel(record) for key, record in results.items() if key.partition("@")[0] in DRAWN]
    CHART.write_text(chart.svg(drawn))
    PAGE.write_text("\n".join(lines(results)) + "\n")


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    yield _HEAD
    yield from _summary(results)
    for key, record in results.items():
        yield from _section(key, record)
    yield from _machines(results)


def _summary(results: Mapping[str, Any]) -> Iterator[str]:
    yield "## Targets\n"
    if not results:
        yield "No results are kept here yet."
        return
    told = [
        [f"[{key}](#{_anchor(key)})", *verdict] for key, record in results.items() for verdict in table.verdicts(record)
    ]
    yield from _markdown(["case", "what", "target", "reached", ""], told)
    if missing := WORDS.keys() - {key.partition("@")[0] for key in results}:
        yield f"\nNot measured yet: {', '.join(sorted(missing))}."


def _section(key: str, record: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## {key}\n"
    yield f"{record['title']}. {WORDS[key.partition('@')[0]]}\n"
    if remark := record.get("remark"):  # written into the results by hand: what went wrong in this run
        yield f"**{remark}**\n"
    yield from _markdown(table.headings(record), table.rows(record))


def _machines(results: Mapping[str, Any]) -> Iterator[str]:
    """Cases that were measured together share a line."""
    together = defaultdict[str, list[str]](list)
    for key, record in results.items():
        together[_machine(record)].append(key)
    yield "\n## Where and how\n"
    yield from (f"- {', '.join(keys)}: {about}" for about, keys in together.items())


def _machine(record: Mapping[str, Any]) -> str:
    about = record["machine"]
    look = "" if record["pace"] == 1 else "; shortened, a look and no measurement"
    database = ", ".join(f"{name} {value}" for name, value in about["postgresql"].items())
    return (
        f"{about['date']}, `{about['command']}`{look}; {about['cores']} × {about['cpu']}, {about['memory_gib']} GiB, "
        f"{about['flush_us']:,} µs a flush; Python {about['python']}; PostgreSQL with {database}"
    )


def _anchor(key: str) -> str:
    return key.replace("@", "")


def _markdown(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|---|{'---:|' * (len(headings) - 1)}"
    for line in lines:
        yield f"| {' | '.join(line)} |"
