"""Writes every board in every language: `python -m deploy.grafana`."""

from pathlib import Path

from deploy.grafana.assembling import LANGUAGES, text
from deploy.grafana.boards import BOARDS

FOLDER = Path(__file__).parent / "dashboards"

for language in LANGUAGES:
    for board in BOARDS:
        path = FOLDER / language / f"{board.uid}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(board, language), encoding="utf-8")
