"""A store of the test's own, and supervisors whose workers don't need torch."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import Store

Serve = Callable[[], AbstractContextManager[Supervisor]]


@pytest.fixture
def store(own_store: Store) -> Store:
    return own_store


@pytest.fixture
def serve(store: Store) -> Serve:
    """Starts a server for the store: two slots, the fake engine."""

    def start() -> Supervisor:
        return Supervisor(
            store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine="tests.jobs.fake_engine"
        )

    return start
