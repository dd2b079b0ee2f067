"""`python -m deploy.grafana.preview --prometheus http://127.0.0.1:9090`: serves the preview on 127.0.0.1."""

import argparse

from deploy.grafana.preview.page import Source, serve

_arguments = argparse.ArgumentParser(
    description="A preview of the dashboards: layout and queries, not Grafana's drawing."
)
_arguments.add_argument("--prometheus", default="http://127.0.0.1:9090")
_arguments.add_argument("--port", type=int, default=8099)
_arguments.add_argument("--since", type=int, default=3600, help="seconds that are shown")
_arguments.add_argument("--interval", type=int, default=60, help="seconds that a rate looks back: four scrapes")
_arguments.add_argument("--fast-clock", action="store_true", help="for `piaoda demo`, whose clock runs faster")
_given = _arguments.parse_args()
_source = Source(_given.prometheus, _given.since, _given.interval, fast_clock=_given.fast_clock)
with serve(_source, _given.port) as server:
    print(f"http://127.0.0.1:{_given.port}/?board=piaoda-finance&language=zh")  # noqa: T201 - where to look
    server.serve_forever()
