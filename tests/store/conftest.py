"""Every store test runs on SQLite and on a real PostgreSQL.

``RESNET_VIZ_TEST_POSTGRES`` names a server; otherwise one is started from
Debian's binaries. Where there is neither, the PostgreSQL half is absent on a
desk and a failure in CI.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy

from resnet_viz.store import Store, open_store
from tests.made.clock import Clock
from tests.store import postgres

_NAMED = os.environ.get("RESNET_VIZ_TEST_POSTGRES")
_PROGRAMS = postgres.binaries()
_CI = os.environ.get("CI", "").lower() in ("1", "true")
BACKENDS = ["sqlite", "postgresql"] if _NAMED or _PROGRAMS or _CI else ["sqlite"]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL database in which schemas can be made."""
    if _NAMED:
        yield _NAMED
    elif _PROGRAMS:
        with postgres.server(_PROGRAMS) as url:
            yield url
    else:
        pytest.fail("CI needs RESNET_VIZ_TEST_POSTGRES or Debian's postgresql")


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'history.sqlite'}"
        return
    server = sqlalchemy.make_url(request.getfixturevalue("postgres_url"))
    schema = f"test_{uuid.uuid4().hex}"
    admin = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    try:
        own = server.update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def clock() -> Clock:
    """The time in every store of the test."""
    return Clock()


@pytest.fixture
def reopen(tmp_path: Path, url: str, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens the test's database once more, as another process would."""
    opened: list[Store] = []

    def again() -> Store:
        opened.append(open_store(tmp_path, url, clock=clock))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    """The test's database."""
    return reopen()
