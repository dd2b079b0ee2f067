"""Serves the page, the boards with their variables replaced, and Prometheus behind the same address.

One rule: the page is given finished queries, replaced by the same code that the tests use.
"""

import json
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from deploy.grafana.asking import asked, panels

HERE: Final = Path(__file__).parent
BOARDS: Final = HERE.parent / "dashboards"

_FILES: Final = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/draw.js": ("draw.js", "text/javascript; charset=utf-8"),
    "/units.js": ("units.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/uplot.js": ("vendor/uPlot.iife.min.js", "text/javascript; charset=utf-8"),
    "/uplot.css": ("vendor/uPlot.min.css", "text/css; charset=utf-8"),
}
_POLICY: Final = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
_FAST: Final = "scalar(max(piaoda_readout_timestamp_seconds))"


@dataclass(frozen=True, slots=True)
class Source:
    """Which Prometheus is asked, and how. `fast_clock`: the service's own clock stands for `time()`."""

    prometheus: str
    since: int
    interval: int
    fast_clock: bool = False

    @property
    def chosen(self) -> dict[str, str | tuple[str, ...]]:
        look_back = {"__rate_interval": f"{self.interval}s", "__range": f"{self.since}s"}
        return {"job": ".*", "account": ".*", "kind": ".*", "objective": "0.99", **look_back}

    def board(self, uid: str, language: str) -> dict[str, Any]:
        """The board as committed, with queries that can be asked."""
        found: dict[str, Any] = json.loads((BOARDS / language / f"{uid}.json").read_text(encoding="utf-8"))
        for panel in panels(found):
            for target in panel["targets"]:
                if "expr" in target:
                    query = asked(target["expr"], self.chosen)
                    target["expr"] = query.replace("time()", _FAST) if self.fast_clock else query
        return found | {"since": self.since, "interval": self.interval}

    def ask(self, path: str) -> bytes:
        """What Prometheus answers to a path of its own."""
        with urllib.request.urlopen(self.prometheus + path, timeout=30) as reply:  # noqa: S310 - named on start
            answer: bytes = reply.read()
        return answer


def serve(source: Source, port: int) -> ThreadingHTTPServer:
    """A server that has its port and serves nothing yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if where.path in _FILES:
                name, kind = _FILES[where.path]
                self._answer((HERE / name).read_bytes(), kind)
            elif where.path == "/board":
                given = parse_qs(where.query)
                board = source.board(Path(given["board"][0]).name, Path(given["language"][0]).name)
                self._answer(json.dumps(board).encode(), "application/json")
            elif where.path.startswith("/api/v1/query"):
                self._answer(source.ask(self.path), "application/json")
            else:
                self.send_error(404)

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
