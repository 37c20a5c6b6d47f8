"""A server on which a race has been run."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from resnet_viz.store import open_store
from tests.made.stored import start_race, train_race
from tests.ui.conftest import running_app


@pytest.fixture(scope="package")
def with_race(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server, and of a finished race on it."""
    home = tmp_path_factory.mktemp("home-with-race")
    with closing(open_store(home)) as store:
        group = start_race(store)
        train_race(store, group)
    with running_app(home) as address:
        yield address, f"{address}/race?race={group.id}"
