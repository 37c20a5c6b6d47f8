"""The command line with workers that don't need torch: ``python -m tests.cli.torchless COMMAND …``."""

from functools import partial

from resnet_viz.cli import following
from resnet_viz.cli.app import main
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor

SUPERVISOR = partial(
    Supervisor, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine="tests.jobs.fake_engine"
)

if __name__ == "__main__":
    setattr(following, "Supervisor", SUPERVISOR)  # noqa: B010
    main()
