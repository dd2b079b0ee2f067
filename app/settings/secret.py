"""The secret that everything else is derived from. One rule: it is given, or it is made once and kept; never both.

Only the embedded database, which lives on one machine, has one made for it: replicas that share a database must share
the secret too, and nobody but the operator can bring it to all of them.
"""

import os
import secrets
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from app.domain.errors import ConfigurationError
from app.settings.boot import Settings
from app.settings.process import LEAST_SECRET

_BYTES: Final = 48  # 64 characters as written


def secret_of(settings: Settings) -> bytes | None:
    """PIAODA_SECRET; else, with the embedded database, that of `<data_dir>/secret`, made at the first call.

    None where neither is there: then no link is signed and no destination sealed. Raises ConfigurationError where the
    file cannot be read or written, or holds too little.
    """
    if settings.secret:
        return settings.secret.get_secret_value().encode()
    if settings.database_url.get_secret_value():
        return None
    path = settings.data_dir / "secret"
    try:
        if not path.exists():
            _keep(path)
        kept = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}: make it readable, or set PIAODA_SECRET") from error
    if len(kept) < LEAST_SECRET:
        raise ConfigurationError(f"{path} holds less than {LEAST_SECRET} characters: bring back the old file")
    return kept


def _keep(path: Path) -> None:
    """Whole or not at all, and only the first of several processes: a link to a finished file is made once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp gives mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(_BYTES) + "\n")
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # somebody else was first: theirs counts
    finally:
        Path(draft).unlink()
