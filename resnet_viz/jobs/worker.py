"""A worker process: torch imported and warm, it carries out one job after the other.

Started by the supervisor as ``python -m resnet_viz.jobs.worker``; messages are
JSON lines (see `protocol`), jobs on stdin and answers on stdout. Whatever else
is printed goes to stderr, which is the worker's log file.
"""

import argparse
import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Protocol, cast

from resnet_viz.errors import StoreUnavailable
from resnet_viz.jobs.attempt import Attempt, Train
from resnet_viz.jobs.orders import Orders
from resnet_viz.jobs.protocol import Begun, Done, Job, Message, Ready, encode
from resnet_viz.store import Store, open_store

NICENESS = 10
"""Pages stay responsive beside any number of trainings."""

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """The module that computes: `engine`, or a stand-in."""

    train: Train

    def warm_up(self, threads: int) -> Ready:
        """Get ready for a fast first step."""


def main() -> None:
    """Carry out jobs until told to leave, until the supervisor is gone or until unfit."""
    parser = argparse.ArgumentParser(prog="python -m resnet_viz.jobs.worker", description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the history")
    parser.add_argument("--log", type=Path, required=True, help="the file that stderr goes to")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--engine", default="resnet_viz.jobs.engine", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    answers = _private_stdout()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    orders = Orders()
    orders.leave_on_signals()
    orders.listen(sys.stdin.fileno())
    engine = cast(Engine, importlib.import_module(arguments.engine))
    ready = engine.warm_up(arguments.threads)
    store = open_store(arguments.home)
    _say(answers, ready)
    for job in orders.jobs():
        _say(answers, Begun(job.run_id))
        reusable = _carry_out(store, job, orders, engine.train, arguments)
        _say(answers, Done(job.run_id, reusable))
        if not reusable:
            return


def _carry_out(store: Store, job: Job, orders: Orders, train: Train, arguments: argparse.Namespace) -> bool:
    try:
        return Attempt(store, job, orders, train, home=arguments.home, log=arguments.log).carry_out()
    except StoreUnavailable:
        _log.exception("run %s could not be recorded", job.run_id)
        return False


def _private_stdout() -> int:
    """A descriptor of stdout for the answers alone; what libraries print goes to stderr from now on."""
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _say(answers: int, message: Message) -> None:
    try:
        os.write(answers, encode(message))
    except BrokenPipeError:
        _log.info("the supervisor is gone")


if __name__ == "__main__":
    main()
