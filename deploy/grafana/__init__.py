"""The Grafana dashboards, written as Python and committed as JSON: `python -m deploy.grafana` makes them anew.

`finance`, `sync` and `internals` say what is on a board, in both languages; `promql` asks for it, `drawing` and
`assembling` say it in Grafana's words. One rule: a board is a value, so both languages have the same panels.
"""
