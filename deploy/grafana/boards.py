"""The three boards, in the order in which people need them."""

from typing import Final

from deploy.grafana.board import Board
from deploy.grafana.finance import FINANCE
from deploy.grafana.internals import INTERNALS
from deploy.grafana.sync import SYNC

BOARDS: Final[tuple[Board, ...]] = (FINANCE, SYNC, INTERNALS)
