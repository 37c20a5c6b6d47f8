"""A server that can be killed: ``python -m tests.jobs.server HOME`` runs the jobs of HOME."""

import signal
import sys
from pathlib import Path

from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import open_store

if __name__ == "__main__":
    # `nohup make test &` in a script has interrupts ignored, and so would this process.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    store = open_store(Path(sys.argv[1]))
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine="tests.jobs.fake_engine"):
        sys.stdin.read()
