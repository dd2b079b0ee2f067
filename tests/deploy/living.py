"""A service that lives: `piaoda serve` with two accounts, for tests that talk to it as clients would.

One rule: it asks and tells nobody; what clients hear is the API itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.acceptance.story import baidu, nuonuo
from tests.processes import Service

NOWHERE = "http://127.0.0.1:9"
"""A tax system that is never asked: the workers rest."""


def configuration() -> dict[str, object]:
    return {"accounts": {"nuonuo-main": nuonuo(NOWHERE, proof="baidu-main"), "baidu-main": baidu(NOWHERE, ["30s"])}}


@contextmanager
def living(folder: Path, database_url: str) -> Iterator[Service]:
    """The API of one replica; its workers rest."""
    file = folder / "piaoda.yaml"
    file.write_text(yaml.safe_dump(configuration()), "utf-8")
    environment = {
        "PIAODA_CONFIG": str(file), "PIAODA_DATABASE_URL": database_url, "PIAODA_CONSOLE_ACCESS": "off",
        "PIAODA_SECRET": "0123456789abcdef0123456789abcdef-test",
    }  # fmt: skip
    service = Service(folder, "living", environment, "--api-only")
    try:
        yield service.start().ready()
    finally:
        service.end()
