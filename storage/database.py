"""The SQL database: engine, migrations, transactions, and calls from coroutines."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError

from settings import SettingsError

_MIGRATIONS = Path(__file__).parent / "migrations"
_THREADS = 8
_BUSY_SECONDS = 3.0
"""How long to wait for a connection, or for a lock that another transaction holds."""

_RUN_SECONDS = 3.5
"""How long a coroutine waits for its transaction: for a free thread and for a silent server too."""

_MIGRATION_LOCK = 7236_8080
"""Number of the PostgreSQL lock. Any number works that no other program of the database locks."""

_WAL_RETRY_SECONDS = 0.02
_READS_ONLY = "reads_only"

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseUnavailableError(Exception):
    """The database cannot be reached or is locked. A later call may succeed."""


class _AbandonedError(Exception):
    """The caller of the transaction no longer waits for its result."""


class Database:
    """The database at `url`, which has SQLAlchemy's form. SQLite and PostgreSQL are supported.

    The constructor raises `SettingsError` if the URL cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="database")
        # SQLite has one writer at a time. Other writers sleep and try again, longer each time.
        # A queue in this process is faster.
        self._writers = threading.Semaphore(1 if self._engine.name == "sqlite" else _THREADS)

    @contextmanager
    def transaction(self, *, reads_only: bool = False) -> Iterator[Connection]:
        """Open a transaction: commit at the end of the block, roll back if the block raises.

        A transaction that `reads_only` waits for no other transaction. Raises
        `DatabaseUnavailableError` if the database fails.
        """
        try:
            with (
                nullcontext() if reads_only else self._writer(),
                self._engine.connect() as connection,
            ):
                connection.info[_READS_ONLY] = reads_only
                with connection.begin():
                    yield connection
        except (OperationalError, InterfaceError) as error:
            # SQLAlchemy's own text would repeat the statement and its parameters.
            reason = " ".join(str(error.orig).split())
            raise DatabaseUnavailableError(f"the database cannot be used: {reason}") from None

    @contextmanager
    def _writer(self) -> Iterator[None]:
        if not self._writers.acquire(timeout=_BUSY_SECONDS):
            raise DatabaseUnavailableError("other transactions take too long")
        try:
            yield
        finally:
            self._writers.release()

    async def run(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return `work(connection, …)`, called in a transaction of its own.

        If the caller is cancelled, the transaction is rolled back, unless its commit has begun.
        Raises `DatabaseUnavailableError` if the database fails or takes too long.
        """
        return await self._run(lambda connection: work(connection, *args, **kwargs))

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return `work(connection, …)` as `run` does; `work` must only read."""
        return await self._run(
            lambda connection: work(connection, *args, **kwargs), reads_only=True
        )

    async def _run(self, work: Callable[[Connection], T], *, reads_only: bool = False) -> T:
        abandoned = threading.Event()

        def call() -> T:
            with self.transaction(reads_only=reads_only) as connection:
                result = work(connection)
                if abandoned.is_set():
                    raise _AbandonedError
                return result

        try:
            async with asyncio.timeout(_RUN_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except TimeoutError:
            raise DatabaseUnavailableError(f"no answer within {_RUN_SECONDS} seconds") from None
        finally:
            abandoned.set()

    def migrate(self) -> None:
        """Bring the tables up to date. Several processes may call this at the same time."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Release threads and connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()


def insert_or_ignore(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT into `table` that does nothing if the row exists."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def utc(value: datetime) -> datetime:
    """Return the `value` of a column with its time zone, which SQLite does not store."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() != "sqlite":
            return create_engine(
                parsed,
                pool_pre_ping=True,
                pool_size=_THREADS,
                connect_args={
                    "connect_timeout": round(_BUSY_SECONDS),
                    # Without these, a server that vanishes blocks a thread for hours.
                    "keepalives_idle": 5,
                    "keepalives_interval": 2,
                    "keepalives_count": 3,
                    "tcp_user_timeout": 10_000,  # milliseconds
                    "options": f"-c lock_timeout={_BUSY_SECONDS * 1000:.0f}",
                },
            )
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
        raise SettingsError(f"SPIDRA_DATABASE_URL cannot be used: {error}") from error
    except OSError as error:
        raise SettingsError(f"The folder of the database cannot be created: {error}") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins the transactions, not the driver
    _use_wal(connection)
    connection.execute("PRAGMA foreign_keys=ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    # The first connection converts a new file. SQLite does not wait for a conversion that is
    # under way in another process, so wait here.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_WAL_RETRY_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could fail. With the write lock from the
    # start it waits instead.
    reads_only = connection.info.get(_READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
