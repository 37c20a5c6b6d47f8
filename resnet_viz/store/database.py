"""Connections to SQLite or PostgreSQL: how one reads, how one writes, what an error means.

SQLite runs in WAL mode, so that pages read while workers write. A write takes
the lock at its start (``BEGIN IMMEDIATE``): a transaction that reads first and
writes later cannot wait for another writer, it fails at once. ``synchronous``
is NORMAL, which survives a killed process, and FULL for the transactions that
a power cut must not take back: see `Database.writing`.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError, OperationalError

from resnet_viz.errors import StoreUnavailable
from resnet_viz.locale import N_

_BUSY_S = 30.0
_HASTY_S = 2.0
_MIGRATION_LOCK = 7_237_861_140  # any number that nobody else on this PostgreSQL server locks


class Database:
    """One database; safe to share between threads, not between processes."""

    def __init__(self, url: str) -> None:
        """Raises `StoreUnavailable` where ``url`` names no database that can be opened."""
        self.url = url
        try:
            parsed = make_url(url)
            self.place = parsed.database or "" if url.startswith("sqlite") else parsed.render_as_string()
            self._engine = _engine(url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreUnavailable(
                "bad_database_url",
                N_(
                    "The address of the database cannot be used: {reason}. Use sqlite:/// or postgresql+psycopg://."
                ),
                reason=_reason(error),
            ) from error
        # Single statements need no transaction to read a consistent state.
        autocommit = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = self._engine.execution_options(**autocommit)
        self._writer = self._engine.execution_options(write="normal")
        self._hasty_writer = self._engine.execution_options(write="normal", busy_s=_HASTY_S)
        self._durable_writer = self._engine.execution_options(write="full")
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self.close()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for single SELECTs; raises `StoreUnavailable`."""
        with self._explained(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = False, hasty: bool = False) -> Iterator[Connection]:
        """One transaction that excludes other writers (SQLite) or locks what it asks for (PostgreSQL).

        ``durable`` waits for the disk, and so also secures everything written
        before; ``hasty`` waits for one or two other writers, but not for a lock
        that is kept (SQLite). Raises `StoreUnavailable`.
        """
        writer = self._durable_writer if durable else self._hasty_writer if hasty else self._writer
        with self._explained(), writer.begin() as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """One durable transaction that no other process can be in at the same time."""
        with self.writing(durable=True) as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            yield connection

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()

    def _prepare(self) -> None:
        if not self.is_sqlite:
            return
        # The change to WAL does not wait for other processes by itself.
        give_up = time.monotonic() + _BUSY_S
        while True:
            try:
                with self._engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            except OperationalError as error:
                if _sqlite_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
            else:
                return

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, DatabaseError) as error:
            # The subclasses left out (a broken constraint, wrong SQL) are mistakes of this program.
            if type(error) not in (OperationalError, InterfaceError, DatabaseError):
                raise
            if _sqlite_code(error) == sqlite3.SQLITE_FULL:
                raise StoreUnavailable(
                    "disk_full",
                    N_("The disk that holds the history at {place} is full. Free some space."),
                    place=self.place,
                ) from error
            raise StoreUnavailable(
                "history_unavailable",
                N_("The history at {place} cannot be opened or written: {reason}."),
                place=self.place,
                reason=_reason(error.orig or error),
            ) from error


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise ArgumentError(f"{kind} is neither SQLite nor PostgreSQL")
    if kind == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ArgumentError("it names no file")
    engine = create_engine(url, pool_pre_ping=kind == "postgresql")
    if kind == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_on_sqlite_begin` says, nowhere else
    connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_S * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("lower", 1, str.lower, deterministic=True)  # SQLite's own knows ASCII only


def _on_sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    write = options.get("write")
    if write:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(options.get('busy_s', _BUSY_S) * 1000)}")
        connection.exec_driver_sql(f"PRAGMA synchronous = {write}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_code(error: DatabaseError | InterfaceError) -> int | None:
    # The low byte is the primary code; the rest tells variants apart.
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
