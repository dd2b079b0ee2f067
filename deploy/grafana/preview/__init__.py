"""A preview of the boards where there is no Grafana: layout, words and queries, drawn in our own way.

One rule: it shows what the JSON says, and says that it is not Grafana.
"""
