"""Where the demo plays: addresses, keys and clock, chosen once before anything starts.

One rule: what the user has set is kept; the rest is free ports and fresh secrets of this run.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.api import security
from app.clock import DatabaseClock, Scale
from app.demo.processes import free_port
from app.settings import Settings

SPEED: Final = 720.0  # a day passes in two minutes
_EVERYBODY: Final = "0.0.0.0"  # noqa: S104 - what an operator may have written


@dataclass(frozen=True, slots=True)
class Ground:
    """`key`: an API key with scope admin; `secret`: the ERP's webhook secret; `folder`: logs and configuration."""

    settings: Settings
    folder: Path
    service_port: int
    simulator_port: int
    key: str = field(repr=False)
    secret: str = field(repr=False)
    scale: Scale

    @property
    def service(self) -> str:
        host = self.settings.host
        return f"http://{'127.0.0.1' if host == _EVERYBODY else host}:{self.service_port}"

    @property
    def simulator(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"

    @property
    def config(self) -> Path:
        return self.folder / "piaoda.yaml"

    @property
    def addresses(self) -> Mapping[str, str]:
        """What a visitor may open, by what it is."""
        given = self.settings.bootstrap_key is not None
        console = {} if self.settings.console_access == "off" else {"总览 console": f"{self.service}/"}
        return console | {
            "文档 API docs": f"{self.service}/docs",
            "指标 metrics": f"{self.service}/metrics",
            "密钥 API key": "PIAODA_BOOTSTRAP_KEY" if given else self.key,
            "税局 simulator": f"{self.simulator}/admin",
            "日志 files": str(self.folder),
        }


def choose(settings: Settings) -> Ground:
    """Raises ConfigurationError where the service's port is taken."""
    given, folder = settings.bootstrap_key, settings.data_dir / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return Ground(
        settings=settings,
        folder=folder,
        service_port=free_port(settings.host, settings.port),
        simulator_port=free_port("127.0.0.1"),
        key=given.get_secret_value() if given else security.mint().text,
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        scale=Scale(SPEED, origin=DatabaseClock().now()),
    )
