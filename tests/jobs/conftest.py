"""A store of the test's own and, shared by a module, a supervisor whose workers don't need torch."""

from collections.abc import Iterator

import psutil
import pytest

from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import Store, open_store
from tests.jobs.waiting import until

FAKE = "tests.jobs.fake_engine"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(tmp_path_factory.mktemp("home"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def supervisor(store: Store) -> Iterator[Supervisor]:
    """Two slots, two warm workers; afterwards no process is left."""
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=FAKE) as supervisor:
        yield supervisor
        pids = {worker.pid for worker in supervisor._pool.workers}
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))
