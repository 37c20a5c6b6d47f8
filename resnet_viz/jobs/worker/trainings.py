"""Trainings, one after the other, in a process where torch is imported and warm."""

import logging
from collections.abc import Callable

from resnet_viz.errors import StoreUnavailable
from resnet_viz.jobs.messages import Begun, Done, Job, Message, Ready, to_values
from resnet_viz.jobs.worker.attempt import Attempt, Train
from resnet_viz.jobs.worker.inbox import Inbox
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace
from resnet_viz.store import Store, open_store

_log = logging.getLogger(__name__)


def carry_out_jobs(
    channel: Channel, workplace: Workplace, *, warm_up: Callable[[int], Ready], train: Train
) -> None:
    """Carry out jobs until told to leave, until the supervisor is gone or until unfit.

    Args:
        channel: brings the jobs, and takes what becomes of them.
        workplace: where.
        warm_up: gets so many CPU threads ready for a fast first step.
        train: trains.
    """
    inbox = Inbox()
    inbox.leave_on_signal()
    inbox.listen(channel)
    ready = warm_up(workplace.threads)
    store = open_store(workplace.home)
    _say(channel, ready)
    for job in inbox.jobs():
        _say(channel, Begun(job.run_id))
        reusable = _carry_out(store, job, inbox, train, workplace)
        _say(channel, Done(job.run_id, reusable))
        if not reusable:
            return


def _carry_out(store: Store, job: Job, inbox: Inbox, train: Train, workplace: Workplace) -> bool:
    try:
        return Attempt(store, job, inbox, train, home=workplace.home, log=workplace.log).carry_out()
    except StoreUnavailable:
        _log.exception("run %s could not be recorded", job.run_id)
        return False


def _say(channel: Channel, message: Message) -> None:
    try:
        channel.send(to_values(message))
    except BrokenPipeError:
        _log.info("the supervisor is gone")
