"""The program of every started process: ``python -m resnet_viz.processes TASK``, started by `child`.

Frames come on stdin and go to stdout; whatever else is printed goes to stderr,
which is the process's log.
"""

import argparse
import importlib
import logging
import os
import signal
from pathlib import Path
from typing import cast

from resnet_viz.processes.channel import Channel
from resnet_viz.processes.limits import limit_this_process
from resnet_viz.processes.tasks import TASKS, Serving, Workplace


def main() -> None:
    """Carry out one task for who started this process."""
    parser = argparse.ArgumentParser(prog="python -m resnet_viz.processes", description=main.__doc__)
    parser.add_argument("task", choices=TASKS, help="what to carry out")
    parser.add_argument("--home", type=Path, default=Path(), help="folder of the history")
    parser.add_argument("--log", type=Path, default=Path(os.devnull), help="the file that stderr goes to")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--module", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the starter
    channel = Channel.of_this_process()
    task = TASKS[arguments.task]
    if hasattr(os, "nice"):
        os.nice(task.niceness)
    module = cast(Serving, importlib.import_module(arguments.module or task.module))
    if task.bounds is not None:
        limit_this_process(task.bounds)
    module.serve(channel, Workplace(arguments.home, arguments.log, arguments.threads))
